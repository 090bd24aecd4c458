"""ridgeline itself, through its public `cross_validate`."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.peers.base import Result
from benchmarks.problems import Data, Problem, frame


class Ridgeline:
    """``rl.cross_validate`` with the folds and lambdas given: all folds, all lambdas, and the path on all rows."""

    name, label, env, headline = "ridgeline", "ridgeline cross_validate", None, False
    settings = "defaults (relative certificate 1e-8 or better)"

    def version(self) -> str:
        import ridgeline

        return ridgeline.__version__

    def accepts(self, problem: Problem) -> bool:
        return True

    def tuned_fit(self, problem: Problem, data: Data) -> Result:
        import ridgeline as rl

        X = frame(data.X, problem.levels) if problem.levels else data.X
        start = time.perf_counter()
        cv = rl.cross_validate(
            X, data.y, family=problem.family, l1_ratio=problem.l1_ratio, folds=data.folds, lams=data.lams
        )
        seconds = time.perf_counter() - start
        at = int(np.flatnonzero(np.asarray(cv.path.lams) == cv.lam_min)[0])
        return Result(
            float(cv.lam_min), cv.path.coef_at(at), float(cv.path.intercept[at]), np.asarray(cv.mean), seconds
        )


PEERS = [Ridgeline()]
