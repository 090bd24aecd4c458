"""Iterative refinement of gaussian ridge on ill-conditioned columns: the last digits (Björck 1996, §2.9).

The residual equations [I A; A' 0] [r; β] = [y; 0] are corrected with residuals in extended precision, so that the error
no longer grows with the condition number of A, let alone its square. A holds the standardized rows, and √(Wλf) below
them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.problem import Problem, standard_columns
from ridgeline.solvers.base import Fitted

__all__ = ["refine"]

_ILL = 1e5
_LARGEST = 2_000_000  # cells of A: beyond this, extended precision would take seconds


def refine(problem: Problem, fitted: Fitted, lams: np.ndarray) -> Fitted:
    """Refine the λ whose conditioning asks for it; the others, and other families, pass through."""
    n, p = problem.design.shape
    d = fitted.spectrum[fitted.spectrum > 0]
    if problem.family.name != "gaussian" or p > n or n * p > _LARGEST or len(d) < p or not np.all(np.isfinite(d)):
        return fitted
    needy = np.flatnonzero(d.max() / (d.min() + lams) > _ILL)
    if len(needy) == 0 or np.any(problem.factors == 0):
        return fitted
    beta, b0 = fitted.beta.copy(), fitted.b0.copy()
    rows = _rows(problem, fitted)
    for i in needy[:200]:
        beta[:, i], b0[i] = _refine_one(problem, rows, float(lams[i]))
    return replace(fitted, beta=beta, b0=b0)


def _rows(problem: Problem, fitted: Fitted) -> np.ndarray:
    """Standardized rows in extended precision, the intercept's ones first."""
    standard, p = fitted.standard, problem.design.shape[1]
    x = problem.design.columns(np.arange(p)).astype(np.longdouble)
    if len(standard.fill):
        x = standard_columns(problem, standard, np.arange(p)).astype(np.longdouble)
    else:
        x = (x - standard.mean) * standard.inverse
    return np.hstack([np.ones((len(x), int(problem.intercept)), dtype=np.longdouble), x])


def _refine_one(problem: Problem, rows: np.ndarray, lam: float) -> tuple[np.ndarray, float]:
    skip = int(problem.intercept)
    w = np.sqrt(problem.weights.astype(np.longdouble))
    ridge = np.sqrt(
        np.longdouble(problem.weights.sum()) * lam * np.where(np.isfinite(problem.factors), problem.factors, 0.0)
    )
    a = w[:, None] * rows
    y = w * (problem.y.astype(np.longdouble) - problem.offset)
    if lam > 0:
        below = np.zeros((len(ridge), a.shape[1]), dtype=np.longdouble)
        below[np.arange(len(ridge)), np.arange(len(ridge)) + skip] = ridge
        a, y = np.vstack([a, below]), np.concatenate([y, np.zeros(len(ridge), dtype=np.longdouble)])
    solution = _augmented(a, y)
    beta = np.asarray(solution[skip:], dtype=np.float64)
    return beta, float(solution[0]) if skip else 0.0


def _augmented(a: np.ndarray, y: np.ndarray) -> np.ndarray:
    q, r = np.linalg.qr(a.astype(np.float64))
    solution = np.zeros(a.shape[1], dtype=np.longdouble)
    residual = np.zeros(len(y), dtype=np.longdouble)
    last = np.inf
    for _ in range(10):
        f = y - residual - a @ solution
        g = -(a.T @ residual)
        f64 = f.astype(np.float64)
        z = np.linalg.solve(r.T, g.astype(np.float64))
        step = np.linalg.solve(r, q.T @ f64 - z)
        size = float(np.abs(step).max(initial=0.0))
        if not np.isfinite(size) or size > last:
            break
        solution += step
        residual += f64 - q @ (q.T @ f64 - z)
        last = size
    return solution
