"""Coordinate descent on the columns of a sparse matrix, whose centring and scaling stay implied; compiled.

What it computes is said by `ridgeline.kernels.plain`.
"""

from __future__ import annotations

from ridgeline.kernels.compiling import compiled

__all__ = ["conjugate", "sweep"]

_V, _M, _J = "float64[::1]", "float64[:,::1]", "int32[::1]"


@compiled("int64", _J, _J, _V, _V, _V, _M, _V, _V, "int64[::1]", "int64", inner=False)
def sweep(starts, rows, values, v, rest, known, theta, sums, order, most):  # noqa: C901 - one loop, compiled whole
    """See `ridgeline.kernels.sweep`."""
    flips = 1
    for _ in range(most):
        flips = 0
        if sums[2] > 0.0:
            step = sums[1] / sums[2]
            theta[0] += step
            sums[0] -= step
            sums[1] = 0.0
        for j in order:
            size = known[3, j]
            if size + known[5, j] <= 0.0:
                continue
            total = sums[0] * known[2, j]
            for k in range(starts[j], starts[j + 1]):
                total += values[k] * rest[rows[k]]
            old, hold = theta[j + 1], known[4, j]
            pull = known[1, j] * (total - known[0, j] * sums[1]) + size * old
            new = 0.0
            if pull > hold:
                new = (pull - hold) / (size + known[5, j])
            elif pull < -hold:
                new = (pull + hold) / (size + known[5, j])
            new = min(max(new, known[6, j]), known[7, j])
            if new == old:
                continue
            if new * old <= 0.0:
                flips += 1
            theta[j + 1] = new
            move = (new - old) * known[1, j]
            for k in range(starts[j], starts[j + 1]):
                rest[rows[k]] -= v[rows[k]] * move * values[k]
            sums[0] += move * known[0, j]
            sums[1] -= move * (known[2, j] - known[0, j] * sums[3])
        if flips == 0:
            break
    return flips


@compiled("void", _J, _J, _V, _V, _M, "int64[::1]", "int64", _V, _V, _V, _V)
def _turn(starts, rows, values, v, known, order, free, ridge, d, t, out):
    """Hessian on some columns (and first the intercept, if `free`) times d, into `out`; t is scratch."""
    shift = d[0] if free == 1 else 0.0
    for i in range(len(order)):
        shift -= known[0, order[i]] * known[1, order[i]] * d[free + i]
    for k in range(len(t)):
        t[k] = shift
    for i in range(len(order)):
        j = order[i]
        by = known[1, j] * d[free + i]
        for k in range(starts[j], starts[j + 1]):
            t[rows[k]] += by * values[k]
    total = 0.0
    for k in range(len(t)):
        t[k] *= v[k]
        total += t[k]
    if free == 1:
        out[0] = total + ridge[0] * d[0]
    for i in range(len(order)):
        j, at = order[i], free + i
        inner = -known[0, j] * total
        for k in range(starts[j], starts[j + 1]):
            inner += t[rows[k]] * values[k]
        out[at] = known[1, j] * inner + ridge[at] * d[at]


@compiled("void", _J, _J, _V, _V, _M, "int64[::1]", "int64", _V, _V, _M, _V, "float64", "int64", inner=False)
def conjugate(starts, rows, values, v, known, order, free, ridge, sizes, space, t, goal, most):
    """See `ridgeline.kernels.conjugate`."""
    x, r, d, turned = space[0], space[1], space[2], space[3]
    product = 0.0
    for i in range(len(r)):
        x[i] = 0.0
        d[i] = r[i] / sizes[i]
        product += r[i] * d[i]
    for _ in range(most):
        largest, curved = 0.0, 0.0
        for i in range(len(r)):
            largest = max(largest, abs(r[i]))
        if largest <= goal:
            return
        _turn(starts, rows, values, v, known, order, free, ridge, d, t, turned)
        for i in range(len(r)):
            curved += d[i] * turned[i]
        if curved <= 0.0:
            return
        step, before = product / curved, product
        product = 0.0
        for i in range(len(r)):
            x[i] += step * d[i]
            r[i] -= step * turned[i]
            product += r[i] * r[i] / sizes[i]
        for i in range(len(r)):
            d[i] = r[i] / sizes[i] + product / before * d[i]
