"""Bias analysis: what the model does to each group of rows, and how far apart the groups are.

Disparities are defined as in fairlearn: with m_g a metric of group g,

==============================  ================================================================================
demographic_parity_difference   max m_g - min m_g of the selection rate P(ŷ = 1)
demographic_parity_ratio        min m_g / max m_g of the selection rate
equal_opportunity_difference    max - min of the true positive rate P(ŷ = 1 | y = 1)
equalized_odds_difference       the larger of the differences of the true and the false positive rate
equalized_odds_ratio            the smaller of the ratios of the true and the false positive rate
X_difference, X_ratio           max - min, and min / max, of any other metric X
==============================  ================================================================================

The interval of a disparity belongs to the two groups that are furthest apart in these rows, held fixed while rows are
resampled: it can therefore include "no difference". With many groups the extremes stand out partly by chance. Where a
share of one of them is exactly 0 or 1, resampling would take it for certain: the interval then comes from those of the
two groups (`ridgeline.assess.apart`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ridgeline.assess import apart, intervals, metrics
from ridgeline.assess.measuring import BOUNDED, evidence
from ridgeline.assess.predictions import Predictions

__all__ = ["MISSING", "OTHER", "by_group", "disparities", "group_labels"]

MISSING, OTHER = "(missing)", "(other)"
_MOST = 20  # groups; the rarest beyond that are pooled
_BANDS = 4  # of a column of numbers
_STREAM = 5  # keeps these resamples apart from others of the same seed

_RATES = ("base_rate", "selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate")
_SHARES = BOUNDED | frozenset(_RATES)
# name → (metric of a group, how two groups are compared)
_DISPARITIES = {
    "binary": {
        "demographic_parity_difference": ("selection_rate", "difference"),
        "demographic_parity_ratio": ("selection_rate", "ratio"),
        "equal_opportunity_difference": ("true_positive_rate", "difference"),
        "false_positive_rate_difference": ("false_positive_rate", "difference"),
        "calibration_gap_difference": ("calibration_gap", "difference"),
        "accuracy_difference": ("accuracy", "difference"),
        "roc_auc_difference": ("roc_auc", "difference"),
    },
    "multiclass": {
        "accuracy_difference": ("accuracy", "difference"),
        "log_loss_difference": ("log_loss", "difference"),
    },
    "regression": {
        "mean_error_difference": ("mean_error", "difference"),
        "mae_difference": ("mae", "difference"),
        "mae_ratio": ("mae", "ratio"),
        "r2_difference": ("r2", "difference"),
    },
}
_DISPARITIES["count"] = _DISPARITIES["amount"] = _DISPARITIES["regression"]
_ODDS = ("true_positive_rate", "false_positive_rate")


def group_labels(values: np.ndarray) -> np.ndarray:
    """Name the group of every row: the value itself, bands of a column of numbers, at most 20 groups.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Cells of a column, None or NaN where missing.

    Returns
    -------
    ndarray of shape (n,) of str

    Examples
    --------
    >>> group_labels(np.array(["f", "m", None], dtype=object)).tolist()
    ['f', 'm', '(missing)']
    >>> sorted(set(group_labels(np.arange(100.0)).tolist()))
    ['0 to 24', '25 to 49', '50 to 74', '75 to 99']
    """
    values = np.asarray(values)
    missing = np.array([v is None or v != v for v in values.tolist()], dtype=bool)
    known = values[~missing]
    labels = np.full(len(values), MISSING, dtype=object)
    numbers = known.dtype.kind in "iuf" or (known.dtype.kind == "O" and len(known) and _all_numbers(known))
    if numbers and len(np.unique(known.astype(np.float64))) > 2 * _BANDS:
        labels[~missing] = _bands(known.astype(np.float64))
    else:
        labels[~missing] = [f"{v:g}" if isinstance(v, float) else str(v) for v in known.tolist()]
    names, count = np.unique(labels.astype(str), return_counts=True)
    if len(names) > _MOST:
        rare = names[np.argsort(-count, kind="stable")[_MOST - 1 :]]
        labels[np.isin(labels.astype(str), rare)] = OTHER
    return labels.astype(str)


def _all_numbers(known: np.ndarray) -> bool:
    return all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in known.tolist())


def _bands(numbers: np.ndarray) -> np.ndarray:
    """Bands of about equally many rows, named by the smallest and largest value in each."""
    cuts = np.unique(np.quantile(numbers, np.linspace(0, 1, _BANDS + 1)[1:-1]))
    band = np.searchsorted(cuts, numbers, side="left")
    names = {k: f"{numbers[band == k].min():g} to {numbers[band == k].max():g}" for k in np.unique(band)}
    return np.array([names[k] for k in band], dtype=object)


def by_group(
    predictions: Mapping[str, Predictions], labels: np.ndarray, task: str, *, units=None, seed: int = 0
) -> dict[str, Any]:
    """Measure each group, and the distance between the groups.

    Parameters
    ----------
    predictions : mapping of str to Predictions
        By model, of the same rows in the same order; ``"chosen"`` must be there.
    labels : ndarray of shape (m,) of str
        Group of every prediction.
    task : str
        As in `ridgeline.assess.metrics.METRICS`.
    units : ndarray of shape (m,), optional
        What is resampled; rows by default, groups of rows that belong together otherwise.
    seed : int, default 0

    Returns
    -------
    dict
        ``groups``: list of {group, rows, metrics: list of {metric, value, low, high}} of the chosen model;
        ``disparities``: list of {model, disparity, value, low, high, highest, lowest}; ``small``: groups with too few
        rows to be compared.

    Examples
    --------
    >>> rows = np.arange(40)
    >>> said = Predictions("chosen", "test", rows, rows * 0 - 1, rows % 2.0, np.where(rows < 20, 0.9, 0.1))
    >>> found = by_group({"chosen": said}, np.where(rows < 20, "a", "b"), "binary")
    >>> {d["disparity"]: d["value"] for d in found["disparities"]}["demographic_parity_difference"]
    1.0
    """
    first = predictions["chosen"]
    unit, count = intervals.number_units([first.rows if units is None else units])
    draws = intervals.draw(count, seed, _STREAM)
    names = [str(name) for name in np.unique(labels)]
    chosen = {g: _measured(first, labels == g, task, unit[0], draws) for g in names}
    sizes = {g: len(np.unique(unit[0][labels == g])) for g in names}
    rows = {g: len(np.unique(first.rows[labels == g])) for g in names}
    enough = [g for g in names if sizes[g] >= intervals.MIN_UNITS]
    independent = units is None
    groups = [{"group": g, "rows": rows[g], "metrics": _records(chosen[g], independent)} for g in names]
    compared = []
    for model, p in sorted(predictions.items()):  # the chosen model first
        measured = chosen if model == "chosen" else {g: _measured(p, labels == g, task, unit[0], draws) for g in enough}
        compared += [{"model": model, **d} for d in _disparities({g: measured[g] for g in enough}, task, independent)]
    return {"groups": groups, "disparities": compared, "small": [g for g in names if g not in enough]}


def disparities(p: Predictions, labels: np.ndarray, task: str) -> dict[str, float | None]:
    """Return the disparities of one model, without intervals; groups with too few rows take no part.

    Parameters are those of `by_group`.
    """
    unit, count = intervals.number_units([p.rows])
    sample = intervals.Resamples(np.ones((1, 1)), np.zeros(count, dtype=np.intp))
    names = [g for g in np.unique(labels) if len(np.unique(unit[0][labels == g])) >= intervals.MIN_UNITS]
    measured = {str(g): _measured(p, labels == g, task, unit[0], sample) for g in names}
    return {d["disparity"]: d["value"] for d in _disparities(measured, task, True)}


def _measured(p: Predictions, here: np.ndarray, task: str, unit: np.ndarray, draws) -> _Group:
    data = (np.asarray(p.actual, dtype=np.float64)[here], np.asarray(p.mean, dtype=np.float64)[here], p.weights[here])
    return _Group(_resampled(data, task, unit[here], draws), *data, unit[here])


def _resampled(
    data: tuple[np.ndarray, np.ndarray, np.ndarray], task: str, unit: np.ndarray, draws
) -> dict[str, np.ndarray]:
    """Every metric of one group, in the sample and in each resample."""
    found = intervals.measure(data, task, unit, draws, ties=False)
    if task == "multiclass":
        return found
    y, mean, w = data
    block, blocks = draws.block[unit], draws.counts.shape[1]
    flagged, positive = mean > metrics.THRESHOLD, y == 1
    terms = [w, w * y, w * mean]
    if task == "binary":
        terms += [w * flagged, w * positive, w * (flagged & positive), w * (flagged & ~positive)]
    sums = draws.counts @ np.column_stack([np.bincount(block, weights=t, minlength=blocks) for t in terms])
    with np.errstate(divide="ignore", invalid="ignore"):
        total, actual, said = sums[:, 0], sums[:, 1] / sums[:, 0], sums[:, 2] / sums[:, 0]
        if task != "binary":
            return {"mean_actual": actual, "mean_prediction": said, "mean_error": said - actual, **found}
        picked, yes, hits, alarms = sums[:, 3:].T
        own = {
            "base_rate": actual,
            "selection_rate": picked / total,
            "true_positive_rate": hits / yes,
            "false_positive_rate": alarms / (total - yes),
            "false_negative_rate": 1.0 - hits / yes,
            "mean_prediction": said,
            "calibration_gap": said - actual,
        }
    return {**own, **{name: values for name, values in found.items() if name != "recall"}}


@dataclass(frozen=True, eq=False)
class _Group:
    """One group's rows: what happened, what was said, weights and units."""

    values: Mapping[str, np.ndarray]
    actual: np.ndarray
    mean: np.ndarray
    weights: np.ndarray
    unit: np.ndarray

    def limits(self, name: str, independent: bool) -> tuple[float | None, float | None]:
        """Interval of a metric: Wilson's for rates of independent rows, else of the resamples.

        A share that is exactly 0 or 1 is so in every resample, which proves nothing: it gets Wilson's interval too, for
        as many trials as there are units behind it.
        """
        values = self.values[name]
        low, high = intervals.interval(values) if len(self.actual) >= intervals.MIN_UNITS else (None, None)
        extreme = low is not None and self.extreme(name)
        if name in _RATES and np.isfinite(values[0]) and (independent or extreme):
            of = self._rows(name)
            count = _effective(self.weights[of], self.unit[of]) if independent else len(np.unique(self.unit[of]))
        elif extreme:
            count = evidence(self.actual, self.mean, name, self.unit)
        else:
            return low, high
        low, high = intervals.wilson(float(values[0]), count)
        return float(low), float(high)

    def extreme(self, name: str) -> bool:
        """Whether a metric is a share and came out as exactly 0 or 1."""
        return name in _SHARES and float(self.values[name][0]) in (0.0, 1.0)

    def _rows(self, rate: str) -> np.ndarray:
        if rate.endswith(("base_rate", "selection_rate")):
            return np.ones(len(self.actual), bool)
        return (self.actual == 1) ^ (rate == _ODDS[1])


def _records(group: _Group, independent: bool) -> list[dict]:
    out = []
    for name, values in group.values.items():
        value = float(values[0]) if np.isfinite(values[0]) else None
        low, high = group.limits(name, independent)
        out.append({"metric": name, "value": value, "low": low, "high": high})
    return out


def _effective(weights: np.ndarray, unit: np.ndarray) -> float:
    """Kish's effective number of rows; a row that comes once per repeat of the folds counts once."""
    distinct = len(np.unique(unit)) / max(len(unit), 1)
    return float(distinct * weights.sum() ** 2 / max((weights**2).sum(), 1e-300))


def _disparities(measured: Mapping[str, _Group], task: str, independent: bool) -> list[dict[str, Any]]:
    if len(measured) < 2:
        return []
    out = [_between(name, measured, spec, independent) for name, spec in _DISPARITIES[task].items()]
    if task == "binary":
        for how, pick in (("difference", max), ("ratio", min)):
            name = f"equalized_odds_{how}"
            parts = [_between(name, measured, (metric, how), independent) for metric in _ODDS]
            known = [part for part in parts if part["value"] is not None]
            out.append(pick(known, key=lambda part: part["value"]) if len(known) == 2 else {**parts[0], **_UNKNOWN})
    return out


_UNKNOWN = {"value": None, "low": None, "high": None, "highest": None, "lowest": None}


def _between(name: str, measured: Mapping[str, _Group], spec: tuple[str, str], independent: bool) -> dict[str, Any]:
    """Compare the groups with the largest and the smallest metric."""
    metric, how = spec
    found = {"disparity": name, "metric": metric}
    known = {g: group.values[metric] for g, group in measured.items() if np.isfinite(group.values[metric][0])}
    if len(known) < 2:
        return {**found, **_UNKNOWN}
    highest = max(known, key=lambda g: known[g][0])
    lowest = min(reversed(known), key=lambda g: known[g][0])  # another group, should all be equal
    with np.errstate(divide="ignore", invalid="ignore"):
        high, low = known[highest], known[lowest]
        values = high - low if how == "difference" else low / high
    if not np.isfinite(values[0]):
        return {**found, **_UNKNOWN}
    ends = intervals.interval(values) if len(values) > 1 else (None, None)
    if ends[0] is not None and (measured[highest].extreme(metric) or measured[lowest].extreme(metric)):
        ends = _ends((measured[highest], measured[lowest]), spec, independent)
    return {**found, "value": float(values[0]), "low": ends[0], "high": ends[1], "highest": highest, "lowest": lowest}


def _ends(pair: tuple[_Group, _Group], spec: tuple[str, str], independent: bool) -> tuple[float | None, float | None]:
    """Interval of a comparison with a share of exactly 0 or 1, from the intervals of the two."""
    metric, how = spec
    high, low = (float(g.values[metric][0]) for g in pair)
    high_low, high_high = pair[0].limits(metric, independent)
    low_low, low_high = pair[1].limits(metric, independent)
    if high_low is None or high_high is None or low_low is None or low_high is None:
        return None, None
    own, other = (high_low, high_high), (low_low, low_high)
    least, most = apart.difference(high, own, low, other) if how == "difference" else apart.ratio(low, other, high, own)
    return least, most if np.isfinite(most) else None
