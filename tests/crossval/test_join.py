"""Two cross-validations joined are one over all λ."""

import numpy as np

import ridgeline as rl
from ridgeline.crossval.join import join


def test_joined_is_as_if_all_lambdas_had_been_asked_for():
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 4)) * [1.0, 10.0, 0.1, 5.0]
    y = x[:, 0] + random.normal(size=60)
    first, second, whole = (
        rl.cross_validate(x, y, folds=5, lams=lams) for lams in ([1.0, 0.01], [0.1], [1.0, 0.1, 0.01])
    )
    joined = join(first, second)
    assert joined is not None
    assert np.array_equal(joined.lams, whole.lams)
    for name in ("coef", "std_coef", "intercept", "df"):
        assert np.allclose(getattr(joined.path, name), getattr(whole.path, name), rtol=1e-9), name
    assert np.allclose(joined.mean, whole.mean)
