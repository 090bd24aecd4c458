"""Symmetric matrices and factors as triangles: the rows up to the diagonal, one after the other; compiled.

What is computed is said in `ridgeline.kernels`.
"""

from __future__ import annotations

from ridgeline.kernels.compiling import compiled

__all__ = ["cut_triangle", "lay_rows"]

_V, _M, _I = "float64[::1]", "float64[:,::1]", "int64[::1]"


@compiled("void", _V, _I, _V, inner=False)
def cut_triangle(triangle, at, out):
    """Copy rows and columns at increasing places; `out` may be the triangle itself."""
    for i in range(len(at)):
        row = triangle[at[i] * (at[i] + 1) // 2 : (at[i] + 1) * (at[i] + 2) // 2]
        cut = out[i * (i + 1) // 2 : (i + 1) * (i + 2) // 2]
        for j in range(len(cut)):
            cut[j] = row[at[j]]


@compiled("void", _V, _M, "int64", inner=False)
def lay_rows(triangle, rows, first):
    """Copy rows, as far as the diagonal, from row `first` of the triangle on."""
    for i in range(len(rows)):
        k = first + i
        row = triangle[k * (k + 1) // 2 : (k + 1) * (k + 2) // 2]
        for j in range(len(row)):
            row[j] = rows[i, j]
