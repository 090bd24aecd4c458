"""The λ that inner folds choose is the one that cross-validation of the remaining rows chooses."""

import numpy as np
import pytest

import ridgeline as rl


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
@pytest.mark.parametrize("sizes", ["equal", "unequal"])
def test_inner_folds_weigh_what_their_rows_weigh(sizes, l1_ratio):
    lams, different = np.geomspace(1, 1e-3, 15), 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        x, n = rng.standard_normal((60, 3)), 60
        y, weights = 0.4 * x[:, 0] + rng.standard_normal(n), rng.integers(1, 5, n) * 1.0
        folds = np.arange(n) % 3 if sizes == "equal" else np.minimum(np.arange(n) // 9, 2)
        options = {"lams": lams, "l1_ratio": l1_ratio}
        nested = rl.cross_validate(x, y, folds=folds, weights=weights, nested=True, **options)
        for k in range(3):
            rest = folds != k
            own = rl.cross_validate(x[rest], y[rest], folds=folds[rest], weights=weights[rest], **options)
            assert nested.nested_lams[k] == own.lam_min
            different += lams[own.losses.mean(axis=0).argmin()] != own.lam_min
    assert different > 0  # else the weights would not have mattered
