"""Groups of columns that say nearly the same, from their pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ridgeline.figures.numbers import is_number, number
from ridgeline.figures.text import brief, plain

__all__ = ["clusters"]

_ALIKE = 0.9  # absolute correlation
_MOST, _NAMES = 10, 12


def clusters(diagnostics: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Join the pairs of ``diagnostics["collinear"]`` into groups: (their names, the range of their correlations).

    Examples
    --------
    >>> clusters({"collinear": [["a", "b", 0.99], ["b", "c", -0.95], ["d", "e", 0.5]]})
    [('a, b, c', '0.950–0.990')]
    """
    pairs = [p for p in plain((diagnostics or {}).get("collinear")) or () if is_number(p[2]) and abs(p[2]) >= _ALIKE]
    group = {str(name): {str(name)} for first, second, _ in pairs for name in (first, second)}
    for first, second, _ in pairs:
        joined = group[str(first)] | group[str(second)]
        group |= dict.fromkeys(joined, joined)
    found = {tuple(sorted(members)): [] for members in group.values()}
    for first, _, correlation in pairs:
        found[tuple(sorted(group[str(first)]))].append(abs(correlation))
    largest = sorted(found, key=lambda members: (-len(members), members))[:_MOST]
    return [(_names(members), _range(found[members])) for members in largest]


def _names(members: Sequence[str]) -> str:
    more = f" and {len(members) - _NAMES} more" if len(members) > _NAMES else ""
    return ", ".join(brief(name, 40) for name in members[:_NAMES]) + more


def _range(sizes: Sequence[float]) -> str:
    low, high = number(min(sizes), 3), number(max(sizes), 3)
    return low if low == high else f"{low}–{high}"
