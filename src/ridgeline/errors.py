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
    ├── NotFittedError       asked before there was an answer
    └── DefectError          we promised and did not keep it; exit status 1

A message is one sentence that names the file, the column and the row where there are such, and the remedy.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

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
    def unknown(cls, name: str, known: Iterable[str], *, where: str, use: str = "column") -> ColumnError:
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
        """
        names = [str(k) for k in known]
        near = difflib.get_close_matches(name, names, n=1, cutoff=0.6) or [
            k for k in names if k.casefold() == name.casefold()
        ]
        shown = ", ".join(repr(k) for k in names[:12]) + (", …" if len(names) > 12 else "")
        hint = f" Did you mean {near[0]!r}?" if near else f" The columns are {shown}."
        return cls(f"{where} has no column {name!r} (asked for by {use}).{hint}")


class TargetError(InputError):
    """The column to predict cannot be modelled as asked."""


class OptionError(InputError):
    """An argument or option has a value that makes no sense."""


class ModelFileError(InputError):
    """A model file is damaged, of another version, or not one of ours."""


class OutputError(InputError):
    """Results cannot be written where they were asked for."""


class NotFittedError(RidgelineError):
    """A result was asked of something that has not been fitted yet."""


class DefectError(RidgelineError):
    """Ridgeline broke a promise of its own; please report it."""
