"""The demonstration's table is scikit-learn's, under its usual names."""

import csv
from pathlib import Path

import numpy as np
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


def test_goes_to_demo_output(ridgeline, job):
    assert ridgeline("demo", "--quiet").status == 0
    assert job.saved == [Path("demo-output")]
    data, target, options = job.calls[0]
    assert target == "diagnosis"
    assert options["positive"] == "malignant"
    assert not Path(data).exists()  # the temporary table is gone
