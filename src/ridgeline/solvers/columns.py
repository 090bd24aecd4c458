"""Standardizations of many training sets, column by column: no cross-products, one visit of each column."""

from __future__ import annotations

import numpy as np

from ridgeline.designs import MixedDesign, SparseDesign, Standardization
from ridgeline.problem import Problem
from ridgeline.solvers.base import Resamples

__all__ = ["learn_columns", "learn_sets"]

_EPS = np.finfo(np.float64).eps


def learn_sets(problem: Problem, resamples: Resamples) -> list[Standardization]:
    """Learn the standardization of every training set, once."""
    if "columns" not in resamples.memo:
        resamples.memo["columns"] = learn_columns(problem, resamples.shares(problem))
    return resamples.memo["columns"]


def learn_columns(problem: Problem, weights: np.ndarray) -> list[Standardization]:
    """Learn the standardization of every training set.

    Parameters
    ----------
    problem : Problem
    weights : ndarray of shape (sets, n)
        Rows' weights in each training set, adding up to 1.
    """
    design, p = problem.design, problem.design.shape[1]
    width = int(np.clip(2**16 // design.shape[0], 8, 512))
    numbers = design.x.shape[1] if isinstance(design, MixedDesign) else p
    chunks = [np.arange(a, min(a + width, numbers)) for a in range(0, numbers, width)]
    fills = [_fills(problem, w) for w in weights]

    def one(j: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x = design.columns(j)
        mine = [np.flatnonzero(problem.imputed[:, 0] == c) for c in j] if len(problem.imputed) else []
        if not any(len(m) for m in mine):
            return _two_moments(x, weights)
        means, squares = np.empty((len(weights), len(j))), np.empty((len(weights), len(j)))
        for k, w in enumerate(weights):
            filled = x.copy()
            for at, pair in enumerate(mine):
                if len(pair):
                    filled[:, at] += fills[k][pair[0]] * design.columns(problem.imputed[pair[:1], 1])[:, 0]
            means[k], squares[k] = (a[0] for a in _two_moments(filled, w[None]))
        return means, squares

    if isinstance(design, SparseDesign) and not len(problem.imputed):
        mean, variance = _sparse_moments(design.x, weights, one)
    else:
        found = design.engine.map(one, chunks)
        if isinstance(design, MixedDesign):
            share = design.shares(weights)
            found.append((share, share * (1.0 - share)))
        mean, variance = (np.concatenate([f[i] for f in found], axis=1) for i in (0, 1))
    options = {"standardize": problem.standardize, "intercept": problem.intercept}
    excluded = np.isinf(problem.factors)
    return [
        Standardization.of(m, v, problem.imputed, fill, **options).excluding(excluded)
        for m, v, fill in zip(mean, variance, fills, strict=True)
    ]


def _sparse_moments(x, weights: np.ndarray, densely) -> tuple[np.ndarray, np.ndarray]:
    """Means and variances from the stored numbers; columns whose mean is large beside their spread, from all rows."""
    mean = weights @ x
    variance = weights @ x.multiply(x).tocsr() - mean**2
    cancels = np.flatnonzero((variance < 0.01 * mean**2).any(axis=0))
    for start in range(0, len(cancels), 512):
        j = cancels[start : start + 512]
        mean[:, j], variance[:, j] = densely(j)
    return mean, variance


def _two_moments(x: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and variances (sets, columns); squares are taken about the mean of all rows, so that little cancels."""
    centre = x.mean(axis=0)
    x = x - centre
    mean = weights @ x
    variance = weights @ (x * x) - mean**2
    loses = variance < 1e-6 * mean**2  # a column whose mean in a training set is far from its mean in all rows
    for k, j in zip(*np.nonzero(loses), strict=True):
        variance[k, j] = weights[k] @ (x[:, j] - mean[k, j]) ** 2
    # what sums of n terms leave of the mean of a constant column, squared
    rounding = (8.0 + np.sqrt(len(x))) * _EPS * (np.abs(mean) + np.abs(centre))
    constant, mean = variance <= rounding**2, mean + centre
    return np.where(constant & (np.abs(mean) <= rounding), 0.0, mean), np.where(constant, 0.0, variance)


def _fills(problem: Problem, w: np.ndarray) -> np.ndarray:
    """Mean of the observed values of each column with gaps."""
    out = np.zeros(len(problem.imputed))
    for i, (value, flag) in enumerate(problem.imputed):
        observed = 1.0 - w @ problem.design.columns(np.array([flag]))[:, 0]
        if observed > _EPS:
            out[i] = (w @ problem.design.columns(np.array([value]))[:, 0]) / observed
    return out
