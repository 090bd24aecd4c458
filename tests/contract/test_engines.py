"""Engines: what they are told."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.engines import Local
from ridgeline.errors import OptionError


@pytest.mark.parametrize("threads", [0, -2, 1.5, "a", [2], True])
def test_numbers_of_threads_that_make_no_sense(threads):
    with pytest.raises(OptionError, match="threads must be a whole number of at least 1, or -1 for all cores; it is"):
        Local(threads)
    with pytest.raises(OptionError, match="threads must be"):
        rl.PenalizedRegressor(lam=0.1, n_threads=threads).fit(np.eye(4), np.arange(4.0))


@pytest.mark.parametrize(("threads", "read"), [(None, None), (-1, None), (np.int64(3), 3)])
def test_numbers_of_threads(threads, read):
    assert Local(threads).threads == read
    assert Local(threads).map(abs, range(-5, 0)) == [5, 4, 3, 2, 1]
