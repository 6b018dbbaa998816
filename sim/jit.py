"""How rules are compiled: one decorator, one cache that an edited rule can never make stale.

numba's file cache looks only at the file of the function itself, so a rule edited in another file would go
unnoticed. The cache therefore lives in a folder named by a hash of every source file of the package.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

PACKAGE = Path(__file__).resolve().parent
#: Only these folders hold compiled code; editing anything else must not cost a compilation.
COMPILED_SOURCES = ("jit.py", "rules/*.py", "population/*.py", "loop/*.py", "tally.py")


def source_hash() -> str:
    """A short hash of every source file that holds compiled code."""
    digest = hashlib.sha256(numba.__version__.encode())
    for pattern in COMPILED_SOURCES:
        for path in sorted(PACKAGE.glob(pattern)):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """The folder of compiled code for this version of the sources; the user's cache folder, else a temporary one."""
    base = os.environ.get("CADRESIM_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base) / "cadresim" / source_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass  # a read-only home is no reason not to run
    fallback = Path(tempfile.gettempdir()) / f"cadresim-{os.getuid() if hasattr(os, 'getuid') else 'user'}" / source_hash()
    fallback.mkdir(parents=True, exist_ok=True)
    return fallback


CACHE_FOLDER = cache_folder()
numba.config.CACHE_DIR = str(CACHE_FOLDER)  # type: ignore[attr-defined]


def is_compiled() -> bool:
    """Whether the compiled walk of this version of the sources is in the cache."""
    return any(CACHE_FOLDER.rglob("*walk_months*.nbi"))


def rule(function: Callable[..., Any]) -> Any:
    """Compile a rule or a link that allocates nothing: no GIL, IEEE arithmetic (no contraction), division as in NumPy.

    `_nrt=False` leaves out numba's reference counts. A world is a tuple of a dozen tables, and counting references to them on
    every access costs thirty times the work itself (143 against 4.4 ns for one cadre's productivity).
    """
    return numba.njit(cache=True, nogil=True, error_model="numpy", _nrt=False)(function)  # type: ignore[call-overload]


def allocating(function: Callable[..., Any]) -> Any:
    """Compile a link that needs scratch arrays of its own."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Compile a function that must vanish into its caller: the random numbers (8 x faster so), what is done once a cadre-month.

    A world and a desk are two dozen tables, and a call hands each of them over as seven words: a cadre-month spent a quarter of
    its time on that.
    """
    return numba.njit(cache=True, nogil=True, error_model="numpy", forceinline=True, _nrt=False)(function)  # type: ignore[call-overload]
