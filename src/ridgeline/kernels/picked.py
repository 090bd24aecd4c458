"""Some of many dense columns, which stay where they are, and products with them; compiled.

What is computed is said in `ridgeline.kernels`.
"""

from __future__ import annotations

from ridgeline.kernels.compiling import compiled

__all__ = ["add_picked", "copy_picked", "dot_picked"]

_M, _V, _I = "float64[:,::1]", "float64[::1]", "int64[::1]"


@compiled("void", _M, _I, _M, _M, inner=False)
def add_picked(values, at, b, out):
    """Add each picked line times its b to each line of out, four at a time: `out` is visited less often."""
    n, m = out.shape[1], len(at)
    for j in range(0, m - 3, 4):
        s, t, u, v = values[at[j]], values[at[j + 1]], values[at[j + 2]], values[at[j + 3]]
        for c in range(len(out)):
            bs, bt, bu, bv = b[c, j], b[c, j + 1], b[c, j + 2], b[c, j + 3]
            for i in range(n):
                out[c, i] += bs * s[i] + bt * t[i] + bu * u[i] + bv * v[i]
    for j in range(m - m % 4, m):
        s = values[at[j]]
        for c in range(len(out)):
            for i in range(n):
                out[c, i] += b[c, j] * s[i]


@compiled("void", _M, _I, _M, _M, inner=False)
def dot_picked(values, at, r, out):
    """Each picked line times each line of r, four at a time: r is visited less often."""
    n, m = r.shape[1], len(at)
    for j in range(0, m - 3, 4):
        s, t, u, v = values[at[j]], values[at[j + 1]], values[at[j + 2]], values[at[j + 3]]
        for c in range(len(out)):
            x, y, z, w = 0.0, 0.0, 0.0, 0.0
            for i in range(n):
                x, y, z, w = x + r[c, i] * s[i], y + r[c, i] * t[i], z + r[c, i] * u[i], w + r[c, i] * v[i]
            out[c, j], out[c, j + 1], out[c, j + 2], out[c, j + 3] = x, y, z, w
    for j in range(m - m % 4, m):
        s = values[at[j]]
        for c in range(len(out)):
            x = 0.0
            for i in range(n):
                x += r[c, i] * s[i]
            out[c, j] = x


@compiled("void", _M, _I, _V, _V, _V, _M, inner=False)
def copy_picked(values, at, mean, scale, root, out):
    """Copy each picked line, standardized, each number times its root."""
    for j in range(len(at)):
        line, m, s, copy = values[at[j]], mean[j], scale[j], out[j]
        for i in range(len(line)):
            copy[i] = (line[i] - m) * s * root[i]
