"""Multinomial: ℓ(y, η) = log Σ_k e^(η_k) − η_y, one linear predictor for each class, all of them alike (symmetric)."""

from __future__ import annotations

import numpy as np

from ridgeline.errors import TargetError
from ridgeline.families.base import Family

__all__ = ["Multinomial"]


class Multinomial(Family):
    """Cross-entropy with softmax link; y is the number of a class.

    Where other families take η of shape (n, c), this one takes (n, K) or (n, K, c): axis 1 runs over the classes.

    Parameters
    ----------
    classes : sequence
        The labels, sorted; y holds positions in it.

    Examples
    --------
    >>> import numpy as np
    >>> Multinomial(("a", "b")).mean(np.array([[800.0, 800.0], [-800.0, 800.0]]))
    array([[0.5, 0.5],
           [0. , 1. ]])
    """

    name = "multinomial"
    loss_name = "log loss"

    def __init__(self, classes=()):
        self.classes = tuple(classes)

    def loss(self, y, eta):  # noqa: D102
        return self.loss_gradient(y, eta)[0]

    def gradient(self, y, eta):  # noqa: D102
        return self.loss_gradient(y, eta)[1]

    def loss_gradient(self, y, eta):
        """(ℓ, ∂ℓ/∂η) from one exponential; shapes (n, …) and (n, K, …)."""
        e = eta - eta.max(axis=1, keepdims=True)
        rows, at = np.arange(len(e)), np.asarray(y, dtype=np.intp)
        own = e[rows, at]
        np.exp(e, out=e)
        first = e[rows, at]
        e[rows, at] = 0.0
        others = e.sum(axis=1)
        total = others + first
        e /= total[:, None]
        e[rows, at] = -others / total  # not π − 1, which has no digits left where the class is all but certain
        return np.log1p(others + (first - 1.0)) - own, e

    def curvature(self, y, eta):
        """Diagonal of ∂²ℓ/∂η²: π(1 − π). The whole matrix is diag(π) − ππ'."""
        mean = self.mean(eta)
        return mean * (1.0 - mean)

    def curvature_at(self, y, u):  # noqa: D102
        mean = u + self.indicator(y, u)
        return mean * (1.0 - mean)

    def mean(self, eta):
        """Class probabilities, shape of η."""
        e = np.exp(eta - eta.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def link(self, mean):
        """Log probabilities, centred over the classes."""
        logs = np.log(np.maximum(mean, 1e-300))
        return logs - logs.mean(axis=1, keepdims=True)

    def conjugate(self, y, u):
        """Σ q log q with q = u + [k = y]; +inf unless q ≥ 0 and Σ q = 1."""
        q = u + self.indicator(y, u)
        inside = (q >= 0.0).all(axis=1) & (np.abs(q.sum(axis=1) - 1.0) <= 1e-9)
        terms = np.where(q > 0, q * np.log(np.maximum(q, 1e-300)), 0.0)
        return np.where(inside, terms.sum(axis=1), np.inf)

    def fenchel_young(self, y, eta, u):
        """Kullback–Leibler divergence of q = u + [k = y] from the model's probabilities.

        Σ q log(q / π) loses its digits near zero, so there its upper bound Σ (q − π)² / π stands in.
        """
        mean = np.maximum(self.mean(eta), 1e-300)
        q = u + self.indicator(y, u)
        exact = np.where(q > 0, q * np.log(np.maximum(q, 1e-300) / mean), 0.0).sum(axis=1)
        squares = (self.gradient(y, eta) - u) ** 2
        with np.errstate(over="ignore"):
            near = (squares / mean).sum(axis=1)
        return np.where((q < 0).any(axis=1), np.inf, np.minimum(near, np.maximum(exact, 0.0) + 1e-15))

    def null_eta(self, y, weights, offset=None):
        """Logarithms of the classes' shares, centred; shape (K,). A class without weight is put at a share of 1e-12."""
        share = np.bincount(np.asarray(y, dtype=np.intp), weights=weights, minlength=len(self.classes)) / weights.sum()
        return self.link(np.maximum(share, 1e-12)[None])[0]

    def null_spread(self, y, weights, eta):
        """Eigenvalues of diag(π) − ππ' at the first row's η, the zero left out: shape (K − 1,)."""
        share = self.mean(eta[:1])[0]
        return np.linalg.eigvalsh(np.diag(share) - np.outer(share, share))[1:]

    def check_y(self, y):
        """Positions of classes as float64."""
        values = np.asarray(y, dtype=np.float64)
        bad = ~((values >= 0) & (values < len(self.classes)) & (values == np.floor(values)))
        if bad.any():
            row = int(np.argmax(bad))
            raise TargetError(
                f"The target must be the number of one of {len(self.classes)} classes; row {row} holds {values[row]}."
            )
        return values

    @staticmethod
    def indicator(y, like: np.ndarray) -> np.ndarray:
        """[k = y], broadcastable against an array of shape (n, K, …)."""
        hot = np.arange(like.shape[1]) == np.asarray(y)[:, None]
        return hot.astype(np.float64).reshape(hot.shape + (1,) * (like.ndim - 2))

    @classmethod
    def of_labels(cls, y) -> tuple[Multinomial, np.ndarray]:
        """Family of these labels, and the labels as positions; any type that can be told apart and sorted."""
        try:
            cells = np.asarray(y)
        except ValueError:
            raise TargetError(
                "The target must hold one label for each row; it holds lists of unequal length."
            ) from None
        masked = np.ma.getmaskarray(y).ravel() if np.ma.is_masked(y) else False
        cells = cells.ravel() if cells.ndim == 2 and cells.shape[1] == 1 else cells
        if cells.ndim != 1:
            raise TargetError(f"The target must hold one label for each row; its shape is {cells.shape}.")
        missing = _missing(cells) | masked
        if missing.any():
            raise TargetError(
                f"The target has no label in row {int(np.argmax(missing))}; remove that row or fill it in."
            )
        try:
            classes, codes = np.unique(cells, return_inverse=True)
        except TypeError:  # labels of mixed types have an order only as text
            classes, codes = np.unique(cells.astype(str), return_inverse=True)
        if len(classes) == 0:
            raise TargetError("The target holds no label at all.")
        if len(classes) < 2:
            raise TargetError(f"The target is {classes[0]!r} in every row; there is nothing to predict.")
        return cls(classes.tolist()), codes.ravel().astype(np.float64)


def _missing(cells: np.ndarray) -> np.ndarray:
    if cells.dtype.kind == "f":
        return ~np.isfinite(cells)
    if cells.dtype.kind == "O":
        # pandas.NA neither equals itself nor will it say so
        return np.array([v is None or str(v) == "<NA>" or v != v for v in cells])
    return np.zeros(len(cells), dtype=bool)
