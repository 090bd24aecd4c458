"""The certificate of multinomial problems: how far any point can be from the optimum of the symmetric objective.

The dual point is the residual u_i = π_i − e_{y_i}. Unpenalised columns (intercept, f_j = 0, every column at λ = 0)
demand X'Wu = 0; a point that misses this by m is moved by −V_i z_i, V_i = diag(π_i) − π_i π_i', with z the weighted
least-squares step that removes m. A row then pays the divergence of its moved probabilities from the model's own, at
most z_i' V_i z_i, and a penalised coefficient (g_jk)² / (2 λ f_j): every term is ≥ 0, so no digits cancel. No code of a
solver is used.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.problem import Certificate, Problem, certificates, standard_columns

__all__ = ["certify_classes", "orthogonal"]

_BALANCED = 1e-9  # what a dual point that is called orthogonal may be off, as a share of its terms
_LEAST = 1e-6  # size of residuals below which what rounding leaves of probabilities is compared to it
_TOGETHER = 160  # columns of one sweep, all classes counted


def certify_classes(
    problem: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray, lams: np.ndarray
) -> list[Certificate]:
    """Certify candidates of K classes.

    Parameters
    ----------
    beta : ndarray of shape (p, K, L)
        Standardized coefficients.
    b0 : ndarray of shape (K, L)
    lams : ndarray of shape (L,)
    """
    exact = (lams == 0) | bool(np.any(problem.factors == 0))
    found = np.empty((len(lams), 3))
    per = max(1, _TOGETHER // beta.shape[1])
    quick = np.flatnonzero(~exact)
    for at in (quick[i : i + per] for i in range(0, len(quick), per)):
        found[at] = _from_sums(problem, standard, beta[:, :, at], b0[:, at], lams[at])
    for i in np.flatnonzero(exact):
        found[i] = _projected(problem, standard, beta[:, :, i], b0[:, i], float(lams[i]))
    return certificates(problem, *found.T)


def _from_sums(problem, standard, beta, b0, lams) -> list[tuple[float, float, float]]:
    """(gap, KKT violation, objective) when only the intercepts are unpenalised.

    One pass over the rows serves all candidates. What the intercepts' step δ moves in the gradient of a feature with
    second moment m_j is bounded by range(δ) √(m_j Σ w π_k² / W) (Cauchy-Schwarz).
    """
    p, k, c = beta.shape
    total, w, y = float(problem.weights.sum()), problem.weights, problem.y.astype(np.intp)
    b, shift = standard.stored(beta.reshape(p, -1))
    constant = shift.reshape(k, c) + b0

    def visit(rows, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        eta = eta.reshape(len(eta), k, c) + constant
        loss, u = problem.family.loss_gradient(y[rows], eta)
        mean = u + problem.family.indicator(y[rows], u)
        weight = w[rows][:, None, None]
        u *= weight
        losses = np.zeros_like(u)
        losses[:, 0] = loss * weight[:, 0]
        products = [weight * mean * mean[:, [a]] for a in range(k)]
        return u.reshape(len(u), -1), np.stack([u, losses, *products]).reshape(2 + k, len(u), -1)

    sweep = problem.design.sweep(b, visit, problem.design.layout())
    sums = sweep.sums[0].reshape(2 + k, k, c) / total
    mean_u, objective, products = sums[0], sums[1, 0], sums[2:]
    gradient = standard.adjoint(sweep.adjoint[0], sweep.sums[0, 0]).reshape(p, k, c) / total
    live = (standard.inverse > 0) & np.isfinite(problem.factors)
    ridge = np.where(live, problem.factors, 0.0)[:, None, None] * lams
    g = np.where(live[:, None, None], np.abs(gradient + ridge * beta), 0.0)
    objective = objective + 0.5 * (ridge * beta**2).sum(axis=(0, 1))
    spread = ((standard.sd * standard.inverse) ** 2)[:, None]
    out = []
    for i in range(c):
        cost, width = 0.0, 0.0
        if problem.intercept:
            delta, cost = _intercept_step(mean_u[:, i], products[:, :, i])
            width = float(np.ptp(delta))
        if not width < 1.0:  # further, and a probability may turn negative
            width, cost = 0.0, np.inf
        moved = g[:, :, i] + width * np.sqrt(spread * products[np.arange(k), np.arange(k), i])
        gap = (moved[live] ** 2 / (2.0 * ridge[live, :, i])).sum() + cost
        kkt = max(g[:, :, i].max(initial=0.0), np.abs(mean_u[:, i]).max() if problem.intercept else 0.0)
        out.append((gap, kkt, objective[i]))
    return out


def _intercept_step(mean_u: np.ndarray, products: np.ndarray) -> tuple[np.ndarray, float]:
    """δ with mean(V) δ = mean(u), and what moving every row by −V_i δ costs: δ' mean(V) δ; infinite without a δ."""
    v = np.diag(products.sum(axis=0)) - products
    delta = np.linalg.lstsq(v, mean_u, rcond=1e-15)[0]
    with np.errstate(over="ignore", invalid="ignore"):  # where there is next to no curvature
        left, cost = np.abs(v @ delta - mean_u).max(), float(delta @ v @ delta)
    return delta, cost if left <= _BALANCED * max(np.abs(mean_u).max(), _LEAST) else np.inf


def _projected(problem, standard, beta, b0, lam) -> tuple[float, float, float]:
    """(gap, KKT violation, objective) of one candidate with unpenalised features: least-squares step, row by row."""
    total, w, family = float(problem.weights.sum()), problem.weights, problem.family
    b, shift = standard.stored(beta)
    eta = problem.design.predict(b) + (shift + b0)
    loss, u = family.loss_gradient(problem.y, eta)
    mean = family.mean(eta)
    live = (standard.inverse > 0) & np.isfinite(problem.factors)
    ridge = np.where(live, lam * np.where(live, problem.factors, 0.0), 0.0)
    objective = float(w @ loss / total + 0.5 * (ridge[:, None] * beta**2).sum())

    def gradient(r: np.ndarray) -> np.ndarray:
        r = r * w[:, None]
        return np.where(live[:, None], standard.adjoint(problem.design.adjoint(r), r.sum(axis=0)), 0.0) / total

    kkt = np.abs(gradient(u) + ridge[:, None] * beta).max(initial=0.0)
    if problem.intercept:
        kkt = max(kkt, np.abs(w @ u / total).max())
    free = np.flatnonzero(live & (ridge == 0))
    ones = np.ones((len(w), int(problem.intercept)))
    basis = np.hstack([ones, standard_columns(problem, standard, free)])
    moved, missed = orthogonal(basis, u, mean, w, np.ones((basis.shape[1], u.shape[1]), dtype=bool))
    pull = gradient(moved) + ridge[:, None] * beta
    terms = np.where(ridge[:, None] > 0, pull**2 / (2.0 * np.where(ridge > 0, ridge, 1.0)[:, None]), 0.0)
    # the dual point of a row without weight may have no finite price, and 0 times that is no number
    rows = w @ np.where(w > 0, family.fenchel_young(problem.y, eta, moved), 0.0) / total
    # what rounding leaves counts as if coefficients of the size of these, or 1, still wanted it
    left = missed * (1.0 + np.abs(beta[free]).sum() + np.abs(b0).sum())
    return rows + terms.sum() + left, kkt, objective


def orthogonal(
    basis: np.ndarray, u: np.ndarray, mean: np.ndarray, w: np.ndarray, keep: np.ndarray
) -> tuple[np.ndarray, float]:
    """Move u by −V z, z in the kept part of `basis` for each class, until that part of basis' W u is 0.

    Parameters
    ----------
    basis : ndarray of shape (n, r)
    u, mean : ndarray of shape (n, K)
    w : ndarray of shape (n,)
    keep : ndarray of shape (r, K), bool

    Returns
    -------
    moved : ndarray of shape (n, K)
    left : float
        The largest kept entry that is left, as `_unmoved` judges it.
    """
    (r, k), first = keep.shape, u
    if r == 0:
        return u, 0.0
    h = np.zeros((r, k, r, k))
    for a, b in combinations(range(k), 2):
        g = (basis * (w * mean[:, a] * mean[:, b])[:, None]).T @ basis
        for one, other, sign in ((a, a, 1.0), (b, b, 1.0), (a, b, -1.0), (b, a, -1.0)):
            h[:, one, :, other] += sign * g
    at = np.flatnonzero(keep)
    inverse = np.linalg.pinv(h.reshape(r * k, -1)[np.ix_(at, at)], rcond=1e-13, hermitian=True)
    for _ in range(3):
        step = np.zeros(r * k)
        step[at] = inverse @ ((basis * w[:, None]).T @ u).ravel()[at]
        z = basis @ step.reshape(r, k)
        u = u - mean * (z - (mean * z).sum(axis=1, keepdims=True))
    return u, _unmoved(basis, first, u, w, keep)


def _unmoved(basis: np.ndarray, before: np.ndarray, after: np.ndarray, w: np.ndarray, keep: np.ndarray) -> float:
    """Largest kept entry of basis' W u / W after u was moved to make it 0; infinite where it is more than rounding.

    Rows so well fitted that they have no curvature left cannot be moved: then nothing is known.
    """
    size = max(float(np.sqrt((w @ before**2).sum() / w.sum())), _LEAST)
    left = np.abs((basis * w[:, None]).T @ after)
    far = left > _BALANCED * size * (w @ np.abs(basis))[:, None]
    return np.inf if (far & keep).any() else float(left[keep].max(initial=0.0) / w.sum())
