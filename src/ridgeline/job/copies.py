"""Copies: rows that agree in every feature and in the target, and are judged by a model that learned from their like.

Few columns with few values make equal rows by themselves, which is no fault. So the columns, target included, are
divided into two halves, those with the most values shared out in turn. Where values are few, pairs of rows often agree
in one half and not in the other. Of copies, nearly all pairs that agree in a half agree in everything. Copies are told
only if that is so of `_ALL` of the pairs that agree in one half, while pairs at random agree in the other half with a
chance of at most `_CHANCE`.
"""

from __future__ import annotations

import numpy as np

from ridgeline.crossval.folds import Folds
from ridgeline.designs import DenseDesign, Design, MixedDesign, design_of_block
from ridgeline.job.columns import spread_sample
from ridgeline.job.data import Data

__all__ = ["copied_rows"]

_ALL, _CHANCE = 0.8, 0.1
_SAMPLE = 500  # rows that the columns' numbers of values are taken from
_CELLS = 2**18  # cells at a time
_ONE = np.uint64(0x3FF000003FF00000)  # `_folded` of 1.0


def copied_rows(data: Data) -> dict[str, dict[str, int]] | None:
    """Count judged rows that are copies of rows learned from.

    Returns
    -------
    dict or None
        ``{"rows", "of"}`` for ``"validation"`` (the first division into folds) and, where there are test rows,
        ``"test"``; empty where equal rows are what the columns explain. None for a design whose cells are not at hand.
    """
    design, y = data.problem.design, np.asarray(data.train.y, dtype=np.float64)
    n = len(y)
    if not isinstance(design, DenseDesign | MixedDesign):
        return None
    columns, odd = _columns(data), _multipliers(design.shape[1] + 1)
    first = _first_half(design, y, columns, odd)
    hashes = _hashes(design, y, odd, first)
    if data.test is not None:
        test = design_of_block(data.encoder.encode(data.test.table), design.engine)
        assert isinstance(test, DenseDesign | MixedDesign)
        hashes = np.concatenate([hashes, _hashes(test, np.asarray(data.test.y, dtype=np.float64), odd, first)])
    row = np.unique(hashes[:, 0] * odd[0] + hashes[:, 1], return_inverse=True)[1].ravel()
    if not _beyond_chance(row, hashes):
        return {}
    found = {"validation": _between_folds(row[:n], data.folds)}
    if data.test is not None:
        copied = np.isin(row[n:], row[:n])
        found["test"] = {"rows": int(copied.sum()), "of": len(copied)}
    return found


def _between_folds(row: np.ndarray, folds: Folds) -> dict[str, int]:
    copied = judged = 0
    for k in range(folds.k):
        test = row[folds.test_mask(k)]
        copied += int(np.isin(test, row[folds.train_mask(k)]).sum())
        judged += len(test)
    return {"rows": copied, "of": judged}


def _beyond_chance(row: np.ndarray, halves: np.ndarray) -> bool:
    """Say whether rows that agree in half of the columns agree in all, as no rows at random do."""
    whole, every = _pairs(row), len(row) * (len(row) - 1) / 2.0
    if whole == 0:
        return False
    first, second = (_pairs(half) for half in halves.T)
    return any(whole >= _ALL * a and b <= _CHANCE * every for a, b in ((first, second), (second, first)))


def _pairs(values: np.ndarray) -> float:
    """Count the pairs of equal values."""
    count = np.unique(values, return_counts=True)[1].astype(np.float64)
    return float((count * (count - 1.0)).sum() / 2.0)


def _columns(data: Data) -> np.ndarray:
    """Return the number of the source column of each stored column, and last that of the target."""
    names = [feature.column for feature in data.encoder.features]
    return np.append(np.unique(names, return_inverse=True)[1], len(set(names)))


def _multipliers(count: int) -> np.ndarray:
    return np.random.PCG64(np.random.SeedSequence((0, 7))).random_raw(count) | np.uint64(1)


def _first_half(design: Design, y: np.ndarray, columns: np.ndarray, odd: np.ndarray) -> np.ndarray:
    """Which stored columns are in the first half: source columns are shared out in turn, by their number of values."""
    at = spread_sample(np.arange(len(y)), _SAMPLE)
    x = np.column_stack([design.take(at).columns(np.arange(design.shape[1])), y[at]])
    order = np.argsort(columns, kind="stable")
    starts = np.searchsorted(columns[order], np.arange(columns.max() + 1))
    keys = np.sort(np.add.reduceat((_folded(x) * odd)[:, order], starts, axis=1), axis=0)
    values = (keys[1:] != keys[:-1]).sum(axis=0)
    rank = np.empty(len(values), dtype=np.intp)
    rank[np.argsort(-values, kind="stable")] = np.arange(len(values))
    return rank[columns] % 2 == 0


def _hashes(design: DenseDesign | MixedDesign, y: np.ndarray, odd: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Hash both halves of each row, (n, 2): Σ m_j h(x_j) with odd m_j; a cell of 0 adds nothing, as a level's flag."""
    factors = np.column_stack([np.where(first, odd, np.uint64(0)), np.where(first, np.uint64(0), odd)])
    q = design.x.shape[1]
    out = _folded(y[:, None]) * factors[-1]
    step = max(1, _CELLS // max(1, q))
    for start in range(0, len(y), step):
        out[start : start + step] += _folded(design.x[start : start + step]) @ factors[:q]
    place = q
    for k, levels in enumerate(getattr(design, "levels", ())):
        of_level = np.vstack([_ONE * factors[place : place + levels], np.zeros((1, 2), np.uint64)])
        out += of_level[design.codes[:, k]]  # type: ignore[union-attr] - the last one is that of code -1
        place += levels
    return out


def _folded(x: np.ndarray) -> np.ndarray:
    """Return the bits of numbers with their high half added to the low one; 0 for 0 and -0."""
    bits = (np.asarray(x, dtype=np.float64) + 0.0).view(np.uint64)
    return bits ^ (bits >> np.uint64(32))
