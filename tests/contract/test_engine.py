"""What the engine of one machine leaves behind: few threads, and nothing held in a child process."""

import os
import subprocess
import sys
import threading

import pytest

from ridgeline.engines import Local


def test_threads_are_as_many_as_asked_for_whatever_the_number_of_parts():
    before = {t.ident for t in threading.enumerate()}
    for parts in (2, 3, 5, 8, 13, 40):
        assert Local(threads=7).map(lambda i: i * i, range(parts)) == [i * i for i in range(parts)]
    assert len({t.ident for t in threading.enumerate()} - before) <= 7


FORK = """
import os, threading
import numpy as np
from threadpoolctl import threadpool_info
from ridgeline.engines import Local, one_blas_thread

def blas():
    np.ones((9, 9)) @ np.ones((9, 9))
    return [i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"]

free, inside, leave = blas(), threading.Event(), threading.Event()

def hold():
    with one_blas_thread():
        inside.set()
        leave.wait()

holder = threading.Thread(target=hold)
holder.start()
inside.wait()
child = os.fork()
if child == 0:
    ours = Local(2).map(lambda i: blas(), range(2)) == [[1] * len(free)] * 2
    os._exit(0 if ours and blas() == free else 1)
leave.set()
holder.join()
assert os.waitpid(child, 0)[1] == 0
assert blas() == free
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_child_does_not_inherit_what_other_threads_held():
    env = os.environ | {"OPENBLAS_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, env=env, timeout=60)
    assert done.returncode == 0, done.stderr
