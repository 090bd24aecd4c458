"""Facts first: everything the summary, the checks and the report say, as plain data."""

from __future__ import annotations

import math
import platform
from dataclasses import asdict
from typing import Any

import numpy as np

import ridgeline
from ridgeline.assess import Assessment, Predictions, curves
from ridgeline.checks import run_checks, verdict
from ridgeline.crossval.curve import CrossValidation
from ridgeline.crossval.rules import select
from ridgeline.job.data import Data
from ridgeline.job.diagnostics import diagnostics
from ridgeline.job.groups import group_facts
from ridgeline.job.options import Options
from ridgeline.job.outcome import Selection, along, confusion_facts
from ridgeline.job.stability import stability
from ridgeline.job.terms import Terms, terms
from ridgeline.job.tune import Tuned, closed_index

__all__ = ["build_facts", "plain"]

SCHEMA = "ridgeline-summary/1"
_PATH_FEATURES = 100


def build_facts(
    data: Data,
    tuned: Tuned,
    found: list[Predictions],
    assessment: Assessment,
    options: Options,
) -> dict[str, Any]:
    """Facts of a fit: everything that is shown or said of it."""
    cv, grid, picked = tuned.cv, tuned.grid, tuned.picked
    # The slider goes on to no penalty at all, where that has a solution.
    slide = np.append(grid, picked.unpenalized) if cv.lams[picked.unpenalized] == 0.0 else grid
    each = terms(data, cv.path)
    summary = _summary(data, tuned, options, each) | confusion_facts(data, found)
    summary = plain(summary | assessment.for_summary() | {"groups": group_facts(data, cv, picked, found, options)})
    lams = cv.lams[slide]
    facts: dict[str, Any] = {
        "summary": summary,
        "along": {
            "lams": lams,
            "df": cv.path.df[slide],
            "features": list(each.names),
            "columns": [f.column for f in each.features],
            "std_coef": each.std[slide],
            "coef": each.coef[slide],
            "intercept": cv.path.intercept[slide],
            "loss": {"mean": cv.mean[slide], "se": cv.se[slide], "train": cv.train[slide]},
            **along(data, cv, slide),
            "index": {
                "min": _at(lams, summary["lambda_min"]),
                "1se": _at(lams, summary["lambda_1se"]),
                "chosen": _at(lams, summary["lambda"]),
                "loo": closed_index(cv, grid, "loo", limited=True),
            },
        },
        "curves": curves(found, data.measured_as),
        "columns": [asdict(c) for c in data.schema.columns],
        "diagnostics": diagnostics(data, tuned, found, options),
    }
    summary["checks"] = run_checks(facts)
    summary["verdict"] = verdict(facts)
    return facts


def _at(lams: np.ndarray, value: float) -> int:
    """Return the position of the λ that is nearest to a value, on scales of ratios."""
    return int(np.argmin(np.abs(np.log(np.maximum(lams, 1e-300)) - math.log(max(value, 1e-300)))))


def _summary(data: Data, tuned: Tuned, options: Options, each: Terms) -> dict[str, Any]:
    cv, grid, picked = tuned.cv, tuned.grid, tuned.picked
    shown = tuned.shown
    certificate = cv.path.certificates[picked.chosen]
    at = {rule: _rule_lambda(cv, grid, rule) for rule in ("min", "1se")}
    order = np.argsort(-np.abs(each.std[picked.chosen]), kind="stable")
    top = order[:_PATH_FEATURES]
    moved, method = stability(data, cv, picked, options.seed)
    return {
        "schema": SCHEMA,
        "data": data.table.name,
        "task": data.target.task,
        "family": data.family,
        "target": data.target.name,
        "positive_class": data.target.positive,
        "verdict": [],
        "rows": {
            "used": len(data.train.y) + (0 if data.test is None else len(data.test.y)),
            "dropped": list(data.dropped),
        },
        "features": len(data.encoder.features),
        "excluded": [{"column": c, "reason": r} for c, r in data.schema.excluded],
        "notes": [*data.notes, *tuned.notes],
        "penalty": options.penalty,
        "l1_ratio": cv.l1_ratio,
        "lambda": float(cv.lams[picked.chosen]),
        "rule": options.rule if options.lam == "cv" else "given",
        "lambda_min": at["min"],
        "lambda_1se": at["1se"],
        "intercept": _intercept(data, cv.path.intercept[picked.chosen]),
        "model": {
            "penalty": options.penalty,
            "l1_ratio": cv.l1_ratio,
            "standardize": True,
            "df": float(cv.path.df[picked.chosen]),
            "features_used": _used(each, picked.chosen),
            "unpenalized_lambda": float(cv.lams[picked.unpenalized]),
        },
        "path": {
            "lambda": cv.lams[shown],
            "df": cv.path.df[shown],
            "nonzero": (each.coef[shown] != 0).sum(axis=1),
            "intercept": cv.path.intercept[shown],
            "features": [each.names[j] for j in top],
            "std_coef": each.std[np.ix_(shown, top)],
        },
        "cv": {
            "lambda": cv.lams[shown],
            "mean": cv.mean[shown],
            "se": cv.se[shown],
            "train": cv.train[shown],
            "folds": data.folds.k,
            "repeats": data.folds.repeats,
            "scheme": data.folds.scheme,
            "loss": data.problem.family.loss_name,
        },
        "coefficients": _coefficients(data, each, picked, order, moved),
        "resampling": method,
        "checks": [],
        "certificate": {**asdict(certificate), "status": cv.path.status[picked.chosen].value},
        "timings": {},
        "versions": {"ridgeline": ridgeline.__version__, "python": platform.python_version(), "numpy": np.__version__},
        "seed": options.seed,
        "command": None,
    }


def _used(each: Terms, at: int) -> int:
    """How many features have a coefficient other than zero, in any class."""
    names = {f.name for f, used in zip(each.features, each.coef[at] != 0, strict=True) if used}
    return len(names)


def _rule_lambda(cv: CrossValidation, grid: np.ndarray, rule: str) -> float:
    return float(cv.lams[grid][select(rule, cv.lams[grid], cv.rounds[..., grid], cv.mean[grid], cv.se[grid])])


def _intercept(data: Data, value: np.ndarray) -> float | dict[str, float]:
    """Return a number, or one for each class."""
    return dict(zip(data.target.labels, value.tolist(), strict=True)) if np.ndim(value) else float(value)


def _coefficients(
    data: Data, each: Terms, picked: Selection, order: np.ndarray, moved: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    coef, std, free = each.coef[picked.chosen], each.std[picked.chosen], each.coef[picked.unpenalized]
    per = len(each.names) // len(moved)  # classes of a feature stand together
    total = np.abs(std).sum() or 1.0
    ratio = data.family == "binomial"
    out = []
    for j in order:
        f, label = each.features[j], each.classes[j]
        out.append({
            "feature": f.name, "column": f.column, "level": f.level, **({} if label is None else {"class": label}),
            "coef": float(coef[j]), "std_coef": float(std[j]),
            "odds_ratio": float(np.exp(coef[j])) if ratio and abs(coef[j]) < 700 else None,
            "unpenalized": float(free[j]), "share": float(abs(std[j]) / total),
            **moved[j // per],
        })  # fmt: skip
    return out


def plain(value: Any) -> Any:
    """Strict JSON: arrays to lists, NaN and infinities to null."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
