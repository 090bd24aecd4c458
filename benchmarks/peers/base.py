"""What a contestant must offer, and what it must answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchmarks.objective import fold_losses
from benchmarks.problems import Data, Problem

__all__ = ["Fits", "Peer", "Result", "folds_by_hand", "splits"]

#: What fits models at some lambdas: ``(problem, X, y, lams) -> coefficients (L, p), intercepts (L,)``, original scale.
Fits = Callable[[Problem, np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Result:
    """A tuned fit, in ridgeline's convention.

    Attributes
    ----------
    lam : float
        The lambda it chose.
    coef : ndarray of shape (p,)
        Coefficients at `lam` on all rows, on the original scale.
    intercept : float
    curve : ndarray of shape (L,)
        Mean cross-validated loss at each lambda of the problem (NaN where it has none).
    seconds : float
        Wall time of the tuned fit alone: no data generation, no conversion of formats, no imports.
    """

    lam: float
    coef: np.ndarray
    intercept: float
    curve: np.ndarray
    seconds: float


class Peer(Protocol):
    """A contestant.

    Attributes
    ----------
    name : str
        Short, unique; what ``--peers`` matches.
    label : str
        As printed: tool, class and mode.
    env : str or None
        Packages of the environment it runs in (``"glum"``); None for the Python that runs the benchmarks.
    headline : bool
        Whether it counts when the fastest peer is sought (the same work: K folds times L lambdas).
    settings : str
        Tolerances and options, in words, for the published page.
    """

    name: str
    label: str
    env: str | None
    headline: bool
    settings: str

    def version(self) -> str:
        """Version of the tool; raises ImportError or OSError where it is not installed."""
        ...

    def accepts(self, problem: Problem) -> bool:
        """Whether it can do this problem at all."""
        ...

    def tuned_fit(self, problem: Problem, data: Data) -> Result:
        """Cross-validate over the folds and lambdas given, refit on all rows at the best."""
        ...


def splits(folds: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Training and validation rows of each fold."""
    for k in range(int(folds.max()) + 1):
        yield np.flatnonzero(folds != k), np.flatnonzero(folds == k)


def folds_by_hand(problem: Problem, data: Data, fit: Fits, *, paths: bool = True) -> Result:
    """Tune a program that has no cross-validation over given folds; one with `paths` needs the stronger lambdas too."""
    start = time.perf_counter()
    eta = np.empty((len(data.y), len(data.lams)))
    for train, held in splits(data.folds):
        coefs, intercepts = fit(problem, data.X[train], data.y[train], data.lams)
        eta[held] = data.X[held] @ coefs.T + intercepts
    curve = fold_losses(data.y, eta, data.folds, problem.family).mean(axis=0)
    best = int(np.argmin(curve))
    coefs, intercepts = fit(problem, data.X, data.y, data.lams[0 if paths else best : best + 1])
    seconds = time.perf_counter() - start
    return Result(float(data.lams[best]), coefs[-1], float(intercepts[-1]), curve, seconds)
