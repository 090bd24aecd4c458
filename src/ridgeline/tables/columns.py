"""How one source column becomes stored columns: numbers, levels, dates.

Each class is what was learned from the training rows, and knows three things: its features, how to encode cells, and
what to say about cells it did not expect.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from ridgeline.tables.arrays import texts as strings
from ridgeline.tables.block import Feature
from ridgeline.tables.coerce import as_moments, as_numbers, factorise
from ridgeline.tables.dateparts import date_parts, varying_parts
from ridgeline.tables.labels import number_text, sort_key
from ridgeline.tables.missing import SOMETIMES
from ridgeline.tables.numbers import ABBREVIATED, WORDS

__all__ = ["MOST_LEVELS", "DateColumn", "LevelColumn", "NumberColumn", "Say", "rare_below"]

MOST_LEVELS = 1000
"""Most levels per column that stand for themselves."""

Say = Callable[[str], None]
"""Where a column reports what it did not expect."""

RARE, MISSING = "(rare)", "(missing)"

_TRUTH = {word: value == 1.0 for word, value in (WORDS | ABBREVIATED).items()}
_LARGEST_WHOLE = 2**53  # above it doubles skip whole numbers


def rare_below(rows: int) -> float:
    """Return the number of training rows below which a level counts as rare.

    10 for tables of 1000 rows or more, else the larger of 2 and a hundredth of the rows.

    Examples
    --------
    >>> rare_below(50_000), rare_below(500), rare_below(60)
    (10, 5.0, 2)
    """
    return 10 if rows >= 1000 else max(2, rows / 100)


@dataclass(frozen=True)
class NumberColumn:
    """A number, or true/false as 1/0.

    Attributes
    ----------
    name : str
        The column.
    mean : float
        Mean of the training rows that have a value; stands in for a missing cell that training had no example of.
    missing : bool
        Whether training rows lacked it: then a missing cell is 0 with an indicator.
    """

    name: str
    mean: float
    missing: bool

    @classmethod
    def learn(cls, name: str, column: pa.ChunkedArray) -> NumberColumn:
        """Learn from the training rows."""
        values, _ = as_numbers(column)
        gaps = np.isnan(values)
        return cls(name, _mean(values[~gaps]), bool(gaps.any()))

    def features(self) -> list[Feature]:
        """Return the value features; the indicator comes apart, after all values."""
        return [Feature(self.name, self.name)]

    def encode(self, column: pa.ChunkedArray, say: Say, reading: str) -> tuple[np.ndarray, np.ndarray]:
        """Return values of shape (n, 1) and the mask of missing cells."""
        values, unread = as_numbers(column, reading)
        if unread:
            say(_unread(unread, self.name, "number"))
        return _filled(values[:, None], np.isnan(values), (self.mean,), self, say)


@dataclass(frozen=True)
class DateColumn:
    """A point in time as a trend and cycles.

    Attributes
    ----------
    name : str
        The column.
    parts : tuple of str
        ``"year"`` (time in years), and sine and cosine of the place in the year (``"month sin"``), the week and the
        day.
    means : tuple of float
        Training mean of each part, for a missing cell that training had no example of.
    missing : bool
        Whether training rows lacked it.
    """

    name: str
    parts: tuple[str, ...]
    means: tuple[float, ...]
    missing: bool

    @classmethod
    def learn(cls, name: str, column: pa.ChunkedArray) -> DateColumn:
        """Learn from the training rows which parts vary."""
        when, index, _ = as_moments(column)
        seen = index[index >= 0]
        parts = varying_parts(when[np.unique(seen)])
        weights = np.bincount(seen, minlength=len(when)) / max(1, len(seen))
        return cls(name, parts, tuple((weights @ date_parts(when, parts)).tolist()), len(seen) < len(index))

    def features(self) -> list[Feature]:
        """Return one feature per part."""
        return [Feature(f"{self.name} ({part})", self.name, part, "part") for part in self.parts]

    def encode(self, column: pa.ChunkedArray, say: Say, reading: str) -> tuple[np.ndarray, np.ndarray]:
        """Return parts of shape (n, number of parts) and the mask of missing cells."""
        when, index, unread = as_moments(column, reading)
        if unread:
            say(_unread(unread, self.name, "date"))
        parts = np.vstack([date_parts(when, self.parts), np.zeros(len(self.parts))])
        return _filled(parts[index], index < 0, self.means, self, say)


@dataclass(frozen=True)
class LevelColumn:
    """A category, coded in full: one level per value, without a reference level.

    Attributes
    ----------
    name : str
        The column.
    levels : tuple of str
        Levels that stand for themselves, sorted (numbers by value, then names).
    pooled : tuple of str
        Rare levels that share one code; none or at least two.
    missing : bool
        Whether training rows lacked it: then missing is a level of its own, the last.
    """

    name: str
    levels: tuple[str, ...]
    pooled: tuple[str, ...]
    missing: bool

    @classmethod
    def learn(cls, name: str, column: pa.ChunkedArray, most: int = MOST_LEVELS) -> LevelColumn:
        """Learn from the training rows which levels there are and which are rare."""
        texts, index = factorise(column)
        counts = np.bincount(index[index >= 0], minlength=len(texts))
        seen = [(texts[k], int(counts[k])) for k in np.flatnonzero(counts)]
        rare = {text for text, count in seen if count < rare_below(len(index))}
        if len(rare) == 1 and len(seen) <= most:
            rare = set()
        if len(seen) - len(rare) + bool(rare) > most:  # the most frequent stay; ties by name, whatever the row order
            ranked = sorted(seen, key=lambda item: (-item[1], sort_key(item[0])))
            rare = {text for text, _ in ranked[most - 1 :]}
        kept = sorted((text for text, _ in seen if text not in rare), key=sort_key)
        return cls(name, tuple(kept), tuple(sorted(rare, key=sort_key)), bool((index < 0).any()))

    @property
    def size(self) -> int:
        """Number of codes."""
        return len(self.levels) + bool(self.pooled) + self.missing

    @property
    def rare_code(self) -> int:
        """Code of the rare pool, or -1 without one."""
        return len(self.levels) if self.pooled else -1

    def features(self) -> list[Feature]:
        """Return one feature per code."""
        extra = [RARE] * bool(self.pooled) + [MISSING] * self.missing
        own = [Feature(f"{self.name}={level}", self.name, level, "level") for level in self.levels]
        return own + [Feature(f"{self.name} {level}", self.name, level, "level") for level in extra]

    @cached_property
    def code_of(self) -> dict[str, int]:
        """Codes by level, pooled ones included."""
        codes = {level: code for code, level in enumerate(self.levels)}
        codes.update(dict.fromkeys(self.pooled, self.rare_code))
        return codes

    @cached_property
    def code_of_number(self) -> dict[str, int]:
        """Codes by value, for a table in which the labels were read as numbers (``01`` as 1)."""
        codes: dict[str, int] = {}
        for level, code in self.code_of.items():
            kind, value, _ = sort_key(level)
            if kind == 0 and math.isfinite(value) and not _LARGEST_WHOLE < abs(value) < 2**63:
                codes.setdefault(number_text(value), code)
        return codes

    @cached_property
    def code_of_truth(self) -> dict[str, int]:
        """Codes by truth, for a table in which yes and no were read as true and false."""
        codes: dict[str, int] = {}
        if {level.lower() for level in self.code_of} <= _TRUTH.keys():
            for level, code in self.code_of.items():
                truth = _TRUTH[level.lower()]
                codes.setdefault(str(truth), code)
                codes.setdefault(str(truth).lower(), code)
        return codes

    @cached_property
    def gaps(self) -> tuple[str, ...]:
        """Texts that are missing cells here: some are among numbers, and among labels written in digits."""
        return SOMETIMES if all(sort_key(level)[0] == 0 for level in self.code_of) else ()

    def encode(self, column: pa.ChunkedArray, say: Say, reading: str = "text") -> np.ndarray:
        """Return codes of shape (n,), int32; -1 contributes nothing."""
        texts, index = factorise(column)
        gone = np.array([text in self.gaps for text in texts] + [False])
        index = np.where(gone[index], -1, index)
        by_number = {} if pa.types.is_string(column.type) else self.code_of_number
        codes = self.code_of_truth | by_number | self.code_of
        found = [codes.get(text) for text in texts]
        if pa.types.is_string(column.type) and reading.startswith("number:"):  # a cell that is none made text of all
            values, _ = as_numbers(pa.chunked_array([strings(texts)]), reading)
            again = [self.code_of_number.get(number_text(value)) for value in values]
            found = [other if code is None else code for code, other in zip(found, again, strict=True)]
        absent = self.size - 1 if self.missing else self.rare_code
        table = np.array([self.rare_code if code is None else code for code in found] + [absent], dtype=np.int32)
        self._report(texts, index, found, say)
        return table[index]

    def _report(self, texts: list[str], index: np.ndarray, found: list[int | None], say: Say) -> None:
        unknown = np.array([code is None for code in found] + [False])
        many = int(unknown[index].sum())
        if many:
            new = [text for text, code in zip(texts, found, strict=True) if code is None]
            shown = ", ".join(map(repr, sorted(new, key=sort_key)[:3])) + (", …" if len(new) > 3 else "")
            what = "holds a level" if many == 1 else "hold levels"
            say(
                f"{_cells(many)} of column {self.name!r} {what} that training did not have ({shown}): "
                f"{self._instead(many)}"
            )
        gaps = int((index < 0).sum())
        if gaps and not self.missing:
            say(f"{_unseen(gaps, self.name)}: {self._instead(gaps)}")

    def _instead(self, many: int) -> str:
        if self.pooled:
            return "read as the pool of rare levels"
        return "contributes nothing" if many == 1 else "contribute nothing"


def _filled(
    values: np.ndarray,
    gaps: np.ndarray,
    means: tuple[float, ...],
    column: NumberColumn | DateColumn,
    say: Say,
) -> tuple[np.ndarray, np.ndarray]:
    many = int(gaps.sum())
    if many:
        values = np.where(gaps[:, None], 0.0 if column.missing else np.array(means), values)
    if many and not column.missing:
        say(f"{_unseen(many, column.name)}: filled with the training mean")
    return values, gaps


def _mean(values: np.ndarray) -> float:
    largest = np.abs(values).max(initial=0.0)
    if largest > 1e300:  # the sum would overflow
        return float((values / largest).mean() * largest)
    return float(values.mean()) if len(values) else 0.0


def _cells(many: int) -> str:
    return "1 cell" if many == 1 else f"{many} cells"


def _unread(many: int, name: str, wanted: str) -> str:
    verbs = ("is", "counts") if many == 1 else ("are", "count")
    return f"{_cells(many)} of column {name!r} {verbs[0]} not a {wanted} and {verbs[1]} as missing"


def _unseen(many: int, name: str) -> str:
    return f"{_cells(many)} of column {name!r} {'is' if many == 1 else 'are'} missing, which training had no example of"
