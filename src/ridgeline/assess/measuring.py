"""From predictions to an assessment: metrics, their intervals, and differences from the same resamples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ridgeline.assess import intervals, metrics
from ridgeline.assess.assessment import GAP, JUDGED, Assessment, Record
from ridgeline.assess.predictions import MODELS, SPLITS, Predictions
from ridgeline.errors import DefectError

__all__ = ["BOUNDED", "assess", "evidence"]

# Training and validation rows are the same rows, so they are resampled together; test rows are others.
_TOGETHER = (("train", "validation"), ("test",))
BOUNDED = frozenset({"accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "average_precision"})


def assess(
    predictions: Iterable[Predictions],
    task: str,
    *,
    groups: np.ndarray | Mapping[str, np.ndarray] | None = None,
    seed: int = 0,
) -> Assessment:
    """Measure models on splits, with 95% intervals and paired differences.

    Parameters
    ----------
    predictions : iterable of Predictions
        At most one for each model and split; any of them may be absent.
    task : str
        As in `ridgeline.assess.metrics.METRICS`.
    groups : array, or mapping of split to array, optional
        Group of each row of the table, looked up by `Predictions.rows`; a mapping when the test rows are of another
        table. Groups are then resampled instead of rows.
    seed : int, default 0
        Seed of the resampling.

    Returns
    -------
    Assessment

    Examples
    --------
    >>> rows = np.arange(40)
    >>> said = Predictions("chosen", "test", rows, rows * 0 - 1, rows % 2.0, 0.2 + 0.5 * (rows % 2))
    >>> record = assess([said], "binary").get("chosen", "test", "accuracy")
    >>> record.value, round(record.low, 3)
    (1.0, 0.912)
    """
    given = {(p.model, p.split): p for p in predictions}
    if task not in metrics.METRICS:
        raise DefectError(f"There are no metrics for the task {task!r}.")
    measured: dict[tuple[str, str], _Measured] = {}
    units: dict[str, int] = {}
    for stream, splits in enumerate(_TOGETHER):
        here = [given[m, s] for s in splits for m in MODELS if (m, s) in given and len(given[m, s].rows)]
        measured |= _measure_together(here, task, groups, (seed, stream))
        units |= {p.split: measured[p.model, p.split].units for p in here}
    records = [r for s in SPLITS for m in MODELS if (m, s) in given for r in _records(given[m, s], measured, task)]
    return Assessment(
        records=tuple(records),
        differences=tuple(_differences(measured, "chosen", "unpenalized")),
        gaps=tuple(_gaps(measured)),
        gains=tuple(r for model in MODELS[1:] for r in _differences(measured, model, "baseline")),
        task=task,
        method=_method(units, "rows" if groups is None else "groups", seed),
    )


@dataclass(frozen=True, eq=False)
class _Measured:
    values: dict[str, np.ndarray]  # metric -> (1 + replicates,)
    unit: np.ndarray
    units: int

    @property
    def enough(self) -> bool:
        return self.units >= intervals.MIN_UNITS


def _measure_together(
    here: list[Predictions], task: str, groups: object, seed: tuple[int, int]
) -> dict[tuple[str, str], _Measured]:
    """Measure predictions that share rows, all with the same resamples."""
    if not here:
        return {}
    unit_of, count = intervals.number_units([_keys(p, groups) for p in here])
    draws = intervals.draw(count, *seed)
    result = {}
    for p, unit in zip(here, unit_of, strict=True):
        data = (np.asarray(p.actual, dtype=np.float64), np.asarray(p.mean, dtype=np.float64), p.weights)
        values = intervals.measure(data, task, unit, draws, ties=p.tied)
        result[p.model, p.split] = _Measured(values, unit, _distinct(unit))
        judged = _judged(p, here)
        if judged is not None:
            part = (data[0][judged], data[1][judged], data[2][judged])
            values = intervals.measure(part, task, unit[judged], draws, ties=p.tied)
            result[p.model, JUDGED] = _Measured(values, unit[judged], _distinct(unit[judged]))
    return result


def _judged(p: Predictions, here: list[Predictions]) -> np.ndarray | None:
    """Which training rows are validated too; None where all are, or none."""
    validated = [other.rows for other in here if other.split == "validation" and other.model == p.model]
    if p.split != "train" or not validated:
        return None
    judged = np.isin(p.rows, validated[0])
    return None if judged.all() or not judged.any() else judged


def _keys(p: Predictions, groups: object) -> np.ndarray:
    if groups is None:
        return np.asarray(p.rows)
    column = groups[p.split] if isinstance(groups, Mapping) else groups
    named = np.asarray(column)[p.rows]
    # As text, because numbers, names and missing cells have no common order.
    return named.astype(str) if named.dtype == object else named


def _distinct(unit: np.ndarray) -> int:
    return int((np.bincount(unit) > 0).sum()) if len(unit) else 0


def _records(p: Predictions, measured: Mapping, task: str) -> Iterator[Record]:
    found = measured.get((p.model, p.split))
    if found is None:  # a split without rows
        yield from (Record(p.model, p.split, name, None, None, None) for name in metrics.METRICS[task])
        return
    for name, values in found.values.items():
        record = _record((p.model, p.split, name), values, found.enough)
        if p.model != "baseline" and name in BOUNDED and record.low is not None and record.value in (0.0, 1.0):
            low, high = intervals.wilson(record.value, evidence(p.actual, p.mean, name, found.unit))
            record = Record(p.model, p.split, name, record.value, float(low), float(high))
        yield record


def _record(names: tuple[str, str, str], values: np.ndarray, enough: bool) -> Record:
    value = float(values[0]) if np.isfinite(values[0]) else None
    low, high = intervals.interval(values) if enough else (None, None)
    return Record(*names, value, low, high)


def evidence(actual: np.ndarray, mean: np.ndarray, metric: str, unit: np.ndarray) -> int:
    """Count the units behind a metric that is exactly 0 or 1: those of its scarcest kind of row."""
    if metric == "accuracy":
        return _distinct(unit)
    binary = np.ndim(mean) == 1
    if binary and metric == "precision":
        return _distinct(unit[mean > metrics.THRESHOLD])
    classes = [1.0] if binary and metric in ("recall", "f1", "average_precision") else np.unique(actual)
    return min(_distinct(unit[actual == c]) for c in classes)


def _differences(measured: Mapping, model: str, reference: str) -> Iterator[Record]:
    for split in SPLITS:
        own, other = measured.get((model, split)), measured.get((reference, split))
        if own is not None and other is not None:
            for name, values in own.values.items():
                yield _record((f"{model} - {reference}", split, name), values - other.values[name], own.enough)


def _gaps(measured: Mapping) -> Iterator[Record]:
    for model in MODELS[1:]:
        train, validation = (measured.get((model, split)) for split in ("train", "validation"))
        train = measured.get((model, JUDGED), train)
        if train is not None and validation is not None:
            for name, values in train.values.items():
                yield _record((model, GAP, name), values - validation.values[name], validation.enough)
    for model in MODELS:
        found = measured.get((model, JUDGED))
        if found is not None:
            for name, values in found.values.items():
                yield _record((model, JUDGED, name), values, found.enough)


def _method(units: Mapping[str, int], what: str, seed: int) -> str:
    """Say how the intervals came about."""
    sizes = ", ".join(f"{count} {what} ({split})" for split, count in units.items())
    large = max(units.values(), default=0) > intervals.MAX_BLOCKS
    return (
        f"{intervals.LEVEL:.0%} percentile bootstrap: {intervals.REPLICATES} resamples (seed {seed}) of {sizes}, "
        + (f"pooled at random into {intervals.MAX_BLOCKS} blocks where there are more, " if large else "")
        + "the same resamples for every model"
    )
