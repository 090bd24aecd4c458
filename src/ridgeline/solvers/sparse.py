"""Lasso and elastic net of a sparse matrix: no cross-products, no dense columns.

A pass over what is stored is cheap, so every training set goes down the path by itself. For each λ it works on the
columns that are in use or that the last gradient g draws hard enough, |g_j| > h_j (2λ − λ') with λ' the λ before and
h_j the hold of λ = 1: the sequential strong rule of Tibshirani et al. (2012, JRSS B 74:245, section 3). A kernel
minimises the quadratic at θ on them; losses that are not quadratic repeat this until the optimality conditions hold.
A pass over all columns tells whether one was left out wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.engines import one_blas_thread
from ridgeline.kernels import Columns, settle
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.columns import learn_sets
from ridgeline.solvers.found import Found, put_together
from ridgeline.solvers.stations import stations
from ridgeline.solvers.working import KKT, penalty_of, violation

__all__ = ["solve"]

_MOST = 60
_FOLD = 1e-6  # where a solution is only judged: losses of other rows are exact to about 1e-8 then
_EASE = 0.1  # largest share of the violation that a Newton step may leave
_BROKEN = 1e-10  # a column joins when its gradient exceeds its share of λ by this much


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray, *, lift: bool = False) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Any family with one linear predictor; l1_ratio > 0; a design that can be had by columns, compressed.
    resamples : Resamples
    lams : ndarray of shape (L,)
        Any order.
    lift : bool
        Give every training set's coefficients on all columns; else only the first's, the others' on the columns used.
    """
    order = np.argsort(-lams, kind="stable")
    standards, weights = learn_sets(problem, resamples), resamples.shares(problem)
    judged = resamples.each("test", len(problem.y)) * problem.weights
    by_rows = problem.design.compressed().tocsr()

    def one(k: int) -> list[Found]:
        goal = KKT if k == 0 or lift else _FOLD
        return [_Path(problem, standards[k], weights[k], judged[k], by_rows, goal).run(lams[order])]

    with one_blas_thread():
        found = problem.design.engine.map(one, range(len(resamples.sets)))
    return put_together(problem, standards, found, order, lift=lift)


@dataclass
class _Point:
    """θ, the intercept first; and there the mean loss, also with the penalty, and the derivative of each row's loss."""

    theta: np.ndarray
    loss: float
    total: float
    r: np.ndarray


class _Path:
    """One training set, from the strongest λ to the weakest; rows that do not train are looked at in the end."""

    def __init__(self, problem: Problem, standard: Standardization, weights, judged, matrix, goal: float):
        self.goal = goal
        self.problem, self.standard, self.judged, self.all = problem, standard, judged, matrix
        rows = np.flatnonzero(weights > 0.0)
        self.columns = Columns.of((matrix if len(rows) == len(weights) else matrix[rows]).tocsc())
        self.weights, self.y, self.offset = weights[rows], problem.y[rows], problem.offset[rows]
        self.pull, self.on = np.zeros(len(standard.mean)), np.empty(0, dtype=np.intp)
        self.quadratic = problem.family.name == "gaussian"
        unit = problem.penalty(standard, np.ones(1))
        self.open = (standard.inverse > 0.0) & np.isfinite(problem.factors)
        # l1 and l2 for λ = 1, lower and upper bounds
        self.unit = np.where(self.open, np.stack([a[:, 0] for a in (unit.l1, unit.l2, unit.lower, unit.upper)]), 0.0)
        l1, _, low, high = self.unit
        self.base = np.flatnonzero(self.open & ((l1 == 0.0) | (low > 0.0) | (high < 0.0)))  # in use whatever λ is
        self.scale = np.inf

    def run(self, lams: np.ndarray) -> Found:
        """Solve for decreasing λ."""
        before = self._null(float(lams[0]))
        last, slope, each = self.theta, np.zeros_like(self.theta), []
        for lam, asked in zip(*(a.tolist() for a in stations(before, lams)), strict=True):
            point = self._step(self._ahead(slope, lam - before), lam, before)
            if before > lam:
                slope = (self.theta - last) / (lam - before)
            last, before = self.theta, lam
            if asked:
                each.append((self.on, self.theta[1 + self.on], self.theta[0], point.loss))
        columns = np.flatnonzero(np.bincount(np.concatenate([one[0] for one in each])))
        beta = np.zeros((len(columns), len(lams)))
        for i, (on, values, *_) in enumerate(each):
            beta[np.searchsorted(columns, on), i] = values
        b0, train = np.array([one[2:] for one in each]).T
        return Found(columns, beta, b0, train, self._tested(columns, beta, b0))

    def _tested(self, columns: np.ndarray, beta: np.ndarray, b0: np.ndarray) -> np.ndarray:
        """Mean losses of the rows that judge."""
        rows = np.flatnonzero(self.judged > 0.0)
        if not len(rows):
            return np.full(len(b0), np.nan)
        b = beta * self.standard.inverse[columns, None]
        eta = self.all[rows].tocsc()[:, columns] @ b + (b0 - self.standard.mean[columns] @ b)
        eta += self.problem.offset[rows, None]
        weights = self.judged[rows]
        return weights @ self.problem.family.loss(self.problem.y[rows, None], eta) / weights.sum()

    def _null(self, lam: float) -> float:
        """Go to the solution with all held that can be; the smallest λ that does, or `lam` where that is larger."""
        family = self.problem.family
        self.theta = np.zeros(1 + len(self.open))
        if self.problem.intercept:
            self.theta[0] = family.null_eta(self.y, self.weights, self.offset)
        self._drawn(family.gradient(self.y, self.theta[0] + self.offset))
        self.scale = max(float(self.pull.max(initial=0.0)), 1e-300)
        if len(self.base):
            most = 1e9 * max(self.scale, lam)
            self._step(self.theta, most, most)
        l1 = self.unit[0]
        strongest = np.divide(self.pull, l1, where=l1 > 0.0, out=np.zeros_like(l1))
        return max(float(strongest.max(initial=0.0)), lam)

    def _ahead(self, slope: np.ndarray, by: float) -> np.ndarray:
        """θ further on, as long as it does not change signs."""
        out, on = np.zeros_like(self.theta), self.on
        out[0] = self.theta[0] + slope[0] * by
        now = self.theta[1 + on]
        ahead = now + slope[1 + on] * by
        out[1 + on] = np.where((self.unit[0, on] > 0.0) & (np.sign(ahead) != np.sign(now)), 0.0, ahead)
        return out

    def _step(self, theta: np.ndarray, lam: float, before: float) -> _Point:
        """Go to the solution at λ: `theta`, `on` (its columns in use) and `pull` (how hard each is drawn from 0)."""
        used = self.pull > max(2.0 * lam - before, 0.0) * self.unit[0]
        used[self.on] = used[self.base] = True
        while True:
            work = np.flatnonzero(used)
            start = theta[np.append(0, 1 + work)]
            start[1:] = np.clip(start[1:], *self.unit[2:, work])
            point = _Columns(self, work, lam).minimum(start)
            theta = np.zeros_like(theta)
            theta[0], theta[1 + work] = point.theta[0], point.theta[1:]
            self._drawn(point.r)
            broken = self.pull > (1.0 + _BROKEN) * lam * self.unit[0]
            broken[work] = False
            if not broken.any():
                self.theta, self.on = theta, work[(point.theta[1:] != 0.0) | (self.unit[0, work] == 0.0)]
                return point
            used |= broken

    def _drawn(self, r: np.ndarray) -> None:
        """Find how hard each column is drawn away from 0, where its bounds let it go, by derivatives r of the rows."""
        weighted = r * self.weights
        g = self.columns.adjoint(weighted)
        g -= self.standard.mean * weighted.sum()
        g *= self.standard.inverse
        self.pull = np.abs(g)
        if self.problem.bounds is not None:
            low, high = self.unit[2:]
            self.pull[np.where(g < 0.0, high <= 0.0, low >= 0.0)] = 0.0


class _Columns:
    """The working columns of a training set, at one λ; θ has the intercept first."""

    def __init__(self, path: _Path, work: np.ndarray, lam: float):
        self.path, self.problem, self.work, self.weights = path, path.problem, work, path.weights
        self.size = min(lam, path.scale) or path.scale
        self.columns = path.columns.pick(work)
        self.mean, self.inverse = path.standard.mean[work], path.standard.inverse[work]
        self.l1, self.l2 = lam * path.unit[:2, work]
        self.box = path.unit[2:, work]
        self.v = self.weights
        self.known = np.stack([self.mean, self.inverse, self.l1, self.l2, *self.box])

    def minimum(self, theta: np.ndarray) -> _Point:
        """Go from θ to the minimiser."""
        goal = self.path.goal * self.size
        point, last = self._look(theta), np.inf
        for _ in range(_MOST):
            wrong = self._wrong(point)
            if wrong <= goal or (wrong > 0.9 * last and wrong < 1e-6 * self.size):
                break
            last, moved, rest = wrong, point.theta.copy(), -point.r * self.weights
            aim = goal
            if not self.path.quadratic:
                self.v = self.weights * np.maximum(self.problem.family.curvature_at(self.path.y, point.r), 0.0)
                aim = max(goal, min(_EASE, wrong / self.size) * wrong)
            settle(self.columns, self.v, rest, self.known, moved, aim, intercept=self.problem.intercept)
            point = self._downhill(point, moved)
        return point

    def _wrong(self, point: _Point) -> float:
        """Largest violation of the optimality conditions."""
        weighted, beta = point.r * self.weights, point.theta[1:]
        total = float(weighted.sum())
        g = self.inverse * (self.columns.adjoint(weighted) - self.mean * total)
        wrong = violation(-g - self.l2 * beta, self.l1, self.box, beta)
        return max(wrong, abs(total)) if self.problem.intercept else wrong

    def _look(self, theta: np.ndarray) -> _Point:
        """Mean loss plus penalty, and the derivative of each row's loss."""
        b = theta[1:] * self.inverse
        eta = self.columns.product(b) + (theta[0] - self.mean @ b) + self.path.offset
        losses, r = self.problem.family.loss_gradient(self.path.y, eta)
        loss = float(self.weights @ losses)
        return _Point(theta, loss, loss + penalty_of(self.l1, self.l2, theta[1:]), r)

    def _downhill(self, point: _Point, moved: np.ndarray) -> _Point:
        """Go to `moved`, or half as far as often as it takes for the objective not to rise."""
        step = moved - point.theta
        for _ in range(40):
            now = self._look(moved)
            if now.total <= point.total + 1e-12 * abs(point.total) + 1e-300:
                return now
            step = step / 2.0
            moved = point.theta + step
        return point
