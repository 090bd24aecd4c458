"""Which kernels run: the compiled ones, or their NumPy twins."""

from __future__ import annotations

import gc
import warnings
from functools import cache
from importlib import import_module
from types import ModuleType

__all__ = ["module"]


@cache
def module(name: str) -> ModuleType:
    """Compiled kernels, or their NumPy twins (``"plain"``) where there is no numba."""
    collected = gc.isenabled()
    gc.disable()  # the compiler makes a million objects that stay: looking through them takes a tenth of its time
    try:
        return import_module(f"ridgeline.kernels.{name if name == 'plain' or _compiler() else 'plain'}")
    finally:
        if collected:
            gc.enable()


@cache
def _compiler() -> bool:
    """Whether numba can be had."""
    try:
        import_module("numba")
    except ImportError as error:
        what = f"numba cannot be imported ({error}): penalties with L1 are fitted without it, many times slower."
        warnings.warn(what, RuntimeWarning, stacklevel=2)
        return False
    return True
