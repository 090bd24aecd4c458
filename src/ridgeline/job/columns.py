"""The columns of the training rows, and what is to be said of them: which say the same, are rare, or drift.

The keys of `column_diagnostics` are those that `ridgeline.checks.base` lists. Columns are judged on training rows, at
most `_SHOWN` of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import bdtr, bdtrc, stdtr

from ridgeline.checks.drift import SHIFT
from ridgeline.crossval.curve import CrossValidation
from ridgeline.designs import Design, design_of_block
from ridgeline.job.data import Data, Part

__all__ = ["column_diagnostics", "imputed_columns", "spread_sample"]

_SHOWN = 20_000  # rows that correlations and ranges are computed from
_MOST = 600  # columns that are correlated with each other: beyond them the answer would be a list of thousands
_ALIKE = 0.95  # absolute correlation worth reporting
_FEW = 10  # rows of a rare level
_JUDGED = 100  # features whose shift is tested, those that moved most
_FEW_UNITS = 30  # groups with a level, below which they are counted one by one


def column_diagnostics(data: Data, cv: CrossValidation) -> dict[str, Any]:
    """Return ``collinear``, ``rare_levels``, and where there are test rows ``shift`` and ``shift_of``."""
    sample = spread_sample(np.arange(len(data.train.y)), _SHOWN)
    found: dict[str, Any] = {"collinear": _collinear(data, sample), "rare_levels": _rare_levels(data)}
    if data.test is not None:
        found |= _shift(data, cv.fits[0].standard.sd)
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
        {"column": feature.column, "level": feature.level, "feature": feature.name, "rows": round(float(count))}
        for feature, count in zip(data.encoder.features, rows, strict=True)
        if feature.kind == "level" and count < _FEW
    ]


def _shift(data: Data, sd: np.ndarray) -> dict[str, dict]:
    """(test mean − training mean) / SD of each column; of a categorical column that of the level that surest moved.

    ``shift_of`` names the feature of each column that moved far, with the chance that rows, or groups of rows, dealt at
    random differ by as much: that of one feature times the number of features looked at.
    """
    assert data.test is not None
    test = design_of_block(data.encoder.encode(data.test.table), data.problem.design.engine)
    moved = _means(test, data.problem.imputed) - _means(data.problem.design, data.problem.imputed)
    by = np.divide(moved, sd, out=np.zeros_like(moved), where=sd > 0)
    far = np.argsort(-np.abs(by), kind="stable")[:_JUDGED]
    far = far[np.abs(by[far]) > SHIFT]
    chances = dict(zip(far.tolist(), _chances(data, test, far).tolist(), strict=True))
    looked_at = int((sd > 0).sum())
    found: dict[str, float] = {}
    named: dict[str, dict] = {}
    for j in sorted(range(len(by)), key=lambda j: (-chances.get(j, 2.0), abs(by[j]))):
        feature = data.encoder.features[j]
        found[feature.column] = float(by[j])
        if j in chances:
            share = feature.kind in ("level", "missing")
            named[feature.column] = {
                "feature": feature.name, "share": share, "chance": min(1.0, looked_at * chances[j]),
            }  # fmt: skip
    return {"shift": found, "shift_of": named}


def _chances(data: Data, test: Design, far: np.ndarray) -> np.ndarray:
    """Chance that units (rows, or groups) dealt at random to training and test differ as much as these columns do.

    Of a flag of rows, or one that few groups have, by the binomial distribution of the units that have it. Otherwise by
    Student's t, with e_u the sum over the rows of unit u of x minus its mean over all rows, U = U₁ + U₂ units, and n₁
    and n₂ rows::

        t = (mean₂ − mean₁) / se,    se² = (Σ_u e_u² / U) (U₁ / n₁² + U₂ / n₂²)
    """
    assert data.test is not None
    designs, imputed = (data.problem.design, test), data.problem.imputed
    late = np.repeat([0, 1], [len(data.train.y), len(data.test.y)])
    unit = _units(data.train, data.test)
    units = np.bincount(_sides(unit, late), minlength=2).astype(float)
    out = np.ones(len(far))
    for c, j in enumerate(far):
        x, known = (np.concatenate(both) for both in zip(*(_cells(d, j, imputed) for d in designs), strict=True))
        holders = _sides(unit[x != 0.0], late[x != 0.0])
        flag = known.all() and ((x == 0.0) | (x == 1.0)).all()
        if flag and (data.train.groups is None or len(holders) < _FEW_UNITS):
            out[c] = _binomial(int(holders.sum()), len(holders), units[1] / units.sum())
        else:
            out[c] = _student(x, known, (unit, late), units)
    return out


def _student(x: np.ndarray, known: np.ndarray, place: tuple[np.ndarray, np.ndarray], units: np.ndarray) -> float:
    unit, late = place
    rows = np.maximum(np.bincount(late, weights=known, minlength=2), 1.0)
    sums = np.bincount(late, weights=x, minlength=2)
    rest = np.bincount(2 * unit + late, weights=(x - sums.sum() / rows.sum()) * known)
    variance = (rest**2).sum() / units.sum() * (units / rows**2).sum()
    if not variance > 0.0 or units.sum() <= 2.0:
        return 1.0
    apart = abs(sums[1] / rows[1] - sums[0] / rows[0])
    return float(2.0 * stdtr(units.sum() - 2.0, -apart / np.sqrt(variance)))


def _sides(unit: np.ndarray, late: np.ndarray) -> np.ndarray:
    """Return the side, 0 or 1, of each unit; a unit on both sides comes twice."""
    return np.flatnonzero(np.bincount(2 * unit + late)) % 2


def _binomial(hits: int, trials: int, share: float) -> float:
    """Chance of so many hits, or of something as rare on either side."""
    at_most, at_least = bdtr(hits, trials, share), (1.0 if hits == 0 else bdtrc(hits - 1, trials, share))
    return float(min(1.0, 2.0 * min(at_most, at_least)))


def _cells(design: Design, column: int, imputed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the stored cells of a column, and 1 where there is a value, else 0."""
    x = design.columns(np.array([column]))[:, 0]
    for value, flag in imputed:
        if value == column:
            return x, 1.0 - design.columns(np.array([flag]))[:, 0]
    return x, np.ones_like(x)


def _units(train: Part, test: Part) -> np.ndarray:
    """Return a number for each group of training and test rows, or for each row."""
    if train.groups is None or test.groups is None:
        return np.arange(len(train.y) + len(test.y))
    return np.unique(np.concatenate([train.groups, test.groups]).astype(str), return_inverse=True)[1].ravel()


def _means(design: Design, imputed: np.ndarray) -> np.ndarray:
    """Mean of each stored column, of numbers over the rows that have one."""
    n = design.shape[0]
    sums = design.adjoint(np.ones((n, 1)))[:, 0]
    present = np.full(len(sums), float(n))
    present[imputed[:, 0]] -= sums[imputed[:, 1]]
    return np.divide(sums, present, out=np.zeros_like(sums), where=present > 0)


def spread_sample(rows: np.ndarray, most: int) -> np.ndarray:
    """Return at most so many of these rows, evenly spread."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.intp)]


def imputed_columns(data: Data, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Feature columns of some training rows, missing numbers filled with the column's mean."""
    some = data.problem.design.take(rows)
    x = some.columns(columns)
    place = {int(j): k for k, j in enumerate(columns)}
    for value, flag in data.problem.imputed:
        if int(value) in place:
            gone = some.columns(np.array([flag]))[:, 0] > 0
            own = x[:, place[int(value)]]
            own[gone] = own[~gone].mean() if (~gone).any() else 0.0
    return x
