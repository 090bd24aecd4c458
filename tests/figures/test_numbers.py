import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ridgeline.figures.numbers import count, interval, is_number, number, percent, rounded, signed


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"),
        (math.nan, "—"),
        (math.inf, "—"),
        ("0.3", "—"),
        (True, "—"),
        (0, "0"),
        (-0.0, "0"),
        (0.98712, "0.987"),
        (1.0, "1.000"),
        (1.0625, "1.063"),
        (53.6, "53.60"),
        (53482.3, "53,482"),
        (1e6, "1.00×10⁶"),
        (-0.0000123, "−1.23×10⁻⁵"),
        (0.0001, "0.000100"),
        (np.float64(0.5), "0.500"),
        (np.int32(7), "7.000"),
    ],
)
def test_numbers_are_written_for_people(value, text):
    assert number(value) == text


def test_places_overrule_the_size():
    assert number(277, 0) == "277"
    assert number(-0.0004, 3) == "0.000"
    assert number(-1e14, 1) == "−100,000,000,000,000.0"


@pytest.mark.parametrize("value", [1e15, 2.5e28, 1e300])
def test_huge_numbers_are_powers_whatever_the_places(value):
    assert "×10" in number(value, 3)
    assert interval(1.0, value).endswith(number(value))
    assert percent(value).endswith("%")


def test_signs():
    assert [signed(v) for v in (0.5, -0.5, 0.0, None)] == ["+0.500", "−0.500", "0", "—"]
    assert signed(0.0004, 3) == "0.000"


def test_intervals_share_their_decimals():
    assert interval(0.9, 1.04) == "0.900–1.040"
    assert interval(-0.02, 0.5, 2) == "−0.02 to 0.50"
    assert interval(None, 0.5) == ""


def test_counts_and_shares():
    assert count(1, "row") == "1 row"
    assert count(1200, "row") == "1,200 rows"
    assert count(None, "row") == "— rows"
    assert percent(0.1234) == "12.3%"
    assert percent(None) == "—"


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_rounding_keeps_six_digits_or_says_none(value):
    short = rounded(value)
    if is_number(value):
        assert math.isclose(short, value, rel_tol=1e-5)
    else:
        assert short is None
