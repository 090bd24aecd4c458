"""Whole runs of the command line, from a file to the four files."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from ridgeline.cli import main

FILES = {"model.json", "report.html", "summary.json", "predictions.parquet"}


@dataclass
class Run:
    """How one run ended, and what it left."""

    status: int
    out: str
    err: str
    folder: Path

    @property
    def summary(self):
        return json.loads((self.folder / "summary.json").read_text("utf-8"))

    def is_good(self):
        """Done: four complete files, nothing beside them, no complaint."""
        assert self.status == 0, self.err
        assert set(os.listdir(self.folder)) == FILES
        assert all((self.folder / name).stat().st_size for name in FILES)
        return True

    def is_refused(self, *parts):
        """Wrong input: status 2, one sentence that says the parts, and nothing left behind."""
        assert self.status == 2, (self.status, self.out, self.err)
        assert self.err.startswith("error: ")
        assert self.err.count("\n") == 1
        assert "Traceback" not in self.err
        assert all(part in self.err for part in parts), self.err
        assert self.out == ""
        assert not self.folder.exists()
        return True


@pytest.fixture
def run(capsys, tmp_path):
    """Run a command in this process; `fit` gets an output directory of its own."""

    def call(*args, out="result"):
        folder = tmp_path / out
        extra = ["--out", str(folder)] if args[0] in ("fit", "demo") else []
        with pytest.raises(SystemExit) as end:
            main([*map(str, args), *extra])
        captured = capsys.readouterr()
        stages = [name for name in os.listdir(tmp_path) if name.startswith(".")]
        assert not stages, f"left behind: {stages}"
        return Run(end.value.code, captured.out, captured.err, folder)

    return call


@pytest.fixture
def write(tmp_path):
    """Write a file: bytes, text, or a mapping of columns as CSV."""

    def make(content, name="table.csv"):
        path = tmp_path / name
        if isinstance(content, dict):
            rows = [list(content), *zip(*content.values(), strict=True)]
            content = "".join(",".join(map(quoted, row)) + "\n" for row in rows)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def quoted(cell):
    text = str(cell)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n\r') else text


def columns(n=60, seed=0, **more):
    """A small table: `y` depends on `a`, not on `b`; `c` is yes or no, more often yes when `a` is large."""
    random = np.random.default_rng(seed)
    a, b, e = random.normal(size=(3, n)).round(4)
    return {"a": a, "b": b, "y": (2 * a + 0.5 * e).round(4), "c": np.where(a + e > 0, "yes", "no")} | more


@pytest.fixture(scope="session")
def table():
    return columns
