"""What separates classes: all training rows or some of them, by which columns, and whether by nothing else.

A column separates rows when all its values in one class lie on one side of all its values outside it: every row if
strictly, else those whose value the two do not share, such as the rows of a level that occurs with one class only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ridgeline.assess import Predictions
from ridgeline.crossval.curve import CrossValidation
from ridgeline.job.columns import imputed_columns, spread_sample
from ridgeline.job.data import Data
from ridgeline.solvers.separation import decidable, recedes

__all__ = ["separation"]

_SHOWN = 20_000  # rows that columns are first looked at in
_CELLS = 5_000_000  # of the columns that are looked at together


def separation(data: Data, cv: CrossValidation, found: list[Predictions]) -> dict[str, Any]:
    """Return ``separated`` and, where it holds, what `ridgeline.checks.base` lists after it."""
    flagged, right = bool(cv.fits[0].separated.any()), _all_right(data, found)
    if not flagged and not right:
        return {"separated": False}
    rows = np.flatnonzero(data.problem.weights > 0)
    named = _named(data, rows, strictly=True)
    binary = data.target.task == "binary"
    if right or (named and binary):
        return {"separated": True, "partly": False, "separating": list(named)}
    told = _named(data, rows, strictly=False)
    together = np.any([np.zeros(len(rows), dtype=bool), *told.values()], axis=0)
    return {
        "separated": True,
        "partly": True,
        "separating": sorted(told, key=lambda name: -int(told[name].sum())),
        "separating_rows": int(together.sum()),
        "separating_only": bool(told) and binary and _nothing_else(data, cv, set(told), rows[~together]),
    }


def _all_right(data: Data, found: list[Predictions]) -> bool:
    """Whether the model called unpenalized tells every training row's class: then it is itself a proof."""
    own = next(p for p in found if p.model == "unpenalized" and p.split == "train")
    live = data.problem.weights > 0
    said = own.mean.argmax(axis=1) if own.mean.ndim == 2 else own.mean > 0.5
    return not data.problem.offset.any() and bool(np.all((said == own.actual)[live]))


def _named(data: Data, rows: np.ndarray, *, strictly: bool) -> dict[str, np.ndarray]:
    """Columns that separate `rows`, and which rows they separate; a part of the rows rules most columns out."""
    every = np.arange(len(data.encoder.features))
    first = [j for j, _ in _told(data, spread_sample(rows, _SHOWN), every, strictly)]
    return {data.encoder.features[j].name: told for j, told in _told(data, rows, np.array(first, np.intp), strictly)}


def _told(data: Data, rows: np.ndarray, columns: np.ndarray, strictly: bool) -> Iterator[tuple[int, np.ndarray]]:
    y = data.train.y[rows]
    classes = [y > 0.5] if data.target.task == "binary" else [y == k for k in np.unique(y)]
    step = max(1, _CELLS // max(1, len(rows)))
    for start in range(0, len(columns), step):
        some = columns[start : start + step]
        x = imputed_columns(data, rows, some)
        told = np.any([_apart(x, own, strictly) for own in classes], axis=0)
        yield from ((int(some[k]), told[:, k]) for k in np.flatnonzero(told.any(axis=0)))


def _apart(x: np.ndarray, own: np.ndarray, strictly: bool) -> np.ndarray:
    """Which rows each column tells: (n, p), all False where some value lies on the wrong side."""
    if own.all() or not own.any():
        return np.zeros(x.shape, dtype=bool)
    a, b = x[own], x[~own]
    above, below = a.min(axis=0) - b.max(axis=0), b.min(axis=0) - a.max(axis=0)
    shared = np.where(above >= 0, b.max(axis=0), b.min(axis=0))
    gap = np.maximum(above, below)
    told = (gap > 0) | ((gap == 0) & (x != shared))
    return told & (gap > 0) if strictly else told


def _nothing_else(data: Data, cv: CrossValidation, told: set[str], rows: np.ndarray) -> bool:
    """Whether it is proved that the rows that are not told have an optimum of their own, and hold all other features.

    A feature that does not vary in them could grow with those that tell the other rows.
    """
    rest = np.zeros(len(data.problem.y), dtype=bool)
    rest[rows] = True
    standard = cv.fits[0].standard
    free = np.ones(len(standard.sd), dtype=bool)
    others = np.flatnonzero([f.name not in told for f in data.encoder.features] & (standard.inverse > 0))
    if not decidable(data.problem, rest, standard, free) or not _all_vary(data, rows, others):
        return False
    return not recedes(data.problem, rest, standard, free, np.zeros(len(free) + 1))


def _all_vary(data: Data, rows: np.ndarray, columns: np.ndarray) -> bool:
    step = max(1, _CELLS // max(1, len(rows)))
    parts = (columns[start : start + step] for start in range(0, len(columns), step))
    return len(rows) > 1 and all(np.ptp(imputed_columns(data, rows, some), axis=0).all() for some in parts)
