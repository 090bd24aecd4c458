"""Start a measurement in a process of its own, hold it to its budget, read what it answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.peers import Peer, Result
from benchmarks.problems import Problem

__all__ = ["CORES", "ENVS", "Measurement", "interpreter", "measure", "probe"]

ROOT = Path(__file__).resolve().parent.parent
ENVS = Path(__file__).resolve().parent / ".envs"
#: Threads that everyone may use.
CORES = min(2, os.cpu_count() or 1)
#: Seconds that imports, data and the warm-up may take.
PATIENCE = 300.0


@dataclass(frozen=True)
class Measurement:
    """One run of one contestant: its result, or why there is none.

    Attributes
    ----------
    result : Result or None
    status : str
        ``"done"``, ``"over budget"`` or the last line of the error.
    version : str
    peak : int
        Peak memory of the whole process in bytes.
    memory : float
        Peak of the data and what the fit took beside them, as a multiple of the data; NaN where it is not known.
    """

    result: Result | None
    status: str
    version: str = ""
    peak: int = 0
    memory: float = np.nan


def interpreter(contestant: Peer) -> str | None:
    """Python that a contestant runs in; None when its environment has not been built."""
    if contestant.env is None:
        return sys.executable
    python = ENVS / contestant.env / "bin" / "python"
    return str(python) if python.exists() else None


def _environment() -> dict[str, str]:
    threads = ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR", "BLIS", "VECLIB_MAXIMUM")
    same = {f"{name}_NUM_THREADS": str(CORES) for name in threads}
    paths = [str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, **same, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONHASHSEED": "0"}


def probe(contestant: Peer) -> str | None:
    """Why a contestant cannot take part, or None when it can."""
    python = interpreter(contestant)
    if python is None:
        return f"not installed (make its environment: python -m benchmarks envs {contestant.env})"
    ask = f"from benchmarks.peers import peer; peer({contestant.name!r}).version()"
    done = subprocess.run(
        [python, "-c", ask], env=_environment(), cwd=ROOT, capture_output=True, text=True, check=False
    )
    return None if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


def measure(contestant: Peer, problem: Problem, budget: float, *, quick: bool = False) -> Measurement:
    """Run a contestant once on a problem.

    Parameters
    ----------
    contestant : Peer
    problem : Problem
    budget : float
        Seconds after which it is stopped.
    quick : bool, default False
        Whether `problem` is the shrunk one.
    """
    python = interpreter(contestant)
    assert python is not None, "probe() comes first"
    name = problem.name.removesuffix(" (quick)")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "result.npz"
        command = [python, "-m", "benchmarks.worker", contestant.name, name, str(out), *(["--quick"] if quick else [])]
        status = _run(command, budget)
        if status != "done":
            return Measurement(None, status)
        with np.load(out) as saved:
            result = Result(
                float(saved["lam"]), saved["coef"], float(saved["intercept"]), saved["curve"], float(saved["seconds"])
            )
            return Measurement(result, "done", str(saved["version"]), int(saved["peak"]), float(saved["memory"]))


def _run(command: list[str], budget: float) -> str:
    """Run a worker in its own process group; ``"done"``, ``"over budget"`` or what went wrong."""
    with tempfile.TemporaryFile("w+") as errors:
        work = subprocess.Popen(
            command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=errors, text=True,
            start_new_session=True,
        )  # fmt: skip
        start = threading.Timer(PATIENCE, _stop, [work])
        start.start()
        assert work.stdout is not None
        ready = work.stdout.readline().strip() == "ready"
        start.cancel()
        try:
            work.wait(budget if ready else 5)
        except subprocess.TimeoutExpired:
            _stop(work)
            return "over budget"
        if work.returncode == 0:
            return "done"
        errors.seek(0)
        return (errors.read().strip().splitlines() or ["stopped without a word"])[-1]


def _stop(work: subprocess.Popen[str]) -> None:
    """Stop a worker and what it has started (Rscript, say)."""
    os.killpg(work.pid, signal.SIGKILL)
    work.wait()
