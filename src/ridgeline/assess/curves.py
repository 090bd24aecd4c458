"""Curves and clouds behind the numbers: ROC, precision against recall, calibration, observed against predicted."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ridgeline.assess.intervals import wilson
from ridgeline.assess.predictions import Predictions
from ridgeline.assess.ranking import Order

__all__ = ["curves"]

CURVE_POINTS = 200
CLOUD_POINTS = 1000
BINS = 10
WORST_ROWS = 10


def curves(predictions: Iterable[Predictions], task: str, seed: int = 0) -> dict:
    """Compute what the report draws of the held-out rows: test rows, validation rows when there is no test set.

    Parameters
    ----------
    predictions : iterable of Predictions
        As for `ridgeline.assess.assess`.
    task : str
        ``"binary"``, ``"regression"``, ``"count"`` or ``"amount"``; there are no curves for several classes.
    seed : int, default 0
        Seed of the choice of points where there are more than 1000 rows.

    Returns
    -------
    dict
        ``split`` and, for two classes, ``roc`` and ``pr`` (by model, at most 200 points) and ``calibration`` of the
        chosen model in ten bins of equally many rows, with Wilson's intervals for Kish's effective number of rows; for
        numbers ``observed_predicted`` and ``residuals`` of at most 1000 rows. ``worst`` names the ten rows that the
        chosen model, not having seen them, is most wrong about: ``row`` and ``probability`` of what happened, or
        ``residual``. Empty when there is nothing to draw.

    Examples
    --------
    >>> rows = np.arange(20)
    >>> said = Predictions("chosen", "test", rows, rows * 0 - 1, rows % 2.0, 0.2 + 0.5 * (rows % 2))
    >>> curves([said], "binary")["roc"]["chosen"]
    {'fpr': [0.0, 0.0, 1.0], 'tpr': [0.0, 1.0, 1.0]}
    """
    given = {(p.split, p.model): p for p in predictions if len(p.rows) and np.isfinite(p.mean).all()}
    split = next((s for s in ("test", "validation") if (s, "chosen") in given), None)
    if split is None or task not in ("binary", "regression", "count", "amount"):
        return {}
    chosen = given[split, "chosen"]
    unseen = [p for p in (given.get(("validation", "chosen")), given.get(("test", "chosen"))) if p is not None]
    worst = _worst(unseen, task)
    if task != "binary":
        return {"split": split, "worst": worst, **_cloud(chosen, seed)}
    models = [given[split, m] for m in ("chosen", "unpenalized") if (split, m) in given]
    found = {p.model: _by_threshold(p) for p in models}
    return {
        "split": split,
        "worst": worst,
        "roc": {m: {"fpr": c["fpr"], "tpr": c["tpr"]} for m, c in found.items() if c},
        "pr": {m: {"recall": c["tpr"][1:], "precision": c["precision"]} for m, c in found.items() if c},
        "calibration": _calibration(chosen),
    }


def _by_threshold(p: Predictions) -> dict | None:
    """Rates at every threshold, thinned evenly; None with one class only."""
    positive, negative = Order(p.mean, p.actual == 1).by_level(p.weights)
    hits, misses = np.cumsum(positive), np.cumsum(negative)
    if not (hits[-1] > 0 and misses[-1] > 0):
        return None
    at = np.unique(np.linspace(0, len(hits) - 1, CURVE_POINTS).round().astype(np.intp))
    at = at[hits[at] + misses[at] > 0]
    return {
        "fpr": [0.0, *(misses[at] / misses[-1]).tolist()],
        "tpr": [0.0, *(hits[at] / hits[-1]).tolist()],
        "precision": (hits[at] / (hits[at] + misses[at])).tolist(),
    }


def _calibration(p: Predictions) -> dict[str, list[float]]:
    """Predicted and observed share in bins of equally many rows; tied predictions share a bin.

    A row that comes once for each repeat of the folds counts once, with the mean of its probabilities. ``effective`` is
    how many rows of one weight would tell as much: Kish's number, (Σ w)² / Σ w². Weights may go with the class, so that
    a bin without rows of the heavy class looks surer than it is; hence at most::

        Σ w / ((1 - p) w₁ + p w₀),    w_c = Σ w² / Σ w over all rows of class c

    which is the variance p (1 - p) of one row over that of the bin's share, Σ w² (y - p)² / (Σ w)² in expectation.
    """
    _, first, row = np.unique(p.rows, return_index=True, return_inverse=True)
    mean = np.bincount(row.ravel(), weights=p.mean) / np.bincount(row.ravel())
    actual, weight = np.asarray(p.actual)[first], p.weights[first]
    cuts = np.unique(np.quantile(mean, np.linspace(0.0, 1.0, BINS + 1)[1:-1]))
    bin_of = np.searchsorted(cuts, mean, side="left")
    rows = np.bincount(bin_of, minlength=len(cuts) + 1)
    total, squares, *sums = (
        np.bincount(bin_of, weights=weight * v, minlength=len(rows)) for v in (1.0, weight, mean, actual)
    )
    used = total > 0
    predicted, observed = (s[used] / total[used] for s in sums)
    heavy = [_heft(weight[actual == c]) for c in (1, 0)]
    effective = total[used] / np.maximum(
        squares[used] / total[used], (1.0 - predicted) * heavy[0] + predicted * heavy[1]
    )
    low, high = wilson(observed, effective)
    table = {
        "predicted": predicted, "observed": observed, "count": rows[used], "effective": effective, "low": low,
        "high": high,
    }  # fmt: skip
    return {name: column.tolist() for name, column in table.items()}


def _heft(weight: np.ndarray) -> float:
    """Return the mean weight of rows, each counted by its weight."""
    return float((weight**2).sum() / max(weight.sum(), 1e-300))


def _worst(unseen: list[Predictions], task: str) -> dict[str, list]:
    rows, actual, mean = (np.concatenate([getattr(p, k) for p in unseen]) for k in ("rows", "actual", "mean"))
    name, value = (
        ("probability", np.where(actual == 1, mean, 1.0 - mean)) if task == "binary" else ("residual", actual - mean)
    )
    order = np.argsort(value if task == "binary" else -np.abs(value), kind="stable")
    _, first = np.unique(rows[order], return_index=True)  # a row may come once for each repeat of the folds
    at = order[np.sort(first)[:WORST_ROWS]]
    return {"row": rows[at].tolist(), name: value[at].tolist()}


def _cloud(p: Predictions, seed: int) -> dict[str, dict[str, list[float]]]:
    at = np.arange(len(p.rows))
    if len(at) > CLOUD_POINTS:
        bits = np.random.PCG64(np.random.SeedSequence((seed, 3))).random_raw(len(at))
        at = np.sort(np.argsort(bits, kind="stable")[:CLOUD_POINTS])
    observed, predicted = np.asarray(p.actual)[at], np.asarray(p.mean)[at]
    return {
        "observed_predicted": {"observed": observed.tolist(), "predicted": predicted.tolist()},
        "residuals": {"predicted": predicted.tolist(), "residual": (observed - predicted).tolist()},
    }
