"""Before and after: three models on three sets of rows, in numbers with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np

from ridgeline.assess import intervals, metrics
from ridgeline.errors import DefectError, OptionError

__all__ = ["DIFFERENCE", "GAP", "MODELS", "SPLITS", "Assessment", "Predictions", "Record", "assess"]

MODELS = ("baseline", "unpenalized", "chosen")
SPLITS = ("train", "validation", "test")
DIFFERENCE = "chosen - unpenalized"
GAP = "train - validation"

# Training and validation rows are the same rows, so they are resampled together; test rows are others.
_TOGETHER = (("train", "validation"), ("test",))
_BOUNDED = frozenset({"accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc", "average_precision"})


@dataclass(frozen=True, eq=False)
class Predictions:
    """What one model says about the rows of one split.

    Attributes
    ----------
    model : str
        ``"baseline"`` (no features), ``"unpenalized"`` or ``"chosen"``.
    split : str
        ``"train"`` (in sample), ``"validation"`` (out of fold) or ``"test"``.
    rows : ndarray of shape (m,), int
        Position of each row in its table; a row may come once for each repeat of the folds.
    fold : ndarray of shape (m,), int
        Fold that the row was validated in; -1 outside validation.
    actual : ndarray of shape (m,)
        A number, 1.0 for the positive class, or the index of the class.
    mean : ndarray of shape (m,) or (m, K)
        Predicted value, or probability of the positive class, or of each of K classes.
    weight : ndarray of shape (m,), optional
        Weight of each row; 1 by default.
    """

    model: str
    split: str
    rows: np.ndarray
    fold: np.ndarray
    actual: np.ndarray
    mean: np.ndarray
    weight: np.ndarray | None = None

    def __post_init__(self) -> None:
        lengths = {len(a) for a in (self.rows, self.fold, self.actual, self.mean)}
        lengths |= set() if self.weight is None else {len(self.weight)}
        if self.model not in MODELS or self.split not in SPLITS or len(lengths) != 1:
            raise DefectError(f"Predictions of {self.model!r} on {self.split!r} do not fit together.")

    @property
    def weights(self) -> np.ndarray:
        """Weight of each row, ones where none were given."""
        return np.ones(len(self.rows)) if self.weight is None else np.asarray(self.weight, dtype=np.float64)


@dataclass(frozen=True)
class Record:
    """One number with its 95% interval; None where not defined.

    Attributes
    ----------
    model, split, metric : str
        What was measured on what.
    value, low, high : float or None
        The metric and its interval.
    """

    model: str
    split: str
    metric: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Assessment:
    """The quality of every model on every split.

    Attributes
    ----------
    records : tuple of Record
        Splits in the order train, validation, test; models baseline, unpenalized, chosen; metrics as in
        `ridgeline.assess.metrics.METRICS`.
    differences : tuple of Record
        Model ``"chosen - unpenalized"``, from the same resamples.
    gaps : tuple of Record
        Split ``"train - validation"`` of the models with features, from the same resamples.
    gains : tuple of Record
        Models ``"unpenalized - baseline"`` and ``"chosen - baseline"``, from the same resamples.
    task : str
        As in `ridgeline.assess.metrics.METRICS`.
    method : str
        How the intervals were made, in words.
    """

    records: tuple[Record, ...]
    differences: tuple[Record, ...]
    gaps: tuple[Record, ...]
    gains: tuple[Record, ...]
    task: str
    method: str
    _index: dict = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        everything = (*self.records, *self.differences, *self.gaps, *self.gains)
        object.__setattr__(self, "_index", {(r.model, r.split, r.metric): r for r in everything})

    def get(self, model: str, split: str, metric: str) -> Record:
        """Return one record.

        Parameters
        ----------
        model : str
            ``"baseline"``, ``"unpenalized"``, ``"chosen"``, or a difference such as ``"chosen - unpenalized"``.
        split : str
            ``"train"``, ``"validation"``, ``"test"`` or ``"train - validation"``.
        metric : str
            Named as in scikit-learn.

        Raises
        ------
        OptionError
            When there is no such record.
        """
        try:
            return self._index[model, split, metric]
        except KeyError:
            known = [", ".join(dict.fromkeys(key[i] for key in self._index)) for i in range(3)]
            raise OptionError(
                f"There is no {metric!r} of {model!r} on {split!r}: models are {known[0]}; splits {known[1]}; "
                f"metrics {known[2]}."
            ) from None

    def to_list(self) -> list[dict]:
        """Return the records as plain dictionaries, as in summary.json."""
        return [asdict(record) for record in self.records]

    def plot(self, metric: str | None = None):
        """Draw one metric of every model on every set of rows, with 95% intervals.

        Parameters
        ----------
        metric : str, optional
            Named as in scikit-learn; by default what the fit itself makes small.

        Returns
        -------
        altair.LayerChart
            A notebook shows it; ``save("quality.png")`` (or ``.svg``, ``.html``) needs no browser.

        Raises
        ------
        OptionError
            When there is no such metric.
        """
        from ridgeline.figures import charts

        known = list(dict.fromkeys(record.metric for record in self.records))
        name = metric or metrics.DECIDING[self.task]
        if name not in known:
            raise OptionError(f"There is no metric {name!r}; choose one of {', '.join(known)}.")
        return charts.assessment(self.to_list(), name)

    def for_summary(self) -> dict[str, list[dict]]:
        """Return ``assessment``, ``differences``, ``gaps`` and ``gains`` as lists of plain dictionaries."""
        parts = {
            "assessment": self.records,
            "differences": self.differences,
            "gaps": self.gaps,
            "gains": self.gains,
        }
        return {name: [asdict(record) for record in records] for name, records in parts.items()}

    def __rich__(self) -> object:
        from ridgeline.assess.show import rich_tables

        return rich_tables(self)

    def __repr__(self) -> str:
        from ridgeline.assess.show import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from ridgeline.assess.show import as_html

        return as_html(self)


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
        values = intervals.measure(data, task, unit, draws, ties=p.model == "baseline")
        result[p.model, p.split] = _Measured(values, unit, _distinct(unit))
    return result


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
        if p.model != "baseline" and name in _BOUNDED and record.low is not None and record.value in (0.0, 1.0):
            low, high = intervals.wilson(record.value, _evidence(p, name, found.unit))
            record = Record(p.model, p.split, name, record.value, float(low), float(high))
        yield record


def _record(names: tuple[str, str, str], values: np.ndarray, enough: bool) -> Record:
    value = float(values[0]) if np.isfinite(values[0]) else None
    low, high = intervals.interval(values) if enough else (None, None)
    return Record(*names, value, low, high)


def _evidence(p: Predictions, metric: str, unit: np.ndarray) -> int:
    """Count the units behind a metric that is exactly 0 or 1: those of its scarcest kind of row."""
    if metric == "accuracy":
        return _distinct(unit)
    binary = np.ndim(p.mean) == 1
    if binary and metric == "precision":
        return _distinct(unit[p.mean > metrics.THRESHOLD])
    classes = [1.0] if binary and metric in ("recall", "f1", "average_precision") else np.unique(p.actual)
    return min(_distinct(unit[p.actual == c]) for c in classes)


def _differences(measured: Mapping, model: str, reference: str) -> Iterator[Record]:
    for split in SPLITS:
        own, other = measured.get((model, split)), measured.get((reference, split))
        if own is not None and other is not None:
            for name, values in own.values.items():
                yield _record((f"{model} - {reference}", split, name), values - other.values[name], own.enough)


def _gaps(measured: Mapping) -> Iterator[Record]:
    for model in MODELS[1:]:
        train, validation = (measured.get((model, split)) for split in ("train", "validation"))
        if train is not None and validation is not None:
            for name, values in train.values.items():
                yield _record((model, GAP, name), values - validation.values[name], validation.enough)


def _method(units: Mapping[str, int], what: str, seed: int) -> str:
    """Say how the intervals came about."""
    sizes = ", ".join(f"{count} {what} ({split})" for split, count in units.items())
    large = max(units.values(), default=0) > intervals.MAX_BLOCKS
    return (
        f"{intervals.LEVEL:.0%} percentile bootstrap: {intervals.REPLICATES} resamples (seed {seed}) of {sizes}, "
        + (f"pooled at random into {intervals.MAX_BLOCKS} blocks where there are more, " if large else "")
        + "the same resamples for every model"
    )
