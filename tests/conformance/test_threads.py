"""The same data give the same answer however many threads there are, and every time."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import json, sys
import numpy as np
import ridgeline as rl
family, n, p = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rng = np.random.default_rng(1)
X = rng.standard_normal((n, p)) + 3.0
eta = X[:, 0] - X[:, 1]
y = eta + rng.standard_normal(n) if family == "gaussian" else (eta > rng.standard_normal(n)).astype(float)
cv = rl.cross_validate(X, y, family=family, folds=np.arange(n) % 4, lams=np.geomspace(10, 1e-2, 9))
print(json.dumps([cv.losses.tolist(), cv.path.coef.tolist()]))
"""


def answer(threads: int, *arguments: object) -> list:
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, arguments)],
        env={**os.environ, **paths, **dict.fromkeys(names, str(threads))},
        capture_output=True,
        text=True,
        check=True,
    )
    return [np.array(values) for values in json.loads(done.stdout)]


@pytest.mark.parametrize("shape", [(9_000, 12), (40, 300)])
@pytest.mark.parametrize("family", ["gaussian", "binomial"])
def test_number_of_threads(family, shape):
    one, two, again = answer(1, family, *shape), answer(2, family, *shape), answer(2, family, *shape)
    for a, b, c in zip(one, two, again, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-9, atol=1e-10 * np.abs(a).max())
        np.testing.assert_array_equal(c, b)
