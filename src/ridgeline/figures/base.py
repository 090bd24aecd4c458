"""What all charts share: colours, frames, axes, and the small pieces of Vega-Lite they are put together from.

Data fields are always called x, y, y2, name…: names from a table travel as data values, never as field names or
expressions, so nothing in a table can change what a chart does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ridgeline.figures.numbers import power_of_ten

__all__ = [
    "COLOUR",
    "NARROW",
    "PAGE",
    "PIXEL_X",
    "PIXEL_Y",
    "PRINT",
    "SMALL",
    "WIDE",
    "Figure",
    "Frame",
    "Theme",
    "assemble",
    "drawable",
    "lambda_axis",
    "layer",
    "rows",
    "short",
    "spread",
    "strokes",
    "texts",
    "value_axis",
]

Spec = dict[str, Any]


@dataclass(frozen=True)
class Theme:
    """Colours and font. The palette is safe for colour-blind readers, and no meaning rests on colour alone."""

    ink: str = "#1d2126"
    soft: str = "#5b646e"
    faint: str = "#a9b0b6"
    grid: str = "#e4e2dc"
    paper: str = "#ffffff"
    zone: str = "#f3f0e8"
    main: str = "#12395b"
    accent: str = "#b3341f"
    up: str = "#1f6fb2"
    down: str = "#c8600a"
    font: str = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"


PRINT = Theme()
# In the page the colours are those of its style sheet, which knows light from dark.
PAGE = Theme(
    *(f"var(--{name})" for name in ("ink", "soft", "faint", "grid", "paper", "zone", "main", "accent", "up", "down")),
    font="inherit",
)


@dataclass(frozen=True)
class Frame:
    """Size of the plotting area and the room around it, in pixels."""

    width: int
    height: int
    left: int
    right: int
    top: int = 46
    bottom: int = 44
    labels: int = 8

    @property
    def outer(self) -> tuple[int, int]:
        """Width and height of the whole picture."""
        return self.left + self.width + self.right, self.top + self.height + self.bottom

    def with_right(self, right: int) -> Frame:
        """Return a frame of the same outer size with another right margin."""
        return replace(self, right=right, width=self.width + self.right - right)


WIDE = Frame(430, 270, 46, 148)
NARROW = Frame(206, 230, 42, 112, labels=6)
SMALL = Frame(300, 260, 46, 22)


@dataclass(frozen=True)
class Figure:
    """A chart, and where its axes lie, so that a marker can be drawn on top of it.

    Attributes
    ----------
    spec : dict
        Vega-Lite specification.
    frame : Frame
    x, y : tuple of float
        Values at the left and right, and at the bottom and top, of the plotting area.
    scale : tuple of (str, str)
        Kind of the two scales: ``"linear"``, ``"log"`` or ``"symlog"``.
    constant : float
        Where a symlog scale turns from linear to logarithmic.
    """

    spec: Spec
    frame: Frame
    x: tuple[float, float]
    y: tuple[float, float]
    scale: tuple[str, str] = ("linear", "linear")
    constant: float = 1.0

    def geometry(self) -> dict[str, Any]:
        """Return what a script needs to place a marker."""
        f = self.frame
        box = [f.left, f.top, f.width, f.height]
        return {"box": box, "x": list(self.x), "y": list(self.y), "scale": list(self.scale), "c": self.constant}

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the position in pixels of a point, kept inside the plotting area."""
        f = self.frame
        across = _position(x, self.x, self.scale[0], self.constant)
        up = _position(y, self.y, self.scale[1], self.constant)
        return f.left + across * f.width, f.top + (1 - up) * f.height


def _position(value: float, ends: tuple[float, float], scale: str, constant: float) -> float:
    start, end, here = (_transform(v, scale, constant) for v in (*ends, value))
    return min(max((here - start) / (end - start), 0.0), 1.0)


def _transform(value: float, scale: str, constant: float) -> float:
    if scale == "log":
        return math.log(value)
    if scale == "symlog":
        return math.copysign(math.log1p(abs(value) / constant), value)
    return value


def rows(**fields: Iterable[Any]) -> list[dict[str, Any]]:
    """Turn named columns into Vega-Lite's list of rows; rows with a missing value are left out."""
    names = list(fields)
    table = zip(*fields.values(), strict=True)
    return [dict(zip(names, row, strict=True)) for row in table if all(_present(v) for v in row)]


def _present(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))


def layer(values: list[dict[str, Any]], mark: Spec, **encoding: Spec) -> Spec:
    """Build one layer: its own rows, a mark, and its encoding."""
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def assemble(layers: Sequence[Spec], frame: Frame, theme: Theme) -> Spec:
    """Put layers into one specification with a fixed frame, so that positions in it are known beforehand."""
    axis = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    colours = {"labelColor": theme.soft, "titleColor": theme.soft, "gridColor": theme.grid, "tickColor": theme.faint}
    return {
        "width": frame.width,
        "height": frame.height,
        "autosize": {"type": "none"},
        "padding": {"left": frame.left, "right": frame.right, "top": frame.top, "bottom": frame.bottom},
        # The page itself is the background; a picture on its own gets the paper's colour.
        "background": None if theme is PAGE else theme.paper,
        "layer": list(layers),
        "config": {
            # The text alternative belongs to the whole picture, not to hundreds of marks.
            "aria": False,
            "font": theme.font,
            "view": {"stroke": None},
            "axis": {**axis, **colours, "domain": False},
            "text": {"fontSize": 12, "color": theme.soft},
        },
    }


def strokes(values: list[dict[str, Any]], look: Spec) -> Spec:
    """Build straight strokes in pixels of the plotting area: rows of x, x2, y, y2 and colour."""
    encoding = {"x": _pixel("x"), "x2": {"field": "x2"}, "y": _pixel("y"), "y2": {"field": "y2"}}
    return layer(values, {"type": "rule"} | look, **encoding, color=COLOUR)


def texts(values: list[dict[str, Any]], look: Spec) -> Spec:
    """Build texts at pixels of the plotting area: rows of x, y, name and colour."""
    mark = {"type": "text", "align": "left", "fontSize": 12} | look
    return layer(values, mark, x=_pixel("x"), y=_pixel("y"), text={"field": "name"}, color=COLOUR)


# The field holds the colour itself.
COLOUR: Spec = {"field": "colour", "type": "nominal", "scale": None}


def _pixel(name: str) -> Spec:
    return {"field": name, "type": "quantitative", "scale": None, "axis": None}


PIXEL_X, PIXEL_Y = _pixel("x"), _pixel("y")
"""Positions in pixels of the plotting area."""


def lambda_axis(lams: Sequence[float], frame: Frame) -> Spec:
    """Encode λ on a log scale that runs from a strong penalty (left) to a weak one (right)."""
    low, high = min(lams), max(lams)
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = max(1, -(-(last - first + 1) // max(2, frame.width // 60)))
    powers = list(range(first, last + 1, step))
    if len(powers) < 2:
        return _encode_lambda([low, high], {"values": [low, math.sqrt(low * high), high], "format": ".2~g"})
    names = ", ".join(f"'{10.0**p:g}'" if -3 <= p <= 3 else f"'{power_of_ten(p)}'" for p in powers)
    ticks = [10.0**p for p in powers]
    # Labels are looked up by position: a comparison of decimal logarithms, rounded.
    label = f"[{names}][round((log(datum.value) / LN10 - {first}) / {step})]"
    return _encode_lambda([low, high], {"values": ticks, "labelExpr": label})


def _encode_lambda(domain: list[float], labels: Spec) -> Spec:
    axis = labels | {"grid": False, "tickSize": 4, "labelPadding": 4, "labelOverlap": False}
    axis |= {"title": "← stronger penalty · λ · weaker penalty →", "titlePadding": 8}
    scale = {"type": "log", "domain": domain, "reverse": True, "nice": False}
    return {"field": "x", "type": "quantitative", "scale": scale, "axis": axis}


def value_axis(title: str, domain: tuple[float, float], field_name: str = "y", **more: Any) -> Spec:
    """Encode a value on the vertical axis; its title stands above the axis, where it can be read without turning."""
    axis = {"title": title, "titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": -34, "titleY": -26}
    axis |= {"ticks": False, "labelPadding": 6, "tickCount": 5}
    # Left of the axis there is room for five signs: thousands are written as k, millions as M.
    axis |= {"format": "~s" if max(abs(v) for v in domain) >= 10_000 else ",.6~g"}
    scale = {"domain": list(domain), "nice": False, "zero": False}
    return {
        "field": field_name,
        "type": "quantitative",
        "scale": scale | more.pop("scale", {}),
        "axis": axis | more.pop("axis", {}),
    } | more


def drawable(lams: Iterable[float]) -> list[float]:
    """Return λ for a log scale: zero (no penalty) is drawn a tenth below the smallest positive λ."""
    values = [float(lam) for lam in lams]
    positive = [lam for lam in values if lam > 0]
    floor = min(positive) / 10 if positive else 1.0
    return [lam if lam > 0 else floor for lam in values]


def short(name: str, most: int = 22) -> str:
    """Shorten a name for a label in a chart, in its middle: names often differ at either end."""
    line = " ".join(name.split())
    if len(line) <= most:
        return line
    tail = (most - 1) * 2 // 5
    return f"{line[: most - 1 - tail].rstrip()}…{line[-tail:].lstrip()}"


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move label positions apart by at least `gap`, as little as possible, inside [low, high]."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed: list[float] = []
    for i in order:
        placed.append(max(wanted[i], placed[-1] + gap if placed else low))
    ceiling = high
    for k in range(len(placed) - 1, -1, -1):
        placed[k] = min(placed[k], ceiling)
        ceiling = placed[k] - gap
    result = [0.0] * len(wanted)
    for k, i in enumerate(order):
        result[i] = placed[k]
    return result
