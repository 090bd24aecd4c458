"""A fit with an offset: the page's formula and its baseline have it."""

import re

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.report import render


def page(offset):
    rng = np.random.default_rng(0)
    x, exposure = rng.standard_normal(80), rng.uniform(0.0, 2.0, 80)
    table = {"x": x, "log <years>": exposure, "y": rng.poisson(np.exp(0.5 * x + exposure))}
    options = {"offset": "log <years>"} if offset else {"drop": ["log <years>"]}
    return render(rl.fit(table, target="y", family="poisson", folds=2, lam=0.1, **options).facts)


@pytest.mark.parametrize("offset", [True, False])
def test_formula_and_baseline_name_the_offset(offset):
    text = " ".join(re.sub(r"<[^>]*>", "", page(offset)).split())
    assert ("b₀ + oᵢ + xᵢ·b)" in text) is offset
    assert ("oᵢ the offset (log &lt;years&gt;), whose coefficient is 1" in text) is offset
    assert ("Baseline: no features, but the offset log &lt;years&gt;." in text) is offset
    assert ("b₀ + xᵢ·b)" in text) is ("Baseline: no features. " in text) is not offset
