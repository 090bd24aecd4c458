"""Data frames for the library and the estimators: every column in full, nothing left out, pooled or guessed.

Numbers stay as they are, with an indicator column where some are missing; everything else becomes codes, one level per
distinct value, missing being a level of its own. The one-hot columns are never written out.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ridgeline.errors import DataError
from ridgeline.tables.block import Block, Feature, distinct
from ridgeline.tables.series import columns_of, read_codes, read_numbers

__all__ = ["FrameCoder"]


@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers: whether training rows had gaps, and the mean of the others."""

    name: str
    gaps: bool
    mean: float


@dataclass(frozen=True)
class LevelColumn:
    """A column of codes: its levels in the order of their labels, and whether missing cells are one more."""

    name: str
    values: tuple[Hashable, ...]
    gaps: bool

    @property
    def labels(self) -> list[str]:
        """What people read; missing comes last."""
        return [str(value) for value in self.values] + ["(missing)"] * self.gaps

    @cached_property
    def _place(self) -> Mapping[Hashable, int]:
        return {value: k for k, value in enumerate(self.values)}

    def encode(self, codes: np.ndarray, values: list) -> np.ndarray:
        """Codes of other rows, −1 for a level that training rows did not have."""
        missing = len(self.values) if self.gaps else -1
        table = np.array([self._place.get(value, -1) for value in values] + [missing], dtype=np.int32)
        return table[codes]


@dataclass(frozen=True)
class FrameCoder:
    """What was learned about the columns of a frame.

    Attributes
    ----------
    columns : tuple of NumberColumn or LevelColumn
        In the frame's order.

    Examples
    --------
    >>> import pandas as pd
    >>> coder, block = FrameCoder.learn(pd.DataFrame({"age": [31.5, None, 58.0], "city": ["Oslo", "Bergen", "Oslo"]}))
    >>> [feature.name for feature in coder.features]
    ['age', 'age (missing)', 'city=Bergen', 'city=Oslo']
    >>> block.codes.ravel().tolist()
    [1, 0, 1]
    """

    columns: tuple[NumberColumn | LevelColumn, ...]

    @classmethod
    def learn(cls, frame: Any, weights: np.ndarray | None = None) -> tuple[FrameCoder, Block]:
        """Learn from training rows, and encode them: missing numbers as 0 beside their flag.

        Parameters
        ----------
        frame : DataFrame
            pandas or polars.
        weights : ndarray of shape (n,), optional
            Of the rows, for the means.
        """
        found, numbers, codes = [], [], []
        for name, series in columns_of(frame):
            values = read_numbers(name, series)
            if values is not None:
                column = _learn_numbers(name, values, weights)
                numbers.append(values)
            else:
                column, coded = _learn_levels(name, *read_codes(name, series))
                codes.append(coded)
            found.append(column)
        coder = cls(tuple(found))
        return coder, coder._block(len(frame), frame, numbers, codes, fill=False)

    def encode(self, frame: Any) -> Block:
        """Encode other rows, missing numbers filled with the training mean: ready for `Path.coef`."""
        pairs = columns_of(frame)
        if len(pairs) != len(self.columns):
            raise DataError(f"X has {len(pairs)} columns, but the model was fitted on {len(self.columns)}.")
        numbers, codes = [], []
        for column, (name, series) in zip(self.columns, pairs, strict=True):
            if isinstance(column, LevelColumn):
                codes.append(column.encode(*read_codes(name, series)))
                continue
            values = read_numbers(name, series)
            numbers.append(_all_missing(name, series) if values is None else values)
        return self._block(len(frame), frame, numbers, codes, fill=True)

    @property
    def numbers(self) -> list[NumberColumn]:
        """The columns of numbers."""
        return [column for column in self.columns if isinstance(column, NumberColumn)]

    @property
    def plain(self) -> bool:
        """Whether every column is numbers without gaps: then the frame is a matrix."""
        return all(isinstance(column, NumberColumn) and not column.gaps for column in self.columns)

    @property
    def levels(self) -> tuple[int, ...]:
        """Number of levels of each column of codes."""
        return tuple(len(column.labels) for column in self.columns if isinstance(column, LevelColumn))

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The stored columns: values, indicators of missing ones, then the levels. No two share a name."""
        found = [Feature(column.name, column.name) for column in self.numbers]
        found += [Feature(f"{c.name} (missing)", c.name, "missing", "missing") for c in self.numbers if c.gaps]
        for column in self.columns:
            if isinstance(column, LevelColumn):
                found += [Feature(f"{column.name}={label}", column.name, label, "level") for label in column.labels]
        return distinct(found)

    @cached_property
    def sources(self) -> np.ndarray:
        """Position in the frame of the column that each stored column comes from."""
        number = [k for k, column in enumerate(self.columns) if isinstance(column, NumberColumn)]
        gaps = [k for k in number if self.columns[k].gaps]
        level = [k for k, c in enumerate(self.columns) if isinstance(c, LevelColumn) for _ in c.labels]
        return np.array(number + gaps + level, dtype=np.intp)

    def _block(self, n: int, frame: Any, numbers: list, codes: list, *, fill: bool) -> Block:
        q = len(self.numbers)
        gaps = [k for k, column in enumerate(self.numbers) if column.gaps]
        pairs = np.array([(k, q + i) for i, k in enumerate(gaps)], dtype=np.intp).reshape(-1, 2)
        coded = np.column_stack(codes) if codes else np.empty((n, 0), dtype=np.int32)
        dense = self._matrix(frame) if self.plain and hasattr(frame, "iloc") else None
        if dense is None or (fill and dense.dtype.kind == "f" and np.isnan(dense.sum())):
            dense = np.empty((n, q + len(gaps)))
            for k, (column, values) in enumerate(zip(self.numbers, numbers, strict=True)):
                missing = np.isnan(values) if values.dtype.kind == "f" else None
                dense[:, k] = values
                if missing is not None and missing.any():
                    dense[missing, k] = column.mean if fill else 0.0
                if column.gaps:
                    dense[:, q + gaps.index(k)] = 0.0 if missing is None else missing
        return Block(dense, coded, self.levels, pairs)

    def _matrix(self, frame: Any) -> np.ndarray | None:
        """Return the frame's own memory, when it is one matrix of numbers; else None."""
        kinds = {dtype for dtype in frame.dtypes if isinstance(dtype, np.dtype) and dtype.kind in "fiub"}
        return frame.to_numpy() if len(kinds) == 1 and (frame.dtypes == next(iter(kinds))).all() else None


def _learn_numbers(name: str, values: np.ndarray, weights: np.ndarray | None) -> NumberColumn:
    missing = np.isnan(values) if values.dtype.kind == "f" else np.zeros(0, dtype=bool)
    gaps = bool(missing.any())
    seen = values[~missing] if gaps else values
    mass = None if weights is None else (weights[~missing] if gaps else weights)
    if len(seen) == 0 or (mass is not None and mass.sum() <= 0):
        return NumberColumn(name, gaps, 0.0)
    mean = seen.mean(dtype=np.float64) if mass is None else mass @ seen / mass.sum()
    return NumberColumn(name, gaps, float(mean))


def _learn_levels(name: str, codes: np.ndarray, values: list) -> tuple[LevelColumn, np.ndarray]:
    order = sorted(values, key=lambda value: (str(value), type(value).__name__))
    column = LevelColumn(name, tuple(order), bool((codes < 0).any()))
    return column, column.encode(codes, values)


def _all_missing(name: str, series: Any) -> np.ndarray:
    """NaN for a column that turns out to hold no number, provided that it holds nothing else either."""
    codes, values = read_codes(name, series)
    if values:
        other = np.array([isinstance(value, str) for value in values] + [False])
        row = int(np.argmax(other[codes] if other.any() else codes >= 0))
        raise DataError(f"Column {name!r} of X held numbers in training, but row {row} holds {values[codes[row]]!r}.")
    return np.full(len(codes), np.nan)
