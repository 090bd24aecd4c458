"""Debiased intervals: what they are, how often they hold the truth, and where none are given."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.errors import OptionError


def draw(family, n, p, rng, b=None):
    """Correlated features, alternating effects, noise that grows with the first feature."""
    x = rng.standard_normal((n, p)) + 0.7 * rng.standard_normal((n, 1))
    b = np.where(np.arange(p) < p // 2, 0.4, 0.0) * (-1.0) ** np.arange(p)
    eta = x @ b
    if family == "gaussian":
        return x, eta + (0.5 + np.abs(x[:, 0])) * rng.standard_normal(n), b
    return x, rng.poisson(np.exp(eta)) if family == "poisson" else (rng.random(n) < 1 / (1 + np.exp(-eta))) * 1.0, b


@pytest.mark.parametrize(("family", "n", "p"), [("gaussian", 60, 10), ("binomial", 300, 10), ("poisson", 250, 8)])
def test_intervals_cover_92_to_98_percent(family, n, p):
    rng = np.random.default_rng(3)
    held = []
    for _ in range(250):
        x, y, b = draw(family, n, p, rng)
        found = rl.debiased_intervals(x, y, family=family)
        held.append((found.low <= b) & (b <= found.high))
    share = np.mean(held, axis=0)
    assert 0.92 <= share.mean() <= 0.98, share
    assert share.min() >= 0.89, share  # 250 tables: ± 2.8% for a single coefficient


def test_the_estimate_is_least_squares_and_units_do_not_matter():
    x, y, _ = draw("gaussian", 80, 4, np.random.default_rng(0))
    found = rl.debiased_intervals(x, y)
    exact = np.linalg.lstsq(np.column_stack([np.ones(80), x]), y, rcond=None)[0][1:]
    np.testing.assert_allclose(found.coef, exact, rtol=1e-9)
    scaled = rl.debiased_intervals(1000 * x - 5, y)
    np.testing.assert_allclose(scaled.low * 1000, found.low, rtol=1e-8)
    np.testing.assert_allclose(scaled.se * 1000, found.se, rtol=1e-8)


def test_a_wider_level_gives_wider_intervals():
    x, y, _ = draw("gaussian", 80, 4, np.random.default_rng(0))
    narrow, wide = (rl.debiased_intervals(x, y, level=level) for level in (0.8, 0.99))
    assert ((wide.low < narrow.low) & (narrow.high < wide.high)).all()


def test_separated_classes_have_no_intervals():
    x, _, _ = draw("gaussian", 100, 2, np.random.default_rng(0))
    with pytest.raises(OptionError, match="separated"):
        rl.debiased_intervals(x, x[:, 0] > 0, family="binomial")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"family": "multinomial"}, "families gaussian, binomial, poisson"),
        ({"level": 95}, "between 0 and 1"),
        ({"X": np.random.default_rng(0).standard_normal((80, 30))}, "80 rows are too few"),
        ({"X": np.ones((80, 2))}, "column 0 is constant"),
        ({"X": np.repeat(np.random.default_rng(0).standard_normal((80, 1)), 2, axis=1)}, "depend on each other"),
    ],
)
def test_where_they_do_not_exist_the_reason_is_told(change, says):
    x, y, _ = draw("gaussian", 80, 4, np.random.default_rng(0))
    with pytest.raises(OptionError, match=says):
        rl.debiased_intervals(**({"X": x, "y": y} | change))
