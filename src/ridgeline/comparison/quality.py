"""How good the contestants are on rows that judged them: metrics, intervals and paired differences.

Every contestant predicts the same rows from the same outer folds; resamples of these rows are shared, so differences
are paired. The rows of all folds are pooled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ridgeline.assess import DECIDING, intervals
from ridgeline.comparison.bench import Bench
from ridgeline.comparison.contestants import Entry

__all__ = ["Measured", "judged_rows", "measure"]

Record = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Measured:
    """Metrics of every contestant in every resample of the judged rows.

    Attributes
    ----------
    task : str
    values : dict
        Contestant → metric → (1 + replicates,), the sample's own first.
    units : int
        Rows, or groups of rows, that were resampled.
    """

    task: str
    values: Mapping[str, Mapping[str, np.ndarray]]
    units: int

    @property
    def deciding(self) -> str:
        """The metric that decides."""
        return DECIDING[self.task]

    def value(self, name: str) -> float:
        """Return the deciding metric of a contestant, as a loss that adds up over rows (squared error for numbers)."""
        found = float(self.values[name][self.deciding][0])
        return found**2 if self.deciding == "rmse" else found

    def best(self) -> str:
        """Name of the contestant with the smallest loss, the baseline aside; the first among equals."""
        able = [name for name in self.values if name != "baseline"]
        return min(able, key=lambda name: (not np.isfinite(self.value(name)), self.value(name)))

    def records(self) -> list[Record]:
        """Return every metric of every contestant with its interval."""
        return [
            {"model": name, "split": "validation", "metric": metric, **self._interval(draws)}
            for name, metrics in self.values.items()
            for metric, draws in metrics.items()
        ]

    def differences(self, reference: str) -> list[Record]:
        """Return every metric of every other contestant less that of `reference`, from the same resamples."""
        own = self.values[reference]
        return [
            {"model": name, "reference": reference, "metric": metric, **self._interval(draws - own[metric], se=True)}
            for name, metrics in self.values.items()
            if name != reference
            for metric, draws in metrics.items()
        ]

    def _interval(self, draws: np.ndarray, *, se: bool = False) -> Record:
        low, high = intervals.interval(draws) if self.units >= intervals.MIN_UNITS else (None, None)
        found: Record = {"value": float(draws[0]) if np.isfinite(draws[0]) else None, "low": low, "high": high}
        return found | ({"se": None if low is None else float(np.nanstd(draws[1:]))} if se else {})


def judged_rows(bench: Bench) -> np.ndarray:
    """Rows in the order in which the tasks judge them; a row comes once for each repeat."""
    return np.concatenate([d.cells[t.cell] for d in bench.divisions for t in d.outer if t.cell is not None])


def measure(bench: Bench, entries: Sequence[Entry], task: str, units: np.ndarray | None, seed: int) -> Measured:
    """Measure the contestants that took part.

    Parameters
    ----------
    bench : Bench
    entries : sequence of Entry
    task : str
        As in `ridgeline.assess.metrics.METRICS`.
    units : ndarray of shape (n,), optional
        Group of each row, resampled instead of rows.
    seed : int
    """
    rows = judged_rows(bench)
    (unit,), count = intervals.number_units([rows if units is None else units[rows]])
    draws = intervals.draw(count, seed, 2)
    data = (bench.problem.y[rows], bench.problem.weights[rows])
    values, offset = {}, bench.problem.offset
    for entry in entries:
        mean = np.concatenate([c.mean for row in entry.choices for c in row[1:] if c.mean is not None])
        ties = entry.contestant.name == "baseline" and bool((offset == offset[0]).all())
        own = intervals.measure((data[0], mean, data[1]), task, unit, draws, ties)
        values[entry.contestant.name] = own
    return Measured(task, values, count)
