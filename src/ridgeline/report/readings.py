"""Coefficients in sentences: what two rows that differ in one feature only are predicted to differ by.

Associations, not causes: no sentence says that a feature raises or lowers anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ridgeline.figures.numbers import is_number, number, percent
from ridgeline.figures.text import brief

__all__ = ["Effect", "effects", "feature_kind", "step"]


@dataclass(frozen=True)
class Effect:
    """One sentence: Where `subject` `condition`, `outcome`.

    Attributes
    ----------
    subject : str
        A column of the table (or a part of a date).
    condition : str
        ``"is higher by 5"``, ``"is “premium”"``, ``"is missing"``.
    outcome : str
        ``"the odds of “malignant” are 80% higher"``.
    up : bool
        Whether the prediction is higher.
    """

    subject: str
    condition: str
    outcome: str
    up: bool

    def __str__(self) -> str:
        return f"Where “{self.subject}” {self.condition}, {self.outcome}."


def step(sd: float) -> float:
    """Return the round number (1, 2 or 5 times a power of ten) that is nearest to a standard deviation.

    Examples
    --------
    >>> step(3.52), step(0.0141), step(840.0)
    (5.0, 0.01, 1000.0)
    """
    power = 10.0 ** math.floor(math.log10(sd))
    nearest = min((1.0, 2.0, 5.0, 10.0), key=lambda m: abs(math.log(sd / (m * power))))
    return float(f"{nearest * power:.1g}")


def feature_kind(row: Mapping[str, Any], column_kind: str | None = None) -> str:
    """Say what a feature is: "value", "boolean", "level", "missing" or "part" (of a date)."""
    column, level = str(row.get("column")), row.get("level")
    if level is None:
        return "boolean" if column_kind == "boolean" else "value"
    if str(row.get("feature")) == f"{column} (missing)":
        return "missing"
    return "level" if str(row.get("feature")) == f"{column}={level}" else "part"


def effects(summary: Mapping[str, Any], columns: Sequence[Mapping[str, Any]] = (), most: int = 6) -> list[Effect]:
    """Read the `most` largest coefficients of a summary.

    Parameters
    ----------
    summary : mapping
        ``coefficients`` (largest first), ``task``, ``target``, ``positive_class``.
    columns : sequence of mapping
        ``name`` and ``kind`` of the table's columns.
    """
    kinds = {str(c.get("name")): c.get("kind") for c in columns}
    found = []
    for row in summary.get("coefficients") or ():
        effect = _effect(row, kinds.get(str(row.get("column"))), summary)
        if effect and len(found) < most:
            found.append(effect)
    return found


def _effect(row: Mapping[str, Any], column_kind: str | None, summary: Mapping[str, Any]) -> Effect | None:
    coef, std = row.get("coef"), row.get("std_coef")
    if not (is_number(coef) and is_number(std) and coef != 0 and std != 0):
        return None
    row = _own_row(row)
    kind = feature_kind(row, column_kind)
    column, by = str(row.get("column") or row.get("feature")), 1.0
    if kind == "level":
        condition = f"is “{brief(str(row['level']))}”"
    elif kind == "missing":
        condition = "is missing"
    elif kind == "boolean":
        condition = "is true rather than false"
    else:
        by = step(abs(std / coef))
        condition = f"is higher by {_round_number(by)}"
    subject = brief(str(row["feature"]) if kind == "part" else column)
    return Effect(subject, condition, _outcome(coef * by, summary, row.get("class")), coef > 0)


def _own_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take the class out of the names of a coefficient of several classes."""
    label, level = row.get("class"), row.get("level")
    if label is None:
        return row
    end = f" [{label}]"
    own = None if level == str(label) else level if level is None else str(level).removesuffix(end)
    return {**row, "feature": str(row.get("feature")).removesuffix(end), "level": own}


def _round_number(value: float) -> str:
    """Write a round number without trailing zeros."""
    return number(value) if value >= 1e6 or value < 1e-4 else f"{value:,.10f}".rstrip("0").rstrip(".")


def _outcome(change: float, summary: Mapping[str, Any], label: Any = None) -> str:
    task, target = summary.get("task"), str(summary.get("target"))
    if label is not None:
        return f"the odds of “{label}”, against a class whose coefficient is 0, are {_ratio(change)}"
    if task == "binary":
        return f"the odds of “{summary.get('positive_class')}” are {_ratio(change)}"
    if task == "count":
        return f"the expected “{target}” is {_ratio(change)}"
    return f"“{target}” is {number(abs(change))} {'higher' if change > 0 else 'lower'} on average"


def _ratio(change: float) -> str:
    """Put a ratio exp(change) in words: "3.4 times as high", "31% higher", "59% lower"."""
    size = math.exp(min(abs(change), 700.0))
    if change > 0 and size >= 2:
        return f"{number(size, 1) if size < 100 else number(size)} times as high"
    share = size - 1 if change > 0 else 1 - 1 / size
    fine = share < 0.1 or share > 0.99
    return f"{percent(share) if fine else f'{100 * share:.0f}%'} {'higher' if change > 0 else 'lower'}"
