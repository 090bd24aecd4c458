"""Metrics of order: area under the ROC curve and average precision, exact and linearised.

Exact: sort the rows by score once; every set of weights (every resample) is then a few cumulative sums.

Linearised, for many rows: with w the weights and W⁺, W⁻ the total weights of the positive and negative rows,

    AUC = Σ⁺ w V / W⁺,   V(i) = share of W⁻ scored below i (ties half),

depends on each row through its *placement* V alone, apart from a term that vanishes as both classes grow (DeLong's
structural components). A resample then needs four sums. Average precision is treated the same way through its
derivative with respect to each row's weight.
"""

from __future__ import annotations

import numpy as np

__all__ = ["Order", "auc_and_precision", "auc_terms", "precision_terms", "projected_auc", "projected_precision"]


class Order:
    """Rows sorted by score, with ties: built once, used for many sets of weights.

    Parameters
    ----------
    score : ndarray of shape (m,)
        Predicted probability of the positive class.
    positive : ndarray of shape (m,), bool
        Which rows are positive.
    """

    def __init__(self, score: np.ndarray, positive: np.ndarray) -> None:
        self.order = np.argsort(-score, kind="stable")
        ordered = score[self.order]
        self.positive = positive[self.order]
        new = np.concatenate([[True], ordered[1:] != ordered[:-1]])
        self.starts = np.flatnonzero(new)
        self.level = np.cumsum(new) - 1

    def by_level(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sum the weights (..., m) of positive and negative rows at each distinct score, highest score first."""
        ordered = weights[..., self.order]
        positive = ordered * self.positive
        negative = ordered - positive
        if len(self.starts) == len(self.order):
            return positive, negative
        return np.add.reduceat(positive, self.starts, axis=-1), np.add.reduceat(negative, self.starts, axis=-1)

    def measure(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (AUC, average precision), each of shape (...), for weights of shape (..., m); NaN if undefined."""
        positive, negative = self.by_level(weights)
        hits, misses = np.cumsum(positive, axis=-1), np.cumsum(negative, axis=-1)
        above = hits - positive / 2.0  # weight of positive rows scored higher, ties half
        with np.errstate(divide="ignore", invalid="ignore"):
            auc = np.einsum("...i,...i->...", negative, above) / (hits[..., -1] * misses[..., -1])
            precision = hits / (hits + misses)
            precision = np.where(positive > 0, precision, 0.0)
            average = np.einsum("...i,...i->...", positive, precision) / hits[..., -1]
        return auc, average


def auc_and_precision(score: np.ndarray, positive: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact (AUC, average precision) of one set of weights.

    Examples
    --------
    >>> auc, _ = auc_and_precision(np.array([0.1, 0.4, 0.4]), np.array([False, True, False]), np.ones(3))
    >>> float(auc)
    0.75
    """
    return Order(score, positive).measure(weight)


def auc_terms(order: Order, weight: np.ndarray) -> list[np.ndarray]:
    """Return the four arrays of shape (m,), in the rows' own order, that `projected_auc` needs the sums of."""
    positive, negative = order.by_level(weight)
    wins = np.cumsum(negative[::-1])[::-1] - negative / 2.0  # negative weight scored lower, ties half
    losses = np.cumsum(positive) - positive / 2.0  # positive weight scored higher, ties half
    with np.errstate(divide="ignore", invalid="ignore"):
        placement = np.where(
            order.positive, (wins / negative.sum())[order.level], (losses / positive.sum())[order.level]
        )
    own = weight[order.order]
    terms = [own * order.positive * placement, own * order.positive, own * ~order.positive * placement]
    return [_back(order, term) for term in (*terms, own * ~order.positive)]


def projected_auc(sums: np.ndarray) -> np.ndarray:
    """Turn sums of `auc_terms`, shape (..., 4) with all rows once in the first resample, into AUCs."""
    wins, positive, losses, negative = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        from_positive, from_negative = wins / positive, losses / negative
    return np.clip(from_positive + from_negative - from_positive[0], 0.0, 1.0)


def precision_terms(order: Order, weight: np.ndarray) -> list[np.ndarray]:
    """Return the two arrays of shape (m,), in the rows' own order, that `projected_precision` needs the sums of.

    With N(s) the weight scored at s or above and P(s) the precision there, more weight on row k changes the average
    precision by [y P(s_k) + y A(s_k) - B(s_k) - y AP] / W⁺, where A(s) = Σ⁺_{s_i ≤ s} w_i / N(s_i) and
    B(s) = Σ⁺_{s_i ≤ s} w_i P(s_i) / N(s_i).
    """
    positive, negative = order.by_level(weight)
    reached = np.cumsum(positive + negative)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(positive > 0, np.cumsum(positive) / reached, 0.0)
        per_weight = np.where(positive > 0, positive / reached, 0.0)
    gained = np.cumsum(per_weight[::-1])[::-1]
    lost = np.cumsum((per_weight * precision)[::-1])[::-1]
    own = weight[order.order]
    effect = order.positive * (precision + gained)[order.level] - lost[order.level]
    return [_back(order, own * effect), _back(order, own * order.positive)]


def projected_precision(sums: np.ndarray) -> np.ndarray:
    """Turn sums of `precision_terms`, shape (..., 2), into average precisions; NaN without a positive row."""
    hits = sums[..., 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        # The rest of the sum is not zero then: a quotient of it would be infinite, and cut to 0 or 1.
        return np.clip(sums[..., 0] / np.where(hits > 0, hits, np.nan), 0.0, 1.0)


def _back(order: Order, ordered: np.ndarray) -> np.ndarray:
    """Put an array in sorted order back into the rows' own order."""
    own = np.empty_like(ordered)
    own[order.order] = ordered
    return own
