"""Freed memory goes back to the system.

glibc keeps what threads have freed, each in an arena of its own, for later allocations of the same thread (mallopt(3),
M_MMAP_THRESHOLD): after many matrices of some megabytes this is a fifth of the data and more, which the next phase,
run by another thread, takes once more.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache

__all__ = ["give_back"]


def give_back() -> None:
    """Return freed memory to the system, where its allocator can be asked to; takes about a millisecond."""
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # another C library
        return None
