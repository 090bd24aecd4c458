"""What every test may ask for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
import scipy.linalg  # noqa: F401 - brings a BLAS of its own, which is to be limited too
from hypothesis import settings
from threadpoolctl import threadpool_limits

ROOT = Path(__file__).resolve().parent.parent

# Two workers share the cores, and what tests compute themselves are small matrices: with threads of its own BLAS would
# spend most of the time waiting (twenty times as much of it, on two busy cores, in conformance/test_brute_force.py).
# That ridgeline holds BLAS to one thread, and is right with several, is tested in processes of their own.
threadpool_limits(1, user_api="blas")

# Machines differ in speed: a slow example is no failure. The same examples everywhere: a failure can be run again.
settings.register_profile("ridgeline", deadline=None, derandomize=True, database=None, max_examples=50)
settings.load_profile("ridgeline")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data sets: $RIDGELINE_SHARED/data, or ../shared/data beside the checkout; skip without it."""
    shared = Path(os.environ.get("RIDGELINE_SHARED", ROOT.parent / "shared"))
    data = shared / "data"
    if not data.is_dir():
        pytest.skip(f"no real data sets here: {data} does not exist (set RIDGELINE_SHARED)")
    return data


@dataclass
class Result:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


@pytest.fixture
def ridgeline(capsys):
    """The command line, run in this process."""
    from ridgeline.cli import main

    def call(*args):
        with pytest.raises(SystemExit) as end:
            main([str(a) for a in args])
        captured = capsys.readouterr()
        return Result(end.value.code, captured.out, captured.err)

    return call
