"""An `Encoder` as plain data and back, believing nothing that is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ridgeline.errors import ModelFileError
from ridgeline.tables.columns import DateColumn, LevelColumn, NumberColumn
from ridgeline.tables.dateparts import PARTS
from ridgeline.tables.encode import Encoder

__all__ = ["read", "write"]

_KINDS = {"number": NumberColumn, "date": DateColumn, "levels": LevelColumn}
_FIELDS: dict[str, dict[str, str]] = {
    "number": {"kind": "text", "name": "text", "mean": "number", "missing": "flag"},
    "date": {"kind": "text", "name": "text", "parts": "texts", "means": "numbers", "missing": "flag"},
    "levels": {"kind": "text", "name": "text", "levels": "texts", "pooled": "texts", "missing": "flag"},
}


def write(encoder: Encoder) -> dict[str, Any]:
    """Return an encoder as JSON-able data.

    Parameters
    ----------
    encoder : Encoder
    """
    columns = []
    for code in encoder.columns:
        kind = next(name for name, cls in _KINDS.items() if isinstance(code, cls))
        fields = {name: getattr(code, name) for name in _FIELDS[kind] if name != "kind"}
        columns.append({"kind": kind} | {k: list(v) if isinstance(v, tuple) else v for k, v in fields.items()})
    return {"columns": columns, "readings": dict(encoder.readings)}


def read(data: Mapping[str, Any], where: str = "The model file") -> Encoder:
    """Rebuild an encoder from `write`'s data.

    Parameters
    ----------
    data : mapping
        Parsed JSON.
    where : str
        The file, for messages.

    Raises
    ------
    ModelFileError
        For an unknown or missing key, a wrong type, a number that is not finite, or values that contradict each other.
    """
    _keys(data, {"columns", "readings"}, f"{where} is damaged: the encoder")
    columns, readings = data["columns"], data["readings"]
    if not isinstance(columns, list):
        raise ModelFileError(f"{where} is damaged: the encoder's columns are not a list.")
    if not isinstance(readings, Mapping) or not all(isinstance(v, str) for kv in readings.items() for v in kv):
        raise ModelFileError(f"{where} is damaged: the encoder's readings are not texts by column name.")
    codes = tuple(_column(entry, f"{where} is damaged: column {k} of the encoder") for k, entry in enumerate(columns))
    if len({code.name for code in codes}) < len(codes):
        raise ModelFileError(f"{where} is damaged: the encoder names a column twice.")
    return Encoder(codes, dict(readings))


def _keys(data: object, expected: set[str], where: str) -> None:
    if not isinstance(data, Mapping):
        raise ModelFileError(f"{where} is not an object.")
    for key in data:
        if key not in expected:
            raise ModelFileError(f"{where} has an unknown key {key!r}.")
    for key in expected:
        if key not in data:
            raise ModelFileError(f"{where} lacks {key!r}.")


def _column(entry: object, where: str) -> NumberColumn | DateColumn | LevelColumn:
    kind = entry.get("kind") if isinstance(entry, Mapping) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ModelFileError(f"{where} is of an unknown kind {kind!r}.")
    assert isinstance(entry, Mapping)
    _keys(entry, set(_FIELDS[kind]), where)
    for name, expected in _FIELDS[kind].items():
        if not _CHECKS[expected](entry[name]):
            raise ModelFileError(f"{where}, {name!r} is not of the type {expected!r}.")
    fields = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items() if k != "kind"}
    code = _KINDS[kind](**fields)
    _consistent(code, where)
    return code


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


_CHECKS = {
    "text": lambda value: isinstance(value, str),
    "flag": lambda value: isinstance(value, bool),
    "number": _is_number,
    "texts": lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
    "numbers": lambda value: isinstance(value, list) and all(map(_is_number, value)),
}


def _consistent(code: NumberColumn | DateColumn | LevelColumn, where: str) -> None:
    if isinstance(code, DateColumn) and (len(code.parts) != len(code.means) or not set(code.parts) <= set(PARTS)):
        raise ModelFileError(f"{where} has parts of a date that do not exist.")
    if isinstance(code, LevelColumn):
        every = code.levels + code.pooled
        if len(set(every)) < len(every):
            raise ModelFileError(f"{where} has a level twice.")
