"""The benchmarks' own arithmetic, against hand calculation and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.objective import column_sd, fold_losses, objective
from benchmarks.peers import PEERS, peer
from benchmarks.peers.base import splits
from benchmarks.peers.glmnet import to_glmnet
from benchmarks.problems import PROBLEMS, select
from benchmarks.reference import ridge
from scipy import sparse
from sklearn.linear_model import LogisticRegression, Ridge


@pytest.fixture(scope="module")
def small():
    return {family: PROBLEMS[f"small-{family}"].make() for family in ("gaussian", "binomial")}


def test_objective_by_hand():
    X, y = np.array([[-1.0], [1.0]]), np.array([-1.0, 1.0])
    assert objective(X, y, (np.array([0.5]), 0.0), 2.0, family="gaussian") == 0.375
    by_hand = np.log1p(np.exp(-0.5)) + 3.0 * (0.25 * 0.5 + 0.75 / 2 * 0.25)
    found = objective(X, y > 0, (np.array([0.5]), 0.0), 3.0, family="binomial", l1_ratio=0.25)
    assert found == pytest.approx(by_hand, rel=1e-14)


def test_unknown_family_is_refused():
    with pytest.raises(ValueError, match="no family 'poisson' here"):
        objective(np.eye(2), np.ones(2), (np.ones(2), 0.0), 1.0, family="poisson")


def test_sd_of_columns_far_from_zero():
    X = 1e9 + np.array([[0.0, 1.0], [2.0, 5.0]])
    np.testing.assert_array_equal(column_sd(X), [1.0, 2.0])
    np.testing.assert_allclose(column_sd(sparse.csr_matrix(X)), [1.0, 2.0])
    np.testing.assert_allclose(column_sd(X, np.array([3.0, 1.0])), np.sqrt(3 / 16) * np.array([2.0, 4.0]))


def test_fold_losses_are_means_over_the_rows_of_a_fold():
    eta = np.array([[0.0], [0.0], [1.0]])
    found = fold_losses(np.array([1.0, 3.0, 1.0]), eta, np.array([0, 0, 1]), "gaussian")
    np.testing.assert_array_equal(found, [[2.5], [0.0]])


@pytest.mark.parametrize("lam", [1e-3, 1.0])
def test_reference_is_the_optimum(small, lam):
    X, y = small["gaussian"].X, small["gaussian"].y
    coef, intercept = ridge(X, y, lam, "gaussian")
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    peer_coef = Ridge(alpha=lam * len(y)).fit(Z, y).coef_ / X.std(axis=0)
    np.testing.assert_allclose(coef, peer_coef, rtol=1e-9)
    X, y = small["binomial"].X, small["binomial"].y
    coef, intercept = ridge(X, y, lam, "binomial")
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    model = LogisticRegression(C=1 / (lam * len(y)), solver="newton-cholesky", tol=1e-12).fit(Z, y)
    np.testing.assert_allclose(coef, model.coef_[0] / X.std(axis=0), rtol=1e-6)
    assert intercept == pytest.approx(model.intercept_[0] - X.mean(axis=0) @ coef, rel=1e-6)


@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_reference_of_a_wide_table(family):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((12, 30)), np.arange(12) % 2.0
    best = ridge(X, y, 0.1, family)
    value = objective(X, y, best, 0.1, family=family)
    for _ in range(20):
        nearby = (best[0] + 1e-4 * rng.standard_normal(30), best[1] + 1e-4 * rng.standard_normal())
        assert objective(X, y, nearby, 0.1, family=family) > value


def test_problems_are_the_same_every_time():
    first, again = PROBLEMS["cells-binomial"].make(), PROBLEMS["cells-binomial"].make()
    np.testing.assert_array_equal(first.X, again.X)
    np.testing.assert_array_equal(first.folds, again.folds)
    assert np.all(np.diff(first.lams) < 0)


def test_headline_problems_have_the_promised_sizes():
    shapes = {p.name: p.shape for p in select(["tall", "wide"])}
    tall, wide = (200_000, 100), (500, 20_000)
    assert shapes == {
        "tall-gaussian": tall, "tall-binomial": tall, "wide-gaussian": wide, "wide-binomial": wide,
    }  # fmt: skip


def test_quick_problems_are_small():
    assert all(p.shape[0] * p.shape[1] <= 1_100_000 for p in select(["tall", "wide", "cells"], quick=True))


def test_splits_cover_every_row_once():
    folds = np.array([0, 1, 2, 1, 0])
    held = np.concatenate([test for _, test in splits(folds)])
    assert sorted(held) == [0, 1, 2, 3, 4]
    assert all(not set(train) & set(test) for train, test in splits(folds))


@pytest.mark.parametrize("name", sorted(PEERS))
def test_every_contestant_is_described(name):
    contestant = peer(name)
    assert contestant.name == name
    assert contestant.label
    assert contestant.settings


def test_glmnet_convention_is_the_same_objective():
    y, lam, ratio = np.array([0.0, 4.0, 8.0]), 0.7, 0.3
    theirs, alpha = to_glmnet(np.array([lam]), ratio, y, "gaussian")
    assert theirs[0] * alpha == pytest.approx(lam * ratio)
    assert theirs[0] * (1 - alpha) / y.std() == pytest.approx(lam * (1 - ratio))
    np.testing.assert_array_equal(to_glmnet(np.array([lam]), ratio, y > 1, "binomial")[0], [lam])
