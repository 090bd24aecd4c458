"""The two nouns everything else is about: a `Table` of typed columns and the `Roles` that some of them play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from ridgeline.errors import ColumnError, DataError
from ridgeline.tables.arrays import floats, from_numpy
from ridgeline.tables.extremes import refuse_extreme

__all__ = ["Roles", "Table", "role_cells", "role_numbers"]


@dataclass(frozen=True, eq=False)
class Table:
    """Rows with typed columns; missing codes are already null.

    Attributes
    ----------
    name : str
        The source as people know it: a file's name, ``"The DataFrame"``, ``"The query"``.
    data : pyarrow.Table
        Columns of type int64, double, bool, timestamp or string (nested columns of Parquet and JSON stay as they are).
    notes : tuple of str
        What was assumed on the way from the source to typed columns, one sentence each.
    readings : mapping of str to str
        How the text of each column was understood (see `ridgeline.tables.survey`); hand it to ``scan(..., like=...)``
        so that another file is read in the same way.
    infinite : mapping of str to int
        Columns that held infinite numbers, and the first row (counted from 1) where one stood.
    repeats : mapping of str to str
        Columns that were renamed because an earlier one has their name, and that name.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = Table("demo", pa.table({"age": [31, 45], "city": ["Oslo", None]}))
    >>> table.rows, table.names
    (2, ['age', 'city'])
    """

    name: str
    data: pa.Table
    notes: tuple[str, ...] = ()
    readings: Mapping[str, str] = field(default_factory=dict)
    infinite: Mapping[str, int] = field(default_factory=dict)
    repeats: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.data.num_rows

    @property
    def names(self) -> list[str]:
        """Column names, in order."""
        return self.data.column_names

    def __contains__(self, name: str) -> bool:
        return self.data.schema.get_field_index(name) >= 0

    @property
    def _nameless(self) -> bool:
        """Whether a file was read as having no header; a note says so."""
        return any(note.startswith(f"{self.name} has no header") for note in self.notes)

    def column(self, name: str, *, use: str = "column") -> pa.ChunkedArray:
        """Return one column.

        Parameters
        ----------
        name : str
            The column's name.
        use : str
            What it is wanted for, named in the error: ``"--target"``.

        Raises
        ------
        ColumnError
            When there is no such column; the message suggests the nearest name.
        """
        position = self.data.schema.get_field_index(name)
        if position < 0:
            raise ColumnError.unknown(name, self.names, where=self.name, use=use, nameless=self._nameless)
        return self.data.column(position)

    def take(self, indices: np.ndarray | Sequence[int]) -> Table:
        """Return the rows with these 0-based indices, in that order."""
        return replace(self, data=self.data.take(from_numpy(np.asarray(indices, dtype=np.int64))))


@dataclass(frozen=True)
class Roles:
    """Which columns play a part other than feature.

    Attributes
    ----------
    target, weight, offset, group, time : str or None
        Columns with that role.
    drop : tuple of str
        Columns to leave out.
    keep : tuple of str
        Columns that stay features (and are never penalised), whatever the profile thinks of them.
    by : tuple of str
        Columns that the results are broken down by; not features, unless they are also in `keep`.
    """

    target: str | None = None
    weight: str | None = None
    offset: str | None = None
    group: str | None = None
    time: str | None = None
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    by: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        """All columns that are named."""
        return (*self.named(), *self.drop, *self.keep, *self.by)

    def named(self) -> dict[str, str]:
        """Return column → role for the single-column roles."""
        roles = ("time", "group", "offset", "weight", "target")
        return {name: role for role in roles if (name := getattr(self, role)) is not None}

    def check(self, table: Table) -> None:
        """Raise `ColumnError` when a named column is not in `table`."""
        for name, role in self.named().items():
            table.column(name, use=f"--{role}")
        for role in ("drop", "keep", "by"):
            for name in getattr(self, role):
                table.column(name, use=f"--{role}")


def role_cells(table: Table, name: str, role: str) -> np.ndarray:
    """Return the cells of a group or time column.

    Parameters
    ----------
    table : Table
        The rows.
    name : str
        The column.
    role : {"group", "time"}
        What it is used for.

    Raises
    ------
    DataError
        When the cells are lists or records, which are neither equal nor in order.
    """
    column = table.column(name, use=f"--{role}")
    if pa.types.is_nested(column.type):
        raise DataError(f"{table.name}: the {role} {name!r} holds lists or records: name a column of single values.")
    return np.asarray(column.to_numpy())


def role_numbers(table: Table, name: str, role: str) -> np.ndarray:
    """Return a weight or offset column as numbers; every row must have one, and weights must not be negative.

    Parameters
    ----------
    table : Table
        The rows.
    name : str
        The column.
    role : {"weight", "offset"}
        What it is used for.

    Returns
    -------
    ndarray of shape (n,), float64

    Raises
    ------
    DataError
        When a cell is missing, infinite, not a number, or a negative weight; the message names the row.
    """
    column = table.column(name, use=f"--{role}")
    where = f"{table.name}: the {role} {name!r}"
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type)):
        raise DataError(f"{where} is not a column of numbers.")
    values = floats(column)
    bad = ~np.isfinite(values) | ((values < 0) if role == "weight" else False)
    if bad.any():
        row = int(np.argmax(bad))
        kind = "negative" if np.isfinite(values[row]) else "infinite" if name in table.infinite else "missing"
        raise DataError(f"{where} is {kind} in row {row + 1}: mend or remove that row.")
    if role == "weight" and not values.any():
        raise DataError(f"{where} is zero in every row.")
    refuse_extreme(where, values)
    return values
