"""glum: `GeneralizedLinearRegressorCV`, in an environment of its own."""

from __future__ import annotations

import time
from importlib.metadata import version

import numpy as np

from benchmarks.peers.base import Result, splits
from benchmarks.problems import Data, Problem, frame


class Glum:
    """The cross-validated estimator with its own scaling (`scale_predictors`)."""

    name, label, env, headline = "glum", "glum GeneralizedLinearRegressorCV", "glum", True
    settings = (
        "scale_predictors=True, gradient_tol=1e-4 (l2) or 1e-6, solver irls-ls, lbfgs (p > 5 000) or irls-cd (l1), "
        "n_jobs=1"
    )

    def version(self) -> str:
        return version("glum")

    def accepts(self, problem: Problem) -> bool:
        return problem.penalty == "l2" or problem.shape[1] <= 5_000  # its L1 solver keeps a p × p matrix

    def tuned_fit(self, problem: Problem, data: Data) -> Result:
        from glum import GeneralizedLinearRegressorCV

        X = np.asfortranarray(data.X) if isinstance(data.X, np.ndarray) else data.X
        X = frame(X, problem.levels) if problem.levels else X
        smooth = "lbfgs" if problem.shape[1] > 5_000 else "irls-ls"
        model = GeneralizedLinearRegressorCV(
            l1_ratio=problem.l1_ratio,
            family="normal" if problem.family == "gaussian" else "binomial",
            alphas=data.lams,
            cv=list(splits(data.folds)),
            scale_predictors=True,
            solver=smooth if problem.penalty == "l2" else "irls-cd",
            gradient_tol=1e-4 if problem.penalty == "l2" else 1e-6,
            max_iter=2_000,
            n_jobs=1,
        )
        start = time.perf_counter()
        model.fit(X, data.y)
        seconds = time.perf_counter() - start
        curve = np.ravel(model.deviance_path_).reshape(problem.n_folds, -1).mean(axis=0) / 2
        return Result(float(model.alpha_), model.coef_, float(model.intercept_), curve, seconds)


PEERS = [Glum()]
