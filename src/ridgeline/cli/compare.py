"""``ridgeline compare``: which penalty suits a table."""

from __future__ import annotations

import json as json_module
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ridgeline.cli import options as opt
from ridgeline.cli.places import place, spare

__all__ = ["compare"]

_ONLY = "A contestant: unpenalized, l2, l1, l1_1se, elastic_net, relaxed or l1_l2; repeat for more, else all."
_OUT = (
    "A directory for comparison.html and comparison.json, or one file ending in .html or .json; else none is written."
)


def compare(
    data: opt.Table,
    target: opt.Target,
    sql: opt.Sql = None,
    l1_ratio: opt.L1Ratio = None,
    only: Annotated[list[str] | None, typer.Option(help=_ONLY, metavar="NAME")] = None,
    family: opt.Family = None,
    positive: opt.Positive = None,
    folds: Annotated[int, typer.Option(help="Outer folds; the others are the inner folds of each.", metavar="K")] = 5,
    repeats: opt.Repeats = 1,
    group: opt.Group = None,
    time: Annotated[
        str | None, typer.Option(help="Choose and judge on rows that are later by this column.", metavar="COL")
    ] = None,
    weight: opt.Weight = None,
    offset: opt.Offset = None,
    drop: opt.Drop = None,
    keep: opt.Keep = None,
    seed: Annotated[
        int, typer.Option(help="Seed of the folds, the intervals and the half-samples.", metavar="N", min=0)
    ] = 0,
    threads: opt.Threads = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help=_OUT, metavar="PATH", show_default=False, parser=place)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print comparison.json, and nothing else.")] = False,
    quiet: opt.Quiet = False,
) -> None:
    """Compare penalties on a table, on the same folds, and recommend one.

    No features, no penalty, L2, L1, elastic net, relaxed L1, and L1 followed by L2. Every choice is made inside the
    outer folds, so that the rows that judge have taken no part in it. Says what to use and why, how many features each
    needs, and whether it would select the same ones again.

    \b
      ridgeline compare churn.csv --target churned
      ridgeline compare visits.parquet --target cost --group patient -o comparison
      ridgeline compare houses.csv --target price --only l2 --only l1 --json
    """
    options = {name: value for name, value in locals().items() if name in _PASSED_ON}
    options |= {"drop": tuple(drop or ()), "keep": tuple(keep or ()), "contestants": tuple(only) if only else None}
    options |= {"l1_ratio": tuple(l1_ratio) if l1_ratio else None}
    facts = _run(data, target, options, out, quiet=quiet)
    if json:
        print(json_module.dumps(facts, indent=1, allow_nan=False))
    elif not quiet:
        _show(facts, out)


_PASSED_ON = (
    "sql", "family", "positive", "folds", "repeats", "group", "time", "weight", "offset", "seed", "threads",
)  # fmt: skip


def _run(data: str, target: str, options: Mapping[str, Any], out: Path | None, *, quiet: bool) -> dict[str, Any]:
    from ridgeline.cli.progress import stages
    from ridgeline.cli.run import command_line
    from ridgeline.output import check_page_path, check_writable

    if out is not None:  # a long computation must not end at a locked door
        one = check_page_path(out) != "directory"
        check_writable(out.parent if one else out)
        spare([data], [out] if one else [out / "comparison.html", out / "comparison.json"])
    with stages(quiet) as progress:
        from ridgeline.comparison import compare

        result = compare(data, target, progress=progress, command=command_line(), **options)
        if out is not None:
            progress("writing the results", None)
            result.save(out)
    return result.to_dict()


def _show(facts: Mapping[str, Any], out: Path | None) -> None:
    from ridgeline.checks.words import counted
    from ridgeline.cli.screen import open_console, section, tabulate
    from ridgeline.report.views.comparison import remarks, table_rows

    console = open_console(width=160)
    rows = f"{counted(facts['rows']['used'], 'row')} and {counted(facts['features'], 'feature')}"
    section(console, f"{facts['target']} ({facts['task']}) from {rows}", facts["recommendation"]["sentences"])
    tabulate(console, "Contestants, the same folds for all [95% interval]", _fitting(table_rows(facts), console.width))
    section(console, "Notes", remarks(facts))
    if out is not None:
        section(console, "Written", [str(out)])


def _fitting(lines: list[list[str]], width: int) -> list[list[str]]:
    """Leave out columns of what a narrow terminal cannot show whole: seconds, stability, then others."""
    order = [7, 6, 3, 2]
    kept = list(range(len(lines[0])))
    while sum(max(len(line[j]) for line in lines) + 2 for j in kept) > width and order:
        kept.remove(order.pop(0))
    return [[line[j] for j in kept] for line in lines]
