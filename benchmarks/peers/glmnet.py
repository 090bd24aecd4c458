"""R's glmnet through Rscript: ``cv.glmnet`` with our folds and lambdas.

Data go over as raw binary files; the clock runs inside R around the call only. For the gaussian family glmnet scales
y to unit variance, which divides its L2 part by sd(y): `to_glmnet` converts.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.peers.base import Result
from benchmarks.problems import Data, Problem

SCRIPT = Path(__file__).with_name("glmnet.R")


def to_glmnet(lam: np.ndarray, l1_ratio: float, y: np.ndarray, family: str) -> tuple[np.ndarray, float]:
    """Convert lambda and l1_ratio to glmnet's lambda and alpha.

    Its gaussian objective is ``mean loss + l * (a |b|_1 + (1 - a) / (2 sd(y)) |b|^2)``: equal to ours at
    ``l = lam * (rho + (1 - rho) sd(y))`` and ``a = lam * rho / l``.
    """
    factor = l1_ratio + (1 - l1_ratio) * y.std() if family == "gaussian" else 1.0
    return np.asarray(lam) * factor, l1_ratio / factor


class Glmnet:
    """``cv.glmnet``, serial or with one process per core, at a tolerance.

    Its default tolerance does not always reach the accuracy that counts as equal (`benchmarks.judge.EQUAL`); the
    judge tells on which problems it does.
    """

    env, headline = None, True

    def __init__(self, name: str, processes: int = 1, thresh: str = "1e-9") -> None:
        self.name, self.processes, self.thresh = name, processes, thresh
        how = "" if processes == 1 else f", parallel=TRUE, {processes} processes"
        self.label = f"R glmnet cv.glmnet(thresh={thresh}{how})"
        self.settings = f"standardize=TRUE, foldid and lambda given, thresh={thresh}, fdev=0 (no early stop)"

    def version(self) -> str:
        if shutil.which("Rscript") is None:
            raise ImportError("Rscript is not on the path")
        packages = '"glmnet"' if self.processes == 1 else '"glmnet", "doParallel"'
        ask = f'for (p in c({packages})) library(p, character.only = TRUE); cat(format(packageVersion("glmnet")))'
        done = subprocess.run(["Rscript", "-e", ask], capture_output=True, text=True, check=False, timeout=60)
        if done.returncode:
            raise ImportError(f"R has no {packages}: on Debian, apt install r-cran-glmnet r-cran-doparallel")
        return done.stdout.split()[-1]

    def accepts(self, problem: Problem) -> bool:
        return problem.family in ("gaussian", "binomial")

    def tuned_fit(self, problem: Problem, data: Data) -> Result:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _write(folder, problem, data, self.thresh)
            subprocess.run(["Rscript", str(SCRIPT), name, str(self.processes)], check=True, stdout=subprocess.DEVNULL)
            return _read(folder, problem, data)


def _write(folder: Path, problem: Problem, data: Data, thresh: str) -> None:
    """Lay out the problem for the script."""
    lams, alpha = to_glmnet(data.lams, problem.l1_ratio, data.y, problem.family)
    n, p = data.X.shape
    nonzero = 0
    if hasattr(data.X, "tocsc"):
        X = data.X.tocsc()
        nonzero = X.nnz
        X.indices.astype(np.int32).tofile(folder / "X.rows")
        X.indptr.astype(np.int32).tofile(folder / "X.starts")
        X.data.tofile(folder / "X.data")
    else:
        np.ascontiguousarray(data.X.T).tofile(folder / "X")
    data.y.tofile(folder / "y")
    data.folds.astype(np.int32).tofile(folder / "foldid")
    lams.tofile(folder / "lambda")
    setup = [n, p, problem.n_folds, len(lams), problem.family, f"{alpha:.17g}", thresh, nonzero]
    (folder / "setup.txt").write_text(" ".join(map(str, setup)) + "\n")


def _read(folder: Path, problem: Problem, data: Data) -> Result:
    """Read the script's answer and convert it back."""
    seconds, lam, intercept, fitted = (float(v) for v in (folder / "fit.txt").read_text().split())
    curve = np.full(len(data.lams), np.nan)
    curve[: int(fitted)] = np.fromfile(folder / "curve") / 2
    factor = to_glmnet(np.ones(1), problem.l1_ratio, data.y, problem.family)[0][0]
    return Result(lam / factor, np.fromfile(folder / "coef"), intercept, curve, seconds)


PEERS = [Glmnet("glmnet"), Glmnet("glmnet-parallel", processes=2), Glmnet("glmnet-default", thresh="1e-7")]
