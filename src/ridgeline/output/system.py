"""The three things that Python's standard library has no portable function for: lock, flush and exchange a path."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # not a POSIX system: nothing is ever locked, hence nothing ever swept
    fcntl = None

__all__ = ["exchange", "lock", "sync"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def lock(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold a lock on a directory while the block runs, and tell whether it was to be had."""
    handle = _locked_handle(path, wait)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            os.close(handle)


def _locked_handle(path: Path, wait: bool) -> int | None:
    if fcntl is None:
        return None
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held by its writer, or a file system without locks
        os.close(handle)
        return None
    return handle


def sync(path: Path) -> None:
    """Flush a file or the entries of a directory to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def exchange(one: Path, other: Path) -> bool:
    """Swap two paths in one step; False where the system or the file system has no such step."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    return rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0
