"""What happens when somebody asks the process to end: Ctrl-C, a closed terminal, a shutdown."""

from __future__ import annotations

import io
import os
import signal
import sys
import warnings
from contextlib import suppress
from types import FrameType

from ridgeline.output.scratch import discard_all

__all__ = ["INTERRUPTED", "own_process"]

INTERRUPTED = 130  # 128 + SIGINT, as shells expect
_CLEAR_LINE_AND_SHOW_CURSOR = "\r\x1b[2K\x1b[?25h"


def own_process() -> None:
    """Set up what only a process that is all ours may change.

    Whoever asks it to end is obeyed at once; the warnings of libraries are for us, not for the reader of a report.
    """
    if not sys.warnoptions and os.environ.get("RIDGELINE_DEBUG") != "1":
        warnings.simplefilter("ignore")
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()  # `ridgeline … >&-`
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        # What is ignored stays ignored: `nohup ridgeline …`.
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
            signal.signal(getattr(signal, name), _leave)


def _nowhere() -> io.TextIOWrapper:
    return open(os.devnull, "w", encoding="utf-8")


def _leave(number: int, frame: FrameType | None) -> None:
    """End the process here.

    An exception would be the usual way, but it would rise wherever the interpreter happens to be: extension modules
    that are being imported abort, libraries swallow it, and pools wait for threads that nobody wakes any more.
    """
    try:
        discard_all()
        bar = sys.stderr.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")
        with suppress(OSError):
            os.write(2, f"{_CLEAR_LINE_AND_SHOW_CURSOR * bar}interrupted.\n".encode())
    finally:
        os._exit(128 + number)
