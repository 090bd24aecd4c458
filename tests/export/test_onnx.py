"""The ONNX graph predicts what the model predicts, in ONNX Runtime."""

import datetime
import math
import sys

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.cli import main
from ridgeline.errors import OptionError

pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


def session(model):
    return onnxruntime.InferenceSession(rl.export(model, to="onnx"), providers=["CPUExecutionProvider"])


def cell(value, kind):
    if kind == "tensor(string)":
        return "" if value is None else str(value).strip()
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=datetime.UTC).timestamp()
    return math.nan if value is None else float(value)


def feed(graph, rows):
    dtypes = {"tensor(string)": object, "tensor(double)": np.float64}
    return {
        i.name: np.array([[cell(row.get(i.name), i.type)] for row in rows], dtype=dtypes[i.type])
        for i in graph.get_inputs()
    }


def test_rows(fitted, rows, means):
    graph = session(fitted)
    assert {i.name for i in graph.get_inputs()} == {c.name for c in fitted.encoder.columns}
    found = graph.run(None, feed(graph, rows))
    assert found[-1] == pytest.approx(means, rel=1e-9, abs=1e-9)
    if fitted.content["labels"]:
        assert found[0].ravel().tolist() == [fitted.predict([row])[0] for row in rows]
        assert [o.name for o in graph.get_outputs()] == ["predicted", "probability"]


def test_every_day_of_the_calendar():
    """Month and day come from the seconds alone."""
    days = np.arange(np.datetime64("1896-02-20"), np.datetime64("2104-03-05"), 13).astype("datetime64[us]").tolist()
    random = np.random.default_rng(0)
    model = rl.fit({"when": days, "y": random.normal(size=len(days))}, target="y", test_size=0, folds=2).model
    assert "month sin" in model.encoder.columns[0].parts
    rows = [{"when": day} for day in days]
    graph = session(model)
    found = graph.run(None, feed(graph, rows))[0].ravel()
    assert np.allclose(found, model.predict(rows), rtol=1e-9, atol=1e-9)


def test_refusals(fitted, monkeypatch, tmp_path, capsys):
    model = rl.fit({"predicted": np.arange(60.0), "y": np.arange(60.0) % 7}, target="y").model
    with pytest.raises(OptionError, match="name of an output"):
        rl.export(model, to="onnx")
    fitted.save(tmp_path / "model.json")
    with pytest.raises(SystemExit) as end:
        main(["export", str(tmp_path), "--to", "onnx"])
    assert end.value.code == 2
    assert "-o FILE" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(SystemExit) as end:
        main(["export", str(tmp_path), "--to", "onnx", "-o", str(tmp_path / "m.onnx")])
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert "pip install 'ridgeline[onnx]'" in error
    assert error.count("\n") == 1
    assert not (tmp_path / "m.onnx").exists()
