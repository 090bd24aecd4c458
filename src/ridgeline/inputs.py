"""From what people pass to the library (arrays, sparse matrices, data frames) to a `Problem`."""

from __future__ import annotations

import numpy as np

from ridgeline.designs import DenseDesign, Design, MixedDesign, SparseDesign
from ridgeline.engines import Local
from ridgeline.errors import DataError, OptionError
from ridgeline.families import get_family
from ridgeline.problem import Problem
from ridgeline.tables.block import Block, Feature

__all__ = ["design_of", "problem_of", "vector"]

_NONE = np.empty((0, 2), dtype=np.intp)


def problem_of(
    x, y, *, family, weights=None, offset=None, penalty_factor=None, standardize=True, intercept=True, n_threads=None
) -> tuple[Problem, tuple[str, ...]]:
    """Check the arguments and put them together; also the feature names.

    Raises
    ------
    InputError
        Naming the row or column at fault.
    """
    design, imputed, names = design_of(x, n_threads)
    n, p = design.shape
    chosen = get_family(family)
    target = chosen.check_y(vector("y", y, n))
    w = np.ones(n) if weights is None else vector("weights", weights, n)
    if (w < 0).any():
        raise OptionError(f"weights must not be negative; row {int(np.argmax(w < 0))} holds {w.min():g}.")
    if w.sum() <= 0:
        raise OptionError("weights must not all be zero.")
    o = np.zeros(n) if offset is None else vector("offset", offset, n)
    f = np.ones(p) if penalty_factor is None else _factors(penalty_factor, p)
    return Problem(chosen, design, target, w, o, f, imputed, standardize, intercept), names


def vector(name: str, values, n: int) -> np.ndarray:
    """A finite float64 vector of length n, or an error that names the first row at fault."""
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
    return out


def _factors(values, p: int) -> np.ndarray:
    out = np.asarray(values, dtype=np.float64)
    if out.shape != (p,) or np.isnan(out).any() or (out < 0).any():
        raise OptionError(f"penalty_factor must hold {p} numbers from 0 to inf, one for each feature.")
    return out


def design_of(x, n_threads: int | None = None) -> tuple[Design, np.ndarray, tuple[str, ...]]:
    """Design, (value, flag) pairs of imputed columns, and feature names."""
    engine = Local(n_threads)
    if hasattr(x, "tocsr"):
        return _sparse(x, engine)
    if hasattr(x, "columns") and hasattr(x, "dtypes"):
        return _frame(x, engine)
    try:
        array = np.asarray(x)
        array = array if array.dtype.kind in "fiub" else array.astype(np.float64)
    except (TypeError, ValueError):
        raise DataError("X must hold numbers; pass a data frame to have its text columns coded.") from None
    if array.ndim != 2:
        raise DataError(f"X must have two dimensions, rows and columns; it has {array.ndim}.")
    _refuse_empty(array.shape)
    _refuse_missing(array)
    return DenseDesign(array, engine=engine), _NONE, tuple(f"x{j}" for j in range(array.shape[1]))


def _refuse_empty(shape: tuple[int, ...]) -> None:
    if shape[0] == 0 or shape[1] == 0:
        raise DataError(f"X has {shape[0]} rows and {shape[1]} columns; at least one of each is needed.")


def _refuse_missing(array: np.ndarray) -> None:
    if array.dtype.kind != "f":
        return
    for start in range(0, len(array), 65536):
        bad = ~np.isfinite(array[start : start + 65536])
        if bad.any():
            row, column = np.argwhere(bad)[0]
            value = array[start + row, column]
            raise DataError(
                f"X holds {value} in row {start + row}, column {column}; pass a data frame to have missing numbers imputed."
            )


def _sparse(x, engine: Local) -> tuple[Design, np.ndarray, tuple[str, ...]]:
    matrix = x.tocsr().astype(np.float64)
    _refuse_empty(matrix.shape)
    if not np.all(np.isfinite(matrix.data)):
        raise DataError("X holds missing or infinite numbers; a sparse matrix must not.")
    from scipy.sparse import csr_matrix

    return SparseDesign(csr_matrix(matrix), engine=engine), _NONE, tuple(f"x{j}" for j in range(matrix.shape[1]))


def _frame(frame, engine: Local) -> tuple[Design, np.ndarray, tuple[str, ...]]:
    block, features = block_of_frame(frame)
    _refuse_empty((block.rows, block.width))
    names = tuple(f.name for f in features)
    if not block.levels:
        return DenseDesign(block.dense, engine=engine), block.imputed, names
    return MixedDesign(block.dense, block.codes, block.levels, engine=engine), block.imputed, names


def block_of_frame(frame) -> tuple[Block, tuple[Feature, ...]]:
    """Every column of a pandas or polars frame: numbers as they are, everything else coded in full.

    Missing numbers get an indicator column; missing text is a level of its own. Nothing is left out.
    """
    dense, dense_features, flags, codes, levels, level_features = [], [], [], [], [], []
    for name in frame.columns:
        values = _numbers(frame[name])
        if values is None:
            coded, labels = _codes(frame[name])
            codes.append(coded)
            levels.append(len(labels))
            level_features += [Feature(f"{name}={label}", str(name), label, "level") for label in labels]
            continue
        missing = np.isnan(values)
        if np.isinf(values).any():
            raise DataError(f"X holds an infinite number in row {int(np.argmax(np.isinf(values)))}, column {name!r}.")
        if missing.any():
            flags.append((len(dense), str(name), missing.astype(np.float64)))
            values = np.where(missing, 0.0, values)
        dense.append(values)
        dense_features.append(Feature(str(name), str(name)))
    pairs = [(value, len(dense) + i) for i, (value, _, _) in enumerate(flags)]
    dense += [flag for _, _, flag in flags]
    dense_features += [Feature(f"{name} (missing)", name, "missing", "missing") for _, name, _ in flags]
    n = len(frame)
    block = Block(
        np.column_stack(dense) if dense else np.empty((n, 0)),
        np.column_stack(codes).astype(np.int32) if codes else np.empty((n, 0), dtype=np.int32),
        tuple(levels),
        np.array(pairs, dtype=np.intp).reshape(-1, 2),
    )
    return block, tuple(dense_features + level_features)


def _numbers(series) -> np.ndarray | None:
    """Column as float64 with NaN for missing cells, or None when it does not hold numbers."""
    if str(series.dtype).lower().startswith(("category", "categorical", "enum")):
        return None
    values = np.asarray(series.to_numpy())
    if values.dtype.kind in "fiub":
        return values.astype(np.float64)
    cells = [v for v in values.tolist() if v is not None and v == v and str(v) != "<NA>"]
    if cells and all(isinstance(v, (int, float)) for v in cells):
        return np.array([float(v) if isinstance(v, (int, float)) and v == v else np.nan for v in values.tolist()])
    return None


def _codes(series) -> tuple[np.ndarray, list[str]]:
    cells = ["(missing)" if v is None or v != v or str(v) == "<NA>" else str(v) for v in series.to_list()]
    labels, codes = np.unique(np.array(cells, dtype=str), return_inverse=True)
    return codes.astype(np.int32), [str(label) for label in labels]
