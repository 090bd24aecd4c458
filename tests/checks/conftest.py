"""Small worlds in which it is known what a check must say, and a plain ridge job that turns them into facts."""

from __future__ import annotations

import numpy as np
import pytest

from ridgeline.assess import Predictions, assess
from ridgeline.crossval.folds import make_folds

LAMS = np.geomspace(100.0, 1e-4, 30)


def _gaussian(x, y, lam):
    middle, sd = x.mean(axis=0), x.std(axis=0)
    z = (x - middle) / sd
    penalty = len(y) * lam * np.eye(x.shape[1])
    b = np.linalg.lstsq(z.T @ z + penalty, z.T @ (y - y.mean()), rcond=None)[0] / sd
    return lambda new: y.mean() + (new - middle) @ b


def _binomial(x, y, lam):
    middle, sd = x.mean(axis=0), x.std(axis=0)
    z = np.column_stack([np.ones(len(y)), (x - middle) / sd])
    ridge = len(y) * max(lam, 1e-6) * np.diag([0.0] + [1.0] * x.shape[1])
    b = np.zeros(z.shape[1])
    for _ in range(60):
        p = 1.0 / (1.0 + np.exp(-np.clip(z @ b, -30, 30)))
        hessian = (z * (p * (1 - p))[:, None]).T @ z + ridge + 1e-9 * np.eye(z.shape[1])
        step = np.linalg.solve(hessian, z.T @ (y - p) - ridge @ b)
        largest = np.abs(step).max()
        b = b + step * min(1.0, 3.0 / max(largest, 1e-300))
        if largest < 1e-12:
            break
    return lambda new: 1.0 / (1.0 + np.exp(-np.clip(b[0] + ((new - middle) / sd) @ b[1:], -30, 30)))


def _loss(task, y, p):
    if task == "regression":
        return (y - p) ** 2 / 2
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def job(x, y, task="regression", lam=None, tested=0):
    """Fit, cross-validate and assess; the last `tested` rows are held out. λ is that of the least loss if not given."""
    fit = _gaussian if task == "regression" else _binomial
    n = len(y) - tested
    folds = make_folds(n, 5, strata=y[:n] if task == "binary" else None)
    splits = [(tr, te) for _, _, tr, te in folds.splits()]
    held = {v: np.empty(n) for v in (*LAMS, 0.0)}
    for v, out in held.items():
        for tr, te in splits:
            out[te] = fit(x[:n][tr], y[:n][tr], v)(x[:n][te])
    losses = np.array([[_loss(task, y[:n][te], held[v][te]).mean() for _, te in splits] for v in LAMS])
    mean, se = losses.mean(axis=1), losses.std(axis=1, ddof=1) / np.sqrt(5)
    best = LAMS[mean.argmin()]
    chosen = best if lam is None else lam
    if chosen not in held:
        held[chosen] = np.empty(n)
        for tr, te in splits:
            held[chosen][te] = fit(x[:n][tr], y[:n][tr], chosen)(x[:n][te])
    base = np.empty(n)
    for tr, te in splits:
        base[te] = y[:n][tr].mean()
    rows, none = np.arange(n), np.full(n, -1)
    said = [
        Predictions("baseline", "train", rows, none, y[:n], np.full(n, y[:n].mean())),
        Predictions("baseline", "validation", rows, folds.labels[0], y[:n], base),
    ]
    for model, v in (("unpenalized", 0.0), ("chosen", chosen)):
        predict = fit(x[:n], y[:n], v)
        said.append(Predictions(model, "train", rows, none, y[:n], predict(x[:n])))
        said.append(Predictions(model, "validation", rows, folds.labels[0], y[:n], held[v]))
        if tested:
            late = np.arange(n, n + tested)
            said.append(Predictions(model, "test", late, np.full(tested, -1), y[n:], predict(x[n:])))
    return facts_of(said, task, LAMS, mean, se, chosen)


def facts_of(said, task, lams, mean, se, chosen):
    best = int(np.argmin(mean))
    within = np.flatnonzero(mean <= mean[best] + se[best])[0]
    rows = len(said[0].rows)
    summary = {
        "task": task,
        "target": "outcome",
        "lambda": float(chosen),
        "lambda_min": float(lams[best]),
        "lambda_1se": float(lams[within]),
        "rows": {"used": rows, "dropped": []},
        "cv": {
            "lambda": lams.tolist(),
            "mean": mean.tolist(),
            "se": se.tolist(),
            "scheme": "5-fold, shuffled (seed 0)",
        },
        **assess(said, task).for_summary(),
    }
    return {"summary": summary, "predictions": said}


def noisy(n, p, signal, seed=0, task="regression"):
    """`n` rows of `p` independent features; the target is `signal` times the first five, plus noise of SD 1."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    eta = signal * x[:, : min(5, p)].sum(axis=1) / np.sqrt(min(5, p))
    if task == "regression":
        return x, eta + rng.normal(size=n)
    return x, (rng.random(n) < 1 / (1 + np.exp(-2 * eta))).astype(float)


@pytest.fixture
def world():
    """Give (x, y) of a world by its rows, features and signal: see `noisy`."""
    return noisy


@pytest.fixture
def fitted():
    """Give the facts of a ridge job: see `job`."""
    return job
