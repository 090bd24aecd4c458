"""Answers of R's glmnet, recorded by ``make_glmnet.py``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import ridgeline as rl

CASES = json.loads(Path(__file__).with_name("glmnet.json").read_text())


def title(case: dict) -> str:
    words = [case["family"], f"{len(case['X'])}x{len(case['X'][0])}", "scaled" if case["standardize"] else "as-is"]
    return "-".join([*words, "plain" if len(set(case["weights"])) == 1 else "weights-and-factors"])


@pytest.mark.parametrize("case", CASES, ids=title)
def test_same_coefficients_as_glmnet(case):
    given = {name: case[name] for name in ("family", "standardize", "weights", "penalty_factor", "lams")}
    path = rl.fit_path(np.array(case["X"]), np.array(case["y"]), **given)
    answers = np.array(case["answers"])
    np.testing.assert_allclose(path.intercept, answers[:, 0], rtol=2e-6, atol=1e-7)
    np.testing.assert_allclose(path.coef, answers[:, 1:], rtol=2e-6, atol=1e-7)
