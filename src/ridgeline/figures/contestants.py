"""One metric of every contestant of a comparison: values with their intervals, the recommended one marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ridgeline.figures.base import PRINT, Figure, Frame, Theme
from ridgeline.figures.dots import dot, dot_chart
from ridgeline.figures.numbers import is_number

__all__ = ["contestants"]

_STEP = 24


def contestants(
    records: Sequence[Mapping[str, Any]],
    metric: str,
    titles: Mapping[str, str],
    choice: str,
    *,
    theme: Theme = PRINT,
) -> Figure:
    """Draw one metric: a dot for each contestant, with its 95% interval and its number.

    Parameters
    ----------
    records : sequence of mapping
        ``model``, ``metric``, ``value``, ``low`` and ``high``, as in ``assessment`` of comparison.json.
    metric : str
    titles : mapping of str to str
        Names of the contestants for people.
    choice : str
        The recommended one.
    """
    shown = [r for r in records if r["metric"] == metric and is_number(r["value"])]
    dots, names = [], []
    for k, record in enumerate(shown):
        chosen = record["model"] == choice
        colour = theme.accent if chosen else theme.soft if record["model"] == "baseline" else theme.main
        one = dot(record, k * _STEP + _STEP / 2, colour, "diamond" if chosen else "circle")
        title = titles.get(record["model"], record["model"])
        dots.append(one)
        names.append({"x": -10, "y": one["y"], "colour": colour, "name": f"▸ {title}" if chosen else title,
                      "align": "right"})  # fmt: skip
    return dot_chart(dots, names, metric, Frame(360, max(len(shown), 1) * _STEP, 190, 70, top=12), theme)
