"""Several classes where there is no feature, or none that varies among the rows of a training set."""

from __future__ import annotations

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.designs import DenseDesign
from ridgeline.families.multinomial import Multinomial
from ridgeline.problem import Problem, TrainingSet
from ridgeline.solvers import Resamples, solve_sets

Y = np.array([0, 1, 2, 0, 1, 2, 0, 1, 0, 0, 1, 2.0])
FOLDS = np.arange(12) // 4
LAMS = np.array([0.1, 0.01])


def without_features(labels: np.ndarray) -> np.ndarray:
    """Mean loss of each of these rows under the classes' shares in the other folds."""
    out = []
    for fold in np.unique(labels):
        share = np.bincount(Y[labels != fold].astype(int), minlength=3) / (labels != fold).sum()
        out.append(-np.log(share[Y[labels == fold].astype(int)]).mean())
    return np.array(out)


@pytest.mark.parametrize("bounded", [False, True])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_a_problem_without_features(l1_ratio, bounded):
    bounds = (np.empty(0), np.empty(0)) if bounded else None
    problem = Problem(
        Multinomial("abc"), DenseDesign(np.empty((12, 0))), Y, np.ones(12), np.zeros(12), np.empty(0),
        np.empty((0, 2), dtype=np.intp), l1_ratio=l1_ratio, bounds=bounds,
    )  # fmt: skip
    sets = tuple(TrainingSet(np.arange(3) != k, np.arange(3) == k) for k in range(3))
    found = solve_sets(problem, Resamples.make(problem, FOLDS, sets), LAMS)
    assert [f.beta.shape for f in found] == [(0, 6)] * 3
    np.testing.assert_allclose([f.test for f in found], np.tile(without_features(FOLDS)[:, None], 2), rtol=1e-9)


@pytest.mark.parametrize("options", [{}, {"penalty_factor": np.inf}, {"penalty_factor": 0.0}, {"bounds": (-1, 1)}])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("p", [3, 20])
def test_features_that_vary_in_one_row(p, l1_ratio, options):
    """The fold that holds the row out trains on nothing that varies."""
    x = np.ones((12, p))
    x[0, 0] = 0.0
    options = {**options, "penalty_factor": np.full(p, options.get("penalty_factor", 1.0))}
    cv = rl.cross_validate(x, Y, family="multinomial", folds=FOLDS, lams=LAMS, l1_ratio=l1_ratio, **options)
    expected = without_features(FOLDS)
    np.testing.assert_allclose(cv.losses.reshape(3, 2)[0], expected[0], rtol=1e-9)
    same = rl.cross_validate(np.ones((12, p)), Y, family="multinomial", folds=FOLDS, lams=LAMS, l1_ratio=l1_ratio)
    np.testing.assert_allclose(same.losses.reshape(3, 2), np.tile(expected[:, None], 2), rtol=1e-9)
