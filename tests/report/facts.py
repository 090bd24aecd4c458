"""Facts for the report's tests, computed honestly with scikit-learn: the report itself computes no models.

Each function returns the dictionary that `ridgeline.report.render` draws. What a real job measures is measured here too
(paths, cross-validation, held-out rows, bootstrap intervals), only more slowly and with less care.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_recall_curve, roc_curve

BINARY = (
    "roc_auc",
    "log_loss",
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "average_precision",
    "brier",
)
REGRESSION = ("r2", "rmse", "mae")


@dataclass(frozen=True)
class Data:
    """A numeric table whose features already know their source columns."""

    name: str
    x: np.ndarray
    y: np.ndarray
    features: list[str]
    columns: list[str]
    levels: list[str | None]
    task: str
    target: str
    labels: tuple[str, str] = ("", "")


# ---------------------------------------------------------------------------------------------------------- metrics


def _auc(y: np.ndarray, p: np.ndarray) -> float | None:
    positive = y == 1
    if positive.all() or not positive.any():
        return None
    _, inverse, count = np.unique(p, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[inverse]
    m = positive.sum()
    return float((rank[positive].sum() - m * (m + 1) / 2) / (m * (y.size - m)))


def _average_precision(y: np.ndarray, p: np.ndarray) -> float:
    hits = y[np.argsort(-p, kind="stable")]
    return float((hits * np.cumsum(hits) / np.arange(1, y.size + 1)).sum() / max(hits.sum(), 1))


def thresholds(y: np.ndarray, p: np.ndarray) -> dict:
    """Counts above each threshold at each λ; p (n, L)."""
    at = np.arange(1, 100) / 100
    above = p[:, :, None] > at
    return {
        "at": at.tolist(),
        "positives": int((y == 1).sum()),
        "negatives": int((y == 0).sum()),
        "hits": above[y == 1].sum(0).tolist(),
        "alarms": above[y == 0].sum(0).tolist(),
    }


def confusion(y: np.ndarray, p: np.ndarray) -> list[int]:
    guess = p >= 0.5
    return [
        int((~guess & (y == 0)).sum()),
        int((guess & (y == 0)).sum()),
        int((~guess & (y == 1)).sum()),
        int((guess & (y == 1)).sum()),
    ]


def _ratio(a: float, b: float) -> float | None:
    return a / b if b else None


def measure(task: str, y: np.ndarray, p: np.ndarray) -> dict[str, float | None]:
    if task == "regression":
        error = y - p
        return {
            "r2": float(1 - (error**2).sum() / ((y - y.mean()) ** 2).sum()),
            "rmse": float(np.sqrt((error**2).mean())),
            "mae": float(np.abs(error).mean()),
        }
    tn, fp, fn, tp = confusion(y, p)
    q = np.clip(p, 1e-15, 1 - 1e-15)
    return {
        "roc_auc": _auc(y, p),
        "log_loss": float(-(y * np.log(q) + (1 - y) * np.log1p(-q)).mean()),
        "accuracy": (tp + tn) / y.size,
        "balanced_accuracy": (tp / max(tp + fn, 1) + tn / max(tn + fp, 1)) / 2,
        "precision": _ratio(tp, tp + fp),
        "recall": _ratio(tp, tp + fn),
        "f1": _ratio(2 * tp, 2 * tp + fp + fn),
        "average_precision": _average_precision(y, p),
        "brier": float(((y - p) ** 2).mean()),
    }


# ------------------------------------------------------------------------------------------------------------- fits


def scaled(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mean, sd = x.mean(0), x.std(0)
    sd = np.where(sd > 0, sd, 1.0)
    return (x - mean) / sd, mean, sd


def ridge_path(x: np.ndarray, y: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Intercepts (L,), coefficients per SD (L, p) and degrees of freedom (L,), from one SVD."""
    z, _, _ = scaled(x)
    u, s, vt = np.linalg.svd(z, full_matrices=False)
    d = s**2 / len(y)
    shrunk = (s / len(y) * (u.T @ (y - y.mean()))) / (d + lams[:, None])
    return np.full(lams.size, y.mean()), shrunk @ vt, (d / (d + lams[:, None])).sum(1)


def logistic_path(x: np.ndarray, y: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    z, _, _ = scaled(x)
    model = LogisticRegression(solver="newton-cholesky", max_iter=200)
    intercept, coef, df = [], [], []
    for lam in lams:
        model.set_params(C=1 / (len(y) * lam)).fit(z, y)
        p = model.predict_proba(z)[:, 1]
        h = (z * (p * (1 - p))[:, None]).T @ z / len(y)
        intercept.append(model.intercept_[0])
        coef.append(model.coef_[0])
        df.append(np.trace(np.linalg.solve(h + lam * np.eye(h.shape[0]), h)))
    return np.array(intercept), np.array(coef), np.array(df)


def fit_path(data: Data, rows: np.ndarray, lams: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (ridge_path if data.task == "regression" else logistic_path)(data.x[rows], data.y[rows], lams)


def predictions(data: Data, fit: tuple, train: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Means (L, rows) of the models of one path, fitted on the training rows."""
    _, mean, sd = scaled(data.x[train])
    b0, b, _ = fit
    eta = b0[:, None] + b @ ((data.x[rows] - mean) / sd).T
    return eta if data.task == "regression" else 1 / (1 + np.exp(-np.clip(eta, -700, 700)))


# -------------------------------------------------------------------------------------------------------- the facts


def _losses(data: Data, rows: np.ndarray, mean: np.ndarray) -> np.ndarray:
    if data.task == "regression":
        return (0.5 * (data.y[rows] - mean) ** 2).mean(1)
    q = np.clip(mean, 1e-15, 1 - 1e-15)
    return -(data.y[rows] * np.log(q) + (1 - data.y[rows]) * np.log1p(-q)).mean(1)


def _record(model: str, split: str, metric: str, value: float | None, draws: list[float]) -> dict:
    low, high = np.percentile(draws, [2.5, 97.5]).tolist() if draws and value is not None else (None, None)
    return {"model": model, "split": split, "metric": metric, "value": value, "low": low, "high": high}


def _assess(task: str, cells: dict, rng: np.random.Generator) -> tuple[list[dict], list[dict]]:
    records, differences = [], []
    for split in ("train", "validation", "test"):
        if split not in cells:
            continue
        y, means = cells[split]
        resamples = [rng.integers(0, y.size, y.size) for _ in range(60)]
        drawn = {m: [measure(task, y[i], p[i]) for i in resamples] for m, p in means.items()}
        values = {m: measure(task, y, p) for m, p in means.items()}
        for metric in values["chosen"]:
            for model in means:
                draws = [d[metric] for d in drawn[model] if d[metric] is not None]
                records.append(_record(model, split, metric, values[model][metric], draws))
            pairs = zip(drawn["chosen"], drawn["unpenalized"], strict=True)
            draws = [a[metric] - b[metric] for a, b in pairs if a[metric] is not None and b[metric] is not None]
            a, b = values["chosen"][metric], values["unpenalized"][metric]
            value = a - b if a is not None and b is not None else None
            differences.append(_record("chosen - unpenalized", split, metric, value, draws))
    return records, differences


def build(data: Data, lams: np.ndarray, *, test_share: float = 0.2, folds: int = 5, most: int = 10_000) -> dict:
    """All facts of one job: `lams` from strong to weak; features beyond the `most` largest are left out of `along`."""
    rng = np.random.default_rng(0)
    n = data.y.size
    order = rng.permutation(n)
    held = round(test_share * n)
    test, train = np.sort(order[:held]), np.sort(order[held:])
    fold = rng.permutation(np.arange(train.size) % folds)
    outside = np.empty((lams.size, train.size))
    base = np.empty(train.size)
    fold_losses, fold_train = [], []
    for k in range(folds):
        inner, outer = train[fold != k], train[fold == k]
        fit = fit_path(data, inner, lams)
        outside[:, fold == k] = predictions(data, fit, inner, outer)
        base[fold == k] = data.y[inner].mean()
        fold_losses.append(_losses(data, outer, outside[:, fold == k]))
        fold_train.append(_losses(data, inner, predictions(data, fit, inner, inner)))
    losses = np.array(fold_losses)
    mean, se = losses.mean(0), losses.std(0, ddof=1) / np.sqrt(folds)
    best = int(mean.argmin())
    one_se = int(np.flatnonzero(mean <= mean[best] + se[best])[0])
    fit = fit_path(data, train, lams)
    inside = predictions(data, fit, train, train)
    last = lams.size - 1
    average = data.y[train].mean()
    cells = {
        "train": (
            data.y[train],
            {"baseline": np.full(train.size, average), "unpenalized": inside[last], "chosen": inside[best]},
        ),
        "validation": (data.y[train], {"baseline": base, "unpenalized": outside[last], "chosen": outside[best]}),
    }
    if held:
        forward = predictions(data, fit, train, test)
        cells["test"] = (
            data.y[test],
            {"baseline": np.full(held, average), "unpenalized": forward[last], "chosen": forward[best]},
        )
    records, differences = _assess(data.task, cells, rng)
    _, std, df = fit
    _, centre, sd = scaled(data.x[train])
    along = _along(data, lams, (*fit, centre, sd), (data.y[train], inside, outside), most)
    along["index"] = {"min": best, "1se": one_se, "chosen": best, "loo": min(best + 1, last)}
    summary = _summary(data, lams, along, {"mean": mean, "se": se, "train": np.mean(fold_train, 0), "folds": folds})
    summary["coefficients"] = _coefficients(data, std[best], std[last], sd)
    summary["assessment"], summary["differences"] = records, differences
    summary["verdict"] = _verdict(data, summary)
    summary["rows"] = {"used": int(n), "dropped": [{"reason": "the target is missing", "count": 3}]}
    summary["model"] = {"penalty": "l2", "l1_ratio": 0.0, "standardize": True, "df": float(df[best])}
    split = "test" if held else "validation"
    return {
        "summary": summary,
        "along": along,
        "curves": _curves(data, *cells[split], split),
        "columns": _columns(data),
    }


def _along(data: Data, lams: np.ndarray, fit: tuple, rows: tuple, most: int) -> dict:
    b0, std, df, centre, sd = fit
    y, inside, outside = rows
    top = np.sort(np.argsort(-np.abs(std).max(0))[:most])
    names = BINARY if data.task == "binary" else REGRESSION
    per = {
        "train": [measure(data.task, y, p) for p in inside],
        "validation": [measure(data.task, y, p) for p in outside],
    }
    return {
        "lams": lams,
        "df": df,
        "features": [data.features[j] for j in top],
        "columns": [data.columns[j] for j in top],
        "std_coef": std[:, top],
        "coef": (std / sd)[:, top],
        "intercept": b0 - (std / sd) @ centre,
        "metrics": {m: {split: [v[m] for v in values] for split, values in per.items()} for m in names},
        "confusion": {"train": [confusion(y, p) for p in inside], "validation": [confusion(y, p) for p in outside]}
        if data.task == "binary"
        else None,
        "thresholds": thresholds(y, np.stack(outside, axis=1)) if data.task == "binary" else None,
    }


def _coefficients(data: Data, std: np.ndarray, unpenalized: np.ndarray, sd: np.ndarray) -> list[dict]:
    total = np.abs(std).sum()
    return [
        {
            "feature": data.features[j],
            "column": data.columns[j],
            "level": data.levels[j],
            "coef": float(std[j] / sd[j]),
            "std_coef": float(std[j]),
            "odds_ratio": float(np.exp(std[j] / sd[j])) if data.task == "binary" else None,
            "unpenalized": float(unpenalized[j] / sd[j]),
            "share": float(abs(std[j]) / total),
        }
        for j in np.argsort(-np.abs(std), kind="stable")
    ]


def _summary(data: Data, lams: np.ndarray, along: dict, curve: dict) -> dict:
    index = along["index"]
    best = index["chosen"]
    return {
        "schema": 1,
        "data": data.name,
        "task": data.task,
        "family": "gaussian" if data.task == "regression" else "binomial",
        "target": data.target,
        "positive_class": data.labels[1] if data.task == "binary" else None,
        "classes": list(data.labels) if data.task == "binary" else None,
        "features": len(data.features),
        "excluded": [{"column": "id", "reason": "a different value in every row: an identifier"}],
        "notes": [
            "',' separates the columns; '.' is the decimal mark.",
            "'?' was read as a missing cell in 2 columns.",
        ],
        "lambda": float(lams[best]),
        "rule": "min",
        "lambda_min": float(lams[index["min"]]),
        "lambda_1se": float(lams[index["1se"]]),
        "intercept": float(along["intercept"][best]),
        "path": {"lambda": lams, "df": along["df"], "features": along["features"], "std_coef": along["std_coef"]},
        "cv": {
            "lambda": lams,
            **curve,
            "repeats": 1,
            "scheme": "5 folds, stratified by class, shuffled" if data.task == "binary" else "5 folds, shuffled",
            "loss": "log loss" if data.task == "binary" else "half squared error",
        },
        "checks": _checks(data),
        "certificate": {"gap": 3.1e-14, "relative_gap": 4.6e-14, "kkt": 2.2e-13, "status": "optimal"},
        "timings": {"read": 0.041, "cross-validate": 0.118, "assess": 0.201, "total": 0.52},
        "versions": {"ridgeline": "0.1.0", "numpy": np.__version__, "python": "3.11.7"},
        "seed": 0,
        "command": f"ridgeline fit {data.name} --target '{data.target}'",
    }


def _checks(data: Data) -> list[dict]:
    finding = (
        f"A single feature, {data.features[0]!r}, separates the two classes almost perfectly; make sure that it is "
        "known at the moment of prediction."
        if data.task == "binary"
        else f"Only {data.y.size / len(data.features):.1f} rows per feature: prefer the 1se rule, or gather more rows."
    )
    items = [
        (
            "overfit",
            "Unpenalized model overfits",
            "warning",
            "finding",
            "Its loss is far lower on its own rows than on new ones; the penalty removes most of that gap.",
        ),
        ("leak", "Suspected leak" if data.task == "binary" else "Few rows per feature", "warning", "finding", finding),
        (
            "collinear",
            "Correlated features",
            "info",
            "finding",
            f"{data.features[0]!r}, {data.features[1]!r} and 3 more move together (|r| > 0.95): read their "
            "coefficients as a group, not one by one.",
        ),
        ("underfit", "Chosen model underfits", "warning", "passed", None),
        ("edge", "λ at the edge of the grid", "warning", "passed", None),
        ("flat", "Flat curve", "info", "passed", None),
        ("certificate", "Certificate", "error", "passed", None),
        ("separation", "Classes separate", "warning", "passed" if data.task == "binary" else "not applicable", None),
        ("groups", "Group disparity", "info", "not applicable", None),
    ]
    return [dict(zip(("code", "title", "severity", "status", "finding"), item, strict=True)) for item in items]


def _verdict(data: Data, summary: dict) -> list[str]:
    metric = "log_loss" if data.task == "binary" else "rmse"
    found = {(r["model"], r["split"]): r["value"] for r in summary["assessment"] if r["metric"] == metric}
    before, after = found["unpenalized", "validation"], found["chosen", "validation"]
    word = metric.replace("_", " ")
    seen, none = found["unpenalized", "train"], found["baseline", "validation"]
    df, best = summary["path"]["df"], int(np.argmin(summary["cv"]["mean"]))
    return [
        f"Without a penalty the model memorises: its {word} is {seen:.3g} on the rows it has seen and {before:.3g} on "
        "rows it has not.",
        f"Regularization helps: the chosen penalty brings {word} on unseen rows from {before:.3g} to {after:.3g}, "
        f"{100 * (before - after) / before:.0f}% lower; a model without features has {none:.3g}.",
        f"The effective number of coefficients falls from {df[-1]:.0f} to {df[best]:.1f}.",
        "Next: look at the correlated features below before reading single coefficients.",
    ]


def _curves(data: Data, y: np.ndarray, means: dict, split: str) -> dict:
    if data.task == "regression":
        return {
            "split": split,
            "observed_predicted": {"observed": y[:1000], "predicted": means["chosen"][:1000]},
            "residuals": {"predicted": means["chosen"][:1000], "residual": (y - means["chosen"])[:1000]},
        }
    roc, pr = {}, {}
    for model in ("chosen", "unpenalized"):
        fpr, tpr, _ = roc_curve(y, means[model])
        precision, recall, _ = precision_recall_curve(y, means[model])
        roc[model], pr[model] = {"fpr": fpr, "tpr": tpr}, {"recall": recall, "precision": precision}
    edges = np.quantile(means["chosen"], np.linspace(0, 1, 9))
    bins = (
        [b for b in np.split(np.argsort(means["chosen"]), 8) if b.size]
        if y.size % 8 == 0
        else np.array_split(np.argsort(means["chosen"]), 8)
    )
    assert edges.size == 9
    rate = np.array([y[b].mean() for b in bins])
    half = np.array([1.96 * np.sqrt(max(r * (1 - r), 0.01) / b.size) for r, b in zip(rate, bins, strict=True)])
    calibration = {
        "predicted": [float(means["chosen"][b].mean()) for b in bins],
        "observed": rate,
        "count": [int(b.size) for b in bins],
        "low": np.clip(rate - half, 0, 1),
        "high": np.clip(rate + half, 0, 1),
    }
    return {"split": split, "roc": roc, "pr": pr, "calibration": calibration}


def _columns(data: Data) -> list[dict]:
    found = [
        {
            "name": data.target,
            "role": "target",
            "kind": "boolean" if data.task == "binary" else "numeric",
            "reason": "asked for",
            "missing": 3,
            "distinct": int(np.unique(data.y).size),
        }
    ]
    places: dict[str, list[int]] = {}
    for j, name in enumerate(data.columns):
        places.setdefault(name, []).append(j)
    for name, own in places.items():
        kind = "categorical" if any(data.levels[j] is not None for j in own) else "numeric"
        distinct = len(own) if kind == "categorical" else int(np.unique(data.x[:, own[0]]).size)
        if kind == "numeric" and distinct == 2:
            kind = "boolean"
        found.append(
            {
                "name": name,
                "role": "feature",
                "kind": kind,
                "reason": "numbers with many values" if kind == "numeric" else "words",
                "missing": 0,
                "distinct": distinct,
            }
        )
    return [
        *found,
        {
            "name": "id",
            "role": "excluded",
            "kind": "identifier",
            "reason": "a different value in every row: an identifier",
            "missing": 0,
            "distinct": data.y.size,
        },
    ]


# ---------------------------------------------------------------------------------------------------- the data sets


def _numeric(name: str, x: np.ndarray, y: np.ndarray, features: list[str], **more: object) -> Data:
    return Data(name, x, y.astype(float), features, features, [None] * len(features), **more)


@lru_cache
def breast_cancer(test_share: float = 0.2) -> dict:
    """569 × 30, two classes."""
    raw = load_breast_cancer()
    data = _numeric(
        "breast_cancer.csv",
        raw.data,
        1 - raw.target,
        list(map(str, raw.feature_names)),
        task="binary",
        target="diagnosis",
        labels=("benign", "malignant"),
    )
    return build(data, np.logspace(1.3, -5.5, 60), test_share=test_share)


@lru_cache
def diabetes() -> dict:
    """442 × 10, a number to predict, little to gain."""
    raw = load_diabetes(scaled=False)
    data = _numeric(
        "diabetes.csv", raw.data, raw.target, list(map(str, raw.feature_names)), task="regression", target="progression"
    )
    return build(data, np.logspace(2, -4, 60))


@lru_cache
def wide(n: int = 90, p: int = 60) -> dict:
    """Noise features, p near n, no test rows: overfitting that can be seen."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, p))
    y = x[:, :6] @ np.array([1.0, -0.8, 0.6, 0.5, -0.4, 0.3]) + rng.normal(size=n)
    data = _numeric("noisy.csv", x, y, [f"x{j + 1}" for j in range(p)], task="regression", target="y")
    return build(data, np.logspace(1.8, -4.5, 80), test_share=0.0)


@lru_cache
def genes(n: int = 72, p: int = 7129) -> dict:
    """p ≫ n, as in a study of gene expression."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(n, 12)) @ rng.normal(size=(12, p)) + 2 * rng.normal(size=(n, p))
    y = x[:, :30].sum(1) + 5 * rng.normal(size=n)
    data = _numeric("genes.csv", x, y, [f"probe_{j:05d}_at" for j in range(p)], task="regression", target="survival")
    return build(data, np.logspace(4.5, 0, 100), test_share=0.0)


@lru_cache
def customers(n: int = 1200) -> dict:
    """Numbers, categories, missing cells and a date: levels grouped under their columns."""
    rng = np.random.default_rng(7)
    cities = ["Aarhus", "Bergen", "Cork", "Delft", "Évora", "rare levels"]
    plans = ["basic", "family", "premium"]
    city, plan = rng.integers(0, 6, n), rng.integers(0, 3, n)
    months, spend = rng.gamma(2, 14, n).round(), rng.lognormal(3.4, 0.6, n)
    missing, year = rng.random(n) < 0.08, rng.integers(2018, 2026, n)
    paperless = rng.random(n) < 0.6
    eta = (
        0.9
        - 0.05 * months
        + 0.012 * spend
        + np.array([0.5, -0.1, 0, 0.2, -0.6, 0])[city]
        + np.array([0.7, 0.1, -0.9])[plan]
        + 0.4 * paperless
    )
    y = rng.random(n) < 1 / (1 + np.exp(-eta))
    blocks = [
        months,
        np.where(missing, spend.mean(), spend),
        missing,
        year,
        paperless,
        *[city == k for k in range(6)],
        *[plan == k for k in range(3)],
    ]
    features = [
        "months as customer",
        "monthly spend",
        "monthly spend (missing)",
        "joined (year)",
        "paperless",
        *[f"city={c}" for c in cities],
        *[f"plan={c}" for c in plans],
    ]
    columns = [
        "months as customer",
        "monthly spend",
        "monthly spend",
        "joined",
        "paperless",
        *["city"] * 6,
        *["plan"] * 3,
    ]
    levels = [None, None, "missing", "year", None, *cities, *plans]
    data = Data(
        "customers.parquet",
        np.column_stack(blocks).astype(float),
        y.astype(float),
        features,
        columns,
        levels,
        "binary",
        "churned",
        ("no", "yes"),
    )
    return build(data, np.logspace(1.5, -5, 40))
