"""The two nouns, and columns that play a part."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import ridgeline.tables
from ridgeline.errors import ColumnError, DataError
from ridgeline.tables import Roles, role_cells, role_numbers, scan


def test_columns_are_found_or_suggested() -> None:
    table = scan({"age": [1, 2, 3], "city": ["a", "b", None]})
    assert (table.rows, table.names, "age" in table, "x" in table) == (3, ["age", "city"], True, False)
    assert table.column("city").to_pylist() == ["a", "b", None]
    with pytest.raises(ColumnError, match=r"--group.*Did you mean 'city'"):
        table.column("ctiy", use="--group")
    assert table.take(np.array([2, 0])).data.to_pydict() == {"age": [3, 1], "city": [None, "a"]}


def test_roles_name_columns() -> None:
    roles = Roles(target="y", weight="w")
    assert roles.named() == {"y": "target", "w": "weight"}


def test_weights_and_offsets() -> None:
    table = scan(
        {
            "w": [1, 0, 2.5],
            "neg": [1.0, -2, 3],
            "gap": [1, None, 3],
            "inf": [1, float("inf"), 2],
            "zero": [0, 0, 0],
            "t": ["a", "b", "c"],
        }
    )
    np.testing.assert_array_equal(role_numbers(table, "w", "weight"), [1, 0, 2.5])
    np.testing.assert_array_equal(role_numbers(table, "neg", "offset"), [1, -2, 3])
    for name, says in (
        ("neg", "negative in row 2"),
        ("gap", "missing in row 2"),
        ("inf", "infinite in row 2"),
        ("zero", "zero"),
        ("t", "numbers"),
    ):
        with pytest.raises(DataError, match=says) as caught:
            role_numbers(table, name, "weight")
        assert repr(name) in str(caught.value)


@pytest.mark.parametrize("role", ["group", "time"])
@pytest.mark.parametrize("cells", [[[1], [2, 3]], [{"a": 1}, {"a": 2}]])
def test_lists_and_records_form_no_groups_and_no_times(role: str, cells: list[object]) -> None:
    with pytest.raises(DataError, match=rf"the {role} 'g' holds lists or records: name a column of single values"):
        role_cells(scan({"g": cells}), "g", role)


def test_the_block_loads_no_heavy_library() -> None:
    heavy = "{'pyarrow', 'duckdb', 'pandas', 'sklearn'}"
    code = f"import sys, ridgeline.tables.block; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_what_is_promised_is_there() -> None:
    for name in ridgeline.tables.__all__:
        assert getattr(ridgeline.tables, name)
    assert ridgeline.tables.__all__ == sorted(ridgeline.tables._HOME)
    with pytest.raises(AttributeError, match="nothing"):
        ridgeline.tables.nothing  # noqa: B018
