"""The engine of one machine: threads over parts, one BLAS thread in each.

NumPy releases the interpreter lock in products, ufuncs and gathers, so threads are enough. BLAS is held to one thread
while parts run: its own threading is slower on the tall, narrow products here (measured: a 200 000 × 100 Gram matrix
took 0.08 s on one BLAS thread and 0.14 s on two), and the last digits then do not depend on the number of threads.

Solvers call the engine thousands of times for small fits, so the pool stays up between calls.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from numbers import Integral
from typing import Any, TypeVar

from ridgeline.engines.base import fold
from ridgeline.errors import OptionError, shown

__all__ = ["Local", "default_threads", "one_blas_thread"]

T = TypeVar("T")
R = TypeVar("R")


def default_threads() -> int:
    """Cores this process may use."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on this platform
        return max(1, os.cpu_count() or 1)


@dataclass(frozen=True)
class Local:
    """Threads of this process.

    Parameters
    ----------
    threads : int or None
        None, or -1 as in scikit-learn, uses every core the process may use.

    Raises
    ------
    OptionError
        It is another number, or none.
    """

    threads: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "threads", _count(self.threads))

    def map(self, function: Callable[[T], R], parts: Sequence[T]) -> list[R]:
        """Apply `function` to each part, results in order."""
        with one_blas_thread():
            return list(self._results(function, parts))

    def map_reduce(self, function: Callable[[T], R], parts: Sequence[T], merge: Callable[[R, R], R]) -> R:
        """Left fold of `merge` over the parts' results; merged while others are made, they do not pile up."""
        with one_blas_thread():
            return fold(self._results(function, parts), merge)

    def _results(self, function: Callable[[T], R], parts: Sequence[T]) -> Iterable[R]:
        threads = self.threads or default_threads()
        if min(threads, len(parts)) <= 1 or getattr(_WITHIN, "part", False):  # a part that maps does so itself
            return map(function, parts)
        return _pool(threads, os.getpid()).map(_marked(function), parts)


def _count(threads: Any) -> int | None:
    if threads is None:
        return None
    whole = isinstance(threads, Integral) and not isinstance(threads, bool)
    if not whole or (threads < 1 and threads != -1):
        raise OptionError(f"threads must be a whole number of at least 1, or -1 for all cores; it is {shown(threads)}.")
    return None if threads == -1 else int(threads)


_WITHIN = threading.local()


@cache
def _pool(threads: int, process: int) -> ThreadPoolExecutor:
    """Keep one pool per number of threads, which starts them as needed; and per process: they do not survive a fork."""
    return ThreadPoolExecutor(threads, thread_name_prefix="ridgeline")


def _marked(function: Callable[[T], R]) -> Callable[[T], R]:
    def run(part: T) -> R:
        _WITHIN.part = True
        try:
            return function(part)
        finally:
            _WITHIN.part = False

    return run


_LOCK = threading.Lock()
_HELD: list[int] = []  # the thread of each open `one_blas_thread`
_LIMIT: list = []


@contextmanager
def one_blas_thread():
    """Context in which BLAS uses one thread; entering it again inside costs nothing."""
    with _LOCK:
        _HELD.append(threading.get_ident())
        # SciPy brings a BLAS of its own, perhaps after the outermost entry; "scipy.linalg" stands there before it does
        scipy = "scipy.linalg._fblas" in sys.modules
        if not _LIMIT or scipy > _LIMIT[-1][0]:
            _LIMIT.append((scipy, _controller(scipy).limit(limits=1, user_api="blas")))
    try:
        yield
    finally:
        with _LOCK:
            _HELD.remove(threading.get_ident())
            _restore()


def _restore() -> None:
    while _LIMIT and not _HELD:
        _LIMIT.pop()[1].restore_original_limits()


def _after_fork() -> None:
    """Only the thread that forked goes on in the child: what others held, nobody would give back."""
    global _LOCK
    _LOCK = threading.Lock()
    _HELD[:] = [thread for thread in _HELD if thread == threading.get_ident()]
    _restore()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@cache
def _controller(scipy: bool):
    """Find the loaded BLAS libraries: that takes milliseconds, so once without SciPy's and once with it."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
