"""Paths and curves in a notebook: the arguments of their charts, and their charts as pictures that need no script.

The objects are taken for what they hold (`lams`, `std_coef`, …): this stays a layer below them.
"""

from __future__ import annotations

import base64
from html import escape
from typing import Any

import numpy as np

from ridgeline.errors import OptionError
from ridgeline.figures.base import Figure
from ridgeline.figures.curve import curve
from ridgeline.figures.path import path
from ridgeline.figures.text import plain

__all__ = ["curve_facts", "curve_html", "path_facts", "path_html"]


def path_facts(fitted: Any, label: Any = None) -> dict[str, Any]:
    """Arguments for the chart of a path: positive λ, strongest first, and one class of several.

    Raises
    ------
    OptionError
        There is no such class, or there are too few λ to draw along.
    """
    _refuse_few(fitted.lams)
    std = np.asarray(fitted.std_coef)
    if std.ndim == 3:
        classes = list(fitted.classes)
        if label is not None and label not in classes:
            raise OptionError(f"There is no class {label!r}; the classes are {', '.join(map(str, classes))}.")
        std = std[:, 0 if label is None else classes.index(label)]
    order = _order(fitted.lams)
    return {"lams": fitted.lams[order].tolist(), "std_coef": std[order], "features": plain(list(fitted.feature_names))}


def curve_facts(cv: Any) -> dict[str, Any]:
    """Arguments for the chart of a cross-validation curve.

    Raises
    ------
    OptionError
        There are too few λ to draw along.
    """
    _refuse_few(cv.lams)
    order = _order(cv.lams)
    parts = {"lambda": cv.lams, "mean": cv.mean, "se": cv.se, "train": cv.train}
    losses = plain({name: values[order] for name, values in parts.items()})
    family = getattr(getattr(cv, "problem", None), "family", None)
    df = plain(cv.path.df[order])
    return {
        "cv": losses | {"loss": getattr(family, "loss_name", "loss")},
        "marks": plain(_marks(cv)),
        "df": df if all(v is not None for v in df) else None,
        "unit": "features used" if getattr(cv, "l1_ratio", 0.0) > 0 else "effective df",
    }


def _marks(cv: Any) -> dict[str, float]:
    if cv.lam_min == cv.lam_1se:
        return {"lowest = 1 SE": cv.lam_min}
    return {"lowest": cv.lam_min, "1 SE": cv.lam_1se}


def _few(lams: np.ndarray) -> bool:
    """Whether a log axis of these λ has no length."""
    return len(np.unique(lams[lams > 0])) < 2


def _refuse_few(lams: np.ndarray) -> None:
    if _few(lams):
        raise OptionError("A chart along lambda needs two different lambdas above 0: fit at more of them.")


def _order(lams: np.ndarray) -> np.ndarray:
    """Positive λ from the strongest to the weakest: λ = 0 has no place on a log axis."""
    order = np.argsort(-lams, kind="stable")
    return order[lams[order] > 0]


def path_html(fitted: Any) -> str:
    """Write a path as HTML: what it is, and its chart."""
    figure = path(**path_facts(fitted)) if fitted.std_coef.size and not _few(fitted.lams) else None
    return _page(fitted, figure, "Coefficients per standard deviation along lambda")


def curve_html(cv: Any) -> str:
    """Write a cross-validation as HTML: what it is, and its chart."""
    figure = None
    if np.isfinite(cv.mean[cv.lams > 0]).all() and not _few(cv.lams):
        facts = curve_facts(cv)
        figure = curve(facts["cv"], facts["marks"], df=facts["df"], unit=facts["unit"])
    return _page(cv, figure, "Validation and training loss along lambda")


def _page(what: Any, figure: Figure | None, alt: str) -> str:
    """Write a line of text and a picture. In an image nothing of an SVG can run or clash with another one's names."""
    text = f"<p>{escape(repr(what))}</p>"
    if figure is None:
        return text
    import vl_convert

    drawn = base64.b64encode(vl_convert.vegalite_to_svg(figure.spec).encode()).decode()
    return f'{text}<img alt="{escape(alt)}" src="data:image/svg+xml;base64,{drawn}">'
