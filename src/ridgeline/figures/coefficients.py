"""The largest coefficients as bars, per standard deviation of their feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ridgeline.figures.base import PRINT, Figure, Frame, Theme, assemble, layer, short
from ridgeline.figures.numbers import is_number, number

__all__ = ["coefficients"]


def coefficients(table: Sequence[Mapping[str, Any]], most: int = 20, *, theme: Theme = PRINT) -> Figure:
    """Draw the `most` largest coefficients of `table` (``feature``, ``std_coef``), in the order given."""
    shown = [row for row in table if is_number(row.get("std_coef"))][:most]
    frame = Frame(360, 21 * max(len(shown), 1), 190, 24, top=14, bottom=44)
    values = [
        {"k": k, "x": row["std_coef"], "name": short(str(row["feature"]), 28), "text": number(row["std_coef"])}
        for k, row in enumerate(shown)
    ]
    ends = [0.0, *(v["x"] for v in values)]
    # Room for the numbers beside the bars.
    room = 0.16 * (max(ends) - min(ends)) or 1.0
    low = min(ends) - room if min(ends) < 0 else 0.0
    high = max(ends) + room if max(ends) > 0 or low == 0 else 0.0
    y = {"field": "k", "type": "ordinal", "axis": None, "scale": {"padding": 0.25}}
    x = {"field": "x", "type": "quantitative", "scale": {"domain": [low, high], "nice": False}}
    x["axis"] = {"title": "Coefficient per SD", "tickCount": 5, "ticks": False, "labelPadding": 6}
    layers = []
    for keep, colour, align, shift in ((1, theme.up, "left", 5), (-1, theme.down, "right", -5)):
        side = [v for v in values if v["x"] * keep > 0 or (keep == 1 and v["x"] == 0)]
        layers.append(layer(side, {"type": "bar", "color": colour}, x=x, y=y))
        text = {"type": "text", "align": align, "dx": shift, "fontSize": 11.5}
        layers.append(layer(side, text, x=x, y=y, text={"field": "text"}))
    name = {"type": "text", "align": "right", "x": -8, "color": theme.ink}
    layers.append(layer(values, name, y=y, text={"field": "name"}))
    return Figure(assemble(layers, frame, theme), frame, (low, high), (0.0, float(len(shown))))
