"""NumPy to Arrow and back.

Not by `pyarrow.array` and `pyarrow.scalar`: these import pandas when it is installed, and that takes a fifth of
a second; so do the `to_numpy` methods.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

__all__ = ["flags", "floats", "from_numpy", "gaps", "null_like", "places", "texts", "to_numpy"]

_TYPES = {
    np.dtype(np.float64): pa.float64(),
    np.dtype(np.int64): pa.int64(),
    np.dtype(np.int32): pa.int32(),
    np.dtype(bool): pa.bool_(),
    np.dtype("datetime64[us]"): pa.timestamp("us"),
}


_DTYPES = {kind: dtype for dtype, kind in _TYPES.items()}


def from_numpy(values: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Return values as an Arrow array; the marked ones are null.

    Parameters
    ----------
    values : ndarray of float64, int64, int32, bool or datetime64[us]
    missing : ndarray of bool, optional
    """
    validity = _bits(~missing) if missing is not None and missing.any() else None
    body = _bits(values) if values.dtype == bool else pa.py_buffer(np.ascontiguousarray(values).view(np.uint8))
    return pa.Array.from_buffers(_TYPES[values.dtype], len(values), [validity, body])


def _bits(flags: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def texts(cells: Sequence[str]) -> pa.Array:
    """Return strings as an Arrow array."""
    encoded = [cell.encode() for cell in cells]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(encoded), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))


def null_like(column: pa.Array | pa.ChunkedArray) -> pa.Scalar:
    """Return the null of a column's type."""
    return pa.nulls(1, column.type)[0]


def to_numpy(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return numbers, flags or points in time as they lie in memory; what stands at a null is anything.

    The array may be read-only.
    """
    if isinstance(column, pa.ChunkedArray):
        parts = [to_numpy(chunk) for chunk in column.chunks]
        if len(parts) != 1:
            return np.concatenate([np.empty(0, _DTYPES[column.type]), *parts], dtype=_DTYPES[column.type])
        return parts[0]
    dtype, (start, end) = _DTYPES[column.type], (column.offset, column.offset + len(column))
    body = column.buffers()[1]
    if body is None:
        return np.zeros(len(column), dtype)
    if dtype.kind == "b":
        return np.unpackbits(np.frombuffer(body, np.uint8), bitorder="little", count=end)[start:].astype(bool)
    return np.frombuffer(body, dtype)[start:end]


def gaps(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return where a column is null."""
    return to_numpy(column.is_null()) if column.null_count else np.zeros(len(column), dtype=bool)


def floats(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return numbers or flags as doubles; null is NaN. The array may be read-only."""
    values = to_numpy(column if column.type == pa.float64() else column.cast(pa.float64(), safe=False))
    return np.where(gaps(column), np.nan, values) if column.null_count else values


def flags(mask: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return true/false as an array; null is false."""
    return to_numpy(mask) & ~gaps(mask)


def places(encoded: pa.DictionaryArray) -> np.ndarray:
    """Return per row the place of its value among the distinct ones, -1 for null."""
    found = to_numpy(encoded.indices)
    return np.where(gaps(encoded.indices), np.int32(-1), found) if encoded.indices.null_count else found
