"""adelie: its path solver in a loop over our folds (its own cross-validation draws its own), in its own environment."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np

from benchmarks.peers.base import Result, folds_by_hand
from benchmarks.problems import Data, Problem


class Adelie:
    """``grpnet`` on each training set and on all rows, columns scaled within each."""

    name, label, env, headline = "adelie", "adelie grpnet, folds by hand", "adelie", True
    settings = "columns scaled in each training set, tol=1e-9, early_exit=False, n_threads=2"

    def version(self) -> str:
        return version("adelie")

    def accepts(self, problem: Problem) -> bool:
        return not problem.sparse

    def tuned_fit(self, problem: Problem, data: Data) -> Result:
        return folds_by_hand(problem, data, _path)


def _path(problem: Problem, X: np.ndarray, y: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (L, p) and intercepts (L,) on the original scale."""
    import adelie as ad

    mean, sd = X.mean(axis=0), X.std(axis=0)
    Z = np.asfortranarray((X - mean) / sd)
    glm = ad.glm.gaussian(y=y) if problem.family == "gaussian" else ad.glm.binomial(y=y)
    state = ad.grpnet(
        X=Z, glm=glm, alpha=problem.l1_ratio, lmda_path=lams, tol=1e-9, early_exit=False, adev_tol=1.0,
        n_threads=2, progress_bar=False,
    )  # fmt: skip
    coefs = state.betas.toarray() / sd
    return coefs, np.asarray(state.intercepts) - coefs @ mean


PEERS = [Adelie()]
