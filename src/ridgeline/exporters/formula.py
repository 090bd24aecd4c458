"""A model as a sum of terms, one per source column: what every exporter writes down in its own language.

    η_k = intercept_k + Σ_columns effect_k(cell)        (k: one output, or one per class)

A missing cell and an unknown level have effects of their own, so nothing is left to the language's idea of NULL.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.families import get_family
from ridgeline.model import Model
from ridgeline.tables.columns import DateColumn, LevelColumn, NumberColumn
from ridgeline.tables.dates import ZONED, plain_reading

__all__ = ["DateTerm", "Effect", "Formula", "LevelTerm", "NumberTerm", "formula", "spellings"]

Effect = tuple[float, ...]
"""What a cell adds to each η_k."""

_LINKS = {"gaussian": "identity", "binomial": "logistic", "poisson": "exp", "gamma": "exp", "multinomial": "softmax"}


@dataclass(frozen=True)
class NumberTerm:
    """A number x: effect = coef · x, or `missing`; x may be the hours of a time of day, the days of a duration."""

    column: str
    reading: str
    coef: Effect
    missing: Effect


@dataclass(frozen=True)
class DateTerm:
    """A point in time: effect = Σ_parts coef · part, or `missing`."""

    column: str
    reading: str
    parts: tuple[str, ...]
    coef: tuple[Effect, ...]
    missing: Effect
    zoned: bool = False
    """Whether training cells had a time zone."""


@dataclass(frozen=True)
class LevelTerm:
    """A category: the effect of its level, of a level that training did not have (`other`), or `missing`.

    `numbers` holds the effects of levels by value, for cells that are numbers (1.0 is the level ``01``).
    """

    column: str
    reading: str
    levels: dict[str, Effect]
    numbers: dict[str, Effect]
    other: Effect
    missing: Effect


Term = NumberTerm | DateTerm | LevelTerm


@dataclass(frozen=True)
class Formula:
    """The whole model.

    Attributes
    ----------
    target : str
    link : {"identity", "logistic", "exp", "softmax"}
        How η becomes the mean.
    largest : float
        η above which the mean does not grow.
    labels : tuple of str
        Classes; empty for numbers.
    intercept : tuple of float
        One per output.
    terms : tuple of NumberTerm, DateTerm or LevelTerm
    offset : str or None
        A column that is added to η with coefficient 1.
    offset_reading : str
        How its text was read in training.
    """

    target: str
    link: str
    largest: float
    labels: tuple[str, ...]
    intercept: Effect
    terms: tuple[Term, ...]
    offset: str | None
    offset_reading: str

    def of(self, kind: type) -> list:
        """Return the terms of one kind."""
        return [term for term in self.terms if isinstance(term, kind)]


def formula(model: Model) -> Formula:
    """Write a model as a sum of terms.

    Parameters
    ----------
    model : Model
    """
    content = model.content
    return Formula(
        target=content["target"],
        link=_LINKS[content["family"]],
        largest=get_family(content["family"], content["labels"]).largest_eta,
        labels=tuple(content["labels"]),
        intercept=_effect(np.atleast_1d(np.asarray(content["intercept"], dtype=float))),
        terms=tuple(_Slicer(model).terms()),
        offset=content["offset"],
        offset_reading=plain_reading(model.readings.get(content["offset"], "number:.")),
    )


def spellings(term: LevelTerm) -> dict[str, Effect]:
    """Return effects by text, for languages that turn cells into text.

    A whole number may come as 1 or, from a column of doubles, as 1.0.

    Parameters
    ----------
    term : LevelTerm
    """
    out = dict(term.levels)
    for number, effect in term.numbers.items():
        out.setdefault(number, effect)
        if number.lstrip("-").isdigit():
            out.setdefault(f"{number}.0", effect)
    return out


def _effect(values: np.ndarray) -> Effect:
    return tuple(float(value) for value in values)


class _Slicer:
    """Hands each source column its coefficients, in the encoder's order: values, indicators, levels."""

    def __init__(self, model: Model):
        self.encoder = model.encoder
        stored = np.asarray(model.stored_coef())
        self.coef = stored if stored.ndim == 2 else stored[:, None]
        self.at: dict[str, int] = {}
        self.flag: dict[str, int] = {}
        numeric = [c for c in self.encoder.columns if not isinstance(c, LevelColumn)]
        position = self._place(numeric, 0)
        for column in numeric:
            if column.missing:
                self.flag[column.name] = position
                position += 1
        self._place([c for c in self.encoder.columns if isinstance(c, LevelColumn)], position)

    def _place(self, columns: list, position: int) -> int:
        for column in columns:
            self.at[column.name] = position
            position += len(column.features())
        return position

    def terms(self) -> list[Term]:
        return [self._level(c) if isinstance(c, LevelColumn) else self._numeric(c) for c in self.encoder.columns]

    def _rows(self, column: NumberColumn | DateColumn | LevelColumn) -> np.ndarray:
        start = self.at[column.name]
        return self.coef[start : start + len(column.features())]

    def _reading(self, column: NumberColumn | DateColumn | LevelColumn, default: str) -> str:
        return plain_reading(self.encoder.readings.get(column.name, default))

    def _numeric(self, column: NumberColumn | DateColumn) -> Term:
        rows = self._rows(column)
        means = column.means if isinstance(column, DateColumn) else (column.mean,)
        missing = self.coef[self.flag[column.name]] if column.missing else np.asarray(means) @ rows
        if isinstance(column, DateColumn):
            reading = self._reading(column, "date:ymd")
            zoned = self.encoder.readings.get(column.name, "").endswith(ZONED)
            return DateTerm(column.name, reading, column.parts, tuple(map(_effect, rows)), _effect(missing), zoned)
        return NumberTerm(column.name, self._reading(column, "number:."), _effect(rows[0]), _effect(missing))

    def _level(self, column: LevelColumn) -> LevelTerm:
        rows = np.vstack([self._rows(column), np.zeros((1, self.coef.shape[1]))])  # code -1 contributes nothing
        effects = [_effect(row) for row in rows]
        other = effects[column.rare_code]
        missing = effects[column.size - 1] if column.missing else other
        codes = column.code_of_truth | column.code_of
        gaps = column.gaps if column.missing else ()
        return LevelTerm(
            column.name,
            self._reading(column, "text"),
            dict.fromkeys(gaps, missing) | {level: effects[code] for level, code in codes.items()},
            {number: effects[code] for number, code in column.code_of_number.items()},
            other,
            missing,
        )
