# ruff: noqa: E501 (one line a case)
"""The Python module predicts what the model predicts, on typed and on raw cells, whatever names and levels hold."""

import datetime
import subprocess
import sys
import types
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import pytest

import ridgeline as rl
from ridgeline.exporters import cells
from ridgeline.tables import scan


def module(model):
    text = rl.export(model, to="python")
    made = types.ModuleType("exported")
    exec(text, made.__dict__)
    return made


def scale(model):
    """How large the numbers are that are added up: their rounding errors stay."""
    content = model.content
    sizes = [abs(content["intercept"]), *(abs(f["coef"]) * (abs(f["mean"]) + f["sd"]) for f in content["features"])]
    return max(1.0, *sizes)


def test_rows(fitted, rows, means):
    made = module(fitted)
    assert [made.predict(row) for row in rows] == pytest.approx(means.max(axis=1), rel=1e-12, abs=1e-12)
    if means.shape[1] > 1:
        found = [made.predict_proba(row) for row in rows]
        assert list(found[0]) == fitted.content["labels"]
        assert np.allclose([list(p.values()) for p in found], means, rtol=1e-12, atol=1e-12)


def test_labels(fitted, rows):
    made = module(fitted)
    if fitted.content["labels"]:
        assert [made.predict_label(row) for row in rows] == [fitted.predict([row])[0] for row in rows]
        assert tuple(fitted.content["labels"]) == made.LABELS
        assert getattr(made, "POSITIVE", 'the "yes"') == 'the "yes"'
    else:
        assert not hasattr(made, "predict_label")


@pytest.mark.slow
def test_real_tables(real):
    model, path = real
    table = scan(path, like=model.encoder.readings)
    made, (want, _) = module(model), model.mean(table)
    assert np.allclose(
        [made.predict(row) for row in table.data.to_pylist()], want, rtol=1e-12, atol=1e-12 * scale(model)
    )
    raw = duckdb.sql(f"FROM read_csv('{path}', all_varchar = true)")
    names = raw.columns if table.names[0] in raw.columns else table.names
    got = [made.predict(dict(zip(names, row, strict=True))) for row in raw.fetchall()]
    assert np.allclose(got, want, rtol=1e-12, atol=1e-12 * scale(model))


def test_needs_nothing_but_python(fitted, tmp_path):
    path = tmp_path / "exported.py"
    rl.export(fitted, "python", path)
    code = "import exported, sys; print(exported.predict({'number': '1,5'}), 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-I", "-c", f"import sys; sys.path[:0] = [{str(tmp_path)!r}]; {code}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    value, numpy = done.stdout.split()
    assert float(value) == pytest.approx(np.max(fitted.mean([{"number": 1.5}])[0]))
    assert numpy == "False"


def test_offsets_are_needed_in_every_row():
    random = np.random.default_rng(0)
    x, base = random.normal(size=(2, 60))
    model = rl.fit({"x": x, "base": base, "y": 2 * x + base}, target="y", offset="base").model
    made = module(model)
    assert made.predict({"x": 1.0, "base": 5}) == pytest.approx(model.predict([{"x": 1.0, "base": 5}])[0])
    with pytest.raises(ValueError, match="'base'"):
        made.predict({"x": 1.0})


@pytest.mark.parametrize(
    ("cell", "reading", "expected"),
    [
        (" 1.5 ", "number:.", 1.5), ("1,234.5", "number:.", 1234.5), ("1.234,5", "number:,.", 1234.5),
        ("1,5", "number:,", 1.5), ("1,234", "number:.", 1234.0), ("1.234", "number:,", 1.234), ("12 %", "number:.", 12.0),
        ("€ 7", "number:.", 7.0), ("(12)", "number:.", -12.0), ("\u22123", "number:.", -3.0), ("1e999", "number:.", None),
        ("n/a", "number:.", None), ("-", "number:.", None), ("abc", "number:.", None), ("Yes", "number:.", 1.0),
        ("14:30", "clock", 14.5), (datetime.time(14, 30), "clock", 14.5), (datetime.timedelta(hours=6), "number:.", 0.25),
        (True, "truth", 1.0), ("FALSE", "truth", 0.0), (np.float32(0.5), "number:.", 0.5), (np.int8(3), "number:.", 3.0),
        (Decimal("1.25"), "number:.", 1.25), (float("nan"), "number:.", None), (float("inf"), "number:.", None),
        (pd.NA, "number:.", None), (None, "number:.", None), ("٣", "number:.", None), ("1\n", "number:.", 1.0),
    ],
)  # fmt: skip
def test_numbers(cell, reading, expected):
    assert cells.number(cell, reading) == expected


@pytest.mark.parametrize(
    ("cell", "reading", "expected"),
    [
        ("2020-02-29", "date:ymd", "2020-02-29T00:00"), ("03/04/2015", "date:dmy", "2015-04-03T00:00"),
        ("03/04/2015", "date:mdy", "2015-03-04T00:00"), ("12/25/2015", "date:dmy", "2015-12-25T00:00"),
        ("1 Mar 99 1:05 PM", "date:d mon y", "1999-03-01T13:05"), ("20200301", "date:compact", "2020-03-01T00:00"),
        ("2020-03-01T10:00:00.25+02:00", "date:ymd", "2020-03-01T08:00:00.250000"), ("2020-02-30", "date:ymd", None),
        (datetime.date(2020, 3, 1), "date:ymd", "2020-03-01T00:00"), ("n/a", "date:ymd", None), (7, "date:ymd", None),
        (pd.Timestamp("2020-03-01", tz="Europe/Oslo"), "date:ymd", "2020-02-29T23:00"), (pd.NaT, "date:ymd", None),
        (np.datetime64("2020-03-01T01", "ns"), "date:ymd", "2020-03-01T01:00"), ("9999-12-31 24:00", "date:ymd", None),
    ],
)  # fmt: skip
def test_moments(cell, reading, expected):
    micros = cells.moment(cell, reading)
    assert micros == (None if expected is None else np.datetime64(expected, "us").astype(int))


def test_every_shape_of_number_and_date_is_read_as_the_tables_read_it():
    """A column in one style, cell by cell against the column as a whole."""
    for texts in (["1.234,5", "7,25"], ["12 %", "3.5 %"], ["$1,000", "$2.50"], ["14:30", "09:15:30"],
                  ["3 Apr 2015", "14 May 2016"], ["2015-04-03 10:20", "2016-05-14 23:59"], ["true", "FALSE"]):  # fmt: skip
        table = scan({"x": texts * 3})
        values, reading = table.data.column("x").to_pylist(), table.readings["x"]
        for text, value in zip(texts, values, strict=False):
            if reading.startswith("date"):
                assert cells.moment(text, reading) == np.datetime64(value, "us").astype(int)
            else:
                assert cells.number(text, reading) == value, (text, reading)
