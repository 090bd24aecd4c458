"""What a solver returns: coefficients and losses of every training set at every λ."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ridgeline.designs import DenseDesign, Design, Layout, Standardization
from ridgeline.moments import Moments, leave_out, merge_all
from ridgeline.problem import Problem, TrainingSet

__all__ = ["Fitted", "Resamples", "mean_losses", "together"]

_FEW = 10  # cells that are merged anew for every set


@dataclass(frozen=True)
class Resamples:
    """Rows in cells, and the training sets made of them.

    Attributes
    ----------
    layout : Layout
    sets : tuple of TrainingSet
    memo : dict
        What a solver keeps between calls with other λ or another l1_ratio: a pass over the rows need not be repeated.
    """

    layout: Layout
    sets: tuple[TrainingSet, ...]
    labels: np.ndarray | None = None
    memo: dict = field(default_factory=dict, compare=False)

    @classmethod
    def make(cls, problem: Problem, labels: np.ndarray | None, sets: tuple[TrainingSet, ...]) -> Resamples:
        """Lay the design's rows out by cell."""
        cells = len(sets[0].train)
        return cls(problem.design.layout(labels, cells), sets, labels)

    @classmethod
    def whole(cls, problem: Problem) -> Resamples:
        """All rows as one training set, which nothing judges."""
        return cls.make(problem, None, (TrainingSet(np.ones(1, bool), np.zeros(1, bool)),))

    def members(self, k: int, n: int) -> np.ndarray:
        """Which of the n rows train set k."""
        if self.labels is None:
            return np.full(n, bool(self.sets[k].train[0]))
        return self.sets[k].train[self.labels] & (self.labels >= 0)

    def shares(self, problem: Problem) -> np.ndarray:
        """Weights of the rows in each training set, (sets, n), adding up to 1 in each."""
        weights = self.each("train", len(problem.y)) * problem.weights
        return weights / weights.sum(axis=1, keepdims=True)

    def each(self, side: str, n: int) -> np.ndarray:
        """Which of the n rows are on a side, ``"train"`` or ``"test"``, of each set: (sets, n)."""
        labels = np.zeros(n, dtype=np.intp) if self.labels is None else self.labels
        return np.array([getattr(s, side) for s in self.sets])[:, labels] & (labels >= 0)

    def moments(self, problem: Problem) -> list[Moments]:
        """Moments of [X | y − offset] in each cell: found once for all grids, families and penalties."""
        if "moments" not in self.memo:
            weights = None if np.all(problem.weights == 1.0) else problem.weights
            z = (problem.y - problem.offset)[:, None]
            self.memo["moments"] = problem.design.moments(z, weights, self.layout)
        return self.memo["moments"]

    def merged(self, cells: list) -> Callable[[int], tuple[Any, Any]]:
        """Moments of the training rows of a set, which are the caller's own, and of its judging rows, on request.

        Many cells, all of them but one in each set, share prefix and suffix merges; of few, which may be large, nothing
        is kept.
        """
        loo = leave_out(cells) if len(cells) > _FEW else []

        def of(k: int) -> tuple[Any, Any]:
            s = self.sets[k]
            out = np.flatnonzero(~s.train)
            train = deepcopy(loo[out[0]]) if len(out) == 1 and loo else together(cells, s.train, own=True)
            return train, together(cells, s.test) if s.test.any() else None

        return of


def mean_losses(
    problem: Problem, eta: np.ndarray, weights: np.ndarray, judged: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean losses of linear predictors (n, c) on the training and on the judging rows, NaN where none judge.

    Rows without a weight may have any linear predictor.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        loss = problem.family.loss(problem.y[:, None], eta)
    train, test = (w[w > 0.0] @ loss[w > 0.0] for w in (weights, judged))
    mass = judged.sum()
    return train, test / mass if mass else np.full(eta.shape[1], np.nan)


def together(cells: list, members: np.ndarray, *, own: bool = False):
    """Moments of the cells of a mask; with `own`, in arrays that are nobody else's."""
    return merge_all([c for c, use in zip(cells, members, strict=True) if use], own=own)


@dataclass
class Fitted:
    """All λ of one training set.

    Attributes
    ----------
    standard : Standardization
    beta : ndarray of shape (p, L)
        Standardized coefficients.
    b0 : ndarray of shape (L,)
        Intercept of the standardized problem.
    train, test : ndarray of shape (L,)
        Mean loss of the training and the judging rows (NaN without judging rows).
    spectrum : ndarray
        Eigenvalues of the curvature, for effective degrees of freedom.
    separated : ndarray of shape (L,), bool
    space : Problem, optional
        The problem in kernel coordinates that `beta` belongs to, when it is not the caller's.
    classes : int
        K; with more than one the columns of `beta` and `b0` are K runs of L, a run for each class.
    moments : Moments, optional
        Of the first training set's stored columns and y − offset, where the solver worked on them.
    """

    standard: Standardization
    beta: np.ndarray
    b0: np.ndarray
    train: np.ndarray
    test: np.ndarray
    spectrum: np.ndarray = field(default_factory=lambda: np.empty(0))
    separated: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))
    passes: int = 0
    space: Problem | None = None
    classes: int = 1
    moments: Moments | None = None

    def seen(self) -> Fitted:
        """Linear predictors of all rows instead of coefficients: of no use for rows of another design."""
        return self.seen_as(self._linear())

    def beside(self, other: Fitted) -> Fitted:
        """Put the same training set at other λ beside this; classes keep their runs of columns."""
        if self.space is not None and other.space is not None and not _same(self.space.design, other.space.design):
            both = self.seen_as(_beside(self._linear(), other._linear(), self.classes))
        else:
            both = replace(self, beta=_beside(self.beta, other.beta, self.classes))
        rows = {name: _beside(getattr(self, name), getattr(other, name), 1) for name in ("train", "test", "separated")}
        return replace(both, b0=_beside(self.b0, other.b0, self.classes), passes=self.passes + other.passes, **rows)

    def _linear(self) -> np.ndarray:
        """Linear predictors (n, c), intercept and offset left out."""
        assert self.space is not None
        b, shift = self.standard.stored(self.beta)
        eta = self.space.design.predict(b)
        eta += shift
        return eta

    def seen_as(self, eta: np.ndarray) -> Fitted:
        """Put linear predictors in the place of coefficients."""
        assert self.space is not None
        c = eta.shape[1]
        design, none = DenseDesign(eta, engine=self.space.design.engine), np.empty((0, 2), dtype=np.intp)
        space = replace(self.space, design=design, factors=np.ones(c), imputed=none, standardize=False, bounds=None)
        return replace(self, standard=Standardization.none(c), beta=np.eye(c), space=space)

    def eta(self, problem: Problem, columns: np.ndarray | slice | list[int] = slice(None)) -> np.ndarray:
        """Linear predictor of all rows at the chosen λ columns, offset included: (n, L), or (n, K, L) for K classes."""
        problem = self.space or problem  # kernel coordinates have a design of their own
        return self.eta_of(problem.design, problem.offset, columns)

    def eta_of(
        self, design: Design, offset: np.ndarray, columns: np.ndarray | slice | list[int] = slice(None)
    ) -> np.ndarray:
        """Resamples alike, for the rows of another design."""
        at = np.arange(len(self.b0)).reshape(self.classes, -1)[:, columns]
        b, shift = self.standard.stored(self.beta[:, at.ravel()])
        eta = design.predict(b) + (shift + self.b0[at.ravel()] + offset[:, None])
        return eta if self.classes == 1 else eta.reshape(len(offset), *at.shape)


def _same(a: Design, b: Design) -> bool:
    every = np.arange(a.shape[1])
    return a.shape == b.shape and np.array_equal(a.columns(every), b.columns(every))


def _beside(a: np.ndarray, b: np.ndarray, runs: int) -> np.ndarray:
    """Last axes one after the other, in each of their runs."""
    parts = [v.reshape(*v.shape[:-1], runs, -1) for v in (a, b)]
    out = np.concatenate(parts, axis=-1)
    return out.reshape(*out.shape[:-2], -1)
