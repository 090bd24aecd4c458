"""The objective, written once, and the certificate that judges any point against it.

::

    minimise over b0, b:  (1/W) Σ_i w_i ℓ(y_i, η_i) + λ Σ_j f_j [ ρ |s_j b_j| + (1-ρ)/2 (s_j b_j)² ],  η = b0 + o + X b

Solvers work on standardized coefficients β_j = s_j b_j. `certify` uses none of their code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np

from ridgeline.designs import Design, Standardization
from ridgeline.families import Family
from ridgeline.penalties import Penalty, elastic_net

__all__ = ["Certificate", "Problem", "Status", "TrainingSet", "certify_columns", "dual_sweep"]


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

    def penalty(self, standard: Standardization, lams: np.ndarray) -> Penalty:
        """Penalty on standardized coefficients at each λ."""
        box = None
        if self.bounds is not None:
            live = standard.inverse > 0
            scale = np.where(live, 1.0 / np.where(live, standard.inverse, 1.0), 0.0)
            low, high = (np.where(live, b * np.where(np.isinf(b), 1.0, scale), 0.0) for b in self.bounds)
            box = low, high
        return elastic_net(lams, self.l1_ratio, self.factors, box)

    @cached_property
    def null(self) -> float:
        """Objective of the model with an intercept only: see `null_objective`."""
        w, total, y = self.weights, self.weights.sum(), self.y
        b0 = self.family.null_eta(y, w, self.offset)
        eta = np.add.outer(self.offset, b0 if self.intercept else np.zeros_like(b0))
        value = float(w @ self.family.loss(y, eta) / total)
        above_least = value + float(w @ self.family.conjugate(y, np.zeros_like(eta)) / total)
        return max(abs(value), above_least, 1e-300)

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


def certify_columns(
    problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray, lams: np.ndarray
) -> list[Certificate]:
    """Certify many candidate ridge solutions by one pass over the rows (in groups of 64 columns).

    The dual point is the residual at β, moved into the space orthogonal to the unpenalised columns (intercept, f_j = 0)
    by one weighted least-squares step; the gap is then a sum of Fenchel-Young terms, each of them ≥ 0, so no digits
    cancel.
    """
    out: dict[int, Certificate] = {}
    easy = (lams > 0) & bool(np.all(problem.factors > 0))
    for rows, judge in ((np.flatnonzero(easy), _certify_ridge), (np.flatnonzero(~easy), _certify_group)):
        parts = [part for part in np.array_split(rows, 2 * -(-len(rows) // 128) or 1) if len(part)]
        found = problem.design.engine.map(
            lambda part, judge=judge: judge(problem, standard, beta[:, part], b0[part], lams[part]), parts
        )
        for part, certificates in zip(parts, found, strict=True):
            out.update(zip(part.tolist(), certificates, strict=True))
    return [out[i] for i in range(len(lams))]


def dual_sweep(problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray) -> tuple:
    """One pass over the rows for c candidates: mean loss (c,), its gradient (p, c), and the means of u, v and v²."""
    w, total, y, offset = problem.weights, float(problem.weights.sum()), problem.y, problem.offset
    b, shift = standard.stored(beta)
    constant, plain = shift + b0, bool(np.all(w == 1.0))

    def visit(rows, bounds, eta: np.ndarray, scratch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        eta += constant
        eta += offset[rows][:, None]
        target, weight = y[rows], w[rows]
        u, loss = problem.family.accumulate(target, eta, None if plain else weight, bounds, scratch)
        v = problem.family.curvature_at(target[:, None], u if plain else u / np.maximum(weight, 1e-300)[:, None])
        return u, np.stack([u.sum(axis=0), loss[0], weight @ v, weight @ (v * v)])[None]

    sweep = problem.design.accumulate(b, visit, problem.design.layout())
    mean_u, loss, mean_v, mean_v2 = sweep.sums[0] / total
    gradient = standard.adjoint(sweep.adjoint[0], sweep.sums[0, 0]) / total
    return loss, gradient, mean_u, mean_v, mean_v2


def _certify_ridge(problem, standard, beta, b0, lams) -> list[Certificate]:
    """Every feature penalised: the same gap from one pass over cache-sized blocks.

    Moving the dual point by δ = Σwu / Σwv along the curvature v changes the loss terms by at most δ² Σwv / W (the χ²
    bound of the divergence) and the gradient of a feature with second moment m_j by at most |δ| √(m_j Σwv² / W)
    (Cauchy-Schwarz).
    """
    loss, gradient, mean_u, mean_v, mean_v2 = dual_sweep(problem, standard, beta, b0)
    penalty = elastic_net(lams, 0.0, problem.factors)
    live = (standard.inverse > 0)[:, None] & (penalty.l2 > 0)
    g = np.where(live, np.abs(gradient + penalty.l2 * beta), 0.0)
    delta = np.minimum(np.abs(mean_u) / np.maximum(mean_v, 1e-300), 1e100 * problem.intercept)
    spread = ((standard.sd * standard.inverse) ** 2)[:, None]
    moved = g + delta * np.sqrt(spread * mean_v2)
    gap = (moved**2 / (2.0 * np.where(live, penalty.l2, np.inf))).sum(axis=0) + delta**2 * mean_v
    gap = np.where(delta < 0.5, gap, np.inf)  # further than that the dual point may leave its domain
    kkt = np.maximum(g.max(axis=0, initial=0.0), np.abs(mean_u) if problem.intercept else 0.0)
    null = null_objective(problem)
    return [
        Certificate(float(e), float(e / null), float(k), float(o))
        for e, k, o in zip(gap, kkt, loss + penalty.value(beta), strict=True)
    ]


def _certify_group(problem, standard, beta, b0, lams) -> list[Certificate]:
    y, w = problem.y[:, None], problem.weights[:, None]
    total = float(problem.weights.sum())
    b, shift = standard.stored(beta)
    eta = problem.design.predict(b) + (shift + b0 + problem.offset[:, None])
    loss = (w * problem.family.loss(y, eta)).sum(axis=0) / total
    penalty = elastic_net(lams, 0.0, problem.factors)
    u = problem.family.gradient(y, eta)
    kkt_intercept = np.abs((w * u).sum(axis=0) / total) if problem.intercept else np.zeros(len(lams))
    gradient = _features(problem, standard, w * u) / total
    live = (standard.inverse > 0)[:, None]
    kkt = np.maximum(np.where(live, penalty.distance(beta, gradient), 0.0).max(axis=0, initial=0.0), kkt_intercept)
    u = _feasible(problem, standard, u, eta, lams)
    v = -_features(problem, standard, w * u) / total
    free = ((penalty.l1 == 0) & (penalty.l2 == 0)) | ~live
    terms = np.where(free, 0.0, penalty.fenchel_young(beta, np.where(free, 0.0, v)))
    rows = np.where(w > 0, problem.family.fenchel_young(y, eta, u), 0.0)  # inf, far on the wrong side
    fenchel = (w * rows).sum(axis=0) / total
    gap = fenchel + terms.sum(axis=0)
    null = null_objective(problem)
    return [
        Certificate(float(g), float(g / null), float(k), float(o))
        for g, k, o in zip(gap, kkt, loss + penalty.value(beta), strict=True)
    ]


def null_objective(problem: Problem) -> float:
    """Objective of the model with an intercept only (without one, at η = offset): the yardstick of gaps.

    Where that number crosses zero, because the loss omits terms in y alone (poisson, gamma), its distance from the
    least possible loss is used instead when it is the larger of the two.
    """
    return problem.null


def _features(problem: Problem, standard: Standardization, r: np.ndarray) -> np.ndarray:
    return standard.adjoint(problem.design.adjoint(r), r.sum(axis=0))


def _feasible(
    problem: Problem, standard: Standardization, u: np.ndarray, eta: np.ndarray, lams: np.ndarray
) -> np.ndarray:
    """Move each dual point so that it is orthogonal to every unpenalised column: a weighted least-squares step."""
    unpenalised = (problem.factors == 0) & (standard.inverse > 0)
    out = _balance(problem, u, eta) if problem.intercept else u.copy()
    for c in range(u.shape[1]):
        use = unpenalised if lams[c] > 0 else (standard.inverse > 0) & np.isfinite(problem.factors)
        if use.any():
            basis = _basis(problem, standard, np.flatnonzero(use))
            out[:, c] = _project(problem, basis, out[:, c], eta[:, c])
    return out


def _balance(problem: Problem, u: np.ndarray, eta: np.ndarray) -> np.ndarray:
    """Make Σ w u = 0 in every column; each row moves in proportion to its curvature, so that it stays in the domain."""
    v = problem.family.curvature(problem.y[:, None], eta)
    w = problem.weights
    out = u.copy()
    for _ in range(2):
        out -= v * ((w @ out) / np.maximum(w @ v, 1e-300))
    return out


def _project(problem: Problem, basis: np.ndarray, u: np.ndarray, eta: np.ndarray) -> np.ndarray:
    w = problem.weights
    v = problem.family.curvature(problem.y, eta)
    root = np.sqrt(w * v)
    ratio = np.divide(np.sqrt(w), np.sqrt(v), where=v > 0, out=np.zeros_like(v))
    for _ in range(3):
        step, *_ = np.linalg.lstsq(root[:, None] * basis, ratio * u, rcond=None)
        u = u - v * (basis @ step)
    return u


def _basis(problem: Problem, standard: Standardization, columns: np.ndarray) -> np.ndarray:
    """Unpenalised standardized columns, intercept first."""
    n = problem.design.shape[0]
    ones = np.ones((n, int(problem.intercept)))
    if len(columns) == 0:
        return ones
    x = standard_columns(problem, standard, columns)
    return np.hstack([ones, x])


def standard_columns(problem: Problem, standard: Standardization, columns: np.ndarray) -> np.ndarray:
    """Standardized features `columns` of all rows, dense (n, len(columns))."""
    x = problem.design.columns(columns)
    for (value, flag), fill in zip(standard.imputed, standard.fill, strict=True):
        at = np.flatnonzero(columns == value)
        if len(at):
            x[:, at] += fill * problem.design.columns(np.array([flag]))
    return (x - standard.mean[columns]) * standard.inverse[columns]
