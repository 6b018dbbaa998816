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
from scipy.special import ndtri

from sim.jit import inlined, rule

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_TO_UNIT = 2.0**-32
_STEPS = 1024
_TAIL = 1.0 / 64.0
_QUANTILES = ndtri(np.clip(np.arange(_STEPS + 1) / _STEPS, 1e-3, 1.0 - 1e-3))
_SPARSENESS = math.sqrt(2.0 * math.pi) * np.exp(0.5 * _QUANTILES**2)  # 1/phi

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
    CHANCES = 6  # uniforms of a month: exit, audit, appeal, illness; block 1: second marking of one indicator's result
    RATING = 7  # impression of a cadre and noise on single indicators
    HEAD = 8  # rating style of a department's head
    REPORT_NOISE = 9  # detail lost on the way up
    PEER = 10  # reported attainment of peer bureaus
    LOT = 11  # ties settled by lot; labels at random
    PROMOTION = 12
    ABILITY_REDRAWN = 13
    VIEW = 14  # an appraiser's view of single duties of a cadre


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
def normal_quantile(u):
    """Quantile of the standard normal at u (1e-10 < u < 1 - 1e-10): the tails exactly, between them to 1e-7.

    Taylor series around tabulated quantiles, x + d/phi + x (d/phi)^2/2 + (1 + 2 x^2)(d/phi)^3/6: a fifth of the time of Box &
    Muller's method, and a run of the model draws little else. numba has no normal quantile of its own.
    """
    if u < _TAIL or u > 1.0 - _TAIL:
        return tail_quantile(u)
    i = int(u * _STEPS + 0.5)
    x = _QUANTILES[i]
    t = (u - i * (1.0 / _STEPS)) * _SPARSENESS[i]
    return x + t * (1.0 + t * (0.5 * x + t * (1.0 + 2.0 * x * x) * (1.0 / 6.0)))


@rule
def tail_quantile(u):
    """Quantile of the standard normal at u, by algorithm AS 241 (Wichura 1988); relative error 1e-15."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2.5090809287301226727e3
        top = top * r + 3.3430575583588128105e4
        top = top * r + 6.7265770927008700853e4
        top = top * r + 4.5921953931549871457e4
        top = top * r + 1.3731693765509461125e4
        top = top * r + 1.9715909503065514427e3
        top = top * r + 1.3314166789178437745e2
        top = top * r + 3.3871328727963666080e0
        low = 5.2264952788528545610e3
        low = low * r + 2.8729085735721942674e4
        low = low * r + 3.9307895800092710610e4
        low = low * r + 2.1213794301586595867e4
        low = low * r + 5.3941960214247511077e3
        low = low * r + 6.8718700749205790830e2
        low = low * r + 4.2313330701600911252e1
        return q * top / (low * r + 1.0)
    r = math.sqrt(-math.log(u if q < 0.0 else 1.0 - u)) - 1.6
    top = 7.74545014278341407640e-4
    top = top * r + 2.27238449892691845833e-2
    top = top * r + 2.41780725177450611770e-1
    top = top * r + 1.27045825245236838258e0
    top = top * r + 3.64784832476320460504e0
    top = top * r + 5.76949722146069140550e0
    top = top * r + 4.63033784615654529590e0
    top = top * r + 1.42343711074968357734e0
    low = 1.05075007164441684324e-9
    low = low * r + 5.47593808499534494600e-4
    low = low * r + 1.51986665636164571966e-2
    low = low * r + 1.48103976427480074590e-1
    low = low * r + 6.89767334985100004550e-1
    low = low * r + 1.67638483018380384940e0
    low = low * r + 2.05319162663775882187e0
    z = top / (low * r + 1.0)
    return -z if q < 0.0 else z


@inlined
def normals(luck, key, position, other, month, purpose, block):
    """Four independent standard normals at an address, by inversion."""
    a, b, c, d = uniforms(luck, key, position, other, month, purpose, block)
    return normal_quantile(a), normal_quantile(b), normal_quantile(c), normal_quantile(d)


def luck_of(seed: int, replicate: int) -> np.ndarray:
    """The three words every draw of a run shares: seed (low, high) and replicate. Seed 0 is a seed."""
    return np.array([seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF, replicate & 0xFFFFFFFF], dtype=np.uint64)


def unit_key(*path: str) -> int:
    """Permanent 32-bit key of a unit, from its names: adding another unit leaves it as it was."""
    return int.from_bytes(hashlib.blake2s("/".join(path).encode(), digest_size=4).digest(), "little")
