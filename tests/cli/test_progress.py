"""Progress shows on a terminal, and only there."""

import io

import pytest

from ridgeline.cli.progress import stages
from ridgeline.cli.text import plain


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_silent_when_piped(monkeypatch):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with stages() as report:
        assert report is None


def test_stages_are_named_on_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with stages() as report:
        report("reading [/bold]", None)
        report("cross-validation", 0.5)
    assert "cross-validation" in terminal.getvalue()


def test_quiet_on_a_terminal(monkeypatch):
    monkeypatch.setattr("sys.stderr", Terminal())
    with stages(quiet=True) as report:
        assert report is None


@pytest.mark.parametrize(("text", "shown"), [("é λ 日本", "é λ 日本"), ("a\x00\x9b\u2028", "a\\x00\\x9b\\u2028")])
def test_plain(text, shown):
    assert plain(text) == shown
