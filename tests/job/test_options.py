"""Options that contradict each other are refused before anything is read."""

import numpy as np
import pandas as pd
import pytest

import ridgeline as rl
from ridgeline.errors import OptionError
from ridgeline.job.options import read_options


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"test": "a.csv", "test_size": 0.3}, "--test gives the test rows.* --test-size 0.3"),
        ({"lam": 0.1, "rule": "1se"}, "--rule 1se .* --lambda 0.1"),
        ({"lam": "big"}, "--lambda must be a number or cv; it is 'big'"),
        ({"by": ["z", "y"]}, "--by 'y' is the target"),
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


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"drop": None, "keep": None, "by": None}, {"drop": (), "keep": (), "by": ()}),
        ({"drop": 3, "by": np.int64(4)}, {"drop": ("3",), "by": ("4",)}),
        ({"keep": np.array(["a", "b"]), "drop": pd.Index([1])}, {"keep": ("a", "b"), "drop": ("1",)}),
        ({"group": 3, "time": 0, "weight": ("w", 1)}, {"group": "3", "time": "0", "weight": "w 1"}),
        ({"positive": 1}, {"positive": "1"}),
        ({"positive": True}, {"positive": "True"}),
        ({"threads": -1}, {"threads": None}),
        ({"lam": "0.5"}, {"lam": 0.5}),
    ],
)
def test_values_are_read_as_the_job_needs_them(given, read):
    options = read_options(7, **given)
    assert options.target == "7"
    assert {name: getattr(options, name) for name in read} == read


@pytest.mark.parametrize(
    ("target", "given", "words"),
    [
        (["y"], {}, "target must be the name of one column"),
        (None, {}, "target must be the name of one column"),
        ("y", {"group": ["a"]}, "group must be the name of one column"),
        ("y", {"drop": [["a"]]}, "drop must be the name of a column, or a list of names"),
        ("y", {"by": [None]}, "by must be the name of a column, or a list of names"),
        ("y", {"positive": [1]}, r"positive must be one label of the target; it is \[1\]"),
        ("y", {"positive": {"a": 1}}, "positive must be one label of the target"),
        ("y", {"folds": [1, 2]}, r"folds must be a whole number of at least 2, not \[1, 2\]"),
        ("y", {"folds": 0}, "folds must be a whole number of at least 2"),
        ("y", {"repeats": np.array([1, 2])}, "repeats must be a whole number"),
        ("y", {"seed": "a"}, "seed must be a whole number"),
        ("y", {"threads": "a"}, "threads must be a whole number of at least 1, or -1 for all cores; it is 'a'"),
        ("y", {"threads": -2}, "threads must be"),
    ],
)
def test_values_that_make_no_sense(target, given, words):
    with pytest.raises(OptionError, match=words):
        read_options(target, **given)


def test_whole_numbers_of_numpy_go_into_files(tmp_path):
    x = np.random.default_rng(0).standard_normal(120)
    fit = rl.fit({"x": x, "y": x + 1.0}, "y", folds=np.int64(4), repeats=np.int8(2), seed=np.uint8(3), lam=0.1)
    fit.save(tmp_path / "out")
    assert fit.summary["seed"] == 3


def test_columns_and_labels_that_are_numbers():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((120, 3))
    frame = pd.DataFrame(x).assign(**{"3": np.arange(120) % 10, "4": (x[:, 0] + rng.standard_normal(120) > 0) * 1})
    frame.columns = range(5)
    summary = rl.fit(frame, target=4, group=3, drop=[2], positive=0).summary
    assert summary["positive_class"] == "0"
    assert {c["column"] for c in summary["coefficients"]} == {"0", "1"}
    facts = rl.compare(frame, target=np.int64(4), drop=3, positive=1, contestants=["l2"]).to_dict()
    assert facts["positive_class"] == "1"


def test_a_rule_for_numbers_is_refused_before_anything_is_fitted():
    stages = []
    with pytest.raises(OptionError, match=r"The rule 'loo' has a closed form for numbers only; choose one of min, 1se"):
        rl.fit(
            {"x": np.arange(40.0), "y": ["no", "yes"] * 20},
            "y",
            rule="loo",
            progress=lambda stage, fraction: stages.append(stage),
        )
    assert stages == ["reading the table"]
