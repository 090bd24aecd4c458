"""Sparse matrices that stay sparse, against the same numbers written out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import ridgeline as rl
from ridgeline import kernels
from ridgeline.inputs import problem_of
from ridgeline.kernels import backend, plain
from ridgeline.kernels import sparse as compiled
from ridgeline.solvers import choose


@pytest.fixture(autouse=True)
def _stay_sparse(monkeypatch):
    monkeypatch.setattr(choose, "_KEPT_SPARSE", 0.0)


def data(family: str, n: int = 240, p: int = 300) -> tuple:
    rng = np.random.default_rng(3)
    x = np.where(rng.random((n, p)) < 0.08, rng.uniform(0.5, 2.0, (n, p)), 0.0)
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
    "weights": {"l1_ratio": 1.0, "weights": np.random.default_rng(5).integers(0, 4, 240).astype(float)},
    "one free": {"l1_ratio": 1.0, "penalty_factor": np.append(0.0, np.ones(299))},
}


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson"])
@pytest.mark.parametrize("case", CASES)
def test_sparse_and_dense_agree(case, family):
    x, y, folds = data(family)
    options = {"family": family, "folds": folds, **CASES[case]}
    problem, _ = problem_of(sparse.csr_matrix(x), y, family=family, **CASES[case])
    assert choose.choose(problem).name == "sparse"
    lams = rl.fit_path(x, y, family=family, **CASES[case]).lams
    lams = np.geomspace(lams[0], 0.1 * lams[0], 12)
    here = rl.cross_validate(sparse.csr_matrix(x), y, lams=lams, **options)
    there = rl.cross_validate(x, y, lams=lams, **options)
    assert max(c.relative_gap for c in here.path.certificates) <= 1e-8
    np.testing.assert_allclose(here.path.std_coef, there.path.std_coef, atol=2e-6)
    np.testing.assert_allclose(here.losses, there.losses, rtol=1e-6)


def test_categories_of_many_levels_stay_codes(monkeypatch):
    monkeypatch.setattr(choose, "_MANY", 100)
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"x": rng.standard_normal(900), "kind": rng.choice([f"k{j}" for j in range(200)], 900)})
    y = frame["x"] + (frame["kind"] < "k12") + 0.3 * rng.standard_normal(900)
    lams, found = np.geomspace(0.1, 0.005, 6), []
    for least in (0.0, np.inf):
        monkeypatch.setattr(choose, "_KEPT_SPARSE", least)
        solver = choose.choose(problem_of(frame, y, family="gaussian", l1_ratio=1.0)[0]).name
        assert solver == ("screen" if least else "sparse")
        found.append(rl.cross_validate(frame, y, l1_ratio=1.0, lams=lams))
    np.testing.assert_allclose(found[0].losses, found[1].losses, rtol=1e-7)
    np.testing.assert_allclose(found[0].path.coef, found[1].path.coef, atol=1e-6)


def test_a_support_as_large_as_the_rows_is_solved():
    """Conjugate gradients run out of steps there: sweeps go on."""
    rng = np.random.default_rng(0)
    x = sparse.random(600, 2400, 0.01, format="csr", random_state=rng)
    y = np.asarray(x @ rng.standard_normal(2400)).ravel()
    path = rl.fit_path(x, y, l1_ratio=1.0, lams=np.geomspace(0.005, 0.0005, 4))
    assert path.df[-1] > 550
    assert max(c.relative_gap for c in path.certificates) <= 1e-9
    assert max(c.kkt / lam for c, lam in zip(path.certificates, path.lams, strict=True)) <= 1e-8


def columns(n: int = 40, p: int = 12) -> tuple:
    x = sparse.random(n, p, 0.3, format="csc", random_state=0)
    rng = np.random.default_rng(0)
    v, mean = rng.uniform(0.5, 1.5, n), np.asarray(x.mean(axis=0)).ravel()
    u = (x.toarray() - mean) * 2.0
    known = np.zeros((6, p))
    known[0], known[1], known[2], known[4], known[5] = mean, 2.0, 0.3, -np.inf, np.inf
    return kernels.Columns.of(x), v, u, known


@pytest.fixture(params=["compiled", "plain"])
def either(request, monkeypatch):
    """Kernels as they are, and their twins."""
    if request.param == "plain":
        monkeypatch.setattr(backend, "module", lambda _: plain)


@pytest.mark.usefixtures("either")
def test_columns_multiply_and_are_picked_as_the_matrix_is():
    written = sparse.random(50, 30, 0.2, random_state=0).toarray()
    written[:, 7] = 0.0  # an empty column
    x = sparse.csc_matrix(written)
    which = np.array([7, 3, 29, 3, 0])
    rng, few = np.random.default_rng(0), kernels.Columns.of(x).pick(which)
    b, r = rng.standard_normal(5), rng.standard_normal(50)
    np.testing.assert_allclose(few.product(b), x[:, which] @ b, atol=1e-14)
    np.testing.assert_allclose(few.adjoint(r), x[:, which].T @ r, atol=1e-14)
    none = kernels.Columns.of(x).pick(which[:0])
    assert none.product(b[:0]).tolist() == [0.0] * 50
    assert len(none.adjoint(r)) == 0


def settled(arrays, v, rho, known, *, intercept: bool = True) -> tuple:
    rest, theta = rho.copy(), np.zeros(known.shape[1] + 1)
    wrong = kernels.settle(arrays, v, rest, known, theta, 1e-10, intercept=intercept)
    return theta, rest, wrong


@pytest.mark.parametrize("case", ["l1", "elastic net", "bounds", "one free", "no intercept", "dependent"])
@pytest.mark.usefixtures("either")
def test_the_quadratic_is_minimised(case):
    arrays, v, u, known = columns() if case != "dependent" else columns(8, 30)
    if case == "elastic net":
        known[3] = 0.2
    if case == "bounds":
        known[4], known[5] = 0.0, 0.05
    if case == "one free":
        known[2, 3] = 0.0
    rho = np.random.default_rng(1).standard_normal(len(v))
    theta, rest, wrong = settled(arrays, v, rho, known, intercept=case != "no intercept")
    left, beta = rho - v * (theta[0] + u @ theta[1:]), theta[1:]
    np.testing.assert_allclose(rest, left, atol=1e-10)
    g = u.T @ left - known[3] * beta
    up = np.where(beta < known[5], g - np.where(beta >= 0, known[2], -known[2]), 0.0)
    down = np.where(beta > known[4], -g - np.where(beta <= 0, known[2], -known[2]), 0.0)
    assert max(up.max(), down.max()) <= 2e-10
    assert wrong <= 1e-10
    assert (theta[0] == 0.0) if case == "no intercept" else (abs(left.sum()) <= 2e-10)


def test_nothing_is_read_before_it_is_written(monkeypatch):
    """All columns end at zero or at their bounds, so that there is nothing to solve but the intercept."""

    def dirty(like, dtype=np.float64):
        shape = like.shape if isinstance(like, np.ndarray) else like
        kind = like.dtype if isinstance(like, np.ndarray) else np.dtype(dtype)
        return np.arange(np.prod(shape)).astype(kind).reshape(shape) if kind.kind in "ui" else np.full(shape, np.nan)

    class Dirty:
        empty = empty_like = zeros = staticmethod(dirty)

        def __getattr__(self, name):
            return getattr(np, name)

    arrays, v, _, known = columns()
    known[4], known[5] = 0.0, 0.05
    rho = np.random.default_rng(1).standard_normal(len(v))
    expected, _, _ = settled(arrays, v, rho, known)
    monkeypatch.setattr(compiled, "np", Dirty())
    theta, _, wrong = settled(arrays, v, rho, known)
    assert wrong <= 1e-10
    np.testing.assert_allclose(theta, expected, atol=1e-9)


def test_opposite_signs_of_equal_columns_are_left():
    """A column and its copy that pull against each other: only the way along both leads down."""
    x = sparse.csc_matrix(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 2.0], [0.0, 0.0, 1.0], [3.0, 3.0, 0.0]]))
    arrays, v = kernels.Columns.of(x), np.full(4, 0.25)
    known = np.zeros((6, 3))
    known[1], known[2], known[4], known[5] = 1.0, 0.1, -np.inf, np.inf
    y, theta = np.array([2.0, 1.0, -1.0, 5.0]), np.array([0.0, 4.0, -2.0, 0.0])
    rest = v * (y - x @ theta[1:])
    assert kernels.settle(arrays, v, rest, known, theta, 1e-12, intercept=False) <= 1e-12
    assert min(theta[1:3]) >= 0.0
