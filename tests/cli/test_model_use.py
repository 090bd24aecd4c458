"""What the commands that use a model say of a table that is not the model's, and of a model that was changed."""

import json
import sqlite3

import pytest

import ridgeline as rl


@pytest.fixture(scope="module")
def fitted():
    random = [(7 * k) % 11 for k in range(60)]
    table = {"Age": random, "Income": [(5 * k) % 13 for k in range(60)]}
    table["y"] = [2.0 * v + (k * k) % 17 for k, v in enumerate(random)]
    return rl.fit(table, "y", lam=0.1).model


@pytest.fixture
def place(tmp_path, monkeypatch, fitted):
    """Stand in a folder with model.json."""
    monkeypatch.chdir(tmp_path)
    fitted.save("model.json")
    return tmp_path


@pytest.fixture
def database(place):
    with sqlite3.connect(place / "two.db") as connection:
        for name in ("people", "others"):
            connection.execute(f"CREATE TABLE {name} (Age, Income)")
            connection.execute(f"INSERT INTO {name} VALUES (3, 4)")
    connection.close()
    return "two.db"


@pytest.mark.parametrize("command", ["predict", "explain"])
def test_one_of_two_tables_is_used(ridgeline, database, command):
    refused = ridgeline(command, "model.json", database)
    assert (refused.status, "'others', 'people': say which with --sql" in refused.err) == (2, True)
    assert ridgeline(command, "model.json", database, "--sql", "people").status == 0


@pytest.mark.parametrize("command", ["predict", "explain"])
@pytest.mark.parametrize(
    ("header", "words"),
    [("age,INCOME", "'age' for 'Age', 'INCOME' for 'Income'"), ("a,b", "'Age', 'Income': its columns are 'a', 'b'")],
)
def test_a_table_without_any_column_of_the_model_is_refused(ridgeline, place, command, header, words):
    (place / "a.csv").write_text(f"{header}\n1,2\n3,4\n")
    done = ridgeline(command, "model.json", "a.csv")
    assert done.status == 2
    assert words in done.err
    assert done.out == ""


def test_one_missing_column_names_the_one_that_is_like_it(ridgeline, place):
    (place / "a.csv").write_text("Age,income\n1,2\n3,4\n")
    done = ridgeline("predict", "model.json", "a.csv")
    assert done.status == 0
    assert "'Income' is not there" in done.err
    assert "'income' is not used; rename it if it is the model's column 'Income'" in done.err


@pytest.mark.parametrize(
    "line", ["predict model.json a.csv", "explain model.json", "export model.json --to python"],
)  # fmt: skip
@pytest.mark.parametrize("changed", [False, True])
def test_a_changed_model_is_used_with_a_warning(ridgeline, place, line, changed):
    (place / "a.csv").write_text("Age,Income\n1,2\n3,4\n")
    content = json.loads((place / "model.json").read_text("utf-8"))
    content["intercept"] += float(changed)
    (place / "model.json").write_text(json.dumps(content), "utf-8")  # another layout is no change
    done = ridgeline(*line.split())
    assert done.status == 0
    assert ("warning: model.json was changed" in done.err) == changed
    assert done.err.count("\n") == changed
