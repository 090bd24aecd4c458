"""Before and after: one small table per metric, models down, rows (train, validation, test) across."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ridgeline.report.facts import records
from ridgeline.report.numbers import DASH, interval, is_number, number, signed

__all__ = ["METRICS", "Card", "Cell", "Metric", "cards", "metric"]


@dataclass(frozen=True)
class Metric:
    """A metric's name for people, its direction, and one line of explanation."""

    name: str
    higher: bool
    meaning: str

    @property
    def better(self) -> str:
        """Which direction is better."""
        return "higher is better" if self.higher else "lower is better"


# In the order in which they are shown: the first three stand on the first screen.
METRICS = {
    "log_loss": Metric("Log loss", False, "how surprised the model is by the truth"),
    "roc_auc": Metric("ROC AUC", True, "chance that a positive row is ranked above a negative one"),
    "accuracy": Metric("Accuracy", True, "share of rows classified right"),
    "balanced_accuracy": Metric("Balanced accuracy", True, "mean of the two classes' shares classified right"),
    "precision": Metric("Precision", True, "share of predicted positives that are positive"),
    "recall": Metric("Recall", True, "share of positives that are found"),
    "f1": Metric("F1", True, "harmonic mean of precision and recall"),
    "average_precision": Metric("Average precision", True, "area under the precision–recall curve"),
    "brier": Metric("Brier score", False, "mean squared error of the probabilities"),
    "r2": Metric("R²", True, "share of the variance explained"),
    "rmse": Metric("RMSE", False, "root mean squared error, in units of the target"),
    "mae": Metric("MAE", False, "mean absolute error, in units of the target"),
}
_MODELS = {"baseline": "Baseline", "unpenalized": "Unpenalized", "chosen": "Chosen"}
_SPLITS = {"train": "Training", "validation": "Validation", "test": "Test"}


@dataclass(frozen=True)
class Cell:
    """A value, its interval, and for differences whether it is "better", "worse" or "unclear"."""

    value: str = DASH
    interval: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Card:
    """The table of one metric: rows of (model, label, cells)."""

    key: str
    metric: Metric
    splits: list[str]
    rows: list[tuple[str, str, list[Cell]]]


def metric(key: str) -> Metric:
    """Return what is known of a metric; an unknown one is shown under its own name."""
    return METRICS.get(key, Metric(key.replace("_", " "), True, ""))


def cards(summary: Mapping[str, Any]) -> list[Card]:
    """Build the before/after tables of a summary, in the order of `METRICS`, others after them."""
    found = {(r.get("model"), r.get("split"), r.get("metric")): r for r in records(summary.get("assessment"))}
    change = {(r.get("split"), r.get("metric")): r for r in records(summary.get("differences"))}
    present = {key[2] for key in found}
    order = [*(k for k in METRICS if k in present), *sorted(str(k) for k in present if k not in METRICS)]
    splits = [s for s in _SPLITS if any(key[1] == s for key in found)]
    return [_card(key, splits, found, change) for key in order]


def _card(key: str, splits: Sequence[str], found: Mapping[tuple, dict], change: Mapping[tuple, dict]) -> Card:
    about = metric(key)
    rows = [(m, label, [_value(found.get((m, s, key))) for s in splits]) for m, label in _MODELS.items()]
    if any((s, key) in change for s in splits):
        rows.append(("difference", "Chosen − unpenalized", [_change(change.get((s, key)), about) for s in splits]))
    return Card(key, about, [_SPLITS[s] for s in splits], rows)


def _value(record: Mapping[str, Any] | None) -> Cell:
    if not record or not is_number(record.get("value")):
        return Cell()
    value = record["value"]
    return Cell(number(value), interval(record.get("low"), record.get("high"), value))


def _change(record: Mapping[str, Any] | None, about: Metric) -> Cell:
    if not record or not is_number(record.get("value")):
        return Cell()
    value, low, high = (record.get(k) for k in ("value", "low", "high"))
    known = is_number(low) and is_number(high)
    tone = "unclear" if not known or low <= 0 <= high else "better" if (low > 0) == about.higher else "worse"
    return Cell(signed(value), interval(low, high, value), tone)
