"""The grid of λ: by effective degrees of freedom, or from the λ that keeps every feature out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.path import make_grid
from ridgeline.problem import Problem
from ridgeline.solvers import Resamples, solve_sets, spectrum
from ridgeline.solvers.scales import learn_standard

__all__ = ["auto_grid", "extended"]


def auto_grid(problem: Problem, count: int = 100, resamples: Resamples | None = None) -> np.ndarray:
    """λ grid: by effective degrees of freedom of the null model's curvature; with L1 from the λ that keeps all out.

    `resamples`, the first set of which should be all rows, lend their moments and keep them for the fits to come.
    """
    if problem.l1_ratio > 0.0:
        return _grid_from_top(problem, count, resamples)
    problem = replace(problem, bounds=None)
    every = resamples or Resamples.whole(problem)
    d = spectrum(problem, every)
    b0 = problem.family.null_eta(problem.y, problem.weights, problem.offset)
    eta = np.add.outer(problem.offset, b0 if problem.intercept else np.zeros_like(b0))
    spread = problem.family.null_spread(problem.y, problem.weights, eta)
    return make_grid(np.outer(d, spread).ravel(), count)


def _grid_from_top(problem: Problem, count: int, resamples: Resamples | None) -> np.ndarray:
    """From λ_max / max(ρ, 0.001) down to 1e-4 of it (1e-2 when p > n), evenly in the logarithm."""
    # rounding must not let one in
    highest = _lambda_max(problem, resamples) * (1.0 + 1e-8) / max(problem.l1_ratio, 1e-3)
    if highest <= 0.0:
        return np.logspace(0, -4, count)
    return np.geomspace(highest, highest * (1e-2 if problem.wide else 1e-4), count)


def _lambda_max(problem: Problem, resamples: Resamples | None) -> float:
    """Return the smallest λ of the lasso (ρ = 1) at which no penalised feature is in the model."""
    lasso, standard = replace(problem, l1_ratio=1.0), learn_standard(problem, resamples)
    b0 = np.atleast_1d(problem.family.null_eta(problem.y, problem.weights, problem.offset)) * problem.intercept
    highest = _pull(lasso, standard, np.zeros((problem.design.shape[1], len(b0))), b0)
    if np.any(problem.factors == 0) and highest > 0.0:  # those stay in: fit them first
        every = Resamples.whole(problem)
        fitted = solve_sets(lasso, every, np.array([1e6 * highest]))[0]
        highest = _pull(lasso, standard, fitted.beta, fitted.b0)
    return highest


def _pull(lasso: Problem, standard: Standardization, beta: np.ndarray, b0: np.ndarray) -> float:
    """λ_max for the gradient at (beta, b0)."""
    b, shift = standard.stored(beta)
    eta = lasso.design.predict(b) if b.any() else np.zeros((len(lasso.y), len(b0)))
    eta = eta + (shift + b0 + lasso.offset[:, None])
    y = lasso.y if lasso.family.name == "multinomial" else lasso.y[:, None]
    r = lasso.weights[:, None] * lasso.family.gradient(y, eta)
    gradient = standard.adjoint(lasso.design.adjoint(r), r.sum(axis=0)) / lasso.weights.sum()
    return lasso.penalty(standard, np.ones(1)).lambda_max(gradient)


def extended(lams: np.ndarray, mean: np.ndarray) -> np.ndarray | None:
    """Return a longer grid when the smallest loss sits on the weak edge and still falls there; else None."""
    best, last = int(np.argmin(mean)), len(lams) - 1
    if best != last or len(lams) > 160 or last < 1:
        return None
    if mean[last - 1] - mean[last] < 1e-4 * abs(mean[last]):
        return None  # flat: nothing to gain further out
    ratio = lams[1] / lams[0]
    return np.concatenate([lams, lams[-1] * ratio ** np.arange(1, 31)])
