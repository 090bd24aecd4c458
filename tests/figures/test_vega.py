"""The chart engine runs beside this process; it is started again when lost, and done without where it cannot start."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ridgeline.errors import DefectError
from ridgeline.figures import vega

POINT = {
    "data": {"values": [{"x": 1, "name": "<b>é & ü</b>\u2028"}]},
    "mark": "text",
    "encoding": {"x": {"field": "x", "type": "quantitative"}, "text": {"field": "name"}},
}

NONSENSE = {"mark": 3, "encoding": {"x": 1}, "transform": "none"}


def test_the_same_picture_as_in_this_process():
    import vl_convert

    assert vega.to_svg(POINT) == vl_convert.vegalite_to_svg(POINT)


def test_one_engine_serves_many_pictures():
    assert vega.start() is vega.start()


def test_a_lost_engine_is_started_again():
    lost = vega.start()
    assert lost is not None
    lost.process.kill()
    lost.process.wait()
    assert "é" in vega.to_svg(POINT)
    assert vega.start() is not lost


def test_an_engine_lost_between_two_pictures_is_done_without(monkeypatch):
    engine = vega.start()
    assert engine is not None
    monkeypatch.setattr(engine, "usable", lambda: True)
    engine.process.kill()
    engine.process.wait()
    assert "é" in vega.to_svg(POINT)


def test_where_no_process_can_be_started(monkeypatch):
    def refuse(*args, **options):
        raise PermissionError("no new processes")

    monkeypatch.setattr(vega, "_running", [])
    monkeypatch.setattr(vega.subprocess, "Popen", refuse)
    assert vega.start() is None
    assert "é" in vega.to_svg(POINT)


def test_a_specification_that_means_nothing_is_refused_and_the_next_is_drawn():
    with pytest.raises(DefectError, match=r"A chart is not drawn: ."):
        vega.to_svg(NONSENSE)
    assert "é" in vega.to_svg(POINT)


def test_a_specification_that_means_nothing_is_refused_without_the_engine_too(monkeypatch):
    monkeypatch.setattr(vega, "start", lambda: None)
    with pytest.raises(DefectError, match=r"A chart is not drawn: ."):
        vega.to_svg(NONSENSE)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_leaves_its_parents_engine_alone():
    code = (
        "import os, sys\nfrom ridgeline.figures import vega\n"
        "first = vega.start()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(0 if vega.start() is not first else 1)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "assert vega.start() is first and first.usable()\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_who_is_interrupted_while_waiting_leaves_no_answer_for_the_next(monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    engine = vega.start()
    other = {"mark": "bar", "encoding": {"x": {"value": 10}}, "data": {"values": [{"x": 1}]}}
    with monkeypatch.context() as patch:
        patch.setattr(vega.json, "loads", stop)  # once the answer is there, or on its way
        with pytest.raises(KeyboardInterrupt):
            vega.to_svg(other)
    assert "é" in vega.to_svg(POINT)
    assert vega.start() is not engine
