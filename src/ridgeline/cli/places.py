"""Places that results go to: named, and never the files that a command reads.

What is asked of a path here is asked through `os.path`, which takes a name that cannot be one (a long query) for a file
that is not there; `pathlib` raises.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from ridgeline.cli.screen import FILES

__all__ = ["beside", "model_file", "place", "refuse_strangers", "spare"]

_QUOTED = re.compile(r"'((?:[^']|'')+)'")


def place(text: str | os.PathLike[str]) -> Path:
    """Read the value of an option for results; an empty one is a shell variable that was not set."""
    if not os.fspath(text):
        raise typer.BadParameter("it is empty: name a place, or leave the option out")
    return Path(text)


def model_file(path: Path) -> Path:
    """Return the model file that a path means: itself, or the one in the directory."""
    return path / "model.json" if os.path.isdir(path) else path


def beside(model: Path) -> list[Path]:
    """Return a model file and what a fit has written beside it.

    A fit leaves all of its files: where one is lacking, the others are from somewhere else.
    """
    file = model_file(model)
    results = [file.parent / name for name in FILES]
    return [file, *results] if all(map(os.path.isfile, results)) else [file]


def spare(inputs: Iterable[str | Path | None], outputs: Iterable[Path]) -> None:
    """Refuse to write a result over a file that is read, by whatever name or link.

    Parameters
    ----------
    inputs : iterable of str, Path or None
        Files; or queries, whose quoted texts may be files.
    outputs : iterable of Path
        Files that are about to be written.

    Raises
    ------
    OutputError
        One of them is the same file.
    """
    read = [file for given in inputs if given is not None for file in _files(given)]
    for output in outputs:
        if os.path.isfile(output) and any(os.path.samefile(output, file) for file in read):
            from ridgeline.errors import OutputError

            raise OutputError(
                f"{str(output)!r} is not written: this command reads it, or it belongs to the model that it reads; "
                "choose another place for the results."
            )


def refuse_strangers(directory: Path) -> None:
    """Refuse to replace files of a fit's names that no fit has written: there is no model of ours among them.

    Raises
    ------
    OutputError
        Such a file is there.
    """
    there = [directory / name for name in FILES if (directory / name).is_file()]
    if there and not _is_ours(directory / "model.json"):
        from ridgeline.errors import OutputError

        raise OutputError(
            f"{str(there[0])!r} is not replaced: it is not from a fit, since no model of ridgeline lies beside it; "
            "choose another directory, or move it away."
        )


def _is_ours(model: Path) -> bool:
    try:
        with model.open("rb") as stream:
            return b'"ridgeline model"' in stream.read(1000)  # its first key; a model may be large
    except OSError:
        return False


def _files(given: str | Path) -> Iterator[str]:
    names = [os.path.expanduser(given)]
    if isinstance(given, str) and not os.path.isfile(names[0]):
        quoted = (match.replace("''", "'") for match in _QUOTED.findall(given))
        names = [name for pattern in quoted for name in (pattern, *glob.iglob(pattern, recursive=True))]
    yield from filter(os.path.isfile, map(os.path.expanduser, names))
