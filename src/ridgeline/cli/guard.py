"""How the command line ends: exit statuses, and one sentence on stderr instead of a traceback."""

from __future__ import annotations

import difflib
import errno
import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import typer

from ridgeline.cli.ending import INTERRUPTED
from ridgeline.cli.text import plain
from ridgeline.errors import InputError

__all__ = ["DEFECT", "WRONG_INPUT", "run"]

DEFECT = 1
WRONG_INPUT = 2
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BROKEN_PIPE = 141  # 128 + SIGPIPE


def run(app: Callable[..., Any], args: Sequence[str] | None = None) -> int:
    """Run a Typer application and return its exit status, whatever happens.

    Parameters
    ----------
    app : typer.Typer
        The application.
    args : sequence of str, optional
        Arguments in place of ``sys.argv[1:]``.
    """
    _never_choke_on_text()
    try:
        status = app(args=args, standalone_mode=False, prog_name="ridgeline")
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_left()
    except (KeyboardInterrupt, typer.Abort):
        return _interrupted()
    except SystemExit as leave:
        if isinstance(leave.__context__, BrokenPipeError):  # Typer has caught it first
            return _reader_left()
        raise
    except Exception as error:
        return _explain(error)
    # Typer hands back what its own exits ask for: 130 when it has seen Ctrl-C.
    return _interrupted() if status == INTERRUPTED else status or 0


def _reader_left() -> int:
    """`ridgeline … | head`."""
    _never_flush()
    return _BROKEN_PIPE


def _never_flush() -> None:
    """Give what is left of the output to nobody: Python must not complain of it once more while it exits."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _never_choke_on_text() -> None:
    """Let terminals without the characters λ or ✓ show a replacement instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _interrupted() -> int:
    return _say("interrupted.", INTERRUPTED)


def _explain(error: Exception) -> int:
    if isinstance(error, InputError):
        return _say(f"error: {error}", WRONG_INPUT)
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return _no_room(error)
    if isinstance(error, MemoryError):
        return _say("error: there is not enough memory for this job: give fewer rows or columns.", WRONG_INPUT)
    return _usage(error) if hasattr(error, "format_message") else _defect(error)


def _no_room(error: OSError) -> int:
    """`ridgeline … > FILE` on a full disk; files that we name ourselves have errors of their own."""
    _never_flush()
    reason = os.strerror(error.errno or 0)
    return _say(f"error: the output cannot be written: {reason[:1].lower()}{reason[1:]}; make room there.", WRONG_INPUT)


def _say(sentence: str, status: int) -> int:
    print(plain(sentence), file=sys.stderr)
    return status


def _usage(error: Any) -> int:
    """Report what Typer refuses; it carries its own message, with the nearest option when one is mistyped."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message(), file=sys.stderr)
        return WRONG_INPUT
    command = context.command_path if context else "ridgeline"
    return _say(
        f"error: {_with_nearest(error).rstrip('. ')} (see {command} --help).", getattr(error, "exit_code", WRONG_INPUT)
    )


def _with_nearest(error: Any) -> str:
    option, known = getattr(error, "option_name", None), getattr(error, "possibilities", None)
    near = difflib.get_close_matches(option, known, n=1) if option and known else []
    return f"No such option {option}; did you mean {near[0]}?" if near else error.format_message()


def _defect(error: Exception) -> int:
    if os.environ.get("RIDGELINE_DEBUG") == "1":
        traceback.print_exception(error)
    return _say(
        f"error: this is a defect of ridgeline, not of your data: {type(error).__name__}: {error} "
        "(set RIDGELINE_DEBUG=1 for the traceback, and please report it).",
        DEFECT,
    )
