import pytest

from ridgeline.report.readings import effects, feature_kind, step

BINARY = {"task": "binary", "target": "churned", "positive_class": "yes"}


def row(feature, coef, std, column=None, level=None):
    return {"feature": feature, "column": column or feature, "level": level, "coef": coef, "std_coef": std}


def said(summary, *rows, columns=()):
    return [str(e) for e in effects(summary | {"coefficients": list(rows)}, columns)]


@pytest.mark.parametrize(
    ("sd", "expected"), [(3.52, 5), (0.0141, 0.01), (840, 1000), (1.0, 1), (0.2, 0.2), (7e-9, 5e-9)]
)
def test_steps_are_round_numbers_near_one_standard_deviation(sd, expected):
    assert step(sd) == pytest.approx(expected)


def test_a_number_is_read_over_a_round_step():
    # SD = 0.6 / 0.12 = 5; exp(0.12 · 5) = 1.82.
    assert said(BINARY, row("age", 0.12, 0.6)) == ["Where “age” is higher by 5, the odds of “yes” are 82% higher."]


def test_large_and_small_ratios():
    assert "3.3 times as high" in said(BINARY, row("age", 1.2, 1.2))[0]
    assert "70% lower" in said(BINARY, row("age", -1.2, -1.2))[0]


def test_levels_missing_cells_booleans_and_parts_of_dates():
    rows = [
        row("plan=basic", 0.7, 0.3, "plan", "basic"),
        row("spend (missing)", -0.2, -0.1, "spend", "missing"),
        row("paperless", 0.4, 0.2),
        row("joined (year)", 0.5, 1.0, "joined", "year"),
    ]
    texts = said(BINARY, *rows, columns=[{"name": "paperless", "kind": "boolean"}])
    assert texts[0].startswith("Where “plan” is “basic”, the odds of “yes” are 2.0 times as high")
    assert texts[1].startswith("Where “spend” is missing, the odds of “yes” are 18% lower")
    assert texts[2].startswith("Where “paperless” is true rather than false")
    assert texts[3].startswith("Where “joined (year)” is higher by 2")


def test_a_level_called_missing_is_a_level():
    assert feature_kind(row("plan=missing", 1, 1, "plan", "missing")) == "level"


def test_a_level_is_compared_with_the_largest_of_the_other_sign():
    rows = [
        row("plan=a", 0.7, 0.3, "plan", "a"),
        row("plan=b", 0.2, 0.1, "plan", "b"),
        row("plan=c", -0.4, -0.2, "plan", "c"),
    ]
    # exp(0.7 + 0.4) = 3.0
    assert said(BINARY, *rows) == ["Where “plan” is “a” rather than “c”, the odds of “yes” are 3.0 times as high."]


def test_columns_are_ordered_by_the_share_of_all_their_coefficients():
    rows = [
        row("age", 0.12, 0.6) | {"share": 0.4},
        row("plan=a", 0.7, 0.5, "plan", "a") | {"share": 0.3},
        row("plan=b", -0.7, -0.5, "plan", "b") | {"share": 0.3},
    ]
    found = effects(BINARY | {"coefficients": rows})
    assert [(e.subject, e.share) for e in found] == [("plan", 0.6), ("age", 0.4)]


@pytest.mark.parametrize(
    ("coef", "low", "high", "between"),
    [
        (1.0, 0.5, 1.3, "1.6 to 3.7 times as high"),
        (0.2, 0.1, 0.3, "11% to 35% higher"),
        (0.1, -0.1, 0.3, "9.5% lower to 35% higher"),
        (-0.2, -0.3, -0.1, "26% to 9.5% lower"),
        (0.2, None, None, ""),
    ],
)
def test_intervals_are_in_the_words_of_the_outcome(coef, low, high, between):
    found = effects(BINARY | {"coefficients": [row("age", coef, coef) | {"low": low, "high": high}]})
    assert found[0].between == between


def test_regression_and_counts_speak_of_the_target():
    summary = {"task": "regression", "target": "price"}
    assert said(summary, row("area", 12.0, 600.0)) == [
        "Where “area” is higher by 50, “price” is 600.0 higher on average."
    ]
    assert (
        "the expected “cost” is 65% higher"
        in said({"task": "regression", "family": "gamma", "target": "cost"}, row("age", 0.5, 0.5))[0]
    )
    assert "the expected “claims” is 65% higher" in said({"task": "count", "target": "claims"}, row("age", 0.5, 0.5))[0]


def test_association_is_never_called_cause(facts_of):
    for name in ("breast_cancer", "customers", "diabetes"):
        facts = facts_of(name)
        for effect in effects(facts["summary"], facts["columns"], most=30):
            assert not any(word in str(effect) for word in ("cause", "because", "leads", "raises", "lowers", "effect"))


def test_zero_and_unknown_coefficients_are_not_read():
    assert said(BINARY, row("a", 0.0, 0.0), row("b", None, 0.4), row("c", 0.4, None)) == []
