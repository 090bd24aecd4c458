"""Spectral: gaussian ridge. One pass for the moments, one eigendecomposition per training set, every λ from it.

With C = X'WX/W and c = X'Wy/W of the standardized training rows, C = Q diag(d) Q' and z = Q'c::

    β(λ) = Q (z / (d + λ))            df(λ) = Σ d / (d + λ)

Columns with f_j = 0 are partialled out first (Frisch & Waugh 1933); other factors rescale columns by 1/√f_j. At λ = 0
directions whose d is rounding error are left out: the minimum-norm solution. Square-root moments give the singular
values of X instead, hence twice the digits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.moments import Moments, Roots, squeezed
from ridgeline.problem import Problem
from ridgeline.solvers.base import Fitted, Resamples, together
from ridgeline.solvers.eigen import Eigen, live

__all__ = ["ILL", "judged", "solve", "spectrum"]

_EPS = np.finfo(np.float64).eps
_LARGE = 300  # columns
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
    merged, form = resamples.merged(cells), _decomposition(problem)

    def one(k: int) -> Fitted:
        return _solve_set(problem, *merged(k), lams, form, first=k == 0)  # held by nobody else

    return problem.design.engine.map(one, range(len(resamples.sets)))


def spectrum(problem: Problem, resamples: Resamples) -> np.ndarray:
    """Eigenvalues of the standardized second moments of the first training set."""
    train = together(resamples.moments(problem), resamples.sets[0].train)
    return _solve_set(problem, train, None, np.array([1.0]), _decomposition(problem), first=True).spectrum


def _decomposition(problem: Problem) -> Callable:
    """Choose what is made of second moments: a form without eigenvectors where these would take long."""
    if problem.design.shape[1] < _LARGE:
        return Eigen
    from ridgeline.solvers.tridiagonal import Tridiagonal  # SciPy takes a while to load

    return Tridiagonal


def _solve_set(problem: Problem, train, test, lams: np.ndarray, form: Callable, *, first: bool) -> Fitted:
    """Solve one training set, in the room of its moments; those of the first are kept."""
    p = problem.design.shape[1]
    standard = Standardization.learn(
        train, problem.imputed, standardize=problem.standardize, intercept=problem.intercept
    ).head(p)
    standard = standard.excluding(np.isinf(problem.factors))
    mapped = standard.moments(train, spare=not first)
    if isinstance(mapped, Roots):
        beta, d, loss = _from_root(problem, mapped, lams, standard.rounding)
    else:
        beta, d, loss = _from_moments(problem, mapped, lams, form, first=first)
    ybar = mapped.mean[p] if problem.intercept else 0.0
    kept = None if isinstance(train, Roots) or not first else train
    del mapped, train  # which are large, before others of their size are made
    judge = np.full(len(lams), np.nan) if test is None or test.weight == 0 else judged(test, standard, beta, ybar)
    b0, none = np.full(len(lams), ybar), np.zeros(len(lams), bool)
    return Fitted(standard, beta, b0, loss, judge, d, none, 1, moments=kept)


def judged(m: Moments | Roots, standard: Standardization, beta: np.ndarray, b0: float) -> np.ndarray:
    """Half mean squared error of rows with moments `m`: squared mean residual plus variance of the residual."""
    p, (b, _) = len(beta), standard.stored(beta)
    bias = m.mean[p] - b0 - standard.mapped(m.mean)[:p] @ beta
    if isinstance(m, Roots):
        variance = ((m.root[:, [p]] - m.root[:, :p] @ b) ** 2).sum(axis=0)
    else:
        s = m.scatter
        variance = s[p, p] - 2.0 * (s[p, :p] @ b) + np.einsum("jl,jl->l", b, s[:p, :p] @ b)
    return 0.5 * (bias**2 + np.maximum(variance, 0.0) / m.weight)


def _from_moments(problem: Problem, m: Moments, lams: np.ndarray, form: Callable, *, first: bool) -> tuple:
    """β(λ), shape (p, L), the first set's eigenvalues, and training losses, in the room of the moments.

    At a solution C β = c − λ F β, so that the mean squared error s_yy − 2 c'β + β'Cβ is s_yy − c'β − λ β'Fβ.
    """
    p = len(m.mean) - 1
    products = m.scatter if problem.intercept else m.about_zero()
    products /= m.weight
    g, size = products[:p, p].copy(), products[p, p]
    beta, d = _path(squeezed(products), g, problem.factors, lams, form, first=first)
    factors = np.where(np.isfinite(problem.factors), problem.factors, 0.0)
    left = size - g @ beta - lams * (factors @ beta**2)
    return beta, d, 0.5 * np.maximum(left, 0.0)


def _path(c: np.ndarray, g: np.ndarray, factors: np.ndarray, lams: np.ndarray, form: Callable, *, first: bool):
    """β(λ) for every λ, and the first set's eigenvalues d; overwrites c."""
    free = factors == 0
    scale = _scale(factors)

    def solved(c: np.ndarray, g: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if len(g) == 0:
            return np.zeros((0, len(lams))), np.empty(0)
        made = form(c)
        d = np.maximum(made.eigenvalues(), 0.0) if first else np.empty(0)
        return made.solve(g, lams), np.where(live(d), d, 0.0)

    if not free.any():
        c *= scale
        c *= scale[:, None]
        beta, d = solved(c, g * scale)
        return beta * scale[:, None], d
    inverse = np.linalg.pinv(c[np.ix_(free, free)], hermitian=True)
    project = inverse @ c[free]
    rest = ~free
    c_rest = c[np.ix_(rest, rest)] - c[np.ix_(rest, free)] @ project[:, rest]
    g_rest = g[rest] - project[:, rest].T @ g[free]
    part, d = solved(c_rest * np.outer(scale[rest], scale[rest]), g_rest * scale[rest])
    beta = np.zeros((len(g), len(lams)))
    beta[rest] = part * scale[rest][:, None]
    beta[free] = (inverse @ g[free])[:, None] - project[:, rest] @ beta[rest]
    return beta, np.concatenate([d, np.full(int(free.sum()), np.inf)])


def _scale(factors: np.ndarray) -> np.ndarray:
    """1/√f_j, and 0 for columns that are left out or never penalised."""
    penalised = np.isfinite(factors) & (factors > 0)
    return np.where(penalised, 1.0 / np.sqrt(np.where(penalised, factors, 1.0)), 0.0)


def _from_root(problem: Problem, m: Roots, lams: np.ndarray, rounding: np.ndarray) -> tuple:
    """Do as `_from_moments`, with the singular values of the rows, those that rounding may have made left out."""
    p, ybar = len(m.mean) - 1, m.mean[-1] if problem.intercept else 0.0
    root = m.root if problem.intercept else np.vstack([m.root, np.sqrt(m.weight) * m.mean])
    scale = _scale(problem.factors)
    u, s, vt = np.linalg.svd(root[:, :p] * scale, full_matrices=False)
    unsure = np.sqrt(m.weight) * np.linalg.norm(vt * (rounding * scale), axis=1)
    known = s > s.max(initial=0.0) * _EPS * max(len(root), p) + unsure
    s = np.where(known, s, 0.0)
    # z/(d + λ) with z = s u'y / W, written so that s is never squared into nothing
    total = (s**2 / m.weight)[:, None] + lams
    z = np.where(known, s * (u.T @ root[:, p]) / m.weight, 0.0)[:, None]
    beta = vt.T @ np.divide(z, total, where=total > 0, out=np.zeros_like(total)) * scale[:, None]
    full = np.zeros(p)
    full[: len(s)] = s**2 / m.weight
    return beta, full, judged(m, Standardization.none(p), beta, ybar)
