"""Nearly dependent columns and almost no penalty: tried again before the accuracy is reported as missed."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest

import ridgeline as rl
from ridgeline import path as path_module

LAMS = [1e-12, 1e-14]


def dependent(family: str, n: int = 40, size: float = 1e-6) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal(n)
    X = np.column_stack([x, x + size * rng.standard_normal(n)])
    target = {
        "gaussian": lambda: x + rng.standard_normal(n),
        "binomial": lambda: (x + rng.logistic(size=n) > 0).astype(float),
        "poisson": lambda: rng.poisson(np.exp(x / 2)).astype(float),
        "gamma": lambda: np.exp(x / 2) * rng.gamma(2.0, 0.5, n),
    }[family]()
    return X, target


def exact(X, y, family: str, lam: float) -> float:
    """The optimum by Newton's method with 60 digits, on columns scaled to unit variance."""
    with localcontext() as context:
        context.prec = 60
        n, m = len(y), X.shape[1] + 1
        columns = [[Decimal(float(v)) for v in column] for column in X.T]
        columns = [[v - sum(c) / n for v in c] for c in columns]
        columns = [[v / (sum(u * u for u in c) / n).sqrt() for v in c] for c in columns]
        rows = [[Decimal(1), *(c[i] for c in columns)] for i in range(n)]
        ridge = [Decimal(0)] + [Decimal(lam)] * (m - 1)
        t, target = [Decimal(0)] * m, [Decimal(float(v)) for v in y]
        for _ in range(40):
            eta = [sum(a * b for a, b in zip(row, t, strict=True)) for row in rows]
            parts = [(row, *pointwise(family, v, e)) for row, v, e in zip(rows, target, eta, strict=True)]
            value = sum(p[1] for p in parts) / n + sum(r * v * v for r, v in zip(ridge, t, strict=True)) / 2
            g = [sum(p[2] * p[0][j] for p in parts) / n + ridge[j] * t[j] for j in range(m)]
            h = [[sum(p[3] * p[0][j] * p[0][k] for p in parts) / n for k in range(m)] for j in range(m)]
            h = [[v + ridge[j] * (j == k) for k, v in enumerate(row)] for j, row in enumerate(h)]
            step = solved(h, g)
            t = [v - d for v, d in zip(t, step, strict=True)]
            if max(abs(d) for d in step) < Decimal("1e-30"):
                break
        return float(value)


def solved(h: list[list[Decimal]], g: list[Decimal]) -> list[Decimal]:
    """Gaussian elimination of a positive definite system."""
    m, rows = len(g), [[*row, v] for row, v in zip(h, g, strict=True)]
    for j in range(m):
        rows[j] = [v / rows[j][j] for v in rows[j]]
        for i in range(m):
            if i != j:
                rows[i] = [v - rows[i][j] * w for v, w in zip(rows[i], rows[j], strict=True)]
    return [row[m] for row in rows]


def pointwise(family: str, y: Decimal, eta: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    """Loss, slope and curvature."""
    if family == "gaussian":
        return (y - eta) ** 2 / 2, eta - y, Decimal(1)
    mean = eta.exp()
    if family == "binomial":
        share = mean / (1 + mean)
        return (1 + mean).ln() - y * eta, share - y, share * (1 - share)
    return (mean - y * eta, mean - y, mean) if family == "poisson" else (y / mean + eta, 1 - y / mean, y / mean)


@pytest.mark.parametrize("family", ["gaussian", "binomial", "poisson", "gamma"])
@pytest.mark.parametrize("size", [1e-6, 1e-7])
def test_solved_and_certified_where_one_column_is_almost_another(family, size):
    X, y = dependent(family, size=size)
    for path in (
        rl.fit_path(X, y, family=family, lams=LAMS),
        rl.cross_validate(X, y, family=family, lams=LAMS, folds=3).path,
    ):
        assert {s.name for s in path.status} == {"SOLVED"}
        for lam, found in zip(LAMS, path.certificates, strict=True):
            best = exact(X, y, family, lam)
            # standardizing rounds each column by 1e-16 of it, and their difference is but 1e-7 of them
            assert found.objective - best <= found.gap + 1e-10
            assert found.objective == pytest.approx(best, abs=1e-10)


def test_without_the_second_try_it_would_be_missed(monkeypatch):
    X, y = dependent("poisson", size=1e-7)
    assert {s.name for s in rl.fit_path(X, y, family="poisson", lams=LAMS).status} == {"SOLVED"}
    monkeypatch.setattr(path_module, "affordable", lambda *_: False)
    assert "MISSED" in {s.name for s in rl.fit_path(X, y, family="poisson", lams=LAMS).status}


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_the_sharper_certificate_bounds_the_distance_of_any_point(family):
    from ridgeline.inputs import problem_of
    from ridgeline.problem_near import certify_near
    from ridgeline.solvers.scales import learn_standard

    X, y = dependent(family, size=1e-3)
    problem, _ = problem_of(X, y, family=family)
    standard = learn_standard(problem)
    best = exact(X, y, family, 1e-8)
    path = rl.fit_path(X, y, family=family, lams=[1e-8])
    rng = np.random.default_rng(0)
    for size in (0.0, 1e-8, 1e-4, 1e-2):
        beta = path.std_coef[0] + size * rng.standard_normal(2)
        found = certify_near(problem, standard, beta, path.intercept[0] + path.coef[0] @ X.mean(axis=0), 1e-8)
        assert found.gap >= found.objective - best - 1e-14
        assert found.gap < 1e-13 + 10 * size
