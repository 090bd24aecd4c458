"""Facts first: everything the summary, the checks and the report say, as plain data."""

from __future__ import annotations

import math
import platform
from dataclasses import asdict
from typing import Any

import numpy as np

import ridgeline
from ridgeline.assess import Assessment, Predictions, curves, neighbours, serial_correlation
from ridgeline.checks import run_checks, verdict
from ridgeline.crossval.curve import CrossValidation
from ridgeline.crossval.rules import RULES, paired_error, select
from ridgeline.job.copies import copied_rows
from ridgeline.job.data import Data
from ridgeline.job.diagnostics import column_diagnostics
from ridgeline.job.groups import group_facts
from ridgeline.job.options import Options
from ridgeline.job.outcome import Selection, along, confusion_facts
from ridgeline.job.robust import influential_rows, lambda_draws
from ridgeline.job.separating import separation
from ridgeline.job.stability import stability
from ridgeline.job.terms import Terms, terms
from ridgeline.job.tune import Tuned, closed_index
from ridgeline.path import TARGET

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
        "diagnostics": _diagnostics(data, cv, grid, picked, found, options),
    }
    facts["diagnostics"]["grid_extended"] = tuned.extensions
    facts["diagnostics"]["suspects"] = list(data.schema.suspects)
    facts["diagnostics"] |= column_diagnostics(data, cv) | {"copies": copied_rows(data)}
    summary["checks"] = run_checks(facts)
    summary["verdict"] = verdict(facts)
    return facts


def _at(lams: np.ndarray, value: float) -> int:
    return int(np.argmin(np.abs(np.log(np.maximum(lams, 1e-300)) - math.log(max(value, 1e-300)))))


def _summary(data: Data, tuned: Tuned, options: Options, each: Terms) -> dict[str, Any]:
    cv, grid, picked = tuned.cv, tuned.grid, tuned.picked
    shown = _shown(grid, picked)
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


def _shown(grid: np.ndarray, picked: Selection) -> np.ndarray:
    """Places of the λ of the curve; λ = 0 belongs to it when it was asked for."""
    return grid if picked.chosen in grid else np.append(grid, picked.chosen)


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


def _diagnostics(
    data: Data,
    cv: CrossValidation,
    grid: np.ndarray,
    picked: Selection,
    found: list[Predictions],
    options: Options,
) -> dict[str, Any]:
    best = int(np.argmin(cv.mean[grid]))
    d = cv.fits[0].spectrum
    d = d[np.isfinite(d) & (d > 0)]
    validation = next(p for p in found if p.model == "chosen" and p.split == "validation")
    out: dict[str, Any] = {
        "edge": "high" if best == 0 else "low" if best == len(grid) - 1 else None,
        "rows_train": len(data.train.y),
        "rows_test": 0 if data.test is None else len(data.test.y),
        "rows_per_feature": len(data.train.y) / max(1, len(data.encoder.features)),
        "condition": float(d.max() / d.min()) if len(d) else None,
        "fold_kind": data.folds.kind,
        "serial_correlation": serial_correlation(validation),
        "neighbours": neighbours(validation),
        "tolerance": TARGET,
        "paired_se": _paired(cv, _shown(grid, picked)),
        "influential": influential_rows(data.problem, cv, picked.chosen, data.train.rows),
    }
    if options.lam == "cv" and options.rule in RULES:  # leave-one-out and GCV have no folds to draw
        out["lambda_draws"] = lambda_draws(cv, grid, options.rule, data.folds.k)
    if data.target.task in ("binary", "multiclass"):
        counts = np.bincount(data.train.y.astype(np.intp), minlength=len(data.target.labels))
        out["class_counts"] = dict(zip(data.target.labels, counts.tolist(), strict=True))
        if np.ptp(data.train.weights) > 0.0:
            weights = np.bincount(data.train.y.astype(np.intp), data.train.weights, minlength=len(counts))
            out["class_weights"] = dict(zip(data.target.labels, weights.tolist(), strict=True))
        out |= separation(data, cv, picked, found)
    return out


def _paired(cv: CrossValidation, shown: np.ndarray) -> list[float] | None:
    """Return standard errors of the losses minus the least one, where there are folds to take them from."""
    if len(cv.losses) < 2:
        return None
    return paired_error(cv.rounds[..., shown], int(np.argmin(cv.mean[shown]))).tolist()


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
