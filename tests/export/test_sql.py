"""The SQL statement predicts what the model predicts, in the databases that are here, and is one statement in all."""

import sqlite3

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import ridgeline as rl
from ridgeline.errors import OptionError
from ridgeline.exporters.dialects import DIALECTS
from ridgeline.tables import scan


def run_duckdb(statement, frame):
    with duckdb.connect() as database:
        database.register("data", frame)
        return database.execute(statement).fetchall()


def run_sqlite(statement, frame):
    database = sqlite3.connect(":memory:")
    frame.to_pandas().to_sql("data", database, index=False)
    try:
        return database.execute(statement).fetchall()
    finally:
        database.close()


RUN = {"duckdb": run_duckdb, "sqlite": run_sqlite}


@pytest.mark.parametrize("dialect", RUN)
def test_rows(fitted, rows, means, dialect):
    frame = pa.Table.from_pandas(pd.DataFrame(rows))
    found = RUN[dialect](rl.export(fitted, to="sql", dialect=dialect, ids=["number"]), frame)
    width = means.shape[1]
    assert np.array([row[-width:] for row in found]) == pytest.approx(means, rel=1e-9, abs=1e-9)
    assert [row[0] for row in found[:5]] == [row["number"] for row in rows[:5]]
    if fitted.content["labels"]:
        assert [row[1] for row in found] == [fitted.predict([row])[0] for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize("dialect", RUN)
def test_real_tables(real, dialect):
    model, path = real
    table = scan(path, like=model.encoder.readings)
    found = RUN[dialect](rl.export(model, to="sql", dialect=dialect), table.data)
    assert np.allclose([row[-1] for row in found], model.mean(table)[0], rtol=1e-9, atol=1e-9)


@pytest.mark.slow
def test_duckdb_reads_the_file_itself(real):
    model, path = real
    names = scan(path, like=model.encoder.readings).names
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE data AS FROM '{path}'")
        if "column_1" in names:  # a file without a header: the two programs number its columns differently
            database.execute(f"CREATE OR REPLACE TABLE data AS FROM data AS t({', '.join(names)})")
        found = database.execute(rl.export(model, to="sql")).fetchall()
    assert np.allclose([row[-1] for row in found], model.mean(path)[0], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_select_whatever_the_names(fitted, dialect):
    sqlglot = pytest.importorskip("sqlglot")
    nasty = "a'b\"c`d]e\\; DROP TABLE x; --"
    statements = sqlglot.parse(rl.export(fitted, to="sql", dialect=dialect, table=nasty, ids=[nasty]), read=dialect)
    assert [type(s).__name__ for s in statements] == ["Select"]
    assert {t.name for t in statements[0].find_all(sqlglot.exp.Table)} == {nasty}
    assert nasty in {c.name for c in statements[0].find_all(sqlglot.exp.Column)}
    levels = {
        s.this for s in statements[0].find_all(sqlglot.exp.Literal, sqlglot.exp.National) if not s.args.get("is_number")
    }
    assert {"it's", 'say "no"', "a\nb", "back\\slash", "'; DROP TABLE data; --", "\\'"} <= levels


def test_many_columns_stay_within_the_depth_of_databases():
    random = np.random.default_rng(0)
    frame = {f"x{k}": random.normal(size=40) for k in range(1100)} | {"y": random.normal(size=40)}
    model = rl.fit(frame, target="y", lam=1.0, folds=2).model
    found = run_sqlite(rl.export(model, to="sql", dialect="sqlite"), pa.table(frame))
    assert np.allclose([row[0] for row in found], model.predict(frame), rtol=1e-9, atol=1e-9)


def test_true_and_false_in_the_database_where_the_file_says_yes_and_no():
    frame = {"x": ["yes", "no", "yes", "no", "yes"] * 12, "y": [1.0, 2.0, 1.1, 2.2, 0.9] * 12}
    model = rl.fit(frame, target="y").model
    found = run_duckdb(rl.export(model, to="sql"), pa.table({"x": [True, False]}))
    assert [row[0] for row in found] == pytest.approx(model.predict({"x": ["yes", "no"]}))


def test_refusals(fitted):
    with pytest.raises(OptionError, match=r"'oracle'.*duckdb"):
        rl.export(fitted, to="sql", dialect="oracle")
    with pytest.raises(OptionError, match=r"'pmml'.*python"):
        rl.export(fitted, to="pmml")
    for name, value, flag in (("dialect", "sqlite", "--dialect"), ("table", "x", "--table"), ("ids", ["a"], "--id")):
        with pytest.raises(OptionError, match=rf"{name} \({flag}\) is for the target sql: leave it out for python"):
            rl.export(fitted, to="python", **{name: value})
    with pytest.raises(OptionError, match="NUL"):
        rl.export(fitted, to="sql", table="a\0b")
