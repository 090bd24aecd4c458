"""Newton: ridge for any smooth family, all training sets and many λ in one product with the data.

Columns of one matrix are the candidate models (training set, λ). One sweep over the rows gives every column its gradient,
its loss, and the gradient of its judging rows' loss. The path is solved on every eighth λ first, with curvature from the
data; the λ between are predicted by interpolation and corrected with interpolated curvature, a level at a time.

Step control: a step that raises the objective is halved, so that near-separable data cannot cycle. A column is done when
the predicted decrease, ½ g'H⁻¹g, is below `TOLERANCE` of the null model's objective; its last step is still taken, and the
judging loss follows it by its own gradient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.interpolate import between, predict
from ridgeline.solvers.sides import Sides, learn

__all__ = ["TOLERANCE", "solve"]

TOLERANCE = 1e-18
_STRIDE = 8
_MOST = 60


@dataclass
class _Columns:
    """Candidate models: training set s, λ, parameters (p + 1, c) with the intercept last."""

    s: np.ndarray
    lam: np.ndarray
    theta: np.ndarray


@dataclass
class _Values:
    """What a sweep says of each column."""

    objective: np.ndarray
    gradient: np.ndarray  # (p + 1, c)
    train: np.ndarray
    test: np.ndarray
    test_gradient: np.ndarray


class _Batch(Sides):
    """Both sides of the data with the ridge penalty added, and the steps that follow from curvature."""

    def __init__(self, problem: Problem, resamples: Resamples):
        super().__init__(problem, resamples, learn(problem, resamples))
        self.factors = np.where(np.isfinite(problem.factors), problem.factors, 0.0)

    def penalised(self, columns: _Columns) -> _Values:
        """Objectives, their gradients and losses of all columns."""
        sides = self.evaluate(columns.s, columns.theta)
        ridge = self.factors[:, None] * columns.theta[:-1]
        sides.gradient[:-1] += columns.lam * ridge
        objective = sides.train + 0.5 * columns.lam * np.einsum("jc,jc->c", ridge, columns.theta[:-1])
        return _Values(objective, sides.gradient, sides.train, sides.test, sides.test_gradient)

    def steps(self, hessians: list[np.ndarray], columns: _Columns, gradient: np.ndarray) -> np.ndarray:
        """H⁻¹g of each column; H is the data's curvature plus λ f on the diagonal."""
        factors = np.append(self.factors, 0.0)

        def one(c: int) -> np.ndarray:
            a = hessians[c].copy()
            a.flat[:: self.p + 2] += columns.lam[c] * factors + 1e-14 * np.trace(a) / (self.p + 1)
            try:
                return np.linalg.solve(a, gradient[:, c])
            except np.linalg.LinAlgError:
                return np.linalg.lstsq(a, gradient[:, c], rcond=None)[0]

        return np.column_stack(self.problem.design.engine.map(one, range(len(hessians))))


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Any smooth family.
    resamples : Resamples
        Set 0 lends its curvature to the others, so it should be the one with most rows.
    lams : ndarray of shape (L,)
    """
    path = _PathSolver(_Batch(problem, resamples), np.asarray(lams, dtype=np.float64))
    path.run()
    return [path.fitted(k) for k in range(len(resamples.sets))]


class _PathSolver:
    """Nodes first, then the λ between them, level by level."""

    def __init__(self, batch: _Batch, lams: np.ndarray):
        self.batch = batch
        self.order = np.argsort(-lams, kind="stable")
        self.lams = lams[self.order]
        self.sets = len(batch.resamples.sets)
        shape = (self.sets, len(lams))
        self.theta = np.zeros((self.sets, batch.p + 1, len(lams)))
        self.train, self.test = np.full(shape, np.nan), np.full(shape, np.nan)
        self.separated = np.zeros(shape, dtype=bool)
        self.solved = np.zeros(len(lams), dtype=bool)
        positive = self.lams[self.lams > 0]
        floor = positive.min() * 1e-3 if len(positive) else 1e-12
        self.x = np.log(np.maximum(self.lams, floor))
        self.nodes: dict[int, list[np.ndarray]] = {}
        self.null = self._null()

    def _null(self) -> np.ndarray:
        problem = self.batch.problem
        start = np.zeros(self.batch.p + 1)
        start[-1] = problem.family.null_eta(problem.y, problem.weights, problem.offset) if problem.intercept else 0.0
        return start

    def run(self) -> None:
        count = len(self.lams)
        picks = sorted({*range(0, count, _STRIDE), count - 1, *np.flatnonzero(self.lams == 0)})
        for i in picks:
            self._node(i)
        stride = _STRIDE // 2
        while stride:
            new = [i for i in range(0, count, stride) if not self.solved[i]]
            if new:
                self._level(new)
            stride //= 2

    def _start(self, i: int) -> np.ndarray:
        """Predicted parameters of every set at λ_i, shape (sets, p + 1)."""
        return self.null[None].repeat(self.sets, axis=0) if not self.solved.any() else predict(self, i)

    def _node(self, i: int) -> None:
        start = self._start(i)
        columns = _Columns(np.arange(self.sets), np.full(self.sets, self.lams[i]), start.T.copy())
        shared = self.batch.problem.design.shape[0] * self.batch.p**2 * self.sets > 5e8
        hessians: list[np.ndarray] = []

        def refresh(at: np.ndarray, theta: np.ndarray) -> None:
            nonlocal hessians
            if shared and (not hessians or len(at) == self.sets):
                hessians = self.batch.curvature(0, theta[:, 0], list(range(self.sets)))
                return
            hessians = hessians or [np.empty(0)] * self.sets
            for k in at:
                hessians[k] = self.batch.curvature(int(k), theta[:, k], [int(k)])[0]

        self._iterate(columns, lambda at: [hessians[k] for k in at], refresh, np.full(self.sets, i))
        self.nodes[i] = hessians
        self.solved[i] = True

    def _level(self, new: list[int]) -> None:
        starts = [self._start(i) for i in new]
        index = np.repeat(new, self.sets)
        columns = _Columns(np.tile(np.arange(self.sets), len(new)), self.lams[index], np.concatenate(starts).T.copy())
        own: dict[int, np.ndarray] = {}

        def hessians(at: np.ndarray) -> list[np.ndarray]:
            return [own[c] if c in own else between(self, int(index[c]), int(columns.s[c])) for c in at]

        def refresh(at: np.ndarray, theta: np.ndarray) -> None:
            for c in at:
                k = int(columns.s[c])
                own[int(c)] = self.batch.curvature(k, theta[:, c], [k])[0]

        self._iterate(columns, hessians, refresh, index, fresh=False)
        self.solved[new] = True

    def _iterate(self, columns: _Columns, hessians, refresh, index: np.ndarray, *, fresh: bool = True) -> None:
        """The loop that drives every column to its optimum."""
        batch, c = self.batch, len(columns.s)
        active = np.arange(c)
        best = np.full(c, np.inf)
        accepted, step = columns.theta.copy(), np.zeros_like(columns.theta)
        decrement = np.full(c, np.inf)
        for round_ in range(_MOST):
            now = _Columns(columns.s[active], columns.lam[active], columns.theta[:, active])
            values = batch.penalised(now)
            worse = ~(values.objective <= best[active] + 1e-10 * np.abs(best[active]) + 1e-300)
            back = active[worse]
            step[:, back] /= 2.0
            columns.theta[:, back] = accepted[:, back] - step[:, back]
            stuck = np.abs(step[:, back]).max(axis=0, initial=0.0) < 1e-14
            good = active[~worse]
            if len(good):
                kept = _Values(*(getattr(values, f)[..., ~worse] for f in _Values.__dataclass_fields__))
                if fresh and round_ == 0:
                    refresh(good, columns.theta)
                took = _Columns(columns.s[good], columns.lam[good], columns.theta[:, good])
                delta = batch.steps(hessians(good), took, kept.gradient)
                d = 0.5 * np.einsum("jc,jc->c", kept.gradient, delta)
                slow = d > (0.05 if fresh and self.batch.p < 50 else 0.4) * decrement[good]
                slow &= d > TOLERANCE * batch.null
                if round_ and slow.any():
                    refresh(good[slow], columns.theta)
                    delta = batch.steps(hessians(good), took, kept.gradient)
                    d = 0.5 * np.einsum("jc,jc->c", kept.gradient, delta)
                floor = (d > 0.9 * decrement[good]) & (d <= 1e-13 * batch.null)  # rounding: it will not fall further
                d = np.where(floor, 0.0, d)
                accepted[:, good], step[:, good] = columns.theta[:, good], delta
                best[good], decrement[good] = kept.objective, d
                columns.theta[:, good] -= delta
                self._store(columns, kept, good, delta, index)
            done = good[(decrement[good] <= TOLERANCE * batch.null) | self._vanishing(columns, best, good)]
            finished = np.concatenate([done, back[stuck]])
            active = active[~np.isin(active, finished)]
            if len(active) == 0:
                break
        every = np.arange(c)
        lost = np.union1d(active, every[self._vanishing(columns, best, every)])
        self.separated[columns.s[lost], index[lost]] = True

    def _vanishing(self, columns: _Columns, best: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Columns without a penalty whose loss runs to zero: the classes are separated, no optimum exists."""
        gone = (
            (columns.lam[at] == 0)
            & (best[at] < 1e-6 * self.batch.null)
            & (self.batch.problem.family.name == "binomial")
        )
        return gone

    def _store(
        self, columns: _Columns, values: _Values, good: np.ndarray, delta: np.ndarray, index: np.ndarray
    ) -> None:
        """Keep the stepped point; losses follow the step to first order."""
        s, i = columns.s[good], index[good]
        self.theta[s, :, i] = columns.theta[:, good].T
        own = values.gradient.copy()
        own[:-1] -= columns.lam[good] * self.batch.factors[:, None] * (columns.theta[:-1, good] + delta[:-1])
        self.train[s, i] = values.train - np.einsum("jc,jc->c", own, delta)
        self.test[s, i] = values.test - np.einsum("jc,jc->c", values.test_gradient, delta)

    def fitted(self, k: int) -> Fitted:
        """Results of training set k in the caller's order of λ."""
        back = np.argsort(self.order)
        theta = self.theta[k][:, back]
        strongest = self.nodes[min(self.nodes)][k][:-1, :-1]
        f = self.batch.factors
        scale = np.where(f > 0, 1.0 / np.sqrt(np.where(f > 0, f, 1.0)), 0.0)
        d = np.maximum(np.linalg.eigvalsh(strongest * np.outer(scale, scale)), 0.0) if k == 0 else np.empty(0)
        return Fitted(
            self.batch.standards[k],
            theta[:-1],
            theta[-1],
            self.train[k][back],
            self.test[k][back],
            d,
            self.separated[k][back],
            self.batch.passes,
        )
