"""λ on the way to those that are asked for: solvers that go down a path by small steps would fall where it jumps."""

from __future__ import annotations

import numpy as np

__all__ = ["stations"]

_STEP = 3.0  # largest ratio of neighbours
_END = 1e-6  # share of the strongest λ, below which a jump is no harder than any other


def stations(strongest: float, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put λ between the strongest, where everything is 0, and those asked for, where neighbours are far apart.

    Parameters
    ----------
    strongest : float
    lams : ndarray of shape (L,)
        Decreasing.

    Returns
    -------
    every : ndarray of shape (L + inserted,)
        Decreasing.
    asked : ndarray of bool, of the same shape

    Examples
    --------
    >>> every, asked = stations(8.0, np.array([4.0, 1.0]))
    >>> every.tolist(), asked.tolist()
    ([4.0, 2.0, 1.0], [True, False, True])
    """
    every: list[float] = []
    asked: list[bool] = []
    before = strongest
    for lam in lams.tolist():
        end = max(lam, _END * strongest)
        if before > end:
            between = max(0, int(np.ceil(np.log(before / end) / np.log(_STEP))) - 1)
            every += np.geomspace(before, end, between + 2)[1:-1].tolist()
            asked += [False] * between
            before = end
        every.append(lam)
        asked.append(True)
    return np.array(every), np.array(asked, dtype=bool)
