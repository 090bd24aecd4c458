"""A model as a Python module that needs nothing but Python: ``predict(row)`` for a dict of raw cells."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping

from ridgeline.exporters import cells
from ridgeline.exporters.formula import DateTerm, Effect, Formula, LevelTerm, NumberTerm, formula
from ridgeline.exporters.options import Options
from ridgeline.model import Model

__all__ = ["literal", "readers", "render"]

_HEAD = '''"""Predictions of one regularized linear model; written by ridgeline, needs nothing but Python 3.11 or newer.

predict(row) takes a dict of column name to cell: numbers, text as it stands in a CSV file, dates, None or NaN for a
missing cell. Columns that are not there count as missing; other columns are ignored.
"""

import datetime
import math
import re
'''

_ETA = '''

def by_column(row):
    """Return the row with clean column names; one that comes again ends in _2, _3 and so on."""
    found = {}
    for name, cell in row.items():
        name = fresh = " ".join(str(name).replace("\\0", "").split())
        while fresh in found:
            fresh = f"{name}_{int(fresh[len(name) + 1 :] or 1) + 1}"
        found[fresh] = cell
    return found


def effects(row):
    """Return what each column adds to the linear predictor: a list of tuples, one number per output."""
    row = by_column(row)
    found = []
'''

_NUMBER_LOOP = """    for name, (reading, coef, missing) in NUMBERS.items():
        value = number(row.get(name), reading)
        found.append(missing if value is None else tuple(value * c for c in coef))
"""
_DATE_LOOP = """    for name, (reading, parts, missing) in MOMENTS.items():
        when = moment(row.get(name), reading)
        for part, coef in parts.items() if when is not None else ():
            found.append(tuple(date_part(when, part) * c for c in coef))
        if when is None:
            found.append(missing)
"""
_LEVEL_LOOP = """    for name, (reading, levels, numbers, other, missing) in LEVELS.items():
        text, is_number = level(row.get(name), reading)
        found.append(missing if text is None else levels.get(text, numbers.get(text, other) if is_number else other))
"""
_OFFSET = """    shift = number(row.get(OFFSET), OFFSET_READING)
    if shift is None:
        raise ValueError(f"the offset {OFFSET!r} needs a number in every row")
    found.append((shift,) * len(INTERCEPT))
"""
_END = '''    return found


def linear_predictor(row):
    """Return intercept + effects, one number per output."""
    found = effects(row)
    return tuple(math.fsum((start, *(effect[k] for effect in found))) for k, start in enumerate(INTERCEPT))
'''

_PREDICT = {
    "identity": '''

def predict(row):
    """Return the predicted value."""
    return linear_predictor(row)[0]
''',
    "exp": '''

def predict(row):
    """Return the predicted mean."""
    return math.exp(min(linear_predictor(row)[0], LARGEST))
''',
    "logistic": '''

def predict(row):
    """Return the probability of POSITIVE, the second of LABELS."""
    eta = linear_predictor(row)[0]
    small = math.exp(-abs(eta))
    return (1.0 if eta >= 0.0 else small) / (1.0 + small)


def predict_label(row):
    """Return the more probable of LABELS."""
    return LABELS[predict(row) > 0.5]
''',
    "softmax": '''

def predict_proba(row):
    """Return the probability of each of LABELS, as a dict."""
    eta = linear_predictor(row)
    sizes = [math.exp(value - max(eta)) for value in eta]
    return {label: size / math.fsum(sizes) for label, size in zip(LABELS, sizes)}


def predict_label(row):
    """Return the most probable of LABELS."""
    found = predict_proba(row)
    return max(found, key=found.get)


def predict(row):
    """Return the probability of the most probable of LABELS."""
    return max(predict_proba(row).values())
''',
}


def render(model: Model, options: Options) -> str:
    """Return the text of the module.

    Parameters
    ----------
    model : Model
    options : Options
        None of them matters here.
    """
    f = formula(model)
    return "".join([_HEAD, _constants(f), *_code(f)])


def _constants(f: Formula) -> str:
    lines = [f"\nTARGET = {literal(f.target)}", f"LABELS = {literal(f.labels)}"]
    if f.link == "logistic":
        lines.append("POSITIVE = LABELS[1]")
    if f.link == "exp":
        lines.append(f"LARGEST = {literal(f.largest)}")
    if f.offset is not None:
        lines.append(f"OFFSET = {literal(f.offset)}\nOFFSET_READING = {literal(f.offset_reading)}")
    lines.append(f"INTERCEPT = {literal(f.intercept)}\n")
    return "\n".join(lines) + _numbers(f.of(NumberTerm)) + _dates(f.of(DateTerm)) + _levels(f.of(LevelTerm))


def _numbers(terms: Iterable[NumberTerm]) -> str:
    entries = [
        f"    {literal(t.column)}: ({literal(t.reading)}, {literal(t.coef)}, {literal(t.missing)}),\n" for t in terms
    ]
    return _table("NUMBERS", "column: (how its text is written, coefficient, effect of a missing cell)", entries)


def _dates(terms: Iterable[DateTerm]) -> str:
    entries = [
        f"    {literal(t.column)}: ({literal(t.reading)}, {_mapping(dict(zip(t.parts, t.coef, strict=True)), 8)}, "
        f"{literal(t.missing)}),\n"
        for t in terms
    ]
    return _table("MOMENTS", "column: (how its text is written, coefficients of its parts, effect if missing)", entries)


def _levels(terms: Iterable[LevelTerm]) -> str:
    entries = [
        f"    {literal(t.column)}: ({literal(t.reading)}, {_mapping(t.levels, 8)}, {_mapping(_new(t), 8)}, "
        f"{literal(t.other)}, {literal(t.missing)}),\n"
        for t in terms
    ]
    what = "column: (how its text is written, effects, effects by number, of unknown levels, if missing)"
    return _table("LEVELS", what, entries)


def _new(term: LevelTerm) -> Mapping[str, Effect]:
    """Return the levels whose number is written otherwise than the level."""
    return {number: effect for number, effect in term.numbers.items() if number not in term.levels}


def _table(name: str, comment: str, entries: list[str]) -> str:
    return f"\n# {comment}\n{name} = {{\n{''.join(entries)}}}\n" if entries else ""


def _mapping(values: Mapping[str, Effect], indent: int) -> str:
    if not values:
        return "{}"
    pad = " " * indent
    body = "".join(f"{pad}{literal(key)}: {literal(value)},\n" for key, value in values.items())
    return f"{{\n{body}{pad[4:]}}}"


def _code(f: Formula) -> list[str]:
    kinds = {"number": NumberTerm, "moment": DateTerm, "level": LevelTerm}
    wanted = [name for name, kind in kinds.items() if f.of(kind)]
    if f.offset is not None:
        wanted.append("number")
    loops = [
        text
        for kind, text in ((NumberTerm, _NUMBER_LOOP), (DateTerm, _DATE_LOOP), (LevelTerm, _LEVEL_LOOP))
        if f.of(kind)
    ]
    return [readers(wanted), _ETA, *loops, _OFFSET if f.offset is not None else "", _END, _PREDICT[f.link]]


def readers(wanted: Iterable[str]) -> str:
    """Return the source of the readers of cells, with the constants they use.

    Parameters
    ----------
    wanted : iterable of {"number", "level", "moment"}
    """
    names = dict.fromkeys(name for reader in wanted for name in cells.CONSTANTS[reader])
    functions = dict.fromkeys(function for reader in wanted for function in cells.FUNCTIONS[reader])
    constants = [f"{name} = {literal(getattr(cells, name))}\n" for name in names]
    epoch = "EPOCH = datetime.datetime(1970, 1, 1)\n" if cells.moment in functions else ""
    return "\n" + "".join(constants) + epoch + "".join(f"\n\n{inspect.getsource(function)}" for function in functions)


def literal(value: object) -> str:
    """Return plain data as Python source, whatever characters its texts hold."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        return (
            "(" + "".join(f"{literal(item)}, " for item in value).removesuffix(" " if len(value) == 1 else ", ") + ")"
        )
    assert isinstance(value, (str, float, int, type(None))), type(value)
    return repr(value)
