"""What stands in model.json, read without believing any of it; docs/model.md says what each key means."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from ridgeline.errors import ModelFileError
from ridgeline.families import FAMILIES
from ridgeline.output import as_path
from ridgeline.tables import Encoder
from ridgeline.tables.target import TASK_OF

__all__ = ["CERTIFICATE", "EXAMPLE", "FEATURE", "FORMAT", "KEYS", "TRAINING", "VERSION", "digest", "json_cell", "read"]

FORMAT, VERSION = "ridgeline model", 1

_TEXT_OR_NONE = (str, type(None))
_NUMBER_OR_NONE = (float, type(None))  # an infinite bound is null
_NUMBERS = (float, list)  # one, or one for each class

KEYS = {
    "format": str, "version": int, "ridgeline": str, "task": str, "family": str, "target": str, "labels": list,
    "lambda": float, "penalty": str, "l1_ratio": float, "intercept": _NUMBERS, "features": list, "fill": list,
    "encoder": dict, "offset": _TEXT_OR_NONE, "certificate": dict, "training": dict, "examples": list, "digest": str,
}  # fmt: skip
FEATURE = {
    "feature": str, "coef": _NUMBERS, "mean": float, "sd": float, "std_coef": _NUMBERS, "penalty_factor": float,
}  # fmt: skip
CERTIFICATE = dict.fromkeys(("gap", "relative_gap", "kkt"), _NUMBER_OR_NONE) | {"objective": float}
TRAINING = {
    "rows": int, "table_rows": int, "seed": int, "folds": int, "repeats": int, "scheme": str, "test_size": float,
    "test_rows": int, "test_file": bool, "weight": _TEXT_OR_NONE, "offset": _TEXT_OR_NONE, "group": _TEXT_OR_NONE,
    "time": _TEXT_OR_NONE, "keep": list, "readings": dict, "source": _TEXT_OR_NONE, "sql": _TEXT_OR_NONE, "mask": str,
    "target_reading": str,
}  # fmt: skip
EXAMPLE = {"row": dict, "expected": _NUMBERS}


def read(path: object) -> tuple[dict[str, Any], Encoder]:
    """Read a model file, or the one in a directory, and check all that a model is made from.

    Returns
    -------
    content : dict
        The object of model.json.
    encoder : Encoder
        Made from its entry ``encoder``.

    Raises
    ------
    ModelFileError
        The file is damaged, of another version, has an unknown key, a wrong type or a number that is not finite.
    """
    place = as_path("A model", path)
    place = place / "model.json" if os.path.isdir(place) else place
    try:
        text = place.read_text(encoding="utf-8-sig")  # some editors put a byte order mark before what they save
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFileError(f"{place} {_unread(error)}; give the model.json that `ridgeline fit` wrote.") from None
    try:
        content = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(f"{place} is not a ridgeline model: {error}.") from None
    return content, _checked(content, str(place))


def json_cell(cell: Any) -> Any:
    """Return a cell as JSON can hold it: dates and the like as text."""
    return cell if cell is None or isinstance(cell, (bool, int, float, str)) else str(cell)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content in canonical JSON, so that reformatting does not matter."""
    rest = {k: v for k, v in content.items() if k != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _unread(error: OSError | UnicodeDecodeError) -> str:
    return "is not text" if isinstance(error, UnicodeDecodeError) else f"cannot be read ({error.strerror})"


def _refuse_constant(name: str) -> float:
    raise ValueError(f"it holds {name}, which is not a number of JSON")


def _checked(content: Any, where: str) -> Encoder:
    """Refuse what no fit has written; what is left predicts, explains and verifies."""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ModelFileError(f"{where} is not a ridgeline model; give the model.json that `ridgeline fit` wrote.")
    if content.get("version") != VERSION:
        raise ModelFileError(f"{where} has version {content.get('version')!r}; this ridgeline reads version {VERSION}.")
    _check_keys(content, KEYS, where)
    _check_values(content, where)
    for name, keys in (("features", FEATURE), ("examples", EXAMPLE)):
        for k, entry in enumerate(content[name]):
            _check_keys(entry, keys, f"{where}: entry {k} of {name!r}")
    for name, keys in (("certificate", CERTIFICATE), ("training", TRAINING)):
        _check_keys(content[name], keys, f"{where}: {name!r}")
    encoder = Encoder.from_dict(content["encoder"], where)
    if len(encoder.features) != len(content["features"]) or len(encoder.imputed) != len(content["fill"]):
        raise ModelFileError(
            f"{where}: 'features' and 'fill' do not fit the encoder's {len(encoder.features)} features."
        )
    _check_items(content, where)
    _check_classes(content, where)
    return encoder


def _check_keys(content: Any, keys: Mapping[str, Any], where: str) -> None:
    if not isinstance(content, dict):
        raise ModelFileError(f"{where} is not an object.")
    unknown, lacking = set(content) - set(keys), set(keys) - set(content)
    if unknown or lacking:
        what = f"unknown key {sorted(unknown)[0]!r}" if unknown else f"no key {sorted(lacking)[0]!r}"
        raise ModelFileError(f"{where} has {what}; it was not written by this version of ridgeline.")
    for key, kind in keys.items():
        if not _is(content[key], kind):
            raise ModelFileError(f"{where}: {key!r} has the wrong type {type(content[key]).__name__}.")


def _is(value: Any, kind: type | tuple[type, ...]) -> bool:
    """Whether a value is of a kind: a whole number is a float as well, true and false are no numbers."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if isinstance(value, bool):
        return bool in kinds
    return isinstance(value, kinds) or (float in kinds and isinstance(value, int))


def _check_values(value: Any, where: str) -> None:
    if isinstance(value, (int, float)) and not abs(value) <= sys.float_info.max:
        raise ModelFileError(f"{where} holds a number that is not finite.")
    if isinstance(value, str) and not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ModelFileError(f"{where} holds half a character: {value!r}.")
    inner = [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        _check_values(item, where)


def _check_items(content: dict[str, Any], where: str) -> None:
    """Refuse lists and mappings that hold something else than numbers, or texts."""
    training = content["training"]
    for name, items, kind in (
        ("labels", content["labels"], str),
        ("fill", content["fill"], float),
        ("keep", training["keep"], str),
        ("readings", training["readings"].values(), str),
    ):
        if not all(_is(item, kind) for item in items):
            raise ModelFileError(f"{where}: {name!r} must hold {'texts' if kind is str else 'numbers'}.")


def _check_classes(content: dict[str, Any], where: str) -> None:
    """One number for each class wherever the family has classes, and a number alone elsewhere."""
    family, labels = content["family"], content["labels"]
    many = family == "multinomial"
    count = {"binomial": (2,), "multinomial": range(2, 10**6)}.get(family, (0,))
    if family not in FAMILIES or len(labels) not in count:
        raise ModelFileError(f"{where}: family {family!r} with {len(labels)} labels is not known.")
    if content["task"] != TASK_OF[family]:
        raise ModelFileError(f"{where}: the task of the family {family!r} is not {content['task']!r}.")
    values = [("intercept", content["intercept"])]
    values += [(f["feature"], f[k]) for f in content["features"] for k in ("coef", "std_coef")]
    values += [("expected", example["expected"]) for example in content["examples"]]
    for name, value in values:
        one_each = isinstance(value, list) and len(value) == len(labels) and all(_is(v, float) for v in value)
        if one_each != many or isinstance(value, list) != many:
            raise ModelFileError(
                f"{where}: {name!r} must hold {'one number for each class' if many else 'one number'}."
            )
