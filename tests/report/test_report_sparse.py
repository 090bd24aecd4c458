"""The report of a model with an L1 part: it speaks of features used, shows zeros, and never calls it ridge."""

import re

import numpy as np
import pytest
from sparse import frame

import ridgeline as rl
from ridgeline.report import render
from ridgeline.report.facts import by_class
from ridgeline.report.readings import effects


@pytest.fixture(scope="module", params=["l1", "elasticnet"])
def fit(request):
    return rl.fit(frame(), "y", penalty=request.param, **({"l1_ratio": 0.5} if request.param == "elasticnet" else {}))


def words(page):
    """What a reader sees: neither style, script nor the facts behind the slider, nor the program's own name."""
    page = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_no_word_of_another_penalty(fit):
    page = render(fit.facts)
    for wrong in ("ridge", "Ridge", "L2", "effective d"):
        assert not re.search(rf"\b{wrong}\b", words(page)), wrong
    assert not re.search(r"effective degrees of freedom", page.replace("never", ""))
    name = {"l1": "an L1 (lasso) penalty", "elasticnet": "an elastic-net penalty (L1 share ρ = 0.5)"}
    assert name[fit.summary["penalty"]] in words(page)


def test_a_ridge_report_says_ridge():
    text = words(render(rl.fit(frame(), "y").facts))
    assert "an L2 (ridge) penalty" in text
    assert "effective df" in text
    assert "features used" not in text
    assert "Selected" not in text


def test_features_used_are_told_beside_the_slider_and_above_the_curve(fit):
    page = render(fit.facts)
    used = fit.summary["model"]["features_used"]
    assert f'<b data-show="df">{used}</b> of 10 features used' in page
    assert "The numbers above the frame are features used." in words(page)
    assert f"{used} features used" in page.split('aria-valuetext="')[1].split('"')[0]


def test_the_path_says_in_which_order_features_enter(fit):
    path, lams = fit.path, fit.path.lams
    grid = lams > 0
    entered = {f: lams[grid][(c != 0).argmax()] for f, c in zip(path.feature_names, path.coef[grid].T, strict=True)}
    first = sorted(entered, key=entered.get, reverse=True)[:2]
    text = words(render(fit.facts))
    assert f"its place in that order: {first[0]}, {first[1]}" in text
    assert f"1 · {first[0]}" in text


def test_zeros_are_zeros_and_frequencies_are_shown(fit):
    page = render(fit.facts)
    zero = [c["feature"] for c in fit.summary["coefficients"] if c["coef"] == 0]
    assert zero or fit.summary["penalty"] == "elasticnet"
    for name in zero:
        row = re.search(rf'<tr class="row"[^>]*data-label="{name}".*?</tr>', page, re.S).group(0)
        cells = re.findall(r'<td class="(std|coef)">(.*?)</td>', row)
        assert cells == [("std", "0"), ("coef", "0")]
        assert 'data-selected="' in row
    assert "Selected" in words(page)


def test_the_objective_has_its_ratio(fit):
    ratio = {"l1": "1", "elasticnet": "0.5"}[fit.summary["penalty"]]
    assert f"minimising the objective above with ρ = {ratio};" in words(render(fit.facts))


def test_conventions_elsewhere_are_those_of_the_translator(fit):
    text, lam = words(render(fit.facts)), fit.summary["lambda"]
    ratio, sd = fit.summary["l1_ratio"], np.std(fit.cv.problem.y)
    elsewhere = rl.translate(lam, to="glmnet", l1_ratio=ratio, sd_y=sd)
    assert f"lambda = {elsewhere['lambda']:.6g}, alpha = {elsewhere['alpha']:.6g}" in text
    assert f"alpha = {lam:.6g}" in text


def test_several_classes_count_coefficients():
    fit = rl.fit(frame("multinomial"), "y", penalty="l1")
    page = render(fit.facts)
    nonzero = sum(c["coef"] != 0 for c in fit.summary["coefficients"])
    assert f'<b data-show="nonzero">{nonzero}</b> of 30 coefficients used' in page


def test_two_classes_are_translated_too():
    fit = rl.fit(frame("binomial"), "y", penalty="l1")
    n, lam = len(fit.cv.problem.y), fit.summary["lambda"]
    assert f"C = 1/(n λ) = {1 / (n * lam):.6g}, l1_ratio = 1" in words(render(fit.facts))


def test_effects_of_several_classes_are_odds_of_a_class():
    summary = {"task": "multiclass", "target": "y", "coefficients": [
        {"feature": "x1", "column": "x1", "level": None, "class": "b", "coef": -0.5, "std_coef": -1.0},
        {"feature": "g=left", "column": "g", "level": "left", "class": "a", "coef": 1.0, "std_coef": 0.5},
    ]}  # fmt: skip
    said = [str(e) for e in effects(by_class(summary))]
    against = "against a class whose coefficient is 0"
    assert said[0] == f"Where “x1” is higher by 2, the odds of “b”, {against}, are 63% lower."
    assert said[1] == f"Where “g” is “left”, the odds of “a”, {against}, are 2.7 times as high."
