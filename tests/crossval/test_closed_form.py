"""Leave-one-out and GCV in closed form against explicit loops over rows."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.errors import OptionError

LAMS = np.array([3.0, 0.3, 0.02, 1e-3])


def make(n, p, seed=0, gaps=False):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, p)) * np.exp(rng.standard_normal(p)) + 3 * rng.standard_normal(p)
    return x, x[:, :3] @ [1.0, -2.0, 0.5] + rng.standard_normal(n) + 5


def loop(x, y, w, lams, factors, intercept, standardize=True):
    """Fit n models with the scales of all rows, and the penalty's weight beside the sum of losses."""
    total = w.sum()
    mean = w @ x / total
    sd = np.sqrt(w @ (x - mean) ** 2 / total) if standardize else np.ones(x.shape[1])
    f = (x - mean) / sd if intercept else x / sd
    losses = np.zeros(len(lams))
    for i in np.flatnonzero(w > 0):
        rest = np.arange(len(y)) != i
        here = lams * total / w[rest].sum()
        path = rl.fit_path(
            f[rest], y[rest], lams=here, weights=w[rest], penalty_factor=factors, standardize=False, intercept=intercept
        )
        losses += 0.5 * w[i] * (y[i] - path.coef @ f[i] - path.intercept) ** 2
    return losses / total


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("case", ["plain", "weighted", "factors", "free", "wide", "raw"])
def test_leave_one_out_equals_a_loop_over_rows(case, intercept):
    n, p = (25, 40) if case == "wide" else (40, 6)
    x, y = make(n, p)
    w = np.random.default_rng(1).integers(0, 4, n).astype(float) if case == "weighted" else np.ones(n)
    factors = np.ones(p)
    if case == "factors":
        factors[1], factors[2] = 3.0, np.inf
    if case == "free":
        factors[0] = 0.0
    raw = {"standardize": False} if case == "raw" else {}
    cv = rl.cross_validate(x, y, lams=LAMS, weights=w, penalty_factor=factors, intercept=intercept, **raw)
    expected = loop(x, y, w, LAMS, factors, intercept, standardize=case != "raw")
    np.testing.assert_allclose(cv.loo, expected, rtol=1e-8)
    assert cv.index("loo") == np.argmin(expected)


def test_generalized_cross_validation_by_the_hat_matrix():
    x, y = make(50, 5)
    cv = rl.cross_validate(x, y, lams=LAMS)
    f = (x - x.mean(axis=0)) / x.std(axis=0)
    for i, lam in enumerate(LAMS):
        hat = f @ np.linalg.solve(f.T @ f + 50 * lam * np.eye(5), f.T) + 1 / 50
        residual = y - hat @ y
        assert cv.gcv[i] == pytest.approx(0.5 * np.mean(residual**2) / (1 - np.trace(hat) / 50) ** 2, rel=1e-10)
    assert cv.index("gcv") == np.argmin(cv.gcv)


def test_missing_cells_and_levels_keep_the_fills_of_all_rows():
    pd = pytest.importorskip("pandas")
    x, y = make(30, 3)
    frame = pd.DataFrame(x, columns=list("abc"))
    frame.loc[[3, 8], "b"] = np.nan
    frame["d"] = np.random.default_rng(2).choice(["u", "v", "w"], 30)
    filled = pd.concat(
        [
            frame[list("abc")].fillna(frame[["b"]].mean()),
            frame[["b"]].isna().astype(float),
            pd.get_dummies(frame["d"], dtype=float),
        ],
        axis=1,
    ).to_numpy()
    cv = rl.cross_validate(frame, y, lams=LAMS)
    np.testing.assert_allclose(cv.loo, loop(filled, y, np.ones(30), LAMS, np.ones(7), True), rtol=1e-8)


def test_a_row_that_decides_its_own_prediction_has_no_leave_one_out():
    x, y = make(20, 30)
    cv = rl.cross_validate(x, y, lams=[1.0, 0.0])
    assert np.isfinite(cv.loo[0])
    assert np.isinf(cv.loo[1])
    assert cv.index("loo") == 0


def test_other_families_say_that_there_is_no_closed_form():
    x, y = make(40, 3)
    cv = rl.cross_validate(x, (y > y.mean()).astype(float), family="binomial", lams=LAMS)
    with pytest.raises(OptionError, match="gaussian family only"):
        cv.index("loo")
