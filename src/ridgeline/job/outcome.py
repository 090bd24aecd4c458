"""What came out: three models on three sets of rows, and the metrics along λ."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ridgeline.assess import MODELS, Predictions, score
from ridgeline.crossval.curve import CrossValidation, cross_validate_problem
from ridgeline.designs import design_of_block
from ridgeline.families import Family
from ridgeline.job.data import Data
from ridgeline.problem import Problem
from ridgeline.rows import Part
from ridgeline.solvers import Fitted, Resamples, solve_sets

__all__ = ["Selection", "along", "confusion_facts", "predictions", "refitted"]

_SHOWN = 4000  # rows that the metrics along λ are computed from


@dataclass(frozen=True)
class Selection:
    """Which columns of the path are the models: positions in `cv.lams`."""

    chosen: int
    unpenalized: int


def predictions(data: Data, cv: CrossValidation, picked: Selection) -> list[Predictions]:
    """In-sample, out-of-fold and test predictions of baseline, unpenalized and chosen."""
    return [*_train(data, cv, picked), *_validation(data, cv, picked), *_test(data, cv.fits[0], picked)]


def refitted(data: Data, factors: np.ndarray, lam: float, split: str) -> Predictions:
    """Predictions for the validation or test rows of the model with other penalty factors, at one λ."""
    other = replace(data, problem=replace(data.problem, factors=factors))
    only = Selection(0, 0)
    lams = np.array([lam])
    if split == "test":
        every = Resamples.whole(other.problem)
        return _test(other, solve_sets(other.problem, every, lams)[0], only)[-1]
    names = tuple(f.name for f in data.encoder.features)
    return _validation(other, cross_validate_problem(other.problem, data.folds, lams, names), only)[-1]


def _columns(picked: Selection) -> np.ndarray:
    return np.array([picked.unpenalized, picked.chosen])


def _make(part: Part, split: str, at: np.ndarray, fold: np.ndarray, means: dict[str, np.ndarray]) -> list[Predictions]:
    weight = None if np.all(part.weights == 1.0) else part.weights[at]
    return [Predictions(m, split, part.rows[at], fold, part.y[at], mean, weight) for m, mean in means.items()]


def _null(problem: Problem, rows: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """Means of the model without features that `rows` teach, for rows with these offsets."""
    b0 = problem.family.null_eta(problem.y[rows], problem.weights[rows], problem.offset[rows])
    return problem.family.mean(np.add.outer(offset, b0))


def _means(null: np.ndarray, eta: np.ndarray, family: Family) -> dict[str, np.ndarray]:
    """Name the predictions of the three models; `eta` has a column for each of `_columns`, last."""
    return dict(zip(MODELS, (null, family.mean(eta[..., 0]), family.mean(eta[..., 1])), strict=True))


def _train(data: Data, cv: CrossValidation, picked: Selection) -> list[Predictions]:
    p = data.problem
    eta = cv.fits[0].eta(p, _columns(picked))
    every = np.arange(len(p.y))
    means = _means(_null(p, every, p.offset), eta, p.family)
    return _make(data.train, "train", every, np.full(len(every), -1), means)


def _validation(data: Data, cv: CrossValidation, picked: Selection) -> list[Predictions]:
    p = data.problem
    found, at, folds = [], [], []
    for fitted, (_, k, train, judged) in zip(cv.fits[1:], data.folds.splits(), strict=True):
        rows = np.flatnonzero(judged)
        eta = _eta_rows(p, fitted, rows, _columns(picked))
        found.append(_means(_null(p, np.flatnonzero(train), p.offset[rows]), eta, p.family))
        at.append(rows)
        folds.append(np.full(len(rows), k))
    means = {model: np.concatenate([one[model] for one in found]) for model in MODELS}
    return _make(data.train, "validation", np.concatenate(at), np.concatenate(folds), means)


def _eta_rows(problem: Problem, fitted, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    part = (fitted.space or problem).take(rows)  # kernel coordinates have a design of their own
    return replace(fitted, space=None).eta(part, columns)


def _test(data: Data, fitted: Fitted, picked: Selection) -> list[Predictions]:
    part, p = data.test, data.problem
    if part is None:
        return []
    design = design_of_block(data.encoder.encode(part.table), p.design.engine)
    eta = fitted.eta_of(design, part.offset, _columns(picked))
    means = _means(_null(p, np.arange(len(p.y)), part.offset), eta, p.family)
    every = np.arange(len(part.y))
    return _make(part, "test", every, np.full(len(every), -1), means)


def along(data: Data, cv: CrossValidation, grid: np.ndarray) -> dict:
    """Worth of predictions at each λ of `grid` (positions), from at most 4000 rows.

    ``metrics`` of training and out-of-fold rows; ``drawn``, how many rows these are, where they are not all; for two
    classes ``confusion`` at a threshold of one half and, for other thresholds, ``thresholds``, in which rows count by
    their weight, 1 on average.
    """
    p, task = data.problem, data.measured_as
    sample = np.arange(len(p.y))
    if len(sample) > _SHOWN:
        sample = np.sort(np.random.default_rng(0).choice(len(sample), _SHOWN, replace=False))
    inside = _eta_rows(p, cv.fits[0], sample, grid)
    out = np.full(inside.shape, np.nan)
    for fitted, (repeat, _, _, judged) in zip(cv.fits[1:], data.folds.splits(), strict=True):
        hit = np.flatnonzero(judged[sample])
        if repeat == 0 and len(hit):
            out[hit] = _eta_rows(p, fitted, sample[hit], grid)
    seen = np.isfinite(out.reshape(len(out), -1)[:, 0])
    parts = {
        "train": (sample, inside),
        "validation": (sample[seen], out[seen]),
    }
    scores = {
        s: [score(p.y[r], p.family.mean(e[..., i]), task, p.weights[r]) for i in range(len(grid))]
        for s, (r, e) in parts.items()
    }
    names = list(scores["train"][0])
    metrics = {m: {s: [v[m] for v in scores[s]] for s in parts} for m in names}
    worth = {"metrics": metrics, "drawn": len(sample) if len(sample) < len(p.y) else None}
    if task != "binary":
        return worth
    rows, eta = parts["validation" if seen.any() else "train"]
    return worth | {
        "confusion": {
            s: [_confusion(p.y[r], e[:, i], _shares(p.weights[r])) for i in range(len(grid))]
            for s, (r, e) in parts.items()
        },
        "thresholds": _thresholds(p.y[rows] > 0.5, p.family.mean(eta), _shares(p.weights[rows])),
    }


def _shares(weights: np.ndarray) -> np.ndarray | None:
    """Weights with a mean of 1, so that their sums compare with numbers of rows; None where all are the same."""
    return None if not len(weights) or np.ptp(weights) == 0 else weights / weights.mean()


def _confusion(y: np.ndarray, eta: np.ndarray, shares: np.ndarray | None) -> list[float]:
    said, true = eta > 0, y > 0.5
    place = true * 2 + said
    return _counts(np.bincount(place, weights=shares, minlength=4))


def _counts(sums: np.ndarray) -> list:
    """Numbers of rows as they are; sums of weights to four decimals, which is all that a page shows."""
    return sums.tolist() if sums.dtype.kind == "i" else np.round(sums, 4).tolist()


def confusion_facts(data: Data, found: list[Predictions]) -> dict:
    """``confusion`` of the chosen model on each split: weights by actual (rows) and predicted class (columns)."""
    if data.target.task != "multiclass":
        return {}
    k = len(data.target.labels)
    tables = {p.split: _table(p, k) for p in found if p.model == "chosen"}
    return {"confusion": {"labels": list(data.target.labels), **tables}}


def _table(p: Predictions, k: int) -> list[list]:
    place = p.actual.astype(np.intp) * k + p.mean.argmax(axis=1)
    return np.bincount(place, weights=p.weights, minlength=k * k).reshape(k, k).tolist()


def _thresholds(true: np.ndarray, probability: np.ndarray, shares: np.ndarray | None) -> dict:
    """Count the rows of each class whose probability exceeds 1%, 2%, … 99%, at each λ: lists (L, 99)."""
    at = np.arange(1, 100) / 100
    counts: dict = {"at": at.tolist()}
    for name, every, own in (("hits", "positives", true), ("alarms", "negatives", ~true)):
        each = np.ones(own.sum(), dtype=int) if shares is None else shares[own]
        (counts[every],) = _counts(np.array([each.sum()]))
        counts[name] = [_counts(_above(column, each, at)) for column in probability[own].T]
    return counts


def _above(values: np.ndarray, each: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Sum what stands beside the values that exceed each threshold."""
    order = np.argsort(values)
    rest = np.append(np.cumsum(each[order][::-1])[::-1], each[:0].sum())
    return rest[np.searchsorted(values[order], at, side="right")]
