"""Freed memory goes back to the system.

glibc keeps what threads have freed, each in an arena of its own, for later allocations of the same thread (mallopt(3),
M_MMAP_THRESHOLD): after many matrices of some megabytes this is a fifth of the data and more, which the next phase,
run by another thread, takes once more.
"""

from __future__ import annotations

import ctypes
import math
import sys
from collections.abc import Callable
from functools import cache

__all__ = ["give_back"]

_LARGE = 2**22  # cells of a table whose fit leaves memory worth giving back


def give_back(shape: tuple[int, ...]) -> None:
    """Return what work on a large table of this shape has freed to the system; takes about a millisecond."""
    trim = _trim() if math.prod(shape) > _LARGE else None
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
