import math

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
    assert texts[3].startswith("Where “joined” is 2 years later")


def wave(level, coef, sd=0.707, **more):
    return row(f"Datum ({level})", coef, coef * sd, "Datum", level) | more


COST = {"task": "regression", "target": "cost"}


def test_a_cycle_is_read_as_two_dates_not_as_a_sine_without_its_cosine():
    # highest in mid July, by 2 · 10 above mid January
    angle = 2 * math.pi * 6.5 / 12
    rows = [wave("month cos", 10 * math.cos(angle), share=0.6), wave("month sin", 10 * math.sin(angle), share=0.2)]
    assert said(COST, *rows) == [
        "Where “Datum” falls in July rather than in January, “cost” is 20.00 higher on average."
    ]
    (found,) = effects(COST | {"coefficients": rows})
    assert (found.subject, found.share, found.up, found.between) == ("Datum", pytest.approx(0.8), True, "")


@pytest.mark.parametrize(
    ("cycle", "words"),
    [("weekday", "falls on a Monday rather than on a Friday"), ("hour", "falls at 0:00 rather than at 12:00")],
)
def test_days_and_hours(cycle, words):
    assert words in said(COST, wave(f"{cycle} cos", 1.0), wave(f"{cycle} sin", 0.1))[0]


def test_both_waves_of_the_day_count():
    rows = [wave("hour cos", -1.0), wave("hour cos 2", -0.8), wave("hour sin", 0.1)]
    values = {h: sum(r["coef"] * w for r, w in zip(rows, waves(h), strict=True)) for h in range(24)}
    top, bottom = max(values, key=values.get), min(values, key=values.get)
    assert f"falls at {top}:00 rather than at {bottom}:00" in said(COST, *rows)[0]


def waves(hour):
    turn = 2 * math.pi * hour / 24
    return math.cos(turn), math.cos(2 * turn), math.sin(turn)


def test_trend_and_cycle_are_told_apart():
    trend = row("Datum (year)", 3.0, 6.0, "Datum", "year") | {"low": 2.0, "high": 4.0}
    assert said(COST, trend, wave("month cos", 1.0)) == [
        "Where “Datum” is 2 years later (by the trend alone), “cost” is 6.000 higher on average."
    ]
    (found,) = effects(COST | {"coefficients": [trend, wave("month cos", 1.0)]})
    assert found.between == "4.000 to 8.000 higher"
    text = said(COST, wave("month cos", 90.0), wave("month sin", 10.0), trend)[0]
    assert "falls in January rather than in July (apart from the trend)" in text


def test_a_trend_of_less_than_a_year_is_told_in_days():
    (text,) = said(COST, row("Datum (year)", -365.2425, -36.52425, "Datum", "year"))
    assert text == "Where “Datum” is 50 days later, “cost” is 50.00 lower on average."


def test_places_that_the_table_lacks_are_not_named():
    text = said(COST, wave("month cos", 4.0, sd=0.2), wave("month sin", 3.0, sd=0.2))[0]
    assert text == (
        "Where “Datum” stands one standard deviation higher by its time of the year, “cost” is 1.000 higher on average."
    )


def test_of_several_classes_the_parts_of_one_are_read():
    rows = [
        wave("month cos [a]", 2.0) | {"class": "a", "feature": "Datum (month cos) [a]"},
        wave("month cos [b]", -1.0) | {"class": "b", "feature": "Datum (month cos) [b]"},
        wave("month sin [a]", 1e-6) | {"class": "a", "feature": "Datum (month sin) [a]"},
    ]
    (text,) = said({"task": "multiclass", "target": "y"}, *rows)
    assert text.startswith("Where “Datum” falls in January rather than in July, the odds of “a”")


def test_a_date_that_is_missing_is_read_as_such():
    rows = [row("Datum (missing)", 5.0, 4.0, "Datum", "missing"), wave("month cos", 1.0)]
    assert said(COST, *rows)[0].startswith("Where “Datum” is missing")


def test_a_level_called_missing_is_a_level():
    assert feature_kind(row("plan=missing", 1, 1, "plan", "missing")) == "level"


def test_the_pool_of_rare_levels_is_a_level_and_no_part_of_a_date():
    rows = [row("cabin (rare)", -0.7, -0.3, "cabin", "(rare)"), row("cabin=a", 0.4, 0.2, "cabin", "a")]
    assert feature_kind(rows[0]) == "level"
    assert said(BINARY, *rows) == [
        "Where “cabin” is one of the rare levels rather than “a”, the odds of “yes” are 67% lower."
    ]


def test_missing_cells_of_a_category_are_one_of_its_levels():
    rows = [
        row("cabin (rare)", 0.334, 0.142, "cabin", "(rare)"),
        row("cabin (missing)", -0.334, -0.142, "cabin", "missing"),
    ]
    known = "Where “cabin” is one of the rare levels rather than missing, the odds of “yes” are 95% higher."
    assert said(BINARY, *rows) == [known]
    absent = "Where “cabin” is missing rather than one of the rare levels, the odds of “yes” are 49% lower."
    assert said(BINARY, *reversed(rows)) == [absent]


def test_missing_cells_of_a_number_are_read_alone():
    rows = [row("age (missing)", -0.7, -0.3, "age", "missing"), row("age", 0.01, 0.1)]
    assert said(BINARY, *rows) == ["Where “age” is missing, the odds of “yes” are 50% lower."]


def test_a_level_whose_feature_was_renamed_is_a_level():
    # Another column is called "c=a".
    assert feature_kind(row("c=a [1]", 1, 1, "c", "a")) == "level"


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
