"""One measurement in one process: ``python -m benchmarks.worker PEER PROBLEM OUT.npz [--quick]``.

Prints ``ready`` when data are made and a small fit has warmed the contestant up, then runs the tuned fit. The parent
(`benchmarks.measure`) starts its stopwatch for the budget there. A fit of less than a second is repeated, and the best
of up to five counts, for every contestant: single short times on a shared machine say little.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import io
import resource
import time
import warnings

import numpy as np

from benchmarks.peers import Peer, Result, peer
from benchmarks.problems import Data, Problem, select

#: Rows and columns of the fit that compiles and loads everything before the clock starts; turned for wide problems,
#: and large enough for sparse ones that nobody takes them for dense.
WARM, WARM_SPARSE = (80, 40), (600, 20_000)
#: Seconds below which a fit is repeated, and how many runs there are then.
SHORT, MOST = 1.0, 5


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
        result = _best(contestant, problem, data)
    np.savez(given.out, version=contestant.version(), peak=_peak(), **dataclasses.asdict(result))


def _best(contestant: Peer, problem: Problem, data: Data) -> Result:
    """Return the quickest of a few runs, or the only one where it is long."""
    start = time.perf_counter()
    result = contestant.tuned_fit(problem, data)
    for _ in range(MOST - 1):
        if result.seconds >= SHORT or time.perf_counter() - start >= MOST * SHORT:
            break
        result = min(result, contestant.tuned_fit(problem, data), key=lambda one: one.seconds)
    return result


def _small(problem: Problem) -> tuple[Problem, Data]:
    """Draw a problem of the same kind that takes no time."""
    # of categories every level is to be seen in every fold
    shape = WARM if problem.shape[0] >= problem.shape[1] else WARM_SPARSE if problem.sparse else WARM[::-1]
    shape = (10 * max(problem.levels), problem.shape[1]) if problem.levels else shape
    small = dataclasses.replace(problem, shape=shape, n_lams=5)
    return small, small.make()


def _peak() -> int:
    """Peak memory of this process and its children, in bytes."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return 1024 * max(resource.getrusage(w).ru_maxrss for w in who)


if __name__ == "__main__":
    main()
