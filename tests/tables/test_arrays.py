"""NumPy to Arrow and back, without the heavy road."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ridgeline.tables import arrays
from ridgeline.tables.distinct import Cells, dictionary

DTYPES = ["f8", "i8", "i4", "?", "M8[us]"]


@given(st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(dtype, st.integers(0, 40))), st.data())
def test_there_and_back(values: np.ndarray, data: st.DataObject) -> None:
    missing = data.draw(hnp.arrays(bool, len(values)))
    column = arrays.from_numpy(values, missing)
    column.validate(full=True)
    np.testing.assert_array_equal(arrays.gaps(column), missing)
    np.testing.assert_array_equal(arrays.to_numpy(column)[~missing], values[~missing])
    assert column.is_null().to_pylist() == missing.tolist()
    start = data.draw(st.integers(0, len(values)))
    turned, gone = np.roll(values, -start), np.roll(missing, -start)
    pieces = pa.chunked_array([column.slice(start), column.slice(0, start)])
    np.testing.assert_array_equal(arrays.to_numpy(pieces)[~gone], turned[~gone])
    if values.dtype.kind in "fi":
        np.testing.assert_array_equal(arrays.floats(pieces), np.where(gone, np.nan, turned.astype(float)))


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_texts(cells: list[str]) -> None:
    column = arrays.texts(cells)
    column.validate(full=True)
    assert column.to_pylist() == cells


def back(cells: Cells) -> list[str | None]:
    return [cells.distinct[int(k)].as_py() if k >= 0 else None for k in cells.index]


@given(st.lists(st.sampled_from(["a", " a ", "b", "", "NA", None])))
def test_cells_are_trimmed_and_distinct_enough(values: list[str | None]) -> None:
    cells = Cells.of(pa.chunked_array([pa.array(values, pa.string())]))
    again = back(cells)
    assert again == [None if v is None or v.strip() in ("", "NA") else v.strip() for v in values]
    assert cells.counts.sum() == sum(v is not None for v in again)
    kept = cells.without(np.asarray([cell == "a" for cell in cells.distinct.to_pylist()], dtype=bool))
    assert back(kept) == [None if v == "a" else v for v in again]


def test_places_of_an_empty_and_a_sliced_column() -> None:
    empty = dictionary(pa.chunked_array([], pa.timestamp("us")))
    assert (len(empty.dictionary), len(arrays.places(empty))) == (0, 0)
    whole = pa.array(["x", None, "y", "x"]).dictionary_encode()
    assert arrays.places(whole.slice(1, 3)).tolist() == [-1, 1, 0]


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_reading_a_file_does_not_import_pandas(tmp_path: Path, name: str) -> None:
    pytest.importorskip("pandas")
    text = "id,age,city,when,flag,price\n" + "".join(
        f'{k},{k % 7 or ""},{"Oslo" if k % 3 else "?"},2015-01-{k:02},{bool(k % 2)},"{k},5"\n' for k in range(10, 30)
    )
    (tmp_path / "t.csv").write_text(text)
    code = (
        "import sys, pyarrow.csv, pyarrow.parquet; from ridgeline.tables import *;"
        "pyarrow.parquet.write_table(pyarrow.csv.read_csv('t.csv'), 't.parquet');"
        f"table = scan({name!r}); schema = profile(table, Roles(target='age')); encoder = Encoder.learn(table, schema);"
        "encoder.encode(table); read_target(table, 'age'); print('pandas' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert run.stdout.strip() == "False"
