"""From what people pass to the library (arrays, sparse matrices, data frames) to a `Problem`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeline.designs import DenseDesign, Design, SparseDesign
from ridgeline.designs.mixed import design_of_block
from ridgeline.engines import Local
from ridgeline.errors import DataError, OptionError, TargetError, shown
from ridgeline.families import Family, Multinomial, get_family
from ridgeline.problem import Problem
from ridgeline.tables.block import Block, Feature
from ridgeline.tables.coder import FrameCoder
from ridgeline.tables.extremes import LARGEST, SMALLEST, extreme
from ridgeline.tables.series import is_frame

__all__ = [
    "Rows",
    "as_numbers",
    "check_flag",
    "check_ratio",
    "check_ratios",
    "dense_rows",
    "problem_of",
    "rows_of",
    "rows_of_block",
    "sparse_rows",
    "vector",
]

_TINY = 1e-100  # weights that are all below it, or of which one is above its inverse, are scaled
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
) -> tuple[Problem, tuple[str, ...]]:
    """Check the arguments and put them together; also the feature names.

    Raises
    ------
    InputError
        Naming the row or column at fault.
    """
    flags = check_flag("standardize", standardize), check_flag("intercept", intercept)
    rows = rows_of(x)
    n, p = rows.design.shape
    chosen, target = _family_and_target(family, y, n)
    if chosen.name == "multinomial" and offset is not None:
        raise OptionError("An offset of one number for each row says nothing about classes; leave offset out.")
    w = np.ones(n) if weights is None else vector("weights", weights, n, any_unit=True)
    if (w < 0).any():
        raise OptionError(f"weights must not be negative; row {int(np.argmax(w < 0))} holds {w.min():g}.")
    if w.max(initial=0.0) <= 0:
        raise OptionError("weights must not all be zero.")
    w = _tame(w)
    if chosen.name == "multinomial" and intercept:
        _refuse_weightless(chosen, target, w)
    o = np.zeros(n) if offset is None else vector("offset", offset, n)
    f = np.ones(p) if penalty_factor is None else _factors(penalty_factor, p)
    ratio, box = check_ratio(l1_ratio), None if bounds is None else _bounds(bounds, p)
    _refuse_held_and_excluded(f, box, rows.names)
    return Problem(chosen, rows.design, target, w, o, f, rows.imputed, *flags, ratio, box), rows.names


def check_flag(name: str, value) -> bool:
    """Yes or no; text such as "no" counts as true in Python and is refused."""
    if isinstance(value, bool | np.bool_ | int | np.integer) and value in (0, 1):
        return bool(value)
    raise OptionError(f"{name} must be True or False; it is {shown(value)}.")


def _tame(weights: np.ndarray) -> np.ndarray:
    """Weights whose sums and products are finite: only their ratios matter, and powers of two change no digit."""
    most = float(weights.max())
    return weights if _TINY <= most <= 1.0 / _TINY else np.ldexp(weights, -int(np.frexp(most)[1]))


def _family_and_target(family, y, n: int) -> tuple[Family, np.ndarray]:
    """Return the family, with the classes found in y when it has classes, and y as numbers."""
    chosen = get_family(family)
    if chosen.name != "multinomial":
        return chosen, chosen.check_y(vector("y", y, n))
    chosen, target = Multinomial.of_labels(y)
    if len(target) != n:
        raise OptionError(f"y must hold one label for each of the {n} rows; it holds {len(target)}.")
    return chosen, target


def _refuse_weightless(family: Family, target: np.ndarray, weights: np.ndarray) -> None:
    """Refuse a class without weight: the best intercept of it is −∞, whatever the penalty."""
    labels: tuple = family.classes  # type: ignore[attr-defined]
    mass = np.bincount(target.astype(np.intp), weights=weights, minlength=len(labels))
    if (mass <= 0.0).any():
        label = labels[int(np.argmin(mass))]
        raise TargetError(f"All rows of class {label!r} have weight 0; leave these rows out or give them weight.")


def check_ratio(value) -> float:
    """ρ, the share of L1, as a number from 0 to 1."""
    try:
        ratio = float(value)
    except (TypeError, ValueError, OverflowError):
        raise OptionError(f"l1_ratio must be a number from 0 (ridge) to 1 (lasso); it is {shown(value)}.") from None
    if not 0.0 <= ratio <= 1.0:
        raise OptionError(f"l1_ratio must lie between 0 (ridge) and 1 (lasso); it is {ratio!r}.")
    return ratio


def check_ratios(values) -> list[float]:
    """One or several ρ as numbers from 0 to 1, at least one of them."""
    ratios = [check_ratio(value) for value in np.atleast_1d(np.asarray(values, dtype=object)).ravel()]
    if not ratios:
        raise OptionError("l1_ratio must be a number from 0 (ridge) to 1 (lasso), or several; it is empty.")
    return ratios


def _bounds(bounds, p: int) -> tuple[np.ndarray, np.ndarray] | None:
    """(lower, upper), each with p numbers; None when they bound nothing."""
    try:
        given = [as_numbers(b) for b in bounds]
        lower, upper = (np.broadcast_to(b, p).copy() for b in given if b is not None)
    except (TypeError, ValueError):
        raise OptionError(
            f"bounds must be (lower, upper), each a number or {p} numbers, one for each feature."
        ) from None
    bad = ~(lower <= upper) | np.isposinf(lower) | np.isneginf(upper)
    if bad.any():
        j = int(np.argmax(bad))
        raise OptionError(f"bounds leave nothing for feature {j}: from {lower[j]} to {upper[j]}.")
    return None if np.all(np.isneginf(lower) & np.isposinf(upper)) else (lower, upper)


def _refuse_held_and_excluded(factors: np.ndarray, box: tuple[np.ndarray, np.ndarray] | None, names) -> None:
    """Refuse bounds that keep a feature from 0 while its penalty factor keeps it at 0."""
    if box is None:
        return
    torn = np.isinf(factors) & ((box[0] > 0.0) | (box[1] < 0.0))
    if torn.any():
        j = int(np.argmax(torn))
        raise OptionError(
            f"penalty_factor excludes feature {names[j]!r} and its bounds ({box[0][j]:g}, {box[1][j]:g}) "
            "exclude 0; give it a finite factor or bounds that hold 0."
        )


def as_numbers(values) -> np.ndarray | None:
    """Read float64, or return None where the values are no real numbers: words, times, complex numbers, ragged lists.

    Masked cells are missing: NaN.
    """
    try:
        array = np.asarray(values)
        if array.dtype.kind in "cmM":
            return None
        out = np.asarray(array, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return np.where(np.ma.getmaskarray(values), np.nan, out) if np.ma.is_masked(values) else out


def vector(name: str, values, n: int, *, any_unit: bool = False) -> np.ndarray:
    """Read a finite float64 vector of length n, or raise an error that names the first row at fault.

    Numbers whose squares leave the range of doubles are refused, unless `any_unit` says that they are rescaled.
    """
    out = as_numbers(values)
    if out is None:
        raise OptionError(f"{name} must be numbers.")
    out = out.ravel() if out.ndim == 2 and out.shape[1] == 1 else out
    if out.shape != (n,):
        raise OptionError(f"{name} must hold one number for each of the {n} rows; its shape is {out.shape}.")
    bad = ~np.isfinite(out)
    if bad.any():
        row = int(np.argmax(bad))
        raise OptionError(f"{name} is {out[row]} in row {row}; remove that row or fill it in.")
    if not any_unit and (found := extreme(out)):
        raise OptionError(f"{name} is {found[1]} to compute with, in row {found[0]}; change its unit.")
    return out


def _factors(values, p: int) -> np.ndarray:
    out = as_numbers(values)
    if out is None or out.shape != (p,) or np.isnan(out).any() or (out < 0).any():
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


def rows_of(x) -> Rows:
    """Read an array, a sparse matrix or a data frame; the data are not copied where that can be avoided."""
    engine = Local()
    if isinstance(x, Rows):
        return x
    if hasattr(x, "tocsr"):
        return _sparse(x, engine)
    if is_frame(x):
        coder, block = FrameCoder.learn(x)
        return rows_of_block(block, coder.features, engine)
    array = _array(x)
    if array.ndim != 2:
        raise DataError(f"X must have two dimensions, rows and columns; it has {array.ndim}.")
    _refuse_empty(array.shape)
    _refuse_missing(array, engine)
    _refuse_small(array)
    return dense_rows(array, engine)


def _array(x) -> np.ndarray:
    """X as an array of numbers, of the type given where it is a type of real numbers."""
    try:
        array = np.asarray(x)
    except (TypeError, ValueError):
        array = None  # rows of unequal length
    if array is not None and array.dtype.kind == "c":
        raise DataError("X holds complex numbers; pass their real and imaginary parts as columns of their own.")
    if array is not None and array.dtype.kind in "mM":
        raise DataError("X holds dates or times; turn them into numbers, such as the days since a start.")
    if array is None or array.dtype.kind not in "fiub" or array.dtype.itemsize > 8 or np.ma.is_masked(x):
        array = as_numbers(x)
    if array is None:
        raise DataError("X must hold numbers; pass a data frame to have its text columns coded.")
    return array


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
    if matrix.dtype.kind not in "fiub":
        raise DataError(f"X must hold real numbers; this sparse matrix is of type {matrix.dtype}.")
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
