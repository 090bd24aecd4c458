"""A few λ of all training sets: columns that step together until each of them is done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ridgeline.penalties import Penalty
from ridgeline.solvers.classes_corners import settle
from ridgeline.solvers.softmax import Columns, Values

if TYPE_CHECKING:
    from ridgeline.solvers.classes_steps import Working

__all__ = ["Chunk"]

_MOST = 100
_HELD = 0.8  # a coefficient at zero whose gradient is below this share of λ stays there for a step
_KKT = 3e-9  # violation of optimality, as a share of λ (or of the first gradient), from which one more step suffices
_SLOW = 8  # steps, or share of the null model's objective that is left, from which it is asked for an optimum
_VANISHING = 1e-6
_ENDLESS = 40  # steps, after which judging losses that do not settle are waited for no longer
_ROUNDING = 1e-14  # of the objective
_LOSS = 1e-9  # error of the folds' objectives and judging losses, as a share of the null model's objective


class Chunk:
    """Columns (training set and λ) that are driven to their optima together."""

    def __init__(self, path: Working, columns: Columns, curvature: tuple):
        self.path, self.columns = path, columns
        self.begin, self.ends, self.share = curvature
        self.own: dict[int, np.ndarray] = {}  # Hessians taken anew, by column
        self.theta = columns.theta.copy()
        self.gradient = np.zeros_like(self.theta)
        count = len(columns.s)
        self.train, self.test = np.full((2, count), np.nan)
        self.last, self.steps = np.full(count, np.inf), np.zeros(count, dtype=int)
        self.accepted = np.ascontiguousarray(path.now[columns.s].T)
        self.best = path.reached(columns.s, columns.lam)  # a prediction may lead far astray

    def run(self) -> None:
        """Step until every column is done."""
        trial, accepted = self.columns.theta, self.accepted
        active, finished = np.arange(len(self.columns.s)), np.zeros(len(self.columns.s), dtype=bool)
        for _ in range(_MOST):
            values = self.path.data.evaluate(self.columns.take(active))
            total = values.train + self._penalty(active).value(trial[:, active])
            worse = ~(total <= self.best[active] + 1e-13 * np.abs(self.best[active]))
            back, good = active[worse], active[~worse]
            trial[:, back] = 0.5 * (trial[:, back] + accepted[:, back])
            stuck = np.abs(trial[:, back] - accepted[:, back]).max(axis=0, initial=0.0) < 1e-15
            self.best[good], accepted[:, good] = total[~worse], trial[:, good]
            ended = self._step(good, _kept(values, ~worse))
            finished[good[ended]] = True
            active = np.sort(np.concatenate([good[~ended], back[~stuck]]))
            if len(active) == 0:
                break
        self._give_up(np.flatnonzero(~finished))

    def _give_up(self, at: np.ndarray) -> None:
        """Keep the best points of columns that are not done: a step that nobody has looked at may lead anywhere."""
        if len(at):
            self.columns.theta[:, at] = self.accepted[:, at]
            values = self.path.data.evaluate(self.columns.take(at))
            self._store(at, values, np.zeros_like(values.gradient))

    def _penalty(self, at: np.ndarray) -> Penalty:
        return self.path.corners.at(self.columns.s[at], self.columns.lam[at])

    def _step(self, at: np.ndarray, values: Values) -> np.ndarray:
        """Move some columns to the minimum of their quadratics; which of them that finishes."""
        if len(at) == 0:
            return np.zeros(0, dtype=bool)
        trial, penalty = self.columns.theta[:, at], self._penalty(at)
        left = penalty.distance(trial, values.gradient).max(axis=0)
        gone = self._gone(at, values)
        over = gone & (values.train <= _VANISHING * self.path.data.null)
        self._renew(at[self._slow(left, at) & ~over])
        found = self.path.problem.design.engine.map(
            lambda c: trial[:, c] if over[c] else self._minimum(int(at[c]), values.gradient[:, c]), range(len(at))
        )
        moved = np.where(over, trial, settle(penalty, np.column_stack(found), self.path.classes))
        step = moved - trial
        ended = over | self._ended(at, left, values, (step, gone))
        self.last[at] = left
        self.steps[at] += 1
        self._store(at, values, step)
        self.columns.theta[:, at] = moved
        return ended

    def _gone(self, at: np.ndarray, values: Values) -> np.ndarray:
        """Columns whose training sets are known to have no optimum."""
        path, s, lam = self.path, self.columns.s[at], self.columns.lam[at]
        slow = (self.steps[at] >= _SLOW) | (values.train <= _VANISHING * path.data.null)
        out = np.zeros(len(at), dtype=bool)
        for c in range(len(at)):
            known = path.separated.get((int(s[c]), lam[c] == 0.0))
            theta = self.columns.theta[:, at[c]]
            out[c] = known if known is not None else slow[c] and path.recedes(int(s[c]), float(lam[c]), theta)
        return out

    def _hessian(self, c: int, block: tuple) -> np.ndarray:
        """Block of the column's own Hessian, or of the one between the two ends of the chunk."""
        if c in self.own:
            return self.own[c][block]
        k, share = self.columns.s[c], self.share[c]
        return (1.0 - share) * self.begin[k][block] + share * self.ends[k][block]

    def _minimum(self, c: int, g: np.ndarray) -> np.ndarray:
        """Move the parameters that are not held at zero by far; what that upsets shows at the next step."""
        k, lam, theta = int(self.columns.s[c]), self.columns.lam[c : c + 1], self.columns.theta[:, c].copy()
        at = np.flatnonzero((theta != 0.0) | (np.abs(g) >= _HELD * lam * self.path.corners.l1[k]))
        theta[at] = self.path.minimise(k, self._hessian(c, np.ix_(at, at)), g[at], theta[at], lam, at)[:, 0]
        return theta

    def _goal(self, at: np.ndarray) -> np.ndarray:
        # the curvature of classes that are all but separated, and what rounds, is as small as their loss
        share = np.clip(self.best[at] / self.path.data.null, 1e-8, 1.0)
        return share * (_KKT * np.minimum(self.columns.lam[at], self.path.scale) + 1e-15 * self.path.scale)

    def _slow(self, left: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Columns whose curvature is too far from the data's."""
        far = (left > 1e3 * self._goal(at)) | (self.steps[at] >= _SLOW)
        return np.isfinite(self.last[at]) & (left > 0.1 * self.last[at]) & far

    def _renew(self, at: np.ndarray) -> None:
        path, s, theta = self.path, self.columns.s, self.columns.theta
        places: list[int] = at.tolist()

        def one(c: int) -> np.ndarray:
            return path.hessian(int(s[c]), theta[:, c], slow=bool(self.steps[c] >= _SLOW))

        found = path.problem.design.engine.map(one, places)
        self.own.update(zip(places, found, strict=True))

    def _ended(self, at: np.ndarray, left: np.ndarray, values: Values, move: tuple) -> np.ndarray:
        """Columns that one more step brings as near to their optimum as is asked for, or as rounding lets them come.

        For the training sets of folds the losses decide, for the fit on all rows the optimality conditions.
        """
        last, goal, (step, gone) = self.last[at], self._goal(at), move
        done = (left <= goal) | ((left > 0.5 * last) & (left <= 100 * goal))
        penalty, theta = self._penalty(at), self.columns.theta[:, at]
        decrease = penalty.value(theta) - penalty.value(theta + step) - (values.gradient * step).sum(axis=0)
        judged = np.nan_to_num(np.abs((values.test_gradient * step).sum(axis=0)))
        judged = np.where(gone | (self.steps[at] >= _ENDLESS), 0.0, judged)
        rate = np.clip(left / last, 0.01, 1.0)
        close = np.maximum(decrease, judged) * rate <= _LOSS * self.path.data.null
        close &= step.any(axis=0)  # where there is no curvature there is no step
        # what rounds may stay above the goal
        done |= (left > 0.5 * last) & (decrease <= _ROUNDING * self.best[at]) & (self.steps[at] >= _SLOW)
        return done | (close & (gone | (self.columns.s[at] > 0)))

    def _store(self, at: np.ndarray, values: Values, step: np.ndarray) -> None:
        """Keep a point after one more step; its losses and gradient follow the step to first order."""
        self.theta[:, at] = self.columns.theta[:, at] + step
        self.train[at] = np.maximum(values.train + (values.gradient * step).sum(axis=0), 0.0)
        self.test[at] = np.maximum(values.test + (values.test_gradient * step).sum(axis=0), 0.0)
        edge = np.flatnonzero(self.share[at] == 1.0)
        for c in edge:
            moved = np.flatnonzero(step[:, c])
            block = self._hessian(int(at[c]), (slice(None), moved))
            self.gradient[:, at[c]] = values.gradient[:, c] + block @ step[moved, c]


def _kept(values: Values, which: np.ndarray) -> Values:
    return replace(values, **{name: getattr(values, name)[..., which] for name in values.__dataclass_fields__})
