"""From what people pass to the library (arrays, sparse matrices, data frames) to a `Problem`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.designs import DenseDesign, Design, SparseDesign
from ridgeline.designs.mixed import design_of_block
from ridgeline.engines import Local
from ridgeline.errors import DataError, OptionError
from ridgeline.families import Family, Multinomial, get_family
from ridgeline.problem import Problem
from ridgeline.tables.block import Block, Feature
from ridgeline.tables.coder import FrameCoder
from ridgeline.tables.extremes import LARGEST, SMALLEST, extreme
from ridgeline.tables.series import is_frame

__all__ = ["Rows", "check_ratio", "dense_rows", "problem_of", "rows_of", "rows_of_block", "sparse_rows", "vector"]

_NONE = np.empty((0, 2), dtype=np.intp)


def problem_of(
    x,
    y,
    *,
    family,
    weights=None,
    offset=None,
    penalty_factor=None,
    standardize=True,
    intercept=True,
    l1_ratio=0.0,
    bounds=None,
    n_threads=None,
) -> tuple[Problem, tuple[str, ...]]:
    """Check the arguments and put them together; also the feature names.

    Raises
    ------
    InputError
        Naming the row or column at fault.
    """
    rows = rows_of(x, n_threads)
    n, p = rows.design.shape
    chosen, target = _family_and_target(family, y, n)
    if chosen.name == "multinomial" and offset is not None:
        raise OptionError("An offset of one number for each row says nothing about classes; leave offset out.")
    w = np.ones(n) if weights is None else vector("weights", weights, n)
    if (w < 0).any():
        raise OptionError(f"weights must not be negative; row {int(np.argmax(w < 0))} holds {w.min():g}.")
    if w.sum() <= 0:
        raise OptionError("weights must not all be zero.")
    o = np.zeros(n) if offset is None else vector("offset", offset, n)
    f = np.ones(p) if penalty_factor is None else _factors(penalty_factor, p)
    ratio, box = check_ratio(l1_ratio), None if bounds is None else _bounds(bounds, p)
    return Problem(chosen, rows.design, target, w, o, f, rows.imputed, standardize, intercept, ratio, box), rows.names


def _family_and_target(family, y, n: int) -> tuple[Family, np.ndarray]:
    """Return the family, with the classes found in y when it has classes, and y as numbers."""
    chosen = get_family(family)
    if chosen.name != "multinomial":
        return chosen, chosen.check_y(vector("y", y, n))
    chosen, target = Multinomial.of_labels(y)
    if len(target) != n:
        raise OptionError(f"y must hold one label for each of the {n} rows; it holds {len(target)}.")
    return chosen, target


def check_ratio(value) -> float:
    """ρ, the share of L1, as a number from 0 to 1."""
    try:
        ratio = float(value)
    except (TypeError, ValueError):
        raise OptionError(f"l1_ratio must be a number from 0 (ridge) to 1 (lasso); it is {value!r}.") from None
    if not 0.0 <= ratio <= 1.0:
        raise OptionError(f"l1_ratio must lie between 0 (ridge) and 1 (lasso); it is {ratio!r}.")
    return ratio


def _bounds(bounds, p: int) -> tuple[np.ndarray, np.ndarray] | None:
    """(lower, upper), each with p numbers; None when they bound nothing."""
    try:
        given = [np.asarray(b, dtype=np.float64) for b in bounds]
        lower, upper = (np.broadcast_to(b, p).copy() for b in given)
    except (TypeError, ValueError):
        raise OptionError(
            f"bounds must be (lower, upper), each a number or {p} numbers, one for each feature."
        ) from None
    bad = ~(lower <= upper) | np.isposinf(lower) | np.isneginf(upper)
    if bad.any():
        j = int(np.argmax(bad))
        raise OptionError(f"bounds leave nothing for feature {j}: from {lower[j]} to {upper[j]}.")
    return None if np.all(np.isneginf(lower) & np.isposinf(upper)) else (lower, upper)


def vector(name: str, values, n: int) -> np.ndarray:
    """Read a finite float64 vector of length n, or raise an error that names the first row at fault."""
    try:
        out = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise OptionError(f"{name} must be numbers.") from None
    out = out.ravel() if out.ndim == 2 and out.shape[1] == 1 else out
    if out.shape != (n,):
        raise OptionError(f"{name} must hold one number for each of the {n} rows; its shape is {out.shape}.")
    bad = ~np.isfinite(out)
    if bad.any():
        row = int(np.argmax(bad))
        raise OptionError(f"{name} is {out[row]} in row {row}; remove that row or fill it in.")
    if found := extreme(out):
        raise OptionError(f"{name} is {found[1]} to compute with, in row {found[0]}; change its unit.")
    return out


def _factors(values, p: int) -> np.ndarray:
    out = np.asarray(values, dtype=np.float64)
    if out.shape != (p,) or np.isnan(out).any() or (out < 0).any():
        raise OptionError(f"penalty_factor must hold {p} numbers from 0 to inf, one for each feature.")
    return out


@dataclass(frozen=True)
class Rows:
    """Checked rows, ready for a `Problem`; every function of the library takes them in place of X.

    Attributes
    ----------
    design : Design
    imputed : ndarray of shape (m, 2)
        (value column, flag column) pairs of columns with missing cells.
    names : tuple of str
        Of the features.
    """

    design: Design
    imputed: np.ndarray
    names: tuple[str, ...]


def rows_of(x, n_threads: int | None = None) -> Rows:
    """Read an array, a sparse matrix or a data frame; the data are not copied where that can be avoided."""
    engine = Local(n_threads)
    if isinstance(x, Rows):
        return x
    if hasattr(x, "tocsr"):
        return _sparse(x, engine)
    if is_frame(x):
        coder, block = FrameCoder.learn(x)
        return rows_of_block(block, coder.features, engine)
    try:
        array = np.asarray(x)
        array = array if array.dtype.kind in "fiub" else array.astype(np.float64)
    except (TypeError, ValueError):
        raise DataError("X must hold numbers; pass a data frame to have its text columns coded.") from None
    if array.ndim != 2:
        raise DataError(f"X must have two dimensions, rows and columns; it has {array.ndim}.")
    _refuse_empty(array.shape)
    _refuse_missing(array, engine)
    _refuse_small(array)
    return dense_rows(array, engine)


def dense_rows(array: np.ndarray, engine: Local) -> Rows:
    """Wrap a checked array."""
    return Rows(DenseDesign(array, engine=engine), _NONE, _numbered(array.shape[1]))


def sparse_rows(matrix, engine: Local) -> Rows:
    """Wrap a checked CSR matrix; float64 data are shared, not copied."""
    from scipy.sparse import csr_matrix

    rows = csr_matrix(matrix, dtype=np.float64)
    if not rows.has_canonical_format:  # entries given twice are summed, on a copy
        rows = rows.copy()
        rows.sum_duplicates()
    return Rows(SparseDesign(rows, engine=engine), _NONE, _numbered(matrix.shape[1]))


def _numbered(p: int) -> tuple[str, ...]:
    return tuple(f"x{j}" for j in range(p))


def _refuse_empty(shape: tuple[int, ...]) -> None:
    if shape[0] == 0 or shape[1] == 0:
        raise DataError(f"X has {shape[0]} rows and {shape[1]} columns; at least one of each is needed.")


def _refuse_missing(array: np.ndarray, engine: Local) -> None:
    if array.dtype.kind != "f":
        return
    step = max(1, 2**20 // array.shape[1])
    starts = range(0, len(array), step)

    def total(start: int) -> float:
        block = array[start : start + step]
        with np.errstate(over="ignore", invalid="ignore"):  # a small sum says it all; others are looked at below
            return float(np.einsum("ij,ij->", block, block, dtype=np.float64))

    for start, found in zip(starts, engine.map(total, starts), strict=True):
        if found <= LARGEST**2:
            continue
        bad = ~(np.abs(array[start : start + step]) <= LARGEST)
        if bad.any():
            row, column = np.argwhere(bad)[0]
            value = array[start + row, column]
            finite = np.isfinite(value)
            remedy = "change its unit" if finite else "pass a data frame to have missing numbers imputed"
            what = f"{value:.6g}, too large to compute with," if finite else value
            raise DataError(f"X holds {what} in row {start + row}, column {column}; {remedy}.")


def _refuse_small(array: np.ndarray) -> None:
    if array.dtype.kind != "f" or not (np.abs(array[:64]).max(axis=0) < SMALLEST).any():  # the rest is rarely read
        return
    largest = np.maximum(array.max(axis=0), -array.min(axis=0))
    bad = (largest > 0) & (largest < SMALLEST)
    if bad.any():
        column = int(np.argmax(bad))
        row = int(np.argmax(array[:, column] != 0))
        raise DataError(
            f"X holds {array[row, column]:.6g}, too small to compute with, in row {row}, column {column};"
            " change its unit."
        )


def _sparse(x, engine: Local) -> Rows:
    matrix = x.tocsr()
    _refuse_empty(matrix.shape)
    if not np.all(np.isfinite(matrix.data)):
        raise DataError("X holds missing or infinite numbers; a sparse matrix must not.")
    if found := extreme(matrix.data):
        row = int(np.searchsorted(matrix.indptr, found[0], side="right")) - 1
        raise DataError(
            f"X holds {found[1]} to compute with, in row {row}, column {matrix.indices[found[0]]}; change its unit."
        )
    return sparse_rows(matrix, engine)


def rows_of_block(block: Block, features: tuple[Feature, ...], engine: Local) -> Rows:
    """Wrap an encoded frame."""
    _refuse_empty((block.rows, block.width))
    names = tuple(f.name for f in features)
    return Rows(design_of_block(block, engine), block.imputed, names)
