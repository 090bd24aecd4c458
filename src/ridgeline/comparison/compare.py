"""`compare`: one table, the same outer folds for every penalty, and what to use. `Comparison`: what came out."""

from __future__ import annotations

import json
import time as clock
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ridgeline.comparison.bench import Bench
from ridgeline.comparison.contestants import CONTESTANTS, enter
from ridgeline.comparison.facts import build_facts
from ridgeline.comparison.quality import measure
from ridgeline.comparison.splits import divide
from ridgeline.comparison.stable import study
from ridgeline.errors import OptionError
from ridgeline.inputs import check_ratio
from ridgeline.job.data import Data, Options, prepare
from ridgeline.output import write_directory, write_file

__all__ = ["RATIOS", "Comparison", "compare"]

Progress = Callable[[str, "float | None"], None]
RATIOS = (0.25, 0.5, 0.75)
_ALWAYS = ("baseline",)


@dataclass(frozen=True, eq=False)
class Comparison:
    """Penalties on the same table and folds, and which of them to use.

    Attributes
    ----------
    facts : dict
        Plain data: the object of comparison.json.
    """

    facts: dict[str, Any]

    @property
    def recommendation(self) -> str:
        """What to use and why, in one or two sentences."""
        return " ".join(self.facts["recommendation"]["sentences"])

    def to_dict(self) -> dict[str, Any]:
        """Return the object of comparison.json."""
        return self.facts

    def plot(self, metric: str | None = None):
        """Draw one metric of every contestant with its 95% interval.

        Parameters
        ----------
        metric : str, optional
            Named as in scikit-learn; by default the one that decides.

        Returns
        -------
        altair.LayerChart
            A notebook shows it; ``save("compare.png")`` (or ``.svg``, ``.html``) needs no browser.
        """
        from ridgeline.figures import charts

        known = list(dict.fromkeys(r["metric"] for r in self.facts["assessment"]))
        name = metric or self.facts["metric"]
        if name not in known:
            raise OptionError(f"There is no metric {name!r}; choose one of {', '.join(known)}.")
        titles = {c["name"]: c["title"] for c in self.facts["contestants"]}
        return charts.contestants(self.facts["assessment"], name, titles, self.facts["recommendation"]["choice"])

    def report(self, path) -> None:
        """Write one offline HTML page."""
        from ridgeline.report import render_comparison

        page = render_comparison(self.facts)
        write_file(path, lambda place: place.write_text(page, encoding="utf-8", newline="\n"))

    def save(self, place) -> None:
        """Write comparison.json and comparison.html into a directory, or one named file: all or nothing."""
        kind = Path(place).suffix.lower()
        if kind == ".json":
            write_file(place, lambda path: path.write_text(self._json(), encoding="utf-8"))
        elif kind in (".html", ".htm"):
            self.report(place)
        else:
            from ridgeline.report import render_comparison

            page = render_comparison(self.facts)
            write_directory(place, {
                "comparison.json": lambda path: path.write_text(self._json(), encoding="utf-8"),
                "comparison.html": lambda path: path.write_text(page, encoding="utf-8", newline="\n"),
            })  # fmt: skip

    def _json(self) -> str:
        return json.dumps(self.facts, indent=1, ensure_ascii=False, allow_nan=False)

    def __rich__(self) -> object:
        from ridgeline.comparison.show import rich_view

        return rich_view(self.facts)

    def __repr__(self) -> str:
        from ridgeline.comparison.show import as_text

        return as_text(self.facts)

    def _repr_html_(self) -> str:
        from ridgeline.comparison.show import as_html

        return as_html(self.facts)


def compare(
    data,
    target: str,
    *,
    sql: str | None = None,
    l1_ratio: float | Sequence[float] = RATIOS,
    contestants: Sequence[str] | None = None,
    family: str | None = None,
    positive: str | None = None,
    folds: int = 5,
    repeats: int = 1,
    group: str | None = None,
    time: str | None = None,
    weight: str | None = None,
    offset: str | None = None,
    drop=(),
    keep=(),
    seed: int = 0,
    threads: int | None = None,
    command: str | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare penalties on a table: nested cross-validation on the same folds for all, and a recommendation.

    Parameters
    ----------
    data : path, data frame, Arrow table, DuckDB relation, or SQL
    target : str
        The column to predict; the only thing that is required besides the data.
    l1_ratio : float or sequence of float
        ρ of the elastic net; the inner folds choose among several.
    contestants : sequence of str, optional
        Of ``unpenalized``, ``l2``, ``l1``, ``l1_1se``, ``elastic_net``, ``relaxed``, ``l1_l2``; by default all. The
        baseline always takes part.

    The other parameters are the options of ``ridgeline compare``.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        One sentence that names the file, column and row, and the remedy.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((120, 3))
    >>> table = {"a": x[:, 0], "b": x[:, 1], "y": x[:, 0] + 0.1 * x[:, 2]}
    >>> compare(table, target="y", contestants=["unpenalized", "l2"]).to_dict()["recommendation"]["choice"]
    'unpenalized'
    """
    say = progress or (lambda stage, fraction: None)
    ratios = _ratios(l1_ratio)
    chosen = _contestants(contestants)
    options = Options(
        target, family=family, positive=positive, folds=folds, repeats=repeats, group=group, time=time, weight=weight,
        offset=offset, drop=_names(drop), keep=_names(keep), test_size=0, seed=seed, threads=threads,
    )  # fmt: skip
    start = clock.perf_counter()
    say("reading the table", None)
    prepared = prepare(data, options, sql=sql)
    bench = Bench(prepared.problem, divide(prepared.problem, prepared.folds))
    entries = []
    for k, contestant in enumerate(chosen):
        say(f"fitting: {contestant.title}", k / len(chosen))
        entries.append(enter(bench, contestant, ratios))
    say("measuring", None)
    able = [entry for entry in entries if entry.reason is None]
    if len(able) < 2:
        raise OptionError(f"There is nothing to compare: {entries[-1].contestant.title}: {entries[-1].reason}.")
    units = _units(prepared)
    measured = measure(bench, able, prepared.target.task, units, seed)
    selection = study(bench, entries, prepared.encoder.features, units, seed)
    facts = build_facts(prepared, options, bench, entries, measured, selection)
    seconds = {c["name"]: c["seconds"] for c in facts["contestants"]}
    facts |= {"timings": seconds | {"total": round(clock.perf_counter() - start, 4)}, "command": command}
    return Comparison(facts)


def _names(given) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _ratios(given: float | Sequence[float]) -> tuple[float, ...]:
    """Check ρ of the elastic net: strictly between ridge and lasso, which are contestants of their own."""
    ratios = tuple(dict.fromkeys(check_ratio(r) for r in np.atleast_1d(np.asarray(given, dtype=object)).ravel()))
    inner = tuple(r for r in ratios if 0.0 < r < 1.0)
    if not inner:
        raise OptionError(
            f"The elastic net's l1_ratio lies between 0 and 1 (L2 and L1 take part anyway); got {given!r}."
        )
    return inner


def _contestants(given: Sequence[str] | None) -> list:
    if given is None:
        return list(CONTESTANTS)
    names = _names(given)
    known = [c.name for c in CONTESTANTS]
    for name in names:
        if name not in known:
            import difflib

            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"choose among {', '.join(known)}."
            raise OptionError(f"There is no contestant {name!r}; {hint}")
    wanted = {*_ALWAYS, *names}
    if wanted == set(_ALWAYS):
        raise OptionError("Name at least one contestant besides the baseline.")
    return [c for c in CONTESTANTS if c.name in wanted]


def _units(data: Data) -> np.ndarray | None:
    groups = data.train.groups
    return None if groups is None else np.unique(np.asarray(groups).astype(str), return_inverse=True)[1].ravel()
