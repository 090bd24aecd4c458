"""Where kernels come from when the machine is not as it should be."""

import os
import subprocess
import sys

import pytest

LASSO = """
import numpy as np, ridgeline as rl
rng = np.random.default_rng(0)
X = rng.standard_normal((50, 4))
path = rl.fit_path(X, X[:, 0] + rng.standard_normal(50), l1_ratio=1.0, lams=[0.1])
print(*path.coef.ravel().round(9))
"""

BROKEN = """
import sys
from ridgeline.kernels import backend
sys.modules["ridgeline.kernels.compiled"] = None
try:
    backend.module("compiled")
except ImportError:
    print("said")
"""


def run(code, cache=None):
    env = os.environ if cache is None else os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, timeout=100)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def usual():
    return run(LASSO).stdout


def test_a_full_cache_is_no_cache(usual, tmp_path):
    resource = pytest.importorskip("resource")
    assert resource
    limited = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
    assert run(limited + LASSO, tmp_path).stdout == usual


def test_no_numba_is_said_and_makes_no_difference_else(usual):
    absent = "import sys\nsys.modules['numba'] = None\n"
    done = run(absent + LASSO)
    assert done.stdout == usual
    assert done.stderr.count("RuntimeWarning: numba cannot be imported") == 1


def test_a_defect_of_a_kernel_is_not_taken_for_a_missing_compiler():
    assert run(BROKEN).stdout == "said\n"
