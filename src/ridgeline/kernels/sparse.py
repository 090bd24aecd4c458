"""A penalised quadratic of the columns of a sparse matrix, whose centring and scaling stay implied; partly compiled.

What it computes is said by `ridgeline.kernels.settle`. Sweeps of coordinate descent find the support and its signs,
conjugate gradients on the support go to the answer, and both repeat until the optimality conditions hold. Only what
takes the time is compiled, in few pieces: compiling it all took longer than many a fit.
"""

from __future__ import annotations

import numpy as np

from ridgeline.kernels.columns import Columns
from ridgeline.kernels.compiling import compiled
from ridgeline.kernels.compressed import dots

__all__ = ["settle"]

_ROUNDS, _SWEEPS, _MANY, _STEPS = 100, 4, 100, 300
_EASE = 0.1  # share of the violation that conjugate gradients leave while the support may change
_FLAT, _FAR = 1e-10, 1e10

# Rows of `known`: facts of each column. Places of `sums`: what is added to `rest`, its sum with that, curvature of the
# intercept (0 without one), sum of v.
_MEAN, _SCALE, _CROSSED, _CURVED, _L1, _L2, _LOW, _HIGH = range(8)
_ADDED, _LEFT, _INTERCEPT, _TOTAL = range(4)

_V, _M, _I, _F, _N = "float64[::1]", "float64[:,::1]", "int64[::1]", "float64", "int64"
_U, _S = "uint32[::1]", "uint64[::1]"  # unsigned: no index counts from the end
_X = (_S, _U, _V)


@compiled(_N, *_X, _V, _V, _M, _V, _V, _I, _N)
def _sweep(starts, rows, values, v, rest, known, theta, sums, order, count):
    """Visit the columns once; how many signs changed. `rest` lacks sums[_ADDED] v."""
    flips, added, left = 0, sums[_ADDED], sums[_LEFT]
    if sums[_INTERCEPT] > 0.0:
        theta[0] += left / sums[_INTERCEPT]
        added -= left / sums[_INTERCEPT]
        left = 0.0
    for i in range(count):
        j = order[i]
        size = known[_CURVED, j]
        if size + known[_L2, j] <= 0.0:
            continue
        over = 1.0 / (size + known[_L2, j])  # divides while the sum is still under way
        total = added * known[_CROSSED, j]
        for k in range(starts[j], starts[j + 1]):
            total += values[k] * rest[rows[k]]
        old, hold = theta[j + 1], known[_L1, j]
        pull = known[_SCALE, j] * (total - known[_MEAN, j] * left) + size * old
        new = 0.0
        if pull > hold:
            new = (pull - hold) * over
        elif pull < -hold:
            new = (pull + hold) * over
        new = min(max(new, known[_LOW, j]), known[_HIGH, j])
        if new == old:
            continue
        if new * old <= 0.0:
            flips += 1
        theta[j + 1] = new
        move = (new - old) * known[_SCALE, j]
        for k in range(starts[j], starts[j + 1]):
            rest[rows[k]] -= v[rows[k]] * move * values[k]
        added += move * known[_MEAN, j]
        left -= move * (known[_CROSSED, j] - known[_MEAN, j] * sums[_TOTAL])
    sums[_ADDED], sums[_LEFT] = added, left
    return flips


@compiled("void", *_X, _V, _V, _M, _V, _V, _I, _N)
def _find_signs(starts, rows, values, v, rest, known, theta, sums, order, least):
    """Sweep over all columns, then over those in use until the signs stand, a few times at most, or `least` times."""
    sums[_ADDED], sums[_LEFT] = 0.0, 0.0
    for k in range(len(rest)):
        sums[_LEFT] += rest[k]
    count = len(theta) - 1
    for j in range(count):
        order[j] = j
    for i in range(1 + max(least, _SWEEPS)):
        if _sweep(starts, rows, values, v, rest, known, theta, sums, order, count) == 0 and i >= least:
            break
        if i == 0:
            count = 0
            for j in range(len(theta) - 1):
                if theta[j + 1] != 0.0:
                    order[count] = j
                    count += 1
    for k in range(len(rest)):
        rest[k] += sums[_ADDED] * v[k]


@compiled(f"UniTuple({_F}, 2)", *_X, _V, _V, _M, _V, _V, _I, _N, _V, inner=False)
def _violations(starts, rows, values, v, rest, known, theta, sums, order, least, pull):
    """Largest violation of the optimality conditions, and that of the columns at 0; fills `pull`.

    Signs are found first, by `least` sweeps or more, unless that is negative.
    """
    if least >= 0:
        _find_signs(starts, rows, values, v, rest, known, theta, sums, order, least)
    total, outside = 0.0, 0.0
    for k in range(len(rest)):
        total += rest[k]
    wrong = abs(total) if sums[_INTERCEPT] > 0.0 else 0.0
    dots(starts, rows, values, rest, pull)
    for j in range(len(pull)):
        beta, hold = theta[j + 1], known[_L1, j]
        pull[j] = known[_SCALE, j] * (pull[j] - known[_MEAN, j] * total) - known[_L2, j] * beta
        far = 0.0
        if beta < known[_HIGH, j]:
            far = pull[j] - (hold if beta >= 0.0 else -hold)
        if beta > known[_LOW, j]:
            far = max(far, -pull[j] - (hold if beta <= 0.0 else -hold))
        wrong = max(wrong, far)
        if beta == 0.0 and hold > 0.0:
            outside = max(outside, far)
    return wrong, outside


@compiled("void", *_X, _M, _I, _V, _V, inner=False)
def _along(starts, rows, values, known, order, d, t):
    """Fill in t = U d; d, and whatever else is of the free columns has the intercept first."""
    level = d[0]
    for i in range(1, len(d)):
        level -= known[_MEAN, order[i - 1]] * known[_SCALE, order[i - 1]] * d[i]
    for k in range(len(t)):
        t[k] = level
    for i in range(1, len(d)):
        j = order[i - 1]
        move = known[_SCALE, j] * d[i]
        for k in range(starts[j], starts[j + 1]):
            t[rows[k]] += move * values[k]


@compiled(_N, *_X, _V, _M, _I, _F, _V, _V, _V, _V, _V, _V, _F, inner=False)
def _conjugate(starts, rows, values, v, known, order, free, sizes, x, r, d, hd, t, goal):  # noqa: C901
    """Solve (U'VU + diag(l2)) x = r; where that cannot be done, x is far away on the way down; t = U x.

    1, or 0 where steps ran out.
    """
    product, largest, reached = 0.0, 0.0, 0
    for i in range(len(r)):
        x[i] = 0.0
        d[i] = r[i] / sizes[i]
        product += r[i] * d[i]
        largest = max(largest, abs(r[i]))
    for _ in range(_STEPS):
        if largest <= goal:
            reached = 1
            break
        _along(starts, rows, values, known, order, d, t)
        total = 0.0
        for k in range(len(t)):
            t[k] *= v[k]
            total += t[k]
        hd[0] = free * total
        curved, plain = d[0] * hd[0], d[0] * d[0] * sizes[0]
        for i in range(1, len(d)):
            j = order[i - 1]
            crossed = -known[_MEAN, j] * total
            for k in range(starts[j], starts[j + 1]):
                crossed += t[rows[k]] * values[k]
            hd[i] = known[_SCALE, j] * crossed + known[_L2, j] * d[i]
            curved += d[i] * hd[i]
            plain += d[i] * d[i] * sizes[i]
        if curved <= _FLAT * plain:  # dependent columns: downhill without end
            for i in range(len(r)):
                x[i] += _FAR * d[i]
            reached = 1
            break
        ahead, before = product / curved, product
        product, largest = 0.0, 0.0
        for i in range(len(r)):
            x[i] += ahead * d[i]
            r[i] -= ahead * hd[i]
            product += r[i] * r[i] / sizes[i]
            largest = max(largest, abs(r[i]))
        for i in range(len(r)):
            d[i] = r[i] / sizes[i] + product / before * d[i]
    _along(starts, rows, values, known, order, x, t)
    return reached


def settle(columns: Columns, v, rest, known, theta, goal: float, intercept: bool) -> float:
    """See `ridgeline.kernels.settle`."""
    return _Descent(columns, v, rest, known, theta, intercept).run(goal)


class _Descent:
    """Where the descent stands: `theta`, `rest`, and how hard each column is drawn, `pull`; they move along."""

    def __init__(self, columns: Columns, v, rest, known, theta, intercept: bool):
        self.columns, self.v, self.rest, self.theta, self.free = columns, v, rest, theta, intercept
        self.data = columns.starts, columns.rows, columns.values
        self.mean, self.scale, self.l1, self.l2, self.low, self.high = known
        self.total = float(v.sum())
        crossed = columns.adjoint(v)
        squares = columns.squared.adjoint(v) + self.mean * (self.mean * self.total - 2.0 * crossed)
        self.curved = self.scale**2 * np.maximum(squares, 0.0)
        self.known = np.vstack([known[:2], crossed, self.curved, known[2:]])
        # bounds of those that are above 0, or below it, and may not change sign on the way
        self.least = np.where(self.l1 > 0.0, np.maximum(self.low, 0.0), self.low)
        self.most = np.where(self.l1 > 0.0, np.minimum(self.high, 0.0), self.high)
        self.sums = np.array([0.0, 0.0, self.total * intercept, self.total])
        self.order, self.pull = np.empty(len(self.mean), dtype=np.int64), np.empty(len(self.mean))

    def run(self, goal: float) -> float:
        """Go on until the largest violation is at most `goal`, or does not fall any more; return it."""
        wrong, last, whole, tight, stalled, straights = np.inf, np.inf, False, False, 0, 0
        least = 0  # sweeps that find the signs, at least; -1 for none
        for _ in range(_ROUNDS):
            state = self.v, self.rest, self.known, self.theta, self.sums, self.order
            wrong, outside = _violations(*self.data, *state, least, self.pull)
            if wrong <= goal or stalled > 5:
                break
            if whole and outside > goal:  # what is at zero is not where it belongs
                whole, least = False, max(least, 0)
                continue
            if straights == 0:  # a straight move frees a single column, and may change little else
                stalled = stalled + 1 if tight and wrong > 0.9 * last else 0
            tight, last = whole or wrong > 0.5 * last, wrong  # on the same columns as before: go all the way
            on = self._free_columns()
            x, t, reached = self._solve(on, 0.3 * goal if tight else max(0.3 * goal, _EASE * wrong))
            held, straight = self._move(on, x, t)
            whole, straights = not held, straights + 1 if straight else 0
            # many sweeps do more than steps that came to no end; after a straight move they bring back what has left
            least = _MANY if not reached or straights % 10 == 9 else 0 if held and not straight else -1
        return wrong

    def _free_columns(self) -> np.ndarray:
        beta = self.theta[1:]
        return np.flatnonzero((self.low < beta) & (beta < self.high) & ((beta != 0.0) | (self.l1 == 0.0)))

    def _solve(self, on: np.ndarray, goal: float) -> tuple[np.ndarray, np.ndarray, bool]:
        """Newton step x of the intercept and the columns `on`, U x, and whether what x leaves is below `goal`."""
        sizes = np.append(self.total * self.free, self.curved[on] + self.l2[on])
        r = np.append(self.rest.sum(), self.pull[on] - np.sign(self.theta[1 + on]) * self.l1[on])
        r[sizes <= 0.0] = 0.0
        sizes[sizes <= 0.0] = 1.0
        x, d, hd = np.empty((3, len(r)))
        free, t = float(self.free), np.empty(len(self.v))
        reached = _conjugate(*self.data, self.v, self.known, on, free, sizes, x, r, d, hd, t, goal)
        return x, t, reached == 1

    def _move(self, on: np.ndarray, x: np.ndarray, t: np.ndarray) -> tuple[bool, bool]:
        """Go by x, t = U x, each column as far as its sign and bounds let it; where that leads up, straight to an edge.

        Among dependent columns only the straight way leads down. Whether a column was held back, and that way taken.
        """
        beta = self.theta[1 + on]
        low = np.where(beta < 0.0, self.low[on], self.least[on])
        high = np.where(beta > 0.0, self.high[on], self.most[on])
        aim = beta + x[1:]
        new = np.minimum(np.maximum(aim, low), high)
        held = np.flatnonzero((aim <= low) | (aim >= high))
        move, straight = x, False
        if len(held):
            move = np.append(x[0], new - beta)
            _along(*self.data, self.known, on, move, t)
        if len(held) and self._change(on, beta, new, t) > 0.0:
            shares, straight = move[1 + held] / x[1 + held], True
            edge = held[np.argmin(shares)]
            move = x * shares.min()
            move[1 + edge] = new[edge] - beta[edge]
            new = np.minimum(np.maximum(beta + move[1:], low), high)
            _along(*self.data, self.known, on, move, t)
        self.theta[0] += move[0]
        self.theta[1 + on] = new
        self.rest -= self.v * t
        return len(held) > 0, straight

    def _change(self, on: np.ndarray, old: np.ndarray, new: np.ndarray, t: np.ndarray) -> float:
        """How much a move of the free columns changes the objective; t = U move."""
        penalty = self.l1[on] * (np.abs(new) - np.abs(old)) + 0.5 * self.l2[on] * (new**2 - old**2)
        return float(t @ (0.5 * self.v * t - self.rest) + penalty.sum())
