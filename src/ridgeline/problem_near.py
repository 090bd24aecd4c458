"""A sharper certificate of ridge for nearly dependent columns and a small λ.

`ridgeline.problem_ridge` bounds what a gradient g costs by g² / (2λ), which is far too much where the loss itself is
curved. Here the dual point u is moved along the curvature until it meets the optimality conditions of every
coefficient, ``A'Wu/W = −λ f β``: a weighted least-squares step, by an orthogonal factorization of the rows. What is
left to pay is what moving each row costs, a sum of Fenchel-Young terms, each ≥ 0; and g² / (2λ) of what rounding
leaves. Of K classes u_i is moved along V_i = diag π_i − π_i π_i' = L_i L_i', L_i = diag √π_i − π_i √π_i'. No code of a
solver is used.
"""

from __future__ import annotations

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.problem import Certificate, Problem, certificates, standard_columns

__all__ = ["certify_near", "certify_near_classes"]


def certify_near(problem: Problem, standard: Standardization, beta: np.ndarray, b0: float, lam: float) -> Certificate:
    """Certify one ridge solution β (p,), b0 at λ > 0; families with one linear predictor."""
    live = np.flatnonzero((standard.inverse > 0) & np.isfinite(problem.factors))
    rows, w, y, offset = _weighted(problem, standard, live)
    skip, total = rows.shape[1] - len(live), float(w.sum())
    ridge, family = np.append(np.zeros(skip), lam * problem.factors[live]), problem.family
    theta = np.append(np.full(skip, b0), beta[live])
    eta = rows @ theta + offset
    loss, u = family.loss_gradient(y, eta)
    kkt = np.abs(rows.T @ (w * u) / total + ridge * theta).max(initial=0.0)
    moved = _moved(rows, (w, family.curvature(y, eta)), u, total * ridge * theta)
    left = rows.T @ (w * moved) / total + ridge * theta
    terms = np.where(ridge > 0, left**2 / (2.0 * np.where(ridge > 0, ridge, 1.0)), np.abs(left) * (1.0 + np.abs(theta)))
    gap = w @ family.fenchel_young(y, eta, moved) / total + terms.sum()
    return _certificate(problem, gap, kkt, float(w @ loss / total + 0.5 * ridge @ theta**2))


def _certificate(problem: Problem, gap: float, kkt: float, objective: float) -> Certificate:
    gap = gap if np.isfinite(gap) else np.inf
    return certificates(problem, np.array([gap]), np.array([kkt]), np.array([objective]))[0]


def _weighted(problem: Problem, standard: Standardization, live: np.ndarray) -> tuple[np.ndarray, ...]:
    """Standardized rows, a one before them, weights, targets and offsets of the rows that have weight.

    The dual points of others may have no finite price, and 0 times that is no number.
    """
    use = problem.weights > 0.0
    ones = np.ones((len(problem.y), int(problem.intercept)))
    rows = np.hstack([ones, standard_columns(problem, standard, live)])[use]
    return rows, problem.weights[use], problem.y[use], problem.offset[use]


def _moved(rows: np.ndarray, weighting: tuple[np.ndarray, np.ndarray], u: np.ndarray, pull: np.ndarray) -> np.ndarray:
    """Move u by −v A z until A'Wu = −pull."""
    w, v = weighting
    _, r = np.linalg.qr(np.sqrt(w * v)[:, None] * rows)
    _, d, right = np.linalg.svd(r, full_matrices=False)
    inverse = np.where(d > 1e-15 * d[0], 1.0 / np.maximum(d, 1e-300), 0.0)
    for _ in range(3):
        missing = rows.T @ (w * u) + pull
        z = right.T @ (inverse**2 * (right @ missing))
        u = u - v * (rows @ z)
    return u


def certify_near_classes(
    problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray, lam: float
) -> Certificate:
    """Certify one multinomial ridge solution β (p, K), b0 (K,) at any λ."""
    live = np.flatnonzero((standard.inverse > 0) & np.isfinite(problem.factors))
    rows, w, y, offset = _weighted(problem, standard, live)
    skip, total = rows.shape[1] - len(live), float(w.sum())
    ridge = np.append(np.zeros(skip), lam * problem.factors[live])[:, None]
    theta = np.vstack([np.broadcast_to(b0, (skip, len(b0))), beta[live]])
    eta = rows @ theta + offset[:, None]
    loss, u = problem.family.loss_gradient(y, eta)
    kkt = np.abs(rows.T @ (w[:, None] * u) / total + ridge * theta).max(initial=0.0)
    moved = _moved_classes(rows, (w, problem.family.mean(eta)), u, total * ridge * theta)
    left = np.abs(rows.T @ (w[:, None] * moved) / total + ridge * theta)
    terms = np.where(ridge > 0, left**2 / (2.0 * np.where(ridge > 0, ridge, 1.0)), left * (1.0 + np.abs(theta)))
    gap = w @ problem.family.fenchel_young(y, eta, moved) / total + terms.sum()
    return _certificate(problem, gap, kkt, w @ loss / total + 0.5 * (ridge * theta**2).sum())


def _moved_classes(
    rows: np.ndarray, weighting: tuple[np.ndarray, np.ndarray], u: np.ndarray, pull: np.ndarray
) -> np.ndarray:
    """Move each u_i by −V_i Z'a_i until A'Wu = −pull in every class."""
    w, mean = weighting
    k = mean.shape[1]
    roots = np.sqrt(w[:, None] * mean)[:, :, None] * (np.eye(k) - mean[:, None, :])
    _, r = np.linalg.qr((rows[:, None, :, None] * roots[:, :, None, :]).reshape(mean.size, -1))
    _, d, right = np.linalg.svd(r, full_matrices=False)
    inverse = np.where(d > 1e-15 * d[0], 1.0 / np.maximum(d, 1e-300), 0.0)
    for _ in range(3):
        missing = rows.T @ (w[:, None] * u) + pull
        z = rows @ (right.T @ (inverse**2 * (right @ missing.ravel()))).reshape(missing.shape)
        u = u - mean * (z - (mean * z).sum(axis=1, keepdims=True))
    return u
