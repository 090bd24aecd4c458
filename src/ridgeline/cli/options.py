"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Json", "Out", "Quiet", "Seed"]

Json = Annotated[bool, typer.Option("--json", help="Print summary.json on stdout, and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")]
Seed = Annotated[int, typer.Option(help="Seed of the folds, the test split and the intervals.", min=0)]
Out = Annotated[Path | None, typer.Option("--out", help="Directory for the results.", metavar="DIR")]
