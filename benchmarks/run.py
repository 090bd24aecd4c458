"""Whole tuned fits side by side: seconds, memory, and how far each answer is from the optimum at its own lambda."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np

from benchmarks.measure import Measurement, measure, probe
from benchmarks.objective import column_sd, objective
from benchmarks.page import table
from benchmarks.peers import peer
from benchmarks.problems import Data, Problem, select
from benchmarks.reference import ridge

__all__ = ["CONTESTANTS", "Record", "main", "ratios", "rows"]

#: Who takes part unless ``--peers`` says otherwise.
CONTESTANTS = ("ridgeline", "xtx", "ridgecv", "ridgecv-loo", "lrcv-newton", "lrcv-lbfgs", "glmnet", "glum")
#: A contestant runs again, up to this often, while all its runs together take less than `AGAIN` seconds.
RUNS, AGAIN = 3, 10.0


@dataclass(frozen=True)
class Record:
    """One contestant on one problem.

    Attributes
    ----------
    problem, contestant, label, version, status : str
    headline : bool
        Whether it counts when the fastest peer is sought.
    seconds : float or None
        Median of its runs; the budget when it was stopped; None when it failed.
    lam : float or None
        The lambda it chose.
    excess : float or None
        (objective - optimum) / optimum at its own lambda, for L2 problems.
    peak : int
        Bytes.
    """

    problem: str
    contestant: str
    label: str
    version: str
    status: str
    headline: bool
    seconds: float | None
    lam: float | None = None
    excess: float | None = None
    peak: int = 0


def main(only: list[str] | None, peers: list[str] | None, budget: float, quick: bool) -> list[Record]:
    """Measure; prints every record as it comes."""
    records = []
    absent = {name: probe(peer(name)) for name in peers or CONTESTANTS}
    for problem in select(only or ["tall", "wide"], quick=quick):
        judge = _Judge(problem)
        for name, why in absent.items():
            contestant = peer(name)
            if not contestant.accepts(problem):
                continue
            done = [Measurement(None, why)] if why else _runs(name, problem, budget, quick)
            records.append(_record(problem, name, done, budget, judge))
            print(_line(records[-1]), flush=True)
    return records


def _runs(name: str, problem: Problem, budget: float, quick: bool) -> list[Measurement]:
    done: list[Measurement] = []
    while len(done) < RUNS and sum(m.result.seconds for m in done if m.result) < AGAIN:
        done.append(measure(peer(name), problem, budget, quick=quick))
        if done[-1].result is None:
            break
    return done


def _record(problem: Problem, name: str, done: list[Measurement], budget: float, judge: _Judge) -> Record:
    contestant, last = peer(name), done[-1]
    known = (problem.name, name, contestant.label, last.version, last.status, contestant.headline)
    if last.result is None:
        return Record(*known, seconds=budget if last.status == "over budget" else None)
    seconds = statistics.median(m.result.seconds for m in done if m.result)
    lam = last.result.lam
    if not np.isfinite(lam):
        return Record(*known, seconds, peak=last.peak)
    return Record(*known, seconds, lam, judge.excess(lam, last.result.coef, last.result.intercept), last.peak)


class _Judge:
    """Optima of one problem, each computed once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.optima: dict[float, float] = {}

    @cached_property
    def data(self) -> tuple[Data, np.ndarray]:
        data = self.problem.make()
        return data, column_sd(data.X)

    def best(self, lam: float) -> float:
        data, _ = self.data
        if lam not in self.optima:
            self.optima[lam] = self._value(ridge(data.X, data.y, lam, self.problem.family), lam)
        return self.optima[lam]

    def excess(self, lam: float, coef: np.ndarray, intercept: float) -> float | None:
        if self.problem.penalty != "l2" or hasattr(self.data[0].X, "tocsc"):
            return None
        nearest = float(self.data[0].lams[np.argmin(np.abs(np.log(self.data[0].lams / lam)))])
        lam = nearest if np.isclose(lam, nearest, rtol=1e-9) else lam  # conversions there and back round
        best = self.best(lam)
        return (self._value((coef, intercept), lam) - best) / best

    def _value(self, solution: tuple[np.ndarray, float], lam: float) -> float:
        data, sd = self.data
        return objective(data.X, data.y, solution, lam, family=self.problem.family, sd=sd)


def _line(record: Record) -> str:
    seconds = "—" if record.seconds is None else f"{record.seconds:.3f} s"
    excess = "" if record.excess is None else f"excess {record.excess:.1e}"
    return f"{record.problem:24} {record.label:44} {seconds:>12}  {excess:16} {record.status}"


def rows(records: list[Record]) -> str:
    """All records as a Markdown table."""
    head = ["problem", "program", "version", "seconds", "λ chosen", "excess objective", "peak memory"]
    body = []
    for r in records:
        seconds = f"{r.seconds:.3g}" if r.status == "done" else f"> {r.seconds:.0f}" if r.seconds else r.status
        lam = "" if r.lam is None else f"{r.lam:.4g}"
        excess = "" if r.excess is None else f"{r.excess:.0e}"
        body.append([r.problem, r.label, r.version, seconds, lam, excess, f"{r.peak / 1e9:.1f} GB" if r.peak else ""])
    return table(head, body)


def ratios(records: list[Record]) -> str:
    """How many times faster than the fastest peer that does the same work, and the multiple of one bare product."""
    body = []
    for problem in dict.fromkeys(r.problem for r in records):
        here = {r.contestant: r for r in records if r.problem == problem and r.seconds is not None}
        ours = here.get("ridgeline")
        peers = [r for r in here.values() if r.headline and r.contestant != "ridgeline"]
        if ours is None or ours.status != "done" or not peers:
            body.append([problem, "", "", "", ""])
            continue
        fastest = min(peers, key=lambda r: r.seconds or np.inf)
        bound = "" if fastest.status == "done" else "> "
        times = f"{bound}{fastest.seconds / ours.seconds:.1f}×"
        bare = f"{ours.seconds / here['xtx'].seconds:.1f}×" if "xtx" in here else ""
        body.append([problem, f"{ours.seconds:.3g} s", f"{fastest.label}, {bound}{fastest.seconds:.3g} s", times, bare])
    return table(["problem", "ridgeline", "fastest peer", "ridgeline is faster by", "of one X.T @ X"], body)


def as_json(records: list[Record]) -> list[dict[str, object]]:
    """Plain data of all records."""
    return [asdict(record) for record in records]
