"""Last resort of ridge: Newton steps by an orthogonal factorization of the rows, for solutions that missed the target.

A step is the least-squares problem ``min ‖√(Wv) A d + √W u/√v‖² + W λ f ‖β + d‖²`` on the rows themselves (Björck 1996,
§2): its error grows with the condition number of A, not with its square as that of the cross-products does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np

from ridgeline.problem import Problem, standard_columns
from ridgeline.solvers.base import Fitted

__all__ = ["affordable", "descended", "polish"]

_LARGEST = 4_000_000  # cells of A
_MOST = 8


def affordable(problem: Problem, fitted: Fitted) -> bool:
    """Whether the rows may be written out, once for each pair of a class and a difference of classes."""
    n, p = problem.design.shape
    return n * p * fitted.classes * max(1, fitted.classes - 1) <= _LARGEST


def polish(problem: Problem, fitted: Fitted, lams: np.ndarray, which: np.ndarray) -> Fitted:
    """Take such steps at the λ in `which`, for families with one linear predictor.

    Parameters
    ----------
    problem : Problem
        Ridge, without bounds, and `affordable`.
    fitted : Fitted
        Of all rows.
    lams : ndarray of shape (L,)
    which : ndarray of int
        Positions in `lams`.
    """
    live = np.flatnonzero((fitted.standard.inverse > 0) & np.isfinite(problem.factors))
    rows = np.hstack(
        [np.ones((len(problem.y), int(problem.intercept))), standard_columns(problem, fitted.standard, live)]
    )
    beta, b0 = fitted.beta.copy(), fitted.b0.copy()
    skip = rows.shape[1] - len(live)
    for i in which:
        ridge = np.append(np.zeros(skip), lams[i] * problem.factors[live])
        given, theta = (problem, rows, ridge), np.append(np.full(skip, b0[i]), beta[live, i])
        theta = descended(rows, theta, partial(_step, *given), partial(_objective, *given))
        beta[live, i], b0[i] = theta[skip:], theta[0] if skip else b0[i]
    return replace(fitted, beta=beta, b0=b0)


def descended(rows: np.ndarray, theta: np.ndarray, step_at: Callable, objective_at: Callable) -> np.ndarray:
    """Step until steps no longer shrink or the objective rises."""
    best, last = objective_at(theta), np.inf
    for _ in range(_MOST):
        step = step_at(theta)
        size = float(np.abs(rows @ step).max(initial=0.0))
        value = objective_at(theta + step)
        if not size < last or not value <= best + 1e-14 * abs(best):
            break
        theta, best, last = theta + step, min(best, value), size
    return theta


def _step(problem: Problem, rows: np.ndarray, ridge: np.ndarray, theta: np.ndarray) -> np.ndarray:
    eta = rows @ theta + problem.offset
    u, v = problem.family.gradient(problem.y, eta), problem.family.curvature(problem.y, eta)
    w = np.sqrt(problem.weights)
    root, below = np.sqrt(v), np.sqrt(problem.weights.sum() * ridge)
    pull = -w * np.divide(u, root, out=np.zeros_like(u), where=root > 0)
    a = np.vstack([(w * root)[:, None] * rows, np.diag(below)])
    return np.linalg.lstsq(a, np.append(pull, -below * theta), rcond=1e-15)[0]


def _objective(problem: Problem, rows: np.ndarray, ridge: np.ndarray, theta: np.ndarray) -> float:
    loss = problem.family.loss(problem.y, rows @ theta + problem.offset)
    return float(problem.weights @ loss / problem.weights.sum() + 0.5 * ridge @ theta**2)
