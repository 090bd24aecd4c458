"""A column that no penalty holds and that tells rows of one outcome apart: there is no optimum, whatever lambda is."""

import numpy as np
import pytest

import ridgeline as rl


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("family", ["binomial", "poisson", "multinomial"])
@pytest.mark.parametrize("p", [5, 60])
def test_separation_by_a_free_column_is_told(p, family, l1_ratio):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((40, p))
    x[:, 0] = np.arange(40) < 8
    y = {"binomial": rng.random(40) < 0.5, "poisson": rng.poisson(1.5, 40), "multinomial": np.arange(40) % 3}[family]
    apart, together = y.astype(float), y.astype(float)
    apart[:8], together[:8] = 0.0, np.arange(8) % (3 if family == "multinomial" else 2)
    options = {"family": family, "l1_ratio": l1_ratio, "lams": [0.2, 0.1], "penalty_factor": [0.0] + [1.0] * (p - 1)}
    assert [s.name for s in rl.fit_path(x, apart, **options).status] == ["SEPARATED"] * 2
    assert [s.name for s in rl.fit_path(x, together, **options).status] == ["SOLVED"] * 2
