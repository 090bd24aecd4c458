"""Diagnostics: what only the fit knows and the checks ask for; `ridgeline.checks.base` lists the keys."""

from __future__ import annotations

from typing import Any

import numpy as np

from ridgeline.assess import Predictions, neighbours, serial_correlation
from ridgeline.crossval.curve import CrossValidation
from ridgeline.crossval.rules import RULES, paired_error
from ridgeline.job.columns import column_diagnostics
from ridgeline.job.copies import copied_rows
from ridgeline.job.data import Data
from ridgeline.job.options import Options
from ridgeline.job.robust import influential_rows, lambda_draws
from ridgeline.job.separating import separation
from ridgeline.job.tune import Tuned
from ridgeline.path import TARGET

__all__ = ["diagnostics"]


def diagnostics(data: Data, tuned: Tuned, found: list[Predictions], options: Options) -> dict[str, Any]:
    """Return the ``diagnostics`` of a fit's facts."""
    cv, grid = tuned.cv, tuned.grid
    best = int(np.argmin(cv.mean[grid]))
    validation = next(p for p in found if p.model == "chosen" and p.split == "validation")
    out: dict[str, Any] = {
        "edge": "high" if best == 0 else "low" if best == len(grid) - 1 else None,
        "grid_extended": tuned.extensions,
        "rows_train": len(data.train.y),
        "rows_test": 0 if data.test is None else len(data.test.y),
        "rows_per_feature": len(data.train.y) / max(1, len(data.encoder.features)),
        "condition": _condition(cv),
        "fold_kind": data.folds.kind,
        "serial_correlation": serial_correlation(validation),
        "neighbours": neighbours(validation),
        "tolerance": TARGET,
        "paired_se": _paired(cv, tuned.shown),
        "influential": influential_rows(data.problem, cv, tuned.picked.chosen, data.train.rows),
        "suspects": list(data.schema.suspects),
        "copies": copied_rows(data),
        **column_diagnostics(data, cv),
    }
    if options.lam == "cv" and options.rule in RULES:  # leave-one-out and GCV have no folds to draw
        out["lambda_draws"] = lambda_draws(cv, grid, options.rule, data.folds.k)
    if data.target.task in ("binary", "multiclass"):
        out |= _classes(data) | separation(data, cv, found)
    return out


def _condition(cv: CrossValidation) -> float | None:
    """Return the condition number of the standardized columns, where their spectrum was needed."""
    d = cv.fits[0].spectrum
    d = d[np.isfinite(d) & (d > 0)]
    return float(d.max() / d.min()) if len(d) else None


def _paired(cv: CrossValidation, shown: np.ndarray) -> list[float] | None:
    """Return standard errors of the losses minus the least one, where there are folds to take them from."""
    if len(cv.losses) < 2:
        return None
    return paired_error(cv.rounds[..., shown], int(np.argmin(cv.mean[shown]))).tolist()


def _classes(data: Data) -> dict[str, dict[str, float]]:
    """Return the training rows of each class, and their weight where rows have different weights."""
    code, labels = data.train.y.astype(np.intp), data.target.labels
    counts = np.bincount(code, minlength=len(labels))
    out = {"class_counts": dict(zip(labels, counts.tolist(), strict=True))}
    if np.ptp(data.train.weights) > 0.0:
        weights = np.bincount(code, data.train.weights, minlength=len(labels))
        out["class_weights"] = dict(zip(labels, weights.tolist(), strict=True))
    return out
