"""One metric of every model on every set of rows: values with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ridgeline.figures.base import PRINT, Figure, Frame, Theme
from ridgeline.figures.dots import dot, dot_chart
from ridgeline.figures.numbers import is_number

__all__ = ["assessment"]

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
            one = dot(record, y + _STEP / 2, colours[model], _SHAPES[model])
            at = {"y": one["y"], "colour": one["colour"]}
            dots.append(one)
            names.append(at | {"x": -10, "name": _MODELS[model], "align": "right"})
            if k == 0:
                names.append(at | {"x": -172, "name": title, "align": "left", "colour": theme.ink})
            y += _STEP
        y += _GAP if own else 0
    return dot_chart(dots, names, metric, Frame(360, int(max(y - _GAP, _STEP)), 180, 70, top=20), theme)
