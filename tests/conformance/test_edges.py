"""Edges of what may be asked: columns and rows that say nothing, bounds that exclude zero, classes without weight."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

import ridgeline as rl
from ridgeline.errors import OptionError, TargetError
from ridgeline.problem import Status


@pytest.mark.parametrize("ratio", [0.0, 1.0])
@pytest.mark.parametrize("family", ["gaussian", "multinomial"])
def test_a_constant_column_stays_at_zero_though_its_bounds_exclude_it(family, ratio):
    X = np.random.default_rng(0).standard_normal((50, 2))
    X[:, 1] = 3.0
    y, bounds = X[:, 0] + 1.0, ([-np.inf, 0.5], np.inf)
    y = y if family == "gaussian" else y > 1.3
    path = rl.fit_path(X, y, family, ratio, [0.01], bounds=bounds)
    assert np.all(path.coef[..., 1] == 0.0)
    judged = rl.certify(X, y, path.coef[0], path.intercept[0], 0.01, family, ratio, bounds=bounds)
    assert judged.relative_gap < 1e-8
    assert judged.objective == pytest.approx(path.certificates[0].objective, rel=1e-12)


@pytest.mark.parametrize("count", [5, 85])
def test_a_column_of_zeros_in_a_training_fold_stays_at_zero(count):
    rng, folds = np.random.default_rng(0), np.arange(60) % 3
    X = rng.standard_normal((60, count))
    X[:, 3] = folds == 1
    y, low = X[:, 0] + rng.standard_normal(60), np.full(count, -np.inf)
    low[3] = 0.3
    options = {"l1_ratio": 1.0, "lams": [0.1], "bounds": (low, np.inf), "standardize": False, "intercept": False}
    path = rl.fit_path(X[folds != 1], y[folds != 1], **options)
    assert path.coef[0, 3] == 0.0
    loss = ((y - X @ path.coef[0])[folds == 1] ** 2).mean() / 2
    assert rl.cross_validate(X, y, folds=folds, **options).losses[1, 0] == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize(("low", "high"), [(0.5, np.inf), (-np.inf, -0.5)])
def test_an_excluded_feature_cannot_be_bounded_away_from_zero(low, high):
    X = np.random.default_rng(0).standard_normal((50, 2))
    with pytest.raises(OptionError, match="penalty_factor excludes feature 'x1' and its bounds"):
        rl.fit_path(X, X[:, 0], penalty_factor=[1.0, np.inf], bounds=([-np.inf, low], [np.inf, high]))


@pytest.mark.parametrize("ratio", [0.0, 1.0])
@pytest.mark.parametrize("kind", [np.asarray, sp.csr_matrix])
def test_classes_with_nothing_to_learn_from(kind, ratio):
    path = rl.fit_path(kind(np.zeros((50, 2))), np.arange(50) % 2, "multinomial", ratio, lams=[0.0], intercept=False)
    assert path.status == (Status.SOLVED,)
    assert np.all(path.coef == 0.0)


@pytest.mark.parametrize("ratio", [0.0, 1.0])
def test_a_class_without_weight_is_refused(ratio):
    X, y = np.random.default_rng(0).standard_normal((60, 2)), np.array(["a", "b", "c"] * 20)
    for call in (rl.fit_path, rl.cross_validate):
        with pytest.raises(TargetError, match="All rows of class 'b' have weight 0; leave these rows out"):
            call(X, y, family="multinomial", l1_ratio=ratio, weights=np.where(y == "b", 0.0, 1.0))


@pytest.mark.parametrize("ratio", [0.0, 0.5])
def test_without_an_intercept_a_penalty_holds_a_class_without_weight(ratio):
    X, y = np.random.default_rng(0).standard_normal((60, 2)), np.arange(60) % 3
    options = {"family": "multinomial", "l1_ratio": ratio, "weights": (y != 1) * 1.0, "intercept": False}
    path = rl.fit_path(X, y, lams=[0.1, 0.01], **options)
    assert path.status == (Status.SOLVED, Status.SOLVED)


def test_bounds_alone_hold_many_columns_without_a_penalty():
    X = np.random.default_rng(0).standard_normal((12, 30))
    path = rl.fit_path(X, X[:, 0], l1_ratio=1.0, lams=[0.0], bounds=(0, np.inf))
    assert path.certificates[0].objective < 1e-12


@pytest.mark.parametrize("ratio", [0.0, 0.5])
@pytest.mark.parametrize("family", ["gaussian", "binomial", "multinomial"])
def test_a_point_beyond_its_bounds_is_infinitely_far_from_the_optimum(family, ratio):
    X = np.random.default_rng(0).standard_normal((50, 2))
    y, coef, intercept = X[:, 0] > 0.0, [1.0, 0.0], 0.0
    if family == "multinomial":
        coef, intercept = [[0.0, 0.0], coef], [0.0, 0.0]
    assert rl.certify(X, y, coef, intercept, 0.1, family, ratio, bounds=(0.0, 0.1)).gap == np.inf
    assert rl.certify(X, y, coef, intercept, 0.1, family, ratio, bounds=(0.0, 1.0)).gap < np.inf


@pytest.mark.parametrize("shape", [(50, 5), (30, 60)])
def test_large_bounds_are_kept_to_rounding(shape):
    rng = np.random.default_rng(0)
    X = rng.standard_normal(shape) * 10.0 ** rng.uniform(-3, 3, shape[1])
    s = X.std(axis=0)
    y = 1e8 * ((X / s)[:, :3].sum(axis=1) + rng.standard_normal(shape[0]))
    path = rl.fit_path(X, y, l1_ratio=1.0, bounds=(-1e7 / 3 / s, 1e7 / 7 / s), lams=[1e3, 1e5], standardize=False)
    assert np.isfinite([c.objective for c in path.certificates]).all()
    assert path.status == (Status.SOLVED,) * 2


def test_nothing_is_penalised():
    X = np.random.default_rng(0).standard_normal((12, 2))
    path = rl.fit_path(X, X @ [1.0, -2.0], lams=[0.0, 1.0], penalty_factor=[0.0, 0.0])
    np.testing.assert_allclose(path.coef, [[1.0, -2.0]] * 2, atol=1e-12)


@pytest.mark.parametrize("ratio", [0.0, 1.0])
def test_a_row_without_weight_costs_the_certificate_of_classes_nothing(ratio):
    X, y = np.random.default_rng(0).standard_normal((60, 2)), np.arange(60) % 3
    options = {"family": "multinomial", "l1_ratio": ratio, "penalty_factor": [0.0, 1.0], "standardize": False}
    at = np.zeros((3, 2)), np.zeros(3), 0.1
    far = np.vstack([X, [1e3, 0.0]])  # its dual point is moved out of the simplex
    found = rl.certify(far, np.append(y, 0), *at, weights=np.append(np.ones(60), 0.0), **options)
    assert np.isfinite(found.gap)
    assert found.gap == pytest.approx(rl.certify(X, y, *at, **options).gap, rel=1e-6)
