"""p > n: the same problem in the coordinates of the n × n kernel, standardized per training set.

With F the standardized training features (columns scaled by 1/√f_j), W their rows' weights, which add up to 1, and
W^½ F F' W^½ = U diag(d) U', every ridge solution lies in the span of the rows: β = F' W^½ U d^(-½) γ with ‖β‖ = ‖γ‖. So
the problem in γ has the design Z = F_all F' W^½ U d^(-½) of shape (n, r), r ≤ training rows, and the penalty
λ/2 ‖γ‖²: the tall algorithms apply as they are. The second moments of Z are Z'WZ = diag(d).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.designs.base import Design
from ridgeline.designs.sparse import SparseDesign
from ridgeline.designs.standard import Standardization
from ridgeline.moments import mirror

__all__ = ["Reduced", "eigenvalues", "reduce", "reduce_with", "standardize_rows"]

_EPS = np.finfo(np.float64).eps
_CHUNK = 256  # columns at a time: a few MB for the row counts this is meant for
_ROWS = 512  # at a time: of more rows the lower triangle is added up band by band
_MANY, _CELLS = 1000, 2**18  # rows from which on room is what counts; cells of a few columns


@dataclass(frozen=True)
class Reduced:
    """A training set in kernel coordinates.

    Attributes
    ----------
    z : ndarray of shape (n, r)
        All rows, those outside the training set included.
    factors : ndarray of shape (r,)
        1 for kernel coordinates, 0 for the never-penalised columns that follow them.
    d : ndarray
        Second moments of the kernel coordinates, which do not correlate.
    standard : Standardization
        Of the p stored columns.
    """

    z: np.ndarray
    factors: np.ndarray
    d: np.ndarray
    standard: Standardization
    design: Design
    basis: np.ndarray
    train: np.ndarray
    scale: np.ndarray
    free: np.ndarray

    def lift(self, gamma: np.ndarray) -> np.ndarray:
        """Standardized coefficients (p, c) from kernel coordinates (r, c)."""
        r = self.basis.shape[1]
        dual = np.zeros((self.design.shape[0], gamma.shape[1]))
        dual[self.train] = self.basis @ gamma[:r]
        beta = np.empty((self.design.shape[1], gamma.shape[1]))

        def one(j: np.ndarray) -> None:
            beta[j] = (_features(self.design, self.standard, j, self.scale).T @ dual) * self.scale[j][:, None]

        self.design.engine.map(one, _chunks(len(beta)))
        beta[self.free] = gamma[r:]
        return beta


def reduce(
    design: Design, imputed: np.ndarray, factors: np.ndarray, train: np.ndarray, weights: np.ndarray, options: dict
) -> Reduced:
    """Standardize on the training rows and go over to kernel coordinates.

    Parameters
    ----------
    train : ndarray of shape (n,), bool
    weights : ndarray of shape (n,)
    options : dict
        ``standardize`` and ``intercept``.
    """
    standard = standardize_rows(design, imputed, train, weights, options).excluding(np.isinf(factors))
    return reduce_with(design, standard, factors, np.where(train, weights, 0.0))


def reduce_with(design: Design, standard: Standardization, factors: np.ndarray, weights: np.ndarray) -> Reduced:
    """Reduce likewise, with a standardization that is known; rows of weight 0 do not train."""
    scale, train = _scale(factors), weights > 0.0
    root = np.sqrt(weights[train] / weights.sum())
    free = np.flatnonzero(factors == 0)
    kernel = _kernel(design, standard, scale)
    kernel = kernel if train.all() else kernel[:, train]
    d, basis = np.linalg.eigh(_weighted(kernel[train], root))
    live = _live(d, len(weights))
    d, basis = d[live], basis[:, live]
    basis *= root[:, None]
    basis /= np.sqrt(d)
    z, penalised = kernel @ basis, np.ones(len(d))
    if len(free):
        z, penalised = np.hstack([z, _features(design, standard, free)]), np.append(penalised, np.zeros(len(free)))
    return Reduced(z, penalised, d, standard, design, basis, train, scale, free)


def eigenvalues(design: Design, standard: Standardization, factors: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Second moments of the kernel coordinates alone, where every column is penalised."""
    from scipy.linalg import eigvalsh  # can work in place

    train, dense = weights > 0.0, not isinstance(design, SparseDesign)
    make = _half if dense and len(weights) > _MANY else _kernel
    kernel = make(design, standard, _scale(factors))
    kernel = kernel if train.all() else kernel[np.ix_(train, train)]
    kernel = _weighted(kernel, np.sqrt(weights[train] / weights.sum()))
    d = eigvalsh(kernel.T, overwrite_a=True, check_finite=False, driver="ev")  # of the lower triangle
    return d[_live(d, len(weights))]


def _weighted(kernel: np.ndarray, root: np.ndarray) -> np.ndarray:
    kernel *= root
    kernel *= root[:, None]
    return kernel


def _live(d: np.ndarray, n: int) -> np.ndarray:
    """Which eigenvalues are more than rounding."""
    return d > d.max(initial=0.0) * _EPS * n


def _scale(factors: np.ndarray) -> np.ndarray:
    """1/√f_j; 0 for columns that are excluded or never penalised."""
    return np.where(np.isfinite(factors) & (factors > 0), 1.0 / np.sqrt(np.where(factors > 0, factors, 1.0)), 0.0)


def _kernel(design: Design, standard: Standardization, scale: np.ndarray) -> np.ndarray:
    """F F' of all rows, (n, n)."""
    if isinstance(design, SparseDesign) and not len(standard.fill):
        # (X − 1m')(X − 1m')' = XX' − a1' − 1a' + m'm, with a = Xm: the zeros stay zeros
        x, m = design.scaled(standard.inverse * scale), standard.mean * standard.inverse * scale
        a = x @ m
        return (x @ x.T).toarray() - a[:, None] - a + m @ m
    n = design.shape[0]
    if n > _MANY:
        kernel = _half(design, standard, scale)
        mirror(kernel)
        return kernel
    kernel, part = np.zeros((n, n)), np.empty((min(n, _ROWS), n))
    for j in _chunks(design.shape[1]):
        f = _features(design, standard, j, scale)
        for rows in _bands(n):  # of all rows with themselves: half the work of a product with the training rows
            band = slice(rows.stop)
            kernel[rows, band] += np.matmul(f[rows], f[band].T, out=part[: rows.stop - rows.start, band])
    for rows in _bands(n):
        kernel[: rows.start, rows] = kernel[rows, : rows.start].T
    return kernel


def _half(design: Design, standard: Standardization, scale: np.ndarray) -> np.ndarray:
    """Upper triangle of the kernel, added up in place."""
    from scipy.linalg import blas

    n = design.shape[0]
    kernel, few = np.zeros((n, n)), max(16, _CELLS // n)
    for first in range(0, design.shape[1], few):
        f = _features(design, standard, np.arange(first, min(first + few, design.shape[1])), scale)
        blas.dsyrk(1.0, f.T, beta=1.0, c=kernel.T, trans=1, lower=1, overwrite_c=1)  # type: ignore[attr-defined]
    return kernel


def _bands(n: int) -> list[slice]:
    return [slice(a, min(a + _ROWS, n)) for a in range(0, n, _ROWS)]


def _chunks(p: int) -> list[np.ndarray]:
    return [np.arange(a, min(a + _CHUNK, p)) for a in range(0, p, _CHUNK)]


def _features(design: Design, standard: Standardization, j: np.ndarray, scale: np.ndarray | None = None) -> np.ndarray:
    f = _imputed_columns(design, j, standard.imputed, standard.fill)
    f -= standard.mean[j]
    f *= standard.inverse[j] if scale is None else standard.inverse[j] * scale[j]
    return f


def _imputed_columns(design: Design, j: np.ndarray, imputed: np.ndarray, fill: np.ndarray) -> np.ndarray:
    x = design.columns(j)
    for (value, flag), amount in zip(imputed, fill, strict=True):
        if len(j) and j[0] <= value <= j[-1]:
            x[:, np.flatnonzero(j == value)] += amount * design.columns(np.array([flag]))
    return x


def standardize_rows(
    design: Design, imputed: np.ndarray, train: np.ndarray, weights: np.ndarray, options: dict
) -> Standardization:
    """Learn a standardization column chunk by column chunk, never forming cross-products."""
    p, w = design.shape[1], weights[train]
    total = w.sum()
    observed = np.array([1.0 - (w @ design.columns(np.array([flag]))[train, 0]) / total for _, flag in imputed])
    sums = np.array([(w @ design.columns(np.array([value]))[train, 0]) / total for value, _ in imputed])
    fill = np.where(observed > _EPS, sums / np.maximum(observed, _EPS), 0.0) if len(imputed) else np.empty(0)
    mean, variance = np.empty(p), np.empty(p)
    for j in _chunks(p):
        x = _imputed_columns(design, j, imputed, fill)[train]
        mean[j] = w @ x / total
        x -= mean[j]
        mean[j] += w @ x / total
        variance[j] = np.maximum(w @ x**2 / total - (w @ x / total) ** 2, 0.0)
    return Standardization.of(mean, variance, imputed, fill, **options)
