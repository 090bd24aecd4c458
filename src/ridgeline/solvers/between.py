"""Hessians between the two ends of a chunk of λ, made when they are asked for: together they would take much room."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

__all__ = ["Between"]


@dataclass(frozen=True)
class Between:
    """Hessian of each column: its own, where it has been taken anew, else (1 − t) begin + t end of its training set.

    Parameters
    ----------
    begin, ends : list of ndarray of shape (m, m)
        Of each training set.
    s : ndarray of shape (c,)
        Training sets of the columns.
    share : ndarray of shape (c,)
        t.
    at : ndarray of shape (c,)
        Names of the columns, under which their own are kept.

    Examples
    --------
    >>> half = Between([np.zeros((1, 1))], [np.ones((1, 1))], np.array([0, 0]), np.array([0.5, 1.0]), np.arange(2))
    >>> [h.item() for h in half]
    [0.5, 1.0]
    """

    begin: list[np.ndarray]
    ends: list[np.ndarray]
    s: np.ndarray
    share: np.ndarray
    at: np.ndarray
    own: dict[int, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.s)

    def __getitem__(self, c: int) -> np.ndarray:
        if c >= len(self.s):
            raise IndexError(c)
        name, k = int(self.at[c]), int(self.s[c])
        if name in self.own:
            return self.own[name]
        h = self.ends[k] - self.begin[k]
        h *= self.share[c]
        h += self.begin[k]
        return h

    def stacked(self) -> np.ndarray:
        """All of them, (c, m, m)."""
        begin, ends = np.array(self.begin), np.array(self.ends)
        out = (ends - begin)[self.s]
        out *= self.share[:, None, None]
        out += begin[self.s]
        for c, name in enumerate(self.at.tolist()):
            if name in self.own:
                out[c] = self.own[name]
        return out

    def take(self, at: np.ndarray) -> Between:
        """Those of some columns; what is renewed of either is renewed of both."""
        return Between(self.begin, self.ends, self.s[at], self.share[at], self.at[at], self.own)
