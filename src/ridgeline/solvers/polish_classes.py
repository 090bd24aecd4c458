"""Last resort of multinomial ridge: Newton steps by an orthogonal factorization of rows and classes.

The Hessian of row i is V_i = diag π_i − π_i π_i' = L_i L_i' with L_i = diag √π_i − π_i √π_i', and the residual is
u_i = L_i (u_i / √π_i), because it sums to zero. A step D (q, K) of zero sum over the classes is therefore the
least-squares problem ``min Σ_i w_i ‖L_i'D'a_i + u_i / √π_i‖² + W λ f ‖B + D‖²`` on the rows themselves: its error grows
with the condition number of the rows, not with its square.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from ridgeline.problem import Problem, standard_columns
from ridgeline.solvers.base import Fitted
from ridgeline.solvers.polish import descended
from ridgeline.solvers.softmax import zero_sum_basis

__all__ = ["polish_classes"]


def polish_classes(problem: Problem, fitted: Fitted, lams: np.ndarray, which: np.ndarray) -> Fitted:
    """Take such steps at the λ in `which`; see `ridgeline.solvers.polish.polish`, whose twin for K classes this is."""
    live = np.flatnonzero((fitted.standard.inverse > 0) & np.isfinite(problem.factors))
    ones = np.ones((len(problem.y), int(problem.intercept)))
    rows = np.hstack([ones, standard_columns(problem, fitted.standard, live)])
    beta, b0, skip = fitted.beta.copy(), fitted.b0.copy(), rows.shape[1] - len(live)
    for i in which:
        at = np.arange(fitted.classes) * len(lams) + i
        ridge = np.append(np.zeros(skip), lams[i] * problem.factors[live])
        theta = np.vstack([np.broadcast_to(b0[at], (skip, len(at))), beta[np.ix_(live, at)]])
        given = (problem, rows, ridge)
        theta = descended(rows, theta, partial(_step, *given), partial(_objective, *given))
        beta[np.ix_(live, at)] = theta[skip:]
        b0[at] = theta[0] if skip else b0[at]
    return replace(fitted, beta=beta, b0=b0)


def _step(problem: Problem, rows: np.ndarray, ridge: np.ndarray, theta: np.ndarray) -> np.ndarray:
    _, u = problem.family.loss_gradient(problem.y, rows @ theta)
    mean = problem.family.mean(rows @ theta)
    q = zero_sum_basis(theta.shape[1])
    root, w = np.sqrt(mean), np.sqrt(problem.weights)[:, None]
    spread = (w * root)[:, :, None] * (q - (mean @ q)[:, None, :])  # √w L'Q of each row, (n, K, K − 1)
    a = (rows[:, None, :, None] * spread[:, :, None, :]).reshape(mean.size, -1)
    pull = -w * np.divide(u, root, out=np.zeros_like(u), where=root > 0)
    below = np.sqrt(problem.weights.sum() * np.repeat(ridge, q.shape[1]))
    a = np.vstack([a, np.diag(below)])
    found = np.linalg.lstsq(a, np.append(pull.ravel(), -below * (theta @ q).ravel()), rcond=1e-15)[0]
    return found.reshape(len(theta), -1) @ q.T


def _objective(problem: Problem, rows: np.ndarray, ridge: np.ndarray, theta: np.ndarray) -> float:
    loss = problem.family.loss(problem.y, rows @ theta)
    return float(problem.weights @ loss / problem.weights.sum() + 0.5 * (ridge @ theta**2).sum())
