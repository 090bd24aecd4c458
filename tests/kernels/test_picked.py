"""Products with picked columns equal those with their copies, compiled and in NumPy."""

import numpy as np
import pytest

from ridgeline import kernels
from ridgeline.kernels import picked, plain


@pytest.fixture(params=[picked, plain], ids=["compiled", "plain"], autouse=True)
def module(request, monkeypatch):
    monkeypatch.setattr(kernels, "_module", lambda name: request.param)


@pytest.mark.parametrize("count", [0, 1, 4, 7, 30])
@pytest.mark.parametrize("c", [1, 5])
def test_products_are_those_of_the_columns_themselves(count, c):
    rng = np.random.default_rng(count)
    values, at = rng.standard_normal((40, 23)), rng.permutation(40)[:count]
    b, r, constant = rng.standard_normal((count, c)), rng.standard_normal((23, c)), rng.standard_normal(c)
    x = values[at].T
    np.testing.assert_allclose(kernels.add_picked(values, at, b, constant), x @ b + constant, atol=1e-12)
    np.testing.assert_allclose(kernels.dot_picked(values, at, r), x.T @ r, atol=1e-12)


def test_copies_are_standardized_and_weighed():
    rng = np.random.default_rng(0)
    values, at, root = rng.standard_normal((9, 6)), np.array([7, 0, 3]), rng.random(6)
    mean, scale = rng.standard_normal(3), rng.random(3)
    expected = (values[at].T - mean) * scale * root[:, None]
    np.testing.assert_allclose(kernels.copy_picked(values, at, mean, scale, root), expected.T, atol=1e-14)
