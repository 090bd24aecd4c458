"""Numbers that cannot be computed with: their squares, which every fit sums up, leave the range of doubles."""

from __future__ import annotations

import numpy as np

from ridgeline.errors import DataError, InputError

__all__ = ["LARGEST", "SMALLEST", "extreme", "refuse_extreme"]

LARGEST, SMALLEST = np.float64(1e151), np.float64(1e-151)  # NumPy's, lest they become float32


def extreme(values: np.ndarray) -> tuple[int, str] | None:
    """Return the first place at fault and what is wrong there; None where squares of these numbers can be summed.

    One number may be too large; all of them together, zeros apart, may be too small.

    Parameters
    ----------
    values : ndarray of shape (n,)
        NaN where missing; none infinite.

    Examples
    --------
    >>> import numpy as np
    >>> extreme(np.array([0.0, 1e-300, 1.0])), extreme(np.array([0.0, 1e200]))
    (None, (1, '1e+200, too large'))
    """
    if values.dtype.kind != "f" or not len(values):
        return None
    largest = np.float64(max(np.fmax.reduce(values), -np.fmin.reduce(values)))
    if largest > LARGEST:
        row, how = int(np.argmax(np.abs(values) > LARGEST)), "large"
    elif 0 < largest < SMALLEST:
        row, how = int(np.argmax(np.abs(values) > 0)), "small"
    else:
        return None
    return row, f"{values[row]:.6g}, too {how}"


def refuse_extreme(
    where: str, values: np.ndarray, error: type[InputError] = DataError, rows: np.ndarray | None = None
) -> None:
    """Raise an error that names the row and the remedy, where `extreme` finds fault.

    Parameters
    ----------
    where : str
        Table and column.
    values : ndarray of shape (n,)
    error : type, default DataError
    rows : ndarray of shape (n,), optional
        Where the values stand in the table, counted from 0, if not from its start.
    """
    if found := extreme(values):
        row = found[0] if rows is None else int(rows[found[0]])
        raise error(
            f"{where} is {found[1]} to compute with, in row {row + 1}: write it in another unit, or leave that row out."
        )
