"""Values with their intervals as dots, one below the other: names on the left, numbers on the right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ridgeline.figures.base import COLOUR, Figure, Frame, Spec, Theme, assemble, layer, texts
from ridgeline.figures.numbers import is_number, number

__all__ = ["dot", "dot_chart"]


def dot(record: Mapping[str, Any], y: float, colour: str, shape: str) -> dict[str, Any]:
    """Return the row of one dot: ``value`` of the record, from ``low`` to ``high`` where they are known."""
    ends = {end: record[end] if is_number(record.get(end)) else record["value"] for end in ("low", "high")}
    return {"y": y, "colour": colour, "x": record["value"], "shape": shape} | ends


def dot_chart(
    dots: list[dict[str, Any]], names: list[dict[str, Any]], metric: str, frame: Frame, theme: Theme
) -> Figure:
    """Draw dots and their names.

    Parameters
    ----------
    dots : list of dict
        From `dot`; y in pixels from the top of the frame.
    names : list of dict
        ``x``, ``y``, ``name``, ``colour``, and ``align``: "left" or "right".
    metric : str
        Title of the axis.
    frame : Frame
    theme : Theme
    """
    values = [v for d in dots for v in (d["low"], d["high"])] or [0.0, 1.0]
    room = 0.05 * (max(values) - min(values)) or 1.0
    ends = (min(values) - room, max(values) + room)
    said = [
        {"x": frame.width + 10, "y": d["y"], "colour": d["colour"], "name": number(d["x"]), "align": "left"}
        for d in dots
    ]
    layers = [*_dots(dots, metric.replace("_", " "), ends), *_texts([*names, *said])]
    return Figure(assemble(layers, frame, theme), frame, ends, (float(frame.height), 0.0))


def _dots(dots: list[dict[str, Any]], title: str, ends: tuple[float, float]) -> list[Spec]:
    scale = {"domain": list(ends), "nice": False, "zero": False}
    axis = {"title": title, "tickCount": 6, "ticks": False, "labelPadding": 6}
    x = {"field": "x", "type": "quantitative", "scale": scale, "axis": axis}
    y = {"field": "y", "type": "quantitative", "scale": None, "axis": None}
    shape = {"field": "shape", "type": "nominal", "scale": None}
    rule = {"type": "rule", "strokeWidth": 3, "opacity": 0.4}
    point = {"type": "point", "filled": True, "size": 80, "opacity": 1}
    return [
        layer(dots, rule, x=x | {"field": "low"}, x2={"field": "high"}, y=y, color=COLOUR),
        layer(dots, point, x=x, y=y, color=COLOUR, shape=shape),
    ]


def _texts(values: list[dict[str, Any]]) -> list[Spec]:
    """Build texts that end, and texts that begin, at their places."""
    parts = {side: [v for v in values if v["align"] == side] for side in ("left", "right")}
    return [texts(rows, {"align": side}) for side, rows in parts.items() if rows]
