"""skglm: its path in a loop over our folds (its own cross-validation draws new folds), in its own environment."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.peers.base import Result, folds_by_hand
from benchmarks.problems import Data, Problem


class Skglm:
    """A lasso path, gaussian by coordinate descent and logistic by prox-Newton, each lambda started at the last."""

    name, label, env, headline = "skglm", "skglm, folds by hand", "skglm", True
    settings = "columns scaled in each training set, AndersonCD (gaussian) or ProxNewton (binomial), tol=1e-7"

    def version(self) -> str:
        return version("skglm")

    def accepts(self, problem: Problem) -> bool:
        return problem.penalty == "l1" and not problem.sparse

    def tuned_fit(self, problem: Problem, data: Data) -> Result:
        return folds_by_hand(problem, data, _path)


def _path(problem: Problem, X: np.ndarray, y: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (L, p) and intercepts (L,) on the original scale."""
    mean, sd = X.mean(axis=0), X.std(axis=0)
    Z = np.asfortranarray((X - mean) / sd)
    estimator = _estimator(problem.family)
    target = y if problem.family == "gaussian" else 2 * y - 1
    coefs, intercepts = np.empty((len(lams), X.shape[1])), np.empty(len(lams))
    for i, lam in enumerate(lams):
        estimator.penalty.alpha = lam
        estimator.fit(Z, target)
        coefs[i], intercepts[i] = np.ravel(estimator.coef_), np.ravel(estimator.intercept_)[0]
    coefs /= sd
    return coefs, intercepts - coefs @ mean


def _estimator(family: str) -> Any:
    from skglm import GeneralizedLinearEstimator
    from skglm.datafits import Logistic, Quadratic
    from skglm.penalties import L1
    from skglm.solvers import AndersonCD, ProxNewton

    gaussian = family == "gaussian"
    solver = (AndersonCD if gaussian else ProxNewton)(tol=1e-7, warm_start=True, fit_intercept=True)
    return GeneralizedLinearEstimator(Quadratic() if gaussian else Logistic(), L1(1.0), solver)


PEERS = [Skglm()]
