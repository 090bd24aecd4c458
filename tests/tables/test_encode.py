"""Rows to blocks: what is stored, what is learned from training rows only, and tables that differ from training."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ridgeline.errors import ModelFileError
from ridgeline.tables import Block, Encoder, Feature, Roles, Table, profile, scan
from ridgeline.tables.columns import LevelColumn, rare_below

PEOPLE = {
    "age": [31.5, None, 58.0, 40.0, 22.0],
    "paid": [True, False, None, True, False],
    "city": ["Oslo", "Bergen", "Oslo", None, "Bergen"],
    "when": [datetime(2015, month, 3 * month, 2 * month) for month in (1, 4, 6, 8, 9)],
    "size": [1.0, 2.0, 4.0, 8.0, 16.0],
    "says": ["yes", "no", "no", "yes", "yes"],
    "y": [0, 1, 0, 1, 1],
}


def learn(columns: object, rows: object = None, **roles: object) -> tuple[Encoder, Table]:
    table = scan(columns)
    found = Roles(target="y", **roles)  # type: ignore[arg-type]
    return Encoder.learn(table, profile(table, found), None if rows is None else np.asarray(rows)), table


def one_hot(block: Block) -> np.ndarray:
    parts = [block.dense]
    for k, size in enumerate(block.levels):
        parts.append((block.codes[:, k][:, None] == np.arange(size)).astype(float))
    return np.hstack(parts)


def test_stored_columns_are_values_then_indicators_then_levels() -> None:
    encoder, table = learn(PEOPLE)
    cycles = [
        "month sin",
        "month cos",
        "weekday sin",
        "weekday cos",
        "hour sin",
        "hour cos",
        "hour sin 2",
        "hour cos 2",
    ]
    assert [feature.name for feature in encoder.features] == [
        *("age", "paid", "when (year)"),
        *(f"when ({cycle})" for cycle in cycles),
        *("size", "age (missing)", "paid (missing)"),
        *("city=Bergen", "city=Oslo", "city (missing)", "says=no", "says=yes"),
    ]
    assert encoder.features[0] == Feature("age", "age")
    assert encoder.features[2] == Feature("when (year)", "when", "year", "part")
    assert encoder.features[12] == Feature("age (missing)", "age", "missing", "missing")
    assert encoder.features[14] == Feature("city=Bergen", "city", "Bergen", "level")
    assert encoder.imputed.tolist() == [[0, 12], [1, 13]]
    assert encoder.levels == (3, 2)
    block = encoder.encode(table)
    assert block.dense.dtype == np.float64
    assert block.codes.dtype == np.int32
    assert (block.width, block.rows) == (len(encoder.features), 5)
    assert block.levels == encoder.levels
    np.testing.assert_array_equal(block.imputed, encoder.imputed)


def test_cells_are_what_they_say() -> None:
    encoder, table = learn(PEOPLE)
    block = encoder.encode(table)
    names = [feature.name for feature in encoder.features]
    assert block.dense[:, names.index("age")].tolist() == [31.5, 0.0, 58.0, 40.0, 22.0]
    assert block.dense[:, names.index("age (missing)")].tolist() == [0, 1, 0, 0, 0]
    assert block.dense[:, names.index("paid")].tolist() == [1, 0, 0, 1, 0]
    assert block.dense[:, names.index("paid (missing)")].tolist() == [0, 0, 1, 0, 0]
    assert block.codes.tolist() == [[1, 1], [0, 0], [1, 0], [2, 1], [0, 1]]


def test_dates_are_a_trend_and_cycles() -> None:
    encoder, table = learn(PEOPLE)
    block = encoder.encode(table)
    names = [feature.name for feature in encoder.features]
    year = block.dense[:, names.index("when (year)")]
    assert year[0] == pytest.approx(2015 + 2 / 365.2425, abs=2e-3)
    for cycle in ("month", "weekday", "hour"):
        sine, cosine = (block.dense[:, names.index(f"when ({cycle} {wave})")] for wave in ("sin", "cos"))
        np.testing.assert_allclose(sine**2 + cosine**2, 1)
    angle = np.arctan2(block.dense[:, names.index("when (hour sin)")], block.dense[:, names.index("when (hour cos)")])
    np.testing.assert_allclose(angle / (2 * np.pi) * 24 % 24, [2, 8, 12, 16, 18])


@pytest.mark.parametrize(
    ("dates", "parts"),
    [
        (["2015-01-01", "2015-02-01", "2015-03-01"], ["year", "month sin", "month cos"]),
        (["2015-01-05", "2015-01-12", "2015-01-19"], ["year"]),
        (["2015-01-05", "2015-01-06", "2015-01-07"], ["year", "weekday sin", "weekday cos"]),
    ],
)
def test_only_cycles_that_vary(dates: list[str], parts: list[str]) -> None:
    encoder, _ = learn({"d": dates, "y": [1.5, 2.5, 3.5]})
    assert [feature.level for feature in encoder.features] == parts


def test_the_parts_of_a_date_share_one_indicator() -> None:
    encoder, table = learn({"d": ["2015-01-01", None, "2015-02-01", "2015-03-01"], "y": [1.5, 2.5, 3.5, 4.5]})
    assert encoder.imputed.tolist() == [[0, 3], [1, 3], [2, 3]]
    block = encoder.encode(table)
    assert block.dense[1].tolist() == [0, 0, 0, 1]
    assert block.dense[0, 3] == 0


def test_only_training_rows_are_learned_from() -> None:
    columns = {
        "a": [1.0, 3.0, 100.0, None],
        "c": ["u", "v", "w", None],
        "y": [0, 1, 0, 1],
    }
    encoder, table = learn(columns, rows=[0, 1])
    assert encoder.columns[0].mean == 2.0  # type: ignore[union-attr]
    assert not encoder.columns[0].missing
    assert isinstance(encoder.columns[1], LevelColumn)
    assert encoder.columns[1].levels + encoder.columns[1].pooled == ("u", "v")
    changed = scan({"a": [1.0, 3.0, -7.0, 5.0], "c": ["u", "v", "x", "y"], "y": [0, 1, 1, 1]})
    again = Encoder.learn(changed, profile(table, Roles(target="y")), np.array([0, 1]))
    assert again == encoder


def test_a_missing_number_without_example_is_the_training_mean() -> None:
    encoder, _ = learn({"a": [1.0, 2.0, 6.0], "d": ["2015-01-01", "2016-01-01", "2017-01-01"], "y": [1.5, 2.5, 3.5]})
    block, notes = encoder.encode_noted(scan({"a": [None, 5], "d": ["2016-01-01", "?"]}))
    assert block.dense[:, 0].tolist() == [3.0, 5.0]
    assert block.dense[1, 1] == pytest.approx(2016, abs=0.01)
    assert len(notes) == 2
    assert all("training mean" in note for note in notes)


def levels(counts: dict[str | None, int]) -> list[str | None]:
    return [level for level, many in counts.items() for _ in range(many)]


def encode_levels(counts: dict[str | None, int]) -> tuple[Encoder, LevelColumn]:
    cells = levels(counts)
    encoder, _ = learn({"c": cells, "y": np.random.default_rng(0).normal(size=len(cells))})
    column = encoder.columns[0]
    assert isinstance(column, LevelColumn)
    return encoder, column


def test_rare_levels_are_pooled_by_the_stated_rule() -> None:
    assert [rare_below(rows) for rows in (10, 150, 250, 999, 1000, 10**6)] == [2, 2, 2.5, 9.99, 10, 10]
    encoder, column = encode_levels({"a": 1000, "b": 10, "c": 9, "d": 1})
    assert (column.levels, column.pooled) == (("a", "b"), ("c", "d"))
    assert [feature.name for feature in encoder.features] == ["c=a", "c=b", "c (rare)"]
    assert "'c' (2 of 4)" in encoder.notes(1020)[0]
    assert "fewer than 10" in encoder.notes(1020)[0]


def test_one_rare_level_stays_itself() -> None:
    encoder, column = encode_levels({"a": 1000, "b": 10, "c": 3})
    assert (column.levels, column.pooled) == (("a", "b", "c"), ())
    assert encoder.notes(1013) == ()


def test_small_tables_have_a_lower_bar() -> None:
    _, column = encode_levels({"a": 280, "b": 3, "c": 2, "d": 2})
    assert (column.levels, column.pooled) == (("a", "b"), ("c", "d"))
    _, column = encode_levels({"a": 50, "b": 2, "c": 1, "d": 1})
    assert (column.levels, column.pooled) == (("a", "b"), ("c", "d"))


def test_at_most_a_thousand_levels_the_rarest_pooled_first() -> None:
    _, column = encode_levels({f"L{k:04}": 10 + (k < 500) for k in range(1500)})
    assert column.size == 1000
    assert column.levels == tuple(f"L{k:04}" for k in range(999))
    assert len(column.pooled) == 501
    _, exact = encode_levels({f"L{k:04}": 10 for k in range(1000)})
    assert (exact.size, exact.pooled) == (1000, ())
    _, beyond = encode_levels({f"L{k:04}": 10 + (k > 0) for k in range(1001)})
    assert beyond.size == 1000
    assert "L0000" in beyond.pooled


def test_levels_are_sorted_numbers_by_value() -> None:
    encoder, table = learn({"code": [10, 9, 10, 2, 9, 2, 10, 9, 2, 10, 9, 2], "y": np.arange(12) * 0.5})
    assert [feature.level for feature in encoder.features] == ["2", "9", "10"]
    assert encoder.encode(table).codes[:4, 0].tolist() == [2, 1, 2, 0]


def test_unknown_levels() -> None:
    encoder, _ = encode_levels({"a": 1000, "b": 10, "c": 9, "d": 1})
    block, notes = encoder.encode_noted(scan({"c": ["a", "d", "new", None]}))
    assert block.codes[:, 0].tolist() == [0, 2, 2, 2]
    assert "'new'" in notes[0]
    assert "1 cell of column 'c'" in notes[0]
    assert "missing" in notes[1]
    encoder, _ = encode_levels({"a": 1000, "b": 10})
    block, notes = encoder.encode_noted(scan({"c": ["b", "new", None]}))
    assert block.codes[:, 0].tolist() == [1, -1, -1]
    assert notes[0].endswith("holds a level that training did not have ('new'): contributes nothing.")
    assert notes[1].endswith("is missing, which training had no example of: contributes nothing.")
    _, notes = encoder.encode_noted(scan({"c": ["b", "new", "newer"]}))
    assert notes[0].endswith(
        "2 cells of column 'c' hold levels that training did not have ('new', 'newer'): contribute nothing."
    )
    encoder, _ = encode_levels({"a": 1000, "b": 10, None: 5})
    block, notes = encoder.encode_noted(scan({"c": ["b", "new", None]}))
    assert block.codes[:, 0].tolist() == [1, -1, 2]
    assert len(notes) == 1


def test_known_rare_levels_are_no_surprise() -> None:
    encoder, _ = encode_levels({"a": 1000, "c": 9, "d": 1})
    assert encoder.encode_noted(scan({"c": ["c", "d"]}))[1] == ()


def test_missing_and_surplus_columns() -> None:
    encoder, table = learn(PEOPLE)
    fewer = scan({"size": [3.0], "other": ["x"], "says": ["no"]})
    block, notes = encoder.encode_noted(fewer)
    names = [feature.name for feature in encoder.features]
    row = dict(zip(names, one_hot(block)[0].tolist(), strict=True))
    assert (row["age"], row["age (missing)"], row["size"], row["city (missing)"], row["says=no"]) == (0, 1, 3, 1, 1)
    assert sum("is not there" in note for note in notes) == 4
    shuffled = Table(table.name, table.data.select(table.names[::-1]))
    np.testing.assert_array_equal(one_hot(encoder.encode(shuffled)), one_hot(encoder.encode(table)))


def test_other_types_than_in_training() -> None:
    encoder, table = learn(
        {
            "a": ["1.5", "2.5", "4.5"],
            "b": [True, False, True],
            "c": ["01", "2", "x"],
            "d": ["2015-01-01", None, "2016-01-01"],
            "y": [1.5, 2, 3],
        }
    )
    strange = pa.table(
        {
            "a": pa.array(["2.5", "abc", "1,5"]),
            "b": pa.array(["true", "FALSE", "maybe"]),
            "c": pa.array([1, 2, 3]),
            "d": pa.array([3.5, 4.5, 5.5]),
        }
    )
    block, notes = encoder.encode_noted(Table("strange", strange))
    names = [feature.name for feature in encoder.features]
    assert block.dense[:, names.index("a")].tolist() == [2.5, 8.5 / 3, 8.5 / 3]
    assert block.dense[:, names.index("b")].tolist() == [1, 0, pytest.approx(2 / 3)]
    assert block.dense[:, names.index("d (missing)")].tolist() == [1, 1, 1]
    text = " ".join(notes)
    assert "2 cells of column 'a' are not a number" in text
    assert "1 cell of column 'b' is not a number" in text
    assert "3 cells of column 'd' are not a date" in text
    assert "'3'" in text
    assert (block.codes[0, 0] == block.codes[1, 0]) == (
        encoder.encode(table).codes[0, 0] == encoder.encode(table).codes[1, 0]
    )


def test_no_features_and_no_rows() -> None:
    encoder, table = learn({"a": [1.0, 1.0], "y": [0, 1]})
    block = encoder.encode(table)
    assert (block.dense.shape, block.codes.shape, encoder.features) == ((2, 0), (2, 0), ())
    encoder, table = learn(PEOPLE)
    nothing = encoder.encode(table.take(np.array([], dtype=int)))
    assert nothing.dense.shape == (0, 14)


def test_names_stay_unique() -> None:
    columns = {
        "c": ["x", "z", "x", "z"],
        "c=x": [1.0, 2.0, 3.5, 4.0],
        "a": [1.0, None, 2.0, 0.0],
        "a (missing)": [1.5, 2.0, 7.0, 3.0],
    }
    encoder, _ = learn({**columns, "y": [0, 1, 1, 0]})
    names = [feature.name for feature in encoder.features]
    assert len(set(names)) == len(names)
    assert {"c=x", "c=x [2]", "a (missing)", "a (missing) [2]"} <= set(names)


rng = np.random.default_rng(1)
ROWS = 120
WORLD = {
    "a": [None if k % 17 == 0 else round(x, 3) for k, x in enumerate(rng.normal(size=ROWS).tolist())],
    "c": rng.choice(["red", "green", "blue", "pink"], ROWS, p=[0.6, 0.3, 0.09, 0.01]).tolist(),
    "d": [datetime(2015, 1 + k % 12, 1 + k % 28).isoformat() for k in range(ROWS)],
    "z": rng.integers(0, 50, ROWS).tolist(),
    "y": rng.normal(size=ROWS).tolist(),
}


def test_row_order_permutes_rows_only() -> None:
    encoder, table = learn(WORLD)
    order = rng.permutation(ROWS)
    shuffled = table.take(order)
    again = Encoder.learn(shuffled, profile(shuffled, Roles(target="y")))
    assert again.features == encoder.features
    np.testing.assert_array_equal(again.encode(shuffled).dense, encoder.encode(table).dense[order])
    np.testing.assert_array_equal(again.encode(shuffled).codes, encoder.encode(table).codes[order])


def test_level_names_permute_codes_only() -> None:
    encoder, table = learn(WORLD)
    rename = {"red": "zebra", "green": "Yes", "blue": "no", "pink": "42 a"}
    renamed, other = learn({**WORLD, "c": [rename[cell] for cell in WORLD["c"]]})
    np.testing.assert_array_equal(renamed.encode(other).dense, encoder.encode(table).dense)
    first, second = encoder.encode(table).codes[:, 0], renamed.encode(other).codes[:, 0]
    assert encoder.levels == renamed.levels
    assert len(set(zip(first.tolist(), second.tolist(), strict=True))) == encoder.levels[0]


def test_yes_and_no_are_coded_like_any_two_levels() -> None:
    words = {"yes": "apple", "no": "pear"}
    cells = rng.choice(["yes", "no"], ROWS).tolist()
    first, table = learn({"c": cells, "y": WORLD["y"]})
    second, other = learn({"c": [words[cell] for cell in cells], "y": WORLD["y"]})
    assert first.levels == second.levels == (2,)
    np.testing.assert_array_equal(first.encode(table).codes, 1 - second.encode(other).codes)


def test_true_and_false_are_coded_like_one_and_zero() -> None:
    cells = rng.random(ROWS) < 0.5
    blocks = []
    for dress in (cells, cells.astype(int), np.where(cells, "TRUE", "FALSE")):
        encoder, table = learn({"c": dress, "y": WORLD["y"]})
        blocks.append(encoder.encode(table).dense)
    np.testing.assert_array_equal(blocks[0], blocks[1])
    np.testing.assert_array_equal(blocks[0], blocks[2])


def test_another_unit_only_scales() -> None:
    encoder, table = learn(WORLD)
    scaled, other = learn({**WORLD, "a": [None if x is None else 1000 * x for x in WORLD["a"]]})
    np.testing.assert_allclose(scaled.encode(other).dense[:, 0], 1000 * encoder.encode(table).dense[:, 0])
    np.testing.assert_array_equal(scaled.encode(other).dense[:, 1:], encoder.encode(table).dense[:, 1:])


@given(st.lists(st.sampled_from(["a", "b", "c", "d", None]), min_size=2, max_size=40))
def test_every_row_has_exactly_one_level(cells: list[str | None]) -> None:
    table = Table("t", pa.table({"c": pa.array(cells, pa.string())}))
    column = LevelColumn.learn("c", table.column("c"))
    notes: list[str] = []
    codes = column.encode(table.column("c"), notes.append)
    assert ((codes >= 0) & (codes < column.size)).all()
    assert notes == []
    assert len(column.features()) == column.size
    assert len(column.pooled) != 1


def test_the_encoder_survives_json() -> None:
    encoder, table = learn(WORLD)
    again = Encoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
    assert again == encoder
    assert again.features == encoder.features
    np.testing.assert_array_equal(again.encode(table).dense, encoder.encode(table).dense)
    json.dumps(encoder.to_dict(), allow_nan=False)


def damaged() -> dict[str, object]:
    good = learn(WORLD)[0].to_dict()

    def change(path: list[object], value: object) -> object:
        copy = json.loads(json.dumps(good))
        place = copy
        for step in path[:-1]:
            place = place[step]
        if value is ...:
            del place[path[-1]]
        else:
            place[path[-1]] = value
        return copy

    return {
        "not an object": [1],
        "unknown key": change(["more"], 1),
        "missing key": change(["readings"], ...),
        "columns no list": change(["columns"], {}),
        "column no object": change(["columns", 0], 5),
        "unknown kind": change(["columns", 0, "kind"], "lambda"),
        "kind no text": change(["columns", 0, "kind"], ["number"]),
        "unknown key in a column": change(["columns", 0, "extra"], 1),
        "missing key in a column": change(["columns", 0, "mean"], ...),
        "mean a text": change(["columns", 0, "mean"], "1"),
        "mean a flag": change(["columns", 0, "mean"], True),
        "mean infinite": change(["columns", 0, "mean"], float("inf")),
        "missing a number": change(["columns", 0, "missing"], 1),
        "levels no list": change(["columns", 1, "levels"], "red"),
        "levels of numbers": change(["columns", 1, "levels"], [1, 2]),
        "levels twice": change(["columns", 1, "levels"], ["red", "red"]),
        "parts unknown": change(["columns", 2, "parts"], ["century"]),
        "parts and means differ": change(["columns", 2, "means"], [1.0]),
        "a column twice": change(["columns", 1, "name"], "a"),
        "readings no object": change(["readings"], []),
        "readings of numbers": change(["readings", "a"], 1),
    }


@pytest.mark.parametrize("data", damaged().values(), ids=damaged())
def test_damaged_encoders_are_refused(data: object) -> None:
    with pytest.raises(ModelFileError, match="damaged"):
        Encoder.from_dict(data)  # type: ignore[arg-type]


def test_readings_let_another_file_be_read_alike() -> None:
    encoder, _ = learn(
        {"a": ["1,5", "2,5", "3,25"], "d": ["13/02/2015", "14/02/2015", "15/02/2015"], "y": [1.5, 2.5, 3.5]}
    )
    later = scan({"a": ["1,234"], "d": ["03/02/2015"]}, like=encoder.readings)
    assert later.data.to_pydict() == {"a": [1.234], "d": [datetime(2015, 2, 3)]}
    typed, _ = learn(
        pa.table({"zip": pa.array(["01", "02", "02", "01"]).dictionary_encode(), "y": [1.5, 2.5, 3.5, 4.5]})
    )
    assert scan({"zip": ["7"]}, like=typed.readings).column("zip").to_pylist() == ["7"]


@pytest.mark.parametrize(
    ("training", "cells", "same"),
    [
        (["1,5", "2,5", "3,25"], ["2,5", "1.5"], ["2.5", "1.5"]),
        (["1,500.5", "2,000.25", "3"], ["2,000.25", "1500.5"], ["2000.25", "1500.5"]),
        (["$1.5", "$2.5", "$4"], ["$2.5", "4", "5 %"], ["2.5", "4", "5"]),
        (["14:30", "15:15", "09:00"], ["14:30", "9:15"], ["14.5", "9.25"]),
        (["13.02.2015", "14.02.2015", "15.03.2016"], ["03.02.2015", "2016-05-04"], ["2015-02-03", "2016-05-04"]),
        (["13 Feb 2015", "14 Feb 2015", "1 May 2016"], ["1 May 2016"], ["2016-05-01"]),
    ],
)
def test_a_cell_of_another_kind_leaves_the_others_as_in_training(
    training: list[str], cells: list[str], same: list[str]
) -> None:
    encoder, _ = learn({"a": training, "y": [1.5, 2.5, 3.5]})
    found, notes = encoder.encode_noted(scan({"a": [*cells, "soon"]}, like=encoder.readings))
    wanted = [encoder.encode(scan({"a": [cell]}, like=encoder.readings)).dense[0].tolist() for cell in same]
    assert found.dense[:-1].tolist() == wanted
    assert "1 cell of column 'a' is not a" in notes[0]


def test_long_whole_numbers_stay_different_labels() -> None:
    codes = [2**60, 2**60 + 1, 2**60 + 2]
    encoder, table = learn(pa.table({"zip code": codes * 4, "y": [0.5 * k for k in range(12)]}))
    assert encoder.columns[0].levels == tuple(map(str, codes))
    assert one_hot(encoder.encode(table))[:3].tolist() == np.eye(3).tolist()
    _, notes = encoder.encode_noted(Table("new", pa.table({"zip code": [2**60 + 3]})))
    assert "did not have" in notes[0]


def test_codes_that_were_numbers_are_found_in_text() -> None:
    encoder, table = learn({"zip code": [101, 202, None, 303] * 4, "y": [0.5 * k for k in range(16)]})
    whole = encoder.encode(table).codes[:3, 0].tolist()
    for cells in (["101.0", "202.0", ""], ["101", "202.0", "unknown"], ["101.0", "202", "-", "Oslo"]):
        later = scan({"zip code": cells}, like=encoder.readings)
        assert encoder.encode(later).codes[:3, 0].tolist() == whole


def test_no_value_among_labels_in_digits_is_missing_wherever_it_stands() -> None:
    encoder, table = learn({"k": ["01", "02", "unknown"] * 4, "y": [0.5 * k for k in range(12)]})
    codes = encoder.encode(table).codes[:3, 0].tolist()
    alone = [encoder.encode(scan({"k": [cell]}, like=encoder.readings)).codes[0, 0] for cell in ("01", "02", "unknown")]
    assert encoder.columns[0].missing
    assert alone == codes


def test_true_and_false_in_one_letter() -> None:
    encoder, _ = learn({"a": ["true", "false", "true", "false"], "y": [1.5, 2.5, 3.5, 5.0]})
    for cells in (["t", "f"], ["T", "F", "x"], ["y", "n"]):
        assert encoder.encode(scan({"a": cells}, like=encoder.readings)).dense[:2, 0].tolist() == [1, 0]
