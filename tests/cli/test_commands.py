"""What all commands share: help, version, and that neither loads what it does not need."""

import os
import subprocess
import sys

import pytest

HEAVY = ("numpy", "duckdb", "pyarrow", "scipy", "sklearn", "altair", "rich", "pandas", "numba")


@pytest.mark.parametrize("command", ["fit", "predict", "verify", "demo"])
def test_every_command_answers_help(ridgeline, command):
    result = ridgeline(command, "--help")
    assert result.status == 0
    assert f"Usage: ridgeline {command}" in result.out


def test_version(ridgeline):
    from ridgeline import __version__

    assert ridgeline("--version").out == f"ridgeline {__version__}\n"


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom ridgeline.cli import main\ntry: main(['fit', '--help'])\nexcept SystemExit: pass\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_help_is_quick():
    def spent():
        times = os.times()
        return times.children_user + times.children_system

    def seconds():
        start = spent()
        subprocess.run([sys.executable, "-m", "ridgeline", "--help"], capture_output=True, check=True)
        return spent() - start

    # Processor time, the best of several: other work on the machine is not on trial. There is room for slow machines.
    assert min(seconds() for _ in range(3)) < 0.6


def test_a_reader_that_leaves_is_no_error(tmp_path):
    code = "from ridgeline.cli import guard; guard.run(lambda **_: print('x' * 10**6))"
    command = f'{sys.executable} -c "{code}" | head -c 1'
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.stderr == ""
