"""Distinct values and their numbers."""

import numpy as np
import pytest

from ridgeline.crossval.partition import codes_of


@pytest.mark.parametrize(
    "values",
    [
        np.array([3, 1, 3, 2, 1]),
        np.array([127, -128, 127, 0], dtype=np.int8),
        np.array([2**64 - 1, 2**64 - 2, 2**64 - 1], dtype=np.uint64),
        np.array([-5, -5, -7], dtype=np.int64),
        np.array([10**9, 0, 10**9]),
        np.array([4], dtype=np.uint8),
        np.array([], dtype=np.int64),
        np.array([0.5, 0.25, 0.5]),
        np.array(["b", "a", "b"]),
    ],
)
def test_distinct_values_are_numbered_as_they_appear(values):
    codes, names = codes_of(values)
    assert names == list(dict.fromkeys(values.tolist()))
    assert [names[code] for code in codes] == values.tolist()
    assert codes.dtype == np.intp
