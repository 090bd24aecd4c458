"""Options that contradict each other are refused before anything is read."""

import pytest

from ridgeline.errors import OptionError
from ridgeline.job.options import read_options


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"test": "a.csv", "test_size": 0.3}, "--test gives the test rows.* --test-size 0.3"),
        ({"lam": 0.1, "rule": "1se"}, "--rule 1se .* --lambda 0.1"),
        ({"lam": 0.1, "rule": "ebic", "penalty": "l1"}, "--rule ebic"),
        ({"lam": 0.1, "rule": "1se", "penalty": "elasticnet"}, "--rule 1se"),
        ({"keep": ["a", "b"], "drop": "b"}, "--keep and --drop both name the column 'b'"),
        ({"weight": "w", "offset": "w"}, "--weight and --offset both name the column 'w'"),
        *(
            ({role: "y"}, f"--{role} 'y' is the target")
            for role in ("weight", "offset", "group", "time", "drop", "keep")
        ),
    ],
)
def test_contradictions(given, words):
    with pytest.raises(OptionError, match=words):
        read_options("y", **given)


@pytest.mark.parametrize(
    "given",
    [
        {"test": "a.csv", "test_size": 0},
        {"lam": 0.1, "rule": "ebic", "penalty": "elasticnet"},  # it chooses the share of L1
        {"keep": ["a"], "drop": ["b"], "weight": "w", "offset": "o", "group": "g"},
    ],
)
def test_what_goes_together(given):
    assert read_options("y", **given).target == "y"
