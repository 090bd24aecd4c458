"""A penalised quadratic of the columns of a sparse matrix, whose centring and scaling stay implied; compiled.

What it computes is said by `ridgeline.kernels.settle`. Sweeps of coordinate descent find the support and its signs,
conjugate gradients on the support go to the answer, and both repeat until the optimality conditions hold.
"""

from __future__ import annotations

import numpy as np

from ridgeline.kernels.compiling import compiled
from ridgeline.kernels.compressed import dots

__all__ = ["settle"]

_ROUNDS, _SWEEPS, _MANY, _STEPS = 100, 4, 100, 300
_EASE = 0.1  # share of the violation that conjugate gradients leave while the support may change
_FLAT, _FAR = 1e-10, 1e10

_V, _M, _I, _F, _N = "float64[::1]", "float64[:,::1]", "int64[::1]", "float64", "int64"
_U, _S = "uint32[::1]", "uint64[::1]"  # unsigned: no index counts from the end
_X = (_S, _U, _V)


@compiled("void", *_X, _V, _M, _V)
def _curvatures(starts, rows, values, v, known, sums):
    """Fill in X'v and the curvature along each column."""
    for j in range(known.shape[1]):
        crossed, square = 0.0, 0.0
        for k in range(starts[j], starts[j + 1]):
            along = v[rows[k]] * values[k]
            crossed += along
            square += along * values[k]
        known[2, j] = crossed
        square += known[0, j] * (known[0, j] * sums[3] - 2.0 * crossed)
        known[3, j] = known[1, j] * known[1, j] * max(square, 0.0)


@compiled(_N, *_X, _V, _V, _M, _V, _V, _I, _N)
def _sweep(starts, rows, values, v, rest, known, theta, sums, order, count):
    """Visit the columns once; how many signs changed. `rest` lacks sums[0] v; sums[1] is the sum with it."""
    flips, added, left = 0, sums[0], sums[1]
    if sums[2] > 0.0:
        theta[0] += left / sums[2]
        added -= left / sums[2]
        left = 0.0
    for i in range(count):
        j = order[i]
        size = known[3, j]
        if size + known[5, j] <= 0.0:
            continue
        over = 1.0 / (size + known[5, j])  # divides while the sum is still under way
        total = added * known[2, j]
        for k in range(starts[j], starts[j + 1]):
            total += values[k] * rest[rows[k]]
        old, hold = theta[j + 1], known[4, j]
        pull = known[1, j] * (total - known[0, j] * left) + size * old
        new = 0.0
        if pull > hold:
            new = (pull - hold) * over
        elif pull < -hold:
            new = (pull + hold) * over
        new = min(max(new, known[6, j]), known[7, j])
        if new == old:
            continue
        if new * old <= 0.0:
            flips += 1
        theta[j + 1] = new
        move = (new - old) * known[1, j]
        for k in range(starts[j], starts[j + 1]):
            rest[rows[k]] -= v[rows[k]] * move * values[k]
        added += move * known[0, j]
        left -= move * (known[2, j] - known[0, j] * sums[3])
    sums[0], sums[1] = added, left
    return flips


@compiled("void", *_X, _V, _V, _M, _V, _V, _I, _N)
def _signs(starts, rows, values, v, rest, known, theta, sums, order, least):
    """Sweep over all columns, then over those in use until the signs stand, a few times at most, or `least` times."""
    sums[0], sums[1] = 0.0, 0.0
    for k in range(len(rest)):
        sums[1] += rest[k]
    count = len(theta) - 1
    for j in range(count):
        order[j] = j
    if _sweep(starts, rows, values, v, rest, known, theta, sums, order, count) > 0 or least > 0:
        count = 0
        for j in range(len(theta) - 1):
            if theta[j + 1] != 0.0:
                order[count] = j
                count += 1
        for i in range(max(least, _SWEEPS)):
            if _sweep(starts, rows, values, v, rest, known, theta, sums, order, count) == 0 and i >= least:
                break
    for k in range(len(rest)):
        rest[k] += sums[0] * v[k]


@compiled(f"UniTuple({_F}, 2)", *_X, _V, _M, _V, _N, _V)
def _wrong(starts, rows, values, rest, known, theta, free, pull):
    """Largest violation of the optimality conditions, and that of the columns at 0; fills `pull`."""
    total, wrong, outside = 0.0, 0.0, 0.0
    for k in range(len(rest)):
        total += rest[k]
    if free == 1:
        wrong = abs(total)
    dots(starts, rows, values, rest, pull)
    for j in range(len(pull)):
        beta, hold = theta[j + 1], known[4, j]
        pull[j] = known[1, j] * (pull[j] - known[0, j] * total) - known[5, j] * beta
        far = 0.0
        if beta < known[7, j]:
            far = pull[j] - (hold if beta >= 0.0 else -hold)
        if beta > known[6, j]:
            far = max(far, -pull[j] - (hold if beta <= 0.0 else -hold))
        wrong = max(wrong, far)
        if beta == 0.0 and hold > 0.0:
            outside = max(outside, far)
    return wrong, outside


@compiled(_N, *_X, _M, _V, _I, _N, *_X, *_X)
def _pack(starts, rows, values, known, theta, order, had, first, down, cells, heads, across, turned):  # noqa: C901
    """Copy the columns that are free to move, scaled, by columns and by rows; their number, `order` says which."""
    count, same = 0, True
    for j in range(len(theta) - 1):
        beta = theta[j + 1]
        if known[6, j] < beta < known[7, j] and (beta != 0.0 or known[4, j] == 0.0):
            same = same and count < had and order[count] == j
            order[count] = j
            count += 1
    if same and count == had > 0:
        return count
    for i in range(len(heads)):
        heads[i] = 0
    at = 0
    for i in range(count):
        j = order[i]
        first[i] = at
        for k in range(starts[j], starts[j + 1]):
            down[at], cells[at] = rows[k], known[1, j] * values[k]
            heads[rows[k] + np.uint64(1)] += np.uint64(1)
            at += 1
    first[count] = at
    for i in range(len(heads) - 1):
        heads[i + 1] += heads[i]
    for i in range(count):
        for k in range(first[i], first[i + 1]):
            row = down[k]
            across[heads[row]], turned[heads[row]] = i, cells[k]
            heads[row] += np.uint64(1)
    for i in range(len(heads) - 1, 0, -1):
        heads[i] = heads[i - 1]
    heads[0] = 0
    return count


@compiled(_N, *_X, *_X, _V, _V, _V, _V, _V, _V, _V, _V, _V, _F)
def _conjugate(first, down, cells, heads, across, turned, v, shift, ridge, sizes, x, r, d, hd, t, goal):  # noqa: C901
    """Solve (U'VU + diag(ridge)) x = r; where that cannot be done, x is far away on the way down.

    1, or 0 where steps ran out.
    """
    free, product, largest = len(r) - len(shift), 0.0, 0.0
    for i in range(len(r)):
        x[i] = 0.0
        d[i] = r[i] / sizes[i]
        product += r[i] * d[i]
        largest = max(largest, abs(r[i]))
    for _ in range(_STEPS):
        if largest <= goal:
            return 1
        level, total, curved, plain = 0.0, 0.0, 0.0, 0.0
        if free == 1:
            level = d[0]
        for i in range(len(shift)):
            level -= shift[i] * d[free + i]
        dots(heads, across, turned, d[free:], t)
        for k in range(len(t)):
            t[k] = v[k] * (t[k] + level)
            total += t[k]
        dots(first, down, cells, t, hd[free:])
        if free == 1:
            hd[0] = total
            curved, plain = d[0] * total, d[0] * d[0] * sizes[0]
        for i in range(len(shift)):
            at = free + i
            hd[at] += ridge[at] * d[at] - shift[i] * total
            curved += d[at] * hd[at]
            plain += d[at] * d[at] * sizes[at]
        if curved <= _FLAT * plain:  # dependent columns: downhill without end
            for i in range(len(r)):
                x[i] += _FAR * d[i]
            return 1
        ahead, before = product / curved, product
        product, largest = 0.0, 0.0
        for i in range(len(r)):
            x[i] += ahead * d[i]
            r[i] -= ahead * hd[i]
            product += r[i] * r[i] / sizes[i]
            largest = max(largest, abs(r[i]))
        for i in range(len(r)):
            d[i] = r[i] / sizes[i] + product / before * d[i]
    return 0


@compiled(_F, *_X, _V, _V, _M, _V, _I, _N, _V, _V, _V)
def _change(heads, across, turned, v, rest, known, theta, order, free, shift, move, t):
    """How much a move of the free columns changes the objective; t = U move."""
    level, change = move[0] if free == 1 else 0.0, 0.0
    for i in range(len(shift)):
        level -= shift[i] * move[free + i]
    dots(heads, across, turned, move[free:], t)
    for k in range(len(t)):
        t[k] += level
        change += t[k] * (0.5 * v[k] * t[k] - rest[k])
    for i in range(len(shift)):
        j = order[i]
        old = theta[j + 1]
        new = old + move[free + i]
        change += known[4, j] * (abs(new) - abs(old)) + 0.5 * known[5, j] * (new * new - old * old)
    return change


@compiled(_N, _M, _V, _I, _N, _V, _V)
def _clip(known, theta, order, free, x, move):
    """Step by x as far as signs and bounds let each column go; how many were held back."""
    held = 0
    if free == 1:
        move[0] = x[0]
    for i in range(len(x) - free):
        j = order[i]
        beta = theta[j + 1]
        new, low, high = beta + x[free + i], known[6, j], known[7, j]
        if known[4, j] > 0.0 and beta > 0.0:
            low = max(low, 0.0)
        if known[4, j] > 0.0 and beta < 0.0:
            high = min(high, 0.0)
        if new <= low or new >= high:
            held += 1
        move[free + i] = min(max(new, low), high) - beta
    return held


@compiled("void", _V, _V)
def _straight(x, move):
    """Go straight towards x until the first column meets the edge where `move` stopped it."""
    share, edge = 1.0, -1
    for i in range(len(x)):
        if x[i] != move[i] and move[i] / x[i] < share:
            share, edge = move[i] / x[i], i
    for i in range(len(x)):
        if i != edge:
            move[i] = share * x[i]


@compiled("void", _V, _M, _V, _V, _V, _I, _V, _V, _V, _V)
def _system(rest, known, theta, pull, sums, order, shift, ridge, sizes, r):
    """Fill in shifts, ridge, diagonal and right side of the Newton system on the free columns."""
    free = len(r) - len(shift)
    if free == 1:
        ridge[0], sizes[0], r[0] = 0.0, sums[3], 0.0
        for k in range(len(rest)):
            r[0] += rest[k]
    for i in range(len(shift)):
        j, at = order[i], free + i
        beta, hold = theta[j + 1], known[4, j]
        shift[i], ridge[at] = known[0, j] * known[1, j], known[5, j]
        r[at] = pull[j] - (hold if beta > 0.0 else (-hold if beta < 0.0 else 0.0))
        sizes[at] = known[3, j] + known[5, j]
    for i in range(len(r)):
        if sizes[i] <= 0.0:
            sizes[i], r[i] = 1.0, 0.0


@compiled("void", _V, _V, _M, _V, _I, _N, _V, _V)
def _go(v, rest, known, theta, order, free, move, t):
    """Move the free columns, and what is left of the rows by t = U move; no column goes past zero or its bounds."""
    if free == 1:
        theta[0] += move[0]
    for i in range(len(move) - free):
        j = order[i]
        beta = theta[j + 1]
        new = beta + move[free + i]
        if known[4, j] > 0.0 and new * beta <= 0.0:
            new = 0.0
        theta[j + 1] = min(max(new, known[6, j]), known[7, j])
    for k in range(len(rest)):
        rest[k] -= v[k] * t[k]


@compiled(_F, *_X, _V, _V, _M, _V, _V, _I, _M, _V, *_X, *_X, _N, _F, inner=False)
def settle(
    starts, rows, values, v, rest, known, theta, sums, order, space, t, first, down, cells, heads, across, turned, free,
    goal,
):  # fmt: skip
    """See `ridgeline.kernels.settle`."""
    pull, last, whole, sweeps, tight, stalled, had = space[0][1:], np.inf, False, True, False, 0, 0
    wrong, least = np.inf, 0
    _curvatures(starts, rows, values, v, known, sums)
    for _ in range(_ROUNDS):
        if sweeps:
            _signs(starts, rows, values, v, rest, known, theta, sums, order, least)
            had = 0
        wrong, outside = _wrong(starts, rows, values, rest, known, theta, free, pull)
        if wrong <= goal or stalled > 5:
            break
        sweeps = whole and outside > goal  # what is at zero is not where it belongs
        if sweeps:
            whole = False
            continue
        stalled = stalled + 1 if tight and wrong > 0.9 * last else 0
        tight, last = whole or wrong > 0.5 * last, wrong  # on the same columns as before: go all the way
        had = _pack(starts, rows, values, known, theta, order, had, first, down, cells, heads, across, turned)
        size = free + had
        shift, ridge, sizes, x = space[1][:had], space[2][:size], space[3][:size], space[4][:size]
        move, r, d, hd = space[5][:size], space[6][:size], space[7][:size], space[8][:size]
        _system(rest, known, theta, pull, sums, order, shift, ridge, sizes, r)
        aim = 0.3 * goal if tight else max(0.3 * goal, _EASE * wrong)
        reached = _conjugate(first, down, cells, heads, across, turned, v, shift, ridge, sizes, x, r, d, hd, t, aim)
        whole = _clip(known, theta, order, free, x, move) == 0
        straight = False
        while (
            _change(heads, across, turned, v, rest, known, theta, order, free, shift, move, t) > 0.0
            and not whole
            and not straight
        ):
            _straight(x, move)  # among dependent columns only the straight way leads down
            straight = True
        _go(v, rest, known, theta, order, free, move, t)
        # a few sweeps would bring back what has just left; many do more than steps that came to no end
        sweeps, least = reached == 0 or (not whole and not straight), 0 if reached == 1 else _MANY
    return wrong
