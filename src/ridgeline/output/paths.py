"""Paths that people give."""

from __future__ import annotations

import os
from pathlib import Path

from ridgeline.errors import OptionError

__all__ = ["as_path"]


def as_path(what: str, value: object) -> Path:
    """Return a path that was given as text or as an object of a path.

    Parameters
    ----------
    what : str
        What lies there, or will: the beginning of the message.
    value : object

    Raises
    ------
    OptionError
        It is neither.

    Examples
    --------
    >>> as_path("A report", "report.html").name
    'report.html'
    """
    if not isinstance(value, str | os.PathLike):
        raise OptionError(f"{what} needs a path, as text or a pathlib.Path; it is given as {type(value).__name__}.")
    return Path(value)
