"""The table of a job: roles read, rows chosen, test rows set aside before anything is learned."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ridgeline.assess import measured_as
from ridgeline.crossval import rules
from ridgeline.crossval.folds import Folds, make_folds
from ridgeline.crossval.partition import is_missing
from ridgeline.engines import Local
from ridgeline.errors import DataError, OptionError, TargetError
from ridgeline.families import get_family
from ridgeline.job.options import Options
from ridgeline.problem import Problem
from ridgeline.rows import Part, hold_out, part_of, problem_of_part, usable
from ridgeline.tables import (
    Encoder,
    Schema,
    Table,
    Target,
    profile,
    read_target,
    read_target_like,
    scan,
)
from ridgeline.tables.coerce import as_numbers
from ridgeline.tables.columns import NumberColumn
from ridgeline.tables.extremes import refuse_extreme

__all__ = ["Data", "Part", "prepare"]

_FAMILIES = {"regression": "gaussian", "binary": "binomial", "multiclass": "multinomial", "count": "poisson"}


@dataclass(frozen=True)
class Data:
    """Everything that goes into the fit."""

    table: Table
    target: Target
    family: str
    schema: Schema
    encoder: Encoder
    train: Part
    test: Part | None
    problem: Problem
    folds: Folds
    dropped: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    source: str | None = None
    sql: str | None = None
    test_file: bool = False

    @property
    def measured_as(self) -> str:
        """What predictions are measured as: a key of `ridgeline.assess.METRICS`."""
        return measured_as(self.target.task, self.family)


def prepare(source, options: Options, *, sql: str | None = None, test=None) -> Data:
    """Read the table and set up the problem of its training rows."""
    if options.family is not None:
        get_family(options.family)
    table = scan(source, sql=sql, known=options.roles.every)
    target = read_target(table, options.target, positive=options.positive, family=options.family)
    family = options.family or _FAMILIES[target.task]
    if family == "multinomial" and options.offset:
        raise OptionError(f"--offset {options.offset} says nothing about classes; leave it out or drop the column.")
    if options.rule in rules.CLOSED and family != "gaussian":
        others = ", ".join(rules.GENERAL)
        raise OptionError(f"The rule {options.rule!r} has a closed form for numbers only; choose one of {others}.")
    whole, dropped = usable(table, target, options.plan)
    train, held, notes = _split(whole, target, options, test)
    schema = profile(table, options.roles, rows=train.rows)
    encoder = Encoder.learn(table, schema, rows=train.rows)
    if not encoder.features:
        raise DataError(_no_feature(table.name, schema))
    for part in (train,) if held is None else (train, held):
        _refuse_extremes(part, encoder)
    if test is not None and held is not None:
        notes += encoder.encode_noted(held.table)[1]
    problem = problem_of_part(train, encoder, get_family(family, target.labels), options.keep, Local(options.threads))
    folds = _folds(train, target, options)
    everything = (
        *table.notes, *target.notes, *_left_out(dropped, table.rows, "rows"), *_ungrouped(whole, options.group),
        *schema.notes, *schema.set_aside(), *encoder.notes(len(train.y)), *folds.notes,
        *_fewer_folds(options.folds, len(train.y)), *notes,
    )  # fmt: skip
    return Data(
        table=table,
        target=target,
        family=family,
        schema=schema,
        encoder=encoder,
        train=train,
        test=held,
        problem=replace(problem, l1_ratio=options.ratios[0]),
        folds=folds,
        dropped=tuple(dropped),
        notes=everything,
        source=os.fspath(source) if isinstance(source, (str, os.PathLike)) else None,
        sql=sql,
        test_file=test is not None,
    )


def _no_feature(name: str, schema: Schema) -> str:
    text = any(column.kind == "text" and column.role == "excluded" for column in schema.columns)
    remedy = ["Words can be counted in Python (scikit-learn's TfidfVectorizer): the estimators take such matrices."]
    said = f"{name} leaves no feature to learn from: every other column is set aside or excluded."
    return " ".join([said, *schema.set_aside(), *(remedy if text else [])])


def _refuse_extremes(part: Part, encoder: Encoder) -> None:
    for name in (column.name for column in encoder.columns if isinstance(column, NumberColumn)):
        if name in part.table:
            values, _ = as_numbers(part.table.column(name))
            refuse_extreme(f"{part.table.name}: column {name!r}", values, rows=part.rows)


def _left_out(dropped: Sequence[dict[str, Any]], total: int, what: str) -> list[str]:
    """Note how many rows are not used, and why."""
    return [f"{d['count']:,} of {total:,} {what} left out: {d['reason']}" for d in dropped]


def _ungrouped(whole: Part, name: str | None) -> list[str]:
    """Note rows without a group, which are kept together as one."""
    if whole.groups is None:
        return []
    gone = sum(map(is_missing, whole.groups.tolist()))
    if gone < 2:
        return []
    return [
        f"{gone:,} of {len(whole.y):,} rows have no value in {name!r}: they count as one group; give each a "
        "value of its own if they do not belong together"
    ]


def _folds(train: Part, target: Target, options: Options) -> Folds:
    strata = train.y if target.task in ("binary", "multiclass") else None
    return make_folds(
        len(train.y), min(options.folds, len(train.y)), seed=options.seed, strata=strata, groups=train.groups,
        time=train.times, repeats=options.repeats, labels=target.labels,
    )  # fmt: skip


def _fewer_folds(asked: int, n: int) -> tuple[str, ...]:
    if asked <= n:
        return ()
    return (f"{asked:,} folds were asked for, but there are {n:,} rows to learn from: each row is a fold of its own",)


def _split(whole: Part, target: Target, options: Options, test) -> tuple[Part, Part | None, tuple[str, ...]]:
    if test is not None:
        return whole, *_test_file(whole, target, options, test)
    return hold_out(whole, target, options.plan)


def _test_file(whole: Part, target: Target, options: Options, test) -> tuple[Part, tuple[str, ...]]:
    table = scan(test, like=whole.table.readings)
    values = read_target_like(table, target)
    rows = np.flatnonzero(~values.missing)
    if len(rows) == 0:
        raise TargetError(f"{table.name} has no row with a known value of {target.name!r}.")
    unknown = len(values.missing) - len(rows)
    dropped = [{"reason": f"no value in the target {target.name!r}", "count": unknown}] if unknown else []
    notes = (*table.notes, *values.notes, *_left_out(dropped, table.rows, "test rows"))
    return part_of(table, rows, values.values, options.plan), notes
