"""Coordinate descent on a quadratic, compiled. What it computes is said by `ridgeline.kernels.plain`.

Sweeps over the active coordinates find the support and the signs. On a support the answer is a linear system: it is
solved by a Cholesky factor that is kept along the path and only extended by the coordinates that enter, so that a whole
lasso path costs little more than one factorization.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from ridgeline.kernels.compiling import compiled as _compile

__all__ = ["descend", "descend_each"]

_ROUNDS, _EASE = 1000, 1e3
_PIVOT = 1e-11  # smaller than this share of the diagonal, a coordinate depends on the others


_V, _M, _C = "float64[::1]", "float64[:,::1]", "float64[:,:,::1]"
_I, _J, _F, _N = "int64[::1]", "int64[:,::1]", "float64", "int64"


@_compile(_N, _M, _V, _I, _N, _N, _M)
def _extend(gram, ridge, order, have, want, factor):
    """Add rows `have` … `want` − 1 to the Cholesky factor of gram[order, order] + diag(ridge); how many rows stand."""
    for i in range(have, want):
        a = order[i]
        for k in range(i + 1):
            total = gram[a, order[k]]
            if k == i:
                total += ridge[a]
                size = total
            for t in range(k):
                total -= factor[i, t] * factor[k, t]
            if k < i:
                factor[i, k] = total / factor[k, k]
            elif total <= _PIVOT * size:
                return i
            else:
                factor[i, i] = sqrt(total)
    return want


@_compile("void", _M, _N, _V)
def _solve(factor, m, x):
    """Solve L L' x = x in place."""
    for i in range(m):
        total = x[i]
        for t in range(i):
            total -= factor[i, t] * x[t]
        x[i] = total / factor[i, i]
    for i in range(m - 1, -1, -1):
        value = x[i] / factor[i, i]
        x[i] = value
        for t in range(i):
            x[t] -= value * factor[i, t]


@_compile("void", _M, _V, _N, _F)
def _move(gram, gradient, j, step):
    """Gradient −= step · C[j]."""
    for t in range(len(gradient)):
        gradient[t] -= step * gram[j, t]


@_compile(f"Tuple(({_F}, {_N}))", _M, _V, _V, _V, _M, _V, _I, _N)
def _sweep(gram, gradient, l1, l2, box, beta, active, count):
    """One sweep over the active coordinates; the largest squared move in units of the objective, and sign changes."""
    largest, flips = 0.0, 0
    for i in range(count):
        j = active[i]
        size = gram[j, j]
        if size + l2[j] <= 0.0:
            continue
        pull = gradient[j] + size * beta[j]
        if pull > l1[j]:
            new = (pull - l1[j]) / (size + l2[j])
        elif pull < -l1[j]:
            new = (pull + l1[j]) / (size + l2[j])
        else:
            new = 0.0
        if new < box[0, j]:
            new = box[0, j]
        if new > box[1, j]:
            new = box[1, j]
        old = beta[j]
        step = new - old
        if step != 0.0:
            if (new > 0.0) != (old > 0.0) or (new < 0.0) != (old < 0.0) or new == box[0, j] or new == box[1, j]:
                flips += 1
            beta[j] = new
            _move(gram, gradient, j, step)
            moved = (size + l2[j]) * step * step
            if moved > largest:
                largest = moved
    return largest, flips


@_compile(f"UniTuple({_N}, 2)", _V, _V, _M, _I, _N, _I, _N, _I)
def _support(beta, l1, box, active, count, order, have, spot):
    """Put the coordinates that are free to move into `order`, those already factorized first; (kept, all)."""
    for i in range(count):
        j = active[i]
        inside = box[0, j] < beta[j] < box[1, j]
        spot[j] = 1 if inside and (beta[j] != 0.0 or l1[j] == 0.0) else 0
    kept = 0
    while kept < have and spot[order[kept]] == 1:
        spot[order[kept]] = 2
        kept += 1
    total = kept
    for i in range(count):
        j = active[i]
        if spot[j] == 1:
            order[total] = j
            total += 1
        spot[j] = 0
    return kept, total


@_compile(_N, _M, _V, _V, _M, _V, _I, _N, _V)
def _toward(gram, gradient, l1, box, beta, order, m, step):
    """Go to beta + step on the support, or as far as the signs and bounds hold; whether all the way."""
    share, at, stop = 1.0, -1, 0.0
    for i in range(m):
        j = order[i]
        new = beta[j] + step[i]
        low, high = box[0, j], box[1, j]
        if l1[j] > 0.0:
            if beta[j] > 0.0 and low < 0.0:
                low = 0.0
            if beta[j] < 0.0 and high > 0.0:
                high = 0.0
        edge = high if new > high else low
        if new > high or new < low or (new == 0.0 and l1[j] > 0.0):
            part = (edge - beta[j]) / step[i]
            if part < share or at < 0:
                share, at, stop = part, i, edge
    for i in range(m):
        j = order[i]
        move = share * step[i]
        if i == at:
            move = stop - beta[j]
            beta[j] = stop
        else:
            beta[j] += move
        _move(gram, gradient, j, move)
    return 1 if at < 0 else 0


@_compile(_F, _M, _V, _V, _V)
def _refresh(gram, linear, beta, gradient):
    """Gradient = c − Cβ, from scratch; a bound on its rounding error."""
    scale, size, largest = 0.0, 0.0, 0.0
    for j in range(len(beta)):
        gradient[j] = linear[j]
        scale = max(scale, abs(linear[j]))
        largest = max(largest, gram[j, j])
    for j in range(len(beta)):
        if beta[j] != 0.0:
            size += sqrt(gram[j, j]) * abs(beta[j])
            _move(gram, gradient, j, beta[j])
    return 1e-15 * (scale + sqrt(largest) * size)


@_compile(f"UniTuple({_N}, 2)", _V, _V, _V, _M, _V, _I, _I, _N, _F)
def _violated(gradient, l1, l2, box, beta, active, member, count, slack):
    """Add the coordinates that want to move to the active ones; their new count, and whether nothing wanted to."""
    settled = 1
    for j in range(len(beta)):
        g = gradient[j] - l2[j] * beta[j]
        up = g - (l1[j] if beta[j] >= 0.0 else -l1[j])
        down = g + (l1[j] if beta[j] <= 0.0 else -l1[j])
        wants = (up > slack and beta[j] < box[1, j]) or (down < -slack and beta[j] > box[0, j])
        if wants:
            settled = 0
            if member[j] == 0:
                member[j] = 1
                active[count] = j
                count += 1
    return count, settled


@_compile("void", _C, _M, _M, _M, _C, _M, _I, _M, _J, inner=False)
def _each(grams, linears, l1s, l2s, boxes, betas, known, space, index):  # noqa: C901 - one loop, compiled whole
    """Solve each problem from its beta; `known` becomes 1 where that could be done.

    A problem of which something is known is the one before at another λ: 1, it starts from its end, with its gradient;
    2, with its factor too.
    """
    gradient, step, factor = space[0], space[1], space[2:]
    active, order, member, spot = index[0], index[1], index[2], index[3]
    slack, have = 0.0, 0
    for at in range(len(betas)):
        gram, linear, box = grams[at % len(grams)], linears[at % len(grams)], boxes[at % len(grams)]
        l1, l2, beta = l1s[at], l2s[at], betas[at]
        if known[at] < 2:
            have = 0
        if known[at] == 0:
            slack = _refresh(gram, linear, beta, gradient)
        else:
            for j in range(len(beta)):
                beta[j] = betas[at - 1, j]
        known[at] = count = 0
        for j in range(len(beta)):
            member[j] = 0
            if beta[j] != 0.0:
                member[j] = 1
                active[count] = j
                count += 1
        ease, whole = 1.0, 1
        for round_ in range(_ROUNDS):
            count, settled = _violated(gradient, l1, l2, box, beta, active, member, count, ease * slack)
            if settled == 1:
                known[at] = 1
                break
            if round_ % 8 == 7 and ease < _EASE:
                ease *= 2.0  # rounding is what is left: ask for a little less
            flips, largest = whole, 0.0  # after half a step sweeps would bring back what has just left
            for _ in range(20):
                if flips > 0:
                    largest, flips = _sweep(gram, gradient, l1, l2, box, beta, active, count)
            have, m = _support(beta, l1, box, active, count, order, have, spot)
            have = _extend(gram, l2, order, have, m, factor)
            if have < m:  # dependent columns: descent alone, to a standstill
                whole = 1
                if largest == 0.0:
                    largest = np.inf
                for _ in range(50):
                    if largest > slack * slack:
                        largest, flips = _sweep(gram, gradient, l1, l2, box, beta, active, count)
                slack = _refresh(gram, linear, beta, gradient)
                continue
            for i in range(m):
                j = order[i]
                hold = l1[j] if beta[j] > 0.0 else (-l1[j] if beta[j] < 0.0 else 0.0)
                step[i] = gradient[j] - l2[j] * beta[j] - hold
            _solve(factor, m, step)
            whole = _toward(gram, gradient, l1, box, beta, order, m, step)
            if whole == 1:
                slack = _refresh(gram, linear, beta, gradient)


def descend(gram, linear, l1, l2, box, lams, beta):
    """See `ridgeline.kernels.plain.descend`."""
    known = np.ones(len(lams), dtype=np.int64)
    known[:1] = 0
    known[1:][(lams[1:] == lams[:-1]) | (not l2.any())] = 2  # else the factor holds another λ
    betas = np.zeros((len(lams), len(linear)))
    betas[:1] = beta
    return descend_each(gram[None], linear[None], lams[:, None] * l1, lams[:, None] * l2, box[None], betas, known)


def descend_each(grams, linears, l1, l2, boxes, betas, known=None):
    """See `ridgeline.kernels.plain.descend_each`."""
    known, p = np.zeros(len(betas), dtype=np.int64) if known is None else known, betas.shape[1]
    betas = np.clip(betas, boxes[:, 0], boxes[:, 1])
    _each(grams, linears, l1, l2, boxes, betas, known, np.empty((p + 2, p)), np.zeros((4, p), dtype=np.int64))
    return betas, known == 1
