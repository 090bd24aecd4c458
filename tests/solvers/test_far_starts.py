"""Solutions far from where a solver begins: one small λ alone, losses that grow exponentially, folds of few rows."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.problem import Status


def counts(family: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((100, 20))
    mean = np.exp(X[:, :8].sum(axis=1))
    return X, rng.gamma(2.0, mean) if family == "gamma" else rng.poisson(np.minimum(mean, 3000.0)).astype(float)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("family", "options"),
    [
        ("gamma", {"l1_ratio": 1.0}),
        ("gamma", {"l1_ratio": 0.5}),
        ("gamma", {"l1_ratio": 0.0, "bounds": (0.0, np.inf)}),
        ("poisson", {"l1_ratio": 1.0, "intercept": False}),
    ],
)
def test_one_small_lambda_needs_no_path(family, options, seed):
    X, y = counts(family, seed)
    alone = rl.fit_path(X, y, family, lams=[0.01], **options)
    along = rl.fit_path(X, y, family, lams=np.geomspace(10.0, 0.01, 40), **options)
    assert alone.status[0] is along.status[-1] is Status.SOLVED
    np.testing.assert_allclose(alone.certificates[0].objective, along.certificates[-1].objective, rtol=1e-8)
    cv = rl.cross_validate(X, y, 4, family, lams=[0.1, 0.01], **options)
    assert np.all(np.abs(cv.losses) < 1e4)


@pytest.mark.parametrize(("n", "p", "l1_ratio"), [(60, 60, 0.1), (100, 90, 0.95), (200, 190, 0.5)])
def test_folds_with_fewer_rows_than_columns_are_solved(n, p, l1_ratio):
    """The table has more rows than columns, its folds do not: elastic nets on singular cross-products."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    y = X[:, :5].sum(axis=1) + rng.standard_normal(n)
    labels = np.arange(n) % 5
    cv = rl.cross_validate(X, y, labels, l1_ratio=l1_ratio, lams=np.geomspace(1.0, 1e-3, 30))
    for k in range(5):
        held = labels == k
        path = rl.fit_path(X[~held], y[~held], l1_ratio=l1_ratio, lams=cv.lams)
        left = y[held][:, None] - X[held] @ path.coef.T - path.intercept
        np.testing.assert_allclose(cv.losses[k], 0.5 * (left**2).mean(axis=0), rtol=1e-8)
