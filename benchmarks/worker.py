"""One measurement in one process: ``python -m benchmarks.worker PEER PROBLEM OUT.npz [--quick]``.

Prints ``ready`` when data are made and a small fit has warmed the contestant up, then runs the tuned fit. The parent
(`benchmarks.measure`) starts its stopwatch for the budget there.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import io
import resource
import warnings

import numpy as np

from benchmarks.peers import peer
from benchmarks.problems import Problem, select

#: Rows and columns of the fit that compiles and loads everything before the clock starts.
WARM = (60, 8)


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
        result = contestant.tuned_fit(problem, data)
    np.savez(given.out, version=contestant.version(), peak=_peak(), **dataclasses.asdict(result))


def _small(problem: Problem) -> tuple[Problem, object]:
    """Draw a problem of the same kind that takes no time."""
    small = dataclasses.replace(problem, shape=WARM, n_lams=5)
    return small, small.make()


def _peak() -> int:
    """Peak memory of this process and its children, in bytes."""
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return 1024 * max(resource.getrusage(w).ru_maxrss for w in who)


if __name__ == "__main__":
    main()
