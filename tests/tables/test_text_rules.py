"""Text to numbers, dates and missing cells."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ridgeline.tables import dates, numbers, scan
from ridgeline.tables.missing import ALWAYS, SOMETIMES


def column(cells: list[str | None], name: str = "a", **more: list[str]) -> list[object]:
    return scan({name: cells, **more}).column(name).to_pylist()


def notes(cells: list[str | None], **more: list[str]) -> str:
    return " ".join(scan({"a": cells, **more}).notes)


@pytest.mark.parametrize("code", ALWAYS)
def test_missing_codes_are_missing_everywhere(code: str) -> None:
    assert column(["1", code, "3"]) == [1, None, 3]
    assert column(["red", f" {code} ", "blue"]) == ["red", None, "blue"]


@pytest.mark.parametrize("code", SOMETIMES)
def test_some_codes_are_missing_only_among_numbers_dates_and_truth(code: str) -> None:
    assert column(["1.5", code, "3"]) == [1.5, None, 3]
    assert column(["true", code, "false"]) == [True, None, False]
    assert column(["2015-01-02", code, "2015-01-03"])[1] is None
    assert column(["red", code, "blue"]) == ["red", code, "blue"]


@pytest.mark.parametrize("number", ["99999", "-999", "9999", "-1", "0"])
def test_odd_numbers_are_never_missing(number: str) -> None:
    assert column(["1", number, "3"])[1] == int(number)


def test_blanks_around_cells_do_not_matter() -> None:
    assert column([" 1", "2 ", "\t3"]) == [1, 2, 3]
    assert column([" red", "red ", "blue"]) == ["red", "red", "blue"]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "+2", "-3"], [1, 2, -3]),
        ([".5", "5.", "1e3", "-2.5E-2"], [0.5, 5.0, 1000.0, -0.025]),
        (["1,5", "2,25", "1e3"], [1.5, 2.25, 1000.0]),
        (["1,234.5", "999"], [1234.5, 999]),
        (["1.234,5", "999"], [1234.5, 999]),
        (["1 234,5", "1\u00a0000", "7"], [1234.5, 1000, 7]),
        (["1'234.5", "7"], [1234.5, 7]),
        (["1’234.5", "7"], [1234.5, 7]),
        (["12,34,567", "1,00,000.5"], [1234567, 100000.5]),
        (["\u22125", "3"], [-5, 3]),
        (["(12.50)", "3"], [-12.5, 3]),
        (["$1,234.50", "-$3"], [1234.5, -3]),
        (["1.234,50 €", "3 €"], [1234.5, 3]),
        (["EUR 12", "EUR 13.5"], [12, 13.5]),
        (["12%", "7.5 %"], [12, 7.5]),
    ],
)
def test_numbers_in_many_styles(cells: list[str], values: list[float]) -> None:
    assert column(cells) == values


@pytest.mark.parametrize(
    "cells",
    [
        ["1.2.3", "4.5.6"],
        ["1,2,3", "4,5,6"],
        ["12a", "13b"],
        ["0x1A", "0x1B"],
        ["1_000", "2_00"],
        ["12-34", "56-78"],
        ["1 2", "3 4"],
        ["1,23.5", "2,34.5"],
        ["1e", "2e"],
        ["10,20,300", "7,8,900"],
        ["1.2.10", "2.0.15"],
        ["5%", "6", "7", "8"],
        ["A/5 21171", "330911", "PC 17599"],
    ],
)
def test_what_is_no_number_stays_text(cells: list[str]) -> None:
    assert column(cells) == cells


def test_a_lone_ambiguous_column_takes_the_stated_default_and_says_so() -> None:
    assert column(["1,234", "2,345"]) == [1234, 2345]
    assert "thousands" in notes(["1,234", "2,345"])
    assert column(["1.234", "2.345"]) == [1.234, 2.345]
    assert notes(["1.234", "2.345"]) == ""


def test_the_rest_of_the_table_decides_what_a_comma_is() -> None:
    assert column(["1,234", "2,345"], b=["0,5", "1,5"]) == [1.234, 2.345]
    assert column(["1,234", "2,345"], b=["0.5", "1.5"]) == [1234, 2345]
    assert column(["1.234", "2.345"], b=["0,5", "1,5"]) == [1234, 2345]
    assert column(["1.234", "2.345"], b=["0.5", "1.5"]) == [1.234, 2.345]


def test_an_earlier_table_decides_when_this_one_cannot() -> None:
    earlier = scan({"a": ["1,5", "2,25"], "zip": ["00123", "45678"], "d": ["13/02/2015", "14/02/2015"]})
    later = scan({"a": ["1,234"], "zip": ["45678"], "d": ["03/02/2015"]}, like=earlier.readings)
    assert later.data.to_pydict() == {"a": [1.234], "zip": ["45678"], "d": [datetime(2015, 2, 3)]}


@pytest.mark.parametrize(
    "cells", [["(12)"], ["12%"], ["$5", "$7"], ["5", "unknown"], ["01/02/2015"], ["true"], ["14:30"]]
)
def test_labels_of_an_earlier_table_stay_as_they_are_written(cells: list[str]) -> None:
    earlier = scan({"a": [*cells, "Oslo"]})
    assert scan({"a": cells}, like=earlier.readings).column("a").to_pylist() == cells


def test_but_a_clear_table_is_read_as_it_is() -> None:
    german = scan({"a": ["1.234,5", "2.000,25"], "b": ["0,5", "1,5"]})
    english = scan({"a": ["1.234", "2.5"], "b": ["0.5", "1.5"]}, like=german.readings)
    assert english.column("a").to_pylist() == [1.234, 2.5]


def test_digits_that_are_labels_stay_text() -> None:
    assert column(["01234", "20001"]) == ["01234", "20001"]
    assert "leading zeros" in notes(["01234", "20001"])
    assert column(["12345678901234567890", "1"]) == ["12345678901234567890", "1"]
    assert column(["0", "10", "0.5"]) == [0, 10, 0.5]
    assert column(["-0.5", "00"]) == ["-0.5", "00"]


def test_infinite_numbers_are_missing_and_named() -> None:
    table = scan({"a": ["1", "inf", "-Infinity", "1e999"], "b": np.array([1.0, 2.0, np.inf, np.nan])})
    assert table.data.to_pydict() == {"a": [1, None, None, None], "b": [1, 2, None, None]}
    assert table.infinite == {"a": 2, "b": 3}
    assert any("'a'" in note and "3 infinite" in note and "row 2" in note for note in table.notes)


def test_a_few_typos_among_many_numbers_are_missing_and_named() -> None:
    cells = [str(k / 4) for k in range(200)] + ["n/k", "abc"]
    assert column(cells)[-2:] == [None, None]
    assert "'abc'" in notes(cells)
    few = [str(k) for k in range(30)] + ["abc"]
    assert column(few) == few


def test_whole_numbers_are_whole_however_written() -> None:
    for cells in (["1", "2"], ["1.0", "2.0"], ["1,0", "2,0"], ["1e0", "2e0"]):
        assert scan({"a": cells}).data.schema.field("a").type == pa.int64()


def test_true_and_false() -> None:
    assert column(["TRUE", "false", None, "True"]) == [True, False, None, True]
    assert column(["yes", "no"]) == ["yes", "no"]


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        (["2015-03-04", "2016-01-31"], datetime(2015, 3, 4)),
        (["2015/3/4", "2016/1/31"], datetime(2015, 3, 4)),
        (["2015-03-04 05:06", "2016-01-31 23:59"], datetime(2015, 3, 4, 5, 6)),
        (["2015-03-04T05:06:07.25Z", "2016-01-31T00:00:00Z"], datetime(2015, 3, 4, 5, 6, 7, 250000)),
        (["2015-03-04T05:06:07+02:00", "2016-01-31T00:00:00-05:30"], datetime(2015, 3, 4, 3, 6, 7)),
        (["04.03.2015", "31.01.2016"], datetime(2015, 3, 4)),
        (["3/4/2015 5:06 PM", "1/31/2016 12:00 AM"], datetime(2015, 3, 4, 17, 6)),
        (["4-Mar-2015", "31-Jan-16"], datetime(2015, 3, 4)),
        (["March 4, 2015", "January 31, 2016"], datetime(2015, 3, 4)),
        (["Mar-2015", "Jan-2016"], datetime(2015, 3, 1)),
        (["2015-03", "2016-01"], datetime(2015, 3, 1)),
        (["04/03/15", "31/01/69"], datetime(2015, 3, 4)),
    ],
)
def test_dates_in_many_shapes(cells: list[str], first: datetime) -> None:
    assert column(cells)[0] == first


@pytest.mark.parametrize("cells", [["2015-02-30", "2015-01-01"], ["13/13/2015", "01/02/2015"], ["1-2", "3-4"]])
def test_what_is_no_date_stays_text(cells: list[str]) -> None:
    assert column(cells) == cells


def test_eight_digits_are_dates_only_under_a_name_of_dates() -> None:
    assert column(["20150304", "20160131"], "sale_date")[0] == datetime(2015, 3, 4)
    assert column(["20150304", "20160131"], "amount") == [20150304, 20160131]


def test_day_and_month_are_told_apart_over_the_whole_column() -> None:
    assert column(["03/04/2015", "13/04/2015"])[0] == datetime(2015, 4, 3)
    assert column(["03/04/2015", "03/14/2015"])[0] == datetime(2015, 3, 4)
    both = ["13/04/2015", "03/14/2015"]
    assert column(both) == both


def test_an_undecided_date_follows_the_table_then_the_row_order_then_a_default() -> None:
    undecided = ["03/04/2015", "05/04/2015", "04/05/2015"]
    assert column(undecided, b=["13/04/2015", "14/04/2015", "15/04/2015"])[0] == datetime(2015, 4, 3)
    assert column(undecided)[0] == datetime(2015, 4, 3)
    assert "order of time" in notes(undecided)
    shuffled = ["05/04/2015", "03/04/2015", "04/05/2015"]
    assert column(shuffled)[0] == datetime(2015, 5, 4)
    assert "do not decide" in notes(shuffled)
    assert column([cell.replace("/", ".") for cell in shuffled])[0] == datetime(2015, 4, 5)


def test_times_of_day_are_hours() -> None:
    assert column(["10:30", "23:45:36"]) == [10.5, 23.76]


@given(st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), min_size=1, max_size=20))
def test_iso_dates_come_back_exactly(moments: list[datetime]) -> None:
    cells = pa.array([moment.isoformat(" ") for moment in moments])
    expected = np.array(moments, dtype="datetime64[us]")
    np.testing.assert_array_equal(dates.parse(cells, "ymd"), expected)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_plain_numbers_come_back_to_the_last_bit(values: list[float]) -> None:
    assert numbers.parse(pa.array([repr(value) for value in values]), ".").to_pylist() == values


def test_declared_categories_are_left_alone() -> None:
    table = scan(
        pa.table({"a": pa.array(["01", "2", "NA"]).dictionary_encode(), "b": pa.array([3, 4, 3]).dictionary_encode()})
    )
    assert table.data.to_pydict() == {"a": ["01", "2", None], "b": ["3", "4", "3"]}


def test_durations_clocks_decimals_and_zones_of_arrow() -> None:
    table = scan(
        pa.table(
            {
                "span": pa.array([86_400_000_000, None], pa.duration("us")),
                "clock": pa.array([5_400, 0], pa.time32("s")),
                "money": pa.array([150, 225], pa.decimal128(10, 2)),
                "zone": pa.array([0, 1], pa.timestamp("s", "Europe/Oslo")),
                "day": pa.array([0, 1], pa.date32()),
                "big": pa.array([2**64 - 1, 1], pa.uint64()),
            }
        )
    )
    found = table.data.to_pydict()
    assert found["span"] == [1.0, None]
    assert found["clock"] == [1.5, 0.0]
    assert found["money"] == [150, 225]
    assert found["zone"] == [datetime(1970, 1, 1), datetime(1970, 1, 1, 0, 0, 1)]
    assert found["day"] == [datetime(1970, 1, 1), datetime(1970, 1, 2)]
    assert found["big"] == [str(2**64 - 1), "1"]
