"""Directories that end with the block that made them, also when the process is told to end within it."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["discard_all", "scratch", "temporary_folder"]

_standing: dict[object, Path] = {}


@contextmanager
def scratch(path: Path, mode: int = 0o777) -> Iterator[Path]:
    """Make a directory, and remove it and what is in it when the block ends."""
    mark = object()
    _standing[mark] = path  # before it exists: whoever is told to end in between leaves nothing either
    try:
        path.mkdir(mode)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
    finally:
        del _standing[mark]


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give an empty folder of the system's place for temporary files while the block runs."""
    with scratch(Path(tempfile.gettempdir()) / f"ridgeline-{secrets.token_hex(8)}", 0o700) as folder:
        yield folder


def discard_all() -> None:
    """Remove every directory whose block is running: the process ends here, and no block sees its own end."""
    for path in list(_standing.values()):
        shutil.rmtree(path, ignore_errors=True)
