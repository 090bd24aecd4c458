"""What a careful person writes with scikit-learn for a table: impute, scale, one-hot, tune the L2 penalty."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.metrics import accuracy_score, log_loss, r2_score, roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

__all__ = ["pipeline", "scores"]

#: Above this many columns a Newton step's matrix costs more than the steps it saves.
MANY_COLUMNS = 600


def pipeline(features: pd.DataFrame, binary: bool) -> Any:
    """Unfitted pipeline for these columns.

    Parameters
    ----------
    features : DataFrame
        The training rows.
    binary : bool
        Whether a class is predicted.
    """
    numbers = features.select_dtypes("number").columns
    numeric = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler())
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    prepare = ColumnTransformer([("numeric", numeric, numbers), ("words", words, features.columns.difference(numbers))])
    return make_pipeline(prepare, _classifier(features) if binary else _regressor())


def _regressor() -> Any:
    folds = KFold(5, shuffle=True, random_state=0)
    return RidgeCV(alphas=np.geomspace(1e-4, 1e6, 60), cv=folds, scoring="neg_mean_squared_error")


def _classifier(features: pd.DataFrame) -> Any:
    return LogisticRegressionCV(
        Cs=np.geomspace(1e-5, 1e3, 25),
        cv=StratifiedKFold(5, shuffle=True, random_state=0),
        scoring="neg_log_loss",
        solver="lbfgs" if features.shape[1] > MANY_COLUMNS else "newton-cholesky",
        l1_ratios=(0.0,),
        use_legacy_attributes=False,
        max_iter=1_000,
    )


def scores(actual: np.ndarray, mean: np.ndarray, binary: bool) -> dict[str, float]:
    """Metrics of predicted values, or of probabilities of the class 1; the first is the one that decides."""
    if not binary:
        rmse = float(np.sqrt(np.mean((actual - mean) ** 2)))
        return {"r2": float(r2_score(actual, mean)), "rmse": rmse}
    return {
        "roc_auc": float(roc_auc_score(actual, mean)),
        "accuracy": float(accuracy_score(actual, mean > 0.5)),
        "log_loss": float(log_loss(actual, np.clip(mean, 1e-15, 1 - 1e-15))),
    }
