"""Candidate models as columns: which training set, which λ, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

__all__ = ["Columns"]


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
