"""Candidate models as columns: which training set, which λ, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Columns", "State"]


@dataclass
class Columns:
    """Training set s, place i of λ in the path, λ itself, and parameters (p + 1, c) with the intercept last."""

    s: np.ndarray
    i: np.ndarray
    lam: np.ndarray
    theta: np.ndarray

    def take(self, at: np.ndarray) -> Columns:
        """Columns at the given places (in order) or of a mask; all of them are these themselves, not a copy."""
        if len(at) == len(self.s) and (at.dtype != bool or at.all()):
            return self
        return Columns(self.s[at], self.i[at], self.lam[at], self.theta[:, at])


@dataclass
class State:
    """Where the columns of one batch stand."""

    accepted: np.ndarray
    step: np.ndarray
    best: np.ndarray
    decrement: np.ndarray
    left: np.ndarray  # share of the decrement that a step leaves, as seen; 1 until it has been seen
    halved: np.ndarray  # how often the last step had to be halved
    steps: np.ndarray

    @classmethod
    def of(cls, columns: Columns, best: np.ndarray | None = None, accepted: np.ndarray | None = None) -> State:
        """State of columns at their starts; of points that are known, where the starts may turn out worse."""
        c = len(columns.s)
        return cls(
            columns.theta.copy() if accepted is None else accepted, np.zeros_like(columns.theta),
            np.full(c, np.inf) if best is None else best, np.full(c, np.inf), np.ones(c),
            np.zeros(c, dtype=int), np.zeros(c, dtype=int),
        )  # fmt: skip
