"""Homotopy: the minimiser of a penalised quadratic, followed exactly from one change of its support to the next.

While c and h of ½ β'Cβ − c'β + Σ h_j |β_j| move along a line, the coefficients do too until one of them enters or
leaves (Osborne, Presnell & Turlach 2000; Efron, Hastie, Johnstone & Tibshirani 2004, §3). h falls with λ. c moves when
a point that is not yet optimal is taken for the minimiser of a quadratic whose c is wrong by a little, and the right
one is then gone over to: so rounding does not add up, and Newton steps of other families are steps of the same kind.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack  # loaded with the module, before the threads of BLAS are held to one

from ridgeline.kernels import cut_triangle, follow

__all__ = ["Homotopy", "triangular"]

_PIVOT = 1e-11  # smaller than this share of the diagonal, a column depends on the others
_ROOM = 64  # rows that the factor has to spare


class Homotopy:
    """A support, and the Cholesky factor of C + diag(ridge) on it.

    Parameters
    ----------
    gram : ndarray
        C as a triangle of p rows or more (`ridgeline.kernels.lay_rows`).
    ridge : ndarray of shape (p,)
    support : ndarray of int
        In increasing order.

    Raises
    ------
    numpy.linalg.LinAlgError
        When columns of the support depend on each other.
    """

    def __init__(self, gram: np.ndarray, ridge: np.ndarray, support: np.ndarray):
        self.gram, self.ridge = gram, ridge
        self.live = np.where(gram[triangular(np.arange(1, len(ridge) + 1)) - 1] + ridge > 0.0, 0, 3)
        m = len(support)
        self.factor = _factor(gram, support, ridge[support]) if m else np.empty(triangular(_ROOM))
        self.order = np.concatenate([support, np.empty(_ROOM, dtype=np.int64)]).astype(np.int64)
        self.count = m

    @property
    def support(self) -> np.ndarray:
        """Where the factor stands."""
        return self.order[: self.count]

    def go(self, beta: np.ndarray, pull: np.ndarray, hold: np.ndarray, goal: np.ndarray) -> bool:
        """Move `beta` and `pull` to the minimiser at `goal`, in place; False when it cannot be reached.

        Parameters
        ----------
        beta : ndarray of shape (p,)
        pull : ndarray of shape (p,)
            c − (C + diag(ridge)) β.
        hold, goal : ndarray of shape (p,)
            h for which `beta` is (nearly) optimal, and h to go to; 0 for what is never penalised.
        """
        state = self.live.copy()
        state[self.support] = 1
        sign = np.where(beta != 0.0, np.sign(beta), np.sign(pull)) * ((state == 1) & (hold > 0.0))
        held = np.where(state == 1, sign * hold, np.clip(pull, -hold, hold))
        lines = [beta.copy(), held, hold.copy(), goal - hold, pull - held]
        left = 1.0
        for _ in range(200):
            self.count, rest = follow(
                self.gram, self.ridge, lines, sign, state, self.order, self.factor, self.count, 50 + 4 * len(beta)
            )
            left *= rest
            if rest == 0.0:
                break
            if self.count < len(self.order):
                return False  # cycling: columns that depend on each other
            self._grow()
            lines[3] *= rest
            lines[4] *= rest
        beta[:] = lines[0]
        pull[:] = lines[1]
        pull[self.support] = (sign * goal)[self.support]
        return True

    def _grow(self) -> None:
        m = self.count
        room = m + m // 8 + _ROOM
        factor = np.empty(triangular(room))
        factor[: triangular(m)] = self.factor[: triangular(m)]
        self.factor = factor
        self.order = np.concatenate([self.order[:m], np.empty(room - m, dtype=np.int64)])


def _factor(gram: np.ndarray, support: np.ndarray, ridge: np.ndarray) -> np.ndarray:
    """Cholesky factor of a part of C, as a triangle with room for more rows."""
    m = len(support)
    system, diagonal = np.empty(triangular(m)), triangular(np.arange(1, m + 1)) - 1
    cut_triangle(gram, support, system)
    system[diagonal] += ridge
    size = system[diagonal]
    packed = lapack.dtpttf(m, system)[0]  # type: ignore[attr-defined]  # the format of `ridgeline.packed`
    del system
    packed, fault = lapack.dpftrf(m, packed, overwrite_a=1)  # type: ignore[attr-defined]
    found = lapack.dtfttp(m, packed)[0]  # type: ignore[attr-defined]
    del packed
    if fault or np.any(found[diagonal] ** 2 <= _PIVOT * size):
        raise np.linalg.LinAlgError
    factor = np.empty(triangular(m + _ROOM))
    factor[: len(found)] = found
    return factor


def triangular(rows):
    """Numbers in a triangle of so many rows."""
    return rows * (rows + 1) // 2
