"""Make ``glmnet.json``: ridge answers of R's glmnet, in this project's convention. Needs Rscript and glmnet.

Run it as ``python tests/golden/make_glmnet.py``. glmnet scales a gaussian target to unit variance, so its lambda is
ours times the (weighted, divisor n) standard deviation of y.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np

LAMS = [3.0, 0.3, 0.03, 0.003]

SCRIPT = """
suppressMessages(library(glmnet))
arguments <- commandArgs(trailingOnly = TRUE)
read <- function(name) as.matrix(read.csv(file.path(arguments[1], name), header = FALSE))
X <- read("X"); y <- drop(read("y")); w <- drop(read("w"))
factor <- drop(read("factor")); lambda <- drop(read("lambda"))
fit <- glmnet(X, y, family = arguments[2], alpha = 0, lambda = lambda, weights = w, penalty.factor = factor,
              standardize = arguments[3] == "yes", thresh = 1e-25, maxit = 1e8)
cat(paste(apply(as.matrix(coef(fit)), 2, function(b) paste(sprintf("%.17g", b), collapse = " ")), collapse = "\\n"))
"""


def glmnet(case: dict[str, object]) -> list[list[float]]:
    """Intercept and coefficients at each lambda."""
    y, w = np.array(case["y"]), np.array(case["weights"])
    sd = np.sqrt(np.average((y - np.average(y, weights=w)) ** 2, weights=w))
    lams = np.array(LAMS) * (sd if case["family"] == "gaussian" else 1.0)
    with tempfile.TemporaryDirectory() as folder:
        columns = {"X": case["X"], "y": y, "w": w, "factor": case["penalty_factor"], "lambda": lams}
        for name, values in columns.items():
            np.savetxt(Path(folder) / name, values, delimiter=",", fmt="%.17g")
        command = ["Rscript", "-e", SCRIPT, folder, str(case["family"]), "yes" if case["standardize"] else "no"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [[float(v) for v in line.split()] for line in done.stdout.splitlines()]


def cases() -> list[dict[str, object]]:
    """Small problems with round numbers."""
    grid = itertools.product(("gaussian", "binomial"), ((40, 5), (15, 20)), (True, False), (True, False))
    return [case(*point) for point in grid]


def case(family: str, shape: tuple[int, int], standardize: bool, plain: bool) -> dict[str, object]:
    """One problem; the penalty factors have mean 1, because glmnet rescales them to that."""
    n, p = shape
    rng = np.random.default_rng(shape)
    X = np.round(rng.standard_normal((n, p)) * rng.uniform(0.5, 4, p) + rng.uniform(-3, 3, p), 3)
    eta = X[:, 0] / 2 - X[:, 1] / 3 + rng.standard_normal(n)
    y = np.round(5 + eta, 3) if family == "gaussian" else (eta > np.median(eta)).astype(float)
    return {
        "family": family,
        "standardize": standardize,
        "X": X.tolist(),
        "y": y.tolist(),
        "weights": [1.0] * n if plain else np.round(rng.uniform(0.2, 3, n), 2).tolist(),
        "penalty_factor": [1.0] * p if plain else (np.arange(1, p + 1) / ((p + 1) / 2)).tolist(),
    }


def main() -> None:
    """Write the file."""
    found = [{**case, "lams": LAMS, "answers": glmnet(case)} for case in cases()]
    Path(__file__).with_name("glmnet.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
