"""Sparse matrices that stay sparse, against the same numbers written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

import ridgeline as rl
from ridgeline.kernels import plain
from ridgeline.kernels import sparse as compiled
from ridgeline.solvers import screen


@pytest.fixture(autouse=True)
def _stay_sparse(monkeypatch):
    monkeypatch.setattr(screen, "_LARGE", 0.0)


def data(family: str, n: int = 120, p: int = 200) -> tuple:
    rng = np.random.default_rng(3)
    x = np.where(rng.random((n, p)) < 0.2, rng.uniform(0.5, 2.0, (n, p)), 0.0)
    eta = x[:, :20] @ rng.standard_normal(20)
    eta /= eta.std()
    y = 1.0 + eta + 0.5 * rng.standard_normal(n)
    if family == "binomial":
        y = (rng.random(n) < 1.0 / (1.0 + np.exp(-2.0 * eta))).astype(float)
    if family == "poisson":
        y = rng.poisson(np.exp(0.5 * eta)).astype(float)
    return x, y, rng.permutation(n) % 3


CASES = {
    "lasso": {"l1_ratio": 1.0},
    "elastic net": {"l1_ratio": 0.5},
    "no intercept": {"l1_ratio": 1.0, "intercept": False},
    "not standardized": {"l1_ratio": 1.0, "standardize": False},
    "positive": {"l1_ratio": 1.0, "bounds": (0.0, np.inf)},
    "weights": {"l1_ratio": 1.0, "weights": np.random.default_rng(5).integers(0, 4, 120).astype(float)},
    "one free": {"l1_ratio": 1.0, "penalty_factor": np.append(0.0, np.ones(199))},
}


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
@pytest.mark.parametrize("case", CASES)
def test_sparse_and_dense_agree(case, family):
    x, y, folds = data(family)
    options = {"family": family, "folds": folds, **CASES[case]}
    lams = rl.fit_path(x, y, family=family, **CASES[case]).lams
    lams = np.geomspace(lams[0], 0.1 * lams[0], 12)
    here = rl.cross_validate(sparse.csr_matrix(x), y, lams=lams, **options)
    there = rl.cross_validate(x, y, lams=lams, **options)
    assert max(c.relative_gap for c in here.path.certificates) <= 1e-8
    np.testing.assert_allclose(here.path.std_coef, there.path.std_coef, atol=2e-6)
    np.testing.assert_allclose(here.losses, there.losses, rtol=1e-6)


def columns() -> tuple:
    x = sparse.random(40, 12, 0.3, format="csc", random_state=0)
    rng = np.random.default_rng(0)
    v, mean = rng.uniform(0.5, 1.5, 40), np.asarray(x.mean(axis=0)).ravel()
    u = (x.toarray() - mean) * 2.0
    known = np.zeros((8, 12))
    known[0], known[1], known[2], known[3], known[4] = mean, 2.0, x.T @ v, (u**2).T @ v, 0.3
    known[6], known[7] = -np.inf, np.inf
    return (x.indptr.astype(np.int32), x.indices.astype(np.int32), x.data), v, u, known


def test_sweeps_reach_the_optimality_conditions_and_agree():
    arrays, v, u, known = columns()
    rho, found = np.random.default_rng(1).standard_normal(40), []
    for kernel in (compiled, plain):
        rest, theta = rho.copy(), np.zeros(13)
        sums = np.array([0.0, rest.sum(), v.sum(), v.sum()])
        for _ in range(300):
            kernel.sweep(*arrays, v, rest, known, theta, sums, np.arange(12), 5)
        left = rho - v * (theta[0] + u @ theta[1:])
        np.testing.assert_allclose(rest + sums[0] * v, left, atol=1e-10)
        g = u.T @ left
        assert abs(left.sum()) < 1e-9
        assert (
            np.where(theta[1:] != 0, np.abs(g - 0.3 * np.sign(theta[1:])), np.maximum(np.abs(g) - 0.3, 0)).max() < 1e-9
        )
        found.append(theta)
    np.testing.assert_allclose(found[0], found[1], atol=1e-10)


@pytest.mark.parametrize("kernel", [compiled, plain], ids=["compiled", "plain"])
def test_conjugate_gradients_solve(kernel):
    arrays, v, u, known = columns()
    order, ridge = np.array([1, 4, 7, 9]), np.array([0.0, 0.1, 0.1, 0.1, 0.1])
    design = np.hstack([np.ones((40, 1)), u[:, order]])
    system = design.T @ (design * v[:, None]) + np.diag(ridge)
    left, space = np.arange(1.0, 6.0), np.empty((4, 5))
    space[1] = left
    kernel.conjugate(
        *arrays, v, known[:2].copy(), order, 1, ridge, np.diag(system).copy(), space, np.empty(40), 1e-12, 50
    )
    np.testing.assert_allclose(space[0], np.linalg.solve(system, left), rtol=1e-9)
