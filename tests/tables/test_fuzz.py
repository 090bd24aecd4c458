"""Whatever the cells: a block of finite numbers, or one sentence."""

from __future__ import annotations

import contextlib
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from ridgeline.errors import InputError
from ridgeline.tables import Encoder, Roles, Table, profile, read_target, scan

ODD = [
    *(
        "",
        "?",
        "NA",
        "-",
        ".",
        "None",
        "unknown",
        "inf",
        "-inf",
        "nan",
        "1e999",
        "1e308",
        "-1e308",
        "1e-320",
        "0",
        "-0",
        "00",
    ),
    *(
        "1",
        "2",
        "1.5",
        "1,5",
        "1.234",
        "1,234",
        "1.234,5",
        "$3",
        "5%",
        "(4)",
        "12345678901234567890",
        "1e5",
        "+7",
        "0x1F",
    ),
    *(
        "yes",
        "no",
        "true",
        "FALSE",
        "2015-01-02",
        "02/03/2015",
        "13/02/2015",
        "2015-02-30",
        "10:30",
        "Jan 2015",
        "0000-00-00",
    ),
    *(
        "<b>x</b>",
        "'; DROP TABLE x; --",
        '"',
        "a,b",
        "a;b",
        "\u202f",
        "é",
        "日本",
        "\U0001f600",
        "=1+1",
        "{{x}}",
        " a ",
        "a b c d e",
    ),
]
CELL = st.one_of(st.sampled_from(ODD), st.text(st.characters(codec="utf-8"), max_size=5))
COLUMN = st.one_of(
    st.lists(CELL, min_size=40, max_size=40),
    st.lists(st.sampled_from(ODD), min_size=1, max_size=4).flatmap(
        lambda few: st.lists(st.sampled_from(few), min_size=40, max_size=40)
    ),
    st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=40, max_size=40),
    st.lists(st.integers(-(2**70), 2**70), min_size=40, max_size=40),
    st.lists(st.one_of(st.none(), st.booleans()), min_size=40, max_size=40),
    st.lists(st.datetimes(), min_size=40, max_size=40),
)
# Once as drawn, and repeated, so that the rules for larger tables get their turn.
TABLE = st.tuples(st.lists(COLUMN, min_size=1, max_size=4), st.sampled_from([1, 6])).map(
    lambda drawn: [cells * drawn[1] for cells in drawn[0]]
)


def check(table: Table, target: str) -> None:
    """Go the whole way; anything but an `InputError` about the target is a defect."""
    rows = np.arange(0, table.rows, 2)
    with contextlib.suppress(InputError):
        read_target(table, target)
    schema = profile(table, Roles(target=target), rows)
    assert [column.name for column in schema.columns] == table.names
    assert all(column.reason for column in schema.columns)
    encoder = Encoder.learn(table, schema, rows)
    block, _ = encoder.encode_noted(table)
    assert np.isfinite(block.dense).all()
    assert block.width == len({feature.name for feature in encoder.features})
    assert (block.codes < np.array(block.levels, dtype=int)).all()
    assert Encoder.from_dict(json.loads(json.dumps(encoder.to_dict(), allow_nan=False))) == encoder


def read(path: Path) -> Table | None:
    """Read a file, or see that the refusal names it."""
    try:
        return scan(path)
    except InputError as error:
        message = str(error)
    assert path.name in message
    return None


@settings(max_examples=40)
@given(TABLE)
def test_any_columns(columns: list[list[object]]) -> None:
    names = [f"c{k}" for k in range(len(columns))]
    check(scan(dict(zip(names, columns, strict=True))), names[-1])


@settings(max_examples=40)
@given(TABLE, st.sampled_from([",", ";", "\t"]))
def test_any_columns_by_way_of_a_file(columns: list[list[object]], delimiter: str) -> None:
    frame = pd.DataFrame({f"c{k}": pd.Series(cells, dtype=object) for k, cells in enumerate(columns)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        frame.to_csv(path, sep=delimiter, index=False)
        table = read(path)
    if table is not None:
        check(table, table.names[-1])


@settings(max_examples=40)
@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(content)
        table = read(path)
    if table is not None:
        check(table, table.names[0])


@settings(max_examples=40)
@given(st.text(st.sampled_from(list("ab1.5,;\t\"'\n\r |#=?")), max_size=120))
def test_any_text_that_looks_like_a_table(content: str) -> None:
    test_any_bytes.hypothesis.inner_test(content.encode())  # type: ignore[attr-defined]
