"""Two levels of one category under the lasso: the weight on one of them.

Coded in full, the two columns of such a category are each other's mirror image, z' = −z. The lasso is indifferent to
how a difference between the levels is divided among them, as long as the two parts have opposite signs; the sparsest of
these equally good solutions gives all of it to one level, the same one along the whole path.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.crossval.curve import CrossValidation
from ridgeline.path import make_path
from ridgeline.problem import Problem
from ridgeline.solvers import Fitted
from ridgeline.tables.block import Feature

__all__ = ["sparsest", "sparsest_draws"]


def sparsest(cv: CrossValidation, features: tuple[Feature, ...]) -> CrossValidation:
    """Return the same cross-validation with the fit on all rows at its sparsest; predictions stay what they are."""
    problem, pairs = cv.problem, _mirrored(cv, features)
    if problem is None or problem.l1_ratio != 1.0 or len(pairs) == 0:
        return cv
    fitted = _one_sided(problem, cv.fits[0], cv.lams, pairs)
    return replace(
        cv, path=make_path(problem, fitted, cv.lams, cv.path.feature_names), fits=(fitted, *cv.fits[1:]), by_ratio={}
    )


def _mirrored(cv: CrossValidation, features: tuple[Feature, ...]) -> np.ndarray:
    """Positions of the two levels of each column that has two, (pairs, 2)."""
    own: dict[str, list[int]] = {}
    for j, feature in enumerate(features):
        own.setdefault(feature.column, []).append(j)
    two = [at for at in own.values() if len(at) == 2 and all(features[j].kind == "level" for j in at)]
    live = cv.fits[0].standard.inverse > 0
    return np.array([at for at in two if live[at].all()], dtype=np.intp).reshape(-1, 2)


def sparsest_draws(std_coef: np.ndarray, cv: CrossValidation, features: tuple[Feature, ...]) -> np.ndarray:
    """Return resampled coefficients (B, p) with the weight on the same levels as the path has it."""
    problem, pairs = cv.problem, _mirrored(cv, features)
    if problem is None or problem.l1_ratio != 1.0 or std_coef.ndim != 2 or cv.fits[0].classes > 1:
        return std_coef
    pairs = pairs[(problem.factors[pairs] > 0).all(axis=1)]
    size = np.abs(cv.path.std_coef[cv.lams > 0]).sum(axis=0)
    out = std_coef.copy()
    _move(out.T, pairs, size[pairs[:, 0]] >= size[pairs[:, 1]])
    return out


def _one_sided(problem: Problem, fitted: Fitted, lams: np.ndarray, pairs: np.ndarray) -> Fitted:
    """Give all of each difference to the level that has more of it along the path; in each class on its own."""
    pairs = pairs[(problem.factors[pairs] > 0).all(axis=1)]
    beta = fitted.beta.reshape(len(fitted.beta), fitted.classes, -1).copy()
    for k in range(fitted.classes):
        part = beta[:, k, lams > 0]
        size = np.abs(part).sum(axis=1)
        _move(part, pairs, size[pairs[:, 0]] >= size[pairs[:, 1]])
        beta[:, k, lams > 0] = part
    return replace(fitted, beta=beta.reshape(fitted.beta.shape))


def _move(beta: np.ndarray, pairs: np.ndarray, first: np.ndarray) -> None:
    """Move the difference of each pair of rows of beta (p, c) to its first row where `first`, else to its second."""
    difference = beta[pairs[:, 0]] - beta[pairs[:, 1]]
    beta[pairs[:, 0]] = np.where(first[:, None], difference, 0.0)
    beta[pairs[:, 1]] = np.where(first[:, None], 0.0, -difference)
