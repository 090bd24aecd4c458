"""Make ``glmnet.json``: answers of R's glmnet, at this project's λ. Needs Rscript and glmnet.

Run it as ``python tests/golden/make_glmnet.py``. With $RIDGELINE_SHARED it also makes ``glmnet_examples.json``, for the
examples that come with glmnet; there only the answers are kept.

glmnet scales a gaussian target to unit variance: its L1 part is α λ, its L2 part (1 − α) λ / sd(y), with the (weighted,
divisor n) standard deviation of y less the offset. It rescales penalty factors to mean 1, so those here have mean 1.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np

RIDGE_LAMS, LAMS = [3.0, 0.3, 0.03, 0.003], [0.2, 0.1, 0.05, 0.03]
EXAMPLES = {"QuickStart": "gaussian", "Binomial": "binomial", "Multinomial": "multinomial", "Poisson": "poisson"}
HERE = Path(__file__).parent

SCRIPT = """
suppressMessages(library(glmnet))
arguments <- commandArgs(trailingOnly = TRUE)
read <- function(name) as.matrix(read.csv(file.path(arguments[1], name), header = FALSE))
one <- function(name) drop(unname(read(name)))
family <- arguments[2]
y <- if (family == "multinomial") as.factor(one("y")) else one("y")
offset <- if (file.exists(file.path(arguments[1], "offset"))) one("offset") else NULL
glmnet.control(fdev = 0, devmax = 1)
fit <- glmnet(read("X"), y, family = family, alpha = as.numeric(arguments[4]), lambda = one("lambda"),
              weights = one("w"), penalty.factor = one("factor"), offset = offset,
              lower.limits = one("lower"), upper.limits = one("upper"),
              standardize = arguments[3] == "yes", thresh = as.numeric(arguments[5]), maxit = 1e7)
found <- coef(fit)
found <- if (is.list(found)) do.call(rbind, lapply(found, as.matrix)) else as.matrix(found)
cat(paste(apply(found, 2, function(b) paste(sprintf("%.17g", b), collapse = " ")), collapse = "\\n"))
"""


def translated(case: dict) -> tuple[float, list[float]]:
    """α and λ of glmnet."""
    ratio, sd = case["l1_ratio"], 1.0
    if case["family"] == "gaussian":
        y, w = np.array(case["y"]) - np.array(case.get("offset", 0.0)), np.array(case["weights"])
        sd = np.sqrt(np.average((y - np.average(y, weights=w)) ** 2, weights=w))
    scale = ratio + (1 - ratio) * sd
    return ratio / scale, [lam * scale for lam in case["lams"]]


def glmnet(case: dict) -> list[list[float]]:
    """Intercept and coefficients at each λ; for K classes one after the other."""
    alpha, lams = translated(case)
    p = len(case["X"][0])
    thresh = "1e-25" if case["l1_ratio"] == 0 else "1e-16"  # sweeps never reach less on the harder problems
    lower, upper = case.get("bounds", (-np.inf, np.inf))
    columns = {"X": case["X"], "y": case["y"], "w": case["weights"], "factor": case["penalty_factor"], "lambda": lams}
    columns |= {"lower": np.full(p, lower), "upper": np.full(p, upper)}
    columns |= {"offset": case["offset"]} if "offset" in case else {}
    with tempfile.TemporaryDirectory() as folder:
        for name, values in columns.items():
            np.savetxt(Path(folder) / name, values, delimiter=",", fmt="%.17g")
        words = [folder, case["family"], "yes" if case["standardize"] else "no", repr(float(alpha)), thresh]
        done = subprocess.run(["Rscript", "-e", SCRIPT, *words], check=True, capture_output=True, text=True)
    return [[float(v) for v in line.split()] for line in done.stdout.splitlines()]


def ridge_cases() -> list[dict]:
    """Small ridge problems with round numbers."""
    grid = itertools.product(("gaussian", "binomial"), ((40, 5), (15, 20)), (True, False), (True, False))
    return [ridge_case(*point) for point in grid]


def ridge_case(family: str, shape: tuple[int, int], standardize: bool, plain: bool) -> dict:
    """One problem; `plain` ones have neither weights nor factors."""
    n, p = shape
    rng = np.random.default_rng(shape)
    X = np.round(rng.standard_normal((n, p)) * rng.uniform(0.5, 4, p) + rng.uniform(-3, 3, p), 3)
    eta = X[:, 0] / 2 - X[:, 1] / 3 + rng.standard_normal(n)
    y = np.round(5 + eta, 3) if family == "gaussian" else (eta > np.median(eta)).astype(float)
    return {
        "family": family,
        "l1_ratio": 0.0,
        "lams": RIDGE_LAMS,
        "standardize": standardize,
        "X": X.tolist(),
        "y": y.tolist(),
        "weights": [1.0] * n if plain else np.round(rng.uniform(0.2, 3, n), 2).tolist(),
        "penalty_factor": [1.0] * p if plain else (np.arange(1, p + 1) / ((p + 1) / 2)).tolist(),
    }


def sparse_cases() -> list[dict]:
    """Lasso and elastic net of every family, plain, and with all that glmnet can do to them."""
    families, shapes = ("gaussian", "binomial", "poisson", "multinomial"), ((40, 6), (24, 30))
    return [sparse_case(*point) for point in itertools.product(families, shapes, (1.0, 0.4), (True, False))]


def sparse_case(family: str, shape: tuple[int, int], ratio: float, plain: bool) -> dict:
    """One problem; but for `plain` ones with weights, factors (one of them 0), bounds, an offset and raw columns."""
    n, p = shape
    rng = np.random.default_rng([n, p, len(family)])
    X = np.round(rng.standard_normal((n, p)) * rng.uniform(0.7, 1.5, p) + rng.uniform(-1, 1, p), 3)
    eta = X[:, 0] - 0.7 * X[:, 1] + 0.5 * X[:, 2]
    draw = {
        "gaussian": lambda: np.round(5 + eta + rng.standard_normal(n), 3),
        "binomial": lambda: (eta + rng.logistic(size=n) > np.median(eta)).astype(float),
        "poisson": lambda: rng.poisson(np.exp(eta / 2)).astype(float),
        "multinomial": lambda: np.argsort(np.argsort(eta + rng.logistic(size=n))) * 4 // n,
    }
    case = {"family": family, "l1_ratio": ratio, "lams": LAMS, "standardize": plain, "X": X.tolist()}
    case |= {"y": draw[family]().tolist(), "weights": [1.0] * n, "penalty_factor": [1.0] * p}
    if plain:
        return case
    factor = np.arange(p) + float(family == "multinomial")  # glmnet does not converge with an unpenalised column there
    case |= {
        "weights": np.round(rng.uniform(0.2, 3, n), 2).tolist(),
        "penalty_factor": (factor / factor.mean()).tolist(),
    }
    offset = {} if family == "multinomial" else {"offset": np.round(rng.standard_normal(n) / 2, 2).tolist()}
    return case | {"bounds": (-0.15, 0.25)} | offset


def example_cases(data: Path) -> list[dict]:
    """The examples of glmnet's own documentation."""
    folder = data / "glmnet_examples"
    return [example_case(folder / f"{name}Example.npz", family) for name, family in EXAMPLES.items()]


def example_case(file: Path, family: str) -> dict:
    """A lasso of one example."""
    with np.load(file) as found:
        X, y = found["x"], found["y"].astype(float)
    lams = [0.1, 0.03, 0.01]
    case = {"family": family, "l1_ratio": 1.0, "lams": lams, "standardize": True, "X": X.tolist(), "y": y.tolist()}
    return case | {"weights": [1.0] * len(y), "penalty_factor": [1.0] * X.shape[1]}


def main() -> None:
    """Write the files."""
    found = [{**case, "answers": glmnet(case)} for case in ridge_cases() + sparse_cases()]
    (HERE / "glmnet.json").write_text(json.dumps(found) + "\n")
    if shared := os.environ.get("RIDGELINE_SHARED"):
        examples = {case["family"]: glmnet(case) for case in example_cases(Path(shared) / "data")}
        (HERE / "glmnet_examples.json").write_text(json.dumps(examples) + "\n")


if __name__ == "__main__":
    main()
