"""The table's columns and what became of them; rows that were left out; what was assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ridgeline.figures.numbers import count
from ridgeline.figures.text import brief
from ridgeline.report.facts import records

__all__ = ["MOST_COLUMNS", "DataView", "data_view"]

MOST_COLUMNS = 200
_ORDER = ("target", "weight", "offset", "group", "time", "excluded", "feature")


@dataclass(frozen=True)
class DataView:
    """Columns as rows of text, those left out of the table as a count, and lists of sentences."""

    columns: list[tuple[str, str, str, str, str, str]]
    rest: str
    kinds: str
    excluded: list[tuple[str, str]]
    more_excluded: int
    dropped: list[str]
    notes: list[str]


def data_view(summary: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> DataView:
    """Lay out what is known of the table; special columns first, then features in their own order."""
    known = sorted(columns, key=lambda c: _ORDER.index(c["role"]) if c.get("role") in _ORDER else len(_ORDER))
    kinds = Counter(str(c.get("kind")) for c in known if c.get("role") == "feature")
    excluded = [(brief(str(e.get("column"))), str(e.get("reason") or "")) for e in records(summary.get("excluded"))]
    left = len(known) - MOST_COLUMNS
    return DataView(
        [_column(c) for c in known[:MOST_COLUMNS]],
        f"and {count(left, 'more column')}" if left > 0 else "",
        ", ".join(f"{n:,} {kind}" for kind, n in kinds.most_common()),
        excluded[:MOST_COLUMNS],
        max(0, len(excluded) - MOST_COLUMNS),
        [_dropped(d) for d in records((summary.get("rows") or {}).get("dropped"))],
        [str(note) for note in summary.get("notes") or ()],
    )


def _column(column: Mapping[str, Any]) -> tuple[str, str, str, str, str, str]:
    words = [
        brief(str(column.get(k)), 200) if column.get(k) is not None else "—" for k in ("name", "role", "kind", "reason")
    ]
    return words[0], words[1], words[2], count(column.get("missing")), count(column.get("distinct")), words[3]


def _dropped(item: Mapping[str, Any]) -> str:
    return f"{count(item.get('count'), 'row')} left out: {item.get('reason') or '—'}"
