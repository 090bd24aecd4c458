"""Steps of `ridgeline.solvers.classes`: on the columns at work, for all training sets and a few λ at once.

Near θ = vec [B; b0] the mean loss is a quadratic; with the penalty added the coordinate kernel solves it. Curvature is
taken from the data at both ends of a chunk of λ and interpolated between; a step that raises the objective is halved.

Where columns that no penalty holds separate the classes there is no optimum: steps lead on for ever, and the losses of
judging rows never settle. Slow training sets are asked whether that is so, and end when the objective hardly falls.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.kernels import descend
from ridgeline.penalties import Penalty
from ridgeline.problem import Problem
from ridgeline.solvers.base import Resamples
from ridgeline.solvers.separation import recedes
from ridgeline.solvers.softmax import Columns, Softmax, Values

__all__ = ["Working", "settle"]

_MOST = 100
_ROWS = 1024  # of a block whose weighted cross-products are formed
_TAU = 1e-5  # of a feature's curvature: the proximal weight of moving all classes alike
_EVEN = 1e-9  # of every diagonal: likewise, where rows that are all but certain leave too little to factorize
_LEAST = 1e-10  # both, where steps are slow: they hold back what columns that say nearly the same trade
_HELD = 0.8  # a coefficient at zero whose gradient is below this share of λ stays there for a step
_KKT = 3e-9  # violation of optimality, as a share of λ (or of the first gradient), from which one more step suffices
_SLOW = 8  # steps, or share of the null model's objective that is left, from which it is asked for an optimum
_VANISHING = 1e-6
_ENDLESS = 40  # steps, after which judging losses that do not settle are waited for no longer
_ROUNDING = 1e-14  # of the objective
_LOSS = 1e-9  # error of the folds' objectives and judging losses, as a share of the null model's objective


def settle(penalty: Penalty, theta: np.ndarray, classes: int) -> np.ndarray:
    """Shift the coefficients of each feature, alike in all classes, to where the penalty is least.

    ``Σ_k l1 |β_k − c| + l2/2 (β_k − c)²`` is least at the median of the β_k and the numbers
    mean(β) + (l1/l2)(1 − 2i/K), i = 0 … K (Li & Osher 2009, doi:10.3934/ipi.2009.3.487). Where several c are best
    (l2 = 0, K even) that is the one nearest to the mean: the coefficients of least norm. Unpenalised ones come to sum
    to zero.
    """
    b = theta.reshape(-1, classes, theta.shape[1])
    l1, l2, lower, upper = (getattr(penalty, f).reshape(b.shape) for f in ("l1", "l2", "lower", "upper"))
    steps = (1.0 - 2.0 * np.arange(classes + 1) / classes)[None, :, None]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = np.where(l1[:, :1] > 0, l1[:, :1] / l2[:, :1], 0.0) * steps
    reach = np.where(steps == 0.0, 0.0, reach)
    c = np.median(np.concatenate([b, b.mean(axis=1, keepdims=True) + reach], axis=1), axis=1, keepdims=True)
    c = np.clip(c, (b - upper).max(axis=1, keepdims=True), (b - lower).min(axis=1, keepdims=True))
    return np.clip(b - c, lower, upper).reshape(theta.shape)


@dataclass(frozen=True)
class _Corners:
    """The penalty of every parameter at λ = 1, one row for each training set."""

    l1: np.ndarray
    l2: np.ndarray
    box: np.ndarray  # (sets, 2, m)

    @classmethod
    def of(cls, problem: Problem, data: Softmax) -> _Corners:
        unit = [problem.penalty(s, np.ones(1)) for s in data.standards]
        alive = np.stack([s.inverse > 0 for s in data.standards])
        edge = np.inf if problem.intercept else 0.0
        k = len(data.q)

        def wide(name: str, last: float) -> np.ndarray:
            values = np.stack([getattr(u, name)[:, 0] for u in unit])
            return np.repeat(np.hstack([np.where(alive, values, 0.0), np.full((len(unit), 1), last)]), k, axis=1)

        box = np.stack([wide("lower", -edge), wide("upper", edge)], axis=1)
        return cls(wide("l1", 0.0), wide("l2", 0.0), box)

    def at(self, s: np.ndarray, lam: np.ndarray) -> Penalty:
        """Penalties of columns of training sets s at λ, (m, c)."""
        return Penalty(lam * self.l1[s].T, lam * self.l2[s].T, self.box[s, 0].T, self.box[s, 1].T)


class Working:
    """The columns at work, and where each training set stands.

    Parameters
    ----------
    problem : Problem
        Of these columns alone.
    resamples : Resamples
    standards : list of Standardization
        Of each training set.
    now : ndarray of shape (sets, p + 1, K)
        Where to begin; intercepts last.
    scale : float
        Largest gradient of the model without features.
    separated : dict
        What is known of training sets: whether they have no optimum, and for which free columns. Added to.
    """

    def __init__(
        self,
        problem: Problem,
        resamples: Resamples,
        standards: list[Standardization],
        now: np.ndarray,
        scale: float,
        separated: dict[tuple[int, bool], bool],
    ):
        self.problem, self.resamples, self.scale, self.separated = problem, resamples, scale, separated
        self.data = Softmax(problem, resamples, symmetric=True, standards=standards)
        self.corners = _Corners.of(problem, self.data)
        self.sets, self.classes = len(standards), now.shape[2]
        self.rows = [np.split(r, range(_ROWS, len(r), _ROWS)) for r in training_rows(problem, resamples)]
        self.now = np.clip(now.reshape(self.sets, -1), self.corners.box[:, 0], self.corners.box[:, 1])
        columns = Columns(np.arange(self.sets), np.zeros(self.sets), np.ascontiguousarray(self.now.T))
        values = self.data.evaluate(columns)
        self.gradient, self.level = values.gradient, values.train
        self.ends = self._curvature(self.now)

    def advance(self, lams: np.ndarray, start: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Solve the next λ, decreasing: parameters (sets, p + 1, K, L), training and judging losses (sets, L).

        `start`, shaped like these parameters, takes the place of a prediction.
        """
        predicted = self._predict(lams) if start is None else start.reshape(self.sets, -1, len(lams))
        predicted = self._sober(predicted, float(lams[-1]))
        begin, self.ends = self.ends, self._curvature(predicted[:, :, -1])
        index, s = np.tile(np.arange(len(lams)), self.sets), np.repeat(np.arange(self.sets), len(lams))
        theta = np.ascontiguousarray(np.concatenate(list(predicted), axis=1))
        chunk = _Chunk(self, Columns(s, lams[index], theta), (begin, self.ends, (index + 1.0) / len(lams)))
        chunk.run()
        self.gradient = chunk.gradient[:, index == len(lams) - 1]
        found = chunk.theta.reshape(-1, self.sets, len(lams)).swapaxes(0, 1)
        self.now, self.level = found[:, :, -1].copy(), chunk.train[index == len(lams) - 1]
        shape = (self.sets, len(lams))
        return (
            found.reshape(self.sets, -1, self.classes, len(lams)),
            chunk.train.reshape(shape),
            chunk.test.reshape(shape),
        )

    def _curvature(self, theta: np.ndarray) -> list[np.ndarray]:
        """Hessians of all training sets."""
        return self.problem.design.engine.map(lambda k: self.hessian(k, theta[k]), range(self.sets))

    def hessian(self, k: int, theta: np.ndarray, *, slow: bool = False) -> np.ndarray:
        """Hessian of the mean loss of training set k, and the proximal terms.

        ``Σ_{a<b} (e_a − e_b)(e_a − e_b)' ⊗ X' diag(w π_a π_b) X / W``: no difference, hence no cancellation.
        """
        p1, pairs = self.data.p + 1, list(combinations(range(self.classes), 2))
        found = sum(self._products(k, rows, theta, pairs) for rows in self.rows[k])
        h = np.zeros((self.classes, self.classes, p1, p1))
        for (a, b), g in zip(pairs, found / self.data.train_weight[k], strict=True):
            h[a, a] += g
            h[b, b] += g
            h[a, b] = h[b, a] = -g
        h += np.diag((_LEAST if slow else _TAU) / self.classes * np.einsum("kkjj->j", h))
        h = h.transpose(2, 0, 3, 1).reshape(self.data.m, -1)
        h.flat[:: len(h) + 1] *= 1.0 + (_LEAST if slow else _EVEN)
        return self.data.alive(h, k)

    def _products(self, k: int, rows: np.ndarray, theta: np.ndarray, pairs: list) -> np.ndarray:
        """X'diag(w π_a π_b)X of some rows for every pair of classes, the intercept's column last."""
        standard, problem = self.data.standards[k], self.problem
        x = (standard.impute(problem.design.slab(rows).dense()) - standard.mean) * standard.inverse
        x = np.hstack([x, np.ones((len(rows), 1))])
        root = np.sqrt(problem.family.mean(x @ theta.reshape(-1, self.classes)))
        weight = np.sqrt(problem.weights[rows])
        out = np.empty((len(pairs), x.shape[1], x.shape[1]))
        for i, (a, b) in enumerate(pairs):
            z = x * (weight * root[:, a] * root[:, b])[:, None]
            out[i] = z.T @ z
        return out

    def _predict(self, lams: np.ndarray) -> np.ndarray:
        """Follow the quadratic at the end of the last chunk, (sets, m, chunk)."""

        def one(k: int) -> np.ndarray:
            if self.separated.get((k, bool(lams[-1] == 0.0))) and self.level[k] <= _VANISHING * self.data.null:
                return np.repeat(self.now[k][:, None], len(lams), axis=1)
            found = self.minimise(k, self.ends[k], self.gradient[:, k], self.now[k], lams)
            return settle(self.corners.at(np.full(len(lams), k), lams), found, self.classes)

        return np.stack(self.problem.design.engine.map(one, range(self.sets)))

    def reached(self, s: np.ndarray, lam: np.ndarray) -> np.ndarray:
        """Objectives, at other λ, where these training sets stand, and what rounding may add to them."""
        value = self.level[s] + self.corners.at(s, lam).value(np.ascontiguousarray(self.now[s].T))
        return value + 1e-9 * np.abs(value) + 1e-12 * self.data.null

    def _sober(self, predicted: np.ndarray, lam: float) -> np.ndarray:
        """Come back half the way as often as the end of a prediction is worse than where it began.

        Far from θ a quadratic says little, and the curvature there nothing at all.
        """
        every, here = np.arange(self.sets), np.full(self.sets, lam)
        limit = self.reached(every, here)
        for _ in range(_MOST):
            end = np.ascontiguousarray(predicted[every, :, -1].T)
            total = self.data.evaluate(Columns(every, here[every], end)).train
            total += self.corners.at(every, here[every]).value(end)
            every = every[~(total <= limit[every])]
            if len(every) == 0:
                break
            predicted[every] = 0.5 * (predicted[every] + self.now[every][:, :, None])
        return predicted

    def recedes(self, k: int, lam: float, theta: np.ndarray) -> bool:
        """Whether training set k has no optimum; found out once, at the parameters of some slow column."""
        key = k, lam == 0.0
        if key not in self.separated:
            problem = self.problem
            free = np.isfinite(problem.factors) & ((problem.factors == 0.0) | (lam == 0.0))
            if problem.bounds is not None:
                free &= np.isinf(problem.bounds).all(axis=0)
            members, at = self.resamples.members(k, len(problem.y)), theta.reshape(-1, self.classes)
            self.separated[key] = bool(free.any()) and recedes(problem, members, self.data.standards[k], free, at)
        return self.separated[key]

    def minimise(
        self, k: int, h: np.ndarray, g: np.ndarray, theta: np.ndarray, lams: np.ndarray, at: Any = slice(None)
    ):
        """Minimisers of g'(t − θ) + ½ (t − θ)'H(t − θ) + penalty, one for each λ, over the parameters `at`: (m, L)."""
        l1, l2, box = (part[k][..., at] for part in (self.corners.l1, self.corners.l2, self.corners.box))
        return descend(h, h @ theta - g, l1, l2, box, lams, theta)[0].T


def training_rows(problem: Problem, resamples: Resamples) -> list[np.ndarray]:
    """Rows with weight of each training set."""
    labels = np.zeros(len(problem.y), dtype=np.intp) if resamples.labels is None else resamples.labels
    known = (labels >= 0) & (problem.weights > 0)
    return [np.flatnonzero(s.train[labels] & known) for s in resamples.sets]


class _Chunk:
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
