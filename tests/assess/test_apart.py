"""Intervals of differences and ratios of two shares against published ones and limiting cases."""

import math

import pytest

from ridgeline.assess.apart import difference, ratio
from ridgeline.assess.intervals import wilson


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [  # Newcombe (1998), Statistics in Medicine 17: 873-890, table II, method 10
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_differences_are_newcombes(first, second, expected):
    a, b = (hits / rows for hits, rows in (first, second))
    assert difference(a, wilson(a, first[1]), b, wilson(b, second[1])) == pytest.approx(expected, abs=1e-4)


def test_a_ratio_to_a_known_number_is_scaled():
    assert ratio(0.2, (0.1, 0.4), 0.5, (0.5, 0.5)) == pytest.approx((0.2, 0.8))
    assert ratio(0.2, (0.2, 0.2), 0.5, (0.4, 0.8)) == pytest.approx((0.25, 0.5))


def test_a_ratio_to_what_may_be_nothing_has_no_upper_end():
    assert ratio(0.0, (0.0, 0.2), 0.5, (0.0, 0.9)) == (0.0, math.inf)
