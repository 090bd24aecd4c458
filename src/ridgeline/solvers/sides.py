"""Both sides of the data for iterative solvers: gradients and losses of training and judging rows, and curvature.

Columns of one matrix are candidate models, each of one training set and in its standardized coordinates. One sweep over
the rows gives every column its gradient and its loss, on the rows that train it and on those that judge it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from ridgeline.designs import Standardization, Sweep
from ridgeline.problem import Problem, null_objective
from ridgeline.solvers.base import Resamples, together

__all__ = ["Sides", "Values", "learn"]


@dataclass
class Values:
    """What a sweep says of each column: mean losses (c,), and their gradients (p + 1, c) with the intercept last."""

    train: np.ndarray
    gradient: np.ndarray
    test: np.ndarray
    test_gradient: np.ndarray

    def __getitem__(self, at: np.ndarray) -> Values:
        return Values(*(getattr(self, name)[..., at] for name in self.__dataclass_fields__))


def learn(problem: Problem, resamples: Resamples) -> list[Standardization]:
    """Learn the standardization of every training set from one pass."""
    options = {"standardize": problem.standardize, "intercept": problem.intercept}
    merged = resamples.merged(resamples.moments(problem))
    learned = [Standardization.learn(merged(k)[0], problem.imputed, **options) for k in range(len(resamples.sets))]
    return [one.head(problem.design.shape[1]).excluding(np.isinf(problem.factors)) for one in learned]


class Sides:
    """A problem, its training sets and their standardizations."""

    def __init__(self, problem: Problem, resamples: Resamples, standards: list[Standardization]):
        self.problem, self.resamples, self.standards = problem, resamples, standards
        self.p = problem.design.shape[1]
        labels = np.zeros(len(problem.y), dtype=np.intp) if resamples.labels is None else resamples.labels
        known = labels >= 0
        mass = np.bincount(labels[known], weights=problem.weights[known], minlength=resamples.layout.cells)
        self.train = np.array([s.train for s in resamples.sets], dtype=np.float64)
        self.test = np.array([s.test for s in resamples.sets], dtype=np.float64)
        self.train_weight, self.test_weight = self.train @ mass, self.test @ mass
        self.null = null_objective(problem)
        self.plain = bool(np.all(problem.weights == 1.0))
        self.passes = 0

    @cached_property
    def whole(self) -> Sides:
        """The first training set alone: when it is all rows, blocks need no sorting by cell."""
        labels = self.resamples.labels
        if not self.resamples.sets[0].train.all() or (labels is not None and labels.min(initial=0) < 0):
            return self
        return Sides(self.problem, Resamples.whole(self.problem), self.standards[:1])

    def evaluate(self, s: np.ndarray, theta: np.ndarray) -> Values:
        """Losses and gradients of the columns `theta` (p + 1, c) of training sets `s` (c,)."""
        # few enough columns that a block's linear predictors, and the adjoint of every cell, stay in cache
        width = int(np.clip(2**22 // max(1, self.resamples.layout.cells * self.p), 16, 128))
        parts = [slice(i, i + width) for i in range(0, len(s), width)]

        def one(at: slice) -> Values:
            return self._values(s[at], self._sweep(s[at], theta[:, at]))

        found = self.problem.design.engine.map(one, parts) if len(parts) > 1 else [one(at) for at in parts]
        return Values(*(np.concatenate([getattr(v, f) for v in found], axis=-1) for f in Values.__dataclass_fields__))

    def spread(self, theta: np.ndarray) -> tuple[np.ndarray, Values]:
        """Columns of the first set (p + 1, c) in every set's coordinates (sets, p + 1, c), and what each says of them.

        One sweep serves all sets; the values run over sets first, columns second.
        """
        count = theta.shape[1]
        sweep = self._sweep(np.zeros(count, dtype=int), theta)
        values = [self._values(np.full(count, k), sweep) for k in range(len(self.standards))]
        together = Values(
            *(np.concatenate([getattr(v, f) for v in values], axis=-1) for f in Values.__dataclass_fields__)
        )
        return np.stack([self._translated(theta, k) for k in range(len(self.standards))]), together

    def in_own_coordinates(self, stored: np.ndarray, constant: np.ndarray) -> np.ndarray:
        """Parameters of every set, (sets, p + 1, c), that predict as `stored` (p, c) on stored columns + `constant`."""
        out = np.empty((len(self.standards), self.p + 1, stored.shape[1]))
        for k, own in enumerate(self.standards):
            alive = own.inverse > 0
            scale = np.divide(1.0, own.inverse, out=np.zeros(self.p), where=alive)
            b = stored * alive[:, None]
            if len(own.fill):
                np.subtract.at(b, own.imputed[:, 1], own.fill[:, None] * b[own.imputed[:, 0]])
            out[k, :-1] = b * scale[:, None]
            out[k, -1] = constant + own.mean @ b if self.problem.intercept else 0.0
        return out

    def _translated(self, theta: np.ndarray, k: int) -> np.ndarray:
        """Parameters of the first training set in the coordinates of set k (fills of gaps differ a little)."""
        first, own = self.standards[0], self.standards[k]
        stored = theta[:-1] * first.inverse[:, None]
        shift = (own.mean - first.mean) @ stored
        scale = np.divide(1.0, own.inverse, out=np.zeros(self.p), where=own.inverse > 0)
        return np.vstack([stored * scale[:, None], theta[-1] + shift if self.problem.intercept else theta[-1]])

    def stored(self, s: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients on stored columns, (p, c), and the constants of η."""
        b, constant = np.empty((self.p, len(s))), np.empty(len(s))
        for k in np.unique(s):
            b[:, s == k], constant[s == k] = self.standards[k].stored(theta[:-1, s == k])
        return b, constant + theta[-1]

    def _sweep(self, s: np.ndarray, theta: np.ndarray) -> Sweep:
        """Add up residuals and losses by cell."""
        b, constant = self.stored(s, theta)
        y, offset, family = self.problem.y, self.problem.offset, self.problem.family
        weights = None if self.plain else self.problem.weights
        shifted = bool(np.any(offset))

        def visit(rows, bounds, eta: np.ndarray, scratch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            eta += constant
            if shifted:
                eta += offset[rows][:, None]
            w = None if weights is None else weights[rows]
            residual, loss = family.accumulate(y[rows], eta, w, bounds, scratch)
            total = np.stack([residual[lo:hi].sum(axis=0) for lo, hi in pairwise(bounds)])
            return residual, np.stack([total, loss], axis=1)

        self.passes += 1
        return self.problem.design.accumulate(b, visit, self.resamples.layout)

    def _values(self, s: np.ndarray, sweep: Sweep) -> Values:
        with np.errstate(invalid="ignore", divide="ignore"):
            train = np.einsum("ck,kc->c", self.train[s], sweep.sums[:, 1]) / self.train_weight[s]
            test = np.einsum("ck,kc->c", self.test[s], sweep.sums[:, 1]) / self.test_weight[s]
        gradient = self._gather(sweep, s, self.train, self.train_weight)
        return Values(train, gradient, test, self._gather(sweep, s, self.test, np.maximum(self.test_weight, 1e-300)))

    def _gather(self, sweep: Sweep, s: np.ndarray, member: np.ndarray, weight: np.ndarray) -> np.ndarray:
        out = np.empty((self.p + 1, len(s)))
        for k in np.unique(s):
            at = s == k
            g = np.tensordot(member[k], sweep.adjoint[:, :, at], axes=1)
            total = member[k] @ sweep.sums[:, 0, at]
            out[:-1, at] = self.standards[k].adjoint(g, total) / weight[k]
            out[-1, at] = total / weight[k] if self.problem.intercept else 0.0
        return out

    def curvature(self, s: int, theta: np.ndarray, sets: list[int]) -> list[np.ndarray]:
        """Hessians of the mean loss, (p + 1, p + 1), at parameters `theta` of set `s`, for each of `sets`."""
        problem = self.problem
        b, constant = self.stored(np.array([s]), theta[:, None])
        eta = problem.design.predict(b)[:, 0] + constant[0] + problem.offset
        v = problem.family.curvature(problem.y, eta) * problem.weights
        cells = problem.design.moments(np.empty((len(v), 0)), v, self.resamples.layout)
        return [self._hessian(cells, k) for k in sets]

    def hessians(self, s: np.ndarray, theta: np.ndarray) -> list[np.ndarray]:
        """Hessian of each column's mean training loss."""
        return [self.curvature(int(k), theta[:, c], [int(k)])[0] for c, k in enumerate(s)]

    def _hessian(self, cells: list, k: int) -> np.ndarray:
        m = self.standards[k].moments(together(cells, self.resamples.sets[k].train, own=True), spare=True)
        h = np.empty((self.p + 1, self.p + 1))
        np.divide(m.about_zero(), self.train_weight[k], out=h[:-1, :-1])
        h[:-1, -1] = h[-1, :-1] = m.weight * m.mean / self.train_weight[k]
        h[-1, -1] = m.weight / self.train_weight[k]
        dead = np.append(self.standards[k].inverse == 0, not self.problem.intercept)
        h[dead, :] = 0.0
        h[:, dead] = 0.0
        h[dead, dead] = 1.0
        return h
