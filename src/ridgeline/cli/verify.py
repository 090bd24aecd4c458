"""``ridgeline verify``: whether a model file is still what was fitted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ridgeline.cli.predict import model_file
from ridgeline.cli.text import plain

__all__ = ["verify"]


def verify(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="model.json, or the directory it is in.")],
) -> None:
    """Check that a model file still is what was fitted.

    Predicts the rows that the file carries, and recomputes what follows from its other numbers. A number that is
    wrong is named, and the exit status is 2.
    """
    from ridgeline.model import load

    path = model_file(model)
    findings = load(path).verify()
    for finding in findings:
        print(f"error: {plain(finding)}", file=sys.stderr)
    if findings:
        raise typer.Exit(2)
    print(plain(f"{path}: every number agrees."))
