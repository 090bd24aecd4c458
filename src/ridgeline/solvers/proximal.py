"""Proximal Newton: L1, elastic net and bounds for any smooth family, all training sets together.

Near θ the mean loss is a quadratic; with the penalty added it is a small problem for the coordinate kernel, whose
answer is the next θ. λ are taken in chunks, strongest first:

1. The quadratic at the end of the last chunk, solved for every λ of this one, predicts the path.
2. The fit on all rows is corrected until its optimality conditions hold. Its sweeps add residuals up by cell, so they
   give the gradient of every training set at the same parameters for nothing.
3. The training sets of the folds start there, one step away from their own answers.

Curvature is taken from the data at both ends of a chunk and interpolated between. A step that raises the objective is
halved, so that near-separable data cannot cycle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.kernels import descend, descend_each
from ridgeline.moments import squeezed
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples, together
from ridgeline.solvers.between import Between
from ridgeline.solvers.dependent import depend
from ridgeline.solvers.sides import Sides, Values, learn
from ridgeline.solvers.written import Written, few_rows

__all__ = ["solve"]

_CHUNK, _CHUNK_OF_FEW = 8, 25  # λ at a time; where rows are few, renewed curvature costs less than rounds
_MOST = 60
# violation of the optimality conditions, as a share of λ (or of the first gradient), from which one more step suffices
_KKT = 3e-9
_LOSS = 1e-9  # error of the folds' objectives and judging losses, as a share of the null model's objective
_ALIKE = 1e-7  # share of its variance that a column has of its own, at least (measured)
_SMALL = 2e5  # cells of quadratics
_SHARED = 3e8  # n p² sets beyond which all sets borrow the curvature at the parameters of the first


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray, start: np.ndarray | None = None) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Any smooth family.
    resamples : Resamples
        Set 0 lends its path to the others, so it should be the one with most rows.
    lams : ndarray of shape (L,)
        Any order.
    start : ndarray of shape (sets, p + 1), optional
        Parameters near the solution at the largest λ.
    """
    if problem.l1_ratio > 0.0 and _dependent(problem, resamples):
        from ridgeline.solvers import screen  # follows their paths exactly, from one change of the support to the next

        return screen.solve(problem, resamples, lams, lift=True)
    return _Path(problem, resamples, np.asarray(lams, dtype=np.float64), start).run()


def _dependent(problem: Problem, resamples: Resamples) -> bool:
    """Whether columns depend on each other so nearly that descent on a quadratic takes very many sweeps."""
    standard = learn(problem, resamples)[0]
    train = together(resamples.moments(problem), resamples.sets[0].train, own=True)
    m = standard.moments(train, spare=True)
    return depend(squeezed(m.scatter), _ALIKE)


@dataclass
class _Quadratic:
    """Penalised quadratics of the training sets, intercept last."""

    problem: Problem
    sides: Sides | Written

    def __post_init__(self) -> None:
        unit = [self.problem.penalty(s, np.ones(1)) for s in self.sides.standards]
        dead = [s.inverse == 0 for s in self.sides.standards]
        # a row for each training set
        self.l1 = np.array([np.append(u.l1[:, 0], 0.0) for u in unit])
        self.l2 = np.array([np.append(u.l2[:, 0], 0.0) for u in unit])
        box = []
        for u, d in zip(unit, dead, strict=True):
            low, high = np.where(d, 0.0, u.lower[:, 0]), np.where(d, 0.0, u.upper[:, 0])
            box.append([np.append(low, -np.inf), np.append(high, np.inf)])
        self.box = np.array(box)

    def step(self, s: int, h: np.ndarray, g: np.ndarray, theta: np.ndarray, lams: np.ndarray) -> np.ndarray:
        """Minimisers of g'(t − θ) + ½ (t − θ)'H(t − θ) + penalty, one for each λ: shape (p + 1, L)."""
        return descend(h, h @ theta - g, self.l1[s], self.l2[s], self.box[s], lams, theta)[0].T

    def steps(self, s: np.ndarray, h: Between, g: np.ndarray, theta: np.ndarray, lam: np.ndarray):
        """Step likewise from each column, with a curvature and a λ of its own: (p + 1, c)."""
        curved, weak = h.stacked(), lam[:, None]
        linear = (curved @ theta.T[:, :, None])[:, :, 0] - g.T
        return descend_each(curved, linear, weak * self.l1[s], weak * self.l2[s], self.box[s], theta.T).T

    def penalty(self, s: np.ndarray, lam: np.ndarray, theta: np.ndarray) -> np.ndarray:
        """Penalty of each column."""
        return lam * (self.l1[s].T * np.abs(theta) + 0.5 * self.l2[s].T * theta**2).sum(axis=0)

    def violation(self, s: np.ndarray, lam: np.ndarray, theta: np.ndarray, g: np.ndarray) -> np.ndarray:
        """Largest violation of the optimality conditions of each column."""
        l1, l2, (low, high) = lam * self.l1[s].T, lam * self.l2[s].T, self.box[s].transpose(1, 2, 0)
        pull = -(g + l2 * theta)
        up = np.where(theta < high, pull - np.where(theta >= 0, l1, -l1), 0.0)
        down = np.where(theta > low, -pull - np.where(theta <= 0, l1, -l1), 0.0)
        return np.maximum(up, down).max(axis=0, initial=0.0)


class _Path:
    """The λ in chunks."""

    def __init__(self, problem: Problem, resamples: Resamples, lams: np.ndarray, start: np.ndarray | None):
        self.problem = problem
        small = few_rows(problem, len(resamples.sets), len(lams))
        self.sides = (Written if small else Sides)(problem, resamples, learn(problem, resamples))
        self.chunk = _CHUNK_OF_FEW if small else _CHUNK
        self.quadratic = _Quadratic(problem, self.sides)
        self.order = np.argsort(-lams, kind="stable")
        self.lams = lams[self.order]
        self.sets, p = len(resamples.sets), self.sides.p
        self.theta = np.zeros((self.sets, p + 1, len(lams)))
        self.train, self.test = np.full((self.sets, len(lams)), np.nan), np.full((self.sets, len(lams)), np.nan)
        self.now = np.zeros((self.sets, p + 1)) if start is None else start.copy()
        if start is None and problem.intercept:
            self.now[:, -1] = problem.family.null_eta(problem.y, problem.weights, problem.offset)
        for k in range(self.sets):
            self.now[k] = np.clip(self.now[k], *self.quadratic.box[k])
        self.shared = problem.design.shape[0] * p**2 * self.sets > _SHARED

    def run(self) -> list[Fitted]:
        """Go down the path."""
        values = self._evaluate(np.arange(self.sets), self.now.T)
        self.gradient, self.level = values.gradient, values.train
        self.scale = np.abs(self.gradient).max(initial=0.0)
        ends = self._curvature(self.now)
        for first in range(0, len(self.lams), self.chunk):
            at = np.arange(first, min(first + self.chunk, len(self.lams)))
            self.end = at[-1]
            predicted = self._sober(self._predict(ends, at), float(self.lams[self.end]))
            begin, ends = ends, self._curvature(predicted[:, :, -1])
            self._correct(np.zeros(len(at), dtype=int), at, predicted[0], begin, ends, exact=True)
            if self.sets > 1:
                self._folds(at, predicted, begin, ends)
            self.now, self.level = self.theta[:, :, at[-1]], self.train[:, at[-1]]
        return [self._fitted(k) for k in range(self.sets)]

    def _evaluate(self, s: np.ndarray, theta: np.ndarray, *, whole: bool = False) -> Values:
        sides = self.sides.whole if whole else self.sides
        return sides.evaluate(s, theta)

    def _curvature(self, theta: np.ndarray) -> list[np.ndarray]:
        """Hessian for each training set."""
        if self.shared:
            return self.sides.curvature(0, theta[0], list(range(self.sets)))
        return list(self.sides.hessians(np.arange(self.sets), theta.T))

    def _predict(self, h: list[np.ndarray], at: np.ndarray) -> np.ndarray:
        """Path of the quadratic at the end of the last chunk, shape (sets, p + 1, chunk)."""

        def one(k: int) -> np.ndarray:
            return self.quadratic.step(k, h[k], self.gradient[:, k], self.now[k], self.lams[at])

        return np.stack(self._map(one, range(self.sets)))

    def _sober(self, predicted: np.ndarray, lam: float) -> np.ndarray:
        """Come back half the way as often as the end of a prediction is worse than where it began.

        Far from θ a quadratic says little of losses that grow exponentially, and its curvature there even less.
        """
        every, here = np.arange(self.sets), np.full(self.sets, lam)
        limit = self._reached(every, here)
        for _ in range(_MOST):
            end = np.ascontiguousarray(predicted[every, :, -1].T)
            total = self._evaluate(every, end).train + self.quadratic.penalty(every, here[every], end)
            every = every[~(total <= limit[every])]
            if len(every) == 0:
                break
            predicted[every] = 0.5 * (predicted[every] + self.now[every][:, :, None])
        return predicted

    def _reached(self, s: np.ndarray, lam: np.ndarray) -> np.ndarray:
        """Objective at the end of the last chunk, for other λ, and what rounding may add to it."""
        value = self.level[s] + self.quadratic.penalty(s, lam, self.now[s].T)
        return value + 1e-9 * np.abs(value) + 1e-12

    def _folds(self, at: np.ndarray, predicted: np.ndarray, begin: list, ends: list) -> None:
        """Correct the training sets of the folds, from the fit on all rows where rows are many."""
        s, index = np.repeat(np.arange(1, self.sets), len(at)), np.tile(at, self.sets - 1)
        theta = np.concatenate(list(predicted[1:]), axis=1)
        if self.shared:
            assert isinstance(self.sides, Sides)
            near, values = self.sides.spread(self.theta[0][:, at])
            starts, gradient = np.concatenate(list(near[1:]), axis=1), values.gradient[:, len(at) :]
            theta = self._steps(s, index, starts, gradient, self._between(s, index, at, begin, ends))
        self._correct(s, index, theta, begin, ends, exact=False)

    def _between(self, s: np.ndarray, index: np.ndarray, at: np.ndarray, begin: list, ends: list) -> Between:
        return Between(begin, ends, s, (index - at[0] + 1.0) / len(at), np.arange(len(s)))

    def _steps(self, s: np.ndarray, index: np.ndarray, theta: np.ndarray, g: np.ndarray, h: Between) -> np.ndarray:
        if len(theta) ** 2 * len(s) < _SMALL:  # handing such work to threads costs more than doing it
            return self.quadratic.steps(s, h, g, theta, self.lams[index])

        def one(c: int) -> np.ndarray:
            return self.quadratic.step(int(s[c]), h[c], g[:, c], theta[:, c], self.lams[index[c : c + 1]])[:, 0]

        return np.column_stack(self._map(one, range(len(s))))

    def _map(self, one, parts) -> list:
        return self.problem.design.engine.map(one, parts)

    def _correct(
        self, s: np.ndarray, index: np.ndarray, theta: np.ndarray, begin: list, ends: list, *, exact: bool
    ) -> None:
        """Iterate every column to its optimum and store it.

        With `exact` the optimality conditions decide when a column is done, else the losses.
        """
        lam, count = self.lams[index], len(s)
        h = self._between(s, index, np.unique(index), begin, ends)
        accepted, trial = self.now[s].T.copy(), theta.copy()
        best, last = self._reached(s, lam), np.full(count, np.inf)
        active, finished = np.arange(count), np.zeros(count, dtype=bool)
        for _ in range(_MOST):
            values = self._evaluate(s[active], trial[:, active], whole=exact)
            total = values.train + self.quadratic.penalty(s[active], lam[active], trial[:, active])
            worse = ~(total <= best[active] + 1e-13 * np.abs(best[active]))
            back, good = active[worse], active[~worse]
            trial[:, back] = 0.5 * (trial[:, back] + accepted[:, back])
            stuck = np.abs(trial[:, back] - accepted[:, back]).max(axis=0, initial=0.0) < 1e-15
            if len(good):
                values, best[good] = values[~worse], total[~worse]
                accepted[:, good] = trial[:, good]
                left = self.quadratic.violation(s[good], lam[good], trial[:, good], values.gradient)
                self._renew(h, good[self._slow(left, last[good], lam[good])], s, trial)
                moved = self._steps(s[good], index[good], trial[:, good], values.gradient, h.take(good))
                step = moved - trial[:, good]
                ended = self._ended(s[good], lam[good], (trial[:, good], values, step), left, last[good], exact)
                last[good] = left
                self._store(s[good], index[good], trial[:, good], values, (step, h.take(good)))
                trial[:, good] = moved
                finished[good[ended]] = True
                good = good[~ended]
            active = np.concatenate([good, back[~stuck]])
            if len(active) == 0:
                break
        rest = np.flatnonzero(~finished)  # a step that nobody has looked at may lead anywhere
        if len(rest):
            values, none = self._evaluate(s[rest], accepted[:, rest]), np.zeros((len(theta), len(rest)))
            self._store(s[rest], index[rest], accepted[:, rest], values, (none, h.take(rest)))

    def _slow(self, left: np.ndarray, last: np.ndarray, lam: np.ndarray) -> np.ndarray:
        """Columns whose curvature is too far from the data's."""
        return (
            np.isfinite(last)
            & (left > (0.5 if self.shared else 0.1) * last)
            & (left > 1e3 * _KKT * np.minimum(lam, self.scale))
        )

    def _renew(self, h: Between, at: np.ndarray, s: np.ndarray, theta: np.ndarray) -> None:
        """Take the curvature of some columns from the data at their parameters."""
        h.own.update(zip(at.tolist(), self.sides.hessians(s[at], theta[:, at]), strict=True))

    def _ended(self, s, lam, point: tuple, left: np.ndarray, last: np.ndarray, exact: bool) -> np.ndarray:
        """Columns that one more step brings as near to their optimum as is asked for, or as rounding lets them come."""
        goal = _KKT * np.minimum(lam, self.scale)
        done = (left <= goal + 1e-15 * self.scale) | ((left > 0.5 * last) & (left <= 100 * goal))
        if exact:
            return done
        theta, values, step = point
        before, after = self.quadratic.penalty(s, lam, theta), self.quadratic.penalty(s, lam, theta + step)
        decrease = before - after - (values.gradient * step).sum(axis=0)
        judged = np.nan_to_num(np.abs((values.test_gradient * step).sum(axis=0)))
        rate = np.clip(left / last, 0.01, 1.0)  # the step that follows leaves this share of the error
        return done | (np.maximum(decrease, judged) * rate <= _LOSS * self.sides.null)

    def _store(self, s: np.ndarray, index: np.ndarray, theta: np.ndarray, values: Values, last: tuple) -> None:
        """Keep a point after one more step, and its losses, which follow the step to first order."""
        step, h = last
        self.theta[s, :, index] = (theta + step).T
        self.train[s, index] = values.train + (values.gradient * step).sum(axis=0)
        self.test[s, index] = values.test + (values.test_gradient * step).sum(axis=0)
        for c in np.flatnonzero(index == self.end):
            self.gradient[:, s[c]] = values.gradient[:, c] + h[c] @ step[:, c]

    def _fitted(self, k: int) -> Fitted:
        back = np.argsort(self.order)
        theta = self.theta[k][:, back]
        none = np.zeros(len(back), dtype=bool)
        return Fitted(
            self.sides.standards[k], theta[:-1], theta[-1], self.train[k][back], self.test[k][back], np.empty(0), none,
            self.sides.passes,
        )  # fmt: skip
