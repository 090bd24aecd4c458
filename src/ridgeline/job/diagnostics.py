"""Diagnostics of the columns: which say the same, which levels are rare, which drift.

The keys are those that `ridgeline.checks.base` lists. Columns are judged on training rows, at most `_SHOWN` of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ridgeline.crossval.curve import CrossValidation
from ridgeline.designs import Design, design_of_block
from ridgeline.job.data import Data
from ridgeline.job.separating import imputed_columns, spread_sample

__all__ = ["column_diagnostics"]

_SHOWN = 20_000  # rows that correlations and ranges are computed from
_MOST = 600  # columns that are correlated with each other: beyond them the answer would be a list of thousands
_ALIKE = 0.95  # absolute correlation worth reporting
_FEW = 10  # rows of a rare level


def column_diagnostics(data: Data, cv: CrossValidation) -> dict[str, Any]:
    """Return ``collinear``, ``rare_levels``, and where there are test rows ``shift``."""
    sample = spread_sample(np.arange(len(data.train.y)), _SHOWN)
    found: dict[str, Any] = {"collinear": _collinear(data, sample), "rare_levels": _rare_levels(data)}
    if data.test is not None:
        found["shift"] = _shift(data, cv.fits[0].standard.sd)
    return found


def _collinear(data: Data, sample: np.ndarray) -> list[list]:
    """Pairs of columns with nearly the same values; levels of one column, and a flag's own column, are no news."""
    features = data.encoder.features
    kept = np.flatnonzero([f.kind in ("value", "level") for f in features])
    if len(kept) > _MOST:
        kept = np.flatnonzero([f.kind == "value" for f in features])[:_MOST]
    if len(kept) < 2:
        return []
    x = imputed_columns(data, sample, kept)
    x = x - x.mean(axis=0)
    size = np.sqrt((x**2).sum(axis=0))
    live = size > 1e-12 * np.abs(x).max(initial=0.0)
    kept, x = kept[live], x[:, live] / size[live]
    r = x.T @ x
    pairs = np.argwhere(np.triu(np.abs(r) >= _ALIKE, 1))
    found = [
        [features[kept[i]].name, features[kept[j]].name, float(np.clip(r[i, j], -1.0, 1.0))]
        for i, j in pairs
        if features[kept[i]].column != features[kept[j]].column
    ]
    return sorted(found, key=lambda pair: -abs(pair[2]))


def _rare_levels(data: Data) -> list[dict]:
    rows = data.problem.design.adjoint(np.ones((len(data.train.y), 1)))[:, 0]
    return [
        {"column": feature.column, "level": feature.level, "rows": round(float(count))}
        for feature, count in zip(data.encoder.features, rows, strict=True)
        if feature.kind == "level" and count < _FEW
    ]


def _shift(data: Data, sd: np.ndarray) -> dict[str, float]:
    """(test mean − training mean) / SD of each column; of a categorical column that of the level that moved most."""
    assert data.test is not None
    test = design_of_block(data.encoder.encode(data.test.table), data.problem.design.engine)
    moved = _means(test, data.problem.imputed) - _means(data.problem.design, data.problem.imputed)
    found: dict[str, float] = {}
    for feature, by, spread in zip(data.encoder.features, moved, sd, strict=True):
        shift = float(by / spread) if spread > 0 else 0.0
        if abs(shift) >= abs(found.get(feature.column, 0.0)):
            found[feature.column] = shift
    return found


def _means(design: Design, imputed: np.ndarray) -> np.ndarray:
    """Mean of each stored column, of numbers over the rows that have one."""
    n = design.shape[0]
    sums = design.adjoint(np.ones((n, 1)))[:, 0]
    present = np.full(len(sums), float(n))
    present[imputed[:, 0]] -= sums[imputed[:, 1]]
    return np.divide(sums, present, out=np.zeros_like(sums), where=present > 0)
