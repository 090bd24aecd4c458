"""celer: ``celer_path`` for the gaussian lasso in a loop over our folds, in its own environment."""

from __future__ import annotations

import time
from importlib.metadata import version

import numpy as np

from benchmarks.objective import fold_losses
from benchmarks.peers.base import Result, splits
from benchmarks.problems import Data, Problem


class Celer:
    """The lasso path on each training set and on all rows; its logistic regression has no intercept."""

    name, label, env, headline = "celer", "celer celer_path, folds by hand", "celer", True
    settings = "columns scaled in each training set, tol=1e-7"

    def version(self) -> str:
        return version("celer")

    def accepts(self, problem: Problem) -> bool:
        return problem.family == "gaussian" and problem.penalty == "l1" and not problem.sparse

    def tuned_fit(self, problem: Problem, data: Data) -> Result:
        start = time.perf_counter()
        eta = np.empty((len(data.y), len(data.lams)))
        for train, held in splits(data.folds):
            coefs, intercepts = _path(data.X[train], data.y[train], data.lams)
            eta[held] = data.X[held] @ coefs.T + intercepts
        curve = fold_losses(data.y, eta, data.folds, "gaussian").mean(axis=0)
        best = int(np.argmin(curve))
        coefs, intercepts = _path(data.X, data.y, data.lams[: best + 1])
        seconds = time.perf_counter() - start
        return Result(float(data.lams[best]), coefs[-1], float(intercepts[-1]), curve, seconds)


def _path(X: np.ndarray, y: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (L, p) and intercepts (L,) on the original scale."""
    from celer import celer_path

    mean, sd = X.mean(axis=0), X.std(axis=0)
    Z = np.asfortranarray((X - mean) / sd)
    coefs = celer_path(Z, y - y.mean(), pb="lasso", alphas=lams, tol=1e-7, max_iter=1_000)[1].T / sd
    return coefs, y.mean() - coefs @ mean


PEERS = [Celer()]
