"""``ridgeline fit``: from a table to a tuned and assessed model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ridgeline.cli import options as opt
from ridgeline.tables.sql import is_query

__all__ = ["default_directory", "fit"]

_PENALTY = "l2 (ridge) keeps every feature, l1 (lasso) uses few, elasticnet lies between."
_RULE = (
    "How λ is chosen: by the folds' losses with min, 1se (the strongest within a standard error) or paired1se (of the "
    "difference); by aic, bic or ebic of the fit on all rows; for l2 and numbers also by loo and gcv."
)


def fit(
    data: opt.Table,
    target: opt.Target,
    sql: opt.Sql = None,
    penalty: Annotated[str, typer.Option(help=_PENALTY, metavar="NAME")] = "l2",
    l1_ratio: opt.L1Ratio = None,
    lam: Annotated[
        str, typer.Option("--lambda", metavar="VALUE", help="Strength of the penalty; cv chooses it.")
    ] = "cv",
    rule: Annotated[str, typer.Option(metavar="RULE", help=_RULE)] = "min",
    family: opt.Family = None,
    positive: opt.Positive = None,
    folds: Annotated[int, typer.Option(help="Folds of the cross-validation.", metavar="K")] = 5,
    repeats: opt.Repeats = 1,
    group: opt.Group = None,
    time: Annotated[
        str | None, typer.Option(help="Validate and test on rows that are later by this column.", metavar="COL")
    ] = None,
    weight: opt.Weight = None,
    offset: opt.Offset = None,
    drop: opt.Drop = None,
    keep: opt.Keep = None,
    by: Annotated[
        list[str] | None,
        typer.Option(help="Compare groups by this column, which is then no feature; repeat for more.", metavar="COL"),
    ] = None,
    test: Annotated[
        str | None, typer.Option(help="A table of test rows; then none are held out.", metavar="FILE")
    ] = None,
    test_size: Annotated[
        float | None,
        typer.Option(
            help="Share or number of rows held out for the test; else a fifth of 100 or more.", metavar="SIZE"
        ),
    ] = None,
    seed: opt.Seed = 0,
    threads: opt.Threads = None,
    out: opt.Out = None,
    json: opt.Json = False,
    quiet: opt.Quiet = False,
) -> None:
    """Fit a tuned, assessed and explained model to a table.

    Reads the table as it is, holds test rows out, chooses λ by cross-validation, and compares the model with an
    unpenalized one and with none. Writes report.html, model.json, summary.json and predictions.parquet to DIR, all or
    none; without -o that directory is named after the table.

    \b
      ridgeline fit churn.csv --target churned
      ridgeline fit visits.parquet --target cost --group patient --drop visit_id
      ridgeline fit churn.csv --target churned --penalty l1 --rule 1se
      ridgeline fit "SELECT * FROM 'sales/*.csv'" --target price --time sold_on --out sales
    """
    options = dict(locals())
    options = {name: options[name] for name in _PASSED_ON}
    options |= {"drop": tuple(drop or ()), "keep": tuple(keep or ()), "by": tuple(by or ())}
    from ridgeline.cli.run import Delivery, fit_and_deliver

    directory = out if out is not None else default_directory(data)
    fit_and_deliver(data, target, options, Delivery(directory, json, quiet))


_PASSED_ON = (
    "sql", "penalty", "l1_ratio", "lam", "rule", "family", "positive", "folds", "repeats", "group", "time", "weight",
    "offset", "test", "test_size", "seed", "threads",
)  # fmt: skip


def default_directory(data: str) -> Path:
    """Return the directory for the results of a table, named after it and beside where one stands.

    Examples
    --------
    >>> str(default_directory("data/titanic.csv.gz")), str(default_directory("SELECT * FROM 'a.csv'"))
    ('titanic-ridgeline', 'query-ridgeline')
    """
    if is_query(data) and not os.path.exists(data):
        return Path("query-ridgeline")
    return Path(f"{Path(data).name.lstrip('.').split('.')[0] or 'table'}-ridgeline")
