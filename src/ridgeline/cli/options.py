"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ridgeline.cli.places import place

__all__ = [
    "Drop", "Family", "Group", "Json", "Keep", "L1Ratio", "Offset", "Out", "Positive", "Quiet", "Repeats", "Seed",
    "Sql", "Table", "Target", "Threads", "Weight",
]  # fmt: skip

Table = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="CSV (any dialect, packed too), Parquet, JSON lines, Excel or database file, or an SQL query over local "
        "files.",
    ),
]
Target = Annotated[str, typer.Option(help="The column to predict.", metavar="COL")]
Sql = Annotated[str | None, typer.Option(help="For a database file: a table of it, or a query.", metavar="SQL")]
L1Ratio = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SHARE",
        help="Share of L1 in the elastic net, from 0 to 1. Of several, 0.2,0.8, the folds choose; without it, of 0.1, "
        "0.5 and 0.9.",
        show_default=False,
    ),
]
Family = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="gaussian (numbers), binomial (two classes), multinomial, poisson or gamma; else detected.",
    ),
]
Positive = Annotated[
    str | None, typer.Option(metavar="LABEL", help="The class asked about; else yes, true, 1, or the rarer one.")
]
Repeats = Annotated[int, typer.Option(help="Cross-validations, with different folds.", metavar="R")]
Group = Annotated[
    str | None, typer.Option(help="Rows with the same value here stay together in every split.", metavar="COL")
]
Weight = Annotated[str | None, typer.Option(help="Weights of the rows, 0 or larger.", metavar="COL")]
Offset = Annotated[str | None, typer.Option(help="Added to the linear predictor, with coefficient 1.", metavar="COL")]
Drop = Annotated[list[str] | None, typer.Option(help="A column not to use; repeat for more.", metavar="COL")]
Keep = Annotated[list[str] | None, typer.Option(help="A column never to penalise; repeat for more.", metavar="COL")]
Threads = Annotated[int | None, typer.Option(help="Threads to use; else all cores.", metavar="N", min=1)]

Json = Annotated[bool, typer.Option("--json", help="Print summary.json, and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Seed = Annotated[int, typer.Option(help="Seed of the folds, the test rows and the intervals.", metavar="N", min=0)]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="Directory of the results.", metavar="DIR", parser=place)]
