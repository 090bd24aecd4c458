"""Snap ML: one model for each fold and lambda, as it has neither paths nor cross-validation, in its own environment."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.peers.base import Result, folds_by_hand
from benchmarks.problems import Data, Problem

_INTERCEPT = 10.0


class SnapML:
    """Ridge, gaussian and logistic (whose intercept is penalised, but little), and the gaussian lasso.

    Its logistic lasso gives no intercept back.
    """

    name, label, env, headline = "snapml", "Snap ML, every fold and lambda a fit", "snapml", True
    settings = "columns scaled in each training set, tol=1e-7, n_jobs=2, intercept_scaling=10 (binomial)"

    def version(self) -> str:
        return version("snapml")

    def accepts(self, problem: Problem) -> bool:
        known = problem.penalty == "l2" or (problem.penalty == "l1" and problem.family == "gaussian")
        return known and not problem.sparse

    def tuned_fit(self, problem: Problem, data: Data) -> Result:
        return folds_by_hand(problem, data, _path, paths=False)


def _path(problem: Problem, X: np.ndarray, y: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (L, p) and intercepts (L,) on the original scale."""
    mean, sd = X.mean(axis=0), X.std(axis=0)
    Z = np.ascontiguousarray((X - mean) / sd)
    level = y.mean() if problem.family == "gaussian" else 0.0
    coefs, intercepts = np.empty((len(lams), X.shape[1])), np.full(len(lams), level)
    for i, lam in enumerate(lams):
        model = _model(problem, float(lam) * len(y))
        model.fit(Z, y - level)
        coefs[i] = np.ravel(model.coef_)
        if problem.family == "binomial":
            intercepts[i] = _INTERCEPT * np.ravel(model.intercept_)[0]  # it is the weight of a column of that number
    coefs /= sd
    return coefs, intercepts - coefs @ mean


def _model(problem: Problem, regularizer: float) -> Any:
    import snapml

    options = {"regularizer": regularizer, "penalty": problem.penalty, "dual": problem.penalty == "l2"}
    options |= {"tol": 1e-7, "max_iter": 10_000, "n_jobs": 2}
    if problem.family == "gaussian":
        return snapml.LinearRegression(**options)
    return snapml.LogisticRegression(**options, fit_intercept=True, intercept_scaling=_INTERCEPT)


PEERS = [SnapML()]
