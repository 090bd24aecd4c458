"""BLAS stays on one thread while parts run, also where SciPy brings a BLAS of its own in the middle of a fit."""

import subprocess
import sys

CODE = """
import numpy as np
from threadpoolctl import threadpool_info
import ridgeline as rl

rng = np.random.default_rng(0)
X = rng.standard_normal((500, 600))
y = (X[:, 0] + rng.standard_normal(500) > 0).astype(float)
seen = []

def watch(frame, event, arg):
    if event == "call" and frame.f_code.co_name == "solve_with":
        seen.append(max(i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"))

import threading
threading.setprofile(watch)
rl.cross_validate(X, y, family="binomial", folds=3, lams=np.geomspace(10, 0.1, 20))
print(sorted(set(seen)))
"""


def test_one_thread_also_of_a_blas_loaded_during_the_fit():
    env = {"OPENBLAS_NUM_THREADS": "2", "PATH": "/usr/bin:/bin"}
    found = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, env=env, check=True)
    assert found.stdout.strip() == "[1]"
