"""All luck of the model: a draw is a pure function of its address, never of what was drawn before.

Philox4x32-10 (Salmon et al. 2011) as a counter-based generator. The key is the study's seed; the counter is the address::

    word 0   permanent key of the unit            word 2   month (16 bits) | purpose (8) | block (8)
    word 1   position in the unit (20 bits) | other (12: appraiser or applicant)   word 3   replicate

So two schemes meet the same luck, a cadre's luck does not depend on how many others there are, and nothing depends on
threads, chunks or order. One purpose is one fixed place; a purpose never spills into the next.
"""

from __future__ import annotations

import hashlib
import math
from enum import IntEnum

import numpy as np

from sim.jit import inlined

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_TO_UNIT = 2.0**-32
_TWO_PI = 2.0 * math.pi

MAX_MONTH = 2**16 - 1
MAX_POSITION = 2**20 - 1
MAX_OTHER = 2**12 - 1


class Purpose(IntEnum):
    """What a draw is for. Numbers are permanent: a new purpose takes a new number."""

    TRAITS = 1  # who enters a post: blocks 0-2 traits
    APPLICANT = 2  # potential and application score of an applicant
    WORK = 3  # a cadre's own luck on his tasks
    DEPARTMENT_LUCK = 4
    TAXPAYER_LUCK = 5
    CHANCES = 6  # uniforms of a month: exit, audit, appeal
    RATING = 7  # impression of a cadre and noise on single indicators
    HEAD = 8  # rating style of a department's head
    REPORT_NOISE = 9  # detail lost on the way up
    PEER = 10  # reported attainment of peer bureaus
    LOT = 11  # ties settled by lot; labels at random
    PROMOTION = 12
    ABILITY_REDRAWN = 13


@inlined
def philox(word0, word1, word2, word3, key0, key1):
    """Ten rounds of Philox4x32 on uint64 words that hold 32 bits each; returns four such words."""
    for _ in range(10):
        product0 = _M0 * word0
        product1 = _M1 * word2
        word0 = (product1 >> _SHIFT) ^ word1 ^ key0
        word1 = product1 & _MASK
        word2 = (product0 >> _SHIFT) ^ word3 ^ key1
        word3 = product0 & _MASK
        key0 = (key0 + _W0) & _MASK
        key1 = (key1 + _W1) & _MASK
    return word0, word1, word2, word3


@inlined
def words(luck, key, position, other, month, purpose, block):
    """Four random 32-bit words at an address; `luck` holds the seed (low, high word) and the replicate."""
    return philox(
        np.uint64(key),
        (np.uint64(position) << np.uint64(12)) | np.uint64(other),
        (np.uint64(month) << np.uint64(16)) | (np.uint64(purpose) << np.uint64(8)) | np.uint64(block),
        luck[2],
        luck[0],
        luck[1],
    )


@inlined
def uniforms(luck, key, position, other, month, purpose, block):
    """Four uniforms in (0, 1) at an address."""
    a, b, c, d = words(luck, key, position, other, month, purpose, block)
    return (
        (np.float64(a) + 0.5) * _TO_UNIT,
        (np.float64(b) + 0.5) * _TO_UNIT,
        (np.float64(c) + 0.5) * _TO_UNIT,
        (np.float64(d) + 0.5) * _TO_UNIT,
    )


@inlined
def normals(luck, key, position, other, month, purpose, block):
    """Four independent standard normals at an address (Box & Muller 1958)."""
    a, b, c, d = uniforms(luck, key, position, other, month, purpose, block)
    radius0 = math.sqrt(-2.0 * math.log(a))
    radius1 = math.sqrt(-2.0 * math.log(c))
    angle0 = _TWO_PI * b
    angle1 = _TWO_PI * d
    return (
        radius0 * math.cos(angle0),
        radius0 * math.sin(angle0),
        radius1 * math.cos(angle1),
        radius1 * math.sin(angle1),
    )


def luck_of(seed: int, replicate: int) -> np.ndarray:
    """The three words every draw of a run shares: seed (low, high) and replicate. Seed 0 is a seed."""
    return np.array([seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, replicate & 0xFFFFFFFF], dtype=np.uint64)


def unit_key(*path: str) -> int:
    """Permanent 32-bit key of a unit, from its names: adding another unit leaves it as it was."""
    return int.from_bytes(hashlib.blake2s("/".join(path).encode(), digest_size=4).digest(), "little")
