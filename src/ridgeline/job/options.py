"""What the user asked for, checked before anything is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ridgeline.crossval import rules
from ridgeline.crossval.partition import check_count
from ridgeline.engines import Local
from ridgeline.errors import OptionError, shown
from ridgeline.inputs import check_ratio
from ridgeline.penalties import check_penalty
from ridgeline.rows import Plan
from ridgeline.tables import Roles
from ridgeline.tables.names import asked_column, asked_columns, is_label

__all__ = ["RATIOS", "Options", "read_options"]

RATIOS = (0.1, 0.5, 0.9)
"""Shares of L1 that an elastic net chooses from when none is given."""

_ROLES = ("weight", "offset", "group", "time")
_COUNTS = (("folds", 5, 2), ("repeats", 1, 1), ("seed", 0, 0))  # name, default, least


@dataclass(frozen=True)
class Options:
    """What the user asked for; names as on the command line.

    Attributes
    ----------
    ratios : tuple of float
        The shares ρ of L1 to choose from; one unless several are tried.
    """

    target: str
    penalty: str = "l2"
    ratios: tuple[float, ...] = (0.0,)
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
    drop: tuple[str, ...] = field(default=())
    keep: tuple[str, ...] = field(default=())
    by: tuple[str, ...] = field(default=())
    test_size: float | None = None
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


def read_options(target: str, *, l1_ratio: Any = None, test: Any = None, **given: Any) -> Options:
    """Check the arguments of `ridgeline.fit` that concern no table, each alone and together.

    Raises
    ------
    OptionError
        In one sentence, with the remedy.

    Examples
    --------
    >>> read_options("y", penalty="elasticnet", l1_ratio="0.2, 0.8").ratios
    (0.2, 0.8)
    """
    given["ratios"] = _ratios(given.get("penalty", "l2"), l1_ratio)
    given["lam"] = _lambda(given.get("lam", "cv"))
    _check_rule(given.get("rule", "min"), given["ratios"])
    _check_test_size(given.get("test_size"))
    options = Options(asked_column("target", target), **(given | _named(given) | _counted(given)))
    _check_together(options, test)
    _check_roles(options)
    return options


def _named(given: dict[str, Any]) -> dict[str, Any]:
    """Write columns and the label as the tables write them: those of a data frame may be numbers."""
    one = {role: asked_column(role, given[role]) for role in _ROLES if given.get(role) is not None}
    several = {role: asked_columns(role, given.get(role)) for role in ("drop", "keep", "by")}
    label = given.get("positive")
    if not is_label(label):
        raise OptionError(f"positive must be one label of the target; it is {label!r}.")
    return one | several | {"positive": None if label is None else str(label)}


def _counted(given: dict[str, Any]) -> dict[str, Any]:
    """Whole numbers, those of NumPy as Python's own: they go into files."""
    counts = {name: given.get(name, usual) for name, usual, _ in _COUNTS}
    for name, _, least in _COUNTS:
        check_count(name, counts[name], least)
    return {name: int(value) for name, value in counts.items()} | {"threads": Local(given.get("threads")).threads}


def _ratios(penalty: str, l1_ratio: Any) -> tuple[float, ...]:
    """Shares of L1 to choose from."""
    check_penalty(penalty)
    given = _listed(l1_ratio)
    ratios = tuple(dict.fromkeys(check_ratio(r) for r in given)) if given else ()
    if penalty == "elasticnet":
        return ratios or RATIOS
    own = 1.0 if penalty == "l1" else 0.0
    if ratios not in ((), (own,)):
        raise OptionError(
            f"The penalty {penalty!r} has the l1_ratio {own:g} by itself; for l1_ratio {_words(ratios)} choose the "
            "penalty 'elasticnet' (--penalty elasticnet)."
        )
    return (own,)


def _listed(value: Any) -> list[Any]:
    """Numbers, texts with commas, or sequences of these, as one list."""
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    if isinstance(value, Iterable):
        return [part for item in value for part in _listed(item)]
    return [value]


def _words(ratios: tuple[float, ...]) -> str:
    return ", ".join(f"{r:g}" for r in ratios)


def _lambda(value: Any) -> float | str:
    if isinstance(value, str) and value == "cv":
        return value
    try:
        lam = float(value)
    except (TypeError, ValueError, OverflowError):
        raise OptionError(f"--lambda must be a number or cv; it is {shown(value)}.") from None
    if not np.isfinite(lam) or lam < 0:
        raise OptionError(f"--lambda must be a finite number, 0 or larger; it is {lam}.")
    return lam


def _check_rule(rule: str, ratios: tuple[float, ...]) -> None:
    rules.check_rule(rule)
    if rule in rules.CLOSED and any(ratios):
        others = ", ".join(rules.GENERAL)
        raise OptionError(f"The rule {rule!r} has a closed form for the l2 penalty only; choose one of {others}.")


def _check_together(options: Options, test: Any) -> None:
    """Refuse options of which one would silently have no effect."""
    if test is not None and options.test_size:
        raise OptionError(
            f"--test gives the test rows, so that none are held out: leave --test-size {options.test_size:g} out."
        )
    compares_ratios = len(options.ratios) > 1 and options.rule in rules.INFORMATION
    if options.lam != "cv" and options.rule != "min" and not compares_ratios:
        raise OptionError(
            f"--rule {options.rule} chooses a λ, but --lambda {options.lam:g} gives it: leave one of them out."
        )


def _check_roles(options: Options) -> None:
    """Refuse columns that are asked to be two things at once."""
    for role in _ROLES:
        if getattr(options, role) == options.target:
            raise OptionError(f"--{role} {options.target!r} is the target: name another column, or leave it out.")
    for role in ("drop", "keep"):
        if options.target in getattr(options, role):
            raise OptionError(f"--{role} {options.target!r} is the target, which is no feature: leave it out.")
    if options.target in options.by:
        raise OptionError(
            f"--by {options.target!r} is the target, which must not form the groups: name another column."
        )
    both = [name for name in options.keep if name in options.drop]
    if both:
        raise OptionError(f"--keep and --drop both name the column {both[0]!r}: leave one of them out.")
    if options.weight is not None and options.weight == options.offset:
        raise OptionError(f"--weight and --offset both name the column {options.weight!r}: leave one of them out.")


def _check_test_size(size: Any) -> None:
    """Allow a share below 1 or a whole number of rows; what is too many, the table decides."""
    if size is None:
        return
    number = isinstance(size, int | float | np.number) and not isinstance(size, bool)
    if not number or not np.isfinite(size) or size < 0:
        raise OptionError(f"--test-size must be a share below 1 or a number of rows, 0 or larger; it is {size!r}.")
    if (size > 1 and size != int(size)) or repr(size) == "1.0":
        raise OptionError(f"--test-size must be a share below 1 or a whole number of rows; it is {size!r}.")
