"""Columns that are all but copies of others: paths are followed instead of descended to, and answers are proved."""

from __future__ import annotations

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.solvers import proximal
from ridgeline.solvers.dependent import depend


def table(apart: float):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 24))
    for j in range(1, 24, 3):
        X[:, j] = X[:, j - 1] + apart * X[:, j]
    eta = 2.0 * (X[:, :6] @ [1.0, 0.0, -1.0, 1.0, 0.5, 1.0])
    return X, eta, rng


@pytest.mark.parametrize("l1_ratio", [1.0, 0.9])
@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_near_copies_are_proved(family, l1_ratio, monkeypatch):
    X, eta, rng = table(1e-5)
    y = (eta + rng.logistic(size=200) > 0).astype(float) if family == "binomial" else rng.poisson(np.exp(0.3 * eta))
    monkeypatch.setattr(proximal._Path, "run", None)  # it would take minutes
    folds = np.arange(200) % 5
    cv = rl.cross_validate(X, y, family=family, l1_ratio=l1_ratio, folds=folds)
    assert max(c.relative_gap for c in cv.path.certificates) <= 1e-7
    path = rl.fit_path(X[folds != 2], y[folds != 2], family=family, l1_ratio=l1_ratio, lams=cv.lams)
    eta, y = X[folds == 2] @ path.coef.T + path.intercept, y[folds == 2][:, None]
    loss = np.logaddexp(0.0, eta) - y * eta if family == "binomial" else np.exp(eta) - y * eta
    excess = cv.losses[2] - loss.mean(axis=0)
    assert excess - excess[0] == pytest.approx(np.zeros(len(excess)), abs=1e-6)


def test_columns_that_share_much_are_left_to_descent(monkeypatch):
    X, eta, rng = table(0.1)
    y = (eta + rng.logistic(size=200) > 0).astype(float)
    ran = []
    run = proximal._Path.run
    monkeypatch.setattr(proximal._Path, "run", lambda self: ran.append(1) or run(self))
    rl.fit_path(X, y, family="binomial", l1_ratio=1.0, lams=[0.1, 0.01])
    assert ran


@pytest.mark.parametrize("p", [30, 320])
def test_pivots_leave_the_matrix_as_it_is(p):
    rng = np.random.default_rng(1)
    X = rng.standard_normal((2 * p, p))
    X[:, 5] = 0.0
    X[:, 7] = X[:, 6] + 1e-3 * X[:, 7]
    for dead in (True, False):
        c = X.T @ X if dead else (X.T @ X)[6:, 6:].copy()
        before = c.copy()
        assert not depend(c, 1e-8)
        assert depend(c, 1e-4)
        assert np.array_equal(c, before)
