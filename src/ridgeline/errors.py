"""Every exception that ridgeline raises on purpose.

::

    RidgelineError
    ├── InputError (also a ValueError): what the user gave is wrong; exit status 2
    │   ├── DataError        the table: its file, a column, a row
    │   │   └── ColumnError  a column that is not there (suggests the nearest name)
    │   ├── TargetError      the column to predict
    │   ├── OptionError      an argument or option
    │   ├── ModelFileError   a model file that is damaged or not ours
    │   └── OutputError      a place that cannot be written
    ├── NotFittedError       asked before there was an answer (of an estimator also scikit-learn's)
    └── DefectError          we promised and did not keep it; exit status 1

What the estimators leave to scikit-learn to check (the shape of X and y, gaps in an array) it refuses with its own
ValueError.

A message is one sentence that names the file, the column and the row where there are such, and the remedy.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

__all__ = [
    "ColumnError",
    "DataError",
    "DefectError",
    "InputError",
    "ModelFileError",
    "NotFittedError",
    "OptionError",
    "OutputError",
    "RidgelineError",
    "TargetError",
    "near_misses",
    "nearest",
    "shown",
    "unknown_choice",
]


class RidgelineError(Exception):
    """Base of all of ridgeline's exceptions: catch this one."""


class InputError(RidgelineError, ValueError):
    """What the user gave is wrong; the message says what and how to mend it."""


class DataError(InputError):
    """A table cannot be used as it is."""


class ColumnError(DataError):
    """A named column is not in the table."""

    @classmethod
    def unknown(
        cls, name: str, known: Iterable[str], *, where: str, use: str = "column", nameless: bool = False
    ) -> ColumnError:
        """Build the error for a mistyped column name, with the nearest known names.

        Parameters
        ----------
        name : str
            What was asked for.
        known : iterable of str
            The columns there are.
        where : str
            The table's name as the user knows it.
        use : str
            What the column was wanted for: ``"--target"``, ``"--group"``.
        nameless : bool, default False
            The first line of the file was taken for data.
        """
        names = [str(k) for k in known]
        near = nearest(name, names)
        hint = f" Did you mean {near!r}?" if near is not None else f" The columns are {_listed(names)}."
        if nameless:
            hint += " Its first line was read as data; if it holds the names, name a column exactly as it stands there."
        return cls(f"{where} has no column {name!r} (asked for by {use}).{hint}")

    @classmethod
    def none_of(cls, wanted: Iterable[str], known: Iterable[str], *, where: str) -> ColumnError:
        """Build the error for a table that has no column of a model, with the nearest known names.

        Parameters
        ----------
        wanted : iterable of str
            The columns of the model.
        known : iterable of str
            The columns there are.
        where : str
            The table's name as the user knows it.
        """
        asked, names = list(wanted), [str(k) for k in known]
        meant = ", ".join(f"{other!r} for {name!r}" for name, other in near_misses(asked, names).items())
        hint = (
            f"is it {meant}? Rename the columns" if meant else f"its columns are {_listed(names)}; give another table"
        )
        return cls(f"{where} has none of the model's columns {_listed(asked)}: {hint}.")


_SHOWN = 12  # names in a message
_MANY = 1000  # names


def _listed(names: list[str]) -> str:
    return ", ".join(repr(k) for k in names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")


def nearest(name: str, known: Iterable[str], *, fuzzy: bool = True) -> str | None:
    """Return the known name that is most like a mistyped one: first the same but for case and spaces at the ends.

    Examples
    --------
    >>> nearest("AGE", ["agent", "age"]), nearest("age", ["income"])
    ('age', None)
    """
    names = list(known)
    same = [k for k in names if k.strip().casefold() == name.strip().casefold()]
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6) if fuzzy and not same else same
    return near[0] if near else None


def near_misses(wanted: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Return for the first few names that are wanted the nearest known one, where there is one.

    Of many known names only case and spaces are forgiven: looking for mistyped letters would take minutes.

    Examples
    --------
    >>> near_misses(["Age", "city"], ["age", "income"])
    {'Age': 'age'}
    """
    names = list(known)
    fuzzy = len(names) <= _MANY
    found = {name: nearest(name, names, fuzzy=fuzzy) for name in list(wanted)[:_SHOWN]}
    return {name: near for name, near in found.items() if near is not None}


class TargetError(InputError):
    """The column to predict cannot be modelled as asked."""


class OptionError(InputError):
    """An argument or option has a value that makes no sense."""


_LONGEST = 80  # characters of a value in a message


def shown(value: object) -> str:
    """Show what was given on one line of a message, cut where it is long.

    Examples
    --------
    >>> shown("mean"), len(shown([0.5] * 1000))
    ("'mean'", 80)
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def unknown_choice(
    what: str, given: object, known: Iterable[str], other: Mapping[str, str] | None = None
) -> OptionError:
    """Build the error for a mistyped word of a short list, with the nearest one.

    Parameters
    ----------
    what : str
        What is chosen: ``"penalty"``.
    given : object
    known : iterable of str
        The words there are.
    other : mapping of str to str, optional
        What they are called elsewhere.

    Examples
    --------
    >>> print(unknown_choice("penalty", "lasso", ["l2", "l1"], {"lasso": "l1"}))
    There is no penalty 'lasso'; did you mean 'l1'? Choose one of l2, l1.
    """
    words, aliases = [str(k) for k in known], dict(other or {})
    near = difflib.get_close_matches(str(given).casefold(), [*words, *aliases], n=1, cutoff=0.5)
    meant = aliases.get(near[0], near[0]) if near else None
    if meant is None:
        return OptionError(f"There is no {what} {shown(given)}; choose one of {', '.join(words)}.")
    return OptionError(f"There is no {what} {shown(given)}; did you mean {meant!r}? Choose one of {', '.join(words)}.")


class ModelFileError(InputError):
    """A model file is damaged, of another version, or not one of ours."""


class OutputError(InputError):
    """Results cannot be written where they were asked for."""


class NotFittedError(RidgelineError):
    """A result was asked of something that has not been fitted yet."""


class DefectError(RidgelineError):
    """Ridgeline broke a promise of its own; please report it."""
