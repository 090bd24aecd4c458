"""Answers of R's glmnet, recorded by ``make_glmnet.py``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from make_glmnet import example_cases

import ridgeline as rl

CASES = json.loads(Path(__file__).with_name("glmnet.json").read_text())
EXAMPLES = json.loads(Path(__file__).with_name("glmnet_examples.json").read_text())
OPTIONS = ("family", "l1_ratio", "standardize", "weights", "penalty_factor", "lams", "offset", "bounds")


def title(case: dict) -> str:
    words = [case["family"], f"l1={case['l1_ratio']:g}", f"{len(case['X'])}x{len(case['X'][0])}"]
    words.append("scaled" if case["standardize"] else "as-is")
    return "-".join([*words, "plain" if len(set(case["weights"])) == 1 else "weights-and-more"])


def agrees(case: dict, answers) -> None:
    given = {name: case[name] for name in OPTIONS if name in case}
    path = rl.fit_path(np.array(case["X"]), np.array(case["y"]), **given)
    answers = np.array(answers)
    if path.classes:
        answers = answers.reshape(len(answers), len(path.classes), -1)
    coef, theirs = path.coef, answers[..., 1:]
    np.testing.assert_allclose(path.intercept, answers[..., 0], rtol=2e-6, atol=1e-6)
    if case["l1_ratio"] == 1.0 and path.classes and len(path.classes) % 2 == 0:
        # moving all classes between the two medians is a tie, which glmnet breaks halfway and we by the least norm
        np.testing.assert_allclose(np.abs(coef).sum(axis=1), np.abs(theirs).sum(axis=1), rtol=2e-6, atol=2e-6)
        assert ((coef**2).sum(axis=1) <= (theirs**2).sum(axis=1) + 1e-6).all()
        coef, theirs = (b - b.mean(axis=1, keepdims=True) for b in (coef, theirs))
    np.testing.assert_allclose(coef, theirs, rtol=2e-6, atol=1e-6)
    if case["l1_ratio"]:  # coordinate descent leaves exact zeros, too
        np.testing.assert_array_equal(np.abs(coef) > 1e-6, np.abs(theirs) > 1e-6)


@pytest.mark.parametrize("case", CASES, ids=title)
def test_same_coefficients_as_glmnet(case):
    agrees(case, case["answers"])


@pytest.mark.parametrize(("family", "answers"), EXAMPLES.items())
def test_same_coefficients_on_the_examples_of_glmnet(shared_data, family, answers):
    agrees(next(case for case in example_cases(shared_data) if case["family"] == family), answers)
