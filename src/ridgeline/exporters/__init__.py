"""A fitted model in other languages. A new target is one file here and one line in the table.

`ridgeline.translate` is its counterpart for the fit: what λ is elsewhere, and the code that fits there.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from ridgeline.errors import OptionError
from ridgeline.exporters.options import Options
from ridgeline.model import Model, load
from ridgeline.output import write_file
from ridgeline.tables.names import asked_columns

__all__ = ["TARGETS", "export"]

TARGETS: dict[str, str] = {
    "python": "a module without dependencies: predict(row) for a dict",
    "sql": "one SELECT statement, for --dialect and --table",
    "onnx": "a graph for ONNX runtimes, one input per column (needs ridgeline[onnx])",
}
"""Target → what it gives; each is the module of the same name, with a function ``render(model, options)``."""

_FLAGS = {"dialect": "--dialect", "table": "--table", "ids": "--id"}


def export(
    model: Model | str | os.PathLike[str],
    to: str,
    path: str | os.PathLike[str] | None = None,
    *,
    dialect: str | None = None,
    table: str | None = None,
    ids: str | Sequence[str] = (),
) -> str | bytes:
    """Write a model in another language: preprocessing, coefficients and link, all that predicting needs.

    Parameters
    ----------
    model : Model or path
        A model, or its model.json (or the directory of that).
    to : {"python", "sql", "onnx"}
        ``"python"``: a module without dependencies, with ``predict(row: dict) -> float``: the predicted value, the
        predicted mean of a count, or the probability of the positive class (``predict_label`` gives the label).
        ``"sql"``: one SELECT with the columns ``predicted`` and, for classes, ``probability``, in the table's order.
        ``"onnx"``: a graph in double precision with one input per raw column, of shape (rows, 1).
    path : path, optional
        Where to write it, whole or not at all.
    dialect : str, optional
        SQL: duckdb (the default), sqlite, postgres, mysql, bigquery, snowflake, tsql or spark.
    table : str, optional
        SQL: the table that holds the columns, ``data`` by default, perhaps ``schema.table``.
    ids : str or sequence of str
        SQL: columns to show before the predictions.

    Returns
    -------
    str or bytes
        The text (python, sql) or the serialized graph (onnx).

    Raises
    ------
    OptionError
        There is no such target or dialect, an option has no say in it, or a package it needs is not installed.

    Examples
    --------
    >>> import ridgeline as rl
    >>> fit = rl.fit({"x": [1.0, 2.0, 3.0, 4.0] * 20, "y": [2.0, 4.0, 6.5, 8.0] * 20}, target="y")
    >>> print(rl.export(fit.model, to="sql", table="points").split("FROM")[-1])
     "points" AS t
      ) AS cells
    ) AS sums
    <BLANKLINE>
    """
    if not isinstance(to, str) or to not in TARGETS:
        raise OptionError(f"There is no export target {to!r}; choose one of {', '.join(TARGETS)}.")
    options = _options(to, {"dialect": dialect, "table": table, "ids": asked_columns("ids", ids) or None})
    loaded = model if isinstance(model, Model) else load(model)
    text = import_module(f"ridgeline.exporters.{to}").render(loaded, options)
    if path is not None:
        data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
        write_file(path, lambda place: place.write_bytes(data))
    return text


def _options(to: str, asked: dict[str, Any]) -> Options:
    """Check what was asked for: only one target has options."""
    given = {name: value for name, value in asked.items() if value is not None}
    for name, value in given.items():
        if to != "sql":
            raise OptionError(f"{name} ({_FLAGS[name]}) is for the target sql: leave it out for {to}.")
        if name == "table" and not isinstance(value, str):
            raise OptionError(f"table must be the name of a table; it is {value!r}.")
    return Options(**given)
