"""The kernel that follows a path, against its NumPy twin and the optimality conditions."""

from __future__ import annotations

import numpy as np
import pytest
from test_descend import quadratic

from ridgeline.kernels import following, plain
from ridgeline.solvers import homotopy
from ridgeline.solvers.homotopy import Homotopy

KERNELS = {"compiled": following.follow, "plain": plain.follow}


def triangle(rows: np.ndarray) -> np.ndarray:
    return rows[np.tril_indices(len(rows))]


def violation(pull: np.ndarray, hold: np.ndarray, beta: np.ndarray) -> float:
    return float(np.where(beta != 0.0, np.abs(pull - hold * np.sign(beta)), np.maximum(np.abs(pull) - hold, 0.0)).max())


@pytest.fixture(params=KERNELS)
def kernel(request, monkeypatch) -> str:
    monkeypatch.setattr(homotopy, "follow", KERNELS[request.param])
    return request.param


@pytest.mark.parametrize("ridge", [0.0, 0.1])
@pytest.mark.parametrize("shape", [(200, 8), (60, 30), (40, 60)])
@pytest.mark.usefixtures("kernel")
def test_every_point_of_a_path_is_optimal(shape, ridge):
    gram, c = quadratic(*shape)
    p = len(c)
    l1 = np.ones(p)
    l1[0] = 0.0  # never penalised
    path = Homotopy(triangle(gram), np.full(p, ridge), np.array([0]))
    beta, before = np.zeros(p), 2 * np.abs(c).max()
    pull = c.copy()
    for lam in np.geomspace(np.abs(c).max(), 0.02 * np.abs(c).max(), 12):
        assert path.go(beta, pull, before * l1, lam * l1)
        fresh = c - gram @ beta - ridge * beta
        assert violation(fresh, lam * l1, beta) < 1e-11
        np.testing.assert_allclose(pull, fresh, atol=1e-11)
        before = lam


@pytest.mark.usefixtures("kernel")
def test_a_wrong_linear_term_is_gone_over_to_the_right_one():
    gram, c = quadratic(100, 20)
    other = c + 0.3 * np.abs(c).max() * np.random.default_rng(1).standard_normal(20)
    hold = np.full(20, 0.1 * np.abs(c).max())
    path, beta, pull = Homotopy(triangle(gram), np.zeros(20), np.empty(0, dtype=int)), np.zeros(20), c.copy()
    assert path.go(beta, pull, np.full(20, np.abs(c).max()), hold)
    pull = other - gram @ beta
    assert path.go(beta, pull, hold, hold)
    assert violation(other - gram @ beta, hold, beta) < 1e-11
    support = path.support
    expected = triangle(np.linalg.cholesky(gram[np.ix_(support, support)]))
    np.testing.assert_allclose(path.factor[: len(expected)], expected, atol=1e-10)


@pytest.mark.usefixtures("kernel")
def test_a_copy_of_a_column_stays_out():
    gram, c = quadratic(100, 5)
    order = [0, 1, 1, 2, 3, 4]
    gram, c = gram[np.ix_(order, order)], c[order]
    path, beta, pull = Homotopy(triangle(gram), np.zeros(6), np.empty(0, dtype=int)), np.zeros(6), c.copy()
    assert path.go(beta, pull, np.full(6, np.abs(c).max()), np.full(6, 1e-3))
    assert beta[1] * beta[2] == 0.0
    assert violation(c - gram @ beta, np.full(6, 1e-3), beta) < 1e-11


def test_twins_agree_to_the_last_change():
    gram, c = quadratic(40, 60)
    found = []
    for kernel in KERNELS.values():
        homotopy_follow, homotopy.follow = homotopy.follow, kernel
        path, beta, pull = Homotopy(triangle(gram), np.zeros(60), np.empty(0, dtype=int)), np.zeros(60), c.copy()
        assert path.go(beta, pull, np.full(60, np.abs(c).max()), np.full(60, 0.05 * np.abs(c).max()))
        homotopy.follow = homotopy_follow
        found.append((beta, path.support.tolist()))
    np.testing.assert_allclose(found[0][0], found[1][0], atol=1e-12)
    assert found[0][1] == found[1][1]


def test_dependent_columns_cannot_begin_a_path():
    gram = np.ones((2, 2))
    with pytest.raises(np.linalg.LinAlgError):
        Homotopy(triangle(gram), np.zeros(2), np.array([0, 1]))
