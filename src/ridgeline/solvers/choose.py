"""The choice of solver: one table.

==========  ================  ==========================================================
shape       family            solver
==========  ================  ==========================================================
p ≤ n       gaussian          spectral: moments, one eigendecomposition per training set
p ≤ n       multinomial       multinomial: quasi-Newton, batched over training sets and λ
p ≤ n       other             newton: batched over training sets and λ
p > n       any               the same three, in kernel coordinates of each training set
==========  ================  ==========================================================
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ridgeline.designs import DenseDesign
from ridgeline.designs.kernel import Reduced, reduce
from ridgeline.problem import Problem
from ridgeline.solvers import multinomial, newton, spectral
from ridgeline.solvers.base import Fitted, Resamples

__all__ = ["explain_choice", "small_problem", "solve_sets"]


def explain_choice(problem: Problem) -> str:
    """Say in words which solver is used and why."""
    n, p = problem.design.shape
    name = _solver(problem).__name__.rpartition(".")[2]
    where = f"in kernel coordinates, because {p} columns exceed {n} rows" if problem.wide else "on the features"
    why = "one decomposition serves every lambda" if name == "spectral" else "all folds and lambdas advance together"
    return f"{name} ({why}), {where}"


def solve_sets(problem: Problem, resamples: Resamples, lams: np.ndarray) -> list[Fitted]:
    """Every training set at every λ, by the solver of the table above."""
    if not problem.wide:
        return _solver(problem).solve(problem, resamples, lams)
    return [_solve_wide(problem, resamples, k, lams) for k in range(len(resamples.sets))]


def _solver(problem: Problem):
    return {"gaussian": spectral, "multinomial": multinomial}.get(problem.family.name, newton)


def _solve_wide(problem: Problem, resamples: Resamples, k: int, lams: np.ndarray) -> Fitted:
    chosen = resamples.sets[k]
    labels = np.zeros(len(problem.y), dtype=np.intp) if resamples.labels is None else resamples.labels
    train = chosen.train[labels] & (labels >= 0) & (problem.weights > 0)
    options = {"standardize": problem.standardize, "intercept": problem.intercept}
    reduced = reduce(problem.design, problem.imputed, problem.factors, train, problem.weights, options)
    small = small_problem(problem, reduced)
    one = Resamples.make(small, resamples.labels, (chosen,))
    fitted = _solver(problem).solve(small, one, lams)[0]
    if k == 0:  # the fit on all rows is wanted in the features' own coordinates
        return replace(fitted, standard=reduced.standard, beta=reduced.lift(fitted.standard.original(fitted.beta, fitted.b0)[0]))
    return replace(fitted, space=small)


def small_problem(problem: Problem, reduced: Reduced) -> Problem:
    """The same objective in kernel coordinates."""
    design = DenseDesign(np.ascontiguousarray(reduced.z), engine=problem.design.engine)
    none = np.empty((0, 2), dtype=np.intp)
    return replace(problem, design=design, factors=reduced.factors, imputed=none, standardize=False)
