"""Paths that people give."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ridgeline.errors import OptionError

__all__ = ["as_path", "check_page_path"]

_PAGES = {".json": "json", ".html": "html", ".htm": "html", "": "directory"}
_NUMBER = re.compile(r"\.\d+")


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
        It is neither, or holds the character NUL, which no system takes in a name.

    Examples
    --------
    >>> as_path("A report", "report.html").name
    'report.html'
    """
    if not isinstance(value, str | os.PathLike):
        raise OptionError(f"{what} needs a path, as text or a pathlib.Path; it is given as {type(value).__name__}.")
    if "\0" in os.fspath(value):
        raise OptionError(f"{what} needs a path without the character NUL; it is given as {os.fspath(value)!r}.")
    return Path(value)


def check_page_path(value: object) -> str:
    """Tell from its name what is written: ``"json"``, ``"html"``, or both into a ``"directory"``.

    A name whose ending is a number is that of a directory, ``results-1.5``; so is whatever is a directory already.

    Raises
    ------
    OptionError
        The name ends as that of another file.

    Examples
    --------
    >>> check_page_path("made/one.HTM"), check_page_path("made")
    ('html', 'directory')
    """
    path = as_path("A comparison", value)
    ending = "" if _NUMBER.fullmatch(path.suffix) or os.path.isdir(path) else path.suffix.lower()
    if ending not in _PAGES:
        raise OptionError(
            f"{str(path)!r} says nothing about its format: give a name that ends in .html or .json, or a directory."
        )
    return _PAGES[ending]
