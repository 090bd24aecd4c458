"""The compiled kernel against its NumPy twin, and both against the optimality conditions."""

from __future__ import annotations

import numpy as np
import pytest

from ridgeline import kernels
from ridgeline.kernels import compiled, compiling, plain

KERNELS = {"compiled": compiled.descend, "plain": plain.descend}


def quadratic(n: int, p: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, p)) + rng.standard_normal((n, 3)) @ rng.standard_normal((3, p))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    y = x @ np.where(rng.random(p) < 0.3, rng.standard_normal(p), 0.0) + 2 * rng.standard_normal(n)
    return x.T @ x / n, x.T @ (y - y.mean()) / n


def grid(c: np.ndarray, low: float = 1e-3) -> np.ndarray:
    return np.geomspace(np.abs(c).max() * 1.01, np.abs(c).max() * low, 12)


def violation(gram, c, l1, l2, box, beta) -> float:
    """Largest distance of the gradient from the subdifferential, from its definition."""
    worst = 0.0
    for j, g in enumerate(c - gram @ beta - l2 * beta):
        low = -np.inf if beta[j] <= box[0, j] else l1[j] * (1 if beta[j] > 0 else -1)
        high = np.inf if beta[j] >= box[1, j] else l1[j] * (-1 if beta[j] < 0 else 1)
        worst = max(worst, low - g, g - high)
    return worst


SHAPES = {"tall": (200, 8), "square": (30, 30), "wide": (12, 20)}
BOXES = {"open": (-np.inf, np.inf), "positive": (0.0, np.inf), "narrow": (-0.05, 0.1), "away from 0": (0.02, 0.3)}


@pytest.mark.parametrize("ratio", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("shape", SHAPES)
def test_kernels_meet_the_optimality_conditions_and_agree(shape, box, ratio):
    gram, c = quadratic(*SHAPES[shape])
    p, lams = len(c), grid(c)
    limits = np.repeat(np.array(BOXES[box])[:, None], p, axis=1)
    l1, l2 = np.full(p, ratio), np.full(p, 1.0 - ratio)
    l1[0] = l2[0] = 0.0  # one feature is free
    values = {}
    for name, kernel in KERNELS.items():
        beta, solved = kernel(gram, c, l1, l2, limits, lams, np.zeros(p))
        assert solved.all()
        assert (beta >= limits[0]).all()
        assert (beta <= limits[1]).all()
        worst = [violation(gram, c, lam * l1, lam * l2, limits, b) for lam, b in zip(lams, beta, strict=True)]
        assert max(worst) < 1e-13
        values[name] = [
            b @ gram @ b / 2 - c @ b + lam * (l1 @ np.abs(b) + l2 @ b**2 / 2) for lam, b in zip(lams, beta, strict=True)
        ]
    np.testing.assert_allclose(values["compiled"], values["plain"], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", KERNELS)
def test_copies_of_a_column_share_one_coefficient(name):
    gram, c = quadratic(100, 5)
    order = [0, 1, 1, 2, 3, 4, 4, 4]
    twice, d = gram[np.ix_(order, order)], c[order]
    free = np.array([[-np.inf], [np.inf]])
    beta, solved = KERNELS[name](twice, d, np.ones(8), np.zeros(8), np.repeat(free, 8, 1), grid(c), np.zeros(8))
    once, _ = KERNELS[name](gram, c, np.ones(5), np.zeros(5), np.repeat(free, 5, 1), grid(c), np.zeros(5))
    assert solved.all()
    merged = np.stack([beta[:, np.array(order) == j].sum(axis=1) for j in range(5)], axis=1)
    np.testing.assert_allclose(merged, once, atol=1e-12)


@pytest.mark.parametrize("name", KERNELS)
def test_order_of_lambda_and_start_do_not_matter(name):
    gram, c = quadratic(100, 6)
    box = np.repeat(np.array([[-np.inf], [np.inf]]), 6, 1)
    lams = grid(c)
    down, _ = KERNELS[name](gram, c, np.ones(6), np.zeros(6), box, lams, np.zeros(6))
    up, _ = KERNELS[name](gram, c, np.ones(6), np.zeros(6), box, lams[::-1].copy(), np.full(6, 5.0))
    np.testing.assert_allclose(down, up[::-1], atol=1e-13)
    assert (down[0] == 0).all()  # above lambda_max: exact zeros


def test_where_no_cache_can_be_written_the_kernel_is_compiled_for_this_process(monkeypatch):
    real, asked = compiling.njit, []

    def njit(signature, **options):
        asked.append("cache" in options)
        if "cache" in options:
            raise RuntimeError("cannot cache function: no locator available")
        return real(signature, **options)

    monkeypatch.setattr(compiling, "njit", njit)
    twice = compiling.compiled("float64", "float64", inner=False)(lambda x: x + x)
    assert asked == [True, False]
    assert twice(2.0) == 4.0


@pytest.mark.parametrize("spread", [1.0, 1e5], ids=["like", "unlike"])
def test_many_small_problems_are_solved_as_each_of_them(spread):
    rng = np.random.default_rng(3)
    scale = np.geomspace(1.0, spread, 8)
    made = [quadratic(60, 8, seed) for seed in range(5)]
    grams = np.array([c * np.outer(scale, scale) for c, _ in made])
    linears = np.array([d * scale for _, d in made])
    l1, l2 = 0.1 * rng.random((2, 5, 8)) * scale
    boxes = np.array([BOXES["narrow"], BOXES["open"], BOXES["positive"], BOXES["open"], BOXES["away from 0"]])
    boxes = np.repeat(boxes[:, :, None], 8, axis=2) / scale
    starts = rng.standard_normal((5, 8)) / scale
    found = kernels.descend_each(grams, linears, l1, l2, boxes, starts)
    for k, beta in enumerate(found):
        alone, _ = kernels.descend(grams[k], linears[k], l1[k], l2[k], boxes[k], np.ones(1), starts[k])
        np.testing.assert_allclose(beta * scale, alone[0] * scale, atol=1e-12)
        worst = violation(grams[k], linears[k], l1[k], l2[k], boxes[k], beta)
        assert worst <= 1e-9 * np.abs(linears[k]).max()
    twin, solved = plain.descend_each(grams, linears, l1, l2, boxes, starts)
    if spread == 1.0:
        assert solved.all()
        np.testing.assert_allclose(found, twin, atol=1e-8)
