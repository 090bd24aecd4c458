"""The data side of Newton: sweeps, curvature and judging, in the standardized coordinates of each training set.

Columns of one matrix are the candidate models (training set, λ). One sweep over the rows gives every column its gradient
and its loss, on the rows that train it and on those that judge it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ridgeline.designs import Standardization, Sweep
from ridgeline.moments import merge_all
from ridgeline.problem import Problem, TrainingSet, null_objective
from ridgeline.solvers.base import Resamples

__all__ = ["Batch", "Columns", "Values", "learn"]

_WIDEST = 128  # columns of one sweep: their linear predictors stay in cache with a block of rows


@dataclass
class Columns:
    """Candidate models: training set s, λ, parameters (p + 1, c) with the intercept last."""

    s: np.ndarray
    lam: np.ndarray
    theta: np.ndarray

    def __getitem__(self, at: np.ndarray | slice) -> Columns:
        return Columns(self.s[at], self.lam[at], self.theta[:, at])


@dataclass
class Values:
    """What a sweep says of each column; gradients are (p + 1, c)."""

    objective: np.ndarray
    gradient: np.ndarray
    train: np.ndarray
    test: np.ndarray
    test_gradient: np.ndarray

    def __getitem__(self, at: np.ndarray) -> Values:
        return Values(*(getattr(self, name)[..., at] for name in self.__dataclass_fields__))

    @classmethod
    def side_by_side(cls, parts: list[Values]) -> Values:
        return cls(*(np.concatenate([getattr(v, f) for v in parts], axis=-1) for f in cls.__dataclass_fields__))


def learn(problem: Problem, resamples: Resamples) -> list[Standardization]:
    """The standardization of every training set, from one pass."""
    weights = None if np.all(problem.weights == 1.0) else problem.weights
    cells = problem.design.moments(np.empty((len(problem.y), 0)), weights, resamples.layout)
    options = {"standardize": problem.standardize, "intercept": problem.intercept}
    merged = [merge_all([c for c, use in zip(cells, s.train, strict=True) if use]) for s in resamples.sets]
    learned = [Standardization.learn(m, problem.imputed, **options) for m in merged]
    return [one.excluding(np.isinf(problem.factors)) for one in learned]


class Batch:
    """A problem, its training sets and their standardizations.

    Parameters
    ----------
    problem : Problem
    resamples : Resamples
    standards : list of Standardization
        One per training set.
    """

    def __init__(self, problem: Problem, resamples: Resamples, standards: list[Standardization]):
        self.problem, self.resamples, self.standards = problem, resamples, standards
        self.p = problem.design.shape[1]
        w = problem.weights
        cells = resamples.layout.cells
        labels = np.zeros(len(w), dtype=np.intp) if resamples.labels is None else resamples.labels
        known = labels >= 0
        mass = np.bincount(labels[known], weights=w[known], minlength=cells)
        self.weights = None if np.all(w == 1.0) else w
        self.train = np.array([s.train for s in resamples.sets], dtype=np.float64)
        self.test = np.array([s.test for s in resamples.sets], dtype=np.float64)
        self.train_weight, self.test_weight = self.train @ mass, self.test @ mass
        self.factors = np.where(np.isfinite(problem.factors), problem.factors, 0.0)
        self.null = null_objective(problem)
        self.passes = 0

    def sample(self, rows: np.ndarray) -> Batch:
        """The first training set on some of its rows only, in the same coordinates."""
        problem = self.problem
        part = replace(
            problem, design=problem.design.take(rows), y=problem.y[rows], weights=problem.weights[rows], offset=problem.offset[rows]
        )
        labels = None if self.resamples.labels is None else self.resamples.labels[rows]
        one = (TrainingSet(self.resamples.sets[0].train, self.resamples.sets[0].test),)
        return Batch(part, Resamples.make(part, labels, one), self.standards[:1])

    @cached_property
    def whole(self) -> Batch:
        """The first training set alone: when it is all rows, blocks need no sorting by cell."""
        first = self.resamples.sets[0]
        labels = self.resamples.labels
        if not first.train.all() or (labels is not None and labels.min(initial=0) < 0):
            return self
        one = (TrainingSet(np.ones(1, bool), np.zeros(1, bool)),)
        return Batch(self.problem, Resamples.make(self.problem, None, one), self.standards[:1])

    def evaluate(self, columns: Columns) -> Values:
        """Gradients and losses of all columns, in groups that keep a block in cache."""
        parts = [columns[i : i + _WIDEST] for i in range(0, len(columns.s), _WIDEST)]
        return Values.side_by_side([self._values(part, self._sweep(part)) for part in parts])

    def spread(self, columns: Columns) -> dict[int, Columns | np.ndarray]:
        """Gradients for every training set at columns of the first: one sweep of few columns serves them all."""
        sweep = self._sweep(columns)
        out = {}
        for k in range(1, len(self.standards)):
            moved = self.translated(columns.theta, k)
            own = Columns(np.full(len(columns.s), k), columns.lam, moved)
            out[k] = own, self._values(own, sweep).gradient
        return out

    def translated(self, theta: np.ndarray, k: int) -> np.ndarray:
        """Parameters of the first training set in the coordinates of set k (a start: fills of gaps differ a little)."""
        first, own = self.standards[0], self.standards[k]
        stored = theta[:-1] * first.inverse[:, None]
        shift = (own.mean - first.mean) @ stored
        scale = np.divide(1.0, own.inverse, out=np.zeros(self.p), where=own.inverse > 0)
        return np.vstack([stored * scale[:, None], theta[-1] + shift if self.problem.intercept else theta[-1]])

    def _stored(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        b, constant = np.empty((self.p, len(columns.s))), np.empty(len(columns.s))
        for k in np.unique(columns.s):
            at = columns.s == k
            b[:, at], constant[at] = self.standards[k].stored(columns.theta[:-1, at])
        return b, constant + columns.theta[-1]

    def _sweep(self, columns: Columns) -> Sweep:
        """Adjoints of the residuals by cell, and sums of residuals and losses."""
        b, constant = self._stored(columns)
        y, w, offset, family = self.problem.y, self.weights, self.problem.offset, self.problem.family
        moved = bool(np.any(offset))

        def visit(rows, eta: np.ndarray, bounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            eta += constant
            if moved:
                eta += offset[rows][:, None]
            residual, loss = family.tally(y[rows][:, None], eta, None if w is None else w[rows][:, None], bounds)
            total = np.stack([residual[a:b].sum(axis=0) for a, b in zip(bounds[:-1], bounds[1:], strict=True)])
            return residual, np.stack([total, loss], axis=1)

        self.passes += 1
        return self.problem.design.tally(b, visit, self.resamples.layout)

    def _values(self, columns: Columns, sweep: Sweep) -> Values:
        s = columns.s
        gradient = self._gather(sweep, s, self.train, self.train_weight)
        test_gradient = self._gather(sweep, s, self.test, np.maximum(self.test_weight, 1e-300))
        train = np.einsum("ck,kc->c", self.train[s], sweep.sums[:, 1]) / self.train_weight[s]
        with np.errstate(invalid="ignore", divide="ignore"):
            test = np.einsum("ck,kc->c", self.test[s], sweep.sums[:, 1]) / self.test_weight[s]
        ridge = self.factors[:, None] * columns.theta[:-1]
        gradient[:-1] += columns.lam * ridge
        objective = train + 0.5 * columns.lam * np.einsum("jc,jc->c", ridge, columns.theta[:-1])
        return Values(objective, gradient, train, test, test_gradient)

    def _gather(self, sweep: Sweep, s: np.ndarray, member: np.ndarray, weight: np.ndarray) -> np.ndarray:
        out = np.empty((self.p + 1, len(s)))
        for k in np.unique(s):
            at = s == k
            g = np.tensordot(member[k], sweep.adjoint[:, :, at], axes=1)
            total = member[k] @ sweep.sums[:, 0, at]
            out[:-1, at] = self.standards[k].adjoint(g, total) / weight[k]
            out[-1, at] = total / weight[k] if self.problem.intercept else 0.0
        return out

    def judge(self, columns: Columns) -> np.ndarray:
        """Mean loss of each column on the rows that judge it; no other row is visited."""
        b, constant = self._stored(columns)
        y, w, offset, family = self.problem.y, self.weights, self.problem.offset, self.problem.family
        own = [np.flatnonzero(self.test[columns.s, cell] > 0) for cell in range(self.resamples.layout.cells)]

        def visit(cell: int, rows: np.ndarray, eta: np.ndarray) -> np.ndarray:
            eta += constant[own[cell]]
            eta += offset[rows][:, None]
            weight = None if w is None else w[rows][:, None]
            return family.tally(y[rows][:, None], eta, weight, np.array([0, len(rows)]))[1][0]

        found = self.problem.design.judge([b[:, at] for at in own], visit, self.resamples.layout)
        total = np.zeros(len(columns.s))
        for at, loss in zip(own, found, strict=True):
            total[at] += loss
        with np.errstate(invalid="ignore", divide="ignore"):
            return total / self.test_weight[columns.s]

    def curvatures(self, columns: Columns, sets: list[list[int]]) -> list[list[np.ndarray]]:
        """Hessians of the mean loss, (p + 1, p + 1), at each column's parameters, for each training set of ``sets[c]``."""
        b, constant = self._stored(columns)
        problem = self.problem
        eta = problem.design.predict(b) + (constant + problem.offset[:, None])
        v = problem.family.curvature(problem.y[:, None], eta) * problem.weights[:, None]
        centre = self._centre()
        cells = problem.design.curvatures(v, centre, self.resamples.layout)
        return [[self._hessian(found, k) for k in wanted] for found, wanted in zip(cells, sets, strict=True)]

    def _centre(self) -> np.ndarray:
        """A point near the mean of the stored columns."""
        standard = self.standards[0]
        centre = standard.mean.copy()
        if len(standard.fill):
            value, flag = standard.imputed[:, 0], standard.imputed[:, 1]
            centre[value] -= standard.fill * centre[flag]
        return centre

    def _hessian(self, cells: list, k: int) -> np.ndarray:
        m = merge_all([c for c, use in zip(cells, self.resamples.sets[k].train, strict=True) if use])
        m = self.standards[k].moments(m)
        h = np.empty((self.p + 1, self.p + 1))
        h[:-1, :-1] = (m.scatter + m.weight * np.outer(m.mean, m.mean)) / self.train_weight[k]
        h[:-1, -1] = h[-1, :-1] = m.weight * m.mean / self.train_weight[k]
        h[-1, -1] = m.weight / self.train_weight[k]
        dead = np.append(self.standards[k].inverse == 0, not self.problem.intercept)
        h[dead, :] = 0.0
        h[:, dead] = 0.0
        h[dead, dead] = 1.0
        return h
