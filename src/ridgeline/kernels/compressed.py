"""Columns of a compressed matrix: some of them, and products with them; compiled.

What is computed is said in `ridgeline.kernels`.
"""

from __future__ import annotations

from ridgeline.kernels.compiling import compiled

__all__ = ["combine", "dots", "pick"]

_V, _I, _N = "float64[::1]", "int64[::1]", "int64"
_U, _S = "uint32[::1]", "uint64[::1]"  # unsigned: no index counts from the end
_X = (_S, _U, _V)


@compiled("void", *_X, _V, _V, inner=False)
def dots(starts, places, values, w, out):
    """Each line of a compressed matrix times w."""
    for i in range(len(out)):
        total = 0.0
        for k in range(starts[i], starts[i + 1]):
            total += w[places[k]] * values[k]
        out[i] = total


@compiled("void", *_X, _V, _V, inner=False)
def combine(starts, rows, values, b, out):
    """Add each column times its b."""
    for j in range(len(b)):
        if b[j] != 0.0:
            for k in range(starts[j], starts[j + 1]):
                out[rows[k]] += b[j] * values[k]


@compiled("void", *_X, _I, _S, _U, _V, inner=False)
def pick(starts, rows, values, which, first, down, cells):
    """Copy columns; `first` says where each of them is to start."""
    for i in range(len(which)):
        j = which[i]
        ahead = first[i] - starts[j]  # wraps around where it is less than 0, and back again
        for k in range(starts[j], starts[j + 1]):
            down[k + ahead], cells[k + ahead] = rows[k], values[k]
