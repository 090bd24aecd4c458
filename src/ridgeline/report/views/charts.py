"""The charts of the page: each drawn once for wide and once for narrow screens, with its words and its markers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ridgeline import figures
from ridgeline.figures import NARROW, PAGE, WIDE, Figure
from ridgeline.figures.numbers import is_number, number
from ridgeline.figures.path import named
from ridgeline.figures.text import brief, plain
from ridgeline.report.facts import Along

__all__ = ["Chart", "Marker", "curve_chart", "diagnostic_charts", "path_chart"]


@dataclass(frozen=True)
class Marker:
    """A dot on a line at one λ: the line's name ("mean", "train") or feature, and its place in pixels."""

    line: str
    x: float
    y: float


@dataclass(frozen=True)
class Chart:
    """A chart of the page.

    Attributes
    ----------
    name : str
    title, caption, alt : str
        What stands above it, below it, and what a screen reader says instead.
    variants : dict of str to Figure
        "wide" and "narrow", or "any".
    markers : dict of str to list of Marker
        Where the dots stand at the chosen λ, for each variant; empty for a chart that does not follow the slider.
    """

    name: str
    title: str
    caption: str
    alt: str
    variants: dict[str, Figure]
    markers: dict[str, list[Marker]] = field(default_factory=dict)


_FRAMES = {"wide": WIDE, "narrow": NARROW}


def curve_chart(summary: Mapping[str, Any], path: Along | None) -> Chart | None:
    """Draw the cross-validation curve; None without one."""
    cv = plain(summary.get("cv")) or {}
    if not cv.get("lambda") or not any(is_number(m) for m in cv.get("mean") or ()) or len(cv["lambda"]) < 2:
        return None
    cv = cv | {"mean": [m if is_number(m) else None for m in cv["mean"]], "se": cv.get("se") or [0.0] * len(cv["mean"])}
    if any(m is None for m in cv["mean"]):
        return None
    df = path.df[: len(cv["lambda"])] if path and path.lams[: len(cv["lambda"])] == cv["lambda"] else None
    df = df if df and all(is_number(v) for v in df) else None
    unit = path.unit if path else "effective degrees of freedom"
    short = _short(path)
    variants = {
        name: figures.curve(cv, _marks(summary, path), df=df, unit=short, frame=frame, theme=PAGE)  # type: ignore[arg-type]
        for name, frame in _FRAMES.items()
    }
    markers = {} if path is None else {name: _curve_markers(path, figure) for name, figure in variants.items()}
    return Chart(
        "curve",
        "Validation and training loss",
        _curve_caption(cv, unit if df else ""),
        _curve_words(cv),
        variants,
        markers,
    )


def _short(path: Along | None) -> str:
    """Name what stands above the frame, in the little room there is."""
    if path is None or not path.sparse:
        return "effective df"
    return "df" if path.several else path.unit


def _marks(summary: Mapping[str, Any], path: Along | None) -> dict[str, float]:
    found = {}
    if is_number(summary.get("lambda_1se")):
        found["1 SE"] = summary["lambda_1se"]
    if is_number(summary.get("lambda_min")):
        found["lowest"] = summary["lambda_min"]
    if path and "loo" in path.index:
        found["leave-one-out"] = path.lams[path.index["loo"]]
    if summary.get("rule") not in (None, "min", "1se") and is_number(summary.get("lambda")):
        found["chosen"] = summary["lambda"]
    merged: dict[float, list[str]] = {}
    for name, lam in found.items():
        merged.setdefault(lam, []).append(name)
    return {" = ".join(names): lam for lam, names in merged.items()}


def _curve_markers(path: Along, figure: Figure) -> list[Marker]:
    i, found = path.chosen, []
    for line in ("train", "mean"):
        value = path.cv[line][i] if path.cv else None
        if value is not None:
            found.append(Marker(line, *figure.place(_inside(path.lams[i], figure), value)))
    return found


def _inside(lam: float, figure: Figure) -> float:
    return max(lam, figure.x[1])


def _curve_caption(cv: Mapping[str, Any], unit: str) -> str:
    folds = f"{cv['folds']} folds" if cv.get("folds") else "the folds"
    text = f"Mean {cv.get('loss') or 'loss'} over {folds}; the band is one standard error either way."
    return text + (f" The numbers above the frame are {unit}." if unit else "")


def _curve_words(cv: Mapping[str, Any]) -> str:
    mean, lams = cv["mean"], cv["lambda"]
    best = min(range(len(mean)), key=lambda i: mean[i])
    text = (
        f"Line chart of validation {cv.get('loss') or 'loss'} along lambda: {number(mean[0])} at the strongest "
        f"penalty, lowest {number(mean[best])} at lambda {number(lams[best])}, {number(mean[-1])} at the weakest."
    )
    train = cv.get("train") or []
    return text + (f" Training loss goes from {number(train[0])} to {number(train[-1])}." if train else "")


def path_chart(path: Along | None) -> Chart | None:
    """Draw the coefficient path; None when there is no more than one λ, or no feature."""
    if path is None or not path.features or sum(lam > 0 for lam in path.lams) < 2:
        return None
    # λ = 0 has no place on a log axis: there the slider's markers stay at the right end.
    lams = [lam for lam in path.lams if lam > 0]
    drawn_std, chosen = path.std[: len(lams)], min(path.chosen, len(lams) - 1)
    entries = path.entries if path.sparse else None
    variants = {
        name: figures.path(lams, drawn_std, path.features, chosen, entries=entries, frame=frame, theme=PAGE)
        for name, frame in _FRAMES.items()
    }
    markers = {
        name: [
            Marker(str(j), *figure.place(_inside(path.lams[path.chosen], figure), float(path.std[path.chosen, j])))
            for j in named(path.std, path.chosen, figure.frame.labels)
        ]
        for name, figure in variants.items()
    }
    drawn = min(len(path.features), figures.MOST_LINES)
    rest = f" The {drawn} largest of {len(path.features):,} are drawn." if drawn < len(path.features) else ""
    bent = variants["wide"].scale[1] == "symlog"
    scale = f" Away from zero the scale is logarithmic (beyond ±{number(variants['wide'].constant)})." if bent else ""
    caption = (
        "Each line is a feature; blue pushes the prediction up at the chosen λ, orange down."
        f"{_entry_words(path)}{rest}{scale}"
    )
    return Chart("path", "Coefficients, from no model to no penalty", caption, _path_words(path), variants, markers)


def _entry_words(path: Along) -> str:
    """Say in which order features enter a path whose penalty has an L1 part."""
    first = path.entries[:5] if path.sparse else []
    if not first:
        return ""
    names = ", ".join(brief(path.features[j], 30) for j in first)
    return (
        " A line leaves zero where its feature enters the model; the number before a name is its place in that order: "
        f"{names}{' first' if len(path.entries) > len(first) else ''}."
    )


def _path_words(path: Along) -> str:
    top = named(path.std, path.chosen, 5)
    largest = "; ".join(f"{path.features[j]} {number(float(path.std[path.chosen, j]))}" for j in top)
    return (
        f"Line chart of {len(path.features):,} coefficients along lambda. "
        f"Largest at the chosen lambda, per standard deviation: {largest}.{_entry_words(path)}"
    )


def diagnostic_charts(curves: Mapping[str, Any] | None) -> list[Chart]:
    """Draw what the facts have: ROC, precision–recall, calibration; or observed against predicted, and residuals."""
    data = plain(curves) or {}
    found = []
    for name, title, caption in _DIAGNOSTICS:
        values = data.get(name)
        if values and _drawable(values):
            figure = getattr(figures, name)(values, theme=PAGE)
            found.append(Chart(name, title, caption, f"Chart: {title}. {caption}", {"any": figure}))
    return found


def _drawable(values: Any) -> bool:
    """Say whether there is anything to draw: at least one list with something in it."""
    return any(_drawable(v) if isinstance(v, Mapping) else bool(v) for v in values.values())


_DIAGNOSTICS = (
    ("roc", "ROC curve", "True against false positives at every threshold; the dotted diagonal is chance."),
    ("pr", "Precision and recall", "How many alarms are right against how many cases are found, at every threshold."),
    (
        "calibration",
        "Calibration",
        "On the diagonal, predicted probabilities come true as often as they say; bars are 95% intervals.",
    ),
    ("observed_predicted", "Observed against predicted", "Each dot is a row; on the diagonal the prediction is exact."),
    (
        "residuals",
        "Residuals",
        "What is left over, against the prediction; a bend or a funnel says that something is missing.",
    ),
)
