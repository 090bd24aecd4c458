"""Standardization of all rows, without cross-products when there are many columns."""

from __future__ import annotations

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.designs.kernel import standardize_rows
from ridgeline.problem import Problem
from ridgeline.solvers.base import Resamples
from ridgeline.solvers.sides import learn

__all__ = ["learn_standard"]

_MANY = 1500  # columns whose cross-products are better not formed


def learn_standard(problem: Problem, resamples: Resamples | None = None) -> Standardization:
    """Means, standard deviations and fills of the rows with positive weight.

    With `resamples`, whose first set is all rows, from the moments that the fits will use.
    """
    if resamples is not None and not problem.wide and problem.design.shape[1] <= _MANY:
        return learn(problem, resamples)[0]
    options = {"standardize": problem.standardize, "intercept": problem.intercept}
    train = np.ones(len(problem.y), dtype=bool)
    learned = standardize_rows(problem.design, problem.imputed, train, problem.weights, options)
    return learned.excluding(np.isinf(problem.factors))
