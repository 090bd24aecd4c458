"""The Python half of every translation to a Python library: read, prepare, and give back original units."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np

from ridgeline.exporters.python import literal, readers
from ridgeline.exporters.translate.layout import Layout
from ridgeline.exporters.translate.recipe import Recipe
from ridgeline.model import Model
from ridgeline.tables.columns import DateColumn, LevelColumn, NumberColumn
from ridgeline.tables.dates import plain_reading

__all__ = ["places_of_levels", "prelude"]

_HEAD = '''"""{title}; written by ridgeline.

It reads the table, prepares the training rows as ridgeline does, fits, and leaves coef (feature -> value, per original
unit) and intercept. The objective is (1/W) sum w loss + lambda sum f (l1_ratio |s b| + (1 - l1_ratio)/2 (s b)^2), with
s the standard deviation of a feature.
"""

import base64
import datetime
import math
import re
import sys

import numpy as np
import pandas as pd
{imports}
DATA = sys.argv[1] if len(sys.argv) > 1 else {path}
LAMBDA = {lam}
L1_RATIO = {l1_ratio}
TARGET = {target}
'''

_BODY = '''

def read():
    """Return the whole table, each cell as it stands in the file."""
    {read}
    table.columns = COLUMNS
    if len(table) != ROWS:
        raise SystemExit(f"{{DATA}} has {{len(table)}} rows; the model was fitted to {{ROWS}}")
    return table


def features(table):
    """Return feature -> numbers, a missing one as NaN."""
    found = {{}}
{loops}    return {{name: found[name] for name in FEATURES}}


def imputed(found, weights):
    """Return a matrix in which missing numbers are the mean of the others."""
    columns = []
    for values in found.values():
        known = ~np.isnan(values)
        mean = np.average(values[known], weights=weights[known]) if known.any() else 0.0
        columns.append(np.where(known, values, mean))
    return np.column_stack(columns)


table = read().loc[TRAIN].reset_index(drop=True)
w = {weights}
y = {target_values}
X = imputed(features(table), w)
W = w.sum()
mean = w @ X / W
sd = np.sqrt(w @ (X - mean) ** 2 / W)
sd[sd <= 1e-15 * np.abs(mean)] = np.inf  # a constant column: its coefficient is 0
Z = (X - mean) / sd
'''

_NUMBERS = """    for name, (reading, flag) in NUMBERS.items():
        cells = [number(cell, reading) for cell in table[name]]
        found[name] = np.array(cells, dtype=float)
        if flag is not None:
            found[flag] = np.isnan(found[name]).astype(float)
"""
_MOMENTS = """    for name, (reading, parts, flag) in MOMENTS.items():
        cells = [moment(cell, reading) for cell in table[name]]
        for part, feature in parts.items():
            found[feature] = np.array([math.nan if c is None else date_part(c, part) for c in cells])
        if flag is not None:
            found[flag] = np.array([float(c is None) for c in cells])
"""
_LEVELS = """    for name, (reading, levels, numbers, other, missing, codes) in LEVELS.items():
        cells = [level(cell, reading) for cell in table[name]]
        chosen = [missing if text is None else levels.get(text, numbers.get(text, other) if is_number else other)
                  for text, is_number in cells]
        for code in codes:
            found[code] = np.array([float(c == code) for c in chosen])
"""


def prelude(recipe: Recipe, title: str, imports: Sequence[str]) -> str:
    """Return the start of a script, up to the standardized matrix Z, the target y and the weights w.

    Parameters
    ----------
    recipe : Recipe
    title : str
        First words of the script.
    imports : sequence of str
        Lines that import the library.
    """
    content = recipe.content
    head = _HEAD.format(
        title=title, imports="".join(f"{line}\n" for line in imports), path=literal(recipe.layout.path),
        lam=literal(float(content["lambda"])), l1_ratio=literal(float(content["l1_ratio"])),
        target=literal(content["target"]),
    )  # fmt: skip
    kinds = {"number": NumberColumn, "moment": DateColumn, "level": LevelColumn}
    used = [name for name, kind in kinds.items() if any(isinstance(c, kind) for c in recipe.model.encoder.columns)]
    loops = {"number": _NUMBERS, "moment": _MOMENTS, "level": _LEVELS}
    body = _BODY.format(
        read=_read(recipe.layout), loops="".join(loops[name] for name in used), weights=_weights(recipe),
        target_values=_target(recipe),
    )  # fmt: skip
    wanted = dict.fromkeys([*used, "level" if content["labels"] else "number", "number"])
    return head + _constants(recipe) + readers(wanted) + body


def _read(layout: Layout) -> str:
    if layout.kind == "parquet":
        return "table = pd.read_parquet(DATA)"
    separator = r'r"\s+"' if layout.delimiter == " " else literal(layout.delimiter)
    return (
        f"table = pd.read_csv(DATA, header={0 if layout.broken else None}, skiprows={layout.skip}, sep={separator},\n"
        f"                        quotechar={literal(layout.quote)}, encoding={literal(layout.encoding)},\n"
        "                        dtype=str, keep_default_na=False)"
    )


def _weights(recipe: Recipe) -> str:
    if recipe.record["weight"] is None:
        return "np.ones(len(table))"
    return f'np.array([number(cell, "number:.") for cell in table[{literal(recipe.record["weight"])}]])'


def _target(recipe: Recipe) -> str:
    reading = literal(recipe.record["target_reading"])
    labels = recipe.content["labels"]
    if labels:
        return f"np.array([float(level(cell, {reading})[0] == {literal(labels[1])}) for cell in table[TARGET]])"
    values = f"np.array([number(cell, {reading}) for cell in table[TARGET]])"
    offset = recipe.content["offset"]
    shift = f' - np.array([number(cell, "number:.") for cell in table[{literal(offset)}]])' if offset else ""
    return values + shift


def _constants(recipe: Recipe) -> str:
    packed = base64.b64encode(np.packbits(recipe.train, bitorder="little").tobytes()).decode()
    pieces = "\n".join(f"    {literal(packed[k : k + 100])}" for k in range(0, len(packed), 100))
    lines = [
        f"ROWS = {len(recipe.train)}",
        f"COLUMNS = {literal(recipe.layout.names)}",
        f"# the rows that the model was fitted to, one bit each ({int(recipe.train.sum())} of them)",
        f"MASK = (\n{pieces}\n)",
        'TRAIN = np.unpackbits(np.frombuffer(base64.b64decode(MASK), np.uint8), bitorder="little")[:ROWS].astype(bool)',
        "FEATURES = (", *(f"    {literal(f['feature'])}," for f in recipe.content["features"]), ")",
    ]  # fmt: skip
    return "\n".join(lines) + "\n" + _columns(recipe.model)


def _columns(model: Model) -> str:
    features = model.encoder.features
    own: dict[str, list[str]] = {}
    flags: dict[str, str] = {}
    for feature in features:
        if feature.kind == "missing":
            flags[feature.column] = feature.name
        else:
            own.setdefault(feature.column, []).append(feature.name)
    tables: dict[str, list[str]] = {"NUMBERS": [], "MOMENTS": [], "LEVELS": []}
    for column in model.encoder.columns:
        name, reading = column.name, literal(plain_reading(model.encoder.readings.get(column.name, "text")))
        flag = literal(flags.get(name))
        if isinstance(column, LevelColumn):
            entry = ", ".join(map(literal, (*places_of_levels(column, own[name]), tuple(own[name]))))
            tables["LEVELS"].append(f"    {literal(name)}: ({reading}, {entry}),")
        elif isinstance(column, DateColumn):
            parts = literal(dict(zip(column.parts, own[name], strict=True)))
            tables["MOMENTS"].append(f"    {literal(name)}: ({reading}, {parts}, {flag}),")
        else:
            tables["NUMBERS"].append(f"    {literal(name)}: ({reading}, {flag}),")
    return "".join(f"{name} = {{\n" + "\n".join(entries) + "\n}\n" for name, entries in tables.items() if entries)


def places_of_levels(
    column: LevelColumn, names: Sequence[str]
) -> tuple[dict[str, str], dict[str, str], str | None, str | None]:
    """Return level → feature, number → feature, the feature of unknown levels, and that of missing cells."""
    levels = {level: names[code] for level, code in column.code_of.items()}
    numbers = {number: names[code] for number, code in column.code_of_number.items() if number not in levels}
    other = names[column.rare_code] if column.rare_code >= 0 else None
    return levels, numbers, other, names[column.size - 1] if column.missing else other
