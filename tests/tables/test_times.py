"""--time: text is taken only where its order is sure."""

import numpy as np
import pandas as pd
import pytest

from ridgeline.crossval.holdout import split_test
from ridgeline.errors import DataError
from ridgeline.tables import scan
from ridgeline.tables.times import role_times

MONTHS = pd.date_range("2000-01-01", periods=60, freq="MS")
WEEKS = pd.date_range("2000-01-03", periods=60, freq="7D")
GERMAN = ("Jän", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")
SURE = {
    "quarter": [f"{1990 + i // 4}-Q{i % 4 + 1}" for i in range(60)],
    "quarter without hyphen": [f"{1990 + i // 4}q{i % 4 + 1}" for i in range(60)],
    "week": WEEKS.strftime("%G-W%V"),
    "week without hyphen": WEEKS.strftime("%GW%V"),
    "month": MONTHS.strftime("%Y-%m"),
    "month with M": MONTHS.strftime("%YM%m"),
    "month in words": MONTHS.strftime("%b %Y"),
    "day of the year": WEEKS.strftime("%Y-%j"),
    "season": [f"{1950 + i}/{1951 + i}" for i in range(60)],
    "day": MONTHS.strftime("%d.%m.%Y"),
}
UNSURE = {
    "quarter first": [f"Q{i % 4 + 1} {1990 + i // 4}" for i in range(60)],
    "month first": [f"{m.month}/{m.year}" for m in MONTHS],
    "short year": MONTHS.strftime("%b-%y"),
    "week of one digit": [f"{w.isocalendar().year}W{w.isocalendar().week}" for w in WEEKS],
    "numbered": [f"week {i}" for i in range(60)],
    "another language": [f"{GERMAN[m.month - 1]} {m.year}" for m in MONTHS],
    "two forms": ["2000-Q1", "2000 Q2", *SURE["quarter"][2:]],
}


def times(cells):
    table = scan({"when": list(cells), "x": range(len(cells))})
    return role_times(table, "when", np.arange(len(cells)))


@pytest.mark.parametrize("form", SURE)
def test_the_latest_rows_are_held_out(form):
    held = split_test(60, 12, time=times(SURE[form]))
    assert np.flatnonzero(held).tolist() == list(range(48, 60))


@pytest.mark.parametrize("form", UNSURE)
def test_what_does_not_sort_in_time_is_refused_with_a_sample_and_the_remedy(form):
    with pytest.raises(DataError, match=r"column 'when' \(asked for by --time\).*row \d+.*2000-Q1") as said:
        times(UNSURE[form])
    assert any(repr(cell) in str(said.value) for cell in UNSURE[form])


@pytest.mark.parametrize("cells", [[9, 10, 100], [9.5, 10.25, 100.0], [999999999999999998, 999999999999999999, 10**18]])
def test_numbers_declared_as_categories_sort_by_value(cells):
    frame = pd.DataFrame({"when": pd.Categorical([str(cell) for cell in cells]), "x": [1, 2, 3]})
    found = role_times(scan(frame), "when", np.arange(3))
    assert found.tolist() == cells
    assert np.flatnonzero(split_test(3, 1, time=found)).tolist() == [2]


def test_rows_that_are_not_used_may_hold_anything():
    table = scan({"when": ["2000-Q1", "later", "2000-Q3"], "x": [1, 2, 3]})
    assert role_times(table, "when", np.array([0, 2])).tolist() == ["2000-Q1", "2000-Q3"]
    with pytest.raises(DataError, match="'later' in row 2"):
        role_times(table, "when", np.arange(3))
