"""A column as its distinct cells: what is worked out once per cell need not be worked out once per row."""

# pyarrow.compute makes its functions when it is imported, which pyright cannot see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.tables.arrays import flags, from_numpy, places
from ridgeline.tables.missing import nullify

__all__ = ["Cells", "dictionary"]


def dictionary(column: pa.ChunkedArray | pa.Array) -> pa.DictionaryArray:
    """Encode a column by its distinct values, in order of first appearance, in one piece."""
    if not len(column):
        return pa.DictionaryArray.from_arrays(from_numpy(np.empty(0, np.int32)), pa.nulls(0, column.type))
    encoded = column.dictionary_encode()
    return encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded


@dataclass(frozen=True, eq=False)
class Cells:
    """A column of text as its distinct cells (trimmed, no nulls) and, per row, the index of its cell (-1: missing)."""

    distinct: pa.Array
    index: np.ndarray

    @classmethod
    def of(cls, column: pa.ChunkedArray | pa.Array) -> Cells:
        """Take a string column apart."""
        encoded = dictionary(column)
        trimmed = nullify(pc.utf8_trim_whitespace(encoded.dictionary))
        index = places(encoded)
        return cls(trimmed, index).without(pc.is_null(trimmed))

    def without(self, mask: pa.Array | np.ndarray) -> Cells:
        """Return the cells with the marked ones turned into missing."""
        gone = flags(mask) if isinstance(mask, pa.Array) else mask
        if not gone.any():
            return self
        place = np.append(np.where(gone, -1, np.cumsum(~gone) - 1), -1)
        return Cells(self.distinct.filter(from_numpy(~gone)), place[self.index])

    @cached_property
    def counts(self) -> np.ndarray:
        """Rows per distinct cell."""
        return np.bincount(self.index[self.index >= 0], minlength=len(self.distinct))

    def spread(self, values: np.ndarray, missing: object) -> np.ndarray:
        """Bring one value per distinct cell back to the rows."""
        return np.append(values, np.array([missing], dtype=values.dtype))[self.index]
