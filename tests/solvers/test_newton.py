"""Newton's layers: added-up losses, curvature by cell, judging, and paths read off between their nodes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

import ridgeline as rl
from ridgeline.designs import DenseDesign, MixedDesign
from ridgeline.families import FAMILIES
from ridgeline.solvers.interpolate import Coordinates, chebyshev, lagrange, points_needed

LAMS = np.geomspace(1e2, 1e-2, 100)


def classes(n: int, p: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) @ (np.eye(p) + 0.3 * rng.standard_normal((p, p))) + rng.uniform(-1, 1, p)
    eta = X[:, :3].sum(axis=1)
    return X, (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(float), rng.permutation(np.arange(n) % 5)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ["binomial", "poisson"])
def test_tally_is_the_sum_of_the_losses(name, weighted):
    rng = np.random.default_rng(1)
    n, family = 2500, FAMILIES[name]()
    y = (rng.random((n, 1)) < 0.3).astype(float)
    eta = rng.standard_normal((n, 3)) * [1.0, 10.0, 0.0]
    eta[0] = 300.0
    w = rng.uniform(0.1, 2.0, (n, 1)) if weighted else np.ones((n, 1))
    bounds = np.array([0, 7, 7, n])
    residual, sums = family.tally(y, eta.copy(), w if weighted else None, bounds)
    np.testing.assert_allclose(residual, w * family.gradient(y, eta), rtol=1e-12, atol=1e-15)
    loss = w * family.loss(y, eta)
    np.testing.assert_allclose(sums, [loss[:7].sum(0), 0 * loss[0], loss[7:].sum(0)], rtol=1e-12)


def make(kind: str, n: int):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((n, 3)) + np.array([0.0, 5.0, -2.0])
    if kind == "dense":
        return DenseDesign(x), x
    codes = rng.integers(-1, 4, (n, 1)).astype(np.int32)
    return MixedDesign(x, codes, (4,)), np.hstack([x, codes == np.arange(4)])


@pytest.mark.parametrize("kind", ["dense", "mixed"])
def test_curvatures_and_judging_by_cell(kind):
    n = 3000
    design, rows = make(kind, n)
    rng = np.random.default_rng(3)
    cell, v = rng.integers(-1, 2, n), rng.uniform(0.1, 1.0, (n, 2))
    layout = design.layout(cell, 2)
    found = design.curvatures(v, rows.mean(axis=0), layout)
    b = [rng.standard_normal((rows.shape[1], 2)), rng.standard_normal((rows.shape[1], 1))]
    judged = design.judge(b, lambda k, at, eta: (eta * v[at][:, [0]]).sum(axis=0), layout)
    for k in range(2):
        own = cell == k
        np.testing.assert_allclose(judged[k], v[own, 0] @ rows[own] @ b[k], rtol=1e-10)
        for i in range(2):
            mean = np.average(rows[own], axis=0, weights=v[own, i])
            centred = rows[own] - mean
            np.testing.assert_allclose(found[i][k].mean, mean, rtol=1e-10)
            np.testing.assert_allclose(found[i][k].scatter, centred.T @ (v[own, [i]][:, None] * centred), atol=1e-9)


def test_few_chebyshev_points_follow_an_analytic_curve():
    low, high = np.log(1e-2), np.log(1e2)
    nodes, x = chebyshev(low, high, points_needed(high - low, 8.0)), np.linspace(low, high, 50)
    curve = lambda t: 1.0 / (1.0 + np.exp(t))  # noqa: E731
    np.testing.assert_allclose(curve(nodes) @ lagrange(nodes, x), curve(x), atol=1e-8)


def test_coordinates_are_constant_for_a_quadratic():
    rng = np.random.default_rng(4)
    a = rng.standard_normal((20, 4))
    h, f, g = a.T @ a, np.array([1.0, 0.5, 2.0, 1.0]), rng.standard_normal(4)
    lam = np.array([0.1, 1.0, 10.0])
    theta = np.column_stack([np.append(np.linalg.solve(h + v * np.diag(f), g), 7.0) for v in lam])
    to = Coordinates(h, f)
    z = to.even(theta, lam)
    np.testing.assert_allclose(z, np.repeat(z[:, :1], 3, axis=1), rtol=1e-10)
    np.testing.assert_allclose(to.uneven(z, lam), theta, rtol=1e-10)


def test_between_the_nodes_as_exact_as_on_its_own():
    X, y, folds = classes(3000, 8)
    cv = rl.cross_validate(X, y, folds=folds, family="binomial", lams=LAMS)
    at = np.array([5, 31, 50, 77, 94])
    for k in range(5):
        train = folds != k
        mean, sd = X[train].mean(axis=0), X[train].std(axis=0)
        Z = (X - mean) / sd
        for i in at:
            peer = LogisticRegression(C=1 / (train.sum() * LAMS[i]), solver="newton-cholesky", tol=1e-13, max_iter=100)
            peer.fit(Z[train], y[train])
            eta = Z[~train] @ peer.coef_[0] + peer.intercept_[0]
            loss = np.mean(np.logaddexp(0.0, eta) - y[~train] * eta)
            assert cv.losses[k, i] == pytest.approx(loss, rel=1e-8)
    assert max(c.relative_gap for c in cv.path.certificates) < 1e-12


def test_separated_classes_give_up_at_lambda_zero_only():
    X, _, _ = classes(200, 3)
    path = rl.fit_path(X, (X[:, 0] > 0).astype(float), family="binomial", lams=[1.0, 0.1, 0.0])
    assert [s.name for s in path.status] == ["SOLVED", "SOLVED", "SEPARATED"]
