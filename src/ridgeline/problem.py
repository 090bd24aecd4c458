"""The objective, written once.

::

    minimise over b0, b:  (1/W) Σ_i w_i ℓ(y_i, η_i) + λ Σ_j f_j [ ρ |s_j b_j| + (1-ρ)/2 (s_j b_j)² ],  η = b0 + o + X b

Solvers work on standardized coefficients β_j = s_j b_j; certificates share no code with them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import numpy as np

from ridgeline.designs import Design, Standardization
from ridgeline.families import Family
from ridgeline.penalties import Penalty, elastic_net

__all__ = [
    "Certificate",
    "Problem",
    "Status",
    "TrainingSet",
    "certificates",
    "null_objective",
    "standard_columns",
]


class Status(Enum):
    """How a solution came out; the value is the advice."""

    SOLVED = "solved to the promised accuracy"
    MISSED = "the certificate misses the target: treat the coefficients as approximate, or raise lambda"
    SEPARATED = (
        "separated: in some direction the loss never rises, so no finite optimum exists without a penalty: raise lambda"
    )


@dataclass(frozen=True)
class Problem:
    """Everything of the objective but λ.

    Attributes
    ----------
    family : Family
    design : Design
        n rows, p stored columns.
    y : ndarray of shape (n,)
    weights : ndarray of shape (n,)
    offset : ndarray of shape (n,)
    factors : ndarray of shape (p,)
        f_j ≥ 0; inf excludes a feature.
    imputed : ndarray of shape (m, 2)
        (value column, flag column) pairs of columns with missing cells.
    standardize, intercept : bool
    l1_ratio : float
        ρ: 0 ridge, 1 lasso.
    bounds : pair of ndarray of shape (p,), or None
        Smallest and largest b_j, per original unit.
    """

    family: Family
    design: Design
    y: np.ndarray
    weights: np.ndarray
    offset: np.ndarray
    factors: np.ndarray
    imputed: np.ndarray
    standardize: bool = True
    intercept: bool = True
    l1_ratio: float = 0.0
    bounds: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def smooth(self) -> bool:
        """Whether the penalty is the ridge alone, without a corner or an edge."""
        return self.l1_ratio == 0.0 and self.bounds is None

    def penalty(
        self, standard: Standardization, lams: np.ndarray, features: slice | np.ndarray = slice(None)
    ) -> Penalty:
        """Penalty on standardized coefficients at each λ, of some features."""
        box, inverse = None, standard.inverse[features]
        if self.bounds is not None:
            live = inverse > 0
            scale = np.where(live, 1.0 / np.where(live, inverse, 1.0), 0.0)
            given = (b[features] for b in self.bounds)
            low, high = (np.where(live, b * np.where(np.isinf(b), 1.0, scale), 0.0) for b in given)
            box = low, high
        return elastic_net(lams, self.l1_ratio, self.factors[features], box)

    @cached_property
    def null(self) -> float:
        """Objective of the model with an intercept only: see `null_objective`."""
        w, total, y = self.weights, self.weights.sum(), self.y
        b0 = self.family.null_eta(y, w, self.offset)
        eta = np.add.outer(self.offset, b0 if self.intercept else np.zeros_like(b0))
        value = float(w @ self.family.loss(y, eta) / total)
        above_least = value + float(w @ self.family.conjugate(y, np.zeros_like(eta)) / total)
        return max(abs(value), above_least, 1e-300)

    def take(self, rows: np.ndarray) -> Problem:
        """Return the problem of some rows, given by their positions."""
        own = {name: getattr(self, name)[rows] for name in ("y", "weights", "offset")}
        return replace(self, design=self.design.take(rows), **own)

    @property
    def wide(self) -> bool:
        """Whether the n × n kernel is smaller than the p × p moments."""
        n, p = self.design.shape
        return p > n


@dataclass(frozen=True)
class TrainingSet:
    """A resample: which cells train it and which judge it (boolean, one entry per cell)."""

    train: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class Certificate:
    """How far a point can be from the optimum.

    Attributes
    ----------
    gap : float
        Upper bound on objective − optimum, in units of the objective (a duality gap).
    relative_gap : float
        `gap` divided by the objective of the model with an intercept only.
    kkt : float
        Largest violation of the optimality conditions, per standard deviation of a feature.
    objective : float
    """

    gap: float
    relative_gap: float
    kkt: float
    objective: float


def null_objective(problem: Problem) -> float:
    """Objective of the model with an intercept only (without one, at η = offset): the yardstick of gaps.

    Where that number crosses zero, because the loss omits terms in y alone (poisson, gamma), its distance from the
    least possible loss is used instead when it is the larger of the two.
    """
    return problem.null


def certificates(problem: Problem, gap: np.ndarray, kkt: np.ndarray, objective: np.ndarray) -> list[Certificate]:
    """Make the certificates of c candidates from arrays of shape (c,); beyond its bounds one is infinitely far off."""
    gap = np.where(np.isinf(objective), np.inf, gap)
    with np.errstate(over="ignore"):
        relative = gap / null_objective(problem)
    return [Certificate(*map(float, one)) for one in zip(gap, relative, kkt, objective, strict=True)]


def standard_columns(problem: Problem, standard: Standardization, columns: np.ndarray) -> np.ndarray:
    """Standardized features `columns` of all rows, dense (n, len(columns))."""
    x = problem.design.columns(columns)
    for (value, flag), fill in zip(standard.imputed, standard.fill, strict=True):
        at = np.flatnonzero(columns == value)
        if len(at):
            x[:, at] += fill * problem.design.columns(np.array([flag]))
    x -= standard.mean[columns]
    x *= standard.inverse[columns]
    return x
