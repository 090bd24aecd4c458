"""Classes: multinomial with L1, elastic net or bounds, all training sets together, by proximal Newton steps.

Every class has a coefficient of its own (the symmetric softmax), θ = vec [B; b0]. The loss does not change when the
coefficients of a feature move alike in all classes, so its Hessian is singular in these directions; there a small
proximal term (weight τ, about the last point, hence without effect on the answer) makes each quadratic strictly
convex, and after each step the shift is chosen exactly (`settle`). As in `ridgeline.solvers.proximal` λ are taken in
chunks, strongest first: the quadratic at the end of a chunk predicts the next, curvature is taken from the data at
both ends and interpolated between, and a step that raises the objective is halved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from ridgeline.kernels import descend
from ridgeline.penalties import Penalty
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.softmax import Columns, Softmax, Values

__all__ = ["settle", "solve"]

_CHUNK = 8
_MOST = 100
_ROWS = 1024  # of a block whose weighted cross-products are formed
_TAU = 1e-5  # of a feature's curvature: the proximal weight of moving all classes alike
_KKT = 3e-9  # violation of optimality, as a share of λ (or of the first gradient), from which one more step suffices
_LOSS = 1e-9  # error of the folds' objectives and judging losses, as a share of the null model's objective


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray, start: np.ndarray | None = None) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Of the multinomial family.
    resamples : Resamples
    lams : ndarray of shape (L,)
        Any order.
    start : ndarray of shape (sets, p + 1, K), optional
        Parameters near the solution at the largest λ.
    """
    path = _Path(problem, resamples, np.asarray(lams, dtype=np.float64), start)
    path.run()
    return [path.fitted(k) for k in range(len(resamples.sets))]


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


class _Path:
    """The λ in chunks."""

    def __init__(self, problem: Problem, resamples: Resamples, lams: np.ndarray, start: np.ndarray | None):
        self.problem, self.data = problem, Softmax(problem, resamples, symmetric=True)
        self.corners = _Corners.of(problem, self.data)
        self.order = np.argsort(-lams, kind="stable")
        self.lams = lams[self.order]
        self.sets, self.classes = len(resamples.sets), len(self.data.q)
        labels = np.zeros(len(problem.y), dtype=np.intp) if resamples.labels is None else resamples.labels
        member = (self.data.train[:, labels] > 0) & (labels >= 0) & (problem.weights > 0)
        self.rows = [np.split(r, range(_ROWS, len(r), _ROWS)) for r in map(np.flatnonzero, member)]
        self.theta = np.zeros((self.sets, self.data.m, len(lams)))
        self.train, self.test = np.full((2, self.sets, len(lams)), np.nan)
        self.now = self._begin() if start is None else start.reshape(self.sets, -1).copy()
        self.now = np.clip(self.now, self.corners.box[:, 0], self.corners.box[:, 1])

    def _begin(self) -> np.ndarray:
        """Models without features, (sets, m)."""
        out = np.zeros((self.sets, self.data.m))
        if self.problem.intercept:
            for k, rows in enumerate(map(np.concatenate, self.rows)):
                out[k, -self.classes :] = self.problem.family.null_eta(self.problem.y[rows], self.problem.weights[rows])
        return out

    def run(self) -> None:
        """Go down the path."""
        columns = Columns(np.arange(self.sets), np.zeros(self.sets), np.ascontiguousarray(self.now.T))
        self.gradient = self.data.evaluate(columns).gradient
        self.scale = np.abs(self.gradient).max(initial=0.0)
        ends = self._curvature(self.now)
        for first in range(0, len(self.lams), _CHUNK):
            at = np.arange(first, min(first + _CHUNK, len(self.lams)))
            predicted = self._predict(ends, at)
            begin, ends = ends, self._curvature(predicted[:, :, -1])
            self._correct(at, predicted, begin, ends)
            self.now = self.theta[:, :, at[-1]]

    def _curvature(self, theta: np.ndarray) -> list[np.ndarray]:
        """Hessians of all training sets."""
        return self.problem.design.engine.map(lambda k: self.hessian(k, theta[k]), range(self.sets))

    def hessian(self, k: int, theta: np.ndarray) -> np.ndarray:
        """Hessian of the mean loss of training set k, and the proximal term.

        ``Σ_{a<b} (e_a − e_b)(e_a − e_b)' ⊗ X' diag(w π_a π_b) X / W``: no difference, hence no cancellation.
        """
        p1, pairs = self.data.p + 1, list(combinations(range(self.classes), 2))
        found = sum(self._products(k, rows, theta, pairs) for rows in self.rows[k])
        h = np.zeros((p1, self.classes, p1, self.classes))
        for (a, b), g in zip(pairs, found / self.data.train_weight[k], strict=True):
            for one, other, sign in ((a, a, 1.0), (b, b, 1.0), (a, b, -1.0), (b, a, -1.0)):
                h[:, one, :, other] += sign * g
        at = np.arange(p1)
        h[at, :, at, :] += (_TAU / self.classes * np.einsum("jkjk->j", h))[:, None, None]
        return self.data.alive(h.reshape(self.data.m, -1), k)

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

    def _predict(self, h: list[np.ndarray], at: np.ndarray) -> np.ndarray:
        """Follow the quadratic at the end of the last chunk, (sets, m, chunk)."""

        def one(k: int) -> np.ndarray:
            found = self.minimise(k, h[k], self.gradient[:, k], self.now[k], self.lams[at])
            return settle(self.corners.at(np.full(len(at), k), self.lams[at]), found, self.classes)

        return np.stack(self.problem.design.engine.map(one, range(self.sets)))

    def minimise(self, k: int, h: np.ndarray, g: np.ndarray, theta: np.ndarray, lams: np.ndarray) -> np.ndarray:
        """Minimisers of g'(t − θ) + ½ (t − θ)'H(t − θ) + penalty, one for each λ: (m, L)."""
        corners = self.corners
        return descend(h, h @ theta - g, corners.l1[k], corners.l2[k], corners.box[k], lams, theta)[0].T

    def _correct(self, at: np.ndarray, predicted: np.ndarray, begin: list, ends: list) -> None:
        index, s = np.tile(at, self.sets), np.repeat(np.arange(self.sets), len(at))
        theta = np.ascontiguousarray(np.concatenate(list(predicted), axis=1))
        share = (index - at[0] + 1.0) / len(at)
        chunk = _Chunk(self, Columns(s, self.lams[index], theta), (begin, ends, share))
        chunk.run()
        self.theta[s, :, index] = chunk.theta.T
        self.train[s, index], self.test[s, index] = chunk.train, chunk.test
        self.gradient = chunk.gradient[:, index == at[-1]]

    def fitted(self, k: int) -> Fitted:
        """Results of training set k in the caller's order of λ."""
        back = np.argsort(self.order)
        beta, b0 = self.data.coefficients(self.theta[k][:, back])
        none = np.zeros(len(back), dtype=bool)
        return Fitted(
            self.data.standards[k], beta.reshape(self.data.p, -1), b0.ravel(), self.train[k][back], self.test[k][back],
            np.empty(0), none, self.data.passes, classes=self.classes,
        )  # fmt: skip


class _Chunk:
    """Columns (training set and λ) that are driven to their optima together."""

    def __init__(self, path: _Path, columns: Columns, curvature: tuple):
        self.path, self.columns = path, columns
        self.begin, self.ends, self.share = curvature
        self.own: dict[int, np.ndarray] = {}  # Hessians taken anew, by column
        self.theta = columns.theta.copy()
        self.gradient = np.zeros_like(self.theta)
        count = len(columns.s)
        self.train, self.test = np.full((2, count), np.nan)
        self.best, self.last = np.full((2, count), np.inf)

    def run(self) -> None:
        """Step until every column is done."""
        trial, accepted = self.columns.theta, self.theta.copy()
        active = np.arange(len(self.columns.s))
        for _ in range(_MOST):
            values = self.path.data.evaluate(self.columns.take(active))
            total = values.train + self._penalty(active).value(trial[:, active])
            worse = ~(total <= self.best[active] + 1e-13 * np.abs(self.best[active]))
            back, good = active[worse], active[~worse]
            trial[:, back] = 0.5 * (trial[:, back] + accepted[:, back])
            stuck = np.abs(trial[:, back] - accepted[:, back]).max(axis=0, initial=0.0) < 1e-15
            self.best[good], accepted[:, good] = total[~worse], trial[:, good]
            ended = self._step(good, _kept(values, ~worse))
            active = np.sort(np.concatenate([good[~ended], back[~stuck]]))
            if len(active) == 0:
                return

    def _penalty(self, at: np.ndarray) -> Penalty:
        return self.path.corners.at(self.columns.s[at], self.columns.lam[at])

    def _step(self, at: np.ndarray, values: Values) -> np.ndarray:
        """Move some columns to the minimum of their quadratics; which of them that finishes."""
        if len(at) == 0:
            return np.zeros(0, dtype=bool)
        trial, penalty = self.columns.theta[:, at], self._penalty(at)
        left = penalty.distance(trial, values.gradient).max(axis=0)
        self._renew(at[self._slow(left, at)])
        found = self.path.problem.design.engine.map(
            lambda c: self._minimum(int(at[c]), values.gradient[:, c]), range(len(at))
        )
        moved = settle(penalty, np.column_stack(found), self.path.classes)
        step = moved - trial
        ended = self._ended(at, left, values, step)
        self.last[at] = left
        self._store(at, values, step)
        self.columns.theta[:, at] = moved
        return ended

    def _hessian(self, c: int) -> np.ndarray:
        """Own Hessian of the column, or the one between the two ends of the chunk."""
        if c in self.own:
            return self.own[c]
        k = self.columns.s[c]
        return self.begin[k] + (self.ends[k] - self.begin[k]) * self.share[c]

    def _minimum(self, c: int, g: np.ndarray) -> np.ndarray:
        k, lam = int(self.columns.s[c]), self.columns.lam[c : c + 1]
        return self.path.minimise(k, self._hessian(c), g, self.columns.theta[:, c], lam)[:, 0]

    def _goal(self, at: np.ndarray) -> np.ndarray:
        return _KKT * np.minimum(self.columns.lam[at], self.path.scale) + 1e-15 * self.path.scale

    def _slow(self, left: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Columns whose curvature is too far from the data's."""
        return np.isfinite(self.last[at]) & (left > 0.1 * self.last[at]) & (left > 1e3 * self._goal(at))

    def _renew(self, at: np.ndarray) -> None:
        path, s, theta = self.path, self.columns.s, self.columns.theta
        places: list[int] = at.tolist()
        found = path.problem.design.engine.map(lambda c: path.hessian(int(s[c]), theta[:, c]), places)
        self.own.update(zip(places, found, strict=True))

    def _ended(self, at: np.ndarray, left: np.ndarray, values: Values, step: np.ndarray) -> np.ndarray:
        """Columns that one more step brings as near to their optimum as is asked for, or as rounding lets them come.

        For the training sets of folds the losses decide, for the fit on all rows the optimality conditions.
        """
        last, goal = self.last[at], self._goal(at)
        done = (left <= goal) | ((left > 0.5 * last) & (left <= 100 * goal))
        penalty, theta = self._penalty(at), self.columns.theta[:, at]
        decrease = penalty.value(theta) - penalty.value(theta + step) - (values.gradient * step).sum(axis=0)
        judged = np.nan_to_num(np.abs((values.test_gradient * step).sum(axis=0)))
        rate = np.clip(left / last, 0.01, 1.0)
        close = np.maximum(decrease, judged) * rate <= _LOSS * self.path.data.null
        return done | (close & (self.columns.s[at] > 0))

    def _store(self, at: np.ndarray, values: Values, step: np.ndarray) -> None:
        """Keep a point after one more step; its losses and gradient follow the step to first order."""
        self.theta[:, at] = self.columns.theta[:, at] + step
        self.train[at] = values.train + (values.gradient * step).sum(axis=0)
        self.test[at] = values.test + (values.test_gradient * step).sum(axis=0)
        edge = np.flatnonzero(self.share[at] == 1.0)
        for c in edge:
            self.gradient[:, at[c]] = values.gradient[:, c] + self._hessian(int(at[c])) @ step[:, c]


def _kept(values: Values, which: np.ndarray) -> Values:
    return replace(values, **{name: getattr(values, name)[..., which] for name in values.__dataclass_fields__})
