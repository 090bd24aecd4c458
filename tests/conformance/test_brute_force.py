"""Cross-validation against an explicit loop over folds that prepares and fits every training set from scratch.

The loop is plain NumPy: fill missing cells with the training mean, centre, scale, solve, for one fold and one lambda at
a time. Nothing of ridgeline is used in it, so a leak between folds or a slip in the shared moments cannot hide.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import logsumexp, softmax

import ridgeline as rl

FOLDS = 5
LAMS = np.geomspace(1e3, 1e-3, 7)
SHAPES = {"tall": (160, 6), "wide": (40, 60)}
FAMILIES = ("gaussian", "binomial", "multinomial")
CASES = ("plain", "weights", "missing", "categories", "everything")


@dataclass(frozen=True)
class Case:
    """A table, the numbers it stands for (NaN where a cell is missing), and what else is known of its rows."""

    X: Any
    numbers: np.ndarray
    onehot: np.ndarray
    y: np.ndarray
    folds: Any
    options: dict[str, Any] = field(default_factory=dict)


def make_case(name: str, shape: tuple[int, int], family: str) -> Case:
    rng = np.random.default_rng([len(name), *shape])
    n, p = shape
    numbers = rng.standard_normal((n, p)) * rng.uniform(0.2, 5.0, p) + rng.uniform(-4.0, 4.0, p)
    town = rng.integers(0, 3, n)
    onehot = np.empty((n, 0))
    eta = numbers[:, :3] @ [0.5, -0.3, 0.2] + (town == 1)
    if family == "multinomial":
        scores = np.column_stack([eta, numbers[:, 1], np.zeros(n)]) + 3 * rng.gumbel(size=(n, 3))
        eta = scores.argmax(axis=1)
        eta[:6] = [0, 1, 2, 2, 1, 0]  # no training set may lack a class, or no optimum exists
    y = (
        eta
        if family == "multinomial"
        else eta + rng.standard_normal(n)
        if family == "gaussian"
        else (rng.random(n) < 1 / (1 + np.exp(-eta + eta.mean())))
    )
    options: dict[str, Any] = {}
    if name in ("weights", "everything"):
        options["weights"] = rng.uniform(0.2, 3.0, n)
    X: Any = numbers
    if name in ("missing", "everything"):
        numbers = np.where(rng.random((n, p)) < np.where(np.arange(p) < 3, 0.2, 0.0), np.nan, numbers)
    if name in ("missing", "categories", "everything"):
        X = pd.DataFrame(numbers, columns=[f"x{j}" for j in range(p)])
    if name in ("categories", "everything"):
        X["town"] = np.array(["Ghent", "Lille", "Turin"])[town]
        onehot = np.eye(3)[town]
    folds = rng.permutation(np.arange(n) % FOLDS)
    return Case(X, numbers, onehot, y.astype(np.float64), folds, options)


def splits(case: Case) -> list[tuple[np.ndarray, np.ndarray]]:
    """Training and validation rows of each fold, given as labels or as pairs already."""
    if isinstance(case.folds, list):
        return case.folds
    return [(np.flatnonzero(case.folds != k), np.flatnonzero(case.folds == k)) for k in range(FOLDS)]


def prepare(case: Case, train: np.ndarray, w: np.ndarray, center: bool) -> np.ndarray:
    """All rows as the training rows say: gaps filled by their mean, indicators, levels, centred, scaled."""
    known = ~np.isnan(case.numbers)
    filled = np.where(known, case.numbers, 0.0)
    mean = (w[train] @ filled[train]) / (w[train] @ known[train])
    gaps = ~known[:, ~known.all(axis=0)]
    A = np.column_stack([np.where(known, case.numbers, mean), gaps, case.onehot]).astype(np.float64)
    share = w[train] / w[train].sum()
    middle = share @ A[train]
    if case.options.get("standardize", True):
        sd = np.sqrt(share @ (A[train] - middle) ** 2)
        A, middle = A / np.where(sd > 1e-10, sd, np.inf), middle / np.where(sd > 1e-10, sd, np.inf)
    return A - middle if center else A


def closed_form(A: np.ndarray, y: np.ndarray, share: np.ndarray, shrink: np.ndarray) -> np.ndarray:
    """Weighted ridge as least squares with one extra row per coefficient."""
    root = np.sqrt(share)
    stacked = np.vstack([A * root[:, None], np.diag(np.sqrt(shrink))])
    return np.linalg.lstsq(stacked, np.concatenate([y * root, np.zeros(len(shrink))]), rcond=None)[0]


def newton(A: np.ndarray, y: np.ndarray, share: np.ndarray, shrink: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Logistic ridge by Newton's method with step halving, until the gradient is rounding."""

    def value(b: np.ndarray) -> float:
        eta = A @ b + offset
        return float(share @ (np.logaddexp(0.0, eta) - y * eta) + shrink @ b**2 / 2)

    b = np.zeros(A.shape[1])
    for _ in range(200):
        mu = 1.0 / (1.0 + np.exp(-(A @ b + offset)))
        gradient = A.T @ (share * (mu - y)) + shrink * b
        if np.abs(gradient).max() < 1e-13:
            return b
        hessian = (A * (share * mu * (1 - mu))[:, None]).T @ A + np.diag(shrink)
        step, size = np.linalg.lstsq(hessian, gradient, rcond=1e-15)[0], 1.0
        while value(b - size * step) > value(b) + 1e-15 and size > 1e-6:
            size /= 2
        b = b - size * step
    return b


def softmax_newton(A: np.ndarray, y: np.ndarray, share: np.ndarray, shrink: np.ndarray) -> np.ndarray:
    """Multinomial ridge with a column of coefficients for each class, by Newton's method on all of them at once."""
    hot = np.eye(int(y.max()) + 1)[y.astype(int)]
    k, q = hot.shape[1], A.shape[1]

    def value(b: np.ndarray) -> float:
        eta = A @ b
        return float(share @ (logsumexp(eta, axis=1) - (hot * eta).sum(axis=1)) + (shrink @ b**2).sum() / 2)

    b = np.zeros((q, k))
    for _ in range(200):
        mean = softmax(A @ b, axis=1)
        gradient = A.T @ (share[:, None] * (mean - hot)) + shrink[:, None] * b
        if np.abs(gradient).max() < 1e-13:
            return b
        # steps sum to zero over the classes where nothing is penalised, so the ones cost nothing and make it regular
        hessian = np.kron(np.diag(shrink), np.eye(k)) + np.kron(np.diag(shrink == 0.0), np.ones((k, k)))
        for i in range(k):
            for j in range(k):
                weight = share * mean[:, i] * ((i == j) - mean[:, j])
                hessian[i::k, j::k] += (A * weight[:, None]).T @ A
        step, size = np.linalg.solve(hessian, gradient.ravel()).reshape(q, k), 1.0
        while value(b - size * step) > value(b) + 1e-15 and size > 1e-6:
            size /= 2
        b = b - size * step
    return b


def explicit_losses(case: Case, family: str, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Loss of each fold's rows at each lambda (K, L), and the weight of each fold (K,)."""
    n = len(case.y)
    w, offset = case.options.get("weights", np.ones(n)), case.options.get("offset", np.zeros(n))
    intercept = case.options.get("intercept", True)
    pairs = splits(case)
    losses, sizes = np.empty((len(pairs), len(lams))), np.empty(len(pairs))
    for k, (train, held) in enumerate(pairs):
        A = prepare(case, train, w, center=intercept)
        factor = np.asarray(case.options.get("penalty_factor", np.ones(A.shape[1])), np.float64)
        if intercept:
            A, factor = np.column_stack([np.ones(n), A]), np.concatenate([[0.0], factor])
        share = w[train] / w[train].sum()
        for i, lam in enumerate(lams):
            if family == "gaussian":
                eta = A @ closed_form(A[train], (case.y - offset)[train], share, lam * factor) + offset
                rows = (case.y - eta) ** 2 / 2
            elif family == "multinomial":
                eta = A @ softmax_newton(A[train], case.y[train], share, lam * factor)
                rows = logsumexp(eta, axis=1) - eta[np.arange(n), case.y.astype(int)]
            else:
                eta = A @ newton(A[train], case.y[train], share, lam * factor, offset[train]) + offset
                rows = np.logaddexp(0.0, eta) - case.y * eta
            losses[k, i] = w[held] @ rows[held] / w[held].sum()
        sizes[k] = w[held].sum()
    return losses, sizes


def assert_equal_to_loop(case: Case, family: str, lams: np.ndarray = LAMS) -> None:
    cv = rl.cross_validate(case.X, case.y, family=family, folds=case.folds, lams=lams, **case.options)
    losses, sizes = explicit_losses(case, family, lams)
    order = [int(np.flatnonzero(np.asarray(cv.lams) == lam)[0]) for lam in lams]
    np.testing.assert_allclose(np.asarray(cv.losses)[:, order], losses, rtol=1e-8, atol=1e-8)
    mean = sizes @ losses / sizes.sum()
    np.testing.assert_allclose(np.asarray(cv.mean)[order], mean, rtol=1e-8, atol=1e-8)
    assert cv.lam_min == lams[np.argmin(mean)]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("family", FAMILIES)
def test_same_losses_as_the_loop(family, shape, name):
    assert_equal_to_loop(make_case(name, SHAPES[shape], family), family)


@pytest.mark.parametrize("option", ["offset", "penalty_factor", "standardize", "intercept"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("family", FAMILIES)
def test_same_losses_with_options(family, shape, option):
    if (family, option) == ("multinomial", "offset"):
        pytest.skip("an offset says nothing about classes")
    case = make_case("weights", SHAPES[shape], family)
    n, p = case.numbers.shape
    values = {
        "offset": np.sin(np.arange(n)),
        "penalty_factor": np.linspace(0.5, 2.0, p),
        "standardize": False,
        "intercept": False,
    }
    case.options[option] = values[option]
    assert_equal_to_loop(case, family)


@pytest.mark.parametrize("family", FAMILIES)
def test_lambda_zero_in_every_fold(family):
    assert_equal_to_loop(make_case("weights", SHAPES["tall"], family), family, np.array([0.1, 0.0]))


@pytest.mark.parametrize("family", FAMILIES)
def test_never_penalised_column(family):
    case = make_case("plain", SHAPES["tall"], family)
    case.options["penalty_factor"] = np.array([0.0, 1, 1, 1, 1, 1])
    assert_equal_to_loop(case, family, LAMS[LAMS < 100])


@pytest.mark.parametrize("family", FAMILIES)
def test_gaps_that_only_one_fold_has(family):
    # the training set without that fold has an indicator that never varies: it must get 0 there, not blow up
    case = make_case("missing", SHAPES["tall"], family)
    hole = np.isnan(case.numbers[:, 1]) & (case.folds != 2)
    numbers = np.where(np.arange(case.numbers.shape[1]) == 1, np.where(hole[:, None], 1.5, case.numbers), case.numbers)
    frame = pd.DataFrame(numbers, columns=case.X.columns)
    assert_equal_to_loop(Case(frame, numbers, case.onehot, case.y, case.folds), family)


def forward(n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Four stretches of rows, each judged by what lies before it."""
    ends = np.linspace(0, n, 6).astype(int)
    return [(np.arange(ends[k]), np.arange(ends[k], ends[k + 1])) for k in range(1, 5)]


def overlapping(n: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Three random halves, as a shuffle split draws them: rows judged twice, and rows never used."""
    shuffled = [np.random.default_rng(seed).permutation(n) for seed in range(3)]
    return [(np.sort(rows[: n // 2]), np.sort(rows[n // 2 : n // 2 + n // 4])) for rows in shuffled]


@pytest.mark.parametrize("scheme", [forward, overlapping])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("family", FAMILIES)
def test_training_sets_that_are_not_all_but_one_fold(family, shape, scheme):
    case = make_case("everything", SHAPES[shape], family)
    pairs = scheme(len(case.y))
    assert_equal_to_loop(dataclasses.replace(case, folds=pairs), family, LAMS[LAMS > 0.01])


@pytest.mark.parametrize("name", ["plain", "missing"])
@pytest.mark.parametrize("far", [1e4, 1e6])
@pytest.mark.parametrize("family", FAMILIES)
def test_numbers_far_from_zero(family, far, name, request):
    if far == 1e6 and name == "missing":
        # a known limit, see docs/architecture.md: the stored 0 of a gap costs digits beside numbers of this size
        request.applymarker(pytest.mark.xfail(strict=True, reason="gaps are stored as 0, not as the column's mean"))
    # sums of squares would lose the digits of the variance here, and so would a gap kept as 0
    case = make_case(name, SHAPES["tall"], family)
    numbers = case.numbers + far
    frame = pd.DataFrame(numbers, columns=[f"x{j}" for j in range(numbers.shape[1])])
    assert_equal_to_loop(dataclasses.replace(case, X=frame, numbers=numbers), family)


@pytest.mark.parametrize("family", FAMILIES)
def test_labels_of_any_kind(family):
    case = make_case("plain", SHAPES["tall"], family)
    words = np.array(["a", "b", "c", "d", "e"])[case.folds]
    cv = rl.cross_validate(case.X, case.y, family=family, folds=words, lams=LAMS)
    np.testing.assert_allclose(cv.losses, explicit_losses(case, family, LAMS)[0], rtol=1e-8, atol=1e-8)
