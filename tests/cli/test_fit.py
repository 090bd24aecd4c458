"""`ridgeline fit`: options reach the job, results reach the person."""

import json
from pathlib import Path

import pytest

from ridgeline.cli.fit import default_directory
from ridgeline.errors import ColumnError


def test_only_the_target_is_required(ridgeline, job):
    assert ridgeline("fit", "a.csv", "--target", "ill").status == 0
    data, target, options = job.calls[0]
    assert (data, target) == ("a.csv", "ill")
    assert options["lam"] == "cv"
    assert options["rule"] == "min"
    assert options["test_size"] is None
    assert job.saved == [Path("a-ridgeline")]


def test_options_reach_the_job(ridgeline, job):
    given = "--lambda 0.5 --rule min --folds 3 --repeats 2 --group g --weight w --drop a --drop b --keep c --seed 7"
    ridgeline("fit", "a.csv", "--target", "ill", *given.split(), "--out", "here")
    options = job.calls[0][2]
    expected = {"lam": "0.5", "rule": "min", "folds": 3, "repeats": 2, "group": "g", "weight": "w", "drop": ("a", "b"),
                "keep": ("c",), "seed": 7}  # fmt: skip
    assert {key: options[key] for key in expected} == expected
    assert job.saved == [Path("here")]


def test_every_argument_of_the_job_is_an_option():
    import inspect

    job = pytest.importorskip("ridgeline.job")
    from ridgeline.cli import fit as command

    wanted = set(inspect.signature(job.fit).parameters) - {"progress", "command", "engine", "header", "sheet"}
    assert wanted <= set(inspect.signature(command.fit).parameters)


def test_the_screen_says_it_all(ridgeline, job):
    out = ridgeline("fit", "a.csv", "--target", "ill").out
    for part in ("ill = yes", "1,200 rows", "λ = 0.0123", "Regularization helps.", "roc auc", "0.910", "0.950", "age",
                 "4.482", "'id' leaks.", "Guessed.", "report.html", "a-ridgeline"):  # fmt: skip
        assert part in out


def test_json_prints_the_summary_and_nothing_else(ridgeline, job):
    result = ridgeline("fit", "a.csv", "--target", "ill", "--json")
    assert json.loads(result.out)["verdict"] == ["Regularization helps."]
    assert result.err == ""


def test_quiet_prints_nothing(ridgeline, job):
    result = ridgeline("fit", "a.csv", "--target", "ill", "--quiet")
    assert (result.out, result.err, result.status) == ("", "", 0)


@pytest.mark.parametrize("text", ["[bold]x[/bold]", "[/]", "[link=http://a]b[/link]", ":smile:"])
def test_data_text_is_never_markup(ridgeline, job, text):
    job.changes = {"notes": [text], "verdict": [text], "target": text}
    assert ridgeline("fit", "a.csv", "--target", "ill").out.count(text) == 3


def test_control_characters_are_escaped(ridgeline, job):
    job.changes = {"notes": ["a\x1b[2Jb\u202ec\rd"]}
    out = ridgeline("fit", "a.csv", "--target", "ill").out
    assert "a\\x1b[2Jb\\u202ec\\rd" in out
    assert "\x1b" not in out


def test_wrong_input_is_one_sentence_and_2(ridgeline, job):
    job.failure = ColumnError.unknown("ilness\x1b[0m", ["illness", "age"], where="a.csv", use="--target")
    result = ridgeline("fit", "a.csv", "--target", "ilness")
    assert result.status == 2
    assert "Did you mean 'illness'?" in result.err
    assert result.err.count("\n") == 1
    assert "\x1b" not in result.err
    assert job.saved == []


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_defect_of_ours_is_1(ridgeline, job, monkeypatch, debug):
    monkeypatch.setenv("RIDGELINE_DEBUG", debug)
    job.failure = ZeroDivisionError("oops [/red]")
    result = ridgeline("fit", "a.csv", "--target", "ill")
    assert result.status == 1
    assert "defect of ridgeline" in result.err
    assert "oops [/red]" in result.err
    assert ("Traceback" in result.err) == bool(debug)


def test_interruption_is_130(ridgeline, job):
    job.failure = KeyboardInterrupt()
    result = ridgeline("fit", "a.csv", "--target", "ill")
    assert result.status == 130
    assert "Traceback" not in result.err


def test_an_unwritable_place_is_refused_before_the_work(ridgeline, job, tmp_path):
    (tmp_path / "taken").write_text("mine")
    result = ridgeline("fit", "a.csv", "--target", "ill", "--out", "taken")
    assert result.status == 2
    assert job.calls == []
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize(
    ("args", "part"),
    [
        (["fit", "a.csv"], "--target"),
        (["fit", "a.csv", "--taget", "y"], "did you mean --target?"),
        (["fti"], "Did you mean 'fit'?"),
        (["fit", "a.csv", "--target", "y", "--folds", "many"], "--folds"),
    ],
)
def test_usage_errors_are_2(ridgeline, job, args, part):
    result = ridgeline(*args)
    assert result.status == 2
    assert part in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("titanic.csv", "titanic-ridgeline"),
        ("/data/a.tar.gz", "a-ridgeline"),
        ("https://example.org/x/wine.parquet", "wine-ridgeline"),
        ("SELECT * FROM 'a.csv'", "query-ridgeline"),
        (f"-- all\nSELECT {', '.join(f'column_{k}' for k in range(100))} FROM 'a.csv'", "query-ridgeline"),
        (".hidden", "hidden-ridgeline"),
        ("...", "table-ridgeline"),
    ],
)
def test_default_directory(data, name):
    assert default_directory(data) == Path(name)


@pytest.mark.parametrize(
    ("failure", "status", "part"),
    [(MemoryError(), 2, "fewer rows or columns"), (BrokenPipeError(), 141, ""), (SystemExit(5), 5, "")],
)
def test_other_ends(ridgeline, job, monkeypatch, failure, status, part):
    monkeypatch.setattr("os.dup2", lambda *_: None)
    job.failure = failure
    result = ridgeline("fit", "a.csv", "--target", "ill")
    assert result.status == status
    assert part in result.err
    assert result.err.count("\n") <= 1


def test_coefficients_of_zero_are_counted_not_listed(ridgeline, job):
    used = {"feature": "age", "coef": 0.25, "std_coef": 1.5, "odds_ratio": 1.284, "unpenalized": 0.5}
    job.changes = {"coefficients": [used, used | {"feature": "unused", "coef": 0.0, "std_coef": 0.0}]}
    job.changes |= {"penalty": "l1", "l1_ratio": 1.0}
    out = ridgeline("fit", "a.csv", "--target", "ill", "--penalty", "l1").out
    assert "1 of 1 that are not 0" in out
    assert "L1 penalty, λ = 0.0123" in out
    assert "unused" not in out


def test_shares_of_l1_may_be_listed_or_repeated(ridgeline, job):
    ridgeline("fit", "a.csv", "--target", "ill", "--penalty", "elasticnet", "--l1-ratio", "0.2,0.8")
    ridgeline("fit", "a.csv", "--target", "ill", "--penalty", "elasticnet", "--l1-ratio", "0.2", "--l1-ratio", "0.8")
    assert [call[2]["l1_ratio"] for call in job.calls] == [["0.2,0.8"], ["0.2", "0.8"]]
