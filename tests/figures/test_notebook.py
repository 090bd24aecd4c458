"""Charts and notebook pictures of real fits: valid, saved without a browser, inert whatever the names are."""

import base64
import re
import subprocess
import sys

import numpy as np
import pytest

import ridgeline as rl

NASTY = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def table(n=160, seed=0):
    rng = np.random.default_rng(seed)
    x, z = rng.standard_normal((2, n))
    y = np.where(x - 0.5 * z + rng.logistic(size=n) > 0, "yes", "no")
    return {"x": x, NASTY: z, "answer": y}


@pytest.fixture(scope="module")
def fitted():
    return rl.fit(table(), target="answer")


def kept(chart, tmp_path):
    chart.to_dict()  # validates against Altair's own schema
    chart.save(tmp_path / "chart.svg")
    chart.save(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")
    return (tmp_path / "chart.svg").read_text("utf-8")


def test_path_curve_and_assessment_plot_themselves(fitted, tmp_path):
    assert "Coefficient per SD" in kept(fitted.path.plot(), tmp_path)
    drawn = kept(fitted.cv.plot(), tmp_path)
    assert "Log loss" in drawn
    assert "lowest" in drawn
    assert "effective df" in drawn
    assert "roc auc" in kept(fitted.assessment.plot("roc_auc"), tmp_path)
    assert "log loss" in kept(fitted.assessment.plot(), tmp_path)


def test_the_plot_of_an_assessment_shows_its_numbers(fitted):
    chart = fitted.assessment.plot("accuracy").to_dict()
    points = next(v for v in chart["datasets"].values() if "low" in v[0])
    want = [r for r in fitted.assessment.to_list() if r["metric"] == "accuracy"]
    assert [(p["x"], p["low"], p["high"]) for p in points] == [(r["value"], r["low"], r["high"]) for r in want]


def test_an_unknown_metric_is_named_with_those_there_are(fitted):
    with pytest.raises(rl.InputError, match=r"'recal'; choose one of .*recall"):
        fitted.assessment.plot("recal")


def test_classes_are_plotted_one_at_a_time(tmp_path):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((90, 2))
    path = rl.fit_path(x, np.repeat(["a", "b", "c"], 30), family="multinomial", lams=[1.0, 0.1, 0.01])
    kept(path.plot("b"), tmp_path)
    with pytest.raises(rl.InputError, match="no class 'd'; the classes are a, b, c"):
        path.plot("d")
    assert "<img" in path._repr_html_()


@pytest.mark.parametrize("lams", [[0.0], [0.1], [0.1, 0.0], [0.1, 0.1]], ids=str)
def test_too_few_lambdas_are_shown_without_a_chart(lams):
    x = np.random.default_rng(0).standard_normal((40, 2))
    for found in (rl.fit_path(x, x[:, 0], lams=lams), rl.cross_validate(x, x[:, 0], lams=lams)):
        assert "<img" not in found._repr_html_()
        with pytest.raises(rl.InputError, match="two different lambdas above 0"):
            found.plot()


def test_lambda_zero_and_any_order_are_drawn(tmp_path):
    x = np.random.default_rng(0).standard_normal((40, 3))
    cv = rl.cross_validate(x, x[:, 0] + 1.0, lams=[0.0, 0.1, 10.0, 1.0])
    kept(cv.plot(), tmp_path)
    kept(cv.path.plot(), tmp_path)
    one = rl.fit_path(x, x[:, 0], lams=[0.1])
    assert one._repr_html_().startswith("<p>Path of 1 lambda")


def test_in_a_notebook_nothing_from_the_table_becomes_markup(fitted):
    for what in (fitted, fitted.path, fitted.cv, fitted.assessment):
        html = what._repr_html_()
        assert "<script" not in html
        assert "onerror" not in re.sub(r"&lt;.*?&gt;", "", html)
    picture = re.search(r'base64,([^"]+)"', fitted.path._repr_html_())[1]
    drawn = base64.b64decode(picture).decode()
    assert drawn.startswith("<svg")
    assert "<script" not in drawn


def test_a_fit_in_a_notebook_says_what_its_report_says(fitted):
    html = fitted._repr_html_()
    assert all(sentence.split(":")[0] in html for sentence in fitted.summary["verdict"])
    assert "<table>" in html


def test_fitting_does_not_load_the_plotting_library():
    code = (
        "import sys, numpy as np, ridgeline as rl\n"
        "x = np.random.default_rng(0).standard_normal((30, 2))\n"
        "rl.cross_validate(x, x[:, 0])\n"
        "assert not {'altair', 'vl_convert'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
