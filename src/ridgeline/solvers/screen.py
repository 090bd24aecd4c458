"""Screening: lasso and elastic net when columns are too many for their cross-products.

λ are taken in blocks, strongest first. For each block every training set solves a small problem on its few working
columns (`ridgeline.solvers.working`); then one pass over all columns, shared by the training sets, checks the
optimality conditions of every set at every λ of the block, and columns that break them join. The first guess is what
was active before and what the last gradient draws nearly as hard as the block's smallest λ holds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.engines import one_blas_thread
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.columns import learn_columns
from ridgeline.solvers.working import Found, Worker

__all__ = ["solve"]

_BLOCK = 5
_NEAR = 0.75  # share of the hold of λ from which a column is taken along on suspicion
_FEW = 40  # columns that may join at once, for each training set
_ROUNDS = 200
_BROKEN = 1e-10  # a column joins when its gradient exceeds its share of λ by this much


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray, *, lift: bool = False) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Any family with one linear predictor; l1_ratio > 0.
    resamples : Resamples
    lams : ndarray of shape (L,)
        Any order.
    lift : bool
        Give every training set's coefficients on all columns; else only the first's, the others' on the columns used.
    """
    with one_blas_thread():
        return _Screen(problem, resamples, np.asarray(lams, dtype=np.float64)).run(lift=lift)


class _Screen:
    """The working columns of every training set, and what is known of all columns."""

    def __init__(self, problem: Problem, resamples: Resamples, lams: np.ndarray):
        self.problem, self.resamples = problem, resamples
        self.order = np.argsort(-lams, kind="stable")
        self.lams = lams[self.order]
        n = len(problem.y)
        labels = np.zeros(n, dtype=np.intp) if resamples.labels is None else resamples.labels
        known = (labels >= 0) * problem.weights
        train = np.array([s.train for s in resamples.sets])[:, labels] * known
        judged = np.array([s.test for s in resamples.sets])[:, labels] * known
        self.weights = train / train.sum(axis=1, keepdims=True)  # (sets, n), each row sums to 1
        self.sets = len(train)
        self.standards = learn_columns(problem, self.weights)
        self.workers = [Worker(problem, s, w, j) for s, w, j in zip(self.standards, self.weights, judged, strict=True)]
        self.l1 = np.stack([w.l1 for w in self.workers], axis=1)
        self.open = np.stack([s.inverse > 0 for s in self.standards], axis=1) & np.isfinite(problem.factors)[:, None]
        self.base = np.flatnonzero((problem.factors == 0) | self._held_away())
        self.working = [self.base for _ in self.workers]
        self.store = _Columns(problem)
        self.kept: list[list[Found]] = []

    def _held_away(self) -> np.ndarray:
        """Columns that their bounds keep from 0."""
        if self.problem.bounds is None:
            return np.zeros(len(self.problem.factors), dtype=bool)
        return (self.problem.bounds[0] > 0) | (self.problem.bounds[1] < 0)

    def run(self, *, lift: bool) -> list[Fitted]:
        """Go down the path."""
        every = np.arange(self.sets)
        gradient = self._gradient(every, self._null(every))[:, :, 0]
        for worker, size in zip(self.workers, np.abs(gradient).max(axis=0), strict=True):
            worker.scale = float(max(size, 1e-300))
        for first in range(0, len(self.lams), _BLOCK):
            block = self.lams[first : first + _BLOCK]
            excess = self._excess(every, gradient[:, :, None], block[-1:])
            for k in range(self.sets):
                self.working[k] = np.union1d(self.base, self._active(k))
                most = max(3 * _FEW, len(self.working[k]) // 3)
                self._join(k, excess[:, k], _NEAR, most)
            gradient = self._block(block)
        return self._fitted(lift=lift)

    def _block(self, block: np.ndarray) -> np.ndarray:
        """Solve a block of λ; the gradient (p, sets) at its end."""
        todo = np.arange(self.sets)
        found: list[Found] = [None] * self.sets  # type: ignore[list-item]
        last = np.empty((self.problem.design.shape[1], self.sets))
        for _ in range(_ROUNDS):
            for k, one in zip(todo, self._solve(todo, block), strict=True):
                found[k] = one
            gradient = self._gradient(todo, np.stack([found[k].eta for k in todo], axis=1))
            last[:, todo] = gradient[:, :, -1]
            excess = self._excess(todo, gradient, block)
            joined = [
                self._join(k, excess[:, at], 1.0 + _BROKEN, max(_FEW, len(self.working[k]) // 4))
                for at, k in enumerate(todo.tolist())
            ]
            todo = todo[np.array(joined)]
            if len(todo) == 0:
                break
        for worker, one in zip(self.workers, found, strict=True):
            worker.keep(one, float(block[-1]))
        self.kept.append([replace(one, eta=np.empty((0, 0))) for one in found])
        return last

    def _solve(self, todo: np.ndarray, block: np.ndarray) -> list[Found]:
        self.store.fetch(np.unique(np.concatenate([self.working[k] for k in todo])))

        def one(k: int) -> Found:
            stored = self.store.standardized(self.working[k], self.standards[k])
            return self.workers[k].solve(self.working[k], stored, block)

        return self.problem.design.engine.map(one, todo.tolist())

    def _pull(self, gradient: np.ndarray) -> np.ndarray:
        """How hard each column is drawn away from 0 where its bounds let it go."""
        if self.problem.bounds is None:
            return np.abs(gradient)
        low, high = (b.reshape(-1, *[1] * (gradient.ndim - 1)) for b in self.problem.bounds)
        return np.where(gradient < 0, np.where(high > 0, -gradient, 0.0), np.where(low < 0, gradient, 0.0))

    def _excess(self, sets: np.ndarray, gradient: np.ndarray, lams: np.ndarray) -> np.ndarray:
        """Pull of each column on each training set as a share of what λ holds, at the worst λ: (p, sets)."""
        worst = (self._pull(gradient) / lams).max(axis=2)
        l1 = self.l1[:, sets]
        return np.divide(worst, l1, out=np.zeros_like(worst), where=self.open[:, sets] & (l1 > 0))

    def _join(self, k: int, excess: np.ndarray, over: float, most: int) -> bool:
        """Add the columns that set k wants most; whether there were any.

        One column that is missing pulls many others over the line: the worst come first, the others are judged again.
        """
        excess[self.working[k]] = 0.0
        new = np.flatnonzero(excess > over)
        if len(new) > most:
            new = new[np.argpartition(-excess[new], most)[:most]]
        self.working[k] = np.union1d(self.working[k], new)
        return len(new) > 0

    def _active(self, k: int) -> np.ndarray:
        """Columns that a training set used at the end of the last block."""
        if not self.kept:
            return self.base
        last = self.kept[-1][k]
        return last.columns[last.beta[:, -1] != 0]

    def _null(self, every: np.ndarray) -> np.ndarray:
        """Linear predictors of the models without penalised features, (n, sets, 1)."""
        if len(self.base):
            found = self._solve(every, np.array([1e9 * max(1.0, self.lams[0])]))
            for worker, one in zip(self.workers, found, strict=True):
                worker.keep(one, np.inf)
            return np.stack([one.eta for one in found], axis=1)
        p = self.problem
        b0 = [p.family.null_eta(p.y, w, p.offset) if p.intercept else 0.0 for w in self.weights]
        return (np.array(b0) + p.offset[:, None])[:, :, None]

    def _gradient(self, sets: np.ndarray, eta: np.ndarray) -> np.ndarray:
        """Gradient of every column for these training sets at every λ, (p, sets, λ)."""
        n, _, count = eta.shape
        y = self.problem.y[:, None, None]
        r = self.problem.family.gradient(y, eta) * self.weights[sets].T[:, :, None]
        found = self.problem.design.adjoint(r.reshape(n, -1)).reshape(-1, len(sets), count)
        total = r.sum(axis=0)

        def one(at: int) -> np.ndarray:
            return self.standards[sets[at]].adjoint(np.ascontiguousarray(found[:, at]), total[at])

        return np.stack(self.problem.design.engine.map(one, range(len(sets))), axis=1)

    def _fitted(self, *, lift: bool) -> list[Fitted]:
        """Blocks side by side: set 0 on all columns, the others on the columns that any of them used."""
        used = [one.columns[(one.beta != 0).any(axis=1)] for block in self.kept for one in block]
        union = np.unique(np.concatenate([[0], *used])).astype(np.intp)
        for value, flag in self.problem.imputed:  # a filled column and its flag stand together
            if value in union or flag in union:
                union = np.union1d(union, [value, flag])
        small = self._small(union)
        return [self._one(k, union, None if lift or k == 0 else small) for k in range(self.sets)]

    def _small(self, union: np.ndarray) -> Problem:
        """Problem of some columns alone."""
        problem = self.problem
        bounds = None if problem.bounds is None else (problem.bounds[0][union], problem.bounds[1][union])
        return replace(
            problem,
            design=problem.design.select(union),
            factors=problem.factors[union],
            imputed=self._pairs(union)[1],
            bounds=bounds,
        )

    def _pairs(self, union: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Which of the imputed pairs are among these columns, and where."""
        place = {int(j): i for i, j in enumerate(union)}
        inside = [i for i, (v, _) in enumerate(self.problem.imputed) if int(v) in place]
        pairs = [(place[int(v)], place[int(f)]) for v, f in self.problem.imputed[inside]]
        return np.array(inside, dtype=np.intp), np.array(pairs, dtype=np.intp).reshape(-1, 2)

    def _one(self, k: int, union: np.ndarray, small: Problem | None) -> Fitted:
        back = np.argsort(self.order)
        standard, found = self.standards[k], [block[k] for block in self.kept]
        columns = np.arange(len(standard.mean)) if small is None else union
        beta = np.zeros((len(columns), len(self.lams)))
        for first, one in zip(range(0, len(self.lams), _BLOCK), found, strict=True):
            nonzero = (one.beta != 0).any(axis=1)
            rows = np.searchsorted(columns, one.columns[nonzero])
            beta[rows, first : first + one.beta.shape[1]] = one.beta[nonzero]
        if small is not None:
            inside, pairs = self._pairs(union)
            standard = Standardization(
                pairs, standard.fill[inside], standard.mean[union], standard.inverse[union], standard.sd[union]
            )
        b0, train, test = (
            np.concatenate([getattr(one, name) for one in found])[back] for name in ("b0", "train", "test")
        )
        separated = np.zeros(len(self.lams), dtype=bool)
        return Fitted(standard, beta[:, back], b0, train, test, separated=separated, passes=len(found), space=small)


class _Columns:
    """Stored columns that have been asked for, side by side."""

    def __init__(self, problem: Problem):
        self.problem = problem
        self.place = np.full(problem.design.shape[1], -1, dtype=np.intp)
        self.values = np.empty((problem.design.shape[0], 0), order="F")
        self.count = 0

    def fetch(self, columns: np.ndarray) -> None:
        """Read those that are not there yet, and the flags of those with gaps."""
        imputed = self.problem.imputed
        columns = np.union1d(columns, imputed[np.isin(imputed[:, 0], columns), 1])
        new = columns[self.place[columns] < 0]
        if len(new) == 0:
            return
        if self.count + len(new) > self.values.shape[1]:
            grown = np.empty((len(self.values), 2 * self.values.shape[1] + len(new)), order="F")
            grown[:, : self.count] = self.values[:, : self.count]
            self.values = grown
        self.values[:, self.count : self.count + len(new)] = self.problem.design.columns(new)
        self.place[new] = np.arange(self.count, self.count + len(new))
        self.count += len(new)

    def standardized(self, columns: np.ndarray, standard: Standardization) -> np.ndarray:
        """Standardized features of one training set, (n, len(columns))."""
        x = self.values[:, self.place[columns]]
        for (value, flag), fill in zip(standard.imputed, standard.fill, strict=True):
            at = np.searchsorted(columns, value)
            if at < len(columns) and columns[at] == value:
                x[:, at] += fill * self.values[:, self.place[flag]]
        x -= standard.mean[columns]
        x *= standard.inverse[columns]
        return x
