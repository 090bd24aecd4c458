"""Which cells count as missing.

Some texts always mean "no value here".  Others (a lone dash, ``None``, ``unknown``) do only where everything else in
the column reads as numbers, dates or true/false; in a column of words they stay levels, which costs nothing because a
missing category is a level of its own anyway.  Numbers such as 99999 or -999 are never taken for missing.
"""

# pyarrow.compute makes its functions when it is imported, which pyright cannot see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.tables.arrays import null_like, texts

__all__ = ["ALWAYS", "SOMETIMES", "nullify"]

ALWAYS: tuple[str, ...] = (
    *("", "?", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "Null", "<NA>", "NaT"),
    *("#N/A", "#NA", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?"),
)

SOMETIMES: tuple[str, ...] = (
    *("-", "--", ".", "..", "–", "—", "*", "None", "none", "NONE", "nil", "na", "n.a.", "N.A."),
    *("unknown", "Unknown", "UNKNOWN", "missing", "Missing", "MISSING", "0000-00-00"),
)


def nullify(column: pa.ChunkedArray | pa.Array, codes: tuple[str, ...] = ALWAYS) -> pa.ChunkedArray | pa.Array:
    """Return `column` (of strings) with the cells that hold one of `codes` made null."""
    hit = pc.is_in(column, value_set=texts(codes))
    if not pc.any(hit).as_py():
        return column
    return pc.if_else(hit, null_like(column), column)
