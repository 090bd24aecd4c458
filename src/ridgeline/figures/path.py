"""The coefficient path: every coefficient per standard deviation along λ, the largest ones named at their lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ridgeline.figures.base import (
    COLOUR,
    PIXEL_X,
    PIXEL_Y,
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
    short,
    spread,
    strokes,
    texts,
    value_axis,
)

__all__ = ["MOST_LINES", "named", "path"]

MOST_LINES = 60
# Beyond this ratio between the largest coefficient of the path and of the chosen model a linear scale shows nothing.
STEEP = 6.0


def named(std_coef: np.ndarray, chosen: int, most: int) -> list[int]:
    """Return the features (columns of `std_coef`) whose lines get names: the largest at the chosen λ."""
    size = np.abs(std_coef[chosen])
    return [int(j) for j in np.argsort(-size, kind="stable")[:most] if size[j] > 0]


def path(  # noqa: PLR0913 - what is drawn, and how it looks
    lams: Sequence[float],
    std_coef: np.ndarray,
    features: Sequence[str],
    chosen: int | None = None,
    *,
    entries: Sequence[int] | None = None,
    frame: Frame = WIDE,
    theme: Theme = PRINT,
) -> Figure:
    """Draw the coefficient path.

    Parameters
    ----------
    lams : sequence of float
        λ, strongest first, (L,).
    std_coef : ndarray of shape (L, F)
        Coefficients per standard deviation of their feature.
    features : sequence of str
        Names, (F,).
    chosen : int, optional
        Index of the chosen λ: the names go to the features that are largest there. Default: the weakest penalty.
    entries : sequence of int, optional
        Features in the order in which they enter the model, under an L1 penalty: names then carry their place in it,
        and a dot marks where the line leaves zero.
    """
    std = np.nan_to_num(np.asarray(std_coef, dtype=float))
    here = len(lams) - 1 if chosen is None else chosen
    top = named(std, here, frame.labels)
    drawn = _drawn(std, top, here)
    domain, constant = _domain(std[:, drawn] if drawn else np.zeros((1, 1)), here if drawn else 0)
    xs = drawable(lams)
    kind = "symlog" if constant else "linear"
    scale = {"type": "symlog", "constant": constant} if constant else {}
    axis = {"values": _ticks(domain, constant)} if constant else {}
    encode = {
        "x": lambda_axis(xs, frame),
        "y": value_axis("Coefficient per SD", domain, scale=scale, axis=axis),
        "detail": {"field": "j", "type": "nominal"},
        "color": COLOUR,
    }
    # A point every five pixels draws the same line as all of them.
    few = np.unique(np.linspace(0, len(xs) - 1, min(len(xs), frame.width // 5)).round().astype(int))
    at = [xs[i] for i in few]
    grey = [j for j in drawn if j not in top]
    look = {j: theme.up if std[here, j] > 0 else theme.down for j in top}
    layers = [
        _zero(theme),
        _lines(at, std[few], dict.fromkeys(grey, theme.faint), {"strokeWidth": 1, "opacity": 0.7}, encode),
        _lines(at, std[few], look, {"strokeWidth": 2}, encode),
    ]
    figure = Figure({}, frame, (max(xs), min(xs)), domain, ("log", kind), constant or 1.0)
    place = {j: k for k, j in enumerate(entries or (), 1)}
    layers += _labels(figure, std, look, [f"{place[j]} · {features[j]}" if j in place else features[j] for j in top])
    layers += _starts(figure, lams, std, look) if place else []
    return Figure(assemble(layers, frame, theme), frame, figure.x, domain, figure.scale, figure.constant)


def _drawn(std: np.ndarray, top: list[int], here: int) -> list[int]:
    """At most `MOST_LINES` lines: those named, then the largest at the chosen λ, then anywhere on the path."""
    order = np.lexsort((-np.abs(std).max(0), -np.abs(std[here])))
    return list(dict.fromkeys([*top, *map(int, order)]))[:MOST_LINES]


def _domain(std: np.ndarray, here: int) -> tuple[tuple[float, float], float]:
    """Return the ends of the vertical axis and, for a steep path, the constant of its symmetric log scale (else 0)."""
    low, high = min(float(std.min()), 0.0), max(float(std.max()), 0.0)
    near = float(np.abs(std[here]).max())
    steep = near > 0 and max(-low, high) > STEEP * near
    if steep:
        return (min(1.15 * low, -near), max(1.15 * high, near)), near / 2
    room = 0.05 * (high - low) or 1.0
    return (low - room if low < 0 else 0.0, high + room if high > 0 else 0.0), 0.0


def _ticks(domain: tuple[float, float], constant: float) -> list[float]:
    start = math.floor(math.log10(constant) + 0.5)
    stop = math.floor(math.log10(max(abs(v) for v in domain)))
    sizes = [10.0**k for k in range(start, stop + 1, max(1, (stop - start + 2) // 3))]
    return [v for v in (*(-s for s in reversed(sizes)), 0.0, *sizes) if domain[0] <= v <= domain[1]]


def _zero(theme: Theme) -> Spec:
    rule = {"type": "rule", "color": theme.faint, "strokeWidth": 1}
    return layer([{"y": 0}], rule, y={"field": "y", "type": "quantitative"})


def _lines(xs: Sequence[float], std: np.ndarray, colours: dict[int, str], look: Spec, encode: Spec) -> Spec:
    values = [
        {"x": x, "y": float(f"{y:.5g}"), "j": j, "colour": colour}
        for j, colour in colours.items()
        for x, y in zip(xs, std[:, j].tolist(), strict=True)
    ]
    return layer(values, {"type": "line", "clip": True} | look, **encode)


def _starts(figure: Figure, lams: Sequence[float], std: np.ndarray, colours: dict[int, str]) -> list[Spec]:
    """Dots on the zero line at the last λ at which a feature is still out."""
    frame, dots = figure.frame, []
    for j, colour in colours.items():
        first = int((std[:, j] != 0).argmax())
        if first:
            x, y = figure.place(lams[first - 1], 0.0)
            dots.append({"x": x - frame.left, "y": y - frame.top, "colour": colour})
    return [
        layer(dots, {"type": "point", "filled": True, "size": 22, "opacity": 1}, x=PIXEL_X, y=PIXEL_Y, color=COLOUR)
    ]


def _labels(figure: Figure, std: np.ndarray, colours: dict[int, str], names: list[str]) -> list[Spec]:
    """Names at the right ends, moved apart where lines end close together, joined to their lines by a short stroke."""
    frame = figure.frame
    starts = [figure.place(figure.x[1], float(std[-1, j]))[1] - frame.top for j in colours]
    ends = spread(starts, 15, 4, frame.height - 4)
    most = int((frame.right - 18) / 6.9)
    x, x2 = frame.width + 1, frame.width + 12
    joined = [
        {"x": x, "x2": x2, "y": start, "y2": end, "colour": colour}
        for colour, start, end in zip(colours.values(), starts, ends, strict=True)
    ]
    said = [
        {"x": x2 + 3, "y": end, "name": short(name, most), "colour": colour}
        for colour, name, end in zip(colours.values(), names, ends, strict=True)
    ]
    return [strokes(joined, {"strokeWidth": 1, "opacity": 0.6}), texts(said, {})]
