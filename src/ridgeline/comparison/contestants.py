"""The contestants: ways to settle on a model, each by inner folds alone.

A contestant is a function from the bench to a choice for every task of every division. What cannot take part says why.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ridgeline.comparison.bench import Bench, Choice, Paths, cell_loss, settle
from ridgeline.comparison.twostep import relaxed, selected_ridge
from ridgeline.errors import OptionError, RidgelineError
from ridgeline.problem import Problem

__all__ = ["CONTESTANTS", "Contestant", "Entry", "LeftOut", "enter"]

Found = list[list[Choice]]


class LeftOut(RidgelineError):
    """Why a contestant does not take part."""


@dataclass(frozen=True)
class Contestant:
    """A way to settle on a model.

    Attributes
    ----------
    name, title : str
    penalty : str or None
        ``"l2"``, ``"l1"``, ``"elasticnet"``, or None without one.
    run : callable
        From the bench and the ρ of elastic nets to choices.
    ratio : float or None
        ρ whose paths it stands on: their time is its time too.
    """

    name: str
    title: str
    penalty: str | None
    run: Callable[[Bench, tuple[float, ...]], Found]
    ratio: float | None = None


@dataclass(frozen=True, eq=False)
class Entry:
    """What a contestant did: choices of each division and task, or the reason why there are none."""

    contestant: Contestant
    choices: Found
    seconds: float
    reason: str | None = None


def enter(bench: Bench, contestant: Contestant, ratios: tuple[float, ...]) -> Entry:
    """Let a contestant settle every task."""
    start = time.perf_counter()
    solved = contestant.ratio in bench.memo
    try:
        choices = contestant.run(bench, ratios)
    except (LeftOut, OptionError) as reason:
        return Entry(contestant, [], time.perf_counter() - start, str(reason))
    shared = bench.memo[contestant.ratio].seconds if solved and contestant.ratio is not None else 0.0
    return Entry(contestant, choices, time.perf_counter() - start + shared)


def _baseline(bench: Bench, ratios: tuple[float, ...]) -> Found:
    return [[_null(bench, d, t) for t in range(len(division.tasks))] for d, division in enumerate(bench.divisions)]


def _null(bench: Bench, d: int, t: int) -> Choice:
    """Predict the mean of the training rows, as a linear predictor beside the offset."""
    division = bench.divisions[d]
    task, p = division.tasks[t], bench.problem
    loss = float(np.mean([cell_loss(division, cell, _flat(division.problem, division.rows_of(s), division.parts[cell]))
                          for s, cell in task.inner]))  # fmt: skip
    nothing = np.zeros(len(p.factors), dtype=bool)
    if task.cell is None:
        return Choice(nothing, None, loss, zeros=len(nothing) * max(1, len(getattr(p.family, "classes", ()))))
    eta = _flat(p, division.rows_of(task.at), division.parts[task.cell])
    return Choice(nothing, p.family.mean(eta[..., 0]), loss)


def _flat(problem: Problem, rows: np.ndarray, judged: Problem) -> np.ndarray:
    b0 = problem.family.null_eta(problem.y[rows], problem.weights[rows], problem.offset[rows])
    return np.add.outer(judged.offset, b0)[..., None]


def _along(ratio: float, rule: str = "min") -> Callable[[Bench, tuple[float, ...]], Found]:
    def run(bench: Bench, ratios: tuple[float, ...]) -> Found:
        return _settled(bench, bench.paths(ratio), rule)

    return run


def _settled(bench: Bench, paths: Paths, rule: str = "min") -> Found:
    return [[settle(bench, paths, d, task, rule) for task in v.tasks] for d, v in enumerate(bench.divisions)]


def _unpenalized(bench: Bench, ratios: tuple[float, ...]) -> Found:
    p = bench.problem
    if p.wide and p.family.name != "gaussian":
        raise LeftOut("there are more features than rows, so that without a penalty no finite optimum exists")
    found = bench.along(p, np.array([0.0]))
    if any(len(f.separated) and f.separated.any() for fits in found.fits for f in fits):
        raise LeftOut(
            "the classes are separated in training rows, or nearly so: without a penalty coefficients run away"
        )
    return _settled(bench, found)


def _elastic_net(bench: Bench, ratios: tuple[float, ...]) -> Found:
    """ρ and λ by the inner folds; among equals the largest ρ, which uses the fewest features."""
    best: Found = []
    for ratio in sorted(ratios, reverse=True):
        found = _settled(bench, bench.paths(ratio))
        bench.forget(ratio)
        for row in found:
            for choice in row:
                choice.details["l1_ratio"] = ratio
        best = [[min(pair, key=lambda c: c.loss) for pair in zip(*rows, strict=True)]
                for rows in zip(best, found, strict=True)] if best else found  # fmt: skip
    return best


def _two_steps(second: Callable) -> Callable[[Bench, tuple[float, ...]], Found]:
    def run(bench: Bench, ratios: tuple[float, ...]) -> Found:
        if bench.problem.family.name == "multinomial":
            raise LeftOut("refits on selected features are not available for several classes")
        paths = bench.paths(1.0)
        return [second(bench, paths, d) for d in range(len(bench.divisions))]

    return run


CONTESTANTS: tuple[Contestant, ...] = (
    Contestant("baseline", "no features", None, _baseline),
    Contestant("unpenalized", "unpenalized", None, _unpenalized),
    Contestant("l2", "L2 (ridge)", "l2", _along(0.0), 0.0),
    Contestant("l1", "L1 (lasso)", "l1", _along(1.0), 1.0),
    Contestant("l1_1se", "L1, one-standard-error rule", "l1", _along(1.0, "1se"), 1.0),
    Contestant("elastic_net", "elastic net", "elasticnet", _elastic_net),
    Contestant("relaxed", "relaxed L1", "l1", _two_steps(relaxed), 1.0),
    Contestant("l1_l2", "L1 selects, L2 fits", "l1", _two_steps(selected_ridge), 1.0),
)
"""In the order in which they run and are shown."""
