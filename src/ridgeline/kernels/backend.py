"""Which kernels run: the compiled ones, or their NumPy twins."""

from __future__ import annotations

import gc
from functools import cache
from importlib import import_module
from types import ModuleType

__all__ = ["module"]


@cache
def module(name: str) -> ModuleType:
    """Compiled kernels, or their NumPy twins where there is no numba."""
    collected = gc.isenabled()
    gc.disable()  # the compiler makes a million objects that stay: looking through them takes a tenth of its time
    try:
        return import_module(f"ridgeline.kernels.{name}")
    except ImportError:
        return import_module("ridgeline.kernels.plain")
    finally:
        if collected:
            gc.enable()
