"""scikit-learn: the classes people use for this job, and one trick of experts.

All of them scale once before the folds (`StandardScaler`), as is usual there; it is part of the time. A penalty given
per sum of losses is converted with the number of all rows, so a fold's penalty differs from ours by K/(K-1): the
curve shifts a little, the work does not.
"""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.objective import fold_losses
from benchmarks.peers.base import Result, splits
from benchmarks.problems import Data, Problem


def unscale(coef: np.ndarray, intercept: float, scaler: Any) -> tuple[np.ndarray, float]:
    """Bring coefficients of scaled columns back to the original scale."""
    coef = np.ravel(coef) / scaler.scale_
    mean = 0.0 if scaler.mean_ is None else float(scaler.mean_ @ coef)
    return coef, float(intercept) - mean


class _ScikitLearn:
    """What the contestants below share: scaling, timing, the way back to the original scale."""

    env, headline, settings = None, True, ""
    family, penalties = "gaussian", ("l2",)

    def version(self) -> str:
        return version("scikit-learn")

    def accepts(self, problem: Problem) -> bool:
        return problem.family == self.family and problem.penalty in self.penalties

    def tuned_fit(self, problem: Problem, data: Data) -> Result:
        from sklearn.preprocessing import StandardScaler

        start = time.perf_counter()
        scaler = StandardScaler(with_mean=not hasattr(data.X, "tocsr"))
        Z = scaler.fit_transform(data.X)
        lam, coef, intercept, curve = self.search(problem, Z, data)
        seconds = time.perf_counter() - start
        return Result(lam, *unscale(coef, intercept, scaler), curve, seconds)

    def search(self, problem: Problem, Z: Any, data: Data) -> tuple[float, np.ndarray, float, np.ndarray]:
        """Tune on scaled columns; lambda, coefficients, intercept and curve."""
        raise NotImplementedError


class RidgeCV(_ScikitLearn):
    """`RidgeCV` with the folds given: one fit per fold and alpha."""

    name, label = "ridgecv", "scikit-learn RidgeCV(cv=folds)"
    settings = "StandardScaler, alphas = n·lambda, direct solver"

    def search(self, problem: Problem, Z: Any, data: Data) -> tuple[float, np.ndarray, float, np.ndarray]:
        from sklearn.linear_model import RidgeCV as Tuned

        alphas = len(data.y) * data.lams
        model = Tuned(alphas=alphas, cv=list(splits(data.folds)), scoring="neg_mean_squared_error").fit(Z, data.y)
        nothing = np.full(len(alphas), np.nan)  # it keeps no scores when folds are given
        return float(model.alpha_) / len(data.y), model.coef_, float(model.intercept_), nothing


class RidgeCVLeaveOneOut(_ScikitLearn):
    """`RidgeCV` in its default mode: leave-one-out in closed form instead of folds. Other work, so not a headline."""

    name, label, headline = "ridgecv-loo", "scikit-learn RidgeCV (leave-one-out)", False
    settings = "StandardScaler, alphas = n·lambda; leave-one-out errors, no folds"

    def search(self, problem: Problem, Z: Any, data: Data) -> tuple[float, np.ndarray, float, np.ndarray]:
        from sklearn.linear_model import RidgeCV as Tuned

        alphas = len(data.y) * data.lams
        model = Tuned(alphas=alphas, store_cv_results=True).fit(Z, data.y)
        return float(model.alpha_) / len(data.y), model.coef_, float(model.intercept_), model.cv_results_.mean(0) / 2


class RidgeTargets(_ScikitLearn):
    """`Ridge` fitted once per fold, the target copied once per alpha: what an expert may write by hand."""

    name, label, headline = "ridge-targets", "scikit-learn Ridge by hand, one target per alpha", False
    settings = "StandardScaler, a loop over the folds by hand, y repeated for each alpha, direct solver"

    def search(self, problem: Problem, Z: Any, data: Data) -> tuple[float, np.ndarray, float, np.ndarray]:
        from sklearn.linear_model import Ridge

        eta = np.empty((len(data.y), len(data.lams)))
        copies = np.repeat(data.y[:, None], len(data.lams), axis=1)
        for train, held in splits(data.folds):
            eta[held] = Ridge(alpha=len(train) * data.lams).fit(Z[train], copies[train]).predict(Z[held])
        curve = fold_losses(data.y, eta, data.folds, "gaussian").mean(axis=0)
        lam = float(data.lams[np.argmin(curve)])
        model = Ridge(alpha=len(data.y) * lam).fit(Z, data.y)
        return lam, model.coef_, float(model.intercept_), curve


class LogisticCV(_ScikitLearn):
    """`LogisticRegressionCV`, scored by log loss."""

    family = "binomial"

    def __init__(self, solver: str, label: str, tol: float, penalties: tuple[str, ...] = ("l2",)) -> None:
        self.name, self.label, self.solver, self.tol, self.penalties = f"lrcv-{label}", "", solver, tol, penalties
        self.label = f"scikit-learn LogisticRegressionCV({solver})"
        self.settings = (
            f"StandardScaler, Cs = 1/(n·lambda), scoring log loss, tol={tol:g}, n_jobs=1, both cores in BLAS"
        )

    def accepts(self, problem: Problem) -> bool:
        # a Newton step needs the p × p matrix of second derivatives: 3.2 GB for 20 000 columns
        return super().accepts(problem) and not (self.solver == "newton-cholesky" and problem.shape[1] > 5_000)

    def search(self, problem: Problem, Z: Any, data: Data) -> tuple[float, np.ndarray, float, np.ndarray]:
        from sklearn.linear_model import LogisticRegressionCV as Tuned

        order = np.argsort(-data.lams)  # strongest penalty first, so that every fit starts warm
        model = Tuned(
            Cs=1.0 / (len(data.y) * data.lams[order]),
            cv=list(splits(data.folds)),
            scoring="neg_log_loss",
            solver=self.solver,
            tol=self.tol,
            max_iter=5_000,
            l1_ratios=(problem.l1_ratio,),
            use_legacy_attributes=False,
        ).fit(Z, data.y)
        curve = np.empty(len(order))
        curve[order] = -model.scores_.reshape(problem.n_folds, -1).mean(axis=0)
        lam = 1.0 / (float(model.C_) * len(data.y))
        return lam, model.coef_, float(np.ravel(model.intercept_)[0]), curve


class LassoCV(_ScikitLearn):
    """`LassoCV` and `ElasticNetCV`, which are one class there."""

    name, label, penalties = "lassocv", "scikit-learn LassoCV / ElasticNetCV", ("l1", "elasticnet")
    settings = "StandardScaler, alphas = lambda, tol=1e-6, n_jobs=1"

    def search(self, problem: Problem, Z: Any, data: Data) -> tuple[float, np.ndarray, float, np.ndarray]:
        from sklearn.linear_model import ElasticNetCV

        model = ElasticNetCV(
            l1_ratio=problem.l1_ratio, alphas=data.lams, cv=list(splits(data.folds)), tol=1e-6, max_iter=100_000
        ).fit(Z, data.y)
        curve = np.ravel(model.mse_path_.mean(axis=-1)) / 2
        return float(model.alpha_), model.coef_, float(model.intercept_), curve


PEERS = [
    RidgeCV(),
    RidgeCVLeaveOneOut(),
    RidgeTargets(),
    LogisticCV("newton-cholesky", "newton", tol=1e-4),
    LogisticCV("lbfgs", "lbfgs", tol=1e-6),
    LassoCV(),
]
