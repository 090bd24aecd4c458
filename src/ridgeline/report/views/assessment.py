"""Before and after: one small table per metric, models down, rows (train, validation, test) across."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ridgeline.assess import HIGHER_IS_BETTER
from ridgeline.figures.numbers import DASH, interval, is_number, number, signed
from ridgeline.report.facts import records

__all__ = ["METRICS", "Card", "Cell", "Metric", "cards", "metric"]


@dataclass(frozen=True)
class Metric:
    """A metric's name for people, its direction (None: not known), and one line of explanation."""

    name: str
    higher: bool | None
    meaning: str

    @property
    def better(self) -> str:
        """Which direction is better."""
        if self.higher is None:
            return ""
        return "higher is better" if self.higher else "lower is better"


# In the order in which they are shown: the first three stand on the first screen, the fitted loss before all others.
_WORDS = {
    "log_loss": ("Log loss", "how surprised the model is by the truth"),
    "mean_poisson_deviance": ("Poisson deviance", "distance of counts from what was expected, as the fitted loss"),
    "mean_gamma_deviance": ("Gamma deviance", "distance of amounts from what was expected, as the fitted loss"),
    "roc_auc": ("ROC AUC", "chance that a positive row is ranked above a negative one"),
    "accuracy": ("Accuracy", "share of rows classified right"),
    "balanced_accuracy": ("Balanced accuracy", "mean of the two classes' shares classified right"),
    "precision": ("Precision", "share of predicted positives that are positive"),
    "recall": ("Recall", "share of positives that are found"),
    "f1": ("F1", "harmonic mean of precision and recall"),
    "average_precision": ("Average precision", "area under the precision–recall curve"),
    "brier": ("Brier score", "mean squared error of the probabilities"),
    "r2": ("R²", "share of the variance explained"),
    "rmse": ("RMSE", "root mean squared error, in units of the target"),
    "mae": ("MAE", "mean absolute error, in units of the target"),
}
METRICS = {key: Metric(name, HIGHER_IS_BETTER[key], meaning) for key, (name, meaning) in _WORDS.items()}
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
    return METRICS.get(key, Metric(key.replace("_", " "), None, ""))


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
    places = _places([found.get(("chosen", s, key), {}).get("value") for s in splits])
    rows = [(m, label, [_value(found.get((m, s, key)), places) for s in splits]) for m, label in _MODELS.items()]
    if any((s, key) in change for s in splits):
        cells = [_change(change.get((s, key)), about, places, judged=s != "train") for s in splits]
        rows.append(("difference", "Chosen − unpenalized", cells))
    return Card(key, about, [_SPLITS[s] for s in splits], rows)


def _places(values: Sequence[Any]) -> int | None:
    """Return the decimals of a table: the same throughout, fit for its largest value; None for very large or small."""
    sizes = [abs(v) for v in values if is_number(v) and v != 0]
    if not sizes:
        return 3
    power = math.floor(math.log10(max(sizes)))
    return None if power < -4 or power > 5 else 3 if 0.01 <= max(sizes) <= 1 else max(0, 2 - power)


def _value(record: Mapping[str, Any] | None, places: int | None) -> Cell:
    if not record or not is_number(record.get("value")):
        return Cell()
    return Cell(number(record["value"], places), _between(record, places))


def _change(record: Mapping[str, Any] | None, about: Metric, places: int | None, *, judged: bool) -> Cell:
    """Show a difference; on training rows, which a penalty never fits better, it is neither better nor worse."""
    if not record or not is_number(record.get("value")):
        return Cell()
    value, low, high = record["value"], record.get("low"), record.get("high")
    # A small difference deserves one decimal more than the values it is a difference of.
    if places is not None and 0 < abs(value) < 10.0 ** (1 - places):
        places = min(places + 1, 6)
    shown = signed(value, places)
    tone = "unclear"
    # What is certain but too small to be written is neither better nor worse.
    clear = judged and about.higher is not None and bool(shown.strip("0."))
    if clear and is_number(low) and is_number(high) and not low <= 0 <= high:
        tone = "better" if (low > 0) == about.higher else "worse"
    return Cell(shown, _between(record, places), tone)


def _between(record: Mapping[str, Any], places: int | None) -> str:
    """Write the interval, where it is more than the value again."""
    low, high = record.get("low"), record.get("high")
    same = number(low, places) == number(high, places) == number(record["value"], places)
    return "" if same else interval(low, high, places=places)
