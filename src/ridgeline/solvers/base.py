"""What a solver returns: coefficients and losses of every training set at every λ."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ridgeline.designs import Design, Layout, Standardization
from ridgeline.problem import Problem, TrainingSet

__all__ = ["Fitted", "Resamples"]


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

    def eta(self, problem: Problem, columns: np.ndarray | slice = slice(None)) -> np.ndarray:
        """Linear predictor of all rows at the chosen λ columns, offset included: (n, L), or (n, K, L) for K classes."""
        problem = self.space or problem  # kernel coordinates have a design of their own
        return self.eta_of(problem.design, problem.offset, columns)

    def eta_of(self, design: Design, offset: np.ndarray, columns: np.ndarray | slice = slice(None)) -> np.ndarray:
        """The same for the rows of another design."""
        at = np.arange(len(self.b0)).reshape(self.classes, -1)[:, columns]
        b, shift = self.standard.stored(self.beta[:, at.ravel()])
        eta = design.predict(b) + (shift + self.b0[at.ravel()] + offset[:, None])
        return eta if self.classes == 1 else eta.reshape(len(offset), *at.shape)
