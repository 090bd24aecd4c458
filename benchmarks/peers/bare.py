"""The yardstick: one ``X.T @ X``, the least that any closed-form fit of a tall table must do."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.peers.base import Result
from benchmarks.problems import Data, Problem


class Bare:
    """A matrix product, no fit: its `Result` has only a time."""

    name, label, env, headline = "xtx", "one bare X.T @ X", None, False
    settings = "NumPy's BLAS, both cores; nothing is fitted"

    def version(self) -> str:
        return np.__version__

    def accepts(self, problem: Problem) -> bool:
        return not problem.sparse and problem.shape[0] > problem.shape[1]

    def tuned_fit(self, problem: Problem, data: Data) -> Result:
        best = np.inf
        for _ in range(5):  # the best of five: a yardstick should flatter nobody
            start = time.perf_counter()
            data.X.T @ data.X
            best = min(best, time.perf_counter() - start)
        nothing = np.full(len(data.lams), np.nan)
        return Result(np.nan, np.full(data.X.shape[1], np.nan), np.nan, nothing, best)


PEERS = [Bare()]
