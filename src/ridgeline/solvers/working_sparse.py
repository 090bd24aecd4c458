"""One training set on its working columns, where the matrix is sparse: no cross-products, no dense columns.

Sweeps of coordinate descent on the quadratic at θ, at the cost of the numbers that are stored, find the support and its
signs; conjugate gradients on the support then go to the answer. Both repeat until the optimality conditions hold.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.kernels import conjugate, sweep
from ridgeline.problem import Problem
from ridgeline.solvers.working import KKT, Found, Point, Worker, penalty_of, violation

__all__ = ["SparseWorker"]

_MOST, _SWEEPS, _STEPS = 100, 10, 300
_EASE = 0.03  # share of the violation that conjugate gradients leave while the support may change


class SparseWorker(Worker):
    """Solves one training set for a few λ at a time, from where it stood."""

    def __init__(self, problem: Problem, standard: Standardization, weights: np.ndarray, judged: np.ndarray, matrix):
        super().__init__(problem, standard, weights, judged)
        self.matrix = matrix
        self.columns = np.empty(0, dtype=np.intp)
        self.slope = np.zeros(1)  # of θ against λ, at the end of the last block

    def _columns(self, wanted: np.ndarray, standardized: Callable, begin: int) -> None:
        if begin:
            wanted = np.union1d(wanted, self.columns)
        place = np.append(0, 1 + np.searchsorted(wanted, self.columns[np.isin(self.columns, wanted)]))
        kept = np.append(True, np.isin(self.columns, wanted))
        size = 1 + len(wanted)
        self.theta, self.slope = (_moved(a, kept, place, size) for a in (self.theta, self.slope))
        self.out = _moved(self.out, kept, place, size) if len(self.out) == len(kept) else np.empty((size, 0))
        self.columns = wanted
        self.x = self.matrix[:, wanted]
        self.arrays = (self.x.indptr.astype(np.int32), self.x.indices.astype(np.int32), self.x.data)
        self.xt, self.square = self.x.T, self.x.multiply(self.x).tocsc().T
        self.mean, self.inverse = self.standard.mean[wanted], self.standard.inverse[wanted]
        self.now_l1, self.now_l2 = (np.append(0.0, a[wanted]) for a in (self.l1, self.l2))
        self.now_box = self.box[:, np.append(0, wanted + 1)]

    def solve(self, wanted: np.ndarray, standardized: Callable, lams: np.ndarray, begin: int = 0) -> Found:
        """Solve on at least the columns `wanted` for decreasing λ; the first `begin` stand."""
        self._columns(wanted, standardized, begin)
        out = np.zeros((len(self.now_l1), len(lams)))
        out[:, :begin] = self.out[:, :begin]
        lam = float(lams[begin - 1]) if begin else self.lam
        theta = out[:, begin - 1].copy() if begin else self.theta
        slope = self._slope(out, lams, begin, self.slope)
        for i in range(begin, len(lams)):
            now = float(lams[i])
            ahead = theta + slope * (now - lam) if np.isfinite(lam) else theta
            ahead = np.where((np.sign(ahead) == np.sign(theta)) | (self.now_l1 == 0.0), ahead, 0.0)
            theta = self._minimum_at(np.clip(ahead, *self.now_box), now)
            out[:, i], lam = theta, now
            slope = self._slope(out, lams, i + 1, slope)
        self.last_slope = slope
        return self._judged(out, lams)

    def _slope(self, out: np.ndarray, lams: np.ndarray, count: int, before: np.ndarray) -> np.ndarray:
        if count < 2:
            if count == 1 and np.isfinite(self.lam) and self.lam > lams[0]:
                return (out[:, 0] - self.theta) / (lams[0] - self.lam)
            return before
        return (out[:, count - 1] - out[:, count - 2]) / (lams[count - 1] - lams[count - 2])

    def _minimum_at(self, theta: np.ndarray, lam: float) -> np.ndarray:
        l1, l2 = lam * self.now_l1, lam * self.now_l2
        point = self._look(theta, penalty_of(l1, l2, theta))
        if not np.isfinite(self.scale):
            self.scale = float(np.abs(point.g).max())
        last, size, swept, whole, tight, stalled = np.inf, min(lam, self.scale), False, False, False, 0
        for _ in range(_MOST):
            outside = (point.theta == 0.0) & (l1 > 0.0)
            loose = np.abs(point.g) > l1 * (1.0 + 0.1 * KKT)
            if not swept or np.any(outside & loose) or not whole:
                point = self._downhill(point, self._swept(point, l1, l2), l1, l2)
                swept = True
            wrong = violation(-point.g - l2 * point.theta, l1, self.now_box, point.theta)
            tight = tight or (self.quadratic and whole)  # the same system as before: go all the way
            goal = 0.1 * KKT * size if tight else max(0.1 * KKT * size, _EASE * wrong)
            moved, whole = self._conjugate(point, l1, l2, goal)
            point = self._downhill(point, moved, l1, l2)
            left = violation(-point.g - l2 * point.theta, l1, self.now_box, point.theta)
            stalled = stalled + 1 if tight and left > 0.9 * last else 0
            if left <= KKT * size or (stalled > 5 and left < 1e-6 * size):
                break
            tight, last = left > 0.5 * last, left
        return point.theta

    def _swept(self, point: Point, l1: np.ndarray, l2: np.ndarray) -> np.ndarray:
        """Sweep the quadratic at a point until its signs stand."""
        v = self._curvature(point.r)
        known = np.stack([self.mean, self.inverse, self.xt @ v, self._sizes(v), l1[1:], l2[1:], *self.now_box[:, 1:]])
        rest, theta = -point.r * self.weights, point.theta.copy()
        total = float(v.sum())
        sums = np.array([0.0, rest.sum(), total if self.problem.intercept else 0.0, total])
        every = np.arange(len(theta) - 1)
        for _ in range(5):
            if sweep(self.arrays, v, rest, known, theta, sums, every, 1) == 0:
                break
            sweep(self.arrays, v, rest, known, theta, sums, np.flatnonzero(theta[1:]), _SWEEPS)
        return theta

    def _conjugate(self, point: Point, l1: np.ndarray, l2: np.ndarray, goal: float) -> tuple[np.ndarray, bool]:
        """Newton step on the support by conjugate gradients; what would change its sign goes to 0. Whether none did."""
        theta, v = point.theta, self._curvature(point.r)
        low, high = self.now_box
        on = np.flatnonzero((theta > low) & (theta < high) & ((theta != 0.0) | (l1 == 0.0)))
        left = -(point.g + l2 * theta + l1 * np.sign(theta))[on]
        sizes = np.append(v.sum(), self._sizes(v))[on] + l2[on]
        left[sizes <= 0.0] = 0.0
        known = np.stack([self.mean, self.inverse])
        step = conjugate(self.arrays, v, known, on[on > 0] - 1, l2[on], np.maximum(sizes, 1e-300), left, goal, _STEPS)
        moved = theta.copy()
        wanted = theta[on] + step
        corner = l1[on] > 0.0
        down = np.where(corner & (theta[on] > 0.0), np.maximum(low[on], 0.0), low[on])
        up = np.where(corner & (theta[on] < 0.0), np.minimum(high[on], 0.0), high[on])
        moved[on] = np.clip(wanted, down, up)
        return moved, bool(np.all((wanted > down) & (wanted < up)))

    def _sizes(self, v: np.ndarray) -> np.ndarray:
        """Curvature of each working column."""
        crossed, total = self.xt @ v, v.sum()
        raw = self.square @ v - 2.0 * self.mean * crossed + self.mean**2 * total
        return self.inverse**2 * np.maximum(raw, 0.0)

    def _curvature(self, r: np.ndarray) -> np.ndarray:
        v = self.problem.family.curvature_at(self.problem.y, r)
        return np.where(self.rows, self.weights * np.maximum(v, 0.0), 0.0)

    def _eta(self, theta: np.ndarray) -> np.ndarray:
        b = theta[1:] * (self.inverse if theta.ndim == 1 else self.inverse[:, None])
        offset = self.problem.offset if theta.ndim == 1 else self.problem.offset[:, None]
        return self.x @ b + (theta[0] - self.mean @ b) + offset

    def _adjoint(self, weighted: np.ndarray) -> np.ndarray:
        total = weighted.sum()
        g = self.inverse * (self.xt @ weighted - self.mean * total)
        return np.append(total if self.problem.intercept else 0.0, g)

    def _judged(self, out: np.ndarray, lams: np.ndarray) -> Found:
        self.out = out
        return self.found(self.columns, out, self._eta(out), len(lams))

    def keep(self, lam: float) -> None:
        """Start from the end of this block next time."""
        self.theta, self.lam, self.slope = self.out[:, -1].copy(), lam, self.last_slope


def _moved(a: np.ndarray, kept: np.ndarray, place: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros((size, *a.shape[1:]))
    out[place] = a[kept]
    return out
