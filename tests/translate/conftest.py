"""The command line, run in this process."""

from dataclasses import dataclass

import pytest

from ridgeline.cli import main


@dataclass
class Result:
    status: int
    out: str
    err: str


@pytest.fixture
def ridgeline(capsys):
    def call(*args):
        with pytest.raises(SystemExit) as end:
            main([str(a) for a in args])
        captured = capsys.readouterr()
        return Result(end.value.code, captured.out, captured.err)

    return call
