"""How kernels are compiled: once per machine; where no cache can be written, once per process."""

from __future__ import annotations

from numba import njit

__all__ = ["compiled"]

_FAST = {"reassoc", "contract"}  # lets sums be vectorised; infinities and NaN keep their meaning


def compiled(result: str, *arguments: str, inner: bool = True):
    """Compile a kernel at once, for these types alone; an inner one is called by kernels only."""
    options = {"nogil": True, "fastmath": _FAST, "error_model": "numpy", "no_cfunc_wrapper": True}
    if inner:
        options["no_cpython_wrapper"] = True
    signature = f"{result}({', '.join(arguments)})"

    def decorate(function):
        try:
            return njit(signature, cache=True, **options)(function)
        except (RuntimeError, OSError):  # no place for a cache, or a full one
            return njit(signature, **options)(function)

    return decorate
