"""What each column is, and why; leaks and what only looks like one."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from ridgeline.errors import ColumnError
from ridgeline.tables import ColumnProfile, Roles, Schema, profile, scan

N = 200
rng = np.random.default_rng(0)
Y = (rng.random(N) < 0.4).astype(int)
NOISE = rng.normal(size=N)
CITY = rng.choice(["Oslo", "Bergen", "Voss"], N)


@pytest.fixture(autouse=True)
def _same_draws_in_any_order(monkeypatch) -> None:
    """Every test draws from the start, whichever tests ran before it in this process."""
    monkeypatch.setattr(sys.modules[__name__], "rng", np.random.default_rng(1))


def schema(columns: dict[str, object], rows: np.ndarray | None = None, **roles: object) -> Schema:
    return profile(scan(columns), Roles(target="y", **roles), rows)  # type: ignore[arg-type]


def one(cells: object, name: str = "a", target: object = Y, **roles: object) -> ColumnProfile:
    table = {name: cells, "noise": NOISE[: len(target)], "y": target}  # type: ignore[arg-type]
    return next(column for column in schema(table, **roles).columns if column.name == name)


def some(cells: np.ndarray, gaps: int) -> list[object]:
    return [None if k < gaps else cell for k, cell in enumerate(cells.tolist())]


@pytest.mark.parametrize(
    ("name", "cells", "kind", "role"),
    [
        ("a", NOISE * 2 + 1, "numeric", "feature"),
        ("id", np.cumsum(np.abs(NOISE)), "numeric", "feature"),
        ("a", rng.integers(0, 5, N), "numeric", "feature"),
        ("a", rng.permutation(N) * 3 + 7, "numeric", "feature"),
        ("a", rng.random(N) < 0.5, "boolean", "feature"),
        ("a", rng.integers(0, 2, N), "boolean", "feature"),
        ("a", rng.choice(["yes", "no"], N), "boolean", "feature"),
        ("a", CITY, "categorical", "feature"),
        ("zip", rng.integers(10000, 10020, N), "categorical", "feature"),
        ("area_code", rng.choice([408, 415, 510], N), "categorical", "feature"),
        ("MS.SubClass", rng.choice([20, 30, 60], N), "categorical", "feature"),
        ("airport_id", rng.integers(0, 9, N), "categorical", "feature"),
        ("a", np.arange("2015-01-01", N, dtype="datetime64[D]"), "datetime", "feature"),
        ("id", rng.permutation(N) * 3 + 7, "identifier", "excluded"),
        ("PassengerId", np.arange(1, N + 1), "identifier", "excluded"),
        ("customerID", [f"C-{k * 7}" for k in range(N)], "identifier", "excluded"),
        ("Order", np.arange(1, N + 1), "identifier", "excluded"),
        ("Unnamed: 0", np.arange(N), "identifier", "excluded"),
        ("email", [f"p{k}@x.org" for k in range(N)], "identifier", "excluded"),
        ("__index_level_0__", rng.permutation(N) * 2, "identifier", "excluded"),
        ("body_mass_index", rng.integers(15, 50, N), "numeric", "feature"),
        ("time", np.arange(N), "numeric", "feature"),
        ("x", np.arange(N), "numeric", "feature"),
        ("year", np.arange(1800, 1800 + N), "numeric", "feature"),
        ("a", np.full(N, 3.5), "constant", "excluded"),
        ("a", ["same"] * N, "constant", "excluded"),
        ("a", [None] * N, "empty", "excluded"),
        ("a", some(NOISE, N - 1), "empty", "excluded"),
        ("a", [f"some words about the number {k} here" for k in range(N)], "text", "excluded"),
        ("a", [[k] for k in range(N)], "text", "excluded"),
    ],
)
def test_kinds(name: str, cells: object, kind: str, role: str) -> None:
    found = one(cells, name)
    assert (found.kind, found.role) == (kind, role), found.reason
    assert found.reason


def test_why_cells_of_no_simple_type_are_left_out() -> None:
    assert one([[k] for k in range(N)]).reason.startswith("its cells are lists or records")
    assert one([b"%d" % k for k in range(N)]).reason.startswith("its cells are of the type binary")


def test_one_value_or_missing_is_information() -> None:
    assert one(some(np.array(["VIP"] * N), 80)).role == "feature"
    assert one(some(np.array([1.5] * N), 80)).role == "feature"
    cabin = some(np.array([f"C{k}" for k in range(N)]), 60)
    cabin[100:] = [f"C{k // 2}" for k in range(100, N)]
    assert one(cabin, "cabin").role == "feature"


def test_text_that_never_recurs_often_names_rows() -> None:
    tickets = [f"T{k // 2}" for k in range(2 * N)]
    found = profile(scan({"ticket": tickets, "y": np.tile(Y, 2)}), Roles(target="y")).columns[0]
    assert (found.kind, found.role) == ("identifier", "excluded")
    assert "none occurs in more than 2 of 400 rows" in found.reason


def test_missing_and_distinct_are_counted() -> None:
    found = one(some(rng.integers(0, 5, N), 30))
    assert (found.missing, found.distinct) == (30, 5)


def test_roles_are_what_the_user_says() -> None:
    columns = {
        "w": NOISE**2,
        "o": NOISE,
        "g": CITY,
        "t": np.arange(N),
        "d": NOISE + 1,
        "a": NOISE * 3 + NOISE**2,
        "y": Y,
    }
    found = schema(columns, weight="w", offset="o", group="g", time="t", drop=("d",))
    assert {column.name: column.role for column in found.columns} == {
        "w": "weight",
        "o": "offset",
        "g": "group",
        "t": "time",
        "d": "excluded",
        "a": "feature",
        "y": "target",
    }
    assert found.excluded == [("d", "dropped as asked")]
    assert found.features == ["a"]
    for role in ("weight", "offset", "group", "time"):
        with pytest.raises(ColumnError, match=f"--{role}"):
            schema(columns, **{role: "nowhere"})
    with pytest.raises(ColumnError, match="--drop"):
        schema(columns, drop=("nowhere",))


def test_what_the_user_keeps_is_kept() -> None:
    columns = {"id": np.arange(N), "copy": NOISE, "a": NOISE, "leak": Y, "same": np.ones(N), "y": Y}
    found = schema(columns, keep=("id", "copy", "leak", "same"))
    assert found.features == ["id", "copy", "leak"]
    assert dict(found.excluded).keys() == {"a", "same"}


def test_duplicates() -> None:
    names = {"Oslo": "O", "Bergen": "B", "Voss": "V"}
    gaps = some(NOISE, 20)
    columns = {
        "a": NOISE,
        "city": CITY,
        "a2": NOISE.copy(),
        "short": [names[c] for c in CITY],
        "gaps": gaps,
        "gaps2": list(gaps),
        "half": NOISE / 2,
        "flag": Y[::-1],
        "word": ["no" if k else "yes" for k in Y[::-1]],
        "y": Y,
    }
    found = dict(schema(columns).excluded)
    assert found == {
        "a2": "the same values as 'a'",
        "short": "the same information as 'city'",
        "gaps2": "the same values as 'gaps'",
        "word": "the same values as 'flag'",
    }


def test_which_duplicate_stays_does_not_depend_on_the_column_order() -> None:
    flag, word = Y[::-1], ["no" if k else "yes" for k in Y[::-1]]
    assert schema({"flag": flag, "word": word, "y": Y}).features == ["flag"]
    assert schema({"word": word, "flag": flag, "y": Y}).features == ["flag"]


PRICE = np.round(np.exp(rng.normal(size=N)), 6)


@pytest.mark.parametrize(
    ("cells", "target"),
    [
        (Y, Y),
        (1 - Y, Y),
        (np.where(Y == 1, "alive", "dead"), Y),
        (np.where(Y == 1, 7, 3), Y),
        ([5.0 + k if value else None for k, value in enumerate(Y)], Y),
        ([None if value else "claim" for value in Y], Y),
        (PRICE, PRICE),
        (PRICE * 100, PRICE),
        (5 - PRICE / 3, PRICE),
        (np.log(PRICE), PRICE),
        (1 / PRICE, PRICE),
        ([None, *PRICE[1:]], PRICE),
    ],
)
def test_leaks_are_excluded(cells: object, target: np.ndarray) -> None:
    found = one(cells, target=target)
    assert (found.role, found.kind) == ("excluded", "leak")
    assert "'y'" in found.reason


@pytest.mark.parametrize(
    ("cells", "target"),
    [
        (np.where(rng.random(N) < 0.02, 1 - Y, Y), Y),
        (Y + 0.1 * rng.random(N), Y),
        (PRICE + rng.normal(scale=1e-3, size=N), PRICE),
        (np.round(np.log(PRICE), 1), PRICE),
        (Y[:29], Y[:29]),
        (PRICE[:29], PRICE[:29]),
    ],
)
def test_what_is_close_or_small_is_kept(cells: np.ndarray, target: np.ndarray) -> None:
    assert one(cells, target=target).role == "feature"


def test_columns_that_add_up_to_the_target_are_leaks() -> None:
    casual, registered = rng.integers(0, 50, N), rng.integers(0, 90, N)
    columns = {"casual": casual, "registered": registered, "temp": NOISE, "y": casual + registered}
    assert dict(schema(columns).excluded).keys() == {"casual", "registered"}
    columns["y"] = casual - registered
    assert dict(schema(columns).excluded).keys() == {"casual", "registered"}
    columns["y"] = casual + registered + rng.normal(size=N)
    assert schema(columns).excluded == []
    columns["y"] = 2.5 * casual + 1.25 * registered  # a noiseless line is no sum of parts
    assert schema(columns).excluded == []


def test_when_nothing_else_is_left_leaks_are_kept_with_a_note() -> None:
    found = schema({"x": NOISE, "y": 2 * NOISE + 1})
    assert found.features == ["x"]
    assert any("kept although" in note and "'x'" in note for note in found.notes)


def test_only_training_rows_tell_about_the_target() -> None:
    rows = np.arange(0, N, 2)
    cells = np.where(np.arange(N) % 2 == 0, Y, rng.integers(0, 2, N))
    columns = {"a": cells, "noise": NOISE, "y": Y}
    assert schema(columns).excluded == []
    assert schema(columns, rows).excluded[0][0] == "a"
    spoiled = np.where(np.arange(N) % 2 == 1, 1 - Y, Y)
    assert schema({**columns, "y": spoiled}, rows) == schema(columns, rows)


def test_suspicious_columns_are_named_and_kept() -> None:
    near = Y + rng.normal(scale=0.2, size=N)
    found = schema({"score": near, "noise": NOISE, "y": Y})
    assert found.features == ["score", "noise"]
    assert len(found.notes) == 1
    assert "'score'" in found.notes[0]
    assert "AUC" in found.notes[0]
    number = schema({"near": PRICE + rng.normal(scale=0.01, size=N), "noise": NOISE, "y": PRICE})
    assert any("'near'" in note and "variance" in note for note in number.notes)


def test_a_name_that_speaks_of_afterwards_lowers_the_bar() -> None:
    mild = Y + rng.normal(scale=0.8, size=N)
    assert schema({"size": mild, "y": Y}).notes == ()
    assert any("afterwards" in note for note in schema({"duration": mild, "y": Y}).notes)


def test_many_levels_are_not_suspicious_by_chance() -> None:
    levels = [f"L{k}" for k in rng.integers(0, 90, N)]
    assert schema({"a": levels, "noise": NOISE, "y": Y}).notes == ()


def test_tiny_tables_have_no_leaks_and_no_running_numbers() -> None:
    found = profile(scan({"x": [0, 1, 2], "b": ["u", "v", "w"], "y": [0.0, 1.0, 2.0]}), Roles(target="y"))
    assert found.features == ["x", "b"]


def test_a_target_that_cannot_be_modelled_is_left_to_others_to_report() -> None:
    assert schema({"a": NOISE, "y": np.ones(N)}).features == ["a"]
    assert profile(scan({"a": NOISE}), Roles()).features == ["a"]


def test_row_and_column_order_do_not_change_what_columns_are() -> None:
    columns = {
        "id": np.arange(N),
        "city": CITY,
        "a": NOISE,
        "copy": NOISE,
        "flag": rng.integers(0, 2, N),
        "leak": 1 - Y,
        "near": Y + rng.normal(scale=0.2, size=N),
        "y": Y,
    }
    order = rng.permutation(N)
    plain = {c.name: (c.role, c.kind) for c in schema(columns).columns}
    shuffled = {name: np.asarray(cells)[order] for name, cells in columns.items()}
    assert {c.name: (c.role, c.kind) for c in schema(shuffled).columns} == plain
