"""What each column is, and why: `profile` gives every column a role, a kind and a reason in plain words."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ridgeline.tables.kinds import Look, kind_of_column
from ridgeline.tables.leaks import Answer, leak_reason, sum_leak, suspicion
from ridgeline.tables.table import Roles, Table

__all__ = ["ColumnProfile", "Schema", "profile"]

_DROPPED = "dropped as asked"
_SET_ASIDE = {  # kinds that are never features, in words; leaks have notes of their own
    "text": "free text",
    "identifier": "an identifier",
    "constant": "the same everywhere",
    "duplicate": "a copy",
    "empty": "empty",
}
_LISTED = 5


@dataclass(frozen=True)
class ColumnProfile:
    """One column.

    Attributes
    ----------
    name : str
        The column.
    role : {"feature", "target", "weight", "offset", "group", "time", "excluded"}
        What it is used for.
    kind : str
        What it is: ``"numeric"``, ``"boolean"``, ``"categorical"`` or ``"datetime"``; or, never a feature,
        ``"identifier"``, ``"constant"``, ``"duplicate"``, ``"empty"``, ``"leak"`` or ``"text"``.
    reason : str
        Why, in plain words.
    missing : int
        Cells without a value.
    distinct : int
        Different values.
    """

    name: str
    role: str
    kind: str
    reason: str
    missing: int
    distinct: int


@dataclass(frozen=True)
class Schema:
    """All columns of a table.

    Attributes
    ----------
    columns : tuple of ColumnProfile
        In the table's order.
    suspects : tuple of str
        A sentence about each column that alone predicts the target too well, and was kept.
    kept : tuple of str
        A sentence about each column that gives the target away and was kept, because nothing else is left.
    """

    columns: tuple[ColumnProfile, ...]
    suspects: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should look at."""
        return (*self.suspects, *self.kept)

    def set_aside(self) -> list[str]:
        """Say in notes which columns are no features although nobody asked for that."""
        unused = [c for c in self.columns if c.role == "excluded" and c.reason != _DROPPED]
        found = [f"{c.name!r} ({_SET_ASIDE[c.kind]})" for c in unused if c.kind in _SET_ASIDE]
        more = f" and {len(found) - _LISTED} more, which the report lists" if len(found) > _LISTED else ""
        notes = [f"Not used as features: {', '.join(found[:_LISTED])}{more}."] if found else []
        time = [c.name for c in self.columns if c.role == "time" and c.kind == "datetime"]
        return notes + [f"{t!r} puts the rows in order and is no feature; --keep {t} makes it one too." for t in time]

    @property
    def excluded(self) -> list[tuple[str, str]]:
        """Columns that are not used, with the reason."""
        return [(column.name, column.reason) for column in self.columns if column.role == "excluded"]

    @property
    def features(self) -> list[str]:
        """Columns that are features."""
        return [column.name for column in self.columns if column.role == "feature"]

    def kind(self, name: str) -> str:
        """Return the kind of one column."""
        return next(column.kind for column in self.columns if column.name == name)


def profile(table: Table, roles: Roles, rows: np.ndarray | None = None) -> Schema:
    """Decide the role and kind of every column and say why.

    What a column is by itself is judged on all rows; everything that looks at the target uses the training rows only.

    Parameters
    ----------
    table : Table
        The rows.
    roles : Roles
        Which columns are target, weight, offset, group, time; which to drop or keep.
    rows : ndarray of int, optional
        The training rows; all by default.

    Returns
    -------
    Schema
        One profile per column: nothing is left out without a reason.

    Examples
    --------
    >>> from ridgeline.tables import scan
    >>> table = scan({"id": list(range(40)), "size": [k % 7 for k in range(40)], "y": [k % 2 for k in range(40)]})
    >>> [(column.name, column.role, column.kind) for column in profile(table, Roles(target="y")).columns]
    [('id', 'excluded', 'identifier'), ('size', 'feature', 'numeric'), ('y', 'target', 'boolean')]
    """
    roles.check(table)
    looks = {name: Look(name, table.column(name)) for name in table.names}
    columns = {name: _first_look(look, roles) for name, look in looks.items()}
    _mark_duplicates(columns, looks, roles)
    suspects, kept = _mark_leaks(columns, looks, roles, Answer.of(table, roles.target, rows))
    return Schema(tuple(columns.values()), tuple(suspects), tuple(kept))


def _first_look(look: Look, roles: Roles) -> ColumnProfile:
    kind = kind_of_column(look)
    role, reason = "feature" if kind.usable else "excluded", kind.reason
    named, asked_to_stay = roles.named().get(look.name), look.name in roles.keep
    if named == "time" and kind.usable and asked_to_stay:
        role, reason = "feature", f"asked for as the time, and to be kept; {kind.reason}"
    elif named:
        role, reason = named, f"asked for as the {named}"
    elif look.name in roles.drop:
        role, reason = "excluded", _DROPPED
    elif asked_to_stay and kind.name not in ("empty", "constant") and look.sort != "nested":
        role = "feature"
    elif look.name in roles.by:
        role, reason = "excluded", f"set aside to compare groups (--by); --keep {look.name} makes it a feature too"
    return ColumnProfile(look.name, role, kind.name, reason, look.missing, look.distinct)


def _features(columns: dict[str, ColumnProfile], roles: Roles) -> list[str]:
    """Columns that may still be excluded."""
    return [name for name, column in columns.items() if column.role == "feature" and name not in roles.keep]


def _mark_duplicates(columns: dict[str, ColumnProfile], looks: dict[str, Look], roles: Roles) -> None:
    """Keep one of each set of equal columns: one the user keeps, else numbers before text, else the first."""
    first: dict[bytes, str] = {
        looks[name].fingerprint(): name for name in roles.keep if columns[name].role == "feature"
    }
    for name in sorted(_features(columns, roles), key=lambda name: looks[name].sort == "text"):
        twin = first.setdefault(looks[name].fingerprint(), name)
        if twin != name:
            same = "the same values as" if columns[name].kind != "categorical" else "the same information as"
            columns[name] = replace(columns[name], role="excluded", kind="duplicate", reason=f"{same} {twin!r}")


def _mark_leaks(
    columns: dict[str, ColumnProfile], looks: dict[str, Look], roles: Roles, answer: Answer | None
) -> tuple[list[str], list[str]]:
    """Exclude proven leaks; return the notes about suspects, and about leaks without which nothing would be left."""
    if answer is None:
        return [], []
    names = _features(columns, roles)
    leaks = {name: reason for name in names if (reason := leak_reason(looks[name], answer))}
    parts = sum_leak([looks[name] for name in names if name not in leaks], answer)
    leaks |= {name: f"{' and '.join(map(repr, parts))} add up to {answer.name!r}" for name in parts}
    suspects = [note for name in names if name not in leaks and (note := suspicion(looks[name], answer))]
    if len(leaks) == sum(column.role == "feature" for column in columns.values()):
        return suspects, [
            f"Column {name!r} is kept although {reason}: nothing else is left." for name, reason in leaks.items()
        ]
    for name, reason in leaks.items():
        columns[name] = replace(columns[name], role="excluded", kind="leak", reason=f"gives the target away: {reason}")
    return suspects, []
