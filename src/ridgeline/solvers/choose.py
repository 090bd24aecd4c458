"""The choice of solver: two tables, `RIDGE` and `CORNERED`, whose first row that takes a problem solves it.

λ = 0 without bounds is a ridge fit, whatever the penalty; ridge fits of more columns than rows are solved in kernel
coordinates of each training set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np

from ridgeline.designs import DenseDesign, MixedDesign, SparseDesign
from ridgeline.problem import Problem
from ridgeline.solvers import kernel, spectral
from ridgeline.solvers.arrowhead import worthwhile
from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.preconditioner import few_rows

__all__ = ["explain_choice", "solve_sets", "spectrum"]

# Rows and columns: beyond, no n × n or p × p matrices are formed and decomposed.
_LARGE, _LARGE_SPARSE, _LARGE_LEVELS = 2500, 1000, 700
_KEPT_SPARSE = 1e7  # numbers, the zeros counted, from which a sparse matrix is not written out
_MANY = 1500  # columns whose cross-products are better not formed for every training set
_SOME, _FEW_ROWS = 200, 32  # columns, and rows for each of them up to which Hessians of all are dear (measured)


@dataclass(frozen=True)
class Choice:
    """A solver: the module of this package that has it, the problems it takes, and what it does."""

    name: str
    takes: Callable[[Problem], bool]
    does: str


def _family(name: str) -> Callable[[Problem], bool]:
    return lambda problem: problem.family.name == name


def _many_columns(problem: Problem) -> bool:
    return problem.l1_ratio > 0.0 and (problem.wide or problem.design.shape[1] > _MANY or _dear_hessians(problem))


def _dear_hessians(problem: Problem) -> bool:
    n, p = problem.design.shape
    steps = problem.family.name != "gaussian" and problem.bounds is None
    return steps and isinstance(problem.design, DenseDesign) and p >= _SOME and n <= _FEW_ROWS * p


def _large_and_sparse(problem: Problem) -> bool:
    large = np.prod(problem.design.shape, dtype=float) > _KEPT_SPARSE
    return _many_columns(problem) and large and problem.design.mostly_zero and len(problem.imputed) == 0


def _large(problem: Problem) -> bool:
    most, gaussian = _LARGE, problem.family.name == "gaussian"
    if isinstance(problem.design, SparseDesign):
        most = _LARGE_SPARSE
    elif isinstance(problem.design, MixedDesign) and not gaussian:
        most = _LARGE_LEVELS  # Hessians are formed at many λ, moments once
    elif isinstance(problem.design, DenseDesign) and (problem.wide or not gaussian):
        most = kernel.MOST
    few = few_rows(problem) and not gaussian  # for Hessians of every training set
    return (min(problem.design.shape) > most or few) and problem.family.name != "multinomial"


def _large_gaussian(problem: Problem) -> bool:
    return _large(problem) and problem.family.name == "gaussian" and bool((problem.factors > 0.0).all())


def _any(_: Problem) -> bool:
    return True


RIDGE = (
    Choice("arrowhead", worthwhile, "sums by level, and one system of the other columns for each lambda"),
    Choice("krylov", _large_gaussian, "one Krylov space of each training set for all lambdas, and shared passes"),
    Choice("conjugate", _large, "Newton steps by conjugate gradients, all training sets and lambdas together"),
    Choice("spectral", _family("gaussian"), "moments, and one eigendecomposition per training set for all lambdas"),
    Choice("multinomial", _family("multinomial"), "quasi-Newton steps of all training sets and lambdas together"),
    Choice("newton", _any, "Newton steps of all training sets together, which share Hessians along lambda"),
)
_LIFTING = ("krylov", "screen", "sparse")  # solvers that are told for which training sets to lift; the others always do
_ESTIMATING = ("arrowhead", "krylov", "conjugate")  # solvers that estimate the spectrum
# With corners, where a coefficient meets zero or a bound.
CORNERED = (
    Choice("classes", _family("multinomial"), "Newton steps of all classes on the features at work"),
    Choice(
        "sparse",
        _large_and_sparse,
        "each training set sweeps over the stored numbers of few columns at a time, and a pass checks all the others",
    ),
    Choice(
        "screen",
        _many_columns,
        "each training set follows its path on the few columns at work, and shared passes check all the others",
    ),
    Choice("coordinate", _family("gaussian"), "moments, then coordinate descent, and a direct solve on the support"),
    Choice("proximal", _any, "Newton steps, each a coordinate descent on a quadratic"),
)


def choose(problem: Problem) -> Choice:
    """Return the solver of a problem."""
    return next(choice for choice in (RIDGE if problem.smooth else CORNERED) if choice.takes(problem))


def explain_choice(problem: Problem) -> str:
    """Say in words which solver is used and what it does."""
    n, p = problem.design.shape
    chosen = choose(problem)
    reduced = problem.smooth and _reduces(problem)
    kernel = f", in kernel coordinates because {p} columns exceed {n} rows" if reduced else ""
    return f"{chosen.name} ({chosen.does}){kernel}"


def _reduces(problem: Problem) -> bool:
    """Whether a ridge fit is made in kernel coordinates."""
    return problem.wide and not _large(problem) and not worthwhile(problem)


def _solver(problem: Problem):
    """Solvers are imported when they are needed: a ridge fit starts up without the others."""
    return import_module(f"ridgeline.solvers.{choose(problem).name}")


def solve_sets(problem: Problem, resamples: Resamples, lams: np.ndarray, *, lift: bool = False) -> list[Fitted]:
    """Every training set at every λ, by the solver that the table names.

    With `lift`, coefficients on all columns for every training set; else for p > n those of the first only.
    """
    if problem.smooth:
        return _ridge(problem, resamples, lams, lift=lift)
    least = (lams == 0) & (problem.bounds is None)
    if not least.any():
        return _by_table(problem, resamples, lams, lift=lift)
    ridge = _ridge(replace(problem, l1_ratio=0.0), resamples, lams[least], lift=True)
    if least.all():
        return ridge
    found = _by_table(problem, resamples, lams[~least], lift=True)
    return [_join(a, b, least) for a, b in zip(ridge, found, strict=True)]


def _by_table(problem: Problem, resamples: Resamples, lams: np.ndarray, *, lift: bool) -> list[Fitted]:
    options = {"lift": lift} if choose(problem).name in _LIFTING else {}
    return _solver(problem).solve(problem, resamples, lams, **options)


def _ridge(problem: Problem, resamples: Resamples, lams: np.ndarray, *, lift: bool = False) -> list[Fitted]:
    if not _reduces(problem):
        return _by_table(problem, resamples, lams, lift=lift)
    return kernel.solve(problem, resamples, lams, _solver(problem), lift=lift)


def _join(one: Fitted, other: Fitted, at: np.ndarray) -> Fitted:
    """One fit of the λ where `at` and another of the rest."""
    joined = replace(other)
    for name in ("beta", "b0", "train", "test", "separated"):
        runs = other.classes if name in ("beta", "b0") else 1
        a, b = (part.reshape(*part.shape[:-1], runs, -1) for part in (getattr(one, name), getattr(other, name)))
        out = np.empty((*b.shape[:-1], len(at)), dtype=b.dtype)
        out[..., at], out[..., ~at] = a, b
        setattr(joined, name, out.reshape(*out.shape[:-2], -1))
    return joined


def spectrum(problem: Problem, resamples: Resamples) -> np.ndarray:
    """Eigenvalues of the first training set's second moments, standardized and divided by the penalty factors."""
    if _reduces(problem):
        return kernel.spectrum(problem, resamples)
    solver = _solver(problem) if choose(problem).name in _ESTIMATING else spectral
    return solver.spectrum(problem, resamples)
