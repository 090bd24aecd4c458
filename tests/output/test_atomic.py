"""A directory of results is the old one or the new one, wherever the writer dies."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ridgeline.errors import OutputError
from ridgeline.output import atomic, check_writable, write_directory, write_file
from ridgeline.output.system import exchange

NAMES = ("a.txt", "b.txt", "c.txt")


def _write(directory: Path, text: str) -> None:
    write_directory(directory, {name: lambda path: path.write_text(text) for name in NAMES})


def _read(directory: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in directory.iterdir() if path.is_file()}


def _all(text: str) -> dict[str, str]:
    return dict.fromkeys(NAMES, text)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "home" / "results"


def _is_clean(place: Path) -> bool:
    return os.listdir(place.parent) == [place.name] and not any(n.startswith(".") for n in os.listdir(place))


def test_makes_the_directory_and_its_parents(place):
    _write(place, "new")
    assert _read(place) == _all("new")
    assert _is_clean(place)


def test_replaces_earlier_results(place):
    _write(place, "old")
    _write(place, "new")
    assert _read(place) == _all("new")
    assert _is_clean(place)


def test_takes_an_empty_directory(place):
    place.mkdir(parents=True)
    _write(place, "new")
    assert _read(place) == _all("new")


def test_leaves_files_of_others_alone(place):
    _write(place, "old")
    (place / "notes.md").write_text("mine")
    (place / "folder").mkdir()
    _write(place, "new")
    assert _read(place) == _all("new") | {"notes.md": "mine"}
    assert (place / "folder").is_dir()
    assert _is_clean(place)


def test_the_directory_somebody_stands_in_stays_the_same(place, monkeypatch):
    _write(place, "old")
    monkeypatch.chdir(place)
    before = place.stat().st_ino
    _write(Path(), "new")
    assert place.stat().st_ino == before
    assert _read(Path()) == _all("new")


def test_follows_a_link_and_keeps_it(place, tmp_path):
    _write(place, "old")
    link = tmp_path / "link"
    link.symlink_to(place)
    _write(link, "new")
    assert link.is_symlink()
    assert _read(place) == _all("new")


def test_keeps_the_mode_of_the_directory(place):
    _write(place, "old")
    place.chmod(0o700)
    _write(place, "new")
    assert place.stat().st_mode & 0o777 == 0o700


def test_works_without_an_atomic_exchange(place, monkeypatch):
    monkeypatch.setattr(atomic, "exchange", lambda one, other: False)
    _write(place, "old")
    _write(place, "new")
    assert _read(place) == _all("new")
    assert _is_clean(place)


@pytest.mark.parametrize("error", [ValueError("boom"), KeyboardInterrupt(), SystemExit(143)])
def test_a_writer_that_fails_changes_nothing(place, error):
    def fail(path: Path) -> None:
        path.write_text("half")
        raise error

    _write(place, "old")
    with pytest.raises(type(error)):
        write_directory(place, {"a.txt": lambda path: path.write_text("new"), "b.txt": fail})
    assert _read(place) == _all("old")
    assert _is_clean(place)


def test_a_file_in_the_way_is_one_sentence(tmp_path):
    (tmp_path / "results").write_text("a file")
    with pytest.raises(OutputError, match="it is a file; give the name of a directory"):
        _write(tmp_path / "results", "new")
    with pytest.raises(OutputError, match="it is a file"):
        check_writable(tmp_path / "results")
    with pytest.raises(OutputError, match=r"cannot write .*not a directory; choose another place"):
        check_writable(tmp_path / "results" / "below")


def test_a_directory_in_the_way_of_a_file_is_one_sentence(place):
    (place / "a.txt").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"a.txt': it is a directory; move it away"):
        _write(place, "new")
    assert os.listdir(place) == ["a.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_forbidden_place_is_one_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="choose a place where you may write"):
        check_writable(tmp_path / "results")


def test_check_writable_leaves_nothing(tmp_path):
    check_writable(tmp_path / "some" / "where")
    assert os.listdir(tmp_path) == []


@pytest.fixture
def full_disk():
    """No file of this process may grow beyond 1000 bytes."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, old[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_a_full_disk_loses_nothing(place, full_disk):
    _write(place, "old")
    with pytest.raises(OutputError, match="make room there or choose another place"):
        _write(place, "x" * 5000)
    assert _read(place) == _all("old")
    assert _is_clean(place)
    with pytest.raises(OutputError, match="make room"):
        write_file(place / "a.txt", lambda path: path.write_text("x" * 5000))
    assert _read(place) == _all("old")


def test_a_live_writer_is_not_swept_away(place):
    def meanwhile(path: Path) -> None:
        path.write_text("outer")
        _write(place, "inner")  # another run writes the same directory while this one is at work

    write_directory(place, {"a.txt": meanwhile, "b.txt": lambda path: path.write_text("outer"), "c.txt": meanwhile})
    assert _read(place) == _all("outer")
    assert _is_clean(place)


# Runs in a process of its own: dies at the n-th call that touches the disk, for every n, and looks at what is left.
CRASHES = """
    import os, sys, pathlib, shutil
    from ridgeline.output import atomic, system, write_directory

    how, place = sys.argv[1], pathlib.Path(sys.argv[2])
    names = ["a.txt", "b.txt", "c.txt"]
    if how == "inplace":
        atomic.exchange = lambda one, other: False

    def write(text):
        write_directory(place, {n: lambda path: path.write_text(text) for n in names})

    def texts():
        return {n: (place / n).read_text() if (place / n).exists() else None for n in names}

    def dying(function):
        def counted(*args, **kwargs):
            global left
            left -= 1
            if left < 0:
                os._exit(9)
            return function(*args, **kwargs)
        return counted

    def child(n):
        global left
        left = n
        for module, name in [(atomic, "sync"), (atomic, "exchange"), (os, "mkdir"), (os, "replace"), (os, "rename"),
                             (os, "rmdir"), (os, "unlink"), (pathlib.Path, "replace"), (pathlib.Path, "write_text")]:
            setattr(module, name, dying(getattr(module, name)))
        write("new")
        os._exit(0)

    for n in range(100):
        shutil.rmtree(place.parent, ignore_errors=True)
        if how != "first":
            write("old")
        if how == "foreign":
            (place / "notes.md").write_text("mine")
        pid = os.fork()
        if pid == 0:
            child(n)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        seen = set(texts().values())
        mixed_for_a_moment = how in ("inplace", "foreign")
        if not mixed_for_a_moment:
            assert seen in ({"old"}, {"new"}, {None}), (n, seen)
            assert how == "first" or None not in seen, n
        assert None not in seen or how == "first", (n, seen)
        if how == "foreign":
            assert (place / "notes.md").read_text() == "mine"
        ready = mixed_for_a_moment and len(seen) > 1
        try:
            write_directory(place, {n: lambda path: 1 / 0 for n in names})
        except ZeroDivisionError:
            pass
        if ready:  # a later run that fails by itself has still finished the move
            assert set(texts().values()) == {"new"}, n
        write("newest")
        assert set(texts().values()) == {"newest"}
        rest = [p for p in os.listdir(place.parent) if p != place.name and os.listdir(place.parent / p)]
        assert rest == [], (n, rest)
        assert not [p for p in os.listdir(place) if p.startswith(".")], n
        if status == 0:
            break
    print(n)
"""


@pytest.mark.parametrize("how", ["first", "exchange", "inplace", "foreign"])
def test_death_at_every_step(how, place, tmp_path):
    if how == "exchange":
        (tmp_path / "x").mkdir()
        (tmp_path / "y").mkdir()
        if not exchange(tmp_path / "x", tmp_path / "y"):
            pytest.skip("this file system cannot exchange directories")
    script = textwrap.dedent(CRASHES)
    done = subprocess.run([sys.executable, "-c", script, how, str(place)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert 10 < int(done.stdout) < 99  # it died many times, and at last it did not


def test_write_file_replaces(tmp_path):
    path = tmp_path / "new" / "a.txt"
    for text in ("one", "two"):
        write_file(path, lambda place, text=text: place.write_text(text))
    assert path.read_text() == "two"
    assert os.listdir(path.parent) == ["a.txt"]


def test_write_file_keeps_the_old_one_when_the_writer_fails(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o600)
    with pytest.raises(ZeroDivisionError):
        write_file(path, lambda place: 1 / 0)
    assert path.read_text() == "old"
    write_file(path, lambda place: place.write_text("new"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["a.txt"]


def test_write_file_writes_to_a_device():
    write_file("/dev/null", lambda place: place.write_text("gone"))
    assert not Path("/dev/null").is_file()


def test_write_file_over_a_directory_is_one_sentence(tmp_path):
    with pytest.raises(OutputError, match="it is a directory; give the name of a file"):
        write_file(tmp_path, lambda place: None)
