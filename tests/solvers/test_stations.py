"""A small λ by itself is solved as well as at the end of a path."""

import numpy as np
import pytest
from scipy import sparse

import ridgeline as rl
from ridgeline.solvers import choose
from ridgeline.solvers.stations import stations


@pytest.mark.parametrize("route", ["screen", "sparse"])
@pytest.mark.parametrize("family", ["gaussian", "poisson"])
@pytest.mark.parametrize("lams", [[4e-5], [0.5, 4e-5]], ids=["alone", "after a jump"])
def test_a_small_lambda_needs_no_path_from_its_user(family, lams, route, monkeypatch):
    monkeypatch.setattr(choose, "_KEPT_SPARSE", 0.0)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x = np.where(rng.random((20, 300)) < 0.15, 1.0, 0.0)
        y = rng.poisson(np.exp(rng.standard_normal(20) * 1.3)).astype(float)
        y[0] = 20.0
        x = sparse.csc_matrix(x) if route == "sparse" else x
        options = {"family": family, "l1_ratio": 1.0, "standardize": False}
        one = rl.fit_path(x, y, lams=lams, **options)
        many = rl.fit_path(x, y, lams=np.geomspace(0.5, 4e-5, 30), **options)
        assert one.coef.shape == (len(lams), 300)
        assert one.certificates[-1].relative_gap < 1e-8
        assert one.certificates[-1].objective == pytest.approx(many.certificates[-1].objective, abs=1e-8)


def test_stations_lie_between_and_what_is_asked_for_stays():
    every, asked = stations(100.0, np.array([50.0, 50.0, 1.0, 0.0]))
    assert every[asked].tolist() == [50.0, 50.0, 1.0, 0.0]
    assert (np.diff(every) <= 0).all()
    assert (every[1:-1] / every[:-2] >= 1 / 3 - 1e-12).all()
    same, all_asked = stations(1.0, np.array([2.0, 1.0, 0.9]))
    assert same.tolist() == [2.0, 1.0, 0.9]
    assert all_asked.all()
    assert stations(0.0, np.array([1.0]))[0].tolist() == [1.0]
