"""`ridgeline explain` and `Model.explain`: contributions add up to the prediction."""

import json

import numpy as np
import pytest

import ridgeline as rl


@pytest.fixture(scope="module")
def table():
    random = np.random.default_rng(0)
    x, n = random.normal(size=150), 150
    return {
        "x": [None if k % 9 == 0 else float(v) for k, v in enumerate(x)],
        "city": [["Oslo", "Bergen", "\x1b[31mred", "[bold]"][k % 4] for k in range(n)],
        "base": random.normal(size=n).tolist(),
        "y": (2 * x + 1 + random.normal(size=n)).tolist(),
        "c": np.where(x + random.normal(size=n) > 0, "yes", "no").tolist(),
    }


@pytest.fixture(scope="module", params=["regression", "binary"])
def fitted(request, table):
    target, other = ("y", "c") if request.param == "regression" else ("c", "y")
    return rl.fit(table, target=target, drop=[other], offset="base").model


def test_contributions_add_up(fitted, table):
    found = fitted.explain(table)
    eta, _ = fitted.linear_predictor(fitted._scan(table))
    assert np.allclose(found.base + found.values.sum(axis=1), eta, rtol=1e-12, atol=1e-12)
    assert np.allclose(found.prediction, fitted.mean(table)[0], rtol=1e-12)
    assert found.columns == ("x", "city", "base")
    assert len(found) == 150
    assert found.to_arrow().num_rows == 450
    assert "base" in repr(found)


def test_contributions_are_relative_to_the_training_mean(table):
    fit = rl.fit(table, target="y", drop=["c", "base"], test_size=0)
    assert np.allclose(fit.model.explain(table).values.mean(axis=0), 0, atol=1e-12)


@pytest.fixture
def files(tmp_path, fitted, table):
    fitted.save(tmp_path / "model.json")
    (tmp_path / "rows.json").write_text(json.dumps(table))
    return tmp_path / "model.json", tmp_path / "rows.json"


def test_one_row(ridgeline, files, fitted, table):
    done = ridgeline("explain", *files, "--row", 7, "--json")
    assert done.status == 0
    facts = json.loads(done.out)
    assert facts["row"] == 7
    total = facts["base"] + sum(line["contribution"] for line in facts["contributions"])
    assert total == pytest.approx(facts["linear_predictor"], rel=1e-12)
    assert facts["prediction"] == pytest.approx(fitted.mean(table)[0][7], rel=1e-12)
    assert {line["column"]: line["cell"] for line in facts["contributions"]}["city"] == "[bold]"
    shown = ridgeline("explain", *files, "--row", 6)
    assert "\\x1b[31mred" in shown.out
    assert "\x1b" not in shown.out
    assert ("log odds" in shown.out) == bool(fitted.content["labels"])


def test_coefficients(ridgeline, files, fitted):
    done = ridgeline("explain", files[0], "--json")
    sizes = [abs(c["std_coef"]) for c in json.loads(done.out)["coefficients"]]
    assert len(sizes) == len(fitted.content["features"])
    assert sizes == sorted(sizes, reverse=True)
    shown = ridgeline("explain", files[0])
    assert "city=Oslo" in shown.out
    assert "\x1b" not in shown.out


@pytest.mark.parametrize("row", [-1, 150])
def test_rows_that_are_not_there(ridgeline, files, row):
    done = ridgeline("explain", *files, "--row", row)
    assert done.status == 2
    assert f"no row {row}; its 150 rows are counted from 0 to 149" in done.err


@pytest.mark.parametrize(
    ("command", "option"), [("explain", ("--row", 0)), ("explain", ("--sql", "t")), ("verify", ("--sql", "t"))]
)
def test_options_about_a_table_need_one(ridgeline, files, command, option):
    done = ridgeline(command, files[0], *option)
    assert (done.status, done.out) == (2, "")
    assert done.err == f"error: {option[0]} is for a table: give DATA, or leave {option[0]} out.\n"
