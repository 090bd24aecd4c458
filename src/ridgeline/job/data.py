"""The table of a job: roles read, rows chosen, test rows set aside before anything is learned."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from ridgeline.crossval.folds import Folds, make_folds
from ridgeline.engines import Local
from ridgeline.errors import DataError, OptionError, TargetError
from ridgeline.families import get_family
from ridgeline.problem import Problem
from ridgeline.rows import Part, Plan, hold_out, part_of, problem_of_part, usable
from ridgeline.tables import (
    Encoder,
    Roles,
    Schema,
    Table,
    Target,
    profile,
    read_target,
    read_target_like,
    scan,
)

__all__ = ["Data", "Options", "Part", "prepare"]

_FAMILIES = {"regression": "gaussian", "binary": "binomial", "multiclass": "multinomial", "count": "poisson"}


@dataclass(frozen=True)
class Options:
    """What the user asked for; names as on the command line."""

    target: str
    penalty: str = "l2"
    lam: float | str = "cv"
    rule: str = "min"
    family: str | None = None
    positive: str | None = None
    folds: int = 5
    repeats: int = 1
    group: str | None = None
    time: str | None = None
    weight: str | None = None
    offset: str | None = None
    drop: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    test_size: float = 0.2
    seed: int = 0
    threads: int | None = None

    @property
    def plan(self) -> Plan:
        """How rows are chosen."""
        return Plan(self.weight, self.offset, self.group, self.time, self.test_size, self.seed)

    @property
    def roles(self) -> Roles:
        """The columns with a role of their own."""
        return Roles(self.target, self.weight, self.offset, self.group, self.time, self.drop, self.keep, self.by)


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


def prepare(source, options: Options, *, sql: str | None = None, test=None) -> Data:
    """Read the table and set up the problem of its training rows."""
    if options.family is not None:
        get_family(options.family)
    if options.test_size < 0:
        raise OptionError(f"--test-size must be 0 or larger; it is {options.test_size}.")
    table = scan(source, sql=sql)
    target = read_target(table, options.target, positive=options.positive, family=options.family)
    family = options.family or _FAMILIES[target.task]
    if family == "multinomial" and options.offset:
        raise OptionError(f"--offset {options.offset} says nothing about classes; leave it out or drop the column.")
    whole, dropped = usable(table, target, options.plan)
    train, held, notes = _split(whole, target, options, test)
    schema = profile(table, options.roles, rows=train.rows)
    encoder = Encoder.learn(table, schema, rows=train.rows)
    if not encoder.features:
        raise DataError(f"{table.name} leaves no feature to learn from: every other column is set aside or excluded.")
    problem = problem_of_part(train, encoder, get_family(family, target.labels), options.keep, Local(options.threads))
    strata = train.y if target.task in ("binary", "multiclass") else None
    folds = make_folds(
        len(train.y), min(options.folds, len(train.y)), seed=options.seed, strata=strata, groups=train.groups,
        time=train.times, repeats=options.repeats,
    )  # fmt: skip
    everything = (*table.notes, *target.notes, *schema.notes, *encoder.notes(len(train.y)), *folds.notes, *notes)
    given = os.fspath(source) if isinstance(source, (str, os.PathLike)) else None
    return Data(
        table,
        target,
        family,
        schema,
        encoder,
        train,
        held,
        problem,
        folds,
        tuple(dropped),
        everything,
        given,
        sql,
        test is not None,
    )


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
    return part_of(table, rows, values.values, options.plan), (*table.notes, *values.notes)
