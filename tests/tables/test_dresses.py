"""The same table in another dress gives exactly the same numbers."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ridgeline.tables import Encoder, Roles, Table, profile, scan
from tables.dress import Dress

COLUMNS: dict[str, list[object]] = {
    "size": [1234.5, 0.25, None, -12000.125, 7.0, 3.5, 99.0, 1e-3, 2.75, 1000000.5, 8.125, 4.0],
    "count": [1000, 25, 3, None, 1234567, 0, 7, 12, 99999, -5, 31, 2],
    "city": ["Oslo", "Köln", None, "Oslo", "São Paulo", "Köln", "a,b;c", 'say "hi"', "Oslo", "Köln", "Oslo", "Köln"],
    "paid": [True, False, True, None, True, False, False, True, True, False, True, False],
    "when": [date(2015, 1, 31), date(2016, 2, 29), None, *(date(2017, month, 13) for month in range(1, 10))],
    "y": [k % 3 for k in range(12)],
}
DRESSES = {
    "semicolons and decimal commas": Dress(";", ","),
    "tabs": Dress("\t"),
    "bars": Dress("|"),
    "decimal commas in quotes": Dress(",", ","),
    "thousands commas": Dress(",", ".", ","),
    "thousands dots": Dress(";", ",", "."),
    "thousands blanks": Dress(";", ",", " "),
    "thousands narrow blanks": Dress(";", ",", "\u202f"),
    "thousands apostrophes": Dress(",", ".", "'"),
    "every cell quoted": Dress(quote_all=True),
    "Windows line ends": Dress(line_end="\r\n"),
    "old Mac line ends": Dress(line_end="\r"),
    "UTF-8 with mark": Dress(encoding="utf-8-sig"),
    "UTF-16": Dress(encoding="utf-16"),
    "UTF-16 big end first": Dress(encoding="utf-16-be"),
    "UTF-16 small end first": Dress(encoding="utf-16-le"),
    "UTF-32": Dress(encoding="utf-32"),
    "Latin-1": Dress(encoding="latin-1"),
    "Windows-1252": Dress(encoding="cp1252"),
    "gz": Dress(packed="gz"),
    "bz2": Dress(packed="bz2"),
    "xz": Dress(packed="xz"),
    "NA": Dress(missing="NA"),
    "question marks": Dress(missing="?"),
    "all at once": Dress(";", ",", ".", "utf-16", quote_all=True, line_end="\r\n", missing="NaN", packed="gz"),
}


def assert_same(found: Table, expected: Table) -> None:
    assert found.names == expected.names
    for name in expected.names:
        assert found.data.schema.field(name).type == expected.data.schema.field(name).type, name
        assert found.column(name).to_pylist() == expected.column(name).to_pylist(), name


@pytest.fixture
def plain(tmp_path: Path) -> Table:
    return scan(Dress().write(tmp_path / "plain.csv", COLUMNS))


def test_the_plain_dress_is_understood(plain: Table) -> None:
    for name in ("size", "count", "city", "paid", "y"):
        assert plain.column(name).to_pylist() == COLUMNS[name]
    dates = [cell and cell.date() for cell in plain.column("when").to_pylist()]
    assert dates == COLUMNS["when"]


@pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES)
def test_text_dresses(dress: Dress, tmp_path: Path, plain: Table) -> None:
    assert_same(scan(dress.write(tmp_path / f"t.csv{dress.packed and '.' + dress.packed}", COLUMNS)), plain)


def pandas_objects() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in COLUMNS.items()})


def pandas_dtypes() -> pd.DataFrame:
    frame = pandas_objects()
    return frame.assign(
        size=frame["size"].astype(float),
        count=frame["count"].astype("Int64"),
        paid=frame["paid"].astype("boolean"),
        y=frame["y"].astype("int8"),
    )


def arrow_table() -> pa.Table:
    return pa.table({name: pa.array(cells) for name, cells in COLUMNS.items()})


def arrow_city(change: Callable[[pa.ChunkedArray], pa.ChunkedArray]) -> pa.Table:
    table = arrow_table()
    return table.set_column(2, "city", change(table["city"]))


def polars_frame() -> pl.DataFrame:
    return pl.DataFrame({name: list(cells) for name, cells in COLUMNS.items()})


FRAMES: dict[str, Callable[[], object]] = {
    "pandas objects": pandas_objects,
    "pandas dtypes": pandas_dtypes,
    "pandas categories": lambda: pandas_dtypes().astype({"city": "category"}),
    "polars": polars_frame,
    "polars lazy": lambda: polars_frame().lazy(),
    "polars categories": lambda: polars_frame().with_columns(pl.col("city").cast(pl.Categorical)),
    "arrow": arrow_table,
    "arrow batch": lambda: arrow_table().combine_chunks().to_batches()[0],
    "arrow dictionary": lambda: arrow_city(lambda column: column.dictionary_encode()),
    "arrow large strings": lambda: arrow_city(lambda column: column.cast(pa.large_string())),
    "arrow string views": lambda: arrow_city(lambda column: column.cast(pa.string_view())),
    "columns": lambda: dict(COLUMNS),
    "records": lambda: [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)],
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_objects_in_memory(make: Callable[[], object], plain: Table) -> None:
    assert_same(scan(make()), plain)


def test_a_duckdb_relation(plain: Table) -> None:
    with duckdb.connect() as connection:
        assert_same(scan(connection.from_arrow(arrow_table())), plain)


def test_parquet_json_and_arrow_files(tmp_path: Path, plain: Table) -> None:
    arrow = arrow_table()
    pq.write_table(arrow, tmp_path / "t.parquet")
    with pa.OSFile(str(tmp_path / "t.arrow"), "wb") as sink, pa.ipc.new_file(sink, arrow.schema) as writer:
        writer.write_table(arrow)
    frame = pd.DataFrame(
        {name: [str(c) if isinstance(c, date) else c for c in cells] for name, cells in COLUMNS.items()}
    )
    frame.to_json(tmp_path / "t.jsonl", orient="records", lines=True, double_precision=15)
    frame.to_json(tmp_path / "t.json", orient="records", double_precision=15)
    for name in ("t.parquet", "t.arrow", "t.jsonl", "t.json"):
        assert_same(scan(tmp_path / name), plain)


def test_excel(tmp_path: Path, plain: Table) -> None:
    pytest.importorskip("openpyxl")
    pandas_objects().to_excel(tmp_path / "t.xlsx", index=False)
    assert_same(scan(tmp_path / "t.xlsx"), plain)


def test_databases(tmp_path: Path, plain: Table) -> None:
    with duckdb.connect(str(tmp_path / "t.duckdb")) as connection:
        connection.from_arrow(arrow_table()).create("rows")
    assert_same(scan(tmp_path / "t.duckdb"), plain)
    assert_same(scan(tmp_path / "t.duckdb", sql="rows"), plain)
    assert_same(scan(tmp_path / "t.duckdb", sql="SELECT * FROM rows"), plain)


def test_sql_over_a_file(tmp_path: Path, plain: Table) -> None:
    pq.write_table(plain.data, tmp_path / "t.parquet")
    assert_same(scan(f"SELECT * FROM '{tmp_path / 't.parquet'}'"), plain)


def test_the_encoded_block_is_the_same_to_the_bit(tmp_path: Path, plain: Table) -> None:
    def block(table: Table) -> tuple[np.ndarray, np.ndarray]:
        encoder = Encoder.learn(table, profile(table, Roles(target="y")))
        encoded = encoder.encode(table)
        return encoded.dense, encoded.codes

    dense, codes = block(plain)
    for name, dress in DRESSES.items():
        other_dense, other_codes = block(scan(dress.write(tmp_path / "t.csv", COLUMNS)))
        np.testing.assert_array_equal(other_dense, dense, err_msg=name)
        np.testing.assert_array_equal(other_codes, codes, err_msg=name)


NUMBERS = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-4),
)


@given(
    st.lists(NUMBERS, min_size=3, max_size=30).filter(lambda cells: any(cell is not None for cell in cells)),
    st.sampled_from([dress for dress in DRESSES.values() if dress.encoding == "utf-8" and not dress.packed]),
)
def test_any_numbers_in_any_dress(cells: list[float | None], dress: Dress) -> None:
    # A second column settles what a comma means, as other columns do in real tables.
    columns = {"a": cells, "b": [0.5 + k for k in range(len(cells))]}
    with tempfile.TemporaryDirectory() as folder:
        found = scan(dress.write(Path(folder) / "t.csv", columns))
    expected = [None if cell is None else float(cell) for cell in cells]
    assert [None if cell is None else float(cell) for cell in found.column("a").to_pylist()] == expected


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=2, max_size=12), st.sampled_from(list(",;\t|")))
def test_any_text_survives(rows: list[tuple[str, str]], delimiter: str) -> None:
    columns: dict[str, list[object]] = {
        "first": ["x y", "z"] + [row[0] for row in rows],
        "second": ["v", "w"] + [row[1] for row in rows],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Dress(delimiter, quote_all=True).write(Path(folder) / "t.csv", columns)
        found = scan(path, header=True)
    expected = scan(columns)
    assert_same(found, expected)


def test_pandas_writes_what_we_read(tmp_path: Path, plain: Table) -> None:
    frame = pd.read_csv(io.StringIO(Dress().text(COLUMNS)))
    for name, options in {
        "german.csv": {"sep": ";", "decimal": ","},
        "plain.csv": {},
        "all_quoted.csv": {"quoting": 1},
        "packed.csv.gz": {},
    }.items():
        frame.to_csv(tmp_path / name, index=False, **options)
        assert_same(scan(tmp_path / name), plain)
