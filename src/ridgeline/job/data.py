"""The table of a job: roles read, rows chosen, test rows set aside before anything is learned."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from ridgeline.crossval.folds import Folds, make_folds, split_test
from ridgeline.engines import Local
from ridgeline.errors import DataError, OptionError, TargetError
from ridgeline.families import get_family
from ridgeline.model import design_of_block
from ridgeline.problem import Problem
from ridgeline.tables import (
    Encoder,
    Roles,
    Schema,
    Table,
    Target,
    profile,
    read_target,
    read_target_like,
    role_numbers,
    scan,
)

__all__ = ["Data", "Options", "Part", "prepare"]

_FAMILIES = {"regression": "gaussian", "binary": "binomial", "count": "poisson"}
_FEW = 100  # fewer rows than this hold nothing out


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
    test_size: float = 0.2
    seed: int = 0
    threads: int | None = None

    @property
    def roles(self) -> Roles:
        """The columns with a role of their own."""
        return Roles(self.target, self.weight, self.offset, self.group, self.time, self.drop, self.keep)


@dataclass(frozen=True)
class Part:
    """Rows of a table with everything that is known of them.

    Attributes
    ----------
    table : Table
        Only these rows.
    rows : ndarray
        Their positions in the input.
    y, weights, offset : ndarray
    groups, times : ndarray or None
    """

    table: Table
    rows: np.ndarray
    y: np.ndarray
    weights: np.ndarray
    offset: np.ndarray
    groups: np.ndarray | None
    times: np.ndarray | None


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


def prepare(source, options: Options, *, sql: str | None = None, test=None) -> Data:
    """Read the table and set up the problem of its training rows."""
    if options.family is not None:
        get_family(options.family)
    if options.test_size < 0:
        raise OptionError(f"--test-size must be 0 or larger; it is {options.test_size}.")
    table = scan(source, sql=sql)
    target = read_target(table, options.target, positive=options.positive, family=options.family)
    family = options.family or _family(target)
    whole, dropped = _part(table, target, options)
    train, held, notes = _hold_out(whole, target, options, test)
    schema = profile(table, options.roles, rows=train.rows)
    encoder = Encoder.learn(table, schema, rows=train.rows)
    if not encoder.features:
        raise DataError(f"{table.name} leaves no feature to learn from: every other column is set aside or excluded.")
    problem = _problem(train, encoder, family, options)
    strata = train.y if target.task == "binary" else None
    folds = make_folds(
        len(train.y), min(options.folds, len(train.y)), seed=options.seed, strata=strata, groups=train.groups,
        time=train.times, repeats=options.repeats,
    )  # fmt: skip
    everything = (*table.notes, *target.notes, *schema.notes, *encoder.notes(len(train.y)), *folds.notes, *notes)
    given = os.fspath(source) if isinstance(source, (str, os.PathLike)) else None
    return Data(
        table, target, family, schema, encoder, train, held, problem, folds, tuple(dropped), everything, given, sql
    )


def _family(target: Target) -> str:
    if target.task not in _FAMILIES:
        raise TargetError(
            f"Column {target.name!r} has {len(target.labels)} classes; this version models two classes, numbers and counts: "
            "join classes until two are left, or use another column."
        )
    return _FAMILIES[target.task]


def _part(table: Table, target: Target, options: Options) -> tuple[Part, list[dict[str, Any]]]:
    """All rows that can be used, and how many were left out and why."""
    use = ~target.missing
    dropped = [{"reason": f"no value in the target {target.name!r}", "count": int((~use).sum())}] if (~use).any() else []
    weights = role_numbers(table, options.weight, "weight") if options.weight else np.ones(table.rows)
    if (weights == 0).any():
        zero = use & (weights == 0)
        dropped += [{"reason": f"weight {options.weight!r} is zero", "count": int(zero.sum())}] if zero.any() else []
        use &= weights > 0
    if use.sum() < 2:
        raise DataError(f"{table.name} has {int(use.sum())} usable rows; at least 2 are needed, and 50 for a useful answer.")
    rows = np.flatnonzero(use)
    part = _take(table, rows, rows, target.values, options, weights)
    if np.ptp(part.y) == 0:
        raise TargetError(f"Column {target.name!r} has the same value in every usable row; there is nothing to predict.")
    return part, dropped


def _take(table: Table, rows: np.ndarray, named: np.ndarray, y: np.ndarray, options: Options, weights=None) -> Part:
    if weights is None:
        weights = role_numbers(table, options.weight, "weight") if options.weight else np.ones(table.rows)
    offset = role_numbers(table, options.offset, "offset") if options.offset else np.zeros(table.rows)
    groups = _cells(table, options.group, "--group")
    times = _cells(table, options.time, "--time")
    return Part(
        table.take(rows), named, y[rows], weights[rows], offset[rows],
        None if groups is None else groups[rows], None if times is None else times[rows],
    )  # fmt: skip


def _cells(table: Table, name: str | None, use: str) -> np.ndarray | None:
    if name is None:
        return None
    return np.asarray(table.column(name, use=use).to_numpy())


def _hold_out(whole: Part, target: Target, options: Options, test) -> tuple[Part, Part | None, tuple[str, ...]]:
    if test is not None:
        return whole, *_test_file(whole, target, options, test)
    n = len(whole.y)
    if not options.test_size:
        return whole, None, ("no rows are held out for a test, as asked",)
    if n < _FEW:
        return whole, None, (f"{n} rows are too few to hold any out for a test; judge by validation",)
    strata = whole.y if target.task == "binary" else None
    mask = split_test(n, options.test_size, seed=options.seed, strata=strata, groups=whole.groups, time=whole.times)
    if mask.all() or len(np.unique(whole.y[~mask])) < 2:
        raise OptionError(f"--test-size {options.test_size} leaves too little to learn from; choose a smaller one.")
    return _subset(whole, ~mask), (_subset(whole, mask) if mask.any() else None), ()


def _subset(part: Part, mask: np.ndarray) -> Part:
    at = np.flatnonzero(mask)
    return Part(
        part.table.take(at), part.rows[at], part.y[at], part.weights[at], part.offset[at],
        None if part.groups is None else part.groups[at], None if part.times is None else part.times[at],
    )  # fmt: skip


def _test_file(whole: Part, target: Target, options: Options, test) -> tuple[Part, tuple[str, ...]]:
    table = scan(test, like=whole.table.readings)
    values = read_target_like(table, target)
    rows = np.flatnonzero(~values.missing)
    if len(rows) == 0:
        raise TargetError(f"{table.name} has no row with a known value of {target.name!r}.")
    return _take(table, rows, rows, values.values, options), (*table.notes, *values.notes)


def _problem(part: Part, encoder: Encoder, family: str, options: Options) -> Problem:
    block = encoder.encode(part.table)
    design = design_of_block(block, Local(options.threads))
    keep = set(options.keep)
    factors = np.array([0.0 if f.column in keep else 1.0 for f in encoder.features])
    return Problem(get_family(family), design, part.y, part.weights, part.offset, factors, block.imputed)
