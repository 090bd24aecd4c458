"""Intervals for metrics: a percentile bootstrap over rows, or over groups of rows.

A *unit* is a row, or a whole group when rows come in groups. A resample draws units with replacement, as many as there
are; a metric of the resample is the metric of the same predictions with each unit weighted by how often it was drawn.
All models and metrics of a split see the same resamples, and so do training and validation, which share rows: a
difference between two of them is paired.

What makes it fast without changing what is estimated:

- metrics are functions of weighted sums, so 1000 resamples are one matrix product (`ridgeline.assess.metrics`);
- more than 2000 units are first put at random into 2000 blocks of equal size, and blocks are resampled. The variance
  of a sum over random blocks has the same expectation as over rows; what is lost is precision of the interval's own
  width, about 1 / √(2 · 2000) = 1.6%;
- ranking metrics are exact up to 1000 rows and linearised above (`ridgeline.assess.ranking`).

The interval tells how much the number would move with other rows of the same kind; it does not contain what would
change had the model been trained on other rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.assess import metrics
from ridgeline.assess.ranking import (
    Order,
    auc_terms,
    precision_terms,
    projected_auc,
    projected_precision,
)

__all__ = ["LEVEL", "REPLICATES", "Resamples", "draw", "interval", "measure", "number_units", "wilson"]

LEVEL = 0.95
REPLICATES = 1000
MAX_BLOCKS = 2000  # units resampled one by one; more are pooled
EXACT_ROWS = 1000  # rows (times classes) up to which ranking is recomputed in every resample
MIN_UNITS = 10  # with fewer rows or groups no interval is given
MIN_DEFINED = 0.8  # share of resamples in which a metric must be defined for an interval
_Z2 = 3.841458820694124  # square of the normal quantile that leaves 2.5% on each side


@dataclass(frozen=True, eq=False)
class Resamples:
    """How often each block of units is drawn in each resample.

    Attributes
    ----------
    counts : ndarray of shape (1 + replicates, blocks), float64
        The first row is all ones: the sample itself.
    block : ndarray of shape (units,), intp
        The block of each unit.
    """

    counts: np.ndarray
    block: np.ndarray


def number_units(keys: list[np.ndarray]) -> tuple[list[np.ndarray], int]:
    """Give numbers to the units of several sets of predictions together.

    Parameters
    ----------
    keys : list of ndarray
        Row position (whole numbers) or group of every prediction, one array for each split.

    Returns
    -------
    units : list of ndarray of intp
        The same, as numbers 0 … count - 1.
    count : int
    """
    together = np.concatenate(keys)
    if np.issubdtype(together.dtype, np.integer) and together.min() >= 0 and together.max() < 8 * len(together):
        present = np.zeros(int(together.max()) + 1, dtype=bool)
        present[together] = True
        number = np.cumsum(present) - 1
        return [number[key] for key in keys], int(present.sum())
    names, inverse = np.unique(together, return_inverse=True)
    ends = np.cumsum([len(key) for key in keys])[:-1]
    return np.split(inverse.ravel(), ends), len(names)


def draw(units: int, *seed: int) -> Resamples:
    """Draw the resamples of a number of units.

    Examples
    --------
    >>> draws = draw(30, 0)
    >>> draws.counts.shape, float(draws.counts[5].sum())
    ((1001, 30), 30.0)
    """
    source = np.random.PCG64(np.random.SeedSequence(seed))
    block, blocks = np.arange(units), units
    if units > MAX_BLOCKS:
        blocks = MAX_BLOCKS
        block = np.empty(units, dtype=np.intp)
        block[np.argsort(source.random_raw(units), kind="stable")] = np.arange(units) % blocks
    # High bits times the number of blocks: uniform to within 1e-6, and the same in every release of NumPy.
    bits = source.random_raw(REPLICATES * blocks).reshape(REPLICATES, blocks)
    drawn = ((bits >> np.uint64(32)) * np.uint64(blocks)) >> np.uint64(32)
    flat = drawn.astype(np.intp) + np.arange(REPLICATES)[:, None] * blocks
    counts = np.bincount(flat.ravel(), minlength=REPLICATES * blocks).reshape(REPLICATES, blocks)
    return Resamples(np.vstack([np.ones(blocks), counts]), block)


def measure(
    data: tuple[np.ndarray, np.ndarray, np.ndarray], task: str, unit: np.ndarray, resamples: Resamples, ties: bool
) -> dict[str, np.ndarray]:
    """Compute every metric in every resample.

    Parameters
    ----------
    data : tuple of (actual, mean, weight)
        As in `ridgeline.assess.metrics.score`.
    task : str
        As there.
    unit : ndarray of shape (m,), intp
        Unit of each row.
    resamples : Resamples
        From `draw`.
    ties : bool
        Treat all rows as tied for the ranking metrics. For the model without features, unless an offset tells rows
        apart: its predictions differ between folds, but not for a reason it could claim.

    Returns
    -------
    dict of str to ndarray of shape (1 + replicates,)
        The first value is that of the sample itself; NaN where not defined.
    """
    actual, mean, weight = data
    if not np.isfinite(mean).all():
        return {name: np.full(len(resamples.counts), np.nan) for name in metrics.METRICS[task]}
    block = resamples.block[unit]
    values = metrics.from_sums(task, _pooled(metrics.row_terms(task, actual, mean, weight), block, resamples))
    if task == "binary":
        score = np.zeros(len(actual)) if ties else mean
        values["roc_auc"], values["average_precision"] = _ranked(Order(score, actual == 1), weight, block, resamples)
    elif task == "multiclass":
        values["roc_auc"], values["average_precision"] = _one_against_rest(data, block, resamples, ties)
    return {name: values[name] for name in metrics.METRICS[task]}


def _pooled(terms: list[np.ndarray], block: np.ndarray, resamples: Resamples) -> np.ndarray:
    """Sum terms over the rows of each resample: (1 + replicates, number of terms)."""
    blocks = resamples.counts.shape[1]
    by_block = np.column_stack([np.bincount(block, weights=term, minlength=blocks) for term in terms])
    with np.errstate(invalid="ignore", over="ignore"):
        return resamples.counts @ by_block


def _one_against_rest(data: tuple, block: np.ndarray, resamples: Resamples, ties: bool) -> np.ndarray:
    actual, mean, weight = data
    classes = mean.shape[1]
    total = np.zeros((2, len(resamples.counts)))
    for k in range(classes):
        order = Order(np.zeros(len(actual)) if ties else mean[:, k], actual == k)
        total += np.array(_ranked(order, weight, block, resamples, classes))
    return total / classes


def _ranked(
    order: Order, weight: np.ndarray, block: np.ndarray, resamples: Resamples, rounds: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Return (AUC, average precision) in every resample."""
    if len(block) * rounds <= EXACT_ROWS:
        return order.measure(resamples.counts[:, block] * weight)
    auc = projected_auc(_pooled(auc_terms(order, weight), block, resamples))
    return auc, projected_precision(_pooled(precision_terms(order, weight), block, resamples))


def interval(values: np.ndarray) -> tuple[float | None, float | None]:
    """Return the 95% percentile interval of a metric.

    Parameters
    ----------
    values : ndarray of shape (1 + replicates,)
        The sample's own value, then those of the resamples; NaN where not defined.

    Returns
    -------
    low, high : float or None
        None when the value itself, or more than a fifth of the resamples, is not defined. The interval is widened
        where needed to hold the value itself.

    Examples
    --------
    >>> interval(np.arange(1001.0))
    (0.0, 975.025)
    """
    value, resampled = values[0], values[1:]
    defined = resampled[np.isfinite(resampled)]
    if not np.isfinite(value) or len(defined) < MIN_DEFINED * len(resampled):
        return None, None
    low, high = np.quantile(defined, [(1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0])
    return float(min(low, value)), float(max(high, value))


def wilson(share: np.ndarray | float, count: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
    """Return Wilson's 95% interval of a share of so many rows: informative also at 0 and 1.

    (n q + z²/2 ± z √(n q (1 − q) + z²/4)) / (n + z²), z = 1.96; for the extremes, where resampling would claim
    certainty, that is [0, z² / (n + z²)] and [n / (n + z²), 1].

    Examples
    --------
    >>> [round(float(bound), 3) for bound in wilson(1.0, 20)]
    [0.839, 1.0]
    """
    q, n = np.asarray(share, dtype=np.float64), np.asarray(count, dtype=np.float64)
    middle = n * q + _Z2 / 2.0
    half = np.sqrt(_Z2 * (n * q * (1.0 - q) + _Z2 / 4.0))
    low, high = (middle - half) / (n + _Z2), (middle + half) / (n + _Z2)
    # it holds the share itself, which rounding could leave out at 0 and 1
    return np.clip(np.minimum(low, q), 0.0, 1.0), np.clip(np.maximum(high, q), 0.0, 1.0)
