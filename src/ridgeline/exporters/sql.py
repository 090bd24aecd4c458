"""A model as one SELECT statement.

Three steps, one inside the other: cells as numbers, labels and points in time; their sum η; the prediction. Numbers are
written with an exponent, which makes them doubles in every dialect.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ridgeline.errors import OptionError
from ridgeline.exporters.dialects import Dialect, dialect
from ridgeline.exporters.formula import DateTerm, Formula, LevelTerm, NumberTerm, Term, formula, spellings
from ridgeline.exporters.options import Options
from ridgeline.model import Model
from ridgeline.tables.missing import ALWAYS

__all__ = ["render"]

_LARGEST = "1.7976931348623157E308"
_PLACES = {
    "month": "({m} - 1E0 + ({d} - 1E0) / 31E0) / 12E0",
    "weekday": "(FLOOR({e} / 86400E0) + 3E0 - 7E0 * FLOOR((FLOOR({e} / 86400E0) + 3E0) / 7E0)) / 7E0",
    "hour": "({e} - 86400E0 * FLOOR({e} / 86400E0)) / 86400E0",
}
_TRUTH = {1.0: ("true", "t", "yes", "y", "1", "1.0"), 0.0: ("false", "f", "no", "n", "0", "0.0")}


def render(model: Model, options: Options) -> str:
    """Return the statement.

    Parameters
    ----------
    model : Model
    options : Options
        `dialect`, `table` and `ids`.
    """
    return _Statement(formula(model), dialect(options.dialect), options).text()


class _Statement:
    """Puts one statement together."""

    def __init__(self, f: Formula, say: Dialect, options: Options):
        self.f, self.say, self.options = f, say, options
        self.cells: list[str] = []
        _refuse_nul(f, options)

    def text(self) -> str:
        sums = [_lines(terms) for terms in self._effects()]
        etas = [f"{total} AS {self._eta(k)}" for k, total in enumerate(sums)]
        ids = [self.say.name(f"id_{k}") for k in range(len(self.options.ids))]
        cells = [f"t.{self.say.name(c)} AS {i}" for c, i in zip(self.options.ids, ids, strict=True)] + self.cells
        shown = [f"{i} AS {self.say.name(c)}" for c, i in zip(self.options.ids, ids, strict=True)]
        table = ".".join(map(self.say.name, self.options.table.split(".")))
        lines = [
            *_select([*shown, *self._outputs()], 0), "FROM (", *_select([*ids, *etas], 1), "  FROM (",
            *_select(cells or ["1 AS nothing"], 2), f"    FROM {table} AS t", "  ) AS cells", ") AS sums", "",
        ]  # fmt: skip
        return "\n".join(lines)

    def _eta(self, k: int) -> str:
        return "eta" if len(self.f.intercept) == 1 else f"eta_{k + 1}"

    def _effects(self) -> Iterable[list[str]]:
        """Return for each output the effects of all columns, the intercept first."""
        effects = [self._term(term) for term in self.f.terms]
        if self.f.offset is not None:
            shift = self._cell("offset_cell", self.say.number, self.f.offset)
            effects.append([shift] * len(self.f.intercept))
        return [[_number(start), *(e[k] for e in effects)] for k, start in enumerate(self.f.intercept)]

    def _cell(self, name: str, template: str, column: str, inner: str = "{}") -> str:
        self.cells.append(f"{template.format(inner.format(f't.{self.say.name(column)}'))} AS {name}")
        return name

    def _term(self, term: Term) -> list[str]:
        name = f"c{len(self.cells) + 1}"
        if isinstance(term, NumberTerm):
            return self._number_term(term, name)
        return self._date_term(term, name) if isinstance(term, DateTerm) else self._level_term(term, name)

    def _number_term(self, term: NumberTerm, name: str) -> list[str]:
        cell = self._cell(name, self._reader(term), term.column)
        # NaN and infinite numbers, where a database has them, are not between any numbers or above all
        test = f"{cell} BETWEEN -{_LARGEST} AND {_LARGEST}"
        pairs = zip(term.coef, term.missing, strict=True)
        return [f"CASE WHEN {test} THEN {_number(c)} * {cell} ELSE {_number(m)} END" for c, m in pairs]

    def _reader(self, term: NumberTerm) -> str:
        """Return the template that reads the cells of a column of numbers."""
        if term.reading == "truth":
            return self._truth()
        if term.reading == "clock":
            return self.say.clock or self._refuse(term.column, "times of day", "hours as numbers")
        if term.reading == "duration":
            return self.say.span or self._refuse(term.column, "durations", "days as numbers")
        return self.say.number

    def _refuse(self, column: str, what: str, instead: str) -> str:
        raise OptionError(
            f"Column {column!r} holds {what}, which the SQL of {self.options.dialect} cannot read as predict does:"
            f" choose another dialect (duckdb and postgres can), or fit the model to {instead}."
        )

    def _truth(self) -> str:
        label = f"LOWER({self.say.label})"
        whens = [f"WHEN {label} IN ({', '.join(map(self.say.text, words))}) THEN {_number(value)}"
                 for value, words in _TRUTH.items()]  # fmt: skip
        return f"CASE {' '.join(whens)} END".replace("{}", "{0}")

    def _date_term(self, term: DateTerm, name: str) -> list[str]:
        inner = self.say.utc if term.zoned else "{}"
        inner = inner or self._refuse(term.column, "times with a time zone", "times in UTC without one")
        cells = {"e": self._cell(f"{name}_epoch", self.say.epoch, term.column, inner)}
        if any(part.startswith("month") for part in term.parts):
            cells["m"] = self._cell(f"{name}_month", self.say.month, term.column, inner)
            cells["d"] = self._cell(f"{name}_day", self.say.day, term.column, inner)
        parts = [_part(part, cells) for part in term.parts]
        columns = zip(zip(*term.coef, strict=True), term.missing, strict=True)
        return [
            f"COALESCE({_sum([f'{_number(c)} * {part}' for c, part in zip(coef, parts, strict=True)])}, {_number(m)})"
            for coef, m in columns
        ]

    def _level_term(self, term: LevelTerm, name: str) -> list[str]:
        cell = self._cell(name, self.say.label, term.column)
        return [self._level_case(term, cell, k) for k in range(len(term.other))]

    def _level_case(self, term: LevelTerm, cell: str, k: int) -> str:
        other, missing = term.other[k], term.missing[k]
        groups: dict[float, list[str]] = {}
        for text, effect in spellings(term).items():
            if effect[k] != other:
                groups.setdefault(effect[k], []).append(text)
        whens = [f"WHEN {cell} IN ({self._texts(texts)}) THEN {_number(value)}" for value, texts in groups.items()]
        if missing != other:
            whens.insert(0, f"WHEN {cell} IS NULL OR {cell} IN ({self._texts(ALWAYS)}) THEN {_number(missing)}")
        return f"CASE {' '.join(whens)} ELSE {_number(other)} END" if whens else _number(other)

    def _texts(self, texts: Iterable[str]) -> str:
        return ", ".join(map(self.say.text, texts))

    def _outputs(self) -> list[str]:
        link, etas = self.f.link, [self._eta(k) for k in range(len(self.f.intercept))]
        if link == "identity":
            return ["eta AS predicted"]
        if link == "exp":
            top = _number(self.f.largest)
            # tiny means are 0: some databases would fail on them
            return [f"CASE WHEN eta > {top} THEN EXP({top}) WHEN eta < -7E2 THEN 0E0 ELSE EXP(eta) END AS predicted"]
        labels = list(map(self.say.text, self.f.labels))
        if link == "logistic":
            mean = "CASE WHEN eta > 7E2 THEN 1E0 WHEN eta < -7E2 THEN 0E0 ELSE 1E0 / (1E0 + EXP(-eta)) END"
            known = f"WHEN {mean} > 0.5E0 THEN {labels[1]} WHEN eta IS NOT NULL THEN {labels[0]}"
            return [f"CASE {known} END AS predicted", f"{mean} AS probability"]
        return [f"{_largest(etas, labels)} AS predicted"] + [
            f"1E0 / {_sum([_clipped_exp(f'{other} - {eta}') for other in etas])}"
            f" AS {self.say.name(f'probability_{label}')}"
            for eta, label in zip(etas, self.f.labels, strict=True)
        ]


def _select(items: Sequence[str], depth: int) -> list[str]:
    pad = "  " * depth
    return [f"{pad}SELECT", *(f"{pad}  {item}{',' if k < len(items) - 1 else ''}" for k, item in enumerate(items))]


def _part(part: str, cells: dict[str, str]) -> str:
    if part == "year":
        return f"(1970E0 + {cells['e']} / 31556952E0)"
    cycle, wave, *harmonic = part.split()
    turn = _number(2 * 3.141592653589793 * (int(harmonic[0]) if harmonic else 1))
    return f"{wave.upper()}({turn} * ({_PLACES[cycle].format(**cells)}))"


def _sum(items: Sequence[str]) -> str:
    """Return a sum whose depth grows with the logarithm of its length: databases limit the depth."""
    if len(items) == 1:
        return items[0]
    half = len(items) // 2
    return f"({_sum(items[:half])} + {_sum(items[half:])})"


def _lines(items: Sequence[str]) -> str:
    """Return a sum, one item a line where the depth allows it."""
    return "\n      " + "\n      + ".join(items) + "\n    " if len(items) < 200 else _sum(items)


def _clipped_exp(x: str) -> str:
    return f"CASE WHEN {x} > 7E2 THEN 1E304 WHEN {x} < -7E2 THEN 0E0 ELSE EXP({x}) END"


def _largest(etas: Sequence[str], labels: Sequence[str]) -> str:
    whens = [
        f"WHEN {' AND '.join(f'{eta} >= {other}' for other in etas if other != eta)} THEN {label}"
        for eta, label in zip(etas, labels, strict=True)
    ]
    return f"CASE {' '.join(whens)} END"


def _number(value: float) -> str:
    """Return a double with all its digits; negative ones in parentheses, so that no ``--`` starts a comment."""
    digits, _, exponent = f"{value!r}".partition("e")
    text = f"{digits.removesuffix('.0')}E{int(exponent or 0)}"
    return f"({text})" if value < 0 else text


def _refuse_nul(f: Formula, options: Options) -> None:
    names = [*(t.column for t in f.terms), *options.ids, options.table, *f.labels]
    if any("\0" in text for text in (*names, *(level for t in f.of(LevelTerm) for level in t.levels))):
        raise OptionError("SQL text cannot hold the character NUL, which stands in a name or level of this model.")
