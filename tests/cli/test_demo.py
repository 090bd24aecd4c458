"""The demonstration's table is scikit-learn's, under its usual names."""

import csv
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer

from ridgeline.cli.demo import write_table


def test_table_is_the_bundled_one(tmp_path):
    write_table(tmp_path / "t.csv")
    with (tmp_path / "t.csv").open(newline="") as stream:
        header, *rows = csv.reader(stream)
    bunch = load_breast_cancer()
    assert header == [*bunch.feature_names, "diagnosis"]
    assert np.array_equal(np.array([row[:-1] for row in rows], float), bunch.data)
    assert [row[-1] for row in rows] == [bunch.target_names[t] for t in bunch.target]


@pytest.mark.parametrize("option", ["-o", "--out"])
def test_goes_where_it_is_told(ridgeline, job, option):
    assert ridgeline("demo", "--quiet", option, "mine").status == 0
    assert job.saved == [Path("mine")]


def test_goes_to_demo_output(ridgeline, job):
    assert ridgeline("demo", "--quiet").status == 0
    assert job.saved == [Path("demo-output")]
    data, target, options = job.calls[0]
    assert target == "diagnosis"
    assert options["positive"] == "malignant"
    assert not Path(data).exists()  # the temporary table is gone
