"""Standardization of all rows, without cross-products when there are many columns."""

from __future__ import annotations

import numpy as np

from ridgeline.designs import Standardization
from ridgeline.designs.kernel import standardize_rows
from ridgeline.problem import Problem

__all__ = ["learn_standard"]


def learn_standard(problem: Problem) -> Standardization:
    """Means, standard deviations and fills of the rows with positive weight."""
    options = {"standardize": problem.standardize, "intercept": problem.intercept}
    train = np.ones(len(problem.y), dtype=bool)
    learned = standardize_rows(problem.design, problem.imputed, train, problem.weights, options)
    return learned.excluding(np.isinf(problem.factors))
