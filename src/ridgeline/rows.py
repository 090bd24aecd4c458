"""Which rows of a table are used, and which of them are held out for the test: the same rows for the same plan.

The plan is written into the model file, so that a later `verify` finds the training rows again. Rows depend on the
seed, their positions, the target, groups and times, never on a feature.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ridgeline.crossval.holdout import split_test
from ridgeline.designs import design_of_block
from ridgeline.engines import Engine
from ridgeline.errors import DataError, OptionError, TargetError
from ridgeline.families import Family
from ridgeline.penalties import level_factors
from ridgeline.problem import Problem
from ridgeline.tables import Encoder, Table, Target, role_cells, role_numbers
from ridgeline.tables.times import role_times

__all__ = ["FEW", "SHARE", "Part", "Plan", "hold_out", "mask_text", "part_of", "problem_of_part", "usable"]

FEW = 100
"""Tables with fewer rows than this hold nothing out."""

SHARE = 0.2  # of the rows, held out where nothing else is asked for

_STRATIFIED = ("binary", "multiclass")


@dataclass(frozen=True)
class Plan:
    """How rows are chosen: columns with a role, and the test split.

    Attributes
    ----------
    weight, offset, group, time : str or None
        Columns.
    test_size : float or None
        Share or number of rows to hold out; None is a fifth, or none of fewer than `FEW` rows.
    seed : int
    """

    weight: str | None = None
    offset: str | None = None
    group: str | None = None
    time: str | None = None
    test_size: float | None = None
    seed: int = 0


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

    @cached_property
    def units(self) -> np.ndarray | None:
        """Number of each row's group, 0 … K-1, or None without groups: what is resampled in place of rows."""
        if self.groups is None:
            return None
        # as text, because numbers, names and missing cells have no common order
        return np.unique(self.groups.astype(str), return_inverse=True)[1].ravel()

    def take(self, mask: np.ndarray) -> Part:
        """Return the rows of a boolean mask."""
        at = np.flatnonzero(mask)
        return Part(
            self.table.take(at), self.rows[at], self.y[at], self.weights[at], self.offset[at],
            None if self.groups is None else self.groups[at], None if self.times is None else self.times[at],
        )  # fmt: skip


def mask_text(rows: np.ndarray, table_rows: int) -> str:
    """Mark rows of a table: one bit each, the first row in the lowest bit of the first byte, in Base64."""
    used = np.zeros(table_rows, dtype=bool)
    used[rows] = True
    return base64.b64encode(np.packbits(used, bitorder="little").tobytes()).decode("ascii")


def usable(table: Table, target: Target, plan: Plan) -> tuple[Part, list[dict[str, Any]]]:
    """Return all rows that can be used, and how many were left out and why."""
    use = ~target.missing
    dropped = (
        [{"reason": f"no value in the target {target.name!r}", "count": int((~use).sum())}] if (~use).any() else []
    )
    weights = _weights(table, plan)
    zero = use & (weights == 0)
    if zero.any():
        dropped.append({"reason": f"weight {plan.weight!r} is zero", "count": int(zero.sum())})
        use &= weights > 0
    if use.sum() < 2:
        found = "one usable row" if use.any() else "no usable row"
        raise DataError(f"{table.name} has {found}; at least 2 are needed, and 50 for a useful answer.")
    part = part_of(table, np.flatnonzero(use), target.values, plan)
    if np.ptp(part.y) == 0:
        raise TargetError(
            f"Column {target.name!r} has the same value in every usable row; there is nothing to predict."
        )
    return part, dropped


def part_of(table: Table, rows: np.ndarray, y: np.ndarray, plan: Plan) -> Part:
    """Return the given rows of a table; `y` has a value for every row of it."""
    offset = role_numbers(table, plan.offset, "offset") if plan.offset else np.zeros(table.rows)
    groups = None if plan.group is None else role_cells(table, plan.group, "group")
    return Part(
        table.take(rows), rows, y[rows], _weights(table, plan)[rows], offset[rows],
        None if groups is None else groups[rows], None if plan.time is None else role_times(table, plan.time, rows),
    )  # fmt: skip


def _weights(table: Table, plan: Plan) -> np.ndarray:
    return role_numbers(table, plan.weight, "weight") if plan.weight else np.ones(table.rows)


def hold_out(whole: Part, target: Target, plan: Plan) -> tuple[Part, Part | None, tuple[str, ...]]:
    """Set test rows aside: training rows, test rows if there are any, and what was decided."""
    n = len(whole.y)
    if plan.test_size is None and n < FEW:
        return whole, None, (f"{n} rows are too few to hold any out for a test; judge by validation",)
    size = SHARE if plan.test_size is None else plan.test_size
    if not size:
        return whole, None, ("no rows are held out for a test, as asked",)
    strata = whole.y if target.task in _STRATIFIED else None
    mask = split_test(n, size, seed=plan.seed, strata=strata, groups=whole.groups, time=whole.times)
    if mask.all() or len(np.unique(whole.y[~mask])) < 2:
        raise OptionError(f"--test-size {size} leaves too little to learn from; choose a smaller one.")
    return whole.take(~mask), (whole.take(mask) if mask.any() else None), ()


def problem_of_part(
    part: Part, encoder: Encoder, family: Family, keep: tuple[str, ...], engine: Engine | None = None
) -> Problem:
    """Set up the objective of these rows; columns in `keep` are never penalised, levels by their category's scale."""
    block = encoder.encode(part.table)
    shared = level_factors(block.codes, block.levels, part.weights)
    factors = np.concatenate([np.ones(block.dense.shape[1]), shared])
    factors[[feature.column in keep for feature in encoder.features]] = 0.0
    design = design_of_block(block, engine)
    return Problem(family, design, part.y, part.weights, part.offset, factors, block.imputed)
