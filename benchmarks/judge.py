"""The judge of the answers: how far each lies above the best known objective at the lambda it chose."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from benchmarks.objective import column_sd, objective
from benchmarks.peers import Result
from benchmarks.problems import Data, Problem
from benchmarks.reference import ridge

__all__ = ["EQUAL", "Judge"]

#: Largest excess, relative to the optimum, that counts as an equally accurate answer.
EQUAL = 1e-6


class Judge:
    """Best known objectives of one problem, each computed once.

    Parameters
    ----------
    problem : Problem
    answers : list of Result
        Of all contestants. For L2 a reference solution is computed; for L1 the best answer at a lambda is the
        reference, so that an answer alone at its lambda has an excess of 0 by definition.
    """

    def __init__(self, problem: Problem, answers: list[Result]) -> None:
        self.problem, self.answers = problem, answers
        self.optima: dict[float, float] = {}

    @cached_property
    def data(self) -> Data:
        """The problem's numbers, drawn again."""
        return self.problem.make()

    @cached_property
    def sd(self) -> np.ndarray:
        """Standard deviation of each column."""
        return column_sd(self.data.X)

    def snap(self, lam: float) -> float:
        """The lambda of the grid that a contestant meant: conversions there and back round."""
        nearest = float(self.data.lams[np.argmin(np.abs(np.log(self.data.lams / lam)))])
        return nearest if np.isclose(lam, nearest, rtol=1e-9) else lam

    def excess(self, answer: Result) -> float:
        """(objective - best) / best at the lambda the answer chose."""
        lam = self.snap(answer.lam)
        best = self.best(lam)
        return (self._value((answer.coef, answer.intercept), lam) - best) / best

    def best(self, lam: float) -> float:
        """The lowest objective known at a lambda of the grid."""
        if lam not in self.optima:
            data = self.data
            same = [(a.coef, a.intercept) for a in self.answers if np.isfinite(a.lam) and self.snap(a.lam) == lam]
            if self.problem.penalty == "l2" and isinstance(data.X, np.ndarray):
                same = [ridge(data.X, data.y, lam, self.problem.family)]
            self.optima[lam] = min(self._value(solution, lam) for solution in same)
        return self.optima[lam]

    def _value(self, solution: tuple[np.ndarray, float], lam: float) -> float:
        known = {"family": self.problem.family, "l1_ratio": self.problem.l1_ratio, "sd": self.sd}
        return objective(self.data.X, self.data.y, solution, lam, **known)
