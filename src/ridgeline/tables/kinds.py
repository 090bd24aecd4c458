"""What a column is, judged by itself: the rules that do not look at the target.

A column is, by the first rule that applies: nested values → text; no or hardly any values → empty; one value in every
row → constant; numbers, true/false, points in time and text by the rules in `_number`, `_truth`, `_moment` and `_text`.
"""

# pyarrow.compute makes its functions when it is imported, which pyright cannot see.
# pyright: reportAttributeAccessIssue=false
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ridgeline.tables.arrays import floats
from ridgeline.tables.coerce import factorise
from ridgeline.tables.columns import rare_below
from ridgeline.tables.labels import label_text
from ridgeline.tables.names import looks_like_code, looks_like_id, looks_like_time

__all__ = ["Kind", "Look", "kind_of_column"]

_YES_NO = tuple(
    frozenset(pair.split())
    for pair in ("yes no", "y n", "true false", "t f", "on off", "ja nein", "oui non", "si no", "sí no")
)
_ID_SHARE, _ID_ROWS, _RUNNING_ROWS = 0.9, 10, 100


@dataclass(frozen=True)
class Kind:
    """A verdict on one column: its kind, the reason, and whether a model can use it."""

    name: str
    reason: str
    usable: bool = True


class Look:
    """One column with the facts that the rules ask for, each computed when first asked.

    Attributes
    ----------
    name : str
        The column.
    column : pyarrow.ChunkedArray
        Its cells.
    """

    def __init__(self, name: str, column: pa.ChunkedArray) -> None:
        self.name = name
        self.column = column

    @property
    def rows(self) -> int:
        """Number of cells."""
        return len(self.column)

    @cached_property
    def missing(self) -> int:
        """Cells without a value."""
        return self.column.null_count

    @property
    def present(self) -> int:
        """Cells with a value."""
        return self.rows - self.missing

    @cached_property
    def sort(self) -> str:
        """``"number"``, ``"truth"``, ``"moment"``, ``"text"`` or ``"nested"``."""
        kind = self.column.type
        if pa.types.is_boolean(kind):
            return "truth"
        if pa.types.is_integer(kind) or pa.types.is_floating(kind):
            return "number"
        if pa.types.is_timestamp(kind):
            return "moment"
        return "text" if pa.types.is_string(kind) else "nested"

    @cached_property
    def distinct(self) -> int:
        """Different values."""
        if self.sort == "nested":
            return 0
        if self.sort == "text":
            return len(self.texts[0])
        return pc.count_distinct(self.column, mode="only_valid").as_py()

    @cached_property
    def texts(self) -> tuple[list[str], np.ndarray]:
        """Distinct values as text and the index of each row's value (-1: missing)."""
        return factorise(self.column)

    @cached_property
    def values(self) -> np.ndarray:
        """Numbers, true/false and points in time as doubles; missing is NaN."""
        column = pc.cast(self.column, pa.int64()) if self.sort == "moment" else self.column
        return floats(column)

    @cached_property
    def whole(self) -> bool:
        """Whether all values are whole numbers."""
        if pa.types.is_integer(self.column.type):
            return True
        known = self.values[~np.isnan(self.values)]
        return bool((np.floor(known) == known).all())

    @cached_property
    def two_valued(self) -> bool:
        """Whether there are two values and nothing missing, so that any coding is the same column up to scale."""
        return self.distinct == 2 and self.missing == 0

    def fingerprint(self) -> bytes:
        """Return a digest that two columns share when one is a copy, or for categories a renaming, of the other."""
        renamed = self.sort == "text" or self.two_valued
        body = self.texts[1].astype(np.int32) if renamed else self.values + 0.0  # -0.0 equals 0.0
        return blake2b(body.tobytes(), person=b"codes" if renamed else b"values").digest()


def kind_of_column(look: Look) -> Kind:
    """Judge one column.

    Parameters
    ----------
    look : Look
        The column.
    """
    rare = rare_below(look.rows)
    if look.sort == "nested":
        what = "lists or records" if pa.types.is_nested(look.column.type) else f"of the type {look.column.type}"
        return Kind("text", f"its cells are {what}, which a linear model cannot use", usable=False)
    if look.present == 0:
        return Kind("empty", "every cell is missing", usable=False)
    if look.rows >= 30 and look.present < rare:
        return Kind("empty", f"only {look.present} of {look.rows} cells have a value", usable=False)
    if look.missing == 0 and look.distinct == 1:
        return Kind(
            "constant", f"every row says {label_text(look.column.slice(0, 1).combine_chunks())[0]!r}", usable=False
        )
    return _BY_SORT[look.sort](look)


def _truth(look: Look) -> Kind:
    return Kind("boolean", "true or false")


def _moment(look: Look) -> Kind:
    return Kind("datetime", "points in time: encoded as a trend and as cycles of the year, the week and the day")


def _number(look: Look) -> Kind:
    if look.distinct == 2 and set(pc.unique(look.column).drop_null().to_pylist()) == {0, 1}:
        return Kind("boolean", "only 0 and 1")
    if look.whole:
        if (found := _numbered(look)) is not None:
            return found
        return Kind("numeric", f"whole numbers, {look.distinct} different")
    return Kind("numeric", f"numbers, {look.distinct} different")


def _numbered(look: Look) -> Kind | None:
    """Whole numbers that name things rather than measure them."""
    share = look.distinct / look.present
    many = look.present >= _ID_ROWS
    if looks_like_id(look.name) and many:
        if share > 0.5:
            return Kind("identifier", f"named like an identifier, and {_share(look)} values differ", usable=False)
        return Kind("categorical", f"whole numbers named like an identifier that name {look.distinct} things")
    if looks_like_code(look.name) and many and share <= 0.5:
        return Kind("categorical", f"whole numbers under a name that says code: {look.distinct} labels")
    if look.rows >= _RUNNING_ROWS and share == 1 and look.missing == 0 and not looks_like_time(look.name):
        bounds = pc.min_max(look.column).as_py()
        if bounds["min"] in (0, 1) and bounds["max"] - bounds["min"] == look.rows - 1:
            return Kind("identifier", "a running number: it counts the rows", usable=False)
    return None


def _text(look: Look) -> Kind:
    texts, index = look.texts
    share = look.distinct / look.present
    if look.distinct == 2 and frozenset(text.casefold() for text in texts) in _YES_NO:
        return Kind("boolean", f"says {' or '.join(sorted(texts))}")
    if look.distinct > 20 and share > 0.5 and _wordy(texts):
        return Kind("text", f"free text: {look.distinct} different values of several words each", usable=False)
    if look.present >= _ID_ROWS and (share >= _ID_SHARE or (share > 0.5 and looks_like_id(look.name))):
        return Kind("identifier", f"names the rows: {_share(look)} values differ", usable=False)
    often = np.bincount(index[index >= 0]).max()
    if look.rows >= 30 and look.missing == 0 and often < rare_below(look.rows):
        reason = f"{look.distinct} different values, and none occurs in more than {often} of {look.rows} rows"
        return Kind("identifier", reason, usable=False)
    return Kind("categorical", f"text with {look.distinct} different values")


def _wordy(texts: list[str]) -> bool:
    sample = texts[:1000]
    words = sum(len(text.split()) for text in sample) / len(sample)
    return words >= 4 or sum(map(len, sample)) / len(sample) >= 50


def _share(look: Look) -> str:
    return "all" if look.distinct == look.present else f"{look.distinct} of {look.present}"


_BY_SORT: dict[str, Callable[[Look], Kind]] = {"truth": _truth, "moment": _moment, "number": _number, "text": _text}
