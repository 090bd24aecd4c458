"""Features that stand in for a group: how much each source column tells about which group a row belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ridgeline.designs import Design
from ridgeline.tables.block import Feature

__all__ = ["associations", "one_hot"]


def one_hot(labels: np.ndarray) -> np.ndarray:
    """Return indicator columns (n, K) of the distinct labels, in sorted order."""
    _, codes = np.unique(labels, return_inverse=True)
    return np.eye(int(codes.max(initial=0)) + 1)[codes]


def associations(design: Design, features: Sequence[Feature], labels: np.ndarray) -> dict[str, float]:
    """Measure how closely each source column goes with the group, 0 (not at all) to 1 (one follows from the other).

    √(trace R² / min(r, K - 1)) over the squared canonical correlations R² of the column's r stored columns and the K
    group indicators (Cramer & Nicewander 1979): Cramér's V for a categorical column, the correlation ratio η for a
    number, the size of the correlation for a number and two groups.

    Parameters
    ----------
    design : Design
        n rows.
    features : sequence of Feature
        What each stored column is.
    labels : ndarray of shape (n,)

    Returns
    -------
    dict of str to float
        By source column, largest first.

    Examples
    --------
    >>> from ridgeline.designs import DenseDesign
    >>> x = DenseDesign(np.array([[0.0], [0.0], [1.0], [1.0]]))
    >>> round(associations(x, [Feature("x", "x")], np.array(list("abbb")))["x"], 3)
    0.577
    """
    groups = one_hot(labels)
    columns: dict[str, list[int]] = {}
    for j, feature in enumerate(features):
        columns.setdefault(feature.column, []).append(j)
    counts = design.adjoint(groups)
    found = {}
    for column, members in columns.items():
        at = np.array(members)
        if all(features[j].kind == "level" for j in members):
            found[column] = _cramer(counts[at], groups.sum(axis=0))
        else:
            found[column] = _canonical(design.columns(at), groups)
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _cramer(counts: np.ndarray, totals: np.ndarray) -> float:
    """Cramér's V of a table of levels by groups; rows without a known level are a level of their own."""
    rest = totals - counts.sum(axis=0)
    table = np.vstack([counts, rest[None]]) if rest.any() else counts
    table = table[table.sum(axis=1) > 0]
    expected = np.outer(table.sum(axis=1), totals) / totals.sum()
    shorter = min(table.shape) - 1
    if shorter < 1:
        return 0.0
    return float(min(1.0, np.sqrt((((table - expected) ** 2) / expected).sum() / totals.sum() / shorter)))


def _canonical(x: np.ndarray, groups: np.ndarray) -> float:
    x, g = x - x.mean(axis=0), groups - groups.mean(axis=0)
    u = _basis(x)
    v = _basis(g)
    shorter = min(u.shape[1], v.shape[1])
    return float(min(1.0, np.sqrt(((u.T @ v) ** 2).sum() / shorter))) if shorter else 0.0


def _basis(x: np.ndarray) -> np.ndarray:
    u, s, _ = np.linalg.svd(x, full_matrices=False)
    return u[:, s > 1e-10 * max(s.max(initial=0.0), 1e-300) * np.sqrt(len(x))]
