"""The bias analysis: a table of groups, the distances between them, and the features that stand in for the group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ridgeline.figures.numbers import DASH, count, interval, number, percent
from ridgeline.figures.text import brief
from ridgeline.report.facts import records

__all__ = ["Comparison", "comparisons"]

_RATES = {
    "base_rate": "Actually positive",
    "selection_rate": "Predicted positive",
    "true_positive_rate": "Positives found",
    "false_positive_rate": "False alarms",
    "calibration_gap": "Predicted − actual",
    "accuracy": "Accuracy",
    "roc_auc": "ROC AUC",
}
_VALUES = {"mean_actual": "Mean", "mean_error": "Predicted − actual", "mae": "MAE", "r2": "R²"}
_CLASSES = {"accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "log_loss": "Log loss"}
_COLUMNS = {"binary": _RATES, "multiclass": _CLASSES}
_PERCENT = frozenset({"base_rate", "selection_rate", "true_positive_rate", "false_positive_rate", "accuracy"})
_NAMES = {
    "demographic_parity_difference": "Demographic parity difference",
    "demographic_parity_ratio": "Demographic parity ratio",
    "equalized_odds_difference": "Equalized odds difference",
    "equalized_odds_ratio": "Equalized odds ratio",
    "equal_opportunity_difference": "Equal opportunity difference",
    "mae_ratio": "MAE ratio",
    "mae_difference": "MAE difference",
    "r2_difference": "R² difference",
    "roc_auc_difference": "ROC AUC difference",
}


@dataclass(frozen=True)
class Comparison:
    """One group column.

    Attributes
    ----------
    column, method : str
    header : list of str
        Names of the metrics.
    rows : list of (group, rows, cells)
        A cell is (value, interval).
    disparities : list of (name, who, cells)
        `who` says which groups are furthest apart; one cell for each model.
    models : list of str
    told : str
        How well the features tell the group.
    stand_ins : list of (column, association, changes)
    effects : list of str
        Header of the changes.
    """

    column: str
    method: str
    header: list[str]
    rows: list[tuple[str, str, list[tuple[str, str]]]]
    disparities: list[tuple[str, str, list[tuple[str, str]]]]
    models: list[str]
    told: str
    stand_ins: list[tuple[str, str, list[str]]]
    effects: list[str]


def comparisons(summary: Mapping[str, Any]) -> list[Comparison]:
    """Return one comparison for each column that was asked for."""
    return [_comparison(entry, str(summary.get("task"))) for entry in records(summary.get("groups"))]


def _comparison(entry: Mapping[str, Any], task: str) -> Comparison:
    columns = _COLUMNS.get(task, _VALUES)
    rows = []
    for group in records(entry.get("groups")):
        found = {m["metric"]: m for m in records(group.get("metrics"))}
        cells = [_cell(found.get(name), name in _PERCENT) for name in columns]
        rows.append((brief(str(group.get("group"))), count(group.get("rows")), cells))
    apart = records(entry.get("disparities"))
    models = list(dict.fromkeys(str(d.get("model")) for d in apart))
    names = list(dict.fromkeys(str(d.get("disparity")) for d in apart))
    by = {(d["disparity"], d["model"]): d for d in apart}
    inside = entry.get("stand_ins") or {}
    return Comparison(
        brief(str(entry.get("column"))),
        str(entry.get("method") or ""),
        list(columns.values()),
        rows,
        [(_title(n), _who(by.get((n, "chosen"))), [_cell(by.get((n, m)), False) for m in models]) for n in names],
        models,
        _told(inside),
        _stand_ins(inside),
        _effects(inside),
    )


def _title(name: str) -> str:
    known = _NAMES | _RATES | _VALUES | _CLASSES
    return known.get(name, name.replace("_", " ").capitalize())


def _cell(record: Mapping[str, Any] | None, share: bool) -> tuple[str, str]:
    if record is None:
        return DASH, ""
    value, low, high = (record.get(k) for k in ("value", "low", "high"))
    if share:
        return percent(value), "" if low is None or high is None else f"{percent(low)}–{percent(high)}"
    return number(value), interval(low, high)


def _who(record: Mapping[str, Any] | None) -> str:
    if record is None or record.get("highest") is None:
        return ""
    return f"highest: {brief(str(record['highest']), 40)}, lowest: {brief(str(record['lowest']), 40)}"


def _told(inside: Mapping[str, Any]) -> str:
    known = [a for a in records(inside.get("auc")) if a.get("roc_auc") is not None]
    if not known:
        return ""
    parts = ", ".join(f"{brief(str(a['group']), 40)}: {number(a['roc_auc'])}" for a in known)
    return f"ROC AUC with which the features tell the group, on rows not used to learn it: {parts}. 0.5 would be blind."


def _effects(inside: Mapping[str, Any]) -> list[str]:
    whole = inside.get("with_all") or {}
    return [_title(k if k != "value" else str(whole.get("metric"))) for k in whole if k != "metric"]


def _stand_ins(inside: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Return the model as it is first, then what leaving a column out gives."""
    whole = inside.get("with_all") or {}
    keys = [k for k in whole if k != "metric"]
    rows = [("Model as it is", DASH, [number(whole.get(k)) for k in keys])] if whole else []
    for feature in records(inside.get("features")):
        without = feature.get("without") or {}
        name = brief(str(feature.get("column")))
        rows.append(
            (
                f"without {name}" if without else name,
                number(feature.get("association")),
                [number(without.get(k)) for k in keys],
            )
        )
    together = inside.get("without_all")
    if together:
        rows.append(
            (
                f"without {', '.join(brief(str(c), 40) for c in together['columns'])}",
                DASH,
                [number(together.get(k)) for k in keys],
            )
        )
    return rows
