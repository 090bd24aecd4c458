"""A second column of a name that the model has one of: which is meant is not guessed."""

import numpy as np
import pandas as pd
import pytest

import ridgeline as rl
from ridgeline.errors import DataError


def frame(names, n=80):
    columns = np.random.default_rng(0).standard_normal((n, len(names)))
    return pd.DataFrame(np.round(columns, 3), columns=names)


@pytest.fixture(scope="module")
def model():
    return rl.fit(frame(["x", "z", "y"]), target="y", lam=0.1).model


def test_a_column_that_training_had_once_is_refused(model, tmp_path):
    table = frame(["x", "x", "z"])
    table.to_csv(tmp_path / "t.csv", index=False)
    for data in (table, tmp_path / "t.csv"):
        for use in (model.predict, model.predict_frame, model.explain):
            with pytest.raises(DataError, match=r"several columns 'x', of which the model has one: rename or remove"):
                use(data)


def test_columns_that_agree_and_those_that_the_model_has_not_are_no_matter(model):
    table = frame(["x", "z", "other", "other"])
    same = pd.concat([table[["x"]], table[["x", "z"]]], axis=1)
    assert model.predict(table) == pytest.approx(model.predict(same))


@pytest.mark.parametrize("options", [{}, {"drop": ["x_2"]}])
def test_a_model_of_a_table_with_both_predicts_it(options, tmp_path):
    table = frame(["x", "x", "z", "y"])
    table.to_csv(tmp_path / "t.csv", index=False)
    fit = rl.fit(tmp_path / "t.csv", target="y", lam=0.1, **options)
    fit.model.save(tmp_path / "model.json")
    model = rl.load(tmp_path / "model.json")
    assert len(model.predict(table)) == 80
    assert model.verify(tmp_path / "t.csv") == []


def test_the_command_refuses_in_one_sentence(model, ridgeline, tmp_path):
    model.save(tmp_path / "model.json")
    frame(["x", "x", "z"]).to_csv(tmp_path / "t.csv", index=False)
    found = ridgeline("predict", tmp_path / "model.json", tmp_path / "t.csv", "-o", tmp_path / "p.csv")
    assert found.status == 2
    assert "t.csv has several columns 'x'" in found.err
    assert not (tmp_path / "p.csv").exists()
