"""Column names: made unique, and what they say about a column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ridgeline.errors import OptionError

__all__ = [
    "asked_column",
    "asked_columns",
    "clean_name",
    "is_label",
    "label_name",
    "looks_like_afterwards",
    "looks_like_code",
    "looks_like_id",
    "looks_like_time",
    "unique_names",
    "words",
]

_ID = re.compile(r"ids?|u?uid|guid|pid|key|row(names?|num|id|number)|identifier|serial|ssn|(tele)?phone")
_ID_NAME = re.compile(r"unnamed: \d+|__index_level_\d+__|(row[ _.]?)?(index|idx|no|nr|number)|#", re.IGNORECASE)
_CODE = re.compile(r"zip(codes?)?|post(al|codes?)|plz|codes?|subclass|fips|naics|sic|icd|isbn")
_LATER = re.compile(r"duration|outcome|results?|end(ed)?|closed|final|finished|resolved|event|elapsed")
_TIME = re.compile(r"time|t|x|years?|yr|month|weeks?|days?|hour|period|quarter|date|age")


def label_name(label: object) -> str:
    """Return the name of a column by its label in a data frame, which may be a number, or a tuple of several levels.

    Examples
    --------
    >>> label_name(3), label_name(("income", 2024))
    ('3', 'income 2024')
    """
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def is_label(value: object) -> bool:
    """Whether a value could be a label in a data frame: lists, dicts and tables could not."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def asked_column(role: str, value: Any) -> str:
    """Return the name of the column that has a role, as the tables write it.

    Raises
    ------
    OptionError
        It is no label of a single column.

    Examples
    --------
    >>> asked_column("group", 3)
    '3'
    """
    if value is None or not is_label(value):
        raise OptionError(f"{role} must be the name of one column.")
    return label_name(value)


def asked_columns(role: str, value: Any) -> tuple[str, ...]:
    """Return the names of the columns that have a role: of none, one or several.

    Examples
    --------
    >>> asked_columns("drop", None), asked_columns("drop", "id"), asked_columns("drop", ["id", 3])
    ((), ('id',), ('id', '3'))
    """
    if value is None:
        return ()
    several = isinstance(value, Iterable) and not isinstance(value, str | bytes)
    try:
        return tuple(asked_column(role, one) for one in (value if several else [value]))
    except OptionError:
        raise OptionError(f"{role} must be the name of a column, or a list of names.") from None


def words(name: str) -> list[str]:
    """Split a column name into lower-case words: ``"MS SubClass"``, ``"customerID"``, ``"zip_code"``.

    Examples
    --------
    >>> words("customerID"), words("MS.SubClass"), words("zip_code")
    (['customerid', 'customer', 'id'], ['subclass', 'ms', 'sub', 'class'], ['zip', 'code'])
    """
    parts = [part for part in re.split(r"[^0-9A-Za-z]+", name) if part]
    split = [w.lower() for part in parts for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", part)]
    joined = [part.lower() for part in parts if part.lower() not in split]
    return joined + split


def looks_like_id(name: str) -> bool:
    """Whether the name says identifier: its last word is id, key, uuid …, or it is ``index``, ``Unnamed: 0`` ….

    Examples
    --------
    >>> looks_like_id("customerID"), looks_like_id("index"), looks_like_id("body_mass_index")
    (True, True, False)
    """
    found = words(name)
    return bool(_ID_NAME.fullmatch(name) or (found and _ID.fullmatch(found[-1])))


def looks_like_code(name: str) -> bool:
    """Whether the name says that whole numbers are labels: zip, postcode, code, subclass, FIPS …."""
    return any(_CODE.fullmatch(word) for word in words(name))


def looks_like_afterwards(name: str) -> bool:
    """Whether the name speaks of something that is known only after the outcome."""
    return any(_LATER.fullmatch(word) for word in words(name))


def looks_like_time(name: str) -> bool:
    """Whether running numbers under this name measure time (or the x of a curve) rather than name rows."""
    return any(_TIME.fullmatch(word) for word in words(name))


def clean_name(name: str | None) -> str:
    """Return a name without line breaks or blanks at its ends; a blank one is empty."""
    return " ".join(str(name).replace("\0", "").split()) if name is not None else ""


def unique_names(raw: Sequence[str | None]) -> tuple[list[str], list[str]]:
    """Make names usable: blanks get ``column_<k>``, repeats get a suffix ``_2``, ``_3`` ….

    A first column that alone has no name is called ``rownames``, for that is how frames write their row labels.

    Parameters
    ----------
    raw : sequence of str or None
        The names as found.

    Returns
    -------
    names : list of str
        As many names, all different, without line breaks or blanks at the ends.
    notes : list of str
        What was changed, in words.

    Examples
    --------
    >>> unique_names(["a", "", "a"])[0]
    ['a', 'column_2', 'a_2']
    """
    clean = [clean_name(name) for name in raw]
    taken, seen = set(filter(None, clean)), set()
    names: list[str] = []
    blank: list[str] = []
    repeated: list[str] = []
    for position, name in enumerate(clean, start=1):
        fresh = name
        if not name:
            stem = "rownames" if position == 1 and len(clean) > 1 and all(clean[1:]) else f"column_{position}"
            fresh = _free(stem, taken | seen, first=True)
            blank.append(fresh)
        elif name in seen:
            fresh = _free(name, taken | seen)
            repeated.append(fresh)
        seen.add(fresh)
        names.append(fresh)
    notes = []
    if blank:
        notes.append(f"{_count(blank, 'column')} without a name: called {_listed(blank)}.")
    if repeated:
        notes.append(f"{_count(repeated, 'column name')} used more than once: renamed to {_listed(repeated)}.")
    return names, notes


def _free(stem: str, taken: set[str], *, first: bool = False) -> str:
    if first and stem not in taken:
        return stem
    k = 2
    while f"{stem}_{k}" in taken:
        k += 1
    return f"{stem}_{k}"


def _count(items: Sequence[str], noun: str) -> str:
    return f"1 {noun}" if len(items) == 1 else f"{len(items)} {noun}s"


def _listed(items: Sequence[str], most: int = 8) -> str:
    shown = ", ".join(repr(item) for item in items[:most])
    return shown + (f" and {len(items) - most} more" if len(items) > most else "")
