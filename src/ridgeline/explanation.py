"""Why a prediction is what it is: what each source column adds to η, relative to the training mean.

For one row, with m_j the training mean of feature j:

    η = base + Σ_columns contribution,   base = b0 + Σ_j m_j b_j,   contribution = Σ_{j of the column} b_j (x_j - m_j)

All levels of a category, an indicator of missing cells and the parts of a date belong to their source column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Explanation", "columns_of", "contributions"]


@dataclass(frozen=True, eq=False)
class Explanation:
    """Contributions of the columns to some predictions.

    Attributes
    ----------
    columns : tuple of str
        The source columns.
    values : ndarray of shape (n, c)
        What each column adds to η of each row, relative to the training mean.
    base : float
        η at the training mean of every feature.
    eta : ndarray of shape (n,)
        The linear predictor: ``base + values.sum(axis=1)``.
    prediction : ndarray of shape (n,)
        The predicted value, or the probability of the positive class.
    cells : tuple of dict
        The cells of each row by column.
    notes : tuple of str
        What was unexpected: unknown levels, missing columns.
    """

    columns: tuple[str, ...]
    values: np.ndarray
    base: float
    eta: np.ndarray
    prediction: np.ndarray
    cells: tuple[dict[str, Any], ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.eta)

    def row(self, i: int) -> list[tuple[str, Any, float]]:
        """Return (column, cell, contribution) of one row, the largest contribution first."""
        order = np.argsort(-np.abs(self.values[i]), kind="stable")
        return [(self.columns[c], self.cells[i].get(self.columns[c]), float(self.values[i, c])) for c in order]

    def to_arrow(self):
        """Return an Arrow table with one line for each row and column: row, column, cell as text, contribution."""
        import pyarrow as pa

        lines = [(i, *line) for i in range(len(self)) for line in self.row(i)]
        return pa.table({
            "row": pa.array([line[0] for line in lines], pa.int64()),
            "column": pa.array([line[1] for line in lines], pa.string()),
            "cell": pa.array([None if line[2] is None else str(line[2]) for line in lines], pa.string()),
            "contribution": pa.array([line[3] for line in lines], pa.float64()),
        })  # fmt: skip

    def __repr__(self) -> str:
        shown = [f"Explanation of {len(self)} predictions by {len(self.columns)} columns, base {self.base:.4g}"]
        for i in range(min(len(self), 3)):
            parts = ", ".join(f"{column} {value:+.4g}" for column, _, value in self.row(i)[:5])
            shown.append(f"row {i}: {parts}, … = {self.eta[i]:.4g}")
        return "\n".join(shown)


def columns_of(features) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the source columns and, for each feature, the place of its column among them."""
    names = list(dict.fromkeys(feature.column for feature in features))
    place = {name: k for k, name in enumerate(names)}
    return tuple(names), np.array([place[feature.column] for feature in features], dtype=np.intp)


def contributions(design, stored: np.ndarray, shift: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Return contributions of shape (n, number of columns).

    Parameters
    ----------
    design : Design
        The rows.
    stored : ndarray of shape (p,)
        Coefficients on stored columns, where a missing number is 0 with an indicator.
    shift : ndarray of shape (p,)
        Training mean times coefficient of each feature.
    place : ndarray of shape (p,)
        The column of each feature.
    """
    many = int(place.max()) + 1
    masked = np.zeros((len(place), many))
    masked[np.arange(len(place)), place] = stored
    return design.predict(masked) - np.bincount(place, weights=shift, minlength=many)
