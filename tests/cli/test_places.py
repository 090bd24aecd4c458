"""No command writes its results over what it reads."""

import os

import pytest

import ridgeline as rl
from ridgeline.cli.places import spare
from ridgeline.errors import OutputError


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A table, and what a fit of it wrote."""
    folder = tmp_path_factory.mktemp("made")
    table = folder / "a.csv"
    table.write_text("x,y\n" + "".join(f"{k},{2 * k + k % 3}\n" for k in range(60)), "utf-8")
    rl.fit(table, "y", lam=0.1).save(folder / "m")
    return folder


@pytest.fixture
def untouched(made, monkeypatch):
    """Stand in the folder, whose files must be the same at the end."""
    monkeypatch.chdir(made)
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    yield
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("predict m a.csv -o a.csv", "a.csv"),
        ("predict m a.csv -o m/../a.csv", "a.csv"),
        ("predict m a.csv -o m/predictions.parquet", "predictions.parquet"),
        ("predict m/model.json a.csv -o m/predictions.parquet", "predictions.parquet"),
        ("export m --to python -o m/model.json", "model.json"),
        ("export m/model.json --to sql -o m/summary.json", "summary.json"),
        ("translate m --to sklearn -o a.csv", "a.csv"),
        ("translate m --to sklearn --data a.csv -o a.csv", "a.csv"),
        ("translate m --to sklearn -o m/model.json", "model.json"),
        ("fit m/predictions.parquet --target actual --out m", "predictions.parquet"),
        ("fit a.csv --target y --test m/predictions.parquet --out m", "predictions.parquet"),
        ("compare m/summary.json --target y -o m/summary.json", "summary.json"),
    ],
)
def test_what_is_read_is_not_written(ridgeline, untouched, line, named):
    done = ridgeline(*line.split())
    assert done.status == 2
    assert named in done.err
    assert "choose another place" in done.err
    assert done.err.count("\n") == 1


def test_a_file_in_a_query_is_read(ridgeline, untouched):
    done = ridgeline("fit", "SELECT * FROM 'm/pred*.parquet'", "--target", "actual", "--out", "m")
    assert (done.status, "predictions.parquet" in done.err) == (2, True)


@pytest.mark.parametrize(
    "line",
    ["predict LONG a.csv", "predict m a.csv -o LONG.csv", "verify LONG", "explain LONG", "export LONG --to sql",
     "translate LONG --to sklearn", "translate m --to sklearn --data LONG", "fit LONG --target y",
     "fit a.csv --target y --out LONG", "compare a.csv --target y -o LONG",
     "fit ~nobody.of-this-name/a.csv --target y"],
)  # fmt: skip
def test_a_name_that_no_file_can_have_is_wrong_input(ridgeline, untouched, line):
    done = ridgeline(*line.replace("LONG", "a" * 300).split())
    assert done.status == 2
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_links_are_the_same_file(tmp_path, link):
    (tmp_path / "a.csv").write_text("x")
    link(tmp_path / "a.csv", tmp_path / "b.csv")
    with pytest.raises(OutputError, match=r"b\.csv"):
        spare([tmp_path / "a.csv"], [tmp_path / "b.csv"])


def test_earlier_results_are_replaced(ridgeline, made, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    os.link(made / "m" / "model.json", "model.json")
    for _ in range(2):  # predictions beside a model alone are not those of its fit
        assert ridgeline("predict", "model.json", made / "a.csv", "-o", "predictions.parquet").status == 0


@pytest.mark.parametrize(
    "line",
    ["fit a.csv --target y --out", "demo --out", "compare a.csv --target y -o", "predict m a.csv -o",
     "export m --to sql -o", "translate m --to sklearn -o"],
)  # fmt: skip
def test_an_empty_place_is_refused(ridgeline, untouched, line):
    done = ridgeline(*line.split(), "")
    assert done.status == 2
    assert "it is empty" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("name", ["report.html", "summary.json", "model.json"])
def test_files_of_others_are_not_replaced(ridgeline, made, tmp_path, name):
    (tmp_path / name).write_text('{"mine": 1}', "utf-8")
    done = ridgeline("fit", made / "a.csv", "--target", "y", "--out", tmp_path)
    assert done.status == 2
    assert name in done.err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text("utf-8") == '{"mine": 1}'


def test_results_of_an_earlier_fit_are_replaced(ridgeline, made, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    for seed in (1, 2):
        assert (
            ridgeline("fit", made / "a.csv", "--target", "y", "--quiet", "--seed", seed, "--out", tmp_path).status == 0
        )
    assert (tmp_path / "mine.txt").read_text() == "mine"
