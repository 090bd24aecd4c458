"""Files and directories that are written beside their place and then take it in one step.

A reader sees the old results or the new ones, whatever happens to the writer: a full disk, Ctrl-C, a kill, a power cut.

1. Everything is written and flushed into a *stage*: a hidden sibling that its writer holds locked. The system drops the
   lock when the writer dies, so an unlocked stage is rubbish, which the next run sweeps away.
2. The stage takes the place. A directory that does not exist yet takes one rename, as does a file. A directory of
   earlier results is *exchanged* with the stage in one step where the system can.
3. Where it cannot, or where the directory holds files of other people's, the complete stage moves into the directory
   and its files replace their namesakes one by one. A run that dies on the way leaves the complete stage; the next
   one finishes the move.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ridgeline.errors import OutputError
from ridgeline.output.paths import as_path
from ridgeline.output.scratch import scratch
from ridgeline.output.system import exchange, lock, sync

__all__ = ["check_writable", "write_directory", "write_file"]

_WHAT = "A place for results"
_READY = ".ridgeline-ready-"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


def write_directory(directory: str | os.PathLike[str], files: Mapping[str, Callable[[Path], object]]) -> None:
    """Write several files of a directory, all or none.

    Earlier files of the same names are replaced together; other files in the directory are left alone.

    Parameters
    ----------
    directory : path
        Where the files go; it and its parents are made when they do not exist.
    files : mapping of str to callable
        For each file name a function that writes the file, given the path to write to.

    Raises
    ------
    OutputError
        The place cannot be written, or is full. What was there before is untouched.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "results"
    >>> write_directory(place, {"a.txt": lambda path: path.write_text("one")})
    >>> [path.name for path in place.iterdir()]
    ['a.txt']
    """
    target = Path(os.path.realpath(as_path(_WHAT, directory)))
    with _explained(directory):
        _refuse_non_directory(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        _finish_interrupted(target)
        home = _home_of_stage(target)
        _sweep(home, target.name)
        with _stage(home, target.name) as stage:
            for name, write in files.items():
                write(stage / name)
                sync(stage / name)
            _keep_mode(target, stage)
            sync(stage)
            _publish(stage, target, set(files))


def write_file(path: str | os.PathLike[str], write: Callable[[Path], object]) -> None:
    """Write one file, whole or not at all.

    Parameters
    ----------
    path : path
        The file; it is replaced when it exists. A device or a pipe is written to directly.
    write : callable
        Writes the content to the path that it is given.

    Raises
    ------
    OutputError
        The place cannot be written, or is full. An earlier file of that name is untouched.

    Examples
    --------
    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_file(place, lambda path: path.write_text("one"))
    >>> place.read_text()
    'one'
    """
    place = as_path(_WHAT, path)
    target = Path(os.path.realpath(place))
    with _explained(path):
        if place.is_dir():
            raise OutputError(f"cannot write {os.fspath(path)!r}: it is a directory; give the name of a file.")
        if place.exists() and not place.is_file():
            write(place)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent, target.name)
        with _stage(target.parent, target.name) as stage:
            write(stage / target.name)
            sync(stage / target.name)
            _keep_mode(target, stage / target.name)
            (stage / target.name).replace(target)
            sync(target.parent)


def check_writable(directory: str | os.PathLike[str]) -> None:
    """Find out before a long computation whether `write_directory` will be able to write there.

    Parameters
    ----------
    directory : path
        The place to try; nothing is left there.

    Raises
    ------
    OutputError
        It is a file, or nothing may be written there.
    """
    target = Path(os.path.realpath(directory))
    with _explained(directory):
        _refuse_non_directory(target)
        nearest = next(p for p in (target, *target.parents) if p.exists())
        with scratch(nearest / f".ridgeline-probe-{secrets.token_hex(4)}"):
            pass


def _refuse_non_directory(target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise OutputError(f"cannot write to {str(target)!r}: it is a file; give the name of a directory.")


def _home_of_stage(target: Path) -> Path:
    """Give the folder in which the stage is made: the target's parent, unless a rename from there cannot work."""
    if not target.exists():
        return target.parent
    movable = not os.path.ismount(target) and os.access(target.parent, os.W_OK)
    return target.parent if movable else target


@contextmanager
def _stage(home: Path, name: str) -> Iterator[Path]:
    """Give a locked hidden path of its own in `home`; what lies there at the end is removed."""
    with scratch(home / f"{_prefix(name)}{secrets.token_hex(4)}") as stage, lock(stage, wait=True):
        yield stage


def _prefix(name: str) -> str:
    # File names have at most 255 bytes; what is cut off here the random part makes up for.
    return f".{name.encode()[:150].decode(errors='ignore')}.ridgeline-"


def _sweep(home: Path, name: str) -> None:
    """Remove the stages that dead processes have left."""
    for path in _starting_with(home, _prefix(name)):
        with lock(path) as free, suppress(FileNotFoundError):
            if free and _is_abandoned(path):
                shutil.rmtree(path, ignore_errors=True)


def _is_abandoned(stage: Path) -> bool:
    # An empty one may have been made this instant, and be locked the next.
    return bool(os.listdir(stage)) or time.time() - stage.stat().st_mtime > 60


def _starting_with(folder: Path, prefix: str) -> list[Path]:
    return sorted(folder / name for name in os.listdir(folder) if name.startswith(prefix))


def _publish(stage: Path, target: Path, names: set[str]) -> None:
    """Let the complete stage take its place."""
    inside = set(os.listdir(target)) if target.exists() else set()
    aside = stage.parent == target.parent
    if aside and not inside:
        stage.replace(target)  # replaces nothing, or an empty directory
        sync(target.parent)
        return
    for name in names & inside:
        if (target / name).is_dir():
            raise OutputError(f"cannot write {str(target / name)!r}: it is a directory; move it away.")
    if not (aside and inside <= names and not _is_current(target) and exchange(stage, target)):
        _move_in(stage.replace(target / f"{_READY}{secrets.token_hex(4)}"), target)
    sync(target.parent)


def _keep_mode(old: Path, new: Path) -> None:
    if old.exists():
        shutil.copymode(old, new)


def _is_current(target: Path) -> bool:
    """Tell whether somebody's shell stands in the directory: exchanged, it would see the old one vanish."""
    current = Path.cwd()
    return target == current or target in current.parents


def _move_in(ready: Path, target: Path) -> None:
    for name in sorted(os.listdir(ready)):
        (ready / name).replace(target / name)
    ready.rmdir()
    sync(target)


def _finish_interrupted(target: Path) -> None:
    """Finish what a process that died while moving its complete stage into the target had begun."""
    if not target.is_dir():
        return
    for ready in _starting_with(target, _READY):
        with lock(ready) as free, suppress(FileNotFoundError):
            if free:
                _move_in(ready, target)


@contextmanager
def _explained(place: str | os.PathLike[str]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(_sentence(os.fspath(place), error)) from error


def _sentence(place: str, error: OSError) -> str:
    # Arrow's errors carry the number, but prose of their own.
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno in _NO_ROOM:
        remedy = "make room there or choose another place"
    elif error.errno in _NOT_ALLOWED:
        remedy = "choose a place where you may write"
    else:
        remedy = "choose another place"
    return f"cannot write {place!r}: {reason[:1].lower()}{reason[1:]}; {remedy}."
