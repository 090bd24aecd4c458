"""A table whose L1 models leave features out, and the facts of such models."""

from __future__ import annotations

from functools import cache

import numpy as np

import ridgeline as rl


def frame(family="gaussian", n=200):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((n, 10))
    eta = 2 * x[:, 0] - x[:, 1] + 0.5 * x[:, 2]
    found = {f"x{j}": x[:, j] for j in range(10)}
    if family == "gaussian":
        return found | {"y": eta + rng.standard_normal(n)}
    if family == "binomial":
        return found | {"y": np.where(eta + rng.logistic(size=n) > 0, "yes", "no")}
    return found | {"y": np.array(["a", "b", "c"])[np.digitize(eta + rng.logistic(size=n), [-1, 1])]}


@cache
def lasso():
    """Two classes, L1."""
    return rl.fit(frame("binomial"), "y", penalty="l1").facts


@cache
def sparse_classes():
    """Three classes, L1."""
    return rl.fit(frame("multinomial"), "y", penalty="l1").facts
