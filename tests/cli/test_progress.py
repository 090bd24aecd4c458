"""Progress shows on a terminal, and only there."""

import io

import pytest

from ridgeline.cli.progress import stages
from ridgeline.cli.text import plain


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_silent_when_piped(monkeypatch):
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    with stages() as report:
        report("reading", None)
    assert pipe.getvalue() == ""


def test_stages_are_named_on_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with stages() as report:
        report("reading [/bold]", None)
        report("cross-validation", 0.5)
    assert "cross-validation" in terminal.getvalue()


def test_quiet_on_a_terminal(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with stages(quiet=True) as report:
        report("reading", None)
    assert terminal.getvalue() == ""


@pytest.mark.parametrize(("text", "shown"), [("é λ 日本", "é λ 日本"), ("a\x00\x9b\u2028", "a\\x00\\x9b\\u2028")])
def test_plain(text, shown):
    assert plain(text) == shown
