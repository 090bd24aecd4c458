"""Files of every sort: a good result with a note, or one sentence that names the place."""

from __future__ import annotations

import gzip
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

import ridgeline as rl
from ridgeline.errors import ColumnError, DataError, InputError, OptionError
from ridgeline.tables import scan
from ridgeline.tables.dialect import sniff

Write = Callable[..., Path]


def found(path: Path, **options: object) -> dict[str, list[object]]:
    return scan(path, **options).data.to_pydict()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,x\n2,y\n", {"a": [1, 2], "b": ["x", "y"]}),
        ("a;b\n1,5;x\n2,5;y\n", {"a": [1.5, 2.5], "b": ["x", "y"]}),
        ("a\tb\n1\tx y\n2\tz\n", {"a": [1, 2], "b": ["x y", "z"]}),
        ("a|b\n1|2\n3|4\n", {"a": [1, 3], "b": [2, 4]}),
        ("a  b   c\n1  2.5 x\n10 3.5 yy\n", {"a": [1, 10], "b": [2.5, 3.5], "c": ["x", "yy"]}),
        ("a\n1\n\n3\n", {"a": [1, None, 3]}),
        ("name\nx\ny\n", {"name": ["x", "y"]}),
        ("a,b\r\n1,2\n3,4\r\n", {"a": [1, 3], "b": [2, 4]}),
        ("a,b\r1,2\r3,4\r", {"a": [1, 3], "b": [2, 4]}),
        ("a,b\n\n1,2\n\n3,4\n\n", {"a": [1, 3], "b": [2, 4]}),
        ('"a\nb",c\r\n1,"x\ny"\r\n3,z\r\n', {"a b": [1, 3], "c": ["x\ny", "z"]}),
        ('a,"b\n"\n1,2\n3,4\n', {"a": [1, 3], "b": [2, 4]}),
        ('a,b\n1,"x\ny"\n3,"z"\n', {"a": [1, 3], "b": ["x\ny", "z"]}),
        ("a,b\n1,5' 10\"\n3,4\n", {"a": [1, 3], "b": ["5' 10\"", "4"]}),
        ("a,b\n1,'x,y'\n2,'z'\n", {"a": [1, 2], "b": ["x,y", "z"]}),
        ('a,b\n1,"x \\"q\\" y"\n2,"z"\n', {"a": [1, 2], "b": ['x "q" y', "z"]}),
        ("# by x\n# on y\na,b\n1,2\n3,4\n", {"a": [1, 3], "b": [2, 4]}),
        ("My table\n\na,b,c\n1,2,3\n3,4,5\n", {"a": [1, 3], "b": [2, 4], "c": [3, 5]}),
        ("sep=;\na;b\n1;2\n3;4\n", {"a": [1, 3], "b": [2, 4]}),
        ("#a,b\n1,2\n3,4\n", {"a": [1, 3], "b": [2, 4]}),
        ("a,b\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4], "column_3": [None, None]}),
        ("a,b\nr1,1,2\nr2,3,4\n", {"rownames": ["r1", "r2"], "a": [1, 3], "b": [2, 4]}),
        ("a,b,c\n1,2,3\n4,5\n6,7,8\n", {"a": [1, 4, 6], "b": [2, 5, 7], "c": [3, None, 8]}),
        ('<b>x</b>,"a ""q"" & \'s\'"\n1,2\n3,4\n', {"<b>x</b>": [1, 3], "a \"q\" & 's'": [2, 4]}),
    ],
)
def test_dialects(write: Write, content: str, expected: dict[str, list[object]]) -> None:
    assert found(write(content)) == expected


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ("name,age\nAnn,31\nBo,45\n", ["name", "age"]),
        ("Ann,31\nBo,45\n", ["column_1", "column_2"]),
        ("name,city\nann,oslo\nbo,rome\n", ["name", "city"]),
        ("red,yes\nblue,no\nred,no\nblue,yes\n", ["column_1", "column_2"]),
        ("country,1990,1991,1992\nFR,1.5,2.5,3.5\nDE,2.5,2.6,2.7\n", ["country", "1990", "1991", "1992"]),
        (",0,1,2\n0,1.5,2.5,3.5\n1,2.5,2.6,2.7\n", ["rownames", "0", "1", "2"]),
        ("1,2\n3,4\n5,6\n", ["column_1", "column_2"]),
        ("a,a,,a_2\n1,2,3,4\n5,6,7,8\n", ["a", "a_3", "column_3", "a_2"]),
        ("day,flag\n2015-01-02,true\n2015-01-03,false\n", ["day", "flag"]),
        ("2015-01-02,true\n2015-01-03,false\n", ["column_1", "column_2"]),
        ("a,b\n?,?\n?,?\n", ["a", "b"]),
        ("38, Private, <=50K\n50, ?, >50K\n", ["column_1", "column_2", "column_3"]),
    ],
)
def test_headers(write: Write, content: str, names: list[str]) -> None:
    table = scan(write(content))
    assert table.names == names
    absent = all(name.startswith("column_") for name in names)
    assert any("no header" in note for note in table.notes) == absent


def test_the_user_may_say_whether_there_is_a_header(write: Write) -> None:
    assert found(write("1,2\n3,4\n"), header=True) == {"1": [3], "2": [4]}
    assert found(write("a,b\nc,d\n"), header=False) == {"column_1": ["a", "c"], "column_2": ["b", "d"]}


def test_a_named_column_in_the_first_line_makes_it_a_header(write: Write) -> None:
    path = write("a,b,y\n" + "u,v,no\na,v,yes\nu,b,no\na,b,yes\n" * 20)
    assert scan(path).names == ["column_1", "column_2", "column_3"]
    assert scan(path, known=["nowhere", "y"]).names == ["a", "b", "y"]
    assert scan(path, known=["y"], header=False).names == ["column_1", "column_2", "column_3"]
    fit = rl.fit(path, target="y", drop=["b"])
    assert fit.model.verify(path) == []  # the header is found again
    with pytest.raises(ColumnError, match="first line was read as data; if it holds the names, name a column exactly"):
        rl.fit(path, target="Y")


def test_known_names_settle_the_header() -> None:
    assert sniff("1,2\n3,4\n", known=["1"]).names == ("1", "2")


NASTY: dict[str, tuple[str | bytes, str, str]] = {
    "empty": ("", "t.csv", "is empty"),
    "blank lines": ("\n\n\n", "t.csv", "is empty"),
    "header only": ("a,b,c\n", "t.csv", "no rows"),
    "header without line end": ("a,b,c", "t.csv", "no rows"),
    "binary": (bytes(range(256)) * 10, "t.csv", "binary"),
    "NUL in text": ("a,b\n1,x\0y\n3,z\n", "t.csv", "binary"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "t.csv", "PNG"),
    "pickle": (b"\x80\x04\x95" + bytes(100), "t.pkl", "pickle"),
    "long row": ("a,b,c\n1,2,3\n4,5,6,7\n6,7,8\n", "t.csv", "line 3: at least 4 fields where 3"),
    "longer row": ("a,b,c\n1,2,3\n4,5,6,7,8,9\n6,7,8\n", "t.csv", "line 3: at least 4 fields where 3"),
    "all rows too long": ("a,b\n1,2,3,4\n4,5,6,7\n", "t.csv", "names 2 columns but the rows below have 4"),
    "open quote": ('a,b\n1,"2\n3,4\n5,6\n', "t.csv", "line 2: a cell that starts with a quote"),
    "damaged gz": (gzip.compress(b"a,b\n1,2\n" * 1000)[:-20], "t.csv.gz", "damaged"),
    "gz of nothing": (gzip.compress(b""), "t.csv.gz", "is empty"),
    "gz of a picture": (gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(100)), "t.csv.gz", "binary"),
    "odd UTF-16": ("a,b\n1,é\n".encode("utf-16") + b"x", "t.csv", "not valid UTF-16"),
    "damaged Parquet": (b"PAR1" + b"x" * 100, "t.parquet", "damaged Parquet"),
    "damaged Arrow": (b"ARROW1" + b"x" * 100, "t.arrow", "damaged Arrow"),
    "damaged Excel": (b"PK\x03\x04" + b"x" * 50, "t.xlsx", "not an Excel workbook"),
    "damaged SQLite": (b"SQLite format 3\0" + b"x" * 200, "t.db", "t.db"),
    "damaged DuckDB": (b"x" * 8 + b"DUCK" + b"x" * 200, "t.duckdb", "t.duckdb"),
    "bad JSON line": ('{"a":1}\n{"a":\n', "t.jsonl", "line 2"),
    "JSON number": ("5", "t.json", "record"),
    "deep JSON": ("[" * 100_000 + "]" * 100_000, "t.json", "too deeply"),
    "LIBSVM": ("-1 3:1 11:1 14:0.5\n1 1:1 2:1 9:2\n", "t.csv", "LIBSVM"),
    "CSV called JSON": ("a,b\n1,2\n", "t.json", "not valid JSON"),
}


@pytest.mark.parametrize(("content", "name", "says"), NASTY.values(), ids=NASTY)
def test_nasty_files_give_one_sentence(write: Write, content: str | bytes, name: str, says: str) -> None:
    with pytest.raises(DataError, match=says) as caught:
        scan(write(content, name))
    message = str(caught.value)
    assert name in message
    assert "\n" not in message
    assert "Traceback" not in message


def test_files_that_are_not_there(tmp_path: Path, write: Write) -> None:
    write("a,b\n1,2\n", "churn.csv")
    with pytest.raises(DataError, match=r"did you mean .*churn\.csv\?$"):
        scan(tmp_path / "chrun.csv")
    with pytest.raises(DataError, match="no file"):
        scan(tmp_path / "nowhere" / "x.csv")
    with pytest.raises(DataError, match="folder"):
        scan(tmp_path)
    for odd in ("x" * 5000, "a\0b.csv"):
        with pytest.raises(DataError):
            scan(odd)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError, match=r"is a pipe.* write it to a file first"):
        scan(tmp_path / "pipe")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_file_we_may_not_read(write: Write) -> None:
    path = write("a,b\n1,2\n")
    path.chmod(0)
    with pytest.raises(DataError, match="cannot be read"):
        scan(path)


@pytest.mark.parametrize("name", ["t[1]*.csv", "t'x;.csv", "t ?.csv", "ü 'q' \"d\".csv", "select x.csv", "from.csv"])
def test_odd_file_names(write: Write, name: str) -> None:
    assert found(write("a,b\n1,2\n3,4\n", name)) == {"a": [1, 3], "b": [2, 4]}


def test_content_counts_and_not_the_suffix(tmp_path: Path, write: Write) -> None:
    assert found(write("a,b\n1,2\n", "t.parquet")) == {"a": [1], "b": [2]}
    assert found(write('{"a":1}\n{"a":2}\n', "t.txt")) == {"a": [1, 2]}
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "u.csv")
    assert found(tmp_path / "u.csv") == {"a": [1]}


def test_json_of_columns_of_records_and_mixed(write: Write) -> None:
    assert found(write('{"a":[1,2],"b":["x","y"]}', "t.json")) == {"a": [1, 2], "b": ["x", "y"]}
    assert found(write('[{"a":1},{"b":"x"}]', "t.json")) == {"a": [1, None], "b": [None, "x"]}
    assert found(write('{"a":1}\n{"a":"x"}\n', "t.jsonl")) == {"a": ["1", "x"]}


def test_a_number_without_end_in_json_is_named(write: Write) -> None:
    with pytest.raises(DataError, match=r"t\.json: a number has too many digits"):
        scan(write(f'[{{"a": {"1" * 5000}}}]', "t.json"))


def test_quotes_in_tab_separated_text_are_literal(write: Write) -> None:
    table = scan(write('kind\ttext\nham\t"Hello he said\nspam\tWIN\nham\tit\'s 5" long\n'))
    assert table.column("text").to_pylist() == ['"Hello he said', "WIN", "it's 5\" long"]
    assert any("literally" in note for note in table.notes)


def test_encodings_are_named(write: Write) -> None:
    table = scan(write("a,b\n1,“é”\n2,x\n".encode("cp1252")))
    assert table.column("b").to_pylist() == ["“é”", "x"]
    assert any("CP1252" in note for note in table.notes)
    late = "a,b\n" + "1,x\n" * 100_000 + "2,é\n"
    assert scan(write(late.encode("latin-1"))).column("b").to_pylist()[-1] == "é"
    undefined = scan(write(b"a,b\n1,\x81\n2,\xe9\n"))
    assert undefined.column("b").to_pylist() == ["\x81", "é"]


def test_very_wide_and_very_long_lines(write: Write) -> None:
    names = ",".join(f"c{k}" for k in range(3000))
    wide = scan(write(names + "\n" + ",".join(["1.5"] * 3000) + "\n" + ",".join(["2.5"] * 3000) + "\n"))
    assert (wide.rows, len(wide.names)) == (2, 3000)
    long = scan(write("a,b\n1," + "x" * 3_000_000 + "\n2,y\n"))
    assert [len(cell) for cell in long.column("b").to_pylist()] == [3_000_000, 1]


def test_databases_hold_several_tables(tmp_path: Path) -> None:
    for path, connect in (
        (tmp_path / "t.db", sqlite3.connect),
        (tmp_path / "t.duckdb", lambda p: duckdb.connect(str(p))),
    ):
        connection = connect(path)
        connection.execute("CREATE TABLE people (age INTEGER, city TEXT)")
        connection.execute("INSERT INTO people VALUES (31, 'Oslo'), (45, NULL)")
        connection.execute('CREATE TABLE "odd ""name" (x INTEGER)')
        connection.commit()
        connection.close()
        before = path.read_bytes()
        assert found(path, sql="people") == {"age": [31, 45], "city": ["Oslo", None]}
        assert found(path, sql="SELECT age FROM people WHERE age > 40") == {"age": [45]}
        with pytest.raises(DataError, match="'odd \"name', 'people'"):
            scan(path)
        with pytest.raises(DataError, match="did you mean 'people'"):
            scan(path, sql="poeple")
        with pytest.raises(DataError, match="no rows"):
            scan(path, sql='odd "name')
        with pytest.raises(DataError):
            scan(path, sql="SELECT nonsense FROM people")
        with pytest.raises(DataError):
            scan(path, sql="DROP TABLE people")
        assert path.read_bytes() == before


def test_sqlite_columns_of_mixed_types(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "t.db") as connection:
        connection.execute("CREATE TABLE t (a, b)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(1, "x"), ("2,5", b"y"), (None, 3)])
    connection.close()
    assert found(tmp_path / "t.db") == {"a": [1, 2.5, None], "b": ["x", "y", "3"]}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS a; SELECT 2 AS a",
        "WITH x AS (SELECT 1) DELETE FROM x",
        "SELECT * FROM 'nowhere.csv'",
        "SELECT frm",
        "SELECT 1 AS a WHERE false",
    ],
)
def test_queries_that_fail(query: str) -> None:
    with pytest.raises(DataError):
        scan(query)


def test_queries_do_not_see_python_variables() -> None:
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(DataError):
        scan("SELECT * FROM frame")
    assert len(frame) == 1


def test_queries_do_not_write(tmp_path: Path) -> None:
    with pytest.raises(DataError):
        scan(f"FROM (COPY (SELECT 1) TO '{tmp_path / 'x.csv'}')")
    assert not (tmp_path / "x.csv").exists()


def test_options_that_do_not_apply(write: Write) -> None:
    path = write("a,b\n1,2\n")
    with pytest.raises(OptionError, match="sql"):
        scan(path, sql="x")
    with pytest.raises(OptionError, match="sheet"):
        scan(path, sheet="x")


def test_excel_sheets(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    path = tmp_path / "t.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame().to_excel(book, sheet_name="cover", index=False)
        pd.DataFrame({"a": [1.5, None], "d": pd.to_datetime(["2015-01-02 00:00", "2015-01-03 04:00"])}).to_excel(
            book, sheet_name="data", index=False, startrow=2, startcol=0
        )
    table = scan(path)
    assert table.names == ["a", "d"]
    assert table.column("a").to_pylist() == [1.5, None]
    assert any("'data'" in note for note in table.notes)
    assert scan(path, sheet=2).names == scan(path, sheet="data").names == ["a", "d"]
    with pytest.raises(DataError, match="'cover', 'data'"):
        scan(path, sheet="dta")
    with pytest.raises(DataError, match="no cells"):
        scan(path, sheet="cover")


def test_excel_titles_and_gaps(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (
        ["Sales 2015"],
        [],
        ["city", "price", "when"],
        ["Oslo", 1.5, None],
        ["Voss", None, "?"],
        ["Bergen", "2.5"],
    ):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    table = scan(tmp_path / "t.xlsx")
    assert table.data.to_pydict() == {"city": ["Oslo", "Voss", "Bergen"], "price": [1.5, None, 2.5], "when": [None] * 3}
    assert any("1 row before the table" in note for note in table.notes)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (5, "int is not a table"),
        (None, "NoneType is not a table"),
        ([], "at least one record"),
        ([1, 2], "list is a table only"),
        ({}, "no columns"),
        ({"a": []}, "no rows"),
        ({"a": [1, 2], "b": [1]}, "differ in length"),
        (np.zeros(3), "1 dimension"),
        (np.zeros((2, 2, 2)), "3 dimensions"),
        ({"a": np.zeros((2, 2))}, "Column 'a' has 2 dimensions: give one cell for each row"),
        ({"a": np.zeros(2, complex)}, "Column 'a' holds complex numbers"),
        (np.zeros((2, 2), complex), "Column 'column_1' holds complex numbers"),
        (pd.Series([1, 2]), "Series"),
        (pd.DataFrame({"a": []}), "no rows"),
    ],
)
def test_objects_that_are_no_table(source: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        scan(source)


def test_arrays_and_indexed_frames() -> None:
    assert scan(np.array([[1.0, np.nan], [3.0, 4.0]])).data.to_pydict() == {"column_1": [1, 3], "column_2": [None, 4]}
    frame = pd.DataFrame({("a", "x"): [1, 2], 5: ["u", object()]}, index=["r", "s"])
    table = scan(frame)
    assert table.names == ["a x", "5"]
    assert any("index" in note for note in table.notes)
    doubled = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert scan(doubled).names == ["a", "a_2"]


def test_arrays_of_a_mapping() -> None:
    assert scan({"a": np.longdouble([1, 2.5]), "b": np.array([3, 4])[::-1]}).data.to_pydict() == {
        "a": [1.0, 2.5],
        "b": [4, 3],
    }
    assert scan({"a": np.array(1.5), "b": b"x"}).rows == 1  # a record, not columns
    for unit in ("h", "m", "D", "M"):  # of which Arrow knows days
        assert scan({"a": np.array(["2020-05-01"], f"datetime64[{unit}]")}).column("a")[0].as_py() == datetime(
            2020, 5, 1
        )


def test_the_source_is_not_changed() -> None:
    frame = pd.DataFrame({"a": ["1", "NA"], "b": [1.0, np.inf]})
    copy = frame.copy(deep=True)
    scan(frame)
    pd.testing.assert_frame_equal(frame, copy)


def test_a_table_passes_through() -> None:
    table = scan({"a": [1]})
    assert scan(table) is table


@pytest.mark.parametrize("address", ["https://example.com/a.csv", "s3://bucket/a.parquet", "file:///tmp/a.csv"])
def test_addresses_are_not_files(address: str) -> None:
    with pytest.raises(DataError, match=f"{address} is not on this machine: only local files are read"):
        scan(address)


@pytest.mark.parametrize("source", [{"a": [1, 2]}, "SELECT 1 AS a"], ids=["memory", "query"])
def test_sql_is_for_database_files(source: object) -> None:
    with pytest.raises(OptionError, match=r"sql \(--sql\) is for a database file.* leave it out"):
        scan(source, sql="t")
