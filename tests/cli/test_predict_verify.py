"""`ridgeline predict` and `ridgeline verify`, with a stand-in for the model."""

import csv
import sys
from types import SimpleNamespace

import pyarrow as pa
import pyarrow.csv
import pytest

from ridgeline.errors import ModelFileError


@pytest.fixture
def model(monkeypatch, tmp_path):
    """Stands for `ridgeline.model`."""
    frame = pa.table({"predicted": ["=1+1", "b"], "probability": [0.25, 0.5]})
    fake = SimpleNamespace(opened=[], checked=[], predicted=[], findings=[], intact=True)

    def predict_frame(data, *, sql=None):
        fake.predicted.append((data, sql))
        return frame, ("level \x07 unknown",)

    def verify(data=None, *, sql=None):
        fake.checked.append((data, sql))
        return fake.findings

    def load(path):
        fake.opened.append(path)
        return SimpleNamespace(predict_frame=predict_frame, verify=verify, intact=fake.intact)

    fake.load = load
    monkeypatch.setitem(sys.modules, "ridgeline.model", fake)
    monkeypatch.chdir(tmp_path)
    return fake


def test_predictions_go_to_stdout(ridgeline, model):
    result = ridgeline("predict", "model.json", "a.csv")
    assert result.status == 0
    assert list(csv.reader(result.out.splitlines())) == [["predicted", "probability"], ["'=1+1", "0.25"], ["b", "0.5"]]
    assert result.err == "note: level \\x07 unknown\n"


def test_predictions_go_to_a_file(ridgeline, model, tmp_path):
    assert ridgeline("predict", "model.json", "a.csv", "-o", "p.csv").out == ""
    assert pyarrow.csv.read_csv(tmp_path / "p.csv").column_names == ["predicted", "probability"]


def test_unknown_format_is_refused_before_the_work(ridgeline, model):
    assert ridgeline("predict", "model.json", "a.csv", "-o", "p.txt").status == 2
    assert model.opened == []


def test_a_directory_means_its_model(ridgeline, model, tmp_path):
    (tmp_path / "out").mkdir()
    ridgeline("verify", "out")
    assert [p.as_posix() for p in model.opened] == ["out/model.json"]


def test_verify(ridgeline, model):
    result = ridgeline("verify", "model.json")
    assert result.status == 0
    assert "every number agrees" in result.out


def test_verify_takes_the_table(ridgeline, model):
    assert "agrees with a.db" in ridgeline("verify", "model.json", "a.db", "--sql", "t").out
    assert model.checked == [("a.db", "t")]


def test_verify_says_what_is_wrong(ridgeline, model):
    model.findings = ["the coefficient of 'age' is not what it was."]
    result = ridgeline("verify", "model.json")
    assert result.status == 2
    assert "'age'" in result.err


def test_a_damaged_model_is_refused(ridgeline, model, monkeypatch):
    def refuse(path):
        raise ModelFileError("model.json is damaged.")

    monkeypatch.setattr(model, "load", refuse)
    assert ridgeline("predict", "model.json", "a.csv").status == 2


def test_predict_takes_a_table_of_a_database(ridgeline, model):
    assert ridgeline("predict", "model.json", "a.db", "--sql", "t").status == 0
    assert model.predicted == [("a.db", "t")]


def test_a_changed_model_is_used_with_a_warning(ridgeline, model):
    model.intact = False
    done = ridgeline("predict", "model.json", "a.csv")
    assert done.status == 0
    assert done.err.splitlines()[0].startswith(
        "warning: model.json was changed after it was written: `ridgeline verify"
    )
