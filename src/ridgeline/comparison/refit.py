"""Refits on selected features: every column is a training set, a support and a ridge λ of its own (0: none).

All columns take Newton steps together. One sweep over the rows gives every column its gradient. Columns that lie near
each other form a *group*, which takes its curvature from the data at one point, for all training sets in the same pass.
For the gaussian family that is exact and one step ends it; for others the steps shrink by a constant factor, and a
group that is slow takes its curvature anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from ridgeline.comparison.splits import Division
from ridgeline.problem import Problem
from ridgeline.solvers import Fitted, Resamples
from ridgeline.solvers.sides import Sides, learn

__all__ = ["Columns", "Refitter"]

_ROUNDS = 50
_FRESH = 5  # rounds after which curvature is taken anew
_DONE = 1e-10  # decrease of the objective still to be had, as a share of the null model's
_FAR = 30.0  # log odds (or log means) per standard deviation beyond which there is no finite optimum


@dataclass(frozen=True, eq=False)
class Columns:
    """Models to refit.

    Attributes
    ----------
    sets : ndarray of shape (c,)
    support : ndarray of shape (q, c), bool
    lams : ndarray of shape (c,)
        Ridge penalty.
    start : ndarray of shape (q + 1, c)
        Standardized coefficients and intercept to begin at.
    group : ndarray of shape (c,)
        Columns that share curvature.
    """

    sets: np.ndarray
    support: np.ndarray
    lams: np.ndarray
    start: np.ndarray
    group: np.ndarray


class Refitter:
    """The problem of a few features, on the training sets of a division."""

    def __init__(self, division: Division, features: np.ndarray):
        flags = [int(f) for v, f in division.problem.imputed if int(v) in set(features.tolist())]
        self.division, self.features = division, np.union1d(features, np.array(flags, dtype=np.intp))
        features = self.features
        self.problem = few(replace(division.problem, l1_ratio=0.0), features)
        resamples = Resamples.make(self.problem, division.labels, division.resamples.sets)
        self.sides = Sides(self.problem, resamples, learn(self.problem, resamples))
        self.factors = np.where(np.isfinite(self.problem.factors), self.problem.factors, 0.0)
        self.parts = [few(part, features) for part in division.parts]
        self.sets = list(range(len(self.sides.standards)))
        self.constant: list[np.ndarray] | None = None

    def begin(self, fitted: Fitted, at: np.ndarray | int) -> np.ndarray:
        """Return coefficients of a path on all features as starting points here."""
        columns = np.atleast_1d(at)
        return np.vstack([fitted.beta[self.features][:, columns], fitted.b0[columns]])

    def curvature(self, point: np.ndarray, s: int = 0) -> list[np.ndarray]:
        """Return the curvature of every training set at one point, parameters of set `s`."""
        if self.problem.family.name != "gaussian":
            return self.sides.curvature(s, point, self.sets)
        if self.constant is None:
            self.constant = self.sides.curvature(s, point, self.sets)
        return self.constant

    def solve(self, columns: Columns, curvature: list[list[np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        """Return parameters (q + 1, c) and which columns have settled; `curvature` of each group, to begin with."""
        return _Run(self, columns, curvature).run()

    def linear(self, s: int, theta: np.ndarray, cell: int) -> np.ndarray:
        """Return linear predictors of a cell's rows, (m, c), for columns of training set `s`."""
        b, shift = self.sides.standards[s].stored(theta[:-1])
        part = self.parts[cell]
        return part.design.predict(b) + (shift + theta[-1] + part.offset[:, None])


def few(problem: Problem, features: np.ndarray) -> Problem:
    """Return the problem of some features alone, in order; a value whose gaps are filled must come with its flag."""
    place = {int(j): i for i, j in enumerate(features)}
    pairs = [(place[int(v)], place[int(f)]) for v, f in problem.imputed if int(v) in place and int(f) in place]
    imputed = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    return replace(problem, design=problem.design.select(features), factors=problem.factors[features], imputed=imputed)


class _Run:
    """Newton steps with borrowed curvature; a step that raises the objective is halved."""

    def __init__(self, refitter: Refitter, columns: Columns, curvature: list[list[np.ndarray]]):
        self.refitter, self.sides, self.columns = refitter, refitter.sides, columns
        last = np.ones((1, len(columns.sets)), dtype=bool) & refitter.problem.intercept
        self.free = np.vstack([columns.support, last])
        self.ridge = np.vstack([refitter.factors[:, None] * columns.lams, np.zeros((1, len(columns.lams)))])
        self.theta = np.where(self.free, columns.start, 0.0)
        self.factor = [self._factor(c, curvature[columns.group[c]]) for c in range(len(columns.sets))]

    def _factor(self, c: int, curvature: list[np.ndarray]):
        at = np.flatnonzero(self.free[:, c])
        h = curvature[self.columns.sets[c]][np.ix_(at, at)]
        h = h + np.diag(self.ridge[at, c] + 1e-12 * np.trace(h) / max(1, len(at)))
        try:
            return at, cho_factor(h, check_finite=False)
        except LinAlgError:
            return at, None

    def run(self) -> tuple[np.ndarray, np.ndarray]:
        count = len(self.columns.sets)
        settled, active = np.zeros(count, bool), np.array([f is not None for _, f in self.factor])
        best, taken, step = np.full(count, np.inf), self.theta.copy(), np.zeros_like(self.theta)
        for round_ in range(_ROUNDS):
            at = np.flatnonzero(active)
            if len(at) == 0:
                break
            value, gradient = self._look(at)
            good = value <= best[at] + 1e-12 * np.abs(best[at])
            back, on = at[~good], at[good]
            step[:, back] /= 2.0
            best[on], taken[:, on] = value[good], self.theta[:, on]
            if round_ and round_ % _FRESH == 0:
                self._refresh(on, taken)
            step[:, on] = self._steps(on, gradient[:, good])
            left = 0.5 * (gradient[:, good] * step[:, on]).sum(axis=0)
            self.theta[:, at] = taken[:, at] - step[:, at]
            done = on[left <= _DONE * self.sides.null]
            settled[done], active[done] = True, False
            if self.sides.problem.family.name != "gaussian":
                active &= np.abs(self.theta[:-1]).max(axis=0, initial=0.0) < _FAR
        return self.theta, settled

    def _refresh(self, on: np.ndarray, taken: np.ndarray) -> None:
        """Take the curvature of every group anew at the first of its columns that are not done."""
        for group in np.unique(self.columns.group[on]):
            own = on[self.columns.group[on] == group]
            curvature = self.refitter.curvature(taken[:, own[0]], int(self.columns.sets[own[0]]))
            for c in own:
                fresh = self._factor(c, curvature)
                if fresh[1] is not None:
                    self.factor[c] = fresh

    def _look(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return objectives and gradients on the free coordinates."""
        theta, ridge = self.theta[:, at], self.ridge[:, at]
        with np.errstate(over="ignore", invalid="ignore"):
            found = self.sides.evaluate(self.columns.sets[at], theta)
        value = found.train + 0.5 * (ridge * theta**2).sum(axis=0)
        return np.where(np.isfinite(value), value, np.inf), np.where(
            self.free[:, at], found.gradient + ridge * theta, 0.0
        )

    def _steps(self, on: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        out = np.zeros_like(gradient)
        for place, c in enumerate(on):
            at, factor = self.factor[c]
            out[at, place] = cho_solve(factor, gradient[at, place], check_finite=False)
        return out
