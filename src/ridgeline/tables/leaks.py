"""Columns that know the target: proven leaks are excluded, suspicious columns are kept with a note.

A column is a *leak* when, over at least 30 training rows, it and the target determine each other: a copy, a
relabelling, the same number in other units or on another monotone scale, a value that is there exactly for one class,
or one of several columns that add up to the target.  It is *suspicious* when it alone ranks two classes with an AUC
above 0.98, or explains more than 97 % of a number's variance, on rows it was not tuned on; above 0.95 and 90 % when it
has at most 20 different values; above 0.75 and 50 % when its name speaks of something that is known only afterwards
(duration, outcome, result, end, event …).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ridgeline.errors import InputError
from ridgeline.tables.arrays import gaps
from ridgeline.tables.kinds import Look
from ridgeline.tables.names import looks_like_afterwards
from ridgeline.tables.table import Table
from ridgeline.tables.target import Target, read_target

__all__ = ["Answer", "leak_reason", "sum_leak", "suspicion"]

_LEAST_ROWS, _LEAST_CLASS = 30, 5
_SCORE_ROWS, _SCORE_CLASS, _SAMPLE = 100, 20, 5000
_AUC, _R2 = 0.98, 0.97
_FEW, _FEW_AUC, _FEW_R2 = 20, 0.95, 0.90
_LATER_AUC, _LATER_R2 = 0.75, 0.50
_BINS = 32
_MOST_TERMS = 200
_PROBE = 500
_LARGEST = 1e100


@dataclass(frozen=True, eq=False)
class Answer:
    """The target on the training rows that have one.

    Attributes
    ----------
    name : str
        The target column.
    classes : bool
        Whether it holds classes (then `values` are class indices).
    values : ndarray
        One per row in `rows`.
    rows : ndarray of int
        Those training rows.
    """

    name: str
    classes: bool
    values: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, table: Table, name: str | None, rows: np.ndarray | None) -> Answer | None:
        """Read the target; None when there is nothing to learn from (which others will report)."""
        if name is None:
            return None
        try:
            target: Target = read_target(table, name)
        except InputError:
            return None
        rows = np.arange(table.rows) if rows is None else np.asarray(rows, dtype=np.int64)
        rows = rows[~target.missing[rows]]
        return cls(name, bool(target.labels), target.values[rows], rows) if len(rows) else None


def leak_reason(look: Look, answer: Answer) -> str | None:
    """Return why a column gives the target away, or None.

    Parameters
    ----------
    look : Look
        The column.
    answer : Answer
        The target.
    """
    if len(answer.rows) < _LEAST_ROWS:
        return None
    return _class_leak(look, answer) if answer.classes else _number_leak(look, answer)


def _class_leak(look: Look, answer: Answer) -> str | None:
    counts = np.bincount(answer.values.astype(int))
    if counts.min() < _LEAST_CLASS:
        return None
    missing = gaps(look.column)[answer.rows]
    if look.missing and len(counts) == 2 and _one_to_one(missing, answer.values):
        return f"it has a value exactly for one class of {answer.name!r}"
    if look.distinct + bool(look.missing) < len(counts) or look.distinct > len(counts) + 5:
        return None
    if _one_to_one(look.texts[1][answer.rows], answer.values):
        return f"it determines {answer.name!r} one to one"
    return None


def _one_to_one(a: np.ndarray, b: np.ndarray) -> bool:
    pairs = np.unique(np.column_stack([a, b]), axis=0)
    return len(pairs) > 1 and all(len(np.unique(pairs[:, k])) == len(pairs) for k in (0, 1))


def _number_leak(look: Look, answer: Answer) -> str | None:
    if look.sort not in ("number", "moment"):
        return None
    x, y = look.values[answer.rows], answer.values
    known = ~np.isnan(x)
    x, y = x[known], y[known]
    if len(x) < max(_LEAST_ROWS, len(known) / 2) or _same(x) or _same(y):
        return None
    # all of these leaks are monotone; most columns fail on the first rows, cheaply
    if not _monotone(x[:_PROBE], y[:_PROBE], steps=0):
        return None
    if np.array_equal(x, y):
        return f"it is a copy of {answer.name!r}"
    if 1 - _correlation(x, y) ** 2 < 1e-12:
        return f"it is {answer.name!r} in other units"
    if _monotone(x, y):
        return f"it rises and falls with {answer.name!r}, row by row: the same quantity on another scale"
    return None


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    x, y = _centred(x), _centred(y)
    scale = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / scale) if scale > 0 else 0.0


def _same(values: np.ndarray) -> bool:
    return bool(values.min() == values.max())


def _huge(values: np.ndarray) -> bool:
    return bool(np.abs(values).max() > _LARGEST)


def _centred(values: np.ndarray) -> np.ndarray:
    """Return values less their mean, on a scale on which squares neither overflow nor vanish."""
    values = values / (np.abs(values).max() or 1.0)
    values = values - values.mean()
    return values / (np.abs(values).max() or 1.0)


def _monotone(x: np.ndarray, y: np.ndarray, *, steps: int = 9) -> bool:
    """Whether y is a strictly monotone function of x that changes at least so many times."""
    order = np.lexsort((y, x))
    dx, dy = np.diff(x[order]) > 0, np.diff(y[order])
    changes = dy[dx]
    return bool((dy[~dx] == 0).all() and len(changes) >= steps and ((changes > 0).all() or (changes < 0).all()))


def suspicion(look: Look, answer: Answer) -> str | None:
    """Return a sentence when a column alone predicts the target too well to be taken on trust, or None.

    The target's mean is learned per value (numbers: per 32nd of the rows) on one half of the rows and scored on the
    other, so a column with many values gains nothing by chance.

    Parameters
    ----------
    look : Look
        The column.
    answer : Answer
        The target.
    """
    pick = _sampled(len(answer.rows))
    y = answer.values[pick] if answer.classes else _centred(answer.values[pick])
    if len(y) < _SCORE_ROWS or (answer.classes and not _two_classes(y)):
        return None
    score = _score(_cross_fitted(_binned(look, answer.rows[pick]), y), y, answer)
    if look.sort != "text":  # a straight line cannot overfit, and serves small tables and long tails better than bins
        score = max(score, _straight_score(look.values[answer.rows[pick]], y, answer))
    later = looks_like_afterwards(look.name)
    if score <= _bar(look, answer, later):
        return None
    found = f"ranks the classes of {answer.name!r} with an AUC of {score:.2f}"
    if not answer.classes:
        found = f"explains {100 * score:.0f} % of the variance of {answer.name!r}"
    named = ", and its name speaks of something known only afterwards" if later else ""
    remedy = "make sure that it is known before the outcome, or drop it"
    return f"Column {look.name!r} alone {found}{named}: {remedy}."


def _two_classes(y: np.ndarray) -> bool:
    """Whether there are two classes, neither of them too rare to be scored."""
    counts = np.bincount(y.astype(int))
    return len(counts) == 2 and bool(counts.min() >= _SCORE_CLASS)


def _bar(look: Look, answer: Answer, later: bool) -> float:
    if later:
        return _LATER_AUC if answer.classes else _LATER_R2
    if look.distinct <= _FEW:  # a handful of values that nearly settles the answer was hardly measured beforehand
        return _FEW_AUC if answer.classes else _FEW_R2
    return _AUC if answer.classes else _R2


def _score(predicted: np.ndarray, y: np.ndarray, answer: Answer) -> float:
    if answer.classes:
        return _auc(predicted, y)
    return 1 - float(np.mean((y - predicted) ** 2) / y.var()) if y.var() else 0.0


def _straight_score(x: np.ndarray, y: np.ndarray, answer: Answer) -> float:
    known = ~np.isnan(x)
    if known.sum() < _SCORE_ROWS or _same(y[known]):
        return 0.0
    if answer.classes:
        auc = _auc(x[known], y[known])
        return max(auc, 1 - auc)
    return _correlation(x[known], y[known]) ** 2


def _sampled(many: int) -> np.ndarray:
    if many <= _SAMPLE:
        return np.arange(many)
    return np.sort(np.random.default_rng(0).choice(many, _SAMPLE, replace=False))


def _binned(look: Look, rows: np.ndarray) -> np.ndarray:
    if look.sort == "text":
        return look.texts[1][rows] + 1
    values = look.values[rows]
    known = values[~np.isnan(values)]
    if not len(known):
        return np.zeros(len(rows), dtype=np.int64)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1], method="inverted_cdf"))
    bins = np.searchsorted(edges, values) + 1
    bins[np.isnan(values)] = 0
    return bins


def _cross_fitted(bins: np.ndarray, y: np.ndarray) -> np.ndarray:
    half = np.random.default_rng(1).permutation(len(y)) % 2 == 0
    out = np.empty(len(y))
    for learn, score in ((half, ~half), (~half, half)):
        count = np.bincount(bins[learn], minlength=bins.max() + 1)
        total = np.bincount(bins[learn], weights=y[learn], minlength=bins.max() + 1)
        mean = (total + y[learn].mean()) / (count + 1)
        out[score] = mean[bins[score]]
    return out


def _auc(score: np.ndarray, positive: np.ndarray) -> float:
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[place]
    ones = positive == 1
    many, few = (~ones).sum(), ones.sum()
    return float((rank[ones].sum() - few * (few + 1) / 2) / (many * few))


def sum_leak(looks: Sequence[Look], answer: Answer) -> list[str]:
    """Return the columns whose sum (or difference) is the target in every row, if there are such.

    Parameters
    ----------
    looks : sequence of Look
        Columns of numbers.
    answer : Answer
        The target.
    """
    if answer.classes or len(answer.rows) < _LEAST_ROWS or _same(answer.values) or _huge(answer.values):
        return []
    complete = [look for look in looks if look.sort == "number" and not look.missing and look.distinct > 1]
    complete = [look for look in complete if not _huge(look.values)]
    if len(complete) < 2 or len(complete) > _MOST_TERMS:
        return []  # among more columns than that, a sum would be found too slowly and named too long
    pick = _sampled(len(answer.rows))[:2000]
    near = [look for look in complete if not _same(look.values[answer.rows[pick]])]
    if len(pick) <= len(near) + 10:
        return []
    coef = _least_squares(np.column_stack([look.values[answer.rows[pick]] for look in near]), answer.values[pick])
    signs = np.round(coef)
    used = np.flatnonzero(signs)
    if len(used) < 2 or np.abs(signs).max() > 1 or np.abs(coef - signs).max() > 0.01:
        return []
    rest = answer.values - sum(signs[k] * near[k].values[answer.rows] for k in used)
    if rest.max() - rest.min() > 1e-9 * np.abs(answer.values).max():
        return []
    return [near[k].name for k in used]


def _least_squares(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    scale = x.std(axis=0)
    return np.linalg.lstsq((x - x.mean(axis=0)) / scale, y - y.mean(), rcond=None)[0] / scale
