"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Json", "Out", "Quiet", "Seed"]

Json = Annotated[bool, typer.Option("--json", help="Print summary.json, and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Seed = Annotated[int, typer.Option(help="Seed of the folds, the test rows and the intervals.", metavar="N", min=0)]
Out = Annotated[
    Path | None, typer.Option("--out", help="Directory of the results; else named after the table.", metavar="DIR")
]
