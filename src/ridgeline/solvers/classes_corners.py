"""The penalty of every parameter of several classes, and the shift of all classes alike that it likes best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.penalties import Penalty
from ridgeline.problem import Problem
from ridgeline.solvers.softmax import Softmax

__all__ = ["Corners", "settle"]


def settle(penalty: Penalty, theta: np.ndarray, classes: int) -> np.ndarray:
    """Shift the coefficients of each feature, alike in all classes, to where the penalty is least.

    ``Σ_k l1 |β_k − c| + l2/2 (β_k − c)²`` is least at the median of the β_k and the numbers
    mean(β) + (l1/l2)(1 − 2i/K), i = 0 … K (Li & Osher 2009, doi:10.3934/ipi.2009.3.487). Where several c are best
    (l2 = 0, K even) that is the one nearest to the mean: the coefficients of least norm. Unpenalised ones come to sum
    to zero.
    """
    b = theta.reshape(-1, classes, theta.shape[1])
    l1, l2, lower, upper = (getattr(penalty, f).reshape(b.shape) for f in ("l1", "l2", "lower", "upper"))
    steps = (1.0 - 2.0 * np.arange(classes + 1) / classes)[None, :, None]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        reach = np.where(l1[:, :1] > 0, l1[:, :1] / l2[:, :1], 0.0) * steps
    reach = np.where(steps == 0.0, 0.0, reach)
    c = np.median(np.concatenate([b, b.mean(axis=1, keepdims=True) + reach], axis=1), axis=1, keepdims=True)
    c = np.clip(c, (b - upper).max(axis=1, keepdims=True), (b - lower).min(axis=1, keepdims=True))
    return np.clip(b - c, lower, upper).reshape(theta.shape)


@dataclass(frozen=True)
class Corners:
    """The penalty of every parameter at λ = 1, one row for each training set."""

    l1: np.ndarray
    l2: np.ndarray
    box: np.ndarray  # (sets, 2, m)

    @classmethod
    def of(cls, problem: Problem, data: Softmax) -> Corners:
        """Take them from the problem, in the coordinates of each training set."""
        unit = [problem.penalty(s, np.ones(1)) for s in data.standards]
        alive = np.stack([s.inverse > 0 for s in data.standards])
        edge = np.inf if problem.intercept else 0.0
        k = len(data.q)

        def wide(name: str, last: float) -> np.ndarray:
            values = np.stack([getattr(u, name)[:, 0] for u in unit])
            return np.repeat(np.hstack([np.where(alive, values, 0.0), np.full((len(unit), 1), last)]), k, axis=1)

        box = np.stack([wide("lower", -edge), wide("upper", edge)], axis=1)
        return cls(wide("l1", 0.0), wide("l2", 0.0), box)

    def at(self, s: np.ndarray, lam: np.ndarray) -> Penalty:
        """Penalties of columns of training sets s at λ, (m, c)."""
        return Penalty(lam * self.l1[s].T, lam * self.l2[s].T, self.box[s, 0].T, self.box[s, 1].T)
