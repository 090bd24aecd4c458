"""Triangles give back what was laid into them, compiled and in NumPy."""

import numpy as np
import pytest

from ridgeline import kernels
from ridgeline.kernels import backend, plain, triangle


@pytest.mark.parametrize("module", [triangle, plain], ids=["compiled", "plain"])
def test_rows_laid_one_after_another_are_the_whole_matrix(module, monkeypatch):
    monkeypatch.setattr(backend, "module", lambda _: module)
    x = np.random.default_rng(0).standard_normal((9, 7))
    gram, laid = x.T @ x, np.full(40, -1.0)
    kernels.lay_rows(laid, gram[:3])
    kernels.lay_rows(laid, gram[3:], 3)
    np.testing.assert_array_equal(laid, np.append(gram[np.tril_indices(7)], np.full(12, -1.0)))
    for at in (np.arange(7), np.array([1, 4, 6]), np.empty(0, dtype=np.int64)):
        cut = np.empty(len(at) * (len(at) + 1) // 2)
        kernels.cut_triangle(laid, at, cut)
        np.testing.assert_array_equal(cut, gram[np.ix_(at, at)][np.tril_indices(len(at))])
        own = laid.copy()
        kernels.cut_triangle(own, at, own)
        np.testing.assert_array_equal(own[: len(cut)], cut)
