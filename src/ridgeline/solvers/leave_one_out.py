"""Leave-one-out in closed form: gaussian ridge without n fits (Golub, Heath & Wahba 1979).

With e the residuals of the fit on all rows and h_i(λ) the leverage, the residual of row i under the model learned
without it is e_i / (1 − h_i). Here::

    h_i = w_i/W (1 + Σ_k g_ik² / (d_k + λ)),        G = F Q,  F the standardized rows, F'WF/W = Q diag(d) Q'

This is exact for the model that keeps the means, fills and scales learned from all rows, and the penalty's weight
beside the *sum* of losses: without row i the mean loss has λ W/(W − w_i). The intercept and never-penalised columns are
learned anew without the row.
"""

from __future__ import annotations

from operator import iadd

import numpy as np

from ridgeline.designs.kernel import reduce
from ridgeline.problem import Problem
from ridgeline.solvers import spectral
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.kernel import small_problem

__all__ = ["leave_one_out"]

_CERTAIN = 1e-10  # below it 1 − h is rounding error: the row alone decides its own prediction
_EPS = np.finfo(np.float64).eps


def leave_one_out(problem: Problem, lams: np.ndarray) -> np.ndarray:
    """Mean leave-one-out loss ½ Σ w e² / W at every λ.

    Parameters
    ----------
    problem : Problem
        Gaussian family.
    lams : ndarray of shape (L,)

    Returns
    -------
    ndarray of shape (L,)
        Infinite where a row decides its own prediction, so that nothing could be predicted without it.
    """
    if problem.wide:
        train = problem.weights > 0
        options = {"standardize": problem.standardize, "intercept": problem.intercept}
        problem = small_problem(
            problem, reduce(problem.design, problem.imputed, problem.factors, train, problem.weights, options)
        )
    whole = Resamples.whole(problem)
    fitted = spectral.solve(problem, whole, lams)[0]
    return _loss(problem, fitted, lams)


def _loss(problem: Problem, fitted: Fitted, lams: np.ndarray) -> np.ndarray:
    directions, inverse = _directions(problem, fitted, lams)
    b, shift = fitted.standard.stored(np.hstack([fitted.beta, directions]))
    shift[: len(lams)] += fitted.b0
    w, total, y = problem.weights, float(problem.weights.sum()), problem.y - problem.offset

    def strand(blocks) -> np.ndarray:
        return sum(losses(rows).sum(axis=0) for rows, _ in blocks)  # type: ignore[return-value]

    def losses(rows) -> np.ndarray:
        values = problem.design.slab(rows).predict(b) + shift
        leverage = (values[:, len(lams) :] ** 2) @ inverse + problem.intercept
        rest = 1.0 - leverage * (w[rows] / total)[:, None]
        residual = y[rows][:, None] - values[:, : len(lams)]
        error = np.where(rest > _CERTAIN, residual / np.maximum(rest, _CERTAIN), np.inf)
        error[w[rows] == 0] = 0.0
        return 0.5 * w[rows][:, None] * error**2

    return problem.design.engine.map_reduce(strand, problem.design.layout().strands, iadd) / total


def _directions(problem: Problem, fitted: Fitted, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns T and weights v(λ) with f'(C + λF)⁻¹f = Σ_k (f·T_k)² v_k(λ): shapes (p, r) and (r, L)."""
    c = _second_moments(problem, fitted)
    factors = np.where(np.isfinite(problem.factors), problem.factors, 0.0)
    live = (fitted.standard.inverse > 0) & np.isfinite(problem.factors)
    free, rest = np.flatnonzero(live & (factors == 0)), np.flatnonzero(live & (factors > 0))
    d_free, q_free = np.linalg.eigh(c[np.ix_(free, free)])
    keep = d_free > d_free.max(initial=0.0) * _EPS * max(10, len(free))
    root = q_free[:, keep] / np.sqrt(d_free[keep])
    project = root @ (root.T @ c[np.ix_(free, rest)])
    scale = 1.0 / np.sqrt(factors[rest])
    left = (c[np.ix_(rest, rest)] - c[np.ix_(rest, free)] @ project) * np.outer(scale, scale)
    d, q = np.linalg.eigh((left + left.T) / 2)
    d = np.where(d > d.max(initial=0.0) * _EPS * max(10, len(rest)), d, 0.0)
    t = np.zeros((len(c), len(rest) + root.shape[1]))
    t[rest, : len(rest)] = scale[:, None] * q
    t[np.ix_(free, np.arange(len(rest)))] = -project @ (scale[:, None] * q)
    t[free, len(rest) :] = root
    total = d[:, None] + lams
    inverse = np.divide(1.0, total, where=(total > 0) & ((d > 0)[:, None] | (lams > 0)), out=np.zeros_like(total))
    return t, np.vstack([inverse, np.ones((root.shape[1], len(lams)))])


def _second_moments(problem: Problem, fitted: Fitted) -> np.ndarray:
    """F'WF/W of the standardized rows, about zero when there is no intercept."""
    weights = None if np.all(problem.weights == 1.0) else problem.weights
    cell = problem.design.moments(np.empty((len(problem.y), 0)), weights)[0]
    m = fitted.standard.moments(cell)
    c = m.scatter / m.weight
    return c if problem.intercept else c + np.outer(m.mean, m.mean)
