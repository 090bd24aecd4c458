"""The report's charts as Altair charts: for notebooks, and for PNG, SVG and HTML files.

They take the same plain data as the report and are drawn from the same specifications (`ridgeline.figures`).
A notebook shows them; ``chart.save("curve.png")`` (or ``.svg``, ``.html``, ``.json``) needs no browser and no network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ridgeline import figures
from ridgeline.figures.text import plain

if TYPE_CHECKING:
    import altair

__all__ = [
    "assessment",
    "calibration",
    "coefficients",
    "contestants",
    "curve",
    "observed_predicted",
    "path",
    "pr",
    "residuals",
    "roc",
]


def _chart(figure: figures.Figure) -> altair.LayerChart:
    import altair

    # Rows are set after the rest has become Altair objects: it would look at every number of them for objects, too.
    rows = {f"rows{k}": layer["data"]["values"] for k, layer in enumerate(figure.spec["layer"])}
    layers = [layer | {"data": {"name": name}} for name, layer in zip(rows, figure.spec["layer"], strict=True)]
    chart = altair.LayerChart.from_dict(figure.spec | {"layer": layers})
    chart.datasets = rows
    return chart


def curve(
    cv: Mapping[str, Any],
    marks: Mapping[str, float] | None = None,
    df: Sequence[float] | None = None,
    unit: str = "effective df",
) -> altair.LayerChart:
    """Draw a cross-validation curve: loss against λ (log scale, strong penalty on the left).

    Parameters
    ----------
    cv : mapping
        ``summary["cv"]``: ``lambda`` (L,) strongest first, ``mean`` and ``se`` (L,), and where known ``train`` (L,) and
        ``loss`` (its name).
    marks : mapping of str to float, optional
        Names and λ of rules to mark, for example ``{"lowest": 0.01, "1 SE": 0.05}``.
    df : sequence of float, optional
        Effective degrees of freedom at each λ, or the number of features used.
    unit : str
        Which of the two.

    Examples
    --------
    >>> chart = curve({"lambda": [10, 1, 0.1], "mean": [0.7, 0.4, 0.6], "se": [0.05, 0.04, 0.06], "loss": "log loss"})
    >>> chart.to_dict()["width"] > 0
    True
    """
    return _chart(figures.curve(plain(cv), plain(marks), df=plain(df), unit=unit))


def path(lams: Sequence[float], std_coef: Any, features: Sequence[str], chosen: int | None = None) -> altair.LayerChart:
    """Draw a coefficient path: one line per feature; those largest at the chosen λ carry their names.

    Parameters
    ----------
    lams : sequence of float
        λ, strongest first, (L,).
    std_coef : array-like of shape (L, F)
        Coefficients per standard deviation of their feature.
    features : sequence of str
        Names, (F,).
    chosen : int, optional
        Index of the chosen λ; default: the weakest penalty.

    Examples
    --------
    >>> chart = path([10, 1, 0.1], [[0.0, 0.0], [0.2, -0.1], [0.5, -0.4]], ["age", "income"])
    >>> chart.to_dict()["height"] > 0
    True
    """
    return _chart(figures.path(plain(lams), np.asarray(std_coef, dtype=float), plain(list(features)), chosen))


def coefficients(table: Sequence[Mapping[str, Any]], most: int = 20) -> altair.LayerChart:
    """Draw the largest coefficients, per standard deviation, as bars.

    Parameters
    ----------
    table : sequence of mapping
        ``summary["coefficients"]``: ``feature`` and ``std_coef``, largest first.
    most : int
        How many bars.
    """
    return _chart(figures.coefficients(plain(table), most))


def assessment(records: Sequence[Mapping[str, Any]], metric: str) -> altair.LayerChart:
    """Draw one metric of every model on every set of rows: ``summary["assessment"]``, and the name of the metric."""
    return _chart(figures.assessment(plain(records), metric))


def contestants(
    records: Sequence[Mapping[str, Any]], metric: str, titles: Mapping[str, str], choice: str
) -> altair.LayerChart:
    """Draw one metric of every contestant of a comparison; ``choice`` is the one that is recommended."""
    return _chart(figures.contestants(plain(records), metric, plain(titles), choice))


def roc(curves: Mapping[str, Any]) -> altair.LayerChart:
    """Draw ROC curves: ``facts["curves"]["roc"]``, model name to ``fpr`` and ``tpr``."""
    return _chart(figures.roc(plain(curves)))


def pr(curves: Mapping[str, Any]) -> altair.LayerChart:
    """Draw precision against recall: ``facts["curves"]["pr"]``, model name to ``recall`` and ``precision``."""
    return _chart(figures.pr(plain(curves)))


def calibration(bins: Mapping[str, Any]) -> altair.LayerChart:
    """Draw observed against predicted frequency: ``facts["curves"]["calibration"]``.

    Parameters
    ----------
    bins : mapping
        ``predicted`` and ``observed`` share of each bin; ``low`` and ``high`` ends of its interval where known.
    """
    return _chart(figures.calibration(plain(bins)))


def observed_predicted(points: Mapping[str, Any]) -> altair.LayerChart:
    """Draw observed against predicted values: ``facts["curves"]["observed_predicted"]``."""
    return _chart(figures.observed_predicted(plain(points)))


def residuals(points: Mapping[str, Any]) -> altair.LayerChart:
    """Draw residuals against predictions: ``facts["curves"]["residuals"]``, ``predicted`` and ``residual``."""
    return _chart(figures.residuals(plain(points)))
