"""Folds have no certificate of their own: where linear predictors are steep, they are held against fits that have."""

from __future__ import annotations

import numpy as np
import pytest

import ridgeline as rl


def steep(seed: int, n: int, p: int):
    """Probabilities near 0 and 1, and columns that few rows have: curvature between two λ is hard to guess."""
    rng = np.random.default_rng(seed)
    X = np.c_[rng.normal(size=(n, p)), rng.random((n, p)) < 0.01].astype(float)
    return X, (20 * X[:, :3].sum(axis=1) + rng.logistic(size=n) > 0).astype(float)


@pytest.mark.parametrize("seed", [3, 8])
def test_held_out_losses_are_those_of_certified_fits(seed):
    n = 4000
    X, y = steep(seed, n, 60)
    folds = np.arange(n) % 5
    cv = rl.cross_validate(X, y, folds=folds, family="binomial")
    assert (cv.losses > 0).all()
    k, at = 3, np.arange(0, len(cv.lams), 9)
    path = rl.fit_path(X[folds != k], y[folds != k], family="binomial", lams=cv.lams[at])
    assert all(c.relative_gap <= 1e-9 for c in path.certificates)
    eta = X[folds == k] @ path.coef.T + path.intercept
    losses = np.logaddexp(0.0, eta) - y[folds == k][:, None] * eta
    assert cv.losses[k][at] == pytest.approx(losses.mean(axis=0), rel=1e-5)
