"""One measurement in one process: ``python -m benchmarks.worker PEER PROBLEM OUT.npz [--quick]``.

Prints ``ready`` when data are made and a small fit has warmed the contestant up, then runs the tuned fit. The parent
(`benchmarks.measure`) starts its stopwatch for the budget there. A fit of less than a second is repeated, and the best
of up to five counts, for every contestant: single short times on a shared machine say little.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import gc
import io
import resource
import time
import warnings
from pathlib import Path

import numpy as np

from benchmarks.peers import Peer, Result, peer
from benchmarks.problems import Data, Problem, select

#: Rows and columns of the fit that compiles and loads everything before the clock starts; turned for wide problems,
#: and large enough for sparse ones that nobody takes them for dense.
WARM, WARM_SPARSE = (80, 40), (600, 20_000)
#: Seconds below which a fit is repeated, and how many runs there are then.
SHORT, MOST = 1.0, 5
#: Bytes of data from which on memory beside them says something.
LEAST = 2**20
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def main() -> None:
    """Measure one contestant once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("peer")
    parser.add_argument("problem")
    parser.add_argument("out")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    contestant = peer(given.peer)
    (problem,) = select([given.problem], quick=given.quick)
    data = problem.make()
    warnings.simplefilter("ignore")  # what a peer says of its convergence is judged by its objective
    with contextlib.redirect_stdout(io.StringIO()):
        contestant.tuned_fit(*_small(problem))
    print("ready", flush=True)
    with contextlib.redirect_stdout(io.StringIO()):
        result, memory = _best(contestant, problem, data)
    np.savez(given.out, version=contestant.version(), peak=_peak(), memory=memory, **dataclasses.asdict(result))


def _best(contestant: Peer, problem: Problem, data: Data) -> tuple[Result, float]:
    """Return the quickest of a few runs, or the only one where it is long, and the memory that the first took."""
    before, start = Memory.now(), time.perf_counter()
    result = contestant.tuned_fit(problem, data)
    memory = before.relative(data.size)
    for _ in range(MOST - 1):
        if result.seconds >= SHORT or time.perf_counter() - start >= MOST * SHORT:
            break
        result = min(result, contestant.tuned_fit(problem, data), key=lambda one: one.seconds)
    return result, memory


def _small(problem: Problem) -> tuple[Problem, Data]:
    """Draw a problem of the same kind that takes no time."""
    # of categories every level is to be seen in every fold
    shape = WARM if problem.shape[0] >= problem.shape[1] else WARM_SPARSE if problem.sparse else WARM[::-1]
    shape = (10 * max(problem.levels), problem.shape[1]) if problem.levels else shape
    small = dataclasses.replace(problem, shape=shape, n_lams=5)
    return small, small.make()


@dataclasses.dataclass
class Memory:
    """What this process holds, and the largest that a child has held, before a fit; in bytes."""

    own: int
    child: int

    @classmethod
    def now(cls) -> Memory:
        """Look, and let the peak of this process begin anew."""
        gc.collect()
        with contextlib.suppress(OSError):
            CLEAR.write_text("5")
        return cls(_status("VmRSS"), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)

    def relative(self, size: int) -> float:
        """Peak of what the data and the fits took together, as a multiple of the data; NaN where it cannot be told.

        A child (R) has read the data itself. Beside small data programs differ by what they load.
        """
        if size < LEAST:
            return np.nan
        child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 - self.child
        if child > 0:
            return child / size
        return (size + max(_status("VmHWM") - self.own, 0)) / size if self.own else np.nan


def _status(what: str) -> int:
    """Read a number of this process from Linux; 0 elsewhere."""
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(what)), 0)


def _peak() -> int:
    """Peak memory of this process and its children, in bytes."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return 1024 * max(resource.getrusage(w).ru_maxrss for w in who)


if __name__ == "__main__":
    main()
