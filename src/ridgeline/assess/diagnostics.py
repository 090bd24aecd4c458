"""Small measurements for the checks that need predictions rather than metrics."""

from __future__ import annotations

import numpy as np

from ridgeline.assess.predictions import Predictions

__all__ = ["neighbours", "serial_correlation"]


def serial_correlation(validation: Predictions) -> float | None:
    """Correlate the out-of-fold residuals of rows that are neighbours in the table but judged by different folds.

    Near 0 when the order of rows means nothing; clearly above when rows are ordered by time, place or group, which
    shuffled folds cannot see.

    Parameters
    ----------
    validation : Predictions
        Of the chosen model; several repeats are averaged.

    Returns
    -------
    float or None
        None with fewer than 20 neighbours or constant residuals, and for more than two classes.

    Examples
    --------
    >>> rows = np.arange(100)
    >>> waves = Predictions("chosen", "validation", rows, rows % 5, np.sin(rows / 9.0), np.zeros(100))
    >>> round(serial_correlation(waves), 2)
    0.99
    """
    first, second = _neighbours(validation)
    if len(first) < 20 or not np.isfinite([first, second]).all() or first.std() == 0 or second.std() == 0:
        return None
    return float(np.corrcoef(first, second)[0, 1])


def neighbours(validation: Predictions) -> int:
    """Count the pairs of rows that `serial_correlation` is taken from."""
    return len(_neighbours(validation)[0])


def _neighbours(validation: Predictions) -> tuple[np.ndarray, np.ndarray]:
    """Return residuals of rows and of the rows after them, in another fold: those of the same one were not learned."""
    if np.ndim(validation.mean) != 1:
        return np.empty(0), np.empty(0)
    rows, at, inverse = np.unique(validation.rows, return_index=True, return_inverse=True)
    errors = np.bincount(inverse, weights=validation.actual - validation.mean) / np.bincount(inverse)
    fold = validation.fold[at]
    chosen = (np.diff(rows) == 1) & ((fold[1:] != fold[:-1]) | (fold[1:] < 0))
    return errors[:-1][chosen], errors[1:][chosen]
