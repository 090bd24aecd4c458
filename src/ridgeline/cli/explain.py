"""``ridgeline explain``: what made one prediction, or what the coefficients are."""

from __future__ import annotations

import json as json_module
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ridgeline.cli.options import Sql
from ridgeline.cli.predict import open_model, refuse_without_data
from ridgeline.cli.screen import number, open_console, section, tabulate
from ridgeline.cli.text import plain

if TYPE_CHECKING:
    from ridgeline.model import Model

__all__ = ["explain"]

_TOP = 30
_CELL = 40  # characters of a cell that are shown


def explain(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="model.json, or the directory it is in.")],
    data: Annotated[
        str | None, typer.Argument(metavar="DATA", help="A table with the row to explain.", show_default=False)
    ] = None,
    row: Annotated[
        int | None, typer.Option(metavar="N", help="Which row of DATA, from 0 as in predictions.parquet; else 0.")
    ] = None,
    sql: Sql = None,
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON, and nothing else.")] = False,
) -> None:
    """Show what made one prediction, or without DATA the coefficients.

    Each column's contribution is relative to the training mean; base + contributions = the prediction (for two
    classes its log odds).

    \b
      ridgeline explain churn-ridgeline
      ridgeline explain churn-ridgeline churn.csv --row 17
    """
    refuse_without_data(data, {"--row": row, "--sql": sql})
    loaded = open_model(model)
    facts = _coefficients(loaded) if data is None else _prediction(loaded, data, row or 0, sql)
    if json:
        print(json_module.dumps(facts, indent=1, allow_nan=False))
    elif data is None:
        _show_coefficients(facts)
    else:
        _show_prediction(facts)


def _head(model: Model) -> dict[str, Any]:
    content = model.content
    keys = ("target", "task", "family", "lambda", "intercept")
    positive = None if _classes(content) else (content["labels"] or [None])[-1]
    return {key: content[key] for key in keys} | {"positive_class": positive}


def _classes(content: dict[str, Any]) -> list[str]:
    """Labels of a model with coefficients for each class, else nothing."""
    return content["labels"] if content["task"] == "multiclass" else []


def _each(value: float | list[float]) -> list[float]:
    return value if isinstance(value, list) else [value]


def _coefficients(model: Model) -> dict[str, Any]:
    labels = _classes(model.content) or [None]
    features = [
        {"feature": f["feature"] if label is None else f"{f['feature']} [{label}]", "column": known.column,
         "level": known.level, **({} if label is None else {"class": label}), "coef": coef, "std_coef": std,
         "mean": f["mean"], "sd": f["sd"]}
        for f, known in zip(model.content["features"], model.encoder.features, strict=True)
        for label, coef, std in zip(labels, _each(f["coef"]), _each(f["std_coef"]), strict=True)
    ]  # fmt: skip
    return _head(model) | {"coefficients": sorted(features, key=lambda f: -abs(f["std_coef"]))}


def _prediction(model: Model, data: str, row: int, sql: str | None) -> dict[str, Any]:
    from ridgeline.errors import OptionError
    from ridgeline.model_file import json_cell
    from ridgeline.tables import scan

    table = scan(data, sql=sql, like=model.readings)
    if not 0 <= row < table.rows:
        raise OptionError(
            f"{table.name} has no row {row}; its {table.rows} rows are counted from 0 to {table.rows - 1}."
        )
    found = model.explain(table.take([row]))
    for note in found.notes:
        print(f"note: {plain(note)}", file=sys.stderr)
    lines = [{"column": c, "cell": json_cell(cell), "contribution": value} for c, cell, value in found.row(0)]
    shown = {"row": row, "data": table.name, "base": found.base, "contributions": lines}
    return _head(model) | shown | {"linear_predictor": float(found.eta[0]), "prediction": float(found.prediction[0])}


def _show_coefficients(facts: dict[str, Any]) -> None:
    rows = facts["coefficients"]
    lines = [[_short(f["feature"]), number(f["std_coef"]), number(f["coef"]), number(f["mean"])] for f in rows[:_TOP]]
    console = open_console()
    shown = f"{min(_TOP, len(rows))} of {len(rows)} coefficients (per SD: the effect of one standard deviation)"
    tabulate(console, f"{_asked(facts)}: {shown}", [["feature", "per SD", "own units", "training mean"], *lines])
    rest = [f"… and {len(rows) - _TOP} more: --json prints all"] if len(rows) > _TOP else []
    section(
        console,
        "Model",
        [f"intercept {', '.join(number(v) for v in _each(facts['intercept']))}, λ = {facts['lambda']:.4g}", *rest],
    )


def _show_prediction(facts: dict[str, Any]) -> None:
    rows = facts["contributions"]
    lines = [[_short(r["column"]), _short(r["cell"]), f"{r['contribution']:+.4g}"] for r in rows[:_TOP]]
    rest = sum(r["contribution"] for r in rows[_TOP:])
    lines += [[f"{len(rows) - _TOP} more columns", "", f"{rest:+.4g}"]] if len(rows) > _TOP else []
    scale = "log odds" if facts["positive_class"] is not None else "log of the mean" if _log(facts) else "prediction"
    lines += [["base: every column at its training mean", "", number(facts["base"])]]
    lines += [[f"sum = {scale}", "", number(facts["linear_predictor"])]]
    title = f"{_asked(facts)} in row {facts['row']} of {facts['data']}: {_answer(facts)}"
    tabulate(open_console(), title, [["column", "cell", "contribution"], *lines])


def _log(facts: dict[str, Any]) -> bool:
    return facts["family"] in ("poisson", "gamma")


def _answer(facts: dict[str, Any]) -> str:
    value = facts["prediction"]
    return f"probability {value:.4f}" if facts["positive_class"] is not None else number(value)


def _asked(facts: dict[str, Any]) -> str:
    positive = facts["positive_class"]
    return facts["target"] if positive is None else f"{facts['target']} = {positive}"


def _short(value: Any) -> str:
    text = "(missing)" if value is None else number(value) if isinstance(value, float) else str(value)
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"
