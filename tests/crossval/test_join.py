"""Two cross-validations of the same folds, joined, are the one of all their λ."""

import numpy as np

import ridgeline as rl
from ridgeline.crossval.join import join


def test_joined_is_as_solved_at_once():
    random = np.random.default_rng(0)
    x = random.normal(size=(60, 3)) * [1.0, 5.0, 0.1]
    y = x[:, 0] + random.normal(size=60)
    lams = np.array([3.0, 1.0, 0.3, 0.1])
    one, other, both = (rl.cross_validate(x, y, lams=at) for at in (lams[::2], lams[1::2], lams))
    joined = join(one, other)
    assert joined is not None
    assert joined.lams.tolist() == lams.tolist()
    assert np.allclose(joined.path.coef, both.path.coef, rtol=1e-9)
    assert np.allclose(joined.path.std_coef, both.path.std_coef, rtol=1e-9)
    assert np.allclose(joined.path.intercept, both.path.intercept, rtol=1e-9)
    assert np.allclose(joined.mean, both.mean, rtol=1e-9)
