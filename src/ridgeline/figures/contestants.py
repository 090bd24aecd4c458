"""One metric of every contestant of a comparison: values with their intervals, the recommended one marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ridgeline.figures.assessment import dot_layers, text_layers
from ridgeline.figures.base import PRINT, Figure, Frame, Theme, assemble
from ridgeline.figures.numbers import is_number, number

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
    points, names = [], []
    for k, record in enumerate(shown):
        ends = {end: record[end] if is_number(record.get(end)) else record["value"] for end in ("low", "high")}
        chosen = record["model"] == choice
        colour = theme.accent if chosen else theme.soft if record["model"] == "baseline" else theme.main
        row = {"y": k * _STEP + _STEP / 2, "colour": colour}
        points.append(row | {"x": record["value"], "shape": "diamond" if chosen else "circle"} | ends)
        title = titles.get(record["model"], record["model"])
        names.append(row | {"x": -10, "name": f"▸ {title}" if chosen else title, "align": "right"})
    frame = Frame(360, max(len(shown), 1) * _STEP, 190, 70, top=12)
    values = [v for point in points for v in (point["low"], point["high"])] or [0.0, 1.0]
    room = 0.05 * (max(values) - min(values)) or 1.0
    ends = (min(values) - room, max(values) + room)
    said = [
        {"x": frame.width + 10, "y": p["y"], "colour": p["colour"], "name": number(p["x"]), "align": "left"}
        for p in points
    ]
    layers = [*dot_layers(points, metric.replace("_", " "), ends), *text_layers([*names, *said])]
    return Figure(assemble(layers, frame, theme), frame, ends, (float(frame.height), 0.0))
