"""Tables as files: what a spreadsheet would run is text, numbers stay numbers."""

from __future__ import annotations

import csv

import pyarrow as pa
import pytest
from pyarrow import parquet

from ridgeline.errors import OptionError
from ridgeline.output import check_table_path, write_table


def _rows(path):
    with path.open(newline="", encoding="utf8") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formulas_in_text_are_defused(tmp_path, start):
    text = f"{start}SUM(A1)"
    write_table(tmp_path / "t.csv", pa.table({text: [text, "plain", None]}))
    assert _rows(tmp_path / "t.csv") == [["'" + text], ["'" + text], ["plain"], []]


@pytest.mark.parametrize("column", [pa.array(["=1+1"]).dictionary_encode(), pa.array(["=1+1"], pa.large_string())])
def test_formulas_in_other_text_types_are_defused(tmp_path, column):
    write_table(tmp_path / "t.csv", pa.table({"a": column}))
    assert _rows(tmp_path / "t.csv")[1] == ["'=1+1"]


@pytest.mark.parametrize("label", ["-1", "+1.5", "-2e-3", "a=b", "a-b", "", "0"])
def test_harmless_text_stays(tmp_path, label):
    write_table(tmp_path / "t.csv", pa.table({"a": [label], "b": ["x"]}))
    assert _rows(tmp_path / "t.csv")[1] == [label, "x"]


def test_numbers_stay_numbers_at_full_precision(tmp_path):
    values = [-1.5, 0.1 + 0.2, 1e-300, -1.7976931348623157e308]
    write_table(tmp_path / "t.csv", pa.table({"a": values}))
    assert [float(row[0]) for row in _rows(tmp_path / "t.csv")[1:]] == values


def test_quotes_line_ends_and_separators_survive(tmp_path):
    text = 'say "hi", then\nleave'
    write_table(tmp_path / "t.csv", pa.table({'a "b", c': [text]}))
    assert _rows(tmp_path / "t.csv") == [['a "b", c'], [text]]


def test_parquet_keeps_the_table_as_it_is(tmp_path):
    table = pa.table({"=a": ["=1+1", None], "b": [1.5, None]})
    write_table(tmp_path / "t.parquet", table)
    assert parquet.read_table(tmp_path / "t.parquet").equals(table)


@pytest.mark.parametrize("name", ["predictions", "predictions.xlsx", "csv"])
def test_an_unknown_format_is_refused(name):
    with pytest.raises(OptionError, match=r"ends in \.csv or \.parquet"):
        check_table_path(name)
