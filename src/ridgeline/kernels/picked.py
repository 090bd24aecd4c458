"""Some of many dense columns, which stay where they are, and products with them; compiled.

What is computed is said in `ridgeline.kernels`.
"""

from __future__ import annotations

from ridgeline.kernels.compiling import compiled

__all__ = ["add_picked", "dot_picked", "scale_picked"]

_M, _I, _V = "float64[:,::1]", "int64[::1]", "float64[::1]"


@compiled("void", _M, _I, _M, _M, inner=False)
def add_picked(values, at, b, out):
    """Add each picked line times its b to each line of out, four at a time: `out` is visited less often."""
    last = len(at) - 1
    for j in range(0, last + 1, 4):
        k, m, p, q = at[j], at[min(j + 1, last)], at[min(j + 2, last)], at[min(j + 3, last)]
        for c in range(len(out)):
            x, y, z, w = b[c, j], b[c, j + 1], b[c, j + 2], b[c, j + 3]
            for i in range(out.shape[1]):
                out[c, i] += x * values[k, i] + y * values[m, i] + z * values[p, i] + w * values[q, i]


@compiled("void", _M, _I, _M, _M, inner=False)
def dot_picked(values, at, r, out):
    """Each picked line times each line of r, four at a time: r is visited less often."""
    last = len(at) - 1
    for j in range(0, last + 1, 4):
        k, m, p, q = at[j], at[min(j + 1, last)], at[min(j + 2, last)], at[min(j + 3, last)]
        for c in range(len(r)):
            x, y, z, w = 0.0, 0.0, 0.0, 0.0
            for i in range(r.shape[1]):
                x += r[c, i] * values[k, i]
                y += r[c, i] * values[m, i]
                z += r[c, i] * values[p, i]
                w += r[c, i] * values[q, i]
            out[c, j], out[c, j + 1], out[c, j + 2], out[c, j + 3] = x, y, z, w


@compiled("void", _M, _I, _V, _V, _V, _M, inner=False)
def scale_picked(values, at, mean, scale, root, out):
    """Copy picked lines, less their means and times their scales, each entry times its root."""
    for j in range(len(at)):
        k, m, d = at[j], mean[j], scale[j]
        for i in range(len(root)):
            out[j, i] = (values[k, i] - m) * (d * root[i])
