"""celer: ``celer_path`` for the gaussian lasso in a loop over our folds, in its own environment."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np

from benchmarks.peers.base import Result, folds_by_hand
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
        return folds_by_hand(problem, data, _path)


def _path(_: Problem, X: np.ndarray, y: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (L, p) and intercepts (L,) on the original scale."""
    from celer import celer_path

    mean, sd = X.mean(axis=0), X.std(axis=0)
    Z = np.asfortranarray((X - mean) / sd)
    coefs = celer_path(Z, y - y.mean(), pb="lasso", alphas=lams, tol=1e-7, max_iter=1_000)[1].T / sd
    return coefs, y.mean() - coefs @ mean


PEERS = [Celer()]
