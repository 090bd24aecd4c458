"""Times of day, durations and time zones: SQL says what predict says, whatever the session's time zone, or nothing."""

import datetime
import sqlite3

import duckdb
import numpy as np
import pyarrow as pa
import pytest

import ridgeline as rl
from ridgeline.errors import OptionError
from ridgeline.exporters.dialects import DIALECTS

N = 200
RANDOM = np.random.default_rng(0)
HOURS = RANDOM.integers(0, 24, N)
START = datetime.datetime(2021, 3, 1, tzinfo=datetime.UTC)
MOMENTS = [START + datetime.timedelta(hours=7 * k, seconds=k) for k in range(N)]
Y = np.sin(np.arange(N)) + HOURS / 10 + np.array([np.sin(m.hour / 24 * 2 * np.pi) for m in MOMENTS])


def naive(moments):
    return [m.replace(tzinfo=None) for m in moments]


def offsets(form):
    zones = [datetime.timezone(datetime.timedelta(hours=h)) for h in (-5, 0, 3)]
    return [m.astimezone(zones[k % 3]).strftime(form) for k, m in enumerate(MOMENTS)]


CLOCKS = [datetime.time(int(h), 30, 15, 250_000) for h in HOURS]
TYPED = {
    "time of day": pa.array(CLOCKS),
    "duration": pa.array([datetime.timedelta(hours=float(h), seconds=2) for h in HOURS]),
    "time zone": pa.array(MOMENTS, pa.timestamp("us", "America/New_York")),
    "no time zone": pa.array(naive(MOMENTS), pa.timestamp("us")),
    "day": pa.array([m.date() for m in MOMENTS]),
}
TEXTS = {
    "time of day": [f"{h:02d}:30" for h in HOURS],
    "time of day, short": [f"{h}:05:15.5" for h in HOURS],
    "offset": offsets("%Y-%m-%d %H:%M:%S%z"),
    "offset with a T": offsets("%Y-%m-%dT%H:%M:%S%:z"),
    "Z": [m.strftime("%Y-%m-%dT%H:%M:%SZ") for m in MOMENTS],
    "UTC": [m.strftime("%Y-%m-%d %H:%M:%S UTC") for m in MOMENTS],
    "no offset": [m.strftime("%Y-%m-%d %H:%M:%S") for m in MOMENTS],
}
if not MOMENTS[0].strftime("%:z").startswith("+"):  # before Python 3.12
    TEXTS["offset with a T"] = [t[:-2] + ":" + t[-2:] for t in offsets("%Y-%m-%dT%H:%M:%S%z")]


def model_of(cells):
    return rl.fit({"t": cells, "y": Y}, target="y", lam=0.01, folds=2).model


def in_duckdb(statement, table, zone, kind=""):
    with duckdb.connect() as database:
        database.execute(f"SET TimeZone = '{zone}'")
        database.register("given", table)
        cell = f"CAST(t AS {kind})" if kind else "t"
        database.execute(f"CREATE TABLE data AS SELECT {cell} AS t FROM given")
        return [row[0] for row in database.execute(statement).fetchall()]


def in_sqlite(statement, cells):
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE TABLE data (t)")
        database.executemany("INSERT INTO data VALUES (?)", [(cell,) for cell in cells])
        return [row[0] for row in database.execute(statement).fetchall()]
    finally:
        database.close()


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
@pytest.mark.parametrize("kind", TYPED)
def test_typed_columns_in_duckdb(kind, zone):
    table = pa.table({"t": TYPED[kind], "y": Y})
    model = rl.fit(table, target="y", lam=0.01, folds=2).model
    means = model.predict(table)
    assert np.ptp(means) > 0.3
    assert in_duckdb(rl.export(model, to="sql"), table, zone) == pytest.approx(means, abs=1e-9)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
@pytest.mark.parametrize(
    ("kind", "column"),
    [*((kind, "") for kind in TEXTS), ("time of day", "TIME"), ("offset", "TIMESTAMPTZ"), ("no offset", "TIMESTAMP")],
)
def test_text_and_what_duckdb_makes_of_it(kind, column, zone):
    model = model_of(TEXTS[kind])
    means = model.predict({"t": TEXTS[kind]})
    assert np.ptp(means) > 0.3
    found = in_duckdb(rl.export(model, to="sql"), pa.table({"t": TEXTS[kind]}), zone, column)
    assert found == pytest.approx(means, abs=1e-9)


@pytest.mark.parametrize("kind", TEXTS)
def test_text_in_sqlite(kind):
    model = model_of(TEXTS[kind])
    found = in_sqlite(rl.export(model, to="sql", dialect="sqlite"), TEXTS[kind])
    assert found == pytest.approx(model.predict({"t": TEXTS[kind]}), abs=1e-9)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_clocks_that_are_numbers_gaps_or_no_clocks(dialect):
    model = model_of(TEXTS["time of day"])
    cells = ["24:00", "9:05", None, "", "25:00", "08:30 pm", "8.5"]
    known = [model.predict([{"t": cell}])[0] for cell in (24.0, 9 + 5 / 60, None, None, None, None, 8.5)]
    statement = rl.export(model, to="sql", dialect=dialect)
    found = in_duckdb(statement, pa.table({"t": cells}), "UTC") if dialect == "duckdb" else in_sqlite(statement, cells)
    assert found == pytest.approx(known, abs=1e-9)


def test_durations_that_the_database_keeps_as_numbers_stop_the_statement():
    model = rl.fit(pa.table({"t": TYPED["duration"], "y": Y}), target="y").model
    with pytest.raises(duckdb.Error, match="INTERVAL"):
        in_duckdb(rl.export(model, to="sql"), pa.table({"t": [1, 2]}), "UTC")


CAN = {
    "time of day": {"duckdb", "sqlite", "postgres", "mysql"},
    "duration": {"duckdb", "postgres"},
    "time zone": set(DIALECTS) - {"mysql"},
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("kind", CAN)
def test_a_dialect_says_it_rightly_or_refuses(kind, dialect):
    sqlglot = pytest.importorskip("sqlglot")
    model = rl.fit(pa.table({"it's {0}": TYPED[kind], "y": Y}), target="y", lam=0.01, folds=2).model
    if dialect in CAN[kind]:
        statements = sqlglot.parse(rl.export(model, to="sql", dialect=dialect), read=dialect)
        assert [type(s).__name__ for s in statements] == ["Select"]
        assert {c.name for c in statements[0].find_all(sqlglot.exp.Column) if c.table == "t"} == {"it's {0}"}
    else:
        with pytest.raises(OptionError, match=rf"it's {{0}}.*SQL of {dialect} cannot.*choose another dialect"):
            rl.export(model, to="sql", dialect=dialect)
