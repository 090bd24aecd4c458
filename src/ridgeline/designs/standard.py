"""The linear map from stored columns to the standardized features of one training set.

Stored column → feature: a missing number (stored 0, flag 1) becomes the training mean of the observed ones; then centre
and divide by s_j, the training standard deviation (divisor W) of the *imputed* column::

    u = F'x        with F = I, plus fill_j in row (flag j), column (value j)
    f = (u − m) / s

Because the map is linear, everything a training set needs follows from its moments: no second pass, no leak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

import numpy as np

from ridgeline.moments import Moments, Roots

__all__ = ["Standardization"]

_EPS = np.finfo(np.float64).eps


@dataclass(frozen=True)
class Standardization:
    """Imputation, centring and scaling learned from one training set.

    Attributes
    ----------
    imputed : ndarray of shape (m, 2)
        (value column, flag column) pairs.
    fill : ndarray of shape (m,)
        Training mean of the observed values of each such column.
    mean : ndarray of shape (p,)
        Training means of the features; zeros when there is no intercept.
    inverse : ndarray of shape (p,)
        1 / s_j; 0 for a column that is constant in this training set (its coefficient is 0).
    sd : ndarray of shape (p,)
        Centred standard deviations s_j, whether used for scaling or not.
    """

    imputed: np.ndarray
    fill: np.ndarray
    mean: np.ndarray
    inverse: np.ndarray
    sd: np.ndarray

    @classmethod
    def learn(
        cls, moments: Moments | Roots, imputed: np.ndarray, *, standardize: bool = True, intercept: bool = True
    ) -> Standardization:
        """Learn from the moments of the training rows' stored columns (response columns beyond p are ignored)."""
        value, flag = imputed[:, 0], imputed[:, 1]
        observed = 1.0 - moments.mean[flag]
        fill = np.where(observed > _EPS, moments.mean[value] / np.maximum(observed, _EPS), 0.0)
        if len(fill):
            moments = moments.transform(lambda rows: _impute(rows, imputed, fill))
        return cls.of(moments.mean, moments.variance, imputed, fill, standardize=standardize, intercept=intercept)

    @classmethod
    def of(
        cls,
        mean: np.ndarray,
        variance: np.ndarray,
        imputed: np.ndarray,
        fill: np.ndarray,
        *,
        standardize: bool = True,
        intercept: bool = True,
    ) -> Standardization:
        """From the means and variances (divisor W) of the imputed columns."""
        # an error bound for the variance of a constant column under two-pass centring
        constant = variance <= (8.0 * _EPS * np.abs(mean)) ** 2
        sd = np.sqrt(np.where(constant, 0.0, variance))
        scale = sd if standardize else np.ones_like(sd)
        inverse = np.where(constant, 0.0, 1.0 / np.where(constant, 1.0, scale))
        if not intercept:
            if not standardize:  # beside an intercept a constant column says nothing; without one it does
                inverse = np.where(mean != 0.0, 1.0, inverse)
            mean = np.zeros_like(mean)
        return cls(imputed, fill, mean, inverse, sd)

    @classmethod
    def none(cls, p: int) -> Standardization:
        """Of p columns that are left as they are."""
        return cls(np.empty((0, 2), dtype=np.intp), np.empty(0), np.zeros(p), np.ones(p), np.ones(p))

    @property
    def rounding(self) -> np.ndarray:
        """How far numbers far from zero, as stored, may be off, in standard deviations of their column."""
        return 8.0 * _EPS * np.abs(self.mean) * self.inverse

    def head(self, p: int) -> Standardization:
        """Map of the first p columns (drops the response columns that rode along)."""
        return Standardization(self.imputed, self.fill, self.mean[:p], self.inverse[:p], self.sd[:p])

    def excluding(self, columns: np.ndarray) -> Standardization:
        """Map with some columns switched off (boolean mask)."""
        return Standardization(self.imputed, self.fill, self.mean, np.where(columns, 0.0, self.inverse), self.sd)

    def impute(self, rows: np.ndarray) -> np.ndarray:
        """Rows, as stored, with missing numbers filled in; the flags stay."""
        return _impute(rows, self.imputed, self.fill)

    def stored(self, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients on stored columns and the shift of η, for standardized coefficients beta (p, c).

        η = X b + shift + b0 with b0 the intercept of the standardized problem.
        """
        b = beta * self.inverse[:, None]
        shift = -(self.mean @ b)
        if len(self.fill):
            b = b.copy()
            np.add.at(b, self.imputed[:, 1], self.fill[:, None] * b[self.imputed[:, 0]])
        return b, shift

    def original(self, beta: np.ndarray, b0: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Coefficients per original unit and the intercept, (p, c) and (c,)."""
        b = beta * self.inverse[:, None]
        return b, b0 - self.mean @ b

    def adjoint(self, g: np.ndarray, total: np.ndarray) -> np.ndarray:
        """Gradient on standardized features from X'r (p, c) and Σr (c,)."""
        if len(self.fill):
            g = g.copy()
            np.add.at(g, self.imputed[:, 0], self.fill[:, None] * g[self.imputed[:, 1]])
        out = np.outer(self.mean, -total)
        out += g
        out *= self.inverse[:, None]
        return out

    @overload
    def moments(self, moments: Moments, *, spare: bool = False) -> Moments: ...

    @overload
    def moments(self, moments: Roots, *, spare: bool = False) -> Roots: ...

    def moments(self, moments: Moments | Roots, *, spare: bool = False) -> Moments | Roots:
        """Moments of the standardized features; response columns beyond p pass through.

        With `spare`, in the room of those given, which nobody needs any more.
        """
        mean = self.mapped(moments.mean)
        matrix = moments.root if isinstance(moments, Roots) else moments.scatter
        if isinstance(moments, Moments | Roots) and not spare:  # packed ones have made it anew
            matrix = matrix.copy()
        self._map(matrix)
        if isinstance(moments, Roots):
            return Roots(moments.weight, mean, matrix)
        self._map(matrix.T)
        return Moments(moments.weight, mean, matrix)

    def mapped(self, row: np.ndarray) -> np.ndarray:
        """Map one row of stored columns to standardized features; response columns beyond p pass through."""
        out = row.copy()
        self._map(out[None, :])
        out[: len(self.mean)] -= self.mean * self.inverse
        return out

    def _map(self, rows: np.ndarray) -> None:
        """Fill in and scale in place; the means are left in."""
        _fill_in(rows, self.imputed, self.fill)
        rows[:, : len(self.inverse)] *= self.inverse


def _impute(rows: np.ndarray, imputed: np.ndarray, fill: np.ndarray) -> np.ndarray:
    out = np.array(rows, dtype=np.float64)
    _fill_in(out, imputed, fill)
    return out


def _fill_in(rows: np.ndarray, imputed: np.ndarray, fill: np.ndarray) -> None:
    if len(fill):
        value, flag = imputed[:, 0], imputed[:, 1]
        rows[:, value] += rows[:, flag] * fill
