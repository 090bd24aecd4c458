"""Rows in the form the engine reads: dense columns and categorical codes, never one-hot matrices.

A *stored column* is a column of the (virtual) matrix ``X = [dense | one-hot(codes[:, 0]) | one-hot(codes[:, 1]) | …]``.
A missing number is stored as 0 with a 1 in an indicator column of ``dense``; each training set fills in its own mean
through a linear map (`Block.imputed` names the pairs), so imputation never needs a second pass and never leaks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

__all__ = ["Block", "Feature", "distinct"]


@dataclass(frozen=True)
class Feature:
    """One stored column, as people know it.

    Attributes
    ----------
    name : str
        Unique name of the model feature: the column's own name for a numeric column, ``"column=level"`` for a level,
        ``"column (missing)"`` for an indicator, ``"column (year)"`` for a part of a date.
    column : str
        The source column.
    level : str or None
        The level of a categorical column, ``"missing"`` for an indicator, the part of a date; None for plain numbers.
    kind : str
        ``"value"``, ``"missing"``, ``"level"`` or ``"part"``.
    """

    name: str
    column: str
    level: str | None = None
    kind: str = "value"


def _no_pairs() -> np.ndarray:
    return np.empty((0, 2), dtype=np.intp)


@dataclass(frozen=True)
class Block:
    """Some rows of an encoded table.

    Attributes
    ----------
    dense : ndarray of shape (n, q), float64
        Numbers; missing ones are stored as 0. Indicator columns come after the values.
    codes : ndarray of shape (n, c), int32
        Level of each categorical column, 0 … levels[k]-1; -1 contributes nothing (an unknown level).
    levels : tuple of int
        Number of levels of each categorical column.
    imputed : ndarray of shape (m, 2), intp
        Pairs (value column, indicator column) of `dense` for the columns that have missing cells.
    """

    dense: np.ndarray
    codes: np.ndarray
    levels: tuple[int, ...] = ()
    imputed: np.ndarray = field(default_factory=_no_pairs)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.dense.shape[0]

    @property
    def width(self) -> int:
        """Number of stored columns."""
        return self.dense.shape[1] + sum(self.levels)


def distinct(features: list[Feature]) -> tuple[Feature, ...]:
    """Make names unique: a column may be called like a level of another."""
    seen: dict[str, int] = {}
    out = []
    for feature in features:
        name = feature.name
        while name in seen:
            seen[feature.name] += 1
            name = f"{feature.name} [{seen[feature.name]}]"
        seen[name] = 1
        out.append(feature if name == feature.name else Feature(name, feature.column, feature.level, feature.kind))
    return tuple(out)
