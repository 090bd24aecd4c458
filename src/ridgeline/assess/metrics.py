"""What the quality of predictions is, in numbers: weighted, vectorised, defined as in scikit-learn.

Every metric but the two ranking ones is a function of a few weighted *sums over rows*, so that a resample of the rows
costs one matrix product. `row_terms` says what is summed, `from_sums` what the sums mean. One place for both the value
and its interval.

========================  ========================================================================================
metric                    definition (w: weight, y: actual, p: predicted probability or value, ŷ: predicted class)
========================  ========================================================================================
accuracy                  Σ w [y = ŷ] / Σ w
balanced_accuracy         mean over the classes present of their recall
precision, recall, f1     tp / (tp + fp), tp / (tp + fn), 2 tp / (2 tp + fp + fn); macro mean for several classes
roc_auc                   P(p of a positive row > p of a negative row) + ½ P(equal); one class against the rest,
                          averaged over the classes, when there are several
average_precision         Σ over thresholds of (gain in recall) × precision; averaged over the classes likewise
log_loss                  -Σ w log p(y) / Σ w, with p kept 2.2e-16 away from 0 and 1
brier                     Σ w (p - y)² / Σ w; with several classes summed over them
r2                        1 - Σ w (y - p)² / Σ w (y - ȳ)², with ȳ the weighted mean of the rows at hand
rmse, mae                 root of the mean squared, and mean absolute, difference
mean_poisson_deviance     2 Σ w (y log(y / p) - y + p) / Σ w
mean_gamma_deviance       2 Σ w (y / p - 1 - log(y / p)) / Σ w
========================  ========================================================================================

A class is predicted positive when its probability exceeds 0.5. What is not defined is None, never a made-up number:
precision without a predicted positive row, recall without a positive one, F1 without either, ranking and balanced
metrics with one class, R² of a constant target, a Poisson deviance of negative counts or predictions not above 0, a
gamma deviance of amounts or predictions not above 0.
(In a macro mean a class that is never predicted has precision 0, as in scikit-learn.)
"""

from __future__ import annotations

import numpy as np

from ridgeline.assess.ranking import auc_and_precision
from ridgeline.errors import DefectError

__all__ = [
    "DECIDING",
    "HEADLINE",
    "HIGHER_IS_BETTER",
    "METRICS",
    "THRESHOLD",
    "from_sums",
    "measured_as",
    "row_terms",
    "score",
]

THRESHOLD = 0.5

METRICS = {
    "binary": (
        "accuracy",
        "balanced_accuracy",
        "precision",
        "recall",
        "f1",
        "roc_auc",
        "average_precision",
        "log_loss",
        "brier",
    ),
    "multiclass": (
        "accuracy",
        "balanced_accuracy",
        "precision",
        "recall",
        "f1",
        "roc_auc",
        "average_precision",
        "log_loss",
        "brier",
    ),
    "regression": ("r2", "rmse", "mae"),
    "count": ("mean_poisson_deviance", "r2", "rmse", "mae"),
    "amount": ("mean_gamma_deviance", "r2", "rmse", "mae"),
}
DECIDING = {
    "binary": "log_loss",
    "multiclass": "log_loss",
    "regression": "rmse",
    "count": "mean_poisson_deviance",
    "amount": "mean_gamma_deviance",
}
"""The metric that stands for the loss that was fitted."""
HEADLINE = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "r2", "count": "r2"}
"""Task → the metric that people read, beside the one that decides."""
HIGHER_IS_BETTER = {
    "accuracy": True,
    "balanced_accuracy": True,
    "precision": True,
    "recall": True,
    "f1": True,
    "roc_auc": True,
    "average_precision": True,
    "r2": True,
    "log_loss": False,
    "brier": False,
    "rmse": False,
    "mae": False,
    "mean_poisson_deviance": False,
    "mean_gamma_deviance": False,
}
"""The direction of every metric, for all that speaks of better and worse; there is no default."""

_EPS = np.finfo(np.float64).eps


def measured_as(task: str, family: str) -> str:
    """Return the key of `METRICS` and `DECIDING`: the task, but ``"amount"`` for numbers fitted as gamma.

    Examples
    --------
    >>> measured_as("regression", "gaussian"), measured_as("regression", "gamma")
    ('regression', 'amount')
    """
    return "amount" if family == "gamma" else task


def score(actual: np.ndarray, mean: np.ndarray, task: str, weight: np.ndarray | None = None) -> dict[str, float | None]:
    """Measure predictions.

    Parameters
    ----------
    actual : ndarray of shape (m,)
        What happened: a number, 1.0 for the positive class, or the index of the class.
    mean : ndarray of shape (m,), or (m, K) for K classes
        The predicted value, or the probability of the positive class, or of each class.
    task : str
        A key of `METRICS`.
    weight : ndarray of shape (m,), optional
        Weight of each row, 0 or more; 1 by default.

    Returns
    -------
    dict of str to float or None
        Every metric of the task in the order of `METRICS`; None where it is not defined.

    Examples
    --------
    >>> score(np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.9, 0.4]), "binary")["accuracy"]
    0.6666666666666666
    """
    if task not in METRICS:
        raise DefectError(f"There are no metrics for the task {task!r}.")
    weight = np.ones(len(actual)) if weight is None else np.asarray(weight, dtype=np.float64)
    if not len(actual) or not np.isfinite(mean).all():
        return dict.fromkeys(METRICS[task])
    values = from_sums(task, np.array([term.sum() for term in row_terms(task, actual, mean, weight)]))
    if task == "binary":
        values["roc_auc"], values["average_precision"] = auc_and_precision(mean, actual == 1, weight)
    elif task == "multiclass":
        areas = [auc_and_precision(mean[:, k], actual == k, weight) for k in range(mean.shape[1])]
        values["roc_auc"], values["average_precision"] = np.mean(areas, axis=0)
    return {name: _plain(values[name]) for name in METRICS[task]}


def _plain(value: np.ndarray | float) -> float | None:
    number = float(value)
    return number if np.isfinite(number) else None


def row_terms(task: str, actual: np.ndarray, mean: np.ndarray, weight: np.ndarray) -> list[np.ndarray]:
    """Return the arrays of shape (m,) whose sums over rows `from_sums` needs.

    Parameters are those of `score`.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return _TERMS[task](actual, mean, weight)


def from_sums(task: str, sums: np.ndarray) -> dict[str, np.ndarray]:
    """Turn sums of `row_terms` into metrics.

    Parameters
    ----------
    task : str
        As in `score`.
    sums : ndarray of shape (..., number of terms)
        Sums over rows; leading axes may be resamples.

    Returns
    -------
    dict of str to ndarray of shape (...)
        All metrics but the ranking ones; NaN where not defined.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return _METRICS[task](np.moveaxis(sums, -1, 0))


def _binary_terms(actual: np.ndarray, mean: np.ndarray, weight: np.ndarray) -> list[np.ndarray]:
    positive, flagged = actual == 1, mean > THRESHOLD
    likely = np.clip(np.where(positive, mean, 1.0 - mean), _EPS, 1.0 - _EPS)
    cells = [flagged & positive, flagged & ~positive, ~flagged & positive, ~(flagged | positive)]
    return [*(weight * cell for cell in cells), weight * -np.log(likely), weight * (mean - positive) ** 2]


def _binary(sums: np.ndarray) -> dict[str, np.ndarray]:
    tp, fp, fn, tn, loss, squares = sums
    total = tp + fp + fn + tn
    return {
        "accuracy": (tp + tn) / total,
        "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2.0,
        "precision": tp / (tp + fp),
        "recall": tp / (tp + fn),
        "f1": 2.0 * tp / (2.0 * tp + fp + fn),
        "log_loss": loss / total,
        "brier": squares / total,
    }


def _multiclass_terms(actual: np.ndarray, mean: np.ndarray, weight: np.ndarray) -> list[np.ndarray]:
    guess = mean.argmax(axis=1)
    index = actual.astype(np.intp)
    likely = np.clip(mean[np.arange(len(index)), index], _EPS, 1.0 - _EPS)
    classes = range(mean.shape[1])
    return [
        *(weight * (index == k) for k in classes),
        *(weight * (guess == k) for k in classes),
        *(weight * ((index == k) & (guess == k)) for k in classes),
        weight * -np.log(likely),
        weight * ((mean - (index[:, None] == np.arange(mean.shape[1]))) ** 2).sum(axis=1),
    ]


def _multiclass(sums: np.ndarray) -> dict[str, np.ndarray]:
    actual, guessed, hits = sums[:-2].reshape(3, -1, *sums.shape[1:])
    total = actual.sum(axis=0)
    recall = hits / actual
    balanced = np.where((actual > 0).sum(axis=0) > 1, _mean_defined(recall), np.nan)
    seen = np.where(actual + guessed > 0, 0.0, np.nan)  # a class neither actual nor guessed takes no part
    return {
        "accuracy": hits.sum(axis=0) / total,
        "balanced_accuracy": balanced,
        "precision": _mean_defined(np.where(guessed > 0, hits / guessed, seen)),
        "recall": _mean_defined(np.where(actual > 0, recall, seen)),
        "f1": _mean_defined(2.0 * hits / (actual + guessed)),
        "log_loss": sums[-2] / total,
        "brier": sums[-1] / total,
    }


def _mean_defined(by_class: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is not NaN."""
    defined = ~np.isnan(by_class)
    return np.where(defined, by_class, 0.0).sum(axis=0) / defined.sum(axis=0)


def _regression_terms(actual: np.ndarray, mean: np.ndarray, weight: np.ndarray) -> list[np.ndarray]:
    centre = np.average(actual, weights=weight) if weight.any() else 0.0
    spread = actual - centre  # sums of squares about 0 would lose the digits that r2 needs
    spread = np.where(np.abs(spread) > 8.0 * _EPS * abs(centre), spread, 0.0)
    error = actual - mean
    return [weight, weight * spread, weight * spread**2, weight * error**2, weight * np.abs(error)]


def _regression(sums: np.ndarray) -> dict[str, np.ndarray]:
    total, first, second, squares, absolute = sums
    about_mean = second - first**2 / total
    # One row drawn again and again: what is left of its square is rounding.
    about_mean = np.where(about_mean > 1e-12 * second, about_mean, np.nan)
    return {"r2": 1.0 - squares / about_mean, "rmse": np.sqrt(squares / total), "mae": absolute / total}


def _count_terms(actual: np.ndarray, mean: np.ndarray, weight: np.ndarray) -> list[np.ndarray]:
    with np.errstate(divide="ignore"):
        surprise = actual * np.log(np.where(actual > 0, actual, 1.0) / mean) - actual + mean
    defined = (actual >= 0) & (mean > 0)
    return [*_regression_terms(actual, mean, weight), weight * 2.0 * np.where(defined, surprise, np.nan)]


def _count(sums: np.ndarray) -> dict[str, np.ndarray]:
    return {"mean_poisson_deviance": sums[-1] / sums[0], **_regression(sums[:-1])}


def _amount_terms(actual: np.ndarray, mean: np.ndarray, weight: np.ndarray) -> list[np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = actual / mean
        surprise = np.where((actual > 0) & (mean > 0), ratio - 1.0 - np.log(ratio), np.nan)
    return [*_regression_terms(actual, mean, weight), weight * 2.0 * surprise]


def _amount(sums: np.ndarray) -> dict[str, np.ndarray]:
    return {"mean_gamma_deviance": sums[-1] / sums[0], **_regression(sums[:-1])}


_TERMS = {
    "binary": _binary_terms,
    "multiclass": _multiclass_terms,
    "regression": _regression_terms,
    "count": _count_terms,
    "amount": _amount_terms,
}
_METRICS = {
    "binary": _binary,
    "multiclass": _multiclass,
    "regression": _regression,
    "count": _count,
    "amount": _amount,
}
