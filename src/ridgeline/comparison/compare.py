"""`compare`: one table, the same outer folds for every penalty, and what to use. `Comparison`: what came out."""

from __future__ import annotations

import json
import time as clock
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ridgeline.comparison.bench import Bench
from ridgeline.comparison.contestants import CONTESTANTS, Contestant, enter
from ridgeline.comparison.facts import build_facts
from ridgeline.comparison.quality import measure
from ridgeline.comparison.splits import divide
from ridgeline.comparison.stable import study
from ridgeline.errors import OptionError, unknown_choice
from ridgeline.job.data import Data, prepare
from ridgeline.job.options import Options, read_options
from ridgeline.output import check_page_path, write_directory, write_file

__all__ = ["Comparison", "compare"]

Progress = Callable[[str, "float | None"], None]
_ALWAYS = "baseline"
_ELSEWHERE = {
    "ridge": "l2", "lasso": "l1", "enet": "elastic_net", "elasticnet": "elastic_net", "elastic-net": "elastic_net",
    "none": "unpenalized", "ols": "unpenalized",
}  # fmt: skip


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
        kind = check_page_path(place)
        if kind == "json":
            write_file(place, lambda path: path.write_text(self._json(), encoding="utf-8"))
        elif kind == "html":
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
    l1_ratio: float | Sequence[float] | None = None,
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

    Parameters that are not listed here are the options of ``ridgeline compare``.

    Parameters
    ----------
    data : path, data frame, Arrow table, DuckDB relation, or SQL
    target : str
        The column to predict; the only thing that is required besides the data.
    l1_ratio : float or sequence of float, optional
        ρ of the elastic net; the inner folds choose among several, by default 0.1, 0.5 and 0.9.
    contestants : sequence of str, optional
        Of ``unpenalized``, ``l2``, ``l1``, ``l1_1se``, ``elastic_net``, ``relaxed``, ``l1_l2``; by default all. The
        baseline always takes part.
    command : str, optional
        What the facts name as the command that reproduces them.
    progress : callable, optional
        Told of each stage when it begins: ``progress(stage, fraction)``, the fraction None where it is not known.

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
    chosen = _contestants(contestants)
    options = _options(
        target, l1_ratio=l1_ratio, family=family, positive=positive, folds=folds, repeats=repeats, group=group,
        time=time, weight=weight, offset=offset, drop=drop, keep=keep, seed=seed, threads=threads,
    )  # fmt: skip
    start = clock.perf_counter()
    say("reading the table", None)
    prepared = prepare(data, options, sql=sql)
    facts = _judged(prepared, options, chosen, say)
    seconds = {c["name"]: c["seconds"] for c in facts["contestants"]}
    facts |= {"timings": seconds | {"total": round(clock.perf_counter() - start, 4)}, "command": command}
    return Comparison(facts)


def _judged(data: Data, options: Options, chosen: list[Contestant], say: Progress) -> dict[str, Any]:
    """Let the contestants settle, measure them, and say what came out."""
    problem = replace(data.problem, l1_ratio=0.0)
    bench = Bench(problem, divide(problem, data.folds))
    entries = []
    for k, contestant in enumerate(chosen):
        say(f"fitting: {contestant.title}", k / len(chosen))
        entries.append(enter(bench, contestant, options.ratios))
    able = [entry for entry in entries if entry.reason is None]
    if len(able) < 2:
        raise OptionError(f"There is nothing to compare: {entries[-1].contestant.title}: {entries[-1].reason}.")
    say("measuring", None)
    units, seed = data.train.units, options.seed
    measured = measure(bench, able, data.measured_as, units, seed)
    selection = study(bench, entries, data.encoder.features, units, seed)
    return build_facts(data, options, bench, entries, measured, selection)


def _options(target: str, **given: Any) -> Options:
    """Check what concerns no table; ρ lies strictly between ridge and lasso, which are contestants of their own."""
    options = read_options(target, penalty="elasticnet", test_size=0, **given)
    inner = tuple(r for r in options.ratios if 0.0 < r < 1.0)
    if not inner:
        raise OptionError(
            "The elastic net's l1_ratio lies between 0 and 1, since L2 and L1 take part anyway; it is "
            f"{given['l1_ratio']!r}."
        )
    return replace(options, ratios=inner)


def _contestants(given: Sequence[str] | None) -> list[Contestant]:
    if given is None:
        return list(CONTESTANTS)
    names = (given,) if isinstance(given, str) or not isinstance(given, Iterable) else tuple(given)
    known = [c.name for c in CONTESTANTS]
    for name in names:
        if name not in known:
            raise unknown_choice("contestant", name, known, _ELSEWHERE)
    if not set(names) - {_ALWAYS}:
        raise OptionError("Name at least one contestant besides the baseline.")
    return [c for c in CONTESTANTS if c.name in (_ALWAYS, *names)]
