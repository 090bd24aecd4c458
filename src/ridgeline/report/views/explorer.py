"""What follows the slider: the data that the script reads, and what the page shows before anyone moves it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ridgeline.figures import Figure
from ridgeline.figures.numbers import DASH, is_number, number, rounded, signed
from ridgeline.report.facts import Along
from ridgeline.report.views.assessment import METRICS, metric
from ridgeline.report.views.coefficients import Group, reach

__all__ = ["ZONES", "MetricRow", "Stop", "embed", "metric_rows", "rates", "slider_data", "state", "stops"]

ZONES = {
    "under": "underfits: penalty too strong",
    "good": "within 1 SE of the best",
    "over": "overfits: penalty too weak",
}
_NEARLY_NONE = 0.1  # effective degrees of freedom
_RULES = {"chosen": "chosen", "min": "lowest loss", "1se": "one standard error", "loo": "leave-one-out"}


@dataclass(frozen=True)
class Stop:
    """A λ with a name, where the slider can be sent."""

    index: int
    label: str


@dataclass(frozen=True)
class MetricRow:
    """One metric at the chosen λ, on training and validation rows."""

    key: str
    name: str
    better: str
    train: str
    validation: str
    gap: str


def stops(path: Along) -> list[Stop]:
    """Name the places on the slider, from the strongest penalty to the weakest; rules that agree share a button."""
    start, last = path.df[0], len(path.lams) - 1
    names: dict[int, list[str]] = {0: ["no model" if is_number(start) and start < _NEARLY_NONE else "strongest"]}
    for rule, label in _RULES.items():
        if rule in path.index:
            names.setdefault(path.index[rule], []).append(label)
    names.setdefault(last, []).append("no penalty" if path.lams[last] == 0 else "weakest")
    return [Stop(i, " = ".join(names[i])) for i in sorted(names)]


def state(path: Along, i: int) -> dict[str, str]:
    """Describe one position of the slider in words."""
    mean = path.cv["mean"][i] if path.cv else None
    train = path.cv["train"][i] if path.cv else None
    zone = ZONES[path.zones[i]] if path.zones else ""
    words = f"lambda {number(path.lams[i])}, {number(path.df[i], 0) if path.sparse else number(path.df[i])} {path.unit}"
    if is_number(mean):
        words += f", validation loss {number(mean)}"
    return {
        "lambda": number(path.lams[i]),
        "df": number(path.df[i], 0) if path.sparse else number(path.df[i]),
        "nonzero": number(path.nonzero[i], 0),
        "validation": number(mean),
        "train": number(train),
        "zone": zone,
        "words": words + (f", {zone}" if zone else ""),
    }


def metric_rows(path: Along, i: int) -> list[MetricRow]:
    """Build the table of metrics at one λ."""
    found = []
    for key in sorted(path.metrics, key=lambda k: list(METRICS).index(k) if k in METRICS else len(METRICS)):
        train, validation = (_at(path.metrics[key].get(split), i) for split in ("train", "validation"))
        gap = validation - train if train is not None and validation is not None else None
        about = metric(key)
        found.append(MetricRow(key, about.name, about.better, number(train), number(validation), signed(gap)))
    return found


def rates(cells: Sequence[float] | None) -> list[tuple[str, str, str]]:
    """Return what a confusion matrix amounts to: (key, name, value)."""
    if not cells:
        return []
    free, alarms, missed, hits = cells
    parts = {
        "accuracy": ("right", free + hits, sum(cells)),
        "precision": ("of those predicted positive, right (precision)", hits, hits + alarms),
        "recall": ("of the positive, found (recall)", hits, hits + missed),
        "specificity": ("of the others, left alone (specificity)", free, free + alarms),
    }
    return [(key, name, f"{number(100 * a / of, 1)}%" if of else DASH) for key, (name, a, of) in parts.items()]


def _at(values: Sequence[Any] | None, i: int) -> float | None:
    return rounded(values[i]) if values and i < len(values) else None


def slider_data(
    path: Along, table: Sequence[Group], figures: Mapping[str, Figure], lines: Sequence[int]
) -> dict[str, Any]:
    """Gather what the script needs: rounded, and only of the coefficients that the page shows.

    Parameters
    ----------
    path : Along
    table : sequence of Group
        The table of coefficients; its rows' `k` are places in `path.features`.
    figures : mapping of str to Figure
        The charts that carry a marker.
    lines : sequence of int
        Features whose line in the path chart carries a dot.
    """
    rows = [row for group in table for row in group.rows if row.k >= 0]
    # λ = 0 has no place on a log axis: it is drawn where the charts draw it.
    return {
        "lambda": [rounded(v) for v in path.lams],
        "chosen": path.chosen,
        "df": [rounded(v, 4) for v in path.df],
        "unit": path.unit,
        "whole": path.sparse,
        "nonzero": path.nonzero,
        "zones": path.zones,
        "words": ZONES,
        "cv": {name: [rounded(v) for v in values] for name, values in path.cv.items()},
        "metrics": {k: {s: [rounded(v) for v in vs] for s, vs in per.items()} for k, per in path.metrics.items()},
        "confusion": path.confusion,
        "thresholds": {k: v for k, v in path.thresholds.items() if k != "at"},
        "std": {str(r.k): [rounded(v, 5) for v in path.std[:, r.k].tolist()] for r in rows} | _lines(path, lines),
        "scale": {str(r.k): rounded(float(path.scale[r.k]), 8) for r in rows},
        "total": [rounded(v) for v in np.abs(path.std).sum(1).tolist()],
        "reach": rounded(reach([r for g in table for r in g.rows])),
        "lines": list(lines),
        "figures": {name: figure.geometry() for name, figure in figures.items()},
    }


def _lines(path: Along, lines: Sequence[int]) -> dict[str, list[float | None]]:
    return {str(j): [rounded(v, 5) for v in path.std[:, j].tolist()] for j in lines}


def embed(data: Any) -> str:
    """Write JSON that can stand inside a script element: ASCII only, and no character that HTML gives a meaning to."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False, ensure_ascii=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
