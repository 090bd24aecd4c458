"""Coefficients in sentences: what two rows that differ in one column only are predicted to differ by.

Associations, not causes: no sentence says that a feature raises or lowers anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ridgeline.figures.numbers import is_number, number, percent
from ridgeline.figures.text import brief
from ridgeline.report.facts import records, source
from ridgeline.report.moments import date_effect

__all__ = ["Effect", "effects", "feature_kind", "step"]

_LEVELS = frozenset({"level", "missing"})  # one of these each row has, of a category
_POOL = "(rare)"  # what a table calls the level of its pooled rare levels


@dataclass(frozen=True)
class Effect:
    """One sentence: Where `subject` `condition`, `outcome`.

    Attributes
    ----------
    subject : str
        A column of the table.
    condition : str
        ``"is higher by 5"``, ``"is “premium” rather than “basic”"``, ``"is missing"``.
    outcome : str
        ``"the odds of “malignant” are 80% higher"``.
    up : bool
        Whether the prediction is higher.
    between : str
        95% interval of the outcome, ``"60% to 110% higher"``; empty when there is none.
    share : float
        The column's share of the sum of all sizes per standard deviation.
    """

    subject: str
    condition: str
    outcome: str
    up: bool
    between: str = ""
    share: float = 0.0

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
    column, level, name = str(row.get("column")), row.get("level"), str(row.get("feature"))
    if level is None:
        return "boolean" if column_kind == "boolean" else "value"
    if name == f"{column} (missing)":
        return "missing"
    # Only parts stand in brackets of their own: the pool of rare levels brings its brackets, other levels have none.
    return "part" if name.startswith(f"{column} ({level})") else "level"


def effects(summary: Mapping[str, Any], columns: Sequence[Mapping[str, Any]] = (), most: int = 5) -> list[Effect]:
    """Read the `most` columns that matter most, by the sizes per standard deviation of all their coefficients.

    Parameters
    ----------
    summary : mapping
        ``coefficients`` (largest first), ``task``, ``target``, ``positive_class``.
    columns : sequence of mapping
        ``name`` and ``kind`` of the table's columns.
    """
    kinds = {str(c.get("name")): c.get("kind") for c in columns}
    own: dict[str, list[Mapping[str, Any]]] = {}
    for row in records(summary.get("coefficients")):
        if all(is_number(row.get(k)) and row[k] != 0 for k in ("coef", "std_coef")):
            own.setdefault(source(row), []).append(_own_row(row))
    share = {column: sum(_share(row) for row in rows) for column, rows in own.items()}
    first = sorted(own, key=lambda column: -share[column])[:most]
    return [_effect(own[column], kinds.get(column), summary, share[column]) for column in first]


def _share(row: Mapping[str, Any]) -> float:
    return row["share"] if is_number(row.get("share")) else 0.0


def _effect(rows: list[Mapping[str, Any]], column_kind: str | None, summary: Mapping[str, Any], share: float) -> Effect:
    """Read a column by its largest coefficient; a level against the largest one of the other sign."""
    row = rows[0]
    kind, column, by = feature_kind(row, column_kind), source(row), 1.0
    if kind == "part":
        return _date_effect(rows, summary, share)
    change = row["coef"]
    other = next((r for r in rows if _against(r, row, column_kind)), None)
    if kind in _LEVELS:
        condition = f"is {_level(row)}" + (f" rather than {_level(other)}" if other else "")
        change -= other["coef"] if other else 0.0
    elif kind == "boolean":
        condition = "is true rather than false"
    else:
        by = step(abs(row["std_coef"] / row["coef"]))
        condition = f"is higher by {_round_number(by)}"
    alone = other is None  # a difference of two coefficients has no interval
    between = _between(row.get("low"), row.get("high"), by, summary) if alone else ""
    outcome = _outcome(change * by, summary, row.get("class"))
    return Effect(brief(column), condition, outcome, change > 0, between, share)


def _level(row: Mapping[str, Any]) -> str:
    """Name a level; the pool of rare ones, and missing cells, by what they are."""
    if feature_kind(row) == "missing":
        return "missing"
    pool = row["level"] == _POOL and str(row.get("feature")) == f"{row.get('column')} {_POOL}"
    return "one of the rare levels" if pool else f"“{brief(str(row['level']))}”"


def _date_effect(rows: list[Mapping[str, Any]], summary: Mapping[str, Any], share: float) -> Effect:
    """Read a date by its parts in the class of the largest: a sine does not move without its cosine."""
    label = rows[0].get("class")
    parts = [r for r in rows if r.get("class") == label and feature_kind(r) == "part"]
    condition, change, by = date_effect(parts, step)
    trend = next((r for r in parts if r["level"] == "year"), {})
    between = "" if by is None else _between(trend.get("low"), trend.get("high"), by, summary)
    return Effect(brief(source(rows[0])), condition, _outcome(change, summary, label), change > 0, between, share)


def _against(other: Mapping[str, Any], row: Mapping[str, Any], column_kind: str | None) -> bool:
    """Say whether one of two is a level and the other another one, or missing, with a coefficient of the other sign."""
    kinds = {feature_kind(r, column_kind) for r in (row, other)}
    same = other.get("class") == row.get("class") and "level" in kinds and kinds <= _LEVELS
    return same and (other["coef"] > 0) != (row["coef"] > 0)


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
    task, target, much = summary.get("task"), str(summary.get("target")), _much(change, summary)
    if label is not None:
        return f"the odds of “{label}”, against a class whose coefficient is 0, are {much}"
    if task == "binary":
        return f"the odds of “{summary.get('positive_class')}” are {much}"
    if _logs(summary):
        return f"the expected “{target}” is {much}"
    return f"“{target}” is {much} on average"


def _much(change: float, summary: Mapping[str, Any]) -> str:
    if _logs(summary) or summary.get("task") in ("binary", "multiclass"):
        return _ratio(change)
    return f"{number(abs(change))} {'higher' if change > 0 else 'lower'}"


def _logs(summary: Mapping[str, Any]) -> bool:
    """Say whether the model adds up the logarithm of what is expected."""
    return summary.get("task") == "count" or summary.get("family") in ("poisson", "gamma")


def _between(low: Any, high: Any, by: float, summary: Mapping[str, Any]) -> str:
    """Write an interval in the words of the outcome: "1.5 to 3.1 times as high"."""
    if not (is_number(low) and is_number(high)):
        return ""
    if not _much(high * by, summary).endswith(("higher", "lower")):
        return f"{number(math.exp(low * by), 1)} to {_much(high * by, summary)}"
    start, end = (_much(v * by, summary) for v in (low, high))
    (first, unit), (_, other) = start.split(" ", 1), end.split(" ", 1)
    return f"{first if unit == other else start} to {end}"


def _ratio(change: float) -> str:
    """Put a ratio exp(change) in words: "3.4 times as high", "31% higher", "59% lower"."""
    size = math.exp(min(abs(change), 700.0))
    if change > 0 and size >= 2:
        return f"{number(size, 1) if size < 100 else number(size)} times as high"
    share = size - 1 if change > 0 else 1 - 1 / size
    fine = share < 0.1 or share > 0.99
    return f"{percent(share) if fine else f'{100 * share:.0f}%'} {'higher' if change > 0 else 'lower'}"
