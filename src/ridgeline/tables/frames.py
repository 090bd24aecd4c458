"""Objects in memory: pandas, polars, Arrow, DuckDB relations, arrays, mappings of columns, lists of records.

Libraries are recognised by what the objects offer, so none of them is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ridgeline.errors import DataError
from ridgeline.tables.arrow import table_of
from ridgeline.tables.database import mixed_array
from ridgeline.tables.names import label_name
from ridgeline.tables.table import Table

__all__ = ["read_frame", "records_table"]


def read_frame(source: Any, *, like: Mapping[str, str] | None = None) -> Table:
    """Read a table from an object in memory, without changing it.

    Parameters
    ----------
    source : object
        See `ridgeline.tables.scan`.
    like : mapping of str to str, optional
        Readings of an earlier table.
    """
    library = type(source).__module__.partition(".")[0]
    notes: tuple[str, ...] = ()
    if isinstance(source, (pa.Table, pa.RecordBatch)):
        name, data = "The Arrow table", pa.table(source)
    elif library == "pandas":
        name = "The DataFrame"
        data, notes = _pandas(source)
    elif library == "polars":
        name, data = "The DataFrame", _polars(source)
    elif hasattr(source, "to_arrow_table"):
        name, data = "The relation", _relation(source)
    elif isinstance(source, np.ndarray):
        name, data = "The array", _array(source)
    elif isinstance(source, (Mapping, list, tuple)):
        name, data = "The table", records_table(source)
    elif hasattr(source, "__arrow_c_stream__"):
        name, data = "The table", pa.table(source)
    else:
        raise DataError(
            f"A {type(source).__name__} is not a table: give a path, a DataFrame (pandas or polars), an Arrow table,"
            " a DuckDB relation, or a mapping of columns."
        )
    return table_of(name, data, notes=notes, like=like)


def _pandas(frame: Any) -> tuple[pa.Table, tuple[str, ...]]:
    if not hasattr(frame, "columns"):
        raise DataError("A pandas Series is one column: give a DataFrame.")
    names = [label_name(label) for label in frame.columns]
    arrays = [_pandas_column(frame.iloc[:, k]) for k in range(len(names))]
    index = frame.index
    plain = type(index).__name__ == "RangeIndex" or (index.name is None and index.dtype.kind in "iu")
    notes = (
        () if plain else ("The index of the DataFrame is not used; make it a column with reset_index() if it matters.",)
    )
    return pa.Table.from_arrays(arrays, names=names), notes


def _pandas_column(series: Any) -> pa.Array | pa.ChunkedArray:
    try:
        return pa.Array.from_pandas(series)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        values = series.astype(object)
        cells = [None if missing else str(cell) for cell, missing in zip(values, series.isna(), strict=True)]
        return pa.array(cells, pa.string())


def _polars(frame: Any) -> pa.Table:
    if hasattr(frame, "collect"):
        frame = frame.collect()
    if not hasattr(frame, "columns"):
        raise DataError("A polars Series is one column: give a DataFrame.")
    return frame.to_arrow()


def _relation(source: Any) -> pa.Table:
    import duckdb

    try:
        return source.to_arrow_table()
    except duckdb.Error as error:
        raise DataError(f"The relation cannot be read: {str(error).splitlines()[0]}.") from None


def _array(values: np.ndarray) -> pa.Table:
    if values.dtype.names:
        return pa.Table.from_arrays(
            [mixed_array(values[n].tolist()) for n in values.dtype.names], list(values.dtype.names)
        )
    if values.ndim != 2:
        raise DataError(f"An array with {values.ndim} dimensions is not a table: give one with 2 (rows, columns).")
    names = [f"column_{k}" for k in range(1, values.shape[1] + 1)]
    if values.dtype == object:
        return pa.Table.from_arrays([mixed_array(list(column)) for column in values.T], names)
    return pa.Table.from_arrays([_numpy_column(*named) for named in zip(names, values.T, strict=True)], names)


def _numpy_column(name: str, values: np.ndarray) -> pa.Array:
    if values.ndim != 1:
        raise DataError(f"Column {name!r} has {values.ndim} dimensions: give one cell for each row.")
    if values.dtype.kind == "c":
        raise DataError(f"Column {name!r} holds complex numbers: give their real and imaginary parts as columns.")
    if values.dtype == np.longdouble:  # which Arrow does not know
        values = values.astype(np.float64)
    if values.dtype.kind in "mM" and np.datetime_data(values.dtype)[0] not in ("s", "ms", "us", "ns"):  # nor hours
        values = values.astype(f"{values.dtype.kind}8[us]")
    return pa.array(np.ascontiguousarray(values))


def records_table(source: object) -> pa.Table:
    """Turn a mapping of columns or a list of records into an Arrow table.

    Parameters
    ----------
    source : mapping of str to sequence, or sequence of mappings
        Records may lack keys; those cells are missing.
    """
    if isinstance(source, Mapping):
        return _columns_table(source)
    if not isinstance(source, Sequence) or not source:
        raise DataError("A table of records needs at least one record, a mapping of column to value.")
    if not all(isinstance(record, Mapping) for record in source):
        raise DataError("A list is a table only when every entry is a record, a mapping of column to value.")
    names = list(dict.fromkeys(str(key) for record in source for key in record))
    by_name = [{str(key): value for key, value in record.items()} for record in source]
    return pa.Table.from_arrays([mixed_array([record.get(n) for record in by_name]) for n in names], names=names)


def _columns_table(source: Mapping[Any, Any]) -> pa.Table:
    if not all(map(_is_column, source.values())):
        source = {key: [value] for key, value in source.items()}  # one record
    lengths = {str(key): len(cells) for key, cells in source.items()}
    if len(set(lengths.values())) > 1:
        short, long = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
        raise DataError(
            f"The columns differ in length: {short!r} has {lengths[short]} rows and {long!r} has {lengths[long]}."
        )
    arrays = [_cells(str(key), cells) for key, cells in source.items()]
    return pa.Table.from_arrays(arrays, names=[str(key) for key in source])


def _is_column(cells: Any) -> bool:
    """Whether a value of a mapping is a column of cells rather than one cell."""
    return hasattr(cells, "__len__") and not isinstance(cells, (str, bytes, Mapping)) and getattr(cells, "ndim", 1) > 0


def _cells(name: str, cells: Any) -> pa.Array | pa.ChunkedArray:
    if isinstance(cells, (pa.Array, pa.ChunkedArray)):
        return cells
    if type(cells).__module__.partition(".")[0] == "pandas":
        return _pandas_column(cells)
    if isinstance(cells, np.ndarray) and cells.dtype != object:
        return _numpy_column(name, cells)
    return mixed_array(list(cells))
