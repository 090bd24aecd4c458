"""The path of a penalised quadratic from one change of its support to the next, compiled.

What it computes is said by `ridgeline.kernels.plain`. The Cholesky factor of the support grows by a row when a
coordinate enters and is turned back into a triangle by rotations when one leaves. Both matrices are triangles, their
rows one after the other up to the diagonal.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from ridgeline.kernels.compiling import compiled

__all__ = ["follow"]

_PIVOT = 1e-11  # smaller than this share of the diagonal, a coordinate depends on the others
_TINY = 1e-12

_V, _I = "float64[::1]", "int64[::1]"


@compiled("int64", "int64", "int64")
def _start(i, j):
    """Where row i begins, and j numbers more."""
    return i * (i + 1) // 2 + j


@compiled("void", _V, "int64", "int64", _V)
def _forward(factor, start, stop, x):
    """Solve L x = x in place, from row `start` on."""
    for i in range(start, stop):
        row, total = factor[_start(i, 0) : _start(i, i + 1)], 0.0
        for t in range(i):
            total += row[t] * x[t]
        x[i] = (x[i] - total) / row[i]


@compiled("void", _V, _V, _I, "int64", _V, _V, _V)
def _slopes(factor, gram, order, m, d, full, fall):
    """Solve L' d = d in place, and fall −= C[:, support] d outside the support; `full` is room for d."""
    for j in range(len(fall)):
        full[j] = 0.0
    for i in range(m - 1, -1, -1):
        row = factor[_start(i, 0) : _start(i, i + 1)]
        value = d[i] / row[i]
        d[i] = value
        full[order[i]] = value
        for t in range(i):
            d[t] -= value * row[t]
    for j in range(len(fall)):  # a row of the support serves the columns before it; another, its own
        row, value, total = gram[_start(j, 0) : _start(j, j + 1)], full[j], 0.0
        if value != 0.0:
            for t in range(j):
                fall[t] -= value * row[t]
        else:
            for t in range(j):
                total += row[t] * full[t]
            fall[j] -= total


@compiled("void", _V, _I, "int64", "int64", _V, _V)
def _drop(factor, order, k, m, y, turns):
    """Take row k out of the factor of m rows, and turn y = L⁻¹ rhs with it."""
    for r in range(k, m - 1):
        order[r] = order[r + 1]
        row, below = factor[_start(r, 0) : _start(r, r + 1)], factor[_start(r + 1, 0) : _start(r + 1, r + 2)]
        for t in range(k):
            row[t] = below[t]
        ahead = below[k]
        for t in range(k, r):
            cosine, sine, after = turns[2 * t], turns[2 * t + 1], below[t + 1]
            row[t] = cosine * ahead + sine * after
            ahead = cosine * after - sine * ahead
        after = below[r + 1]
        size = sqrt(ahead * ahead + after * after)
        cosine, sine = ahead / size, after / size
        turns[2 * r], turns[2 * r + 1] = cosine, sine
        row[r] = size
        now = y[r]
        y[r] = cosine * now + sine * y[r + 1]
        y[r + 1] = cosine * y[r + 1] - sine * now


@compiled("Tuple((int64, float64))", *[_V] * 8, _I, _I, *[_V] * 6, "int64", "int64", inner=False)
def _follow(  # noqa: C901, PLR0915 - one loop, compiled whole
    gram, ridge, beta, pull, hold, ease, drift, sign, state, order, factor, y, d, turns, full, fall, m, most
):
    w, room, left = len(beta), len(order), 1.0
    for i in range(m):
        y[i] = drift[order[i]] - sign[order[i]] * ease[order[i]]
    _forward(factor, 0, m, y)
    for _ in range(most):
        for i in range(m):
            d[i] = y[i]
        for j in range(w):
            fall[j] = drift[j]
        _slopes(factor, gram, order, m, d, full, fall)
        step, leaver, comer = left, -1, -1
        for i in range(m):
            j = order[i]
            if sign[j] * d[i] < 0.0:
                far = -beta[j] / d[i]
                if far < step:
                    step, leaver = max(far, 0.0), i
        for j in range(w):
            if state[j] == 0:
                up, down, edge = fall[j] - ease[j], -fall[j] - ease[j], _TINY * (abs(fall[j]) + abs(ease[j]))
                if up > edge and hold[j] - pull[j] < step * up:
                    step, comer = max((hold[j] - pull[j]) / up, 0.0), j
                if down > edge and hold[j] + pull[j] < step * down:
                    step, comer = max((hold[j] + pull[j]) / down, 0.0), j
        for i in range(m):
            beta[order[i]] += step * d[i]
        for j in range(w):
            if state[j] != 1:
                pull[j] += step * fall[j]
            hold[j] += step * ease[j]
        left -= step
        if comer >= 0:
            if m == room:
                return m, left
            row = factor[_start(m, 0) : _start(m, m + 1)]
            for t in range(m):
                j = order[t]
                row[t] = gram[_start(comer, j) if j < comer else _start(j, comer)]
            _forward(factor, 0, m, row)
            rest, total = gram[_start(comer, comer)] + ridge[comer], 0.0
            for t in range(m):
                total += row[t] * row[t]
            if rest - total <= _PIVOT * rest:
                state[comer] = 2
                continue
            root = sqrt(rest - total)
            row[m] = root
            state[comer], order[m] = 1, comer
            sign[comer] = 1.0 if pull[comer] > 0.0 else -1.0
            total = 0.0
            for t in range(m):
                total += row[t] * y[t]
            y[m] = (drift[comer] - sign[comer] * ease[comer] - total) / root
            m += 1
        elif leaver >= 0:
            j = order[leaver]
            pull[j] = sign[j] * hold[j]
            beta[j], sign[j], state[j] = 0.0, 0.0, 0
            _drop(factor, order, leaver, m, y, turns)
            m -= 1
            for j in range(w):
                if state[j] == 2:
                    state[j] = 0  # what depended on the support may do so no more
        else:
            return m, 0.0
    return m, left


def follow(gram, ridge, lines, sign, state, order, factor, m, most):
    """See `ridgeline.kernels.plain.follow`."""
    w, room = len(ridge), len(order)
    space = np.empty(room + 1), np.empty(room), np.empty(2 * room + 2), np.empty(w), np.empty(w)
    beta, pull, hold, ease, drift = lines
    return _follow(gram, ridge, beta, pull, hold, ease, drift, sign, state, order, factor, *space, m, most)
