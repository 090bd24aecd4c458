"""The cross-validation curve: loss on unseen and on seen rows along λ, with the zones named."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ridgeline.figures.base import (
    PRINT,
    WIDE,
    Figure,
    Frame,
    Spec,
    Theme,
    assemble,
    drawable,
    lambda_axis,
    layer,
    rows,
    spread,
    strokes,
    texts,
    value_axis,
)
from ridgeline.figures.numbers import number
from ridgeline.figures.zones import edges, zones

__all__ = ["curve"]

# Room for "effective df" and the names of the lines.
_RIGHT = 92


def curve(
    cv: Mapping[str, Any],
    marks: Mapping[str, float] | None = None,
    *,
    df: Sequence[float] | None = None,
    unit: str = "effective df",
    frame: Frame = WIDE,
    theme: Theme = PRINT,
) -> Figure:
    """Draw the cross-validation curve.

    Parameters
    ----------
    cv : mapping
        ``lambda`` (L,) strongest first, ``mean``, ``se`` and ``train`` (L,) losses, ``loss`` (its name).
    marks : mapping of str to float
        Vertical rules: their label and λ.
    df : sequence of float, optional
        Effective degrees of freedom at each λ, or the number of features used, written above the frame.
    unit : str
        Which of the two.
    """
    frame = frame.with_right(_RIGHT)
    lams = drawable(cv["lambda"])
    domain = _loss_domain(cv)
    x = lambda_axis(lams, frame)
    y = value_axis(str(cv.get("loss") or "loss").capitalize(), domain)
    layers = [
        *_zone_layers(lams, cv, frame, theme),
        *_band(lams, cv, x, y, theme),
        *_mark_layers(marks or {}, lams, frame, theme),
        *_end_labels(cv, domain, frame, theme),
        *_df_layer(lams, df, unit, frame, theme),
    ]
    return Figure(assemble(layers, frame, theme), frame, (max(lams), min(lams)), domain, ("log", "linear"))


def _finite(values: Sequence[Any]) -> list[float]:
    return [v for v in values if v is not None and math.isfinite(v)]


def _loss_domain(cv: Mapping[str, Any]) -> tuple[float, float]:
    """Show all of the strong side; where overfitting makes the loss explode, stop well above the loss of no model."""
    mean, se = _finite(cv["mean"]), cv["se"]
    high = [m + (s or 0.0) for m, s in zip(cv["mean"], se, strict=True) if m is not None]
    low = [m - (s or 0.0) for m, s in zip(cv["mean"], se, strict=True) if m is not None]
    bottom = min([*low, *_finite(cv.get("train") or [])])
    empty = max(mean[0], min(mean))
    best = min(range(len(mean)), key=lambda i: mean[i])
    most = empty + 0.8 * (empty - bottom) if empty > bottom else max(high)
    # The bands of no model and of the best one stay whole.
    top = max(min(max(high), most), high[0], high[best])
    room = 0.08 * (top - bottom) or 0.5
    # The names of the rules stand at the foot, below the lines.
    return bottom - 1.6 * room, top + room


def _held(value: float, domain: tuple[float, float]) -> float:
    return min(max(value, domain[0]), domain[1])


def _zone_layers(lams: Sequence[float], cv: Mapping[str, Any], frame: Frame, theme: Theme) -> list[Spec]:
    """Shade the zones beyond the good one, and name those that have room for a name."""
    under, over = edges(lams, zones(cv["mean"], [s or 0.0 for s in cv["se"]]))
    boxes, names = [], []
    for start, end, name in ((0.0, under, "underfits"), (over, float(frame.width), "overfits")):
        if start is None or end is None:
            continue
        left, right = (_across(v, lams, frame) if v in (under, over) else v for v in (start, end))
        boxes.append({"x": left, "x2": right})
        if right - left > 52:
            names.append({"x": (left + right) / 2, "y": 14, "name": name, "colour": theme.soft})
    edge = {"field": "x", "type": "quantitative", "scale": None, "axis": None}
    top, foot = {"value": 0}, {"value": frame.height}
    shade = layer(boxes, {"type": "rect", "color": theme.zone}, x=edge, x2={"field": "x2"}, y=top, y2=foot)
    return [shade, texts(names, {"align": "center", "fontStyle": "italic"})]


def _across(lam: float, lams: Sequence[float], frame: Frame) -> float:
    strong, weak = max(lams), min(lams)
    return math.log(strong / min(max(lam, weak), strong)) / (math.log(strong / weak) or 1.0) * frame.width


def _band(lams: Sequence[float], cv: Mapping[str, Any], x: Spec, y: Spec, theme: Theme) -> list[Spec]:
    se = [s or 0.0 for s in cv["se"]]
    low = [None if m is None else m - s for m, s in zip(cv["mean"], se, strict=True)]
    high = [None if m is None else m + s for m, s in zip(cv["mean"], se, strict=True)]
    area = {"type": "area", "color": theme.main, "opacity": 0.16, "clip": True}
    layers = [layer(rows(x=lams, y=low, y2=high), area, x=x, y=y, y2={"field": "y2"})]
    if cv.get("train"):
        dashed = {"type": "line", "color": theme.soft, "strokeWidth": 2, "strokeDash": [5, 4], "clip": True}
        layers.append(layer(rows(x=lams, y=cv["train"]), dashed, x=x, y=y))
    solid = {"type": "line", "color": theme.main, "strokeWidth": 2.6, "clip": True}
    return [*layers, layer(rows(x=lams, y=cv["mean"]), solid, x=x, y=y)]


def _mark_layers(marks: Mapping[str, float], lams: Sequence[float], frame: Frame, theme: Theme) -> list[Spec]:
    """Short ticks at the foot of the frame, each with its name: the lowest loss, one standard error, leave-one-out."""
    found = sorted((_across(lam, lams, frame), name) for name, lam in marks.items())
    ticks, names, taken = [], {"left": [], "right": []}, []
    # From right to left, so that no rule runs through a name that hangs to the right of another.
    for k, (at, name) in reversed(list(enumerate(found))):
        room = 6.2 * len(name) + 8
        # The leftmost name hangs to the left, the others to the right: two rules are often neighbours.
        left = (k == 0 and len(found) > 1 and at > room) or at + room > frame.width
        ends = (at - room, at) if left else (at, at + room)
        level = 0
        while any(level == lv and ends[0] < e[1] and e[0] < ends[1] for lv, e in taken):
            level += 1
        taken.append((level, ends))
        y = frame.height - 13 * level
        ticks.append({"x": at, "x2": at, "y": y - 15, "y2": frame.height, "colour": theme.ink})
        text = {"x": at - 4 if left else at + 4, "y": y - 5, "name": name, "colour": theme.ink}
        names["right" if left else "left"].append(text)
    return [
        strokes(ticks, {"strokeWidth": 1.5}),
        *(texts(rows_, {"align": align, "fontSize": 11.5}) for align, rows_ in names.items() if rows_),
    ]


def _end_labels(cv: Mapping[str, Any], domain: tuple[float, float], frame: Frame, theme: Theme) -> list[Spec]:
    """Name the two lines at their right ends; say how high a line goes that leaves the frame."""
    ends = [("validation", cv["mean"][-1], theme.main)]
    if cv.get("train") and cv["train"][-1] is not None:
        ends.append(("training", cv["train"][-1], theme.soft))
    scale = frame.height / (domain[1] - domain[0])
    wanted = [(domain[1] - _held(value, domain)) * scale for _, value, _ in ends]
    names, heights = [], []
    for (name, value, colour), y in zip(ends, spread(wanted, 16, 6, frame.height - 4), strict=True):
        at = {"x": frame.width + 8, "colour": colour}
        names.append(at | {"y": y, "name": name})
        if value > domain[1]:
            heights.append(at | {"y": y + 15, "name": f"↑ {number(value)}"})
    return [texts(names, {"fontWeight": 600}), *([texts(heights, {})] if heights else [])]


def _df_layer(lams: Sequence[float], df: Sequence[float] | None, name: str, frame: Frame, theme: Theme) -> list[Spec]:
    """Write degrees of freedom above the frame."""
    if not df or len(df) != len(lams):
        return []
    steps = max(2, frame.width // 70)
    picks = sorted({round(k * (len(lams) - 1) / steps) for k in range(steps + 1)})
    at = {"y": -9, "colour": theme.soft}
    found = [
        at
        | {
            "x": _across(lams[i], lams, frame),
            "name": number(df[i], 0 if df[i] >= 9.95 or float(df[i]).is_integer() else 1),
        }
        for i in picks
    ]
    unit = at | {"x": frame.width + 8 + 3.3 * len(found[-1]["name"]), "name": name}
    look = {"fontSize": 11.5}
    return [texts(found, look | {"align": "center"}), texts([unit], look)]
