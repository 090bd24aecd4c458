"""How it was done: what a paper's methods section, or someone who wants the same numbers again, would need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ridgeline.report.numbers import count, is_number, number
from ridgeline.report.views.headline import model_name, rule_words

__all__ = ["LOSSES", "details", "prose"]

# The loss of one row, ℓ(y, η), in plain signs.
LOSSES = {
    "gaussian": "½ (y − η)²",
    "binomial": "log(1 + e^η) − y η",
    "multinomial": "log Σₖ e^ηₖ − η of the row’s class",
    "poisson": "e^η − y η",
    "gamma": "y e^−η + η",
}


def prose(summary: Mapping[str, Any]) -> list[str]:
    """Write the methods paragraph, sentence by sentence; what is not known is left out."""
    cv, model = summary.get("cv") or {}, summary.get("model") or {}
    found = [
        f"The model is a {model_name(summary)}, fitted by minimising the objective below; the intercept is not penalised."
    ]
    if model.get("standardize", True):
        found.append(
            "Each feature is divided by its standard deviation for the penalty; coefficients are reported on the original scale and per standard deviation."
        )
    if is_number(summary.get("lambda")):
        found.append(f"The regularization parameter is λ = {number(summary['lambda'])} ({rule_words(summary)}).")
    if cv.get("lambda"):
        found.append(_cross_validation(cv))
    found.append(
        "Levels, imputed means, centres and scales are learned from each training fold alone, so nothing of a validation row leaks into its own prediction."
    )
    found.append(
        "Validation metrics are computed from the out-of-fold predictions of the training rows; test rows, where there are any, were set aside before anything was learned."
    )
    certificate = summary.get("certificate") or {}
    if is_number(certificate.get("gap")):
        found.append(
            f"An independent certificate bounds the distance of the objective from its optimum by {number(certificate['gap'])} "
            f"(relative {number(certificate.get('relative_gap'))}; largest violation of the optimality conditions {number(certificate.get('kkt'))})."
        )
    return found


def _cross_validation(cv: Mapping[str, Any]) -> str:
    scheme = str(cv.get("scheme") or count(cv.get("folds"), "fold"))
    repeats = cv.get("repeats")
    often = f", repeated {count(repeats, 'time')}" if is_number(repeats) and repeats > 1 else ""
    return f"It was chosen among {count(len(cv['lambda']), 'value')} by cross-validation ({scheme}{often}), judged by {cv.get('loss') or 'loss'}."


def details(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return names and values of what identifies this run."""
    found = []
    model = summary.get("model") or {}
    for name, value in (
        ("l1_ratio (ρ)", model.get("l1_ratio")),
        ("λ", summary.get("lambda")),
        ("λ of the lowest loss", summary.get("lambda_min")),
        ("λ one standard error above", summary.get("lambda_1se")),
        ("Intercept", summary.get("intercept")),
    ):
        if is_number(value):
            found.append((name, f"{value:.10g}"))
    if is_number(summary.get("seed")):
        found.append(("Seed", str(summary["seed"])))
    versions = summary.get("versions") or {}
    if versions:
        found.append(("Versions", ", ".join(f"{name} {value}" for name, value in versions.items())))
    timings = {k: v for k, v in (summary.get("timings") or {}).items() if is_number(v)}
    if timings:
        found.append(("Seconds", ", ".join(f"{name} {number(value)}" for name, value in timings.items())))
    return found
