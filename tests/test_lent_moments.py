"""Certificates from lent moments: the same as from the rows, and wrong moments are found out."""

from __future__ import annotations

import numpy as np
import pytest

import ridgeline as rl
from ridgeline import duality
from ridgeline.inputs import problem_of
from ridgeline.moments import Moments
from ridgeline.problem import TrainingSet
from ridgeline.solvers import Resamples, solve_sets

LAMS = np.geomspace(1.0, 1e-3, 12)


def solved(l1_ratio: float):
    rng = np.random.default_rng(3)
    X = rng.standard_normal((400, 6)) * [1, 5, 0.2, 1, 1, 3] + 4
    y = X @ rng.standard_normal(6) + rng.standard_normal(400)
    problem, _ = problem_of(X, y, family="gaussian", l1_ratio=l1_ratio)
    resamples = Resamples.make(problem, None, (TrainingSet(np.ones(1, bool), np.zeros(1, bool)),))
    return problem, solve_sets(problem, resamples, LAMS)[0]


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_the_same_as_from_the_rows(l1_ratio):
    problem, found = solved(l1_ratio)
    point = (problem, found.standard, found.beta, found.b0, LAMS)
    lent, own = duality.certify(*point, found.moments), duality.certify(*point)
    assert max(c.relative_gap for c in lent) < 1e-11  # with the rounding of the moments
    np.testing.assert_allclose([c.objective for c in lent], [c.objective for c in own], rtol=1e-12)


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
def test_wrong_moments_are_not_believed(l1_ratio):
    """Moments of other rows, and a point that would be optimal if they were right."""
    problem, found = solved(l1_ratio)
    wrong = Moments(found.moments.weight, found.moments.mean, found.moments.scatter * 1.01)
    wrong.scatter[:-1, -1] *= 1.3
    wrong.scatter[-1, :-1] *= 1.3
    shifted = 1.3 * found.beta  # near the optimum of the wrong moments
    lent = duality.certify(problem, found.standard, shifted, found.b0, LAMS, wrong)
    true = duality.certify(problem, found.standard, shifted, found.b0, LAMS)
    np.testing.assert_allclose([c.gap for c in lent], [c.gap for c in true], rtol=1e-6)
    assert min(c.relative_gap for c in lent[4:]) > 1e-4


def test_certify_lends_nothing():
    """`rl.certify` lends nothing: what it says of a fit is independent of the solver."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 3))
    y = X[:, 0] + rng.standard_normal(60)
    path = rl.fit_path(X, y, lams=[0.1])
    assert rl.certify(X, y, path.coef[0], path.intercept[0], 0.1).relative_gap < 1e-12
    assert rl.certify(X + 0.1 * rng.standard_normal(X.shape), y, path.coef[0], path.intercept[0], 0.1).gap > 1e-6
