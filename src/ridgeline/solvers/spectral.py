"""Spectral: gaussian ridge. One pass for the moments, one eigendecomposition per training set, every λ from it.

With C = X'WX/W and c = X'Wy/W of the standardized training rows, C = Q diag(d) Q' and z = Q'c::

    β(λ) = Q (z / (d + λ))            df(λ) = Σ d / (d + λ)

Columns with f_j = 0 are partialled out first (Frisch & Waugh 1933); other factors rescale columns by 1/√f_j. At λ = 0
directions whose d is rounding error are left out: the minimum-norm solution. Square-root moments give the singular
values of X instead, hence twice the digits.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.moments import Moments, Roots
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples, together

__all__ = ["ILL", "ridge_path", "solve", "spectrum"]

_EPS = np.finfo(np.float64).eps
ILL = 1e7  # condition number of the moments beyond which their square root is taken instead


def solve(problem: Problem, resamples: Resamples, lams: np.ndarray) -> list[Fitted]:
    """Solve every training set at every λ.

    Parameters
    ----------
    problem : Problem
        Gaussian family.
    resamples : Resamples
    lams : ndarray of shape (L,)
        Any order; 0 included.
    """
    fitted = _solve(problem, resamples, lams, root=False)
    d = fitted[0].spectrum
    if len(d) == 0 or problem.design.shape[0] < 2 or np.any(problem.factors == 0):
        return fitted
    if d.max() / max(d.min() + lams.min(initial=np.inf), 1e-300) > ILL:
        return _solve(problem, resamples, lams, root=True)
    return fitted


def _solve(problem: Problem, resamples: Resamples, lams: np.ndarray, *, root: bool) -> list[Fitted]:
    if root:
        z = (problem.y - problem.offset)[:, None]
        weights = None if np.all(problem.weights == 1.0) else problem.weights
        cells = problem.design.moments(z, weights, resamples.layout, root=True)
    else:
        cells = resamples.moments(problem)
    merged = resamples.merged(cells)

    def one(k: int) -> Fitted:
        train, test = merged(k)
        fitted = _solve_set(problem, train, test, lams)
        return fitted if k == 0 else replace(fitted, moments=None)

    return problem.design.engine.map(one, range(len(resamples.sets)))


def spectrum(problem: Problem, resamples: Resamples) -> np.ndarray:
    """Eigenvalues of the standardized second moments of the first training set."""
    train = together(resamples.moments(problem), resamples.sets[0].train)
    return _solve_set(problem, train, None, np.array([1.0])).spectrum


def _solve_set(problem: Problem, train, test, lams: np.ndarray) -> Fitted:
    p = problem.design.shape[1]
    standard = Standardization.learn(
        train, problem.imputed, standardize=problem.standardize, intercept=problem.intercept
    ).head(p)
    standard = standard.excluding(np.isinf(problem.factors))
    mapped = standard.moments(train)
    beta, d = ridge_path(_about_zero(mapped, problem.intercept), p, problem.factors, lams)
    ybar = mapped.mean[p] if problem.intercept else 0.0
    b0 = np.full(len(lams), ybar)
    judge = (
        np.full(len(lams), np.nan) if test is None or test.weight == 0 else _loss(standard.moments(test), p, beta, ybar)
    )
    none, kept = np.zeros(len(lams), bool), train if isinstance(train, Moments) else None
    return Fitted(standard, beta, b0, _loss(mapped, p, beta, ybar), judge, d, none, 1, moments=kept)


def _about_zero(m, intercept: bool):
    """Without an intercept the cross-products are about zero, not about the mean."""
    if intercept:
        return m
    if isinstance(m, Roots):
        return Roots(m.weight, m.mean, np.vstack([m.root, np.sqrt(m.weight) * m.mean]))
    return Moments(m.weight, m.mean, m.scatter + m.weight * np.outer(m.mean, m.mean))


def _loss(m, p: int, beta: np.ndarray, ybar: float) -> np.ndarray:
    """Half mean squared error of rows with moments `m`: squared mean residual plus variance of the residual."""
    bias = m.mean[p] - ybar - m.mean[:p] @ beta
    if isinstance(m, Roots):
        variance = ((m.root[:, [p]] - m.root[:, :p] @ beta) ** 2).sum(axis=0)
    else:
        s = m.scatter
        variance = s[p, p] - 2.0 * (s[p, :p] @ beta) + np.einsum("jl,jl->l", beta, s[:p, :p] @ beta)
    return 0.5 * (bias**2 + np.maximum(variance, 0.0) / m.weight)


def ridge_path(m, p: int, factors: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """β(λ) for every λ, shape (p, L), and the eigenvalues d."""
    free = factors == 0
    scale = np.where(np.isfinite(factors) & ~free, 1.0 / np.sqrt(np.where(free, 1.0, factors)), 0.0)
    if isinstance(m, Roots):
        return _from_root(m, p, scale, lams)
    c = m.scatter[:p, :p] / m.weight
    g = m.scatter[:p, p] / m.weight
    if not free.any():
        c *= scale
        c *= scale[:, None]
        beta, d = _eigen(c, g * scale, lams)
        return beta * scale[:, None], d
    inverse = np.linalg.pinv(c[np.ix_(free, free)], hermitian=True)
    project = inverse @ c[free]
    rest = ~free
    c_rest = c[np.ix_(rest, rest)] - c[np.ix_(rest, free)] @ project[:, rest]
    g_rest = g[rest] - project[:, rest].T @ g[free]
    part, d = _eigen(c_rest * np.outer(scale[rest], scale[rest]), g_rest * scale[rest], lams)
    beta = np.zeros((p, len(lams)))
    beta[rest] = part * scale[rest][:, None]
    beta[free] = (inverse @ g[free])[:, None] - project[:, rest] @ beta[rest]
    return beta, np.concatenate([d, np.full(int(free.sum()), np.inf)])


def _eigen(c: np.ndarray, g: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if len(g) == 0:
        return np.zeros((0, len(lams))), np.empty(0)
    d, q = _decompose(c)
    d = np.maximum(d, 0.0)
    live = d > d.max() * _EPS * max(10, len(g))
    return q @ _shrink(d, q.T @ g, lams, live), np.where(live, d, 0.0)


def _decompose(c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and vectors; kernel coordinates come diagonal."""
    d = np.diagonal(c).copy()
    lost = len(d) * _EPS * d.max()  # what a decomposition would lose as well
    if all(np.abs(row[:j]).max(initial=0.0) <= lost for j, row in enumerate(c)):
        return d, np.eye(len(d))
    return np.linalg.eigh(c)  # reads the lower triangle


def _shrink(d: np.ndarray, z: np.ndarray, lams: np.ndarray, live: np.ndarray) -> np.ndarray:
    total = np.where(live, d, 0.0)[:, None] + lams
    return np.divide(np.where(live, z, 0.0)[:, None], total, where=total > 0, out=np.zeros_like(total))


def _from_root(m: Roots, p: int, scale: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = m.root[:, :p] * scale, m.root[:, p]
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    live = s > s.max(initial=0.0) * _EPS * max(x.shape)
    d = np.where(live, s, 0.0) ** 2 / m.weight
    # z/(d + λ) with z = s u'y / W, written so that s is never squared into nothing
    beta = vt.T @ _shrink(d, s * (u.T @ y) / m.weight, lams, live)
    full = np.zeros(p)
    full[: len(d)] = d
    return beta * scale[:, None], full
