"""`fit`: read, split, cross-validate, choose, assess, explain. `Fit`: what came out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np

from ridgeline.assess import Assessment, Predictions, assess
from ridgeline.crossval.curve import CrossValidation
from ridgeline.job.data import Data, prepare
from ridgeline.job.facts import build_facts, plain
from ridgeline.job.model import make_model
from ridgeline.job.options import read_options
from ridgeline.job.outcome import predictions
from ridgeline.job.tune import tune
from ridgeline.model import Model, probability_columns
from ridgeline.output import write_directory
from ridgeline.path import Path
from ridgeline.rows import Part
from ridgeline.tables.arrays import from_numpy, texts

__all__ = ["Fit", "fit"]

Progress = Callable[[str, "float | None"], None]


@dataclass(frozen=True, eq=False)
class Fit:
    """A tuned, assessed and explained model.

    Attributes
    ----------
    model : Model
    cv : CrossValidation
    assessment : Assessment
    facts : dict
        What the report is drawn from.
    found : tuple of Predictions
        Of each model, on each set of rows: what the assessment was made from.
    labels : tuple of str
        The classes, of two the positive one last; empty for numbers and counts.
    """

    model: Model
    cv: CrossValidation
    assessment: Assessment
    facts: dict[str, Any]
    found: tuple[Predictions, ...]
    labels: tuple[str, ...]

    @property
    def summary(self) -> dict[str, Any]:
        """The object of summary.json: plain data."""
        return self.facts["summary"]

    @property
    def path(self) -> Path:
        """Solutions along λ, on the training rows."""
        return self.cv.path

    @property
    def checks(self) -> list[dict[str, Any]]:
        """Every check with its status and finding."""
        return self.summary["checks"]

    def report(self, path) -> None:
        """Write the report: one offline HTML file."""
        from ridgeline.report import write

        write(self.facts, path)

    def save(self, directory) -> None:
        """Write model.json, summary.json, predictions.parquet and report.html: all or nothing."""
        from ridgeline.report import render

        page = render(self.facts)
        text = json.dumps(self.summary, indent=1, ensure_ascii=False, allow_nan=False)
        write_directory(directory, {
            "model.json": self.model.write,
            "summary.json": lambda path: path.write_text(text, encoding="utf-8"),
            "predictions.parquet": self._write_predictions,
            "report.html": lambda path: path.write_text(page, encoding="utf-8"),
        })  # fmt: skip

    def predictions(self):
        """Long Arrow table: row, split, fold, model, actual, predicted, probability."""
        import pyarrow as pa

        return pa.concat_tables([self._one(p) for p in self.found])

    def _one(self, p: Predictions):
        import pyarrow as pa

        n = len(p.rows)
        columns: dict[str, Any] = {
            "row": from_numpy(p.rows.astype(np.int64)),
            "split": _repeated([p.split], np.zeros(n)),
            "fold": from_numpy(p.fold.astype(np.int32)),
            "model": _repeated([p.model], np.zeros(n)),
        }
        if self.labels:
            said = p.mean.argmax(axis=1) if p.mean.ndim == 2 else p.mean > 0.5
            columns["actual"] = _repeated(self.labels, p.actual)
            columns["predicted"] = _repeated(self.labels, said)
            columns |= {k: from_numpy(v) for k, v in probability_columns(p.mean, self.labels).items()}
        else:
            columns["actual"] = from_numpy(p.actual)
            columns["predicted"] = from_numpy(p.mean)
        return pa.table(columns)

    def _write_predictions(self, path) -> None:
        import pyarrow.parquet as pq

        pq.write_table(self.predictions(), path)

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.summary["verdict"])
        alerts = "".join(
            f"<li><b>{escape(check['title'])}</b> {escape(check['finding'])}</li>"
            for check in self.checks
            if check["status"] == "finding"
        )
        first = f"<p><b>{escape(repr(self.model))}</b></p>{said}" + (f"<ul>{alerts}</ul>" if alerts else "")
        return first + self.assessment._repr_html_()

    def __repr__(self) -> str:
        return "\n".join([repr(self.model), *self.summary["verdict"], repr(self.assessment)])


def _repeated(labels: Sequence[str], codes: np.ndarray):
    """Return a column of text from its few different values."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(from_numpy(codes.astype(np.int32)), texts(labels)).dictionary_decode()


def fit(
    data,
    target: str,
    *,
    sql: str | None = None,
    penalty: str = "l2",
    l1_ratio: float | Sequence[float] | None = None,
    lam: float | str = "cv",
    rule: str = "min",
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
    by=(),
    test=None,
    test_size: float | None = None,
    seed: int = 0,
    threads: int | None = None,
    command: str | None = None,
    progress: Progress | None = None,
) -> Fit:
    """Fit a tuned, assessed and explained model to a table.

    Parameters that are not listed here are the options of ``ridgeline fit``.

    Parameters
    ----------
    data : path, data frame, Arrow table, DuckDB relation, or SQL
    target : str
        The column to predict; the only thing that is required besides the data.
    penalty : {"l2", "l1", "elasticnet"}, default "l2"
        Ridge, which keeps every feature; lasso, which uses few; or a mixture.
    l1_ratio : float or sequence of float, optional
        Share ρ of L1 in the elastic net; of several, by default 0.1, 0.5 and 0.9, the one that predicts best on
        the same folds.
    lam : float or "cv", default "cv"
        The penalty's strength λ; by default chosen by cross-validation.
    rule : {"min", "1se", "paired1se", "aic", "bic", "ebic", "loo", "gcv"}, default "min"
        How λ is chosen: by the losses of the folds; by an information criterion of the fit on all rows; for ridge and
        numbers also by leave-one-out or generalized cross-validation in closed form.
    by : str or sequence of str
        Columns whose groups are compared: quality, error rates, disparities, features that stand in for the group. Such
        a column is not a feature, unless it is also in `keep`.
    test : path or frame, optional
        Rows to test on; by default 20% of at least 100 rows are held out.
    command : str, optional
        What the summary names as the command that reproduces it.
    progress : callable, optional
        Told of each stage when it begins: ``progress(stage, None)``.

    Returns
    -------
    Fit

    Raises
    ------
    InputError
        One sentence that names the file, column and row, and the remedy.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal(80)
    >>> result = fit({"x": x, "y": 3 * x + rng.standard_normal(80)}, target="y")
    >>> result.summary["task"]
    'regression'
    """
    say = progress or (lambda stage, fraction: None)
    options = read_options(
        target, penalty=penalty, l1_ratio=l1_ratio, lam=lam, rule=rule, family=family, positive=positive, folds=folds,
        repeats=repeats, group=group, time=time, weight=weight, offset=offset, drop=drop, keep=keep, by=by,
        test_size=test_size, test=test, seed=seed, threads=threads,
    )  # fmt: skip
    clock = _Clock(say)
    clock.start("reading the table")
    prepared = prepare(data, options, sql=sql, test=test)
    clock.start("cross-validating")
    tuned = tune(prepared, options)
    cv, picked = tuned.cv, tuned.picked
    clock.start("assessing")
    found = predictions(prepared, cv, picked)
    assessment = assess(found, prepared.measured_as, groups=_groups(prepared), seed=seed)
    clock.start("explaining")
    model = make_model(prepared, cv, picked.chosen, options)
    facts = build_facts(prepared, tuned, found, assessment, options)
    facts["summary"] |= {"timings": clock.stop(), "command": command}
    facts["summary"] = plain(facts["summary"])
    return Fit(model, cv, assessment, facts, tuple(found), prepared.target.labels)


class _Clock:
    """Seconds per stage."""

    def __init__(self, say: Progress):
        self.say, self.times, self.stage, self.since = say, {}, None, 0.0

    def start(self, stage: str) -> None:
        self._close()
        self.stage, self.since = stage, time.perf_counter()
        self.say(stage, None)

    def _close(self) -> None:
        if self.stage:
            self.times[self.stage] = round(time.perf_counter() - self.since, 4)

    def stop(self) -> dict[str, float]:
        self._close()
        return {**self.times, "total": round(sum(self.times.values()), 4)}


def _groups(data: Data) -> dict[str, np.ndarray] | None:
    """Group of each row, by its position in the table that it came from."""
    if data.train.groups is None:
        return None
    parts = {"train": data.train, "validation": data.train} | ({} if data.test is None else {"test": data.test})
    return {split: _by_position(part) for split, part in parts.items()}


def _by_position(part: Part) -> np.ndarray:
    out = np.empty(int(part.rows.max()) + 1, dtype=object)
    out[part.rows] = part.groups
    return out
