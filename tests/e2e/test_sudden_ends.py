"""Runs that do not get to their end: killed, interrupted, out of disk. Earlier results stay, nothing half is left."""

import gzip
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import ridgeline as rl

FILES = ["model.json", "predictions.parquet", "report.html", "summary.json"]

# The command line as it is, except that it stops at the door of the last step before the files take their place.
PAUSED = """
    import sys, time
    from ridgeline.output import atomic

    def pause(*_):
        print("writing", flush=True)
        time.sleep(60)

    atomic._publish = pause
    from ridgeline.cli import main
    main()
"""


def contents(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def start(*args, code="from ridgeline.cli import main; main()", **options):
    # whoever runs the tests may ignore a hang-up (nohup), and children inherit that
    here, there = os.pipe()
    heard = f"""
import os, signal
import ridgeline.cli
signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.close({there})
"""
    command = [sys.executable, "-c", heard + textwrap.dedent(code), *map(str, args)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, pass_fds=[there], **options
    )
    os.close(there)
    os.read(here, 1)  # until the interpreter is up, however long a busy machine takes: what comes is up to ridgeline
    os.close(here)
    return process


def finish(process):
    out, err = process.communicate(timeout=100)
    assert "Traceback" not in err
    return process.returncode, out, err


@pytest.fixture(scope="module")
def earlier(table, tmp_path_factory):
    """What an earlier run has left; not to be changed."""
    folder = tmp_path_factory.mktemp("earlier") / "result"
    rl.fit(table(), target="y").save(folder)
    return folder


@pytest.fixture
def fitted(earlier, write, table, tmp_path):
    """A table, and the results of an earlier run that nothing may harm."""
    folder = shutil.copytree(earlier, tmp_path / "result")
    return write(table()), folder, contents(folder)


@pytest.fixture(scope="module")
def long_work(tmp_path_factory):
    """Arguments of a fit that takes long."""
    random = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("large") / "table.csv"
    cells = random.normal(size=(20_000, 31)).round(3)
    np.savetxt(path, cells, fmt="%g", delimiter=",", header=",".join([*(f"x{j}" for j in range(30)), "y"]), comments="")
    return "fit", path, "--target", "y", "--repeats", "400"


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -9)],
)
def test_ended_while_writing(run, fitted, tmp_path, number, status):
    path, folder, before = fitted
    process = start("fit", path, "--target", "y", "--seed", 1, "--quiet", "--out", folder, code=PAUSED)
    assert process.stdout.readline() == "writing\n"
    process.send_signal(number)
    code, _, err = finish(process)
    assert code == status
    assert err == ("" if number == signal.SIGKILL else "interrupted.\n")
    assert contents(folder) == before
    left = [name for name in os.listdir(tmp_path) if name.startswith(".")]
    assert len(left) == (1 if number == signal.SIGKILL else 0)  # a dead process cannot tidy up: the next one does
    assert run("fit", path, "--target", "y", "--seed", 1).is_good()
    assert contents(folder) != before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("delay", [0.3, 0.6, 1.0, 1.5])
def test_interrupted_at_work(long_work, tmp_path, delay, number):
    """Wherever the work stands: libraries are being imported, compiled, called, or wait for their threads."""
    process = start(*long_work, "--out", tmp_path / "result")
    time.sleep(delay)
    process.send_signal(number)
    assert finish(process) == (128 + number, "", "interrupted.\n")
    assert os.listdir(tmp_path) == []


def test_interrupted_with_an_unpacked_copy_of_the_table(write, table, tmp_path):
    """The job stops where it has the copy; that goes too."""
    packed, place = tmp_path / "table.csv.gz", tmp_path / "temporary"
    packed.write_bytes(gzip.compress(Path(write(table())).read_bytes()))
    place.mkdir()
    held = """
        import sys, time
        from ridgeline.tables import delimited
        def pause(*_, **__):
            print("reading", flush=True)
            time.sleep(60)
        delimited.sniff = pause
        from ridgeline.cli import main
        main()
    """
    process = start("fit", packed, "--target", "y", code=held, env=os.environ | {"TMPDIR": str(place)})
    assert process.stdout.readline() == "reading\n"
    assert len(list(place.glob("*/*"))) == 1
    process.send_signal(signal.SIGTERM)
    assert finish(process) == (143, "", "interrupted.\n")
    assert list(place.iterdir()) == []


def test_interrupted_on_a_terminal(long_work, tmp_path):
    """The progress bar goes, and the cursor that it had hidden comes back."""
    pty = pytest.importorskip("pty")
    screen, terminal = pty.openpty()
    command = [sys.executable, "-m", "ridgeline", *long_work, "--out", "result"]
    process = subprocess.Popen(command, stderr=terminal, cwd=tmp_path, env=os.environ | {"TERM": "xterm"})
    os.close(terminal)
    seen = b""
    while b"\x1b[?25l" not in seen:  # the bar is up
        seen += os.read(screen, 4096)
    process.send_signal(signal.SIGINT)
    with suppress(OSError):  # the end of a terminal nobody writes to any more
        while more := os.read(screen, 4096):
            seen += more
    os.close(screen)
    assert process.wait() == 130
    assert seen.endswith(b"\x1b[2K\x1b[?25hinterrupted.\r\n")


def test_a_disk_that_fills_up(fitted, tmp_path):
    """No file may grow beyond 30 KiB: the model fits, the report does not."""
    path, folder, before = fitted
    limited = ["sh", "-c", 'ulimit -f 60; exec "$@"', "sh", sys.executable, "-m", "ridgeline"]
    done = subprocess.run(
        [*limited, "fit", path, "--target", "y", "--out", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot write")
    assert "make room there or choose another place" in done.stderr
    assert done.stderr.count("\n") == 1
    assert contents(folder) == before
    assert sorted(os.listdir(tmp_path)) == ["result", "table.csv"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a place where even root may not write")
@pytest.mark.parametrize("place", ["/proc/result", "/proc/self/result", "/dev/null/result"])
def test_a_place_where_nobody_may_write(write, table, place):
    path = write(table())
    code, out, err = finish(start("fit", path, "--target", "y", "--out", place))
    assert (code, out) == (2, "")
    assert err.startswith("error: cannot write")
    assert err.count("\n") == 1
    code, _, err = finish(start("predict", "model.json", path, "-o", f"{place}.csv"))
    assert (code, err.count("\n")) == (2, 1)


def test_two_runs_at_once_leave_the_results_of_one(write, table, tmp_path):
    path, folder = write(table()), tmp_path / "result"
    both = [start("fit", path, "--target", "y", "--quiet", "--seed", seed, "--out", folder) for seed in (1, 2)]
    assert [finish(process)[0] for process in both] == [0, 0]
    found = contents(folder)
    assert sorted(found) == FILES
    assert sorted(os.listdir(tmp_path)) == ["result", "table.csv"]
    one = start("fit", path, "--target", "y", "--quiet", "--seed", 1, "--out", tmp_path / "one")
    two = start("fit", path, "--target", "y", "--quiet", "--seed", 2, "--out", tmp_path / "two")
    assert [finish(process)[0] for process in (one, two)] == [0, 0]
    models = [(tmp_path / name / "model.json").read_bytes() for name in ("one", "two")]
    predictions = [(tmp_path / name / "predictions.parquet").read_bytes() for name in ("one", "two")]
    assert models.index(found["model.json"]) == predictions.index(found["predictions.parquet"])


def test_a_reader_that_leaves_early(fitted):
    path, folder, _ = fitted
    for command in (f"predict {folder} {path}", "fit --help", f"fit {path} --target y --json --out {folder}"):
        line = f"{sys.executable} -m ridgeline {command} | head -c 1 > /dev/null"
        done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
        assert done.stderr == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_output(fitted):
    path, folder, _ = fitted
    for command in (f"predict {folder} {path}", f"fit {path} --target y --json --out {folder}", "fit --help"):
        line = f"{sys.executable} -m ridgeline {command} > /dev/full"
        done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
        assert done.returncode == 2, done.stderr
        assert done.stderr.splitlines()[-1] == (
            "error: the output cannot be written: no space left on device; make room there."
        )
        assert "defect" not in done.stderr
        assert "Exception ignored" not in done.stderr


def test_closed_or_narrow_streams(fitted):
    path, folder, _ = fitted
    for redirect in (">&-", "2>&-", ">&- 2>&-"):
        line = f"{sys.executable} -m ridgeline fit {path} --target y --out {folder} {redirect}"
        assert subprocess.run(line, shell=True, capture_output=True, check=False).returncode == 0
    ascii_only = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    code, out, err = finish(start("fit", path, "--target", "y", "--out", folder, env=ascii_only))
    assert (code, err) == (0, "")
    assert "report.html" in out
