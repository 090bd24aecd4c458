"""``ridgeline fit``: from a table to a tuned and assessed model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from ridgeline.cli.options import Json, Out, Quiet, Seed

__all__ = ["default_directory", "fit"]

_DATA = "CSV (any dialect, packed too), Parquet, JSON lines, Excel or database file, or an SQL query over local files."
_PENALTY = "l2 (ridge) keeps every feature, l1 (lasso) uses few, elasticnet lies between."
_RATIO = (
    "Share of L1 in elasticnet, from 0 to 1. Of several, 0.2,0.8, the folds choose; without it, of 0.1, 0.5 and 0.9."
)
_RULE = (
    "How λ is chosen: by the folds' losses with min, 1se (the strongest within a standard error) or paired1se (of the "
    "difference); by aic, bic or ebic of the fit on all rows; for l2 and numbers also by loo and gcv."
)
_QUERY = re.compile(r"\s*(select|from|with)\s", re.IGNORECASE)


def fit(
    data: Annotated[str, typer.Argument(metavar="DATA", help=_DATA)],
    target: Annotated[str, typer.Option(help="The column to predict.", metavar="COL")],
    sql: Annotated[
        str | None, typer.Option(help="For a database file: a table of it, or a query.", metavar="SQL")
    ] = None,
    penalty: Annotated[str, typer.Option(help=_PENALTY, metavar="NAME")] = "l2",
    l1_ratio: Annotated[list[str] | None, typer.Option(help=_RATIO, metavar="SHARE", show_default=False)] = None,
    lam: Annotated[
        str, typer.Option("--lambda", metavar="VALUE", help="Strength of the penalty; cv chooses it.")
    ] = "cv",
    rule: Annotated[str, typer.Option(metavar="RULE", help=_RULE)] = "min",
    family: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="gaussian (numbers), binomial (two classes), multinomial, poisson or gamma; else detected.",
        ),
    ] = None,
    positive: Annotated[
        str | None, typer.Option(metavar="LABEL", help="The class asked about; else yes, true, 1, or the rarer one.")
    ] = None,
    folds: Annotated[int, typer.Option(help="Folds of the cross-validation.", metavar="K")] = 5,
    repeats: Annotated[int, typer.Option(help="Cross-validations, with different folds.", metavar="R")] = 1,
    group: Annotated[
        str | None, typer.Option(help="Rows with the same value here stay together in every split.", metavar="COL")
    ] = None,
    time: Annotated[
        str | None, typer.Option(help="Validate and test on rows that are later by this column.", metavar="COL")
    ] = None,
    weight: Annotated[str | None, typer.Option(help="Weights of the rows, 0 or larger.", metavar="COL")] = None,
    offset: Annotated[
        str | None, typer.Option(help="Added to the linear predictor, with coefficient 1.", metavar="COL")
    ] = None,
    drop: Annotated[list[str] | None, typer.Option(help="A column not to use; repeat for more.", metavar="COL")] = None,
    keep: Annotated[
        list[str] | None, typer.Option(help="A column never to penalise; repeat for more.", metavar="COL")
    ] = None,
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
    seed: Seed = 0,
    threads: Annotated[int | None, typer.Option(help="Threads to use; else all cores.", metavar="N", min=1)] = None,
    out: Out = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Fit a tuned, assessed and explained model to a table.

    Reads the table as it is, holds test rows out, chooses λ by cross-validation, and compares the model with an
    unpenalized one and with none. Writes report.html, model.json, summary.json and predictions.parquet to DIR, all or
    none.

    \b
      ridgeline fit churn.csv --target churned
      ridgeline fit visits.parquet --target cost --group patient --drop visit_id
      ridgeline fit churn.csv --target churned --penalty l1 --rule 1se
      ridgeline fit "SELECT * FROM 'sales/*.csv'" --target price --time sold_on --out sales
    """
    options = dict(locals())
    options = {name: options[name] for name in _PASSED_ON}
    options |= {"lam": _lambda(lam), "drop": tuple(drop or ()), "keep": tuple(keep or ()), "by": tuple(by or ())}
    from ridgeline.cli.run import Delivery, fit_and_deliver

    directory = out if out is not None else default_directory(data)
    fit_and_deliver(data, target, options, Delivery(directory, json, quiet))


_PASSED_ON = (
    "sql", "penalty", "l1_ratio", "rule", "family", "positive", "folds", "repeats", "group", "time", "weight",
    "offset", "test", "test_size", "seed", "threads",
)  # fmt: skip


def _lambda(text: str) -> float | str:
    if text == "cv":
        return text
    try:
        return float(text)
    except ValueError:
        from ridgeline.errors import OptionError

        raise OptionError(f"--lambda must be a number or cv, not {text!r}.") from None


def default_directory(data: str) -> Path:
    """Return the directory for the results of a table, named after it and beside where one stands.

    Examples
    --------
    >>> str(default_directory("data/titanic.csv.gz")), str(default_directory("SELECT * FROM 'a.csv'"))
    ('titanic-ridgeline', 'query-ridgeline')
    """
    if _QUERY.match(data) and not Path(data).exists():
        return Path("query-ridgeline")
    return Path(f"{Path(data).name.lstrip('.').split('.')[0] or 'table'}-ridgeline")
