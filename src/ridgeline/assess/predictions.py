"""What one model says about some rows: what everything is measured from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.errors import DefectError

__all__ = ["MODELS", "SPLITS", "Predictions"]

MODELS = ("baseline", "unpenalized", "chosen")
SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Predictions:
    """What one model says about the rows of one split.

    Attributes
    ----------
    model : str
        ``"baseline"`` (no features), ``"unpenalized"`` or ``"chosen"``.
    split : str
        ``"train"`` (in sample), ``"validation"`` (out of fold) or ``"test"``.
    rows : ndarray of shape (m,), int
        Position of each row in its table; a row may come once for each repeat of the folds.
    fold : ndarray of shape (m,), int
        Fold that the row was validated in; -1 outside validation.
    actual : ndarray of shape (m,)
        A number, 1.0 for the positive class, or the index of the class.
    mean : ndarray of shape (m,) or (m, K)
        Predicted value, or probability of the positive class, or of each of K classes.
    weight : ndarray of shape (m,), optional
        Weight of each row; 1 by default.
    """

    model: str
    split: str
    rows: np.ndarray
    fold: np.ndarray
    actual: np.ndarray
    mean: np.ndarray
    weight: np.ndarray | None = None

    def __post_init__(self) -> None:
        lengths = {len(a) for a in (self.rows, self.fold, self.actual, self.mean)}
        lengths |= set() if self.weight is None else {len(self.weight)}
        if self.model not in MODELS or self.split not in SPLITS or len(lengths) != 1:
            raise DefectError(f"Predictions of {self.model!r} on {self.split!r} do not fit together.")

    @property
    def tied(self) -> bool:
        """Whether the model tells no two rows of a fold apart: one without features, and without an offset."""
        if self.model != "baseline":
            return False
        _, first, fold = np.unique(self.fold, return_index=True, return_inverse=True)
        return np.array_equal(self.mean, self.mean[first[fold.ravel()]], equal_nan=True)

    @property
    def weights(self) -> np.ndarray:
        """Weight of each row, ones where none were given."""
        return np.ones(len(self.rows)) if self.weight is None else np.asarray(self.weight, dtype=np.float64)
