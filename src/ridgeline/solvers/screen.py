"""Screening: lasso and elastic net when columns are too many for their cross-products.

λ are taken in blocks, strongest first. For each block every training set solves a small problem on its few working
columns (`ridgeline.solvers.working`); then one pass over all columns, shared by the training sets, checks the
optimality conditions of every set at every λ of the block, and columns that break them join. The first guess is what
was active before and what the last gradient draws nearly as hard as the block's smallest λ holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

from ridgeline.engines import give_back, one_blas_thread
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.columns import learn_sets
from ridgeline.solvers.found import Found, put_together
from ridgeline.solvers.stations import stations
from ridgeline.solvers.store import Store
from ridgeline.solvers.working import Worker

__all__ = ["solve"]

T = TypeVar("T")

_BLOCK = 5
_NEAR = 0.75  # share of the hold of λ from which a column is taken along on suspicion
_FEW = 40  # columns that may join at once, for each training set
_ROUNDS = 200
_LEAST = 1e-200  # λ that stands in for 0
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
    lams = np.asarray(lams, dtype=np.float64)
    order = np.argsort(-lams, kind="stable")
    with one_blas_thread():
        exact = lift or problem.family.name == "gaussian"
        # what it worked with is gone before results take room
        sets = _Screen(problem, resamples, lams[order], exact=exact).run()
        give_back(problem.design.shape)
        return put_together(problem, learn_sets(problem, resamples), sets, order, lift=lift)


class _Screen:
    """The working columns of every training set, and what is known of all columns."""

    def __init__(self, problem: Problem, resamples: Resamples, lams: np.ndarray, *, exact: bool):
        self.problem, self.lams = problem, lams
        self.weights, self.sets = resamples.shares(problem), len(resamples.sets)
        judged = resamples.each("test", len(problem.y)) * problem.weights
        self.standards = learn_sets(problem, resamples)
        each = zip(self.standards, self.weights, judged, strict=True)
        self.store = Store(problem, self.standards[0].mean)
        self.workers = [Worker(problem, self.store, *one, exact=exact or k == 0) for k, one in enumerate(each)]
        self.l1 = problem.penalty(self.standards[0], np.ones(1)).l1[:, 0]  # the same for all of them
        self.open = np.stack([s.inverse > 0 for s in self.standards], axis=1) & np.isfinite(problem.factors)[:, None]
        self.base = np.flatnonzero((problem.factors == 0) | self._held_away())
        self.working = [self.base for _ in self.workers]
        self.kept: list[list[Found]] = []

    def _held_away(self) -> np.ndarray:
        """Columns that their bounds keep from 0."""
        if self.problem.bounds is None:
            return np.zeros(len(self.problem.factors), dtype=bool)
        return (self.problem.bounds[0] > 0) | (self.problem.bounds[1] < 0)

    def run(self) -> list[list[Found]]:
        """Go down the path; the blocks of each training set."""
        gradient = np.hstack(self._gradients(list(range(self.sets)), self._null(), lambda _, gradient: gradient))
        for worker, size in zip(self.workers, np.abs(gradient).max(axis=0), strict=True):
            worker.scale = float(max(size, 1e-300))
        top = max(float(self._excess(k, gradient[:, [k]], np.ones(1)).max(initial=0.0)) for k in range(self.sets))
        lams, asked = stations(top, self.lams)
        for first in range(0, len(lams), _BLOCK):
            block = lams[first : first + _BLOCK]
            for k in range(self.sets):
                self.working[k] = np.union1d(self.base, self._active(k))
                most = max(3 * _FEW, len(self.working[k]) // 3)
                self._join(k, self._excess(k, gradient[:, [k]], block[-1:])[:, 0], _NEAR, most)
            gradient = self._block(block)
        parts = [asked[first : first + _BLOCK] for first in range(0, len(lams), _BLOCK)]
        kept = [[one.at(part) for one in block] for block, part in zip(self.kept, parts, strict=True)]
        return [list(blocks) for blocks in zip(*kept, strict=True)]

    def _block(self, block: np.ndarray) -> np.ndarray:
        """Solve a block of λ; the gradient (p, sets) at its end."""
        todo, begin = list(range(self.sets)), [0] * self.sets
        found: list[Found] = [None] * self.sets  # type: ignore[list-item]
        last = np.empty((self.problem.design.shape[1], self.sets))
        for _ in range(_ROUNDS):
            for k, one in zip(todo, self._solve(todo, block, begin), strict=True):
                found[k], self.working[k] = one, one.columns

            def judged(k: int, gradient: np.ndarray) -> int | None:
                last[:, k] = gradient[:, -1]
                return self._judge(k, gradient, block[begin[k] :])

            firsts = self._gradients(todo, [found[k].eta[:, begin[k] :] for k in todo], judged)
            again = [(k, first) for k, first in zip(todo, firsts, strict=True) if first is not None]
            for k, first in again:
                begin[k] += first
            todo = [k for k, _ in again]
            if not todo:
                break
        for worker in self.workers:
            worker.keep(float(block[-1]))
        self.kept.append([replace(one, eta=np.empty((0, 0))) for one in found])
        return last

    def _judge(self, k: int, gradient: np.ndarray, lams: np.ndarray) -> int | None:
        """Add the columns that break their condition on set k; the first λ where one did."""
        excess = self._excess(k, gradient, lams)
        excess[self.working[k]] = 0.0
        broken = np.flatnonzero((excess > 1.0 + _BROKEN).any(axis=0))
        if len(broken) == 0:
            return None
        self._join(k, excess.max(axis=1), 1.0 + _BROKEN, max(_FEW, len(self.working[k]) // 4))
        return int(broken[0])

    def _solve(self, todo: list[int], block: np.ndarray, begin: list[int]) -> list[Found]:
        self.store.fetch(np.unique(np.concatenate([self.working[k] for k in todo])))

        def one(k: int) -> Found:
            return self.workers[k].solve(self.working[k], block, begin[k])

        return self.problem.design.engine.map(one, todo)

    def _pull(self, gradient: np.ndarray) -> np.ndarray:
        """How hard each column is drawn away from 0 where its bounds let it go."""
        if self.problem.bounds is None:
            return np.abs(gradient)
        low, high = (b.reshape(-1, *[1] * (gradient.ndim - 1)) for b in self.problem.bounds)
        return np.where(gradient < 0, np.where(high > 0, -gradient, 0.0), np.where(low < 0, gradient, 0.0))

    def _excess(self, k: int, gradient: np.ndarray, lams: np.ndarray) -> np.ndarray:
        """Pull of each column on training set k as a share of what each λ holds, (p, λ)."""
        with np.errstate(divide="ignore"):
            unit = np.where(self.open[:, k] & (self.l1 > 0), 1.0 / self.l1, 0.0)
        pull = self._pull(gradient)
        with np.errstate(over="ignore"):  # λ = 0 holds nothing, and the worst are still told from the others
            pull *= unit[:, None]
            pull /= np.maximum(lams, _LEAST)
        return pull

    def _join(self, k: int, excess: np.ndarray, over: float, most: int) -> None:
        """Add the columns that set k wants most.

        One column that is missing pulls many others over the line: the worst come first, the others are judged again.
        """
        new = np.setdiff1d(np.flatnonzero(excess > over), self.working[k])
        if len(new) > most:
            new = new[np.argpartition(-excess[new], most)[:most]]
        self.working[k] = np.union1d(self.working[k], new)

    def _active(self, k: int) -> np.ndarray:
        """Columns that a training set used at the end of the last block."""
        if not self.kept:
            return self.base
        last = self.kept[-1][k]
        return last.columns[last.beta[:, -1] != 0]

    def _null(self) -> list[np.ndarray]:
        """Linear predictors of the models without penalised features, each (n, 1)."""
        every = list(range(self.sets))
        if len(self.base):
            found = self._solve(every, np.array([1e9 * max(1.0, self.lams[0])]), [0] * self.sets)
            for worker in self.workers:
                worker.keep(np.inf)
            return [one.eta for one in found]
        p = self.problem
        b0 = [p.family.null_eta(p.y, w, p.offset) if p.intercept else 0.0 for w in self.weights]
        return [(b + p.offset)[:, None] for b in b0]

    def _gradients(self, sets: list[int], etas: list[np.ndarray], use: Callable[[int, np.ndarray], T]) -> list[T]:
        """Use the gradients of every column for each of these training sets, (p, λ), all found in one pass."""
        problem = self.problem
        y, trained = problem.y[:, None], self.weights > 0.0
        with np.errstate(over="ignore", invalid="ignore"):  # rows that do not train
            each = [
                np.where(trained[k][:, None], problem.family.gradient(y, eta) * self.weights[k][:, None], 0.0)
                for k, eta in zip(sets, etas, strict=True)
            ]
        found = problem.design.adjoint(np.hstack(each))
        ends = np.cumsum([eta.shape[1] for eta in etas])

        def one(at: int) -> T:
            part = found[:, ends[at] - etas[at].shape[1] : ends[at]]
            return use(sets[at], self.standards[sets[at]].adjoint(part, each[at].sum(axis=0)))

        return problem.design.engine.map(one, range(len(sets)))
