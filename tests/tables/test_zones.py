"""Times with an offset become UTC, and that is said: in the fit, and where another table is written otherwise."""

import datetime

import numpy as np
import pyarrow as pa
import pytest

from ridgeline.exporters.formula import DateTerm, formula
from ridgeline.tables import Encoder, Roles, profile, scan

DAYS = [f"2021-{1 + k % 12:02d}-{1 + k % 28:02d} {k % 24:02d}:30:00" for k in range(120)]
OFFSET = [f"{day}-0500" for day in DAYS]
NAIVE = pa.table({"t": pa.array([datetime.datetime.fromisoformat(day) for day in DAYS])})
AWARE = pa.table(
    {"t": pa.array([datetime.datetime.fromisoformat(day) for day in DAYS], pa.timestamp("us", "Asia/Tokyo"))}
)


def notes_of(cells):
    return [note for note in scan({"t": cells, "x": range(len(cells))}).notes if "'t'" in note]


def test_offsets_of_a_text_column_are_noted():
    assert notes_of(OFFSET) == ["Column 't': times with a time zone are read as UTC."]
    assert notes_of(DAYS) == []


def test_a_column_of_both_kinds_says_how_many_have_no_offset():
    mixed = [OFFSET[k] if k % 3 else DAYS[k] for k in range(120)]
    assert notes_of(mixed) == [
        "Column 't': times with a time zone are read as UTC; 40 without one are taken for UTC too."
    ]


@pytest.mark.parametrize(
    ("trained", "new", "said"),
    [
        ({"t": OFFSET}, {"t": OFFSET}, ""),
        ({"t": OFFSET}, AWARE, ""),
        (AWARE, {"t": OFFSET}, ""),
        ({"t": DAYS}, NAIVE, ""),
        ({"t": OFFSET}, {"t": DAYS}, "have no time zone, which those of training had: read as UTC"),
        (AWARE, NAIVE, "have no time zone, which those of training had: read as UTC"),
        ({"t": DAYS}, {"t": OFFSET}, "have a time zone, which those of training had not: read as UTC"),
        (NAIVE, AWARE, "have a time zone, which those of training had not: read as UTC"),
    ],
)
def test_a_table_of_the_other_kind_predicts_with_a_note(trained, new, said):
    table = scan(trained)
    encoder = Encoder.learn(table, profile(table, Roles()))
    encoder = Encoder.from_dict(encoder.to_dict())
    _, notes = encoder.encode_noted(scan(new, like=encoder.readings))
    assert [said] * bool(said) == [note.partition("column 't' ")[2].rstrip(".") for note in notes]


def test_the_order_of_the_parts_is_kept_beside_the_zone():
    early = [f"{1 + k % 28:02d}/{1 + k % 12:02d}/2021 10:00+02:00" for k in range(60)]
    encoder_table = scan({"t": early})
    later = scan({"t": ["03/04/2021 10:00"]}, like=encoder_table.readings)
    assert later.data.to_pydict() == {"t": [datetime.datetime(2021, 4, 3, 10)]}


def test_exports_know_the_order_of_the_parts():
    import ridgeline as rl

    early = [f"{1 + k % 28:02d}/{1 + k % 12:02d}/2021 10:00+02:00" for k in range(60)]
    model = rl.fit({"t": early, "y": np.arange(60.0)}, target="y").model
    (term,) = formula(model).of(DateTerm)
    assert term.reading == "date:dmy"
