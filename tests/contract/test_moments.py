"""Merging, leaving out and mapping moments: any cut of the rows gives the moments of all of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ridgeline.errors import DefectError
from ridgeline.moments import Moments, Roots, leave_out, merge_all

forms = pytest.mark.parametrize("form", [Moments, Roots])
seeds = st.integers(0, 2**32 - 1)
cuts = st.lists(st.integers(0, 40), min_size=1, max_size=6)


def rows_of(seed: int, counts: list[int], far: float = 0.0) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    return [(rng.standard_normal((k, 3)) * [1.0, 5.0, 0.1] + far, rng.integers(0, 4, k).astype(float)) for k in counts]


def whole(parts: list) -> tuple[float, np.ndarray, np.ndarray]:
    """Computed in extended precision."""
    z = np.concatenate([p[0] for p in parts]).astype(np.longdouble)
    w = np.concatenate([p[1] for p in parts]).astype(np.longdouble)
    mean = w @ z / w.sum()
    return float(w.sum()), mean, (w[:, None] * (z - mean)).T @ (z - mean)


def agree(moments, parts, digits: float) -> None:
    if sum(p[1].sum() for p in parts) == 0:
        assert moments.weight == 0.0
        return
    weight, mean, scatter = whole(parts)
    assert moments.weight == pytest.approx(weight, rel=1e-14)
    np.testing.assert_allclose(moments.mean, mean.astype(float), rtol=1e-12, atol=1e-12)
    size = np.sqrt(np.outer(np.diag(scatter), np.diag(scatter))).astype(float) + 1e-300
    assert np.max(np.abs(moments.scatter - scatter.astype(float)) / size) < digits


@forms
@given(seed=seeds, counts=cuts)
def test_merge_is_the_whole(form, seed, counts):
    parts = rows_of(seed, counts)
    agree(merge_all([form.of(z, w) for z, w in parts]), parts, 1e-9)


@forms
@given(seed=seeds, counts=st.lists(st.integers(20, 40), min_size=2, max_size=4))
def test_far_from_zero(form, seed, counts):
    parts = rows_of(seed, counts, far=1e6)  # raw sums of squares would keep four digits
    agree(merge_all([form.of(z, w) for z, w in parts]), parts, 1e-7)


@forms
@given(seed=seeds, counts=st.lists(st.integers(0, 20), min_size=2, max_size=6))
def test_leave_out_is_the_others(form, seed, counts):
    parts = rows_of(seed, counts)
    for k, rest in enumerate(leave_out([form.of(z, w) for z, w in parts])):
        agree(rest, parts[:k] + parts[k + 1 :], 1e-9)


@forms
@given(seed=seeds)
def test_a_linear_map_of_moments_is_the_moments_of_the_mapped(form, seed):
    (z, w), a = rows_of(seed, [30])[0], np.random.default_rng(seed).standard_normal((3, 5))
    agree(form.of(z, w).transform(lambda r: r @ a), [(z @ a, w)], 1e-8)


@forms
def test_rows_are_left_alone(form):
    z, w = rows_of(0, [20])[0]
    copy = z.copy()
    form.of(z, w)
    np.testing.assert_array_equal(z, copy)


def test_leave_out_needs_two():
    with pytest.raises(DefectError, match="two cells"):
        leave_out([Moments.empty(2)])
