"""One metric of every model on every set of rows: values with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ridgeline.figures.base import (
    COLOUR,
    PRINT,
    Figure,
    Frame,
    Spec,
    Theme,
    assemble,
    layer,
    texts,
)
from ridgeline.figures.numbers import is_number, number

__all__ = ["assessment", "dot_layers", "text_layers"]

_SPLITS = {"train": "Training", "validation": "Validation", "test": "Test"}
_MODELS = {"baseline": "no features", "unpenalized": "no penalty", "chosen": "chosen λ"}
_SHAPES = {"baseline": "cross", "unpenalized": "square", "chosen": "circle"}
_STEP, _GAP = 22, 12


def assessment(records: Sequence[Mapping[str, Any]], metric: str, *, theme: Theme = PRINT) -> Figure:
    """Draw one metric: a dot for each model on each split, with its 95% interval and its number.

    Parameters
    ----------
    records : sequence of mapping
        ``model``, ``split``, ``metric``, ``value``, ``low`` and ``high``, as in ``summary["assessment"]``.
    metric : str
    """
    found = {(r["split"], r["model"]): r for r in records if r["metric"] == metric and is_number(r["value"])}
    colours = {"baseline": theme.soft, "unpenalized": theme.down, "chosen": theme.main}
    dots, names, y = [], [], 0.0
    for split, title in _SPLITS.items():
        own = [(model, found[split, model]) for model in _MODELS if (split, model) in found]
        for k, (model, record) in enumerate(own):
            ends = {end: record[end] if is_number(record.get(end)) else record["value"] for end in ("low", "high")}
            row = {"y": y + _STEP / 2, "colour": colours[model]}
            dots.append(row | {"x": record["value"], "shape": _SHAPES[model]} | ends)
            names.append(row | {"x": -10, "name": _MODELS[model], "align": "right"})
            if k == 0:
                names.append(row | {"x": -172, "name": title, "align": "left", "colour": theme.ink})
            y += _STEP
        y += _GAP if own else 0
    frame = Frame(360, int(max(y - _GAP, _STEP)), 180, 70, top=20)
    values = [v for dot in dots for v in (dot["low"], dot["high"])] or [0.0, 1.0]
    room = 0.05 * (max(values) - min(values)) or 1.0
    ends = (min(values) - room, max(values) + room)
    said = [
        {"x": frame.width + 10, "y": d["y"], "colour": d["colour"], "name": number(d["x"]), "align": "left"}
        for d in dots
    ]
    layers = [*dot_layers(dots, metric.replace("_", " "), ends), *text_layers([*names, *said])]
    return Figure(assemble(layers, frame, theme), frame, ends, (float(frame.height), 0.0))


def dot_layers(dots: list[dict[str, Any]], title: str, ends: tuple[float, float]) -> list[Spec]:
    """Build dots with their intervals."""
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


def text_layers(values: list[dict[str, Any]]) -> list[Spec]:
    """Build texts to the left and to the right."""
    parts = {side: [v for v in values if v["align"] == side] for side in ("left", "right")}
    return [texts(rows, {"align": side}) for side, rows in parts.items() if rows]
