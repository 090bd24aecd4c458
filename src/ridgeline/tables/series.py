"""One column of a pandas or polars frame, read as it is: numbers stay numbers, everything else becomes codes.

No guess is made here (text that looks like numbers is text): that is the business of `ridgeline.tables.profile`.
"""

from __future__ import annotations

import datetime
import sys
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from ridgeline.errors import DataError
from ridgeline.tables.extremes import extreme

__all__ = ["Reading", "columns_of", "is_frame", "read_codes", "read_numbers"]

Reading = tuple[np.ndarray, list]

_TIMES = (datetime.date, datetime.time, datetime.timedelta, np.datetime64, np.timedelta64)


def is_frame(x: Any) -> bool:
    """Whether `x` is a data frame, by what it offers."""
    return hasattr(x, "columns") and hasattr(x, "dtypes")


def columns_of(frame: Any) -> list[tuple[str, Any]]:
    """(name, column) pairs by position, so that two columns of one name stay two columns."""
    if hasattr(frame, "iloc"):
        return [(str(name), frame.iloc[:, k]) for k, name in enumerate(frame.columns)]
    return [(str(name), frame[name]) for name in frame.columns]


def read_numbers(name: str, series: Any) -> np.ndarray | None:
    """Column as an array of numbers with NaN for missing cells (no copy where possible), or None when it holds others.

    Parameters
    ----------
    name : str
        For messages.
    series : Series
        pandas or polars.
    """
    values = _polars_numbers(name, series) if _is_polars(series) else _pandas_numbers(name, series)
    if values is None or values.dtype.kind != "f":
        return values
    if np.isinf(values).any():
        row = int(np.argmax(np.isinf(values)))
        raise DataError(f"Column {name!r} of X holds an infinite number in row {row}; replace it or leave the row out.")
    if found := extreme(values):
        raise DataError(f"Column {name!r} of X holds {found[1]} to compute with, in row {found[0]}; change its unit.")
    return values


def read_codes(name: str, series: Any) -> Reading:
    """Code of each cell (−1 where it is missing) and the distinct values the codes stand for."""
    codes, values = _polars_codes(series) if _is_polars(series) else _pandas_codes(name, series)
    if any(isinstance(value, _TIMES) or type(value).__name__ == "Period" for value in values):
        raise _time_error(name)
    return codes, values


def _is_polars(series: Any) -> bool:
    return type(series).__module__.partition(".")[0] == "polars"


def _time_error(name: str) -> DataError:
    return DataError(
        f"Column {name!r} of X holds dates or times;"
        " turn it into numbers (days since a start, month, weekday) or drop it."
    )


def _kind_error(name: str, dtype: Any) -> DataError:
    return DataError(
        f"Column {name!r} of X is of type {dtype}, which is neither numbers nor categories; convert or drop it."
    )


def _pandas_numbers(name: str, series: Any) -> np.ndarray | None:
    dtype = series.dtype
    kind = getattr(dtype, "kind", "O")
    if kind in "mM":
        raise _time_error(name)
    if kind in "cV":
        raise _kind_error(name, dtype)
    if kind in "fiub":
        plain = isinstance(dtype, np.dtype)
        return series.to_numpy() if plain else series.to_numpy(dtype=np.float64, na_value=np.nan)
    if str(dtype) not in ("object",) and not str(dtype).startswith("decimal"):
        return None
    codes, values = read_codes(name, series)
    if not values or not all(isinstance(value, (Real, Decimal, np.bool_)) for value in values):
        return None
    return np.append(np.array([_as_float(value) for value in values]), np.nan)[codes]


def _as_float(value: Any) -> float:
    """Return a number as float64, infinite where a whole number is larger than any."""
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def _pandas_codes(name: str, series: Any) -> Reading:
    try:
        codes, values = series.factorize()
    except TypeError:
        raise _kind_error(name, "list or another container") from None
    return codes, values.tolist()


def _polars_numbers(name: str, series: Any) -> np.ndarray | None:
    dtype, polars = series.dtype, sys.modules["polars"]
    if dtype.is_temporal():
        raise _time_error(name)
    if dtype.is_nested() or dtype in (polars.Object, polars.Binary):
        raise _kind_error(name, dtype)
    if dtype.is_decimal() or dtype == polars.Boolean:
        series = series.cast(polars.Float64)
    elif not dtype.is_numeric():
        return None
    return series.to_numpy()


def _polars_codes(series: Any) -> Reading:
    polars = sys.modules["polars"]
    if series.dtype in (polars.Categorical, polars.Enum):
        series = series.cast(polars.String)
    if series.dtype == polars.Null:
        return np.full(len(series), -1), []
    values = series.drop_nulls().unique().sort().to_list()
    ranks = series.rank("dense").fill_null(0).to_numpy()
    return ranks.astype(np.intp) - 1, values
