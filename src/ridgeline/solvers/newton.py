"""Newton: ridge for any smooth family, all training sets and all λ together.

1. *Anchors.* A few λ are solved on all rows (on a systematic sample first, when rows are many). The Hessians there, one
   pass for all training sets, serve every λ between them by linear interpolation.
2. *Nodes.* The fit on all rows is solved at Chebyshev points in log λ, all at once; the training sets of the folds start
   from it with one free Newton step and are solved at half as many points, because only their small difference from the
   fit on all rows has to be interpolated.
3. *Reading off.* Between nodes the path is a polynomial (see `interpolate`). A few λ are checked against their own
   gradients; where they miss, the number of nodes doubles, and in the end every λ is solved by itself. Judging then needs
   one product with the rows that judge.

A few λ only are solved directly, and λ = 0 always is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.batch import Batch, Columns, learn
from ridgeline.solvers.descent import Factors, Outcome, descend
from ridgeline.solvers.interpolate import Coordinates, chebyshev, lagrange, points_needed

__all__ = ["solve"]

_DIGITS = 7.0  # of the interpolated change of curvature, before the check
_CHECKED = 1e-16  # predicted decrease at checked λ of the fit on all rows, relative to the null model: eight digits of η
_FEWER = 0.8  # of the nodes of the fit on all rows suffice for the folds' difference from it
_FOLLOWED = 1e-13  # the same of the folds' fits, of which only the judging loss is wanted,
_JUDGED = 1e-9  # to this
_APART = 3.0  # anchors, in log λ
_SAMPLE = 50  # rows of the sample per parameter


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Any smooth family.
    resamples : Resamples
        Set 0 lends its curvature and its path to the others, so it should be the one with most rows.
    lams : ndarray of shape (L,)
        Any order; 0 included.
    """
    lams = np.asarray(lams, dtype=np.float64)
    batch = Batch(problem, resamples, learn(problem, resamples))
    grid, back = np.unique(lams, return_inverse=True)
    positive = grid[grid > 0]
    work = _Paths(batch, positive if len(positive) else np.ones(1))
    found = work.run()
    if len(positive) == 0:
        found = work.unpenalised(found)
    elif grid[0] == 0:
        found = _join(work.unpenalised(found), found)
    return [work.fitted(found, k, back) for k in range(work.sets)]


@dataclass
class _Found:
    """Solutions of all sets: θ (sets, p + 1, L), losses and flags (sets, L)."""

    theta: np.ndarray
    train: np.ndarray
    test: np.ndarray
    lost: np.ndarray


def _join(a: _Found, b: _Found) -> _Found:
    return _Found(*(np.concatenate([getattr(a, f), getattr(b, f)], axis=-1) for f in _Found.__dataclass_fields__))


class _Paths:
    """The three steps, for positive λ in increasing order."""

    def __init__(self, batch: Batch, grid: np.ndarray):
        self.batch, self.grid, self.x = batch, grid, np.log(grid)
        self.sets = len(batch.standards)
        problem = batch.problem
        self.null = np.zeros(batch.p + 1)
        if problem.intercept:
            self.null[-1] = problem.family.null_eta(problem.y, problem.weights, problem.offset)
        self._anchor()

    # 1. anchors

    def _anchor(self) -> None:
        span = self.x[-1] - self.x[0]
        count = 1 + int(np.ceil(span / _APART))
        lam = np.exp(np.linspace(self.x[0], self.x[-1], count)) if count > 1 else self.grid[:1]
        theta = self._anchor_points(lam)
        every = [list(range(self.sets))] * count
        self.anchors = lam
        self.hessians = self.batch.curvatures(Columns(np.zeros(count, dtype=np.intp), lam, theta), every)
        middle = self.hessians[count // 2][0]
        self.coordinates = Coordinates(middle[:-1, :-1], self.batch.factors, diagonal=self.batch.problem.family.name == "none")
        self.anchor_theta = theta
        diagonals = np.array([np.diagonal(h[0])[:-1] for h in self.hessians])
        self.smooth = bool(np.all(np.abs(np.diff(diagonals, axis=0)) <= 0.5 * diagonals[1:]))

    def _anchor_points(self, lam: np.ndarray) -> np.ndarray:
        """Approximate solutions of the first set at the anchors, strongest λ first."""
        n, few = len(self.batch.problem.y), _SAMPLE * (self.batch.p + 1)
        sampled = n >= 4 * few
        batch = self.batch.sample(np.arange(0, n, n // few)) if sampled else self.batch.whole
        theta, start = np.empty((self.batch.p + 1, len(lam))), self.null
        hessians = []
        for i in range(len(lam) - 1, -1, -1):
            column = Columns(np.zeros(1, dtype=np.intp), lam[[i]], start[:, None].copy())
            hessian = batch.curvatures(column, [[0]])[0]
            theta[:, i] = start = descend(batch, column, hessian, self.null, goal=1e-6, eager=True).theta[:, 0]
            hessians.insert(0, hessian[0])
        if not sampled:
            return theta
        zeros = np.zeros(len(lam), dtype=np.intp)
        hessians = [h[0] for h in batch.curvatures(Columns(zeros, lam, theta), [[0]] * len(lam))]
        return descend(self.batch.whole, Columns(zeros, lam, theta), hessians, self.null, goal=1e-5).theta

    def hessian(self, k: int, lam: float) -> np.ndarray:
        """Curvature of set k at λ, interpolated in log λ: by a cubic where it changes little, else linearly."""
        x = np.log(self.anchors)
        at = np.array([np.clip(np.log(max(lam, self.anchors[0])), x[0], x[-1])])
        weights = lagrange(x, at, nearest=4 if self.smooth else 2)[:, 0]
        used = np.flatnonzero(weights)
        return sum(weights[a] * self.hessians[a][k] for a in used)  # type: ignore[return-value]

    # 2. nodes

    def run(self) -> _Found:
        """Every set at every λ of the grid."""
        needed = points_needed(self.x[-1] - self.x[0], _DIGITS)
        first = self._first_path(needed)
        others = list(range(1, self.sets))
        return self._read(first, self._other_paths(first, others, needed) if others else None)

    def _levels(self, count: int) -> list[np.ndarray]:
        """Nodes (λ, increasing), then about twice as many; none that the grid itself would outdo."""
        made = [np.exp(chebyshev(self.x[0], self.x[-1], m)) for m in (count, 2 * count - 1) if m < 0.7 * len(self.grid)]
        return made

    def _first_path(self, needed: int) -> _Nodes:
        known = _Nodes(self.anchors, self.anchor_theta[None], np.zeros((1, len(self.anchors))), np.zeros((1, 1), bool))
        return self._followed([0], known, None, self._levels(needed))

    def _other_paths(self, first: _Nodes, others: list[int], needed: int) -> _Nodes:
        levels = [] if first.lam is self.grid else self._levels(int(np.ceil(_FEWER * needed)))
        return self._followed(others, None, first, levels)

    def _followed(self, sets: list[int], known: _Nodes | None, first: _Nodes | None, levels: list[np.ndarray]) -> _Nodes:
        """Nodes through which a polynomial holds, or the grid itself."""
        for i, lam in enumerate(levels):
            solved = self._solve(sets, lam[1::2] if i else lam, known, first)
            known = known.merge(solved) if i and known is not None else solved
            if self._holds(sets, known, first):
                return known
        return self._solve(sets, self.grid, known, first)

    def predict(self, known: _Nodes | None, first: _Nodes | None, sets: int, lam: np.ndarray) -> np.ndarray:
        """θ (sets, p + 1, M) at λ, from the nodes of these sets and, for their difference, of the first set."""
        base = 0.0 if first is None else _between(self.coordinates.even(first.theta, first.lam), first.lam, lam)
        if known is None:
            z = np.broadcast_to(base, (sets, *np.shape(base)[1:]))
        elif first is None:
            z = _between(self.coordinates.even(known.theta, known.lam), known.lam, lam)
        else:
            at_nodes = _between(self.coordinates.even(first.theta, first.lam), first.lam, known.lam)
            z = base + _between(self.coordinates.even(known.theta, known.lam) - at_nodes, known.lam, lam)
        return self.coordinates.uneven(np.array(z), lam)

    def _solve(self, sets: list[int], lam: np.ndarray, known: _Nodes | None, first: _Nodes | None) -> _Nodes:
        start = self.predict(known, first, len(sets), lam) if known is not None else self._shifted(first, sets, lam)
        columns = self._columns(sets, lam, start)
        out = descend(self._batch(sets), columns, self._curvature_of(columns), self.null)
        return _Nodes.of(out, lam, len(sets))

    def _batch(self, sets: list[int]) -> Batch:
        return self.batch.whole if sets == [0] else self.batch

    def _columns(self, sets: list[int], lam: np.ndarray, theta: np.ndarray) -> Columns:
        """Columns in the order (set, λ)."""
        return Columns(np.repeat(sets, len(lam)), np.tile(lam, len(sets)), np.concatenate(list(theta), axis=1))

    def _curvature_of(self, columns: Columns) -> list[np.ndarray]:
        return [self.hessian(int(k), float(lam)) for k, lam in zip(columns.s, columns.lam, strict=True)]

    def _shifted(self, first: _Nodes, sets: list[int], lam: np.ndarray) -> np.ndarray:
        """Starts of other sets: the first set's solution and one Newton step, whose gradients cost one narrow sweep."""
        theta = self.predict(first, None, 1, lam)[0]
        spread = self.batch.spread(Columns(np.zeros(len(lam), dtype=np.intp), lam, theta))
        out = []
        for k in sets:
            own, gradient = spread[k]
            factors = Factors(self.batch.problem.design.engine, self.batch.factors, lam)
            factors.put(np.arange(len(lam)), self._curvature_of(own))
            out.append(own.theta - factors.solve(np.arange(len(lam)), gradient))
        return np.array(out)

    def _holds(self, sets: list[int], known: _Nodes, first: _Nodes | None) -> bool:
        """Whether the polynomial solves λ that lie between the nodes."""
        between = np.sqrt(known.lam[1:] * known.lam[:-1])
        lam = between[np.unique(np.linspace(0, len(between) - 1, 6).astype(int)[1:-1])]
        columns = self._columns(sets, lam, self.predict(known, first, len(sets), lam))
        values = self._batch(sets).evaluate(columns)
        factors = Factors(self.batch.problem.design.engine, self.batch.factors, columns.lam)
        factors.put(np.arange(len(columns.s)), self._curvature_of(columns))
        delta = factors.solve(np.arange(len(columns.s)), values.gradient)
        decrease = 0.5 * np.einsum("jc,jc->c", values.gradient, delta)
        error = np.abs(np.einsum("jc,jc->c", values.test_gradient, delta))
        strict = _CHECKED if sets == [0] else _FOLLOWED
        return bool(np.all(decrease <= strict * self.batch.null) and np.all(error <= _JUDGED * self.batch.null))

    # 3. reading off

    def _read(self, first: _Nodes, others: _Nodes | None) -> _Found:
        parts = [self._on_grid(first, None, [0])]
        if others is not None:
            parts.append(self._on_grid(others, first, list(range(1, self.sets))))
        found = _Found(*(np.concatenate([getattr(p, f) for p in parts]) for f in _Found.__dataclass_fields__))
        rest = [k for k in range(self.sets) if np.isnan(found.test[k]).any() and self.batch.test_weight[k] > 0]
        if rest:
            columns = self._columns(rest, self.grid, found.theta[rest])
            found.test[rest] = self.batch.judge(columns).reshape(len(rest), -1)
        return found

    def _on_grid(self, known: _Nodes, first: _Nodes | None, sets: list[int]) -> _Found:
        if known.lam is self.grid:
            return _Found(known.theta, known.train, known.test, known.lost)  # type: ignore[arg-type]
        theta = self.predict(known, first, len(sets), self.grid)
        train = self._train_between(known, first, theta)
        shape = (len(sets), len(self.grid))
        return _Found(theta, train, np.full(shape, np.nan), np.repeat(known.lost.any(axis=1)[:, None], shape[1], axis=1))

    def _train_between(self, known: _Nodes, first: _Nodes | None, theta: np.ndarray) -> np.ndarray:
        """Training losses by the same polynomials, of their difference from a quadratic."""
        to = self.coordinates
        lead = first or known
        centre = to.even(lead.theta[0], lead.lam)[to.penalised].mean(axis=1)

        def rest(nodes: _Nodes) -> np.ndarray:
            return nodes.train - to.model_loss(nodes.theta, centre)

        base = _between(rest(lead), lead.lam, self.grid)
        if first is not None:
            base = base + _between(rest(known) - _between(rest(first), first.lam, known.lam), known.lam, self.grid)
        return base + to.model_loss(theta, centre)

    def unpenalised(self, found: _Found) -> _Found:
        """λ = 0, from the weakest penalty."""
        weakest = found.theta[:, :, :1]
        start = self.coordinates.uneven(self.coordinates.even(weakest, self.grid[:1]), np.zeros(1))
        columns = self._columns(list(range(self.sets)), np.zeros(1), start)
        out = descend(self.batch, columns, self._curvature_of(columns), self.null)
        nodes = _Nodes.of(out, np.zeros(1), self.sets)
        return _Found(nodes.theta, nodes.train, nodes.test, nodes.lost)

    def fitted(self, found: _Found, k: int, back: np.ndarray) -> Fitted:
        """Results of training set k in the caller's order of λ."""
        theta = found.theta[k][:, back]
        d = self._spectrum() if k == 0 else np.empty(0)
        return Fitted(
            self.batch.standards[k], theta[:-1], theta[-1], found.train[k][back], found.test[k][back], d,
            found.lost[k][back], self.batch.passes,
        )  # fmt: skip

    def _spectrum(self) -> np.ndarray:
        f = self.batch.factors
        scale = np.where(f > 0, 1.0 / np.sqrt(np.where(f > 0, f, 1.0)), 0.0)
        strongest = self.hessians[-1][0][:-1, :-1]
        return np.maximum(np.linalg.eigvalsh(strongest * np.outer(scale, scale)), 0.0)


@dataclass
class _Nodes:
    """Solutions of some sets at λ (M,): θ (sets, p + 1, M), losses and flags (sets, M)."""

    lam: np.ndarray
    theta: np.ndarray
    train: np.ndarray
    lost: np.ndarray
    test: np.ndarray | None = None

    def merge(self, other: _Nodes) -> _Nodes:
        """Both, in the order of λ."""
        lam = np.concatenate([self.lam, other.lam])
        order = np.argsort(lam)
        names = ("theta", "train", "lost")
        return _Nodes(lam[order], *(np.concatenate([getattr(self, f), getattr(other, f)], axis=-1)[..., order] for f in names))

    @classmethod
    def of(cls, out: Outcome, lam: np.ndarray, sets: int) -> _Nodes:
        theta = out.theta.reshape(len(out.theta), sets, len(lam)).transpose(1, 0, 2)
        shape = (sets, len(lam))
        return cls(lam, theta, out.train.reshape(shape), out.lost.reshape(shape), out.test.reshape(shape))


def _between(values: np.ndarray, nodes: np.ndarray, lam: np.ndarray) -> np.ndarray:
    """Values (..., M) at nodes, interpolated at λ (T,): (..., T)."""
    if nodes is lam:
        return values
    return values @ lagrange(np.log(nodes), np.log(np.maximum(lam, 1e-300)))
