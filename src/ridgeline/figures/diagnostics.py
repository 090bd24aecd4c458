"""How good predictions are: ROC, precision and recall, calibration, observed against predicted, residuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ridgeline.figures.base import (
    PRINT,
    SMALL,
    Figure,
    Frame,
    Spec,
    Theme,
    assemble,
    layer,
    rows,
    strokes,
    texts,
    value_axis,
)
from ridgeline.figures.numbers import is_number

__all__ = ["calibration", "observed_predicted", "pr", "residuals", "roc"]

UNIT = (0.0, 1.0)
_STROKE = {"strokeWidth": 2.6}
_PALE = {"strokeWidth": 1.6, "strokeDash": [5, 4]}
NAMES = {"chosen": "chosen λ", "unpenalized": "no penalty"}


def roc(curves: Mapping[str, Mapping[str, Sequence[float]]], *, frame: Frame = SMALL, theme: Theme = PRINT) -> Figure:
    """Draw ROC curves: model name to ``fpr`` and ``tpr``."""
    chance = _reference([0, 1], [0, 1], theme)
    lines = {name: (c["fpr"], c["tpr"]) for name, c in curves.items()}
    return _unit_chart([chance], lines, ("False positive rate", "True positive rate"), (frame, theme))


def pr(curves: Mapping[str, Mapping[str, Sequence[float]]], *, frame: Frame = SMALL, theme: Theme = PRINT) -> Figure:
    """Draw precision against recall: model name to ``recall`` and ``precision``."""
    lines = {name: (c["recall"], c["precision"]) for name, c in curves.items()}
    return _unit_chart([], lines, ("Recall", "Precision"), (frame, theme))


def calibration(bins: Mapping[str, Sequence[float]], *, frame: Frame = SMALL, theme: Theme = PRINT) -> Figure:
    """Draw observed against predicted frequency: ``predicted``, ``observed``, ``low`` and ``high`` of each bin."""
    x, y = _axes("Predicted probability", "Observed share", UNIT, UNIT)
    layers = [_reference([0, 1], [0, 1], theme)]
    if bins.get("low") and bins.get("high"):
        ends = rows(x=bins["predicted"], y=bins["low"], y2=bins["high"])
        rule = {"type": "rule", "color": theme.main, "opacity": 0.45, "strokeWidth": 2}
        layers.append(layer(ends, rule, x=x, y=y, y2={"field": "y2"}))
    dots = {"type": "circle", "color": theme.main, "size": 60, "opacity": 1}
    layers.append(layer(rows(x=bins["predicted"], y=bins["observed"]), dots, x=x, y=y))
    return Figure(assemble(layers, frame, theme), frame, UNIT, UNIT)


def observed_predicted(points: Mapping[str, Sequence[float]], *, frame: Frame = SMALL, theme: Theme = PRINT) -> Figure:
    """Draw observed against predicted values: ``observed`` and ``predicted`` of each row, on the same scale."""
    both = _ends([*points["observed"], *points["predicted"]])
    x, y = _axes("Predicted", "Observed", both, both)
    layers = [_reference(both, both, theme), _dots(points["predicted"], points["observed"], (x, y), theme)]
    return Figure(assemble(layers, frame, theme), frame, both, both)


def residuals(points: Mapping[str, Sequence[float]], *, frame: Frame = SMALL, theme: Theme = PRINT) -> Figure:
    """Draw residuals (observed minus predicted) against predicted values: ``residual`` and ``predicted``."""
    across, up = _ends(points["predicted"]), _ends([*points["residual"], 0.0])
    x, y = _axes("Predicted", "Observed − predicted", across, up)
    layers = [_reference(across, [0, 0], theme), _dots(points["predicted"], points["residual"], (x, y), theme)]
    return Figure(assemble(layers, frame, theme), frame, across, up)


def _ends(values: Sequence[Any]) -> tuple[float, float]:
    known = [float(v) for v in values if is_number(v)] or [0.0, 1.0]
    room = 0.04 * (max(known) - min(known)) or 1.0
    return min(known) - room, max(known) + room


def _axes(across: str, up: str, x: tuple[float, float], y: tuple[float, float]) -> tuple[Spec, Spec]:
    axis = {"title": across, "tickCount": 5, "ticks": False, "labelPadding": 6, "format": "~s", "grid": False}
    horizontal = {
        "field": "x",
        "type": "quantitative",
        "axis": axis,
        "scale": {"domain": list(x), "nice": False, "zero": False},
    }
    return horizontal, value_axis(up, y, axis={"format": "~s"})


def _reference(x: Sequence[float], y: Sequence[float], theme: Theme) -> Spec:
    line = {"type": "line", "color": theme.faint, "strokeDash": [3, 3], "strokeWidth": 1.4}
    at = {"type": "quantitative"}
    return layer(rows(x=x, y=y), line, x={"field": "x"} | at, y={"field": "y"} | at)


def _dots(x: Sequence[float], y: Sequence[float], axes: tuple[Spec, Spec], theme: Theme) -> Spec:
    faint = 0.28 if len(x) > 250 else 0.5
    return layer(
        rows(x=x, y=y), {"type": "circle", "color": theme.main, "size": 26, "opacity": faint}, x=axes[0], y=axes[1]
    )


def _unit_chart(
    below: list[Spec], lines: Mapping[str, tuple], titles: tuple[str, str], look: tuple[Frame, Theme]
) -> Figure:
    frame, theme = look
    x, y = _axes(*titles, UNIT, UNIT)
    layers = list(below)
    # The chosen model is drawn last, on top.
    for name in sorted(lines, key=lambda n: n == "chosen"):
        main = name == "chosen"
        line = _STROKE | {"color": theme.main} if main else _PALE | {"color": theme.soft}
        values = [row | {"i": i} for i, row in enumerate(rows(x=lines[name][0], y=lines[name][1]))]
        mark = {"type": "line", **line}
        layers.append(layer(values, mark, x=x, y=y, order={"field": "i", "type": "quantitative"}))
    layers += _key([n for n in ("chosen", "unpenalized") if n in lines], titles, look)
    return Figure(assemble(layers, frame, theme), frame, UNIT, UNIT)


def _key(names: list[str], titles: tuple[str, str], look: tuple[Frame, Theme]) -> list[Spec]:
    """Names in the corner that curves of this kind leave free."""
    frame, theme = look
    x = 12 if titles[0] == "Recall" else frame.width - 110
    found = []
    for k, name in enumerate(names):
        y, colour = frame.height - 34 + 18 * k, theme.main if name == "chosen" else theme.soft
        line = {"x": x, "x2": x + 22, "y": y, "y2": y, "colour": colour}
        text = {"x": x + 28, "y": y, "name": NAMES.get(name, name), "colour": colour}
        found += [strokes([line], _STROKE if name == "chosen" else _PALE), texts([text], {})]
    return found
