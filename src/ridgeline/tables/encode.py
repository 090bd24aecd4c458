"""`Encoder`: what was learned about the columns from the training rows, and any table's rows as a `Block`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from ridgeline.errors import ColumnError, near_misses
from ridgeline.tables.arrays import from_numpy
from ridgeline.tables.block import Block, Feature, distinct
from ridgeline.tables.columns import MOST_LEVELS, DateColumn, LevelColumn, NumberColumn, Say, rare_below
from ridgeline.tables.dates import ZONED, plain_reading
from ridgeline.tables.schema import Schema
from ridgeline.tables.table import Table

__all__ = ["Encoder"]

ColumnCode = NumberColumn | DateColumn | LevelColumn


@dataclass(frozen=True)
class Encoder:
    """Rows of a table to dense columns and codes.

    Numbers and true/false become value columns, dates become a trend and cycles, and everything else becomes codes: one
    level per value, no reference level, rare levels pooled, missing a level of its own.  A missing number is stored
    as 0 with an indicator column when training rows had missing cells, else as the training mean.

    Attributes
    ----------
    columns : tuple of NumberColumn, DateColumn or LevelColumn
        One per source column, in the table's order.
    readings : mapping of str to str
        How the text of each column was read in training: ``scan(source, like=encoder.readings)``.

    Examples
    --------
    >>> from ridgeline.tables import Roles, profile, scan
    >>> table = scan({"age": [31.5, None, 58.0], "city": ["Oslo", "Bergen", "Oslo"], "y": [0, 1, 0]})
    >>> encoder = Encoder.learn(table, profile(table, Roles(target="y")))
    >>> [feature.name for feature in encoder.features]
    ['age', 'age (missing)', 'city=Bergen', 'city=Oslo']
    >>> encoder.encode(table).dense.tolist()
    [[31.5, 0.0], [0.0, 1.0], [58.0, 0.0]]
    """

    columns: tuple[ColumnCode, ...]
    readings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def learn(cls, table: Table, schema: Schema, rows: np.ndarray | None = None) -> Encoder:
        """Learn levels, rare pools, means and where cells are missing.

        Parameters
        ----------
        table : Table
            The rows.
        schema : Schema
            What each column is; only features are learned.
        rows : ndarray of int, optional
            The training rows; all by default.
        """
        kinds = {profile.name: profile.kind for profile in schema.columns if profile.role == "feature"}
        chosen = from_numpy(np.asarray(rows, dtype=np.int64)) if rows is not None else None
        columns = []
        for name, kind in kinds.items():
            column = table.column(name)
            learner = _learner(column, kind)
            columns.append(learner(name, column if chosen is None else column.take(chosen)))
        readings = {code.name: _reading(table, code) for code in columns}
        return cls(tuple(columns), readings)

    @property
    def _numeric(self) -> list[NumberColumn | DateColumn]:
        return [code for code in self.columns if not isinstance(code, LevelColumn)]

    @property
    def _categorical(self) -> list[LevelColumn]:
        return [code for code in self.columns if isinstance(code, LevelColumn)]

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The stored columns: values, indicators, then the levels of each categorical column."""
        found = [feature for code in self._numeric for feature in code.features()]
        found += [Feature(f"{c.name} (missing)", c.name, "missing", "missing") for c in self._numeric if c.missing]
        found += [feature for code in self._categorical for feature in code.features()]
        return distinct(found)

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """Number of levels of each categorical column, as in `Block.levels`."""
        return tuple(code.size for code in self._categorical)

    @cached_property
    def imputed(self) -> np.ndarray:
        """Pairs (value column, indicator column), as in `Block.imputed`; the parts of a date share one indicator."""
        widths = [len(code.features()) for code in self._numeric]
        starts = np.concatenate([[0], np.cumsum(widths)]).astype(int)
        pairs, indicator = [], int(starts[-1])
        for code, start, width in zip(self._numeric, starts, widths, strict=False):
            if code.missing:
                pairs += [(start + k, indicator) for k in range(width)]
                indicator += 1
        return np.array(pairs, dtype=np.intp).reshape(-1, 2)

    def encode(self, table: Table) -> Block:
        """Encode the rows of any table; see `encode_noted` for what it had to assume."""
        return self.encode_noted(table)[0]

    def encode_noted(self, table: Table) -> tuple[Block, tuple[str, ...]]:
        """Encode the rows of any table and say what was unexpected.

        Parameters
        ----------
        table : Table
            Rows with the columns of training; columns that are not there count as missing, others are ignored.

        Returns
        -------
        block : Block
        notes : tuple of str
            Unknown levels, missing columns, cells that could not be read.

        Raises
        ------
        ColumnError
            None of the columns is there: it is another table.
        """
        names = [code.name for code in self.columns]
        missing = [name for name in names if name not in table]
        if names and missing == names:
            raise ColumnError.none_of(names, table.names, where=table.name)
        notes: list[str] = []

        def say(sentence: str) -> None:
            notes.append(f"{table.name}: {sentence}.")

        if missing:
            known = set(names)
            others = [name for name in table.names if name not in known]
            for name, near in near_misses(missing, others).items():
                say(f"column {near!r} is not used; rename it if it is the model's column {name!r}")
        values, indicators = self._dense(table, say)
        codes = [code.encode(self._column(table, code, say), say, self._reading(code)) for code in self._categorical]
        block = Block(
            dense=np.column_stack(values + indicators) if values else np.empty((table.rows, 0)),
            codes=np.column_stack(codes) if codes else np.empty((table.rows, 0), dtype=np.int32),
            levels=self.levels,
            imputed=self.imputed,
        )
        return block, tuple(notes)

    def _dense(self, table: Table, say: Say) -> tuple[list[np.ndarray], list[np.ndarray]]:
        values, indicators = [], []
        for code in self._numeric:
            found, gaps = code.encode(self._column(table, code, say), say, self._reading(code))
            values.append(found)
            if code.missing:
                indicators.append(gaps.astype(np.float64)[:, None])
        return values, indicators

    def _reading(self, code: ColumnCode) -> str:
        return plain_reading(self.readings.get(code.name, ""))

    def _column(self, table: Table, code: ColumnCode, say: Say) -> pa.ChunkedArray:
        if code.name in table:
            self._compare_zones(table, code, say)
            return table.column(code.name)
        say(f"column {code.name!r} is not there and counts as missing in every row")
        return pa.chunked_array([pa.nulls(table.rows, pa.string())])

    def _compare_zones(self, table: Table, code: ColumnCode, say: Say) -> None:
        if not isinstance(code, DateColumn) or not pa.types.is_timestamp(table.column(code.name).type):
            return
        then, now = (readings.get(code.name, "").endswith(ZONED) for readings in (self.readings, table.readings))
        if then and not now:
            say(f"times of column {code.name!r} have no time zone, which those of training had: read as UTC")
        if now and not then:
            say(f"times of column {code.name!r} have a time zone, which those of training had not: read as UTC")

    def notes(self, rows: int) -> tuple[str, ...]:
        """Say which columns have pooled levels.

        Parameters
        ----------
        rows : int
            Number of training rows.
        """
        pooled = [code for code in self._categorical if code.pooled]
        if not pooled:
            return ()
        below = math.ceil(rare_below(rows))
        shown = ", ".join(f"{c.name!r} ({len(c.pooled)} of {len(c.levels) + len(c.pooled)})" for c in pooled[:20])
        more = f" and {len(pooled) - 20} more columns" if len(pooled) > 20 else ""
        return (
            f"Levels with fewer than {below} training rows, and those beyond the {MOST_LEVELS} most frequent, are"
            f" pooled into one level per column: {shown}{more}.",
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the encoder as plain JSON-able data."""
        from ridgeline.tables.encoder_json import write

        return write(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], where: str = "The model file") -> Encoder:
        """Rebuild an encoder; anything unexpected in `data` raises `ModelFileError`, which names the file, `where`."""
        from ridgeline.tables.encoder_json import read

        return read(data, where)


def _learner(column: pa.ChunkedArray, kind: str) -> Any:
    if pa.types.is_timestamp(column.type):
        return DateColumn.learn
    if pa.types.is_string(column.type) or kind == "categorical":
        return LevelColumn.learn
    return NumberColumn.learn


def _reading(table: Table, code: ColumnCode) -> str:
    """Return how text should be read to give this column again, whether or not training read text."""
    if code.name in table.readings:
        return table.readings[code.name]
    if isinstance(code, NumberColumn):
        return "truth" if pa.types.is_boolean(table.column(code.name).type) else "number:."
    if isinstance(code, LevelColumn):  # text later on may say 101.0, but digits that doubles round must stay
        whole = not pa.types.is_string(table.column(code.name).type) and len(code.code_of_number) == len(code.code_of)
        return "number:." if whole else "text"
    return "date:ymd"
