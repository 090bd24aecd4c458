"""Data frames for the library: each kind of column is read as what it is, in full, or refused in a sentence."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import ridgeline as rl
from ridgeline.errors import DataError
from ridgeline.tables.coder import FrameCoder


def stored(frame, coder: FrameCoder | None = None) -> pd.DataFrame:
    """The stored columns written out, by name."""
    if coder is None:
        coder, block = FrameCoder.learn(frame)
    else:
        block = coder.encode(frame)
    hot = [block.codes[:, [k]] == np.arange(size) for k, size in enumerate(block.levels)]
    return pd.DataFrame(np.hstack([block.dense, *hot]).astype(float), columns=[f.name for f in coder.features])


NUMBERS = {
    "float": pd.Series([1.5, 2.0, 4.0]),
    "float32": pd.Series([1.5, 2.0, 4.0], dtype="float32"),
    "integers": pd.Series([3, 1, 2], dtype="uint8"),
    "bool": pd.Series([True, False, True]),
    "nullable integers": pd.Series([3, 1, 2], dtype="Int64"),
    "nullable bool": pd.Series([True, False, True], dtype="boolean"),
    "arrow integers": pd.Series([3, 1, 2], dtype="int64[pyarrow]"),
    "arrow bool": pd.Series([True, False, True], dtype="bool[pyarrow]"),
    "arrow decimal": pd.Series([Decimal("1.5"), Decimal("2"), Decimal("4")], dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
    "objects": pd.Series([1, 2.5, True], dtype=object),
    "decimals": pd.Series([Decimal("1.5"), Decimal("2"), Decimal("4")], dtype=object),
    "sparse": pd.Series(pd.arrays.SparseArray([0.0, 1.0, 0.0])),
    "polars float": pl.Series([1.5, 2.0, 4.0]),
    "polars integers": pl.Series([3, 1, 2], dtype=pl.Int8),
    "polars bool": pl.Series([True, False, True]),
    "polars decimal": pl.Series([Decimal("1.5"), Decimal("2"), Decimal("4")]),
}


def frame_of(column, name: str = "a"):
    return pl.DataFrame({name: column}) if isinstance(column, pl.Series) else pd.DataFrame({name: column})


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_stay_numbers(kind):
    out = stored(frame_of(NUMBERS[kind]))
    assert list(out.columns) == ["a"]
    np.testing.assert_array_equal(out["a"], [float(v) for v in NUMBERS[kind].to_list()])


GAPS = {
    "float": pd.Series([1.0, np.nan, 3.0]),
    "nullable integers": pd.Series([1, None, 3], dtype="Int64"),
    "nullable bool": pd.Series([True, None, False], dtype="boolean"),
    "arrow integers": pd.Series([1, None, 3], dtype="int64[pyarrow]"),
    "objects": pd.Series([1, None, Decimal("3")], dtype=object),
    "polars integers": pl.Series([1, None, 3]),
    "polars bool": pl.Series([True, None, False]),
}


@pytest.mark.parametrize("kind", GAPS)
def test_missing_numbers_are_flagged_and_filled_with_the_training_mean(kind):
    frame = frame_of(GAPS[kind])
    coder, block = FrameCoder.learn(frame)
    assert [f.name for f in coder.features] == ["a", "a (missing)"]
    np.testing.assert_array_equal(block.dense[:, 1], [0, 1, 0])
    assert block.dense[1, 0] == 0.0
    np.testing.assert_array_equal(block.imputed, [[0, 1]])
    assert stored(frame, coder).loc[1, "a"] == pytest.approx((block.dense[0, 0] + block.dense[2, 0]) / 2)


def test_the_training_mean_is_weighted():
    coder, _ = FrameCoder.learn(pd.DataFrame({"a": [1.0, np.nan, 4.0]}), np.array([2.0, 5.0, 1.0]))
    assert coder.columns[0].mean == pytest.approx(2.0)


TEXTS = {
    "str": pd.Series(["b", None, "a", "b"]),
    "object": pd.Series(["b", None, "a", "b"], dtype=object),
    "arrow": pd.Series(["b", None, "a", "b"], dtype="string[pyarrow]"),
    "category": pd.Series(["b", None, "a", "b"], dtype="category"),
    "unused levels": pd.Series(pd.Categorical(["b", None, "a", "b"], categories=["a", "b", "never"])),
    "arrow dictionary": pd.Series(["b", None, "a", "b"], dtype=pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))),
    "polars text": pl.Series(["b", None, "a", "b"]),
    "polars categories": pl.Series(["b", None, "a", "b"], dtype=pl.Categorical),
    "polars enum": pl.Series(["b", None, "a", "b"], dtype=pl.Enum(["b", "never", "a"])),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_text_is_coded_in_full_and_missing_is_a_level(kind):
    out = stored(frame_of(TEXTS[kind]))
    assert list(out.columns) == ["a=a", "a=b", "a=(missing)"]
    np.testing.assert_array_equal(out.to_numpy(), [[0, 1, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]])


def test_text_that_says_missing_is_not_a_missing_cell():
    out = stored(pd.DataFrame({"a": ["(missing)", None]}))
    assert list(out.columns) == ["a=(missing)", "a=(missing) [2]"]
    np.testing.assert_array_equal(out.to_numpy(), np.eye(2))


def test_values_of_several_types_stay_apart():
    out = stored(pd.DataFrame({"a": pd.Series([1, "1", "x", 2.5], dtype=object)}))
    assert out.shape == (4, 4)
    assert len(set(out.columns)) == 4
    np.testing.assert_array_equal(out.sum(), 1)


@pytest.mark.parametrize("library", [pd, pl])
def test_a_column_of_nothing_is_one_level(library):
    out = stored(library.DataFrame({"a": [None, None], "b": [1.0, 2.0]}))
    assert list(out.columns) == ["b", "a=(missing)"]


TIMES = {
    "datetimes": pd.Series(pd.to_datetime(["2020-01-01", "2021-01-01"])),
    "zoned": pd.Series(pd.to_datetime(["2020-01-01", "2021-01-01"], utc=True)),
    "spans": pd.Series(pd.to_timedelta([1, 2], unit="h")),
    "periods": pd.Series(pd.period_range("2020", periods=2, freq="Y")),
    "dates": pd.Series([datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)], dtype=object),
    "arrow dates": pd.Series([datetime.date(2020, 1, 1)] * 2, dtype=pd.ArrowDtype(pa.date32())),
    "date categories": pd.Series(pd.to_datetime(["2020-01-01", "2021-01-01"])).astype("category"),
    "polars dates": pl.Series([datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)]),
    "polars spans": pl.Series([datetime.timedelta(1), datetime.timedelta(2)]),
}


@pytest.mark.parametrize("kind", TIMES)
def test_times_are_refused_with_the_remedy(kind):
    with pytest.raises(DataError, match=r"Column 'when' of X holds dates or times; turn it into numbers"):
        FrameCoder.learn(frame_of(TIMES[kind], "when"))


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([[1], [2]]),
        pd.Series([1j, 2j]),
        pl.Series([[1], [2]]),
        pl.Series([{"k": 1}, {"k": 2}]),
        pl.Series([b"1", b"2"]),
    ],
    ids=["lists", "complex", "polars lists", "polars structs", "polars bytes"],
)
def test_other_types_are_refused_by_name(column):
    with pytest.raises(DataError, match="Column 'odd' of X is of type"):
        FrameCoder.learn(frame_of(column, "odd"))


@pytest.mark.parametrize("library", [pd, pl])
def test_infinity_is_refused_with_its_row(library):
    with pytest.raises(DataError, match="Column 'a' of X holds an infinite number in row 1"):
        FrameCoder.learn(library.DataFrame({"a": [1.0, np.inf]}))


def test_two_columns_of_one_name_stay_two():
    frame = pd.DataFrame([[1.0, 5.0], [2.0, 3.0]], columns=["a", "a"])
    out = stored(frame)
    assert list(out.columns) == ["a", "a [2]"]
    np.testing.assert_array_equal(out.to_numpy(), frame.to_numpy())


def test_names_need_not_be_text():
    out = stored(pd.DataFrame({0: [1.0, 2.0], ("x", 1): ["u", "v"]}))
    assert list(out.columns) == ["0", "('x', 1)=u", "('x', 1)=v"]


def test_unseen_levels_contribute_nothing():
    coder, _ = FrameCoder.learn(pd.DataFrame({"a": ["u", "v"]}))
    np.testing.assert_array_equal(
        stored(pd.DataFrame({"a": ["w", None, "v"]}), coder).to_numpy(), [[0, 0], [0, 0], [0, 1]]
    )


def test_gaps_that_training_did_not_have_take_the_mean():
    coder, _ = FrameCoder.learn(pd.DataFrame({"a": [1.0, 3.0]}))
    np.testing.assert_array_equal(stored(pd.DataFrame({"a": [np.nan, 5.0]}), coder)["a"], [2.0, 5.0])
    np.testing.assert_array_equal(stored(pd.DataFrame({"a": [None, None]}), coder)["a"], [2.0, 2.0])


def test_text_where_numbers_were_is_refused_with_its_row():
    coder, _ = FrameCoder.learn(pd.DataFrame({"a": [1.0, 3.0]}))
    with pytest.raises(DataError, match="Column 'a' of X held numbers in training, but row 1 holds 'x'"):
        coder.encode(pd.DataFrame({"a": [2.0, "x"]}))


def test_other_types_of_the_same_levels_are_recognised():
    coder, _ = FrameCoder.learn(pd.DataFrame({"a": pd.Series([1, 2, 1]).astype("category")}))
    np.testing.assert_array_equal(stored(pd.DataFrame({"a": [2.0, 1.0]}), coder).to_numpy(), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(stored(pl.DataFrame({"a": [2, 1]}), coder).to_numpy(), [[0, 1], [1, 0]])


def test_a_matrix_of_numbers_is_not_copied():
    array = np.arange(6.0).reshape(3, 2)
    frame = pd.DataFrame(array, columns=["a", "b"], copy=False)
    _, block = FrameCoder.learn(frame)
    assert np.shares_memory(block.dense, array)


@pytest.mark.parametrize("library", [pd, pl])
def test_frames_fit_as_their_stored_columns_do(library):
    rng = np.random.default_rng(0)
    data = {"x": rng.standard_normal(60), "k": rng.integers(0, 5, 60), "c": rng.choice(["u", "v", "w"], 60)}
    y = data["x"] + (data["c"] == "u") + rng.standard_normal(60)
    frame = library.DataFrame(data)
    path = rl.fit_path(frame, y, lams=[0.1])
    assert path.feature_names == ("x", "k", "c=u", "c=v", "c=w")
    plain = rl.fit_path(stored(frame).to_numpy(), y, lams=[0.1])
    np.testing.assert_allclose(path.coef, plain.coef, rtol=1e-9, atol=1e-12)
