"""The chart engine in a process of its own: started early, asked later, ended with this process."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ridgeline.errors import DefectError

__all__ = ["start", "to_svg"]

_WORKER = Path(__file__).with_name("vega_worker.py")


class _Vega:
    """A chart engine that runs, and the lock that lets one caller in at a time."""

    def __init__(self) -> None:
        found = find_spec("vl_convert")
        if found is None or not found.submodule_search_locations or not sys.executable:
            raise OSError("no interpreter, or vl_convert is not a folder of files")
        self.owner = os.getpid()
        self.lock = threading.Lock()
        # Isolated, so that nothing in the working directory is run; its own session, so that Ctrl-C is ours to answer.
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_WORKER), str(Path(found.submodule_search_locations[0]).parent)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        atexit.register(self.end)

    def usable(self) -> bool:
        """Return whether it runs, and for this process: a fork must not write into its parent's pipe."""
        return self.owner == os.getpid() and self.process.poll() is None

    def ask(self, spec: dict[str, Any]) -> dict[str, str]:
        """Return the worker's answer; OSError or ValueError when it has none."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self.lock:
            try:
                self.process.stdin.write(json.dumps(spec) + "\n")
                self.process.stdin.flush()
                return json.loads(self.process.stdout.readline())
            except BaseException:  # Ctrl-C in a notebook: the next one to ask must not be given this answer
                self.process.kill()
                self.process.wait()
                raise

    def end(self) -> None:
        """End the process, if it is ours."""
        if self.owner == os.getpid():
            self.process.kill()
            self.process.communicate()


_running: list[_Vega] = []
_starting = threading.Lock()


def start() -> _Vega | None:
    """Start the engine unless it runs; None where no process can be started."""
    with _starting:
        if not (_running and _running[0].usable()):
            _running.clear()
            try:
                _running.append(_Vega())
            except OSError:
                return None
        return _running[0]


def to_svg(spec: dict[str, Any]) -> str:
    """Return the SVG of a Vega-Lite specification.

    Raises
    ------
    DefectError
        When the engine does not accept the specification.
    """
    engine = start()
    try:
        answer = engine.ask(spec) if engine else {}
    except (OSError, ValueError):  # it was killed meanwhile
        answer = {}
    if "error" in answer:
        raise DefectError(f"A chart is not drawn: {answer['error']}")
    return answer["svg"] if "svg" in answer else _drawn_here(spec)


def _drawn_here(spec: dict[str, Any]) -> str:
    import vl_convert

    try:
        return vl_convert.vegalite_to_svg(spec)
    except ValueError as error:
        raise DefectError(f"A chart is not drawn: {error}") from error
