"""Products with picked columns equal those with their copies, compiled and in NumPy."""

import numpy as np
import pytest

from ridgeline import kernels
from ridgeline.kernels import backend, picked, plain


@pytest.mark.parametrize("module", [picked, plain], ids=["compiled", "plain"])
@pytest.mark.parametrize("count", [0, 1, 4, 7, 30])
@pytest.mark.parametrize("c", [1, 5])
def test_products_are_those_of_the_columns_themselves(module, count, c, monkeypatch):
    monkeypatch.setattr(backend, "module", lambda _: module)
    rng = np.random.default_rng(count)
    values, at = rng.standard_normal((40, 23)), rng.permutation(40)[:count]
    b, r = rng.standard_normal((count, c)), rng.standard_normal((23, c))
    x = values[at].T
    np.testing.assert_allclose(kernels.add_picked(values, at, b), x @ b, atol=1e-12)
    np.testing.assert_allclose(kernels.dot_picked(values, at, r), x.T @ r, atol=1e-12)


@pytest.mark.parametrize("module", [picked, plain], ids=["compiled", "plain"])
@pytest.mark.parametrize("count", [0, 1, 6])
def test_standardized_copies_are_those_of_the_columns(module, count, monkeypatch):
    monkeypatch.setattr(backend, "module", lambda _: module)
    rng = np.random.default_rng(count)
    values, at, root = rng.standard_normal((40, 23)), rng.permutation(40)[:count], rng.random(23)
    mean, scale = rng.standard_normal((2, count))
    found = kernels.scale_picked(values, at, mean, scale, root)
    np.testing.assert_allclose(found, (((values[at].T - mean) * scale) * root[:, None]).T, atol=1e-13)
