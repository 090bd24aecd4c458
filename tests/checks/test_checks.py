"""Every check both ways: it finds what is there, and passes when it is not; without its facts it is not applicable."""

import json

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.checks import CHECKS, run_checks
from ridgeline.checks.base import named
from ridgeline.checks.words import percent


def entry(model, split, metric, value, low=None, high=None):
    return {"model": model, "split": split, "metric": metric, "value": value, "low": low, "high": high}


def records(metric, **values):
    """Records by ``model_split``: a number, or (value, low, high)."""
    found = []
    for key, value in values.items():
        model, split = key.rsplit("_", 1)
        found.append(entry(model, split, metric, *(value if isinstance(value, tuple) else (value,))))
    return found


def facts(task="binary", assessment=(), diagnostics=None, **summary):
    """Facts with this summary; ``columns`` and ``curves`` are pulled out of it."""
    outside = {key: summary.pop(key) for key in ("columns", "curves") if key in summary}
    return {"summary": {"task": task, "assessment": list(assessment), **summary}, "diagnostics": diagnostics, **outside}


def curve(mean, se=0.01, lams=None):
    lams = np.geomspace(10, 0.01, len(mean)).tolist() if lams is None else lams
    return {"lambda": lams, "mean": list(mean), "se": [se] * len(mean)}


def coefficient(feature, std_coef, **more):
    return {"feature": feature, "column": feature, "level": None, "coef": std_coef, "std_coef": std_coef, **more}


def outcome(code, given):
    result = CHECKS[code].run(given)
    assert (result["finding"] is not None) == (result["status"] == "finding")
    return result["status"], result["finding"] or ""


OVERFIT = records("log_loss", unpenalized_train=(0.01, 0.0, 0.02), unpenalized_validation=(0.9, 0.7, 1.1)) + records(
    "log_loss", baseline_validation=0.69
)
FINE = records("log_loss", unpenalized_train=(0.40, 0.36, 0.44), unpenalized_validation=(0.41, 0.37, 0.45)) + records(
    "log_loss", baseline_validation=0.69
)
V_SHAPE = [1.0, 0.8, 0.5, 0.6, 0.9]  # at λ = 10, 1.78, 0.316, 0.0562, 0.01


@pytest.mark.parametrize(
    ("code", "given", "says"),
    [
        ("overfit", facts(assessment=OVERFIT), "memorises the training rows: log loss 0.010 on training rows, 0.900"),
        (
            "overfit",
            facts(assessment=FINE, cv=curve(V_SHAPE), **{"lambda": 0.01}),
            "λ = 0.01 is too weak, so the model overfits: the least validation loss is at λ = 0.316",
        ),
        ("underfit", facts(cv=curve(V_SHAPE), **{"lambda": 10.0}), "lies 50.0 standard errors above the least one"),
        (
            "underfit",
            facts(
                assessment=records(
                    "log_loss", unpenalized_validation=0.3, chosen_validation=0.6, baseline_validation=0.69
                ),
                differences=[entry("chosen - unpenalized", "validation", "log_loss", 0.3, 0.2, 0.4)],
            ),
            "without a penalty the validation log loss is lower",
        ),
        (
            "nothing-to-learn",
            facts(
                assessment=records("log_loss", chosen_validation=(0.69, 0.67, 0.71), baseline_validation=0.688),
                target="churned",
                rows={"used": 300},
            ),
            "nothing to learn about 'churned' from these features that 300 rows can show",
        ),
        ("lambda-at-grid-edge", facts(cv=curve([1.0, 0.9, 0.8, 0.7])), "λ = 0.01 sits on the edge of the grid, at the"),
        (
            "lambda-at-grid-edge",
            facts(cv=curve(V_SHAPE), diagnostics={"edge": "high", "grid_extended": 2}),
            "although the grid was extended 2 times, at the strong end",
        ),
        ("flat-curve", facts(cv=curve([0.505, 0.5, 0.505])), "for every λ"),
        (
            "flat-curve",
            facts(cv=curve([1.0, 0.7, 0.5, 0.505])),
            "flat from λ = 0.1 down to no penalty: regularization has nothing to gain here that these rows can show, "
            "and any λ in that range predicts as well by that loss.",
        ),
        (
            "separation",
            facts(diagnostics={"separated": True, "separating": ["colour=red"]}),
            "separated by 'colour=red' in the training rows",
        ),
        (
            "separation",
            facts(
                assessment=records("log_loss", unpenalized_train=0.2) + records("accuracy", unpenalized_train=0.9),
                coefficients=[{"feature": "shop=north", "column": "shop", "level": "north", "unpenalized": -18.0}],
            ),
            "'shop=north'",
        ),
        (
            "leak-suspect",
            facts(
                task="regression",
                assessment=records("r2", chosen_validation=0.99999),
                coefficients=[
                    {"column": "casual", "std_coef": 2.0},
                    {"column": "registered", "std_coef": 5.0},
                    {"column": "humidity", "std_coef": 0.01},
                ],
            ),
            "'registered' and 'casual' carry most of it",
        ),
        (
            "leak-suspect",
            facts(
                assessment=records("roc_auc", chosen_validation=0.985),
                coefficients=[{"column": "refund", "std_coef": 3.0}, {"column": "age", "std_coef": 0.2}],
            ),
            "'refund' carries most of it",
        ),
        (
            "leak-suspect",
            facts(columns=[{"name": "paid", "kind": "leak", "role": "excluded"}]),
            "'paid' gave the target",
        ),
        (
            "leak-suspect",
            facts(diagnostics={"suspects": [f"Column '{c}' alone tells: look." for c in "abcde"]}),
            "Column 'c' alone tells: look. So it is with 2 more columns",
        ),
        (
            "imbalance",
            facts(diagnostics={"class_counts": {"yes": 12, "no": 488}}),
            "Only 2.4% of the training rows are 'yes'",
        ),
        (
            "imbalance",
            facts(assessment=records("average_precision", baseline_train=0.95), positive_class="good"),
            "'not good'",
        ),
        (
            "collinear",
            facts(diagnostics={"collinear": [["sqft", "rooms", 0.97], ["lat", "north", -0.999], ["a", "b", 0.5]]}),
            "'lat' and 'north' say nearly the same, correlation -0.999 (1 more pair like them)",
        ),
        ("collinear", facts(diagnostics={"condition": 1e7}), "condition number 1e+07"),
        ("few-rows-per-feature", facts(features=100, rows={"used": 72}), "72 rows for 100 features, fewer rows than"),
        ("few-rows-per-feature", facts(features=1, rows={"used": 3}), "There are 3 rows for 1 feature: "),
        (
            "few-rows-per-feature",
            facts(features=20, diagnostics={"rows_train": 1000, "class_counts": {"a": 970, "b": 30}}),
            "30 rows of the rarest class",
        ),
        (
            "rare-levels",
            facts(diagnostics={"rare_levels": [{"column": "city", "level": "Ulm", "rows": 2}]}),
            "1 level of 'city' has fewer than 10 training rows ('city=Ulm'): its effect is a guess held down by the "
            "penalty; pool it into a broader category",
        ),
        (
            "rare-levels",
            facts(
                rows={"used": 100},
                columns=[{"name": "name", "role": "feature", "kind": "categorical", "distinct": 90}],
            ),
            "'name' has so many levels",
        ),
        (
            "drift",
            facts(diagnostics={"shift": {"age": 0.9, "sex": 0.01}, "rows_train": 800, "rows_test": 200}),
            "'age' differs between training and test rows (mean of 'age' by +0.90 SD)",
        ),
        (
            "drift",
            facts(
                assessment=records("log_loss", chosen_validation=(0.4, 0.38, 0.42), chosen_test=(0.6, 0.55, 0.65)),
            ),
            "worse on test rows (log loss 0.600 [0.550, 0.650])",
        ),
        (
            "calibration-off",
            facts(curves={"calibration": {"predicted": [0.1, 0.5], "observed": [0.3, 0.7], "count": [500, 500]}}),
            "too low by 20 points on average (where 10% was predicted, 30% happened)",
        ),
        ("certificate-missed", facts(certificate={"relative_gap": 1e-4}), "up to 1.0e-04 (relative)"),
        ("certificate-missed", facts(certificate={"relative_gap": None, "status": "failed"}), "an unknown amount"),
        (
            "time-order",
            facts(cv={"scheme": "5-fold, shuffled"}, columns=[{"name": "sold", "kind": "datetime", "role": "feature"}]),
            "'sold' says when rows happened",
        ),
        (
            "time-order",
            facts(
                cv={"scheme": "5-fold, shuffled"},
                columns=[{"name": name, "kind": "datetime", "role": "feature"} for name in ("listed", "sold")],
            ),
            "'listed' and 'sold' say when rows happened",
        ),
        (
            "time-order",
            facts(diagnostics={"fold_kind": "shuffled", "serial_correlation": 0.6, "rows_train": 500}),
            "correlation 0.60",
        ),
        (
            "lambda-at-grid-edge",
            facts(cv=curve([1.0, 0.5, 0.1, 0.01, 0.001]), diagnostics={"separated": True}),
            "the classes are separated, so the loss keeps falling as the penalty weakens; take the rule 1se",
        ),
        (
            "flat-curve",
            facts(cv=curve([1.0, 0.5, 0.1, 0.1, 0.1]), diagnostics={"separated": True}),
            "flat from λ = 0.316 down to the weakest penalty tried",
        ),
        (
            "unstable-lambda",
            facts(cv=curve(V_SHAPE), diagnostics={"lambda_draws": [0.3, 0.03, 9.0]}),
            "from 0.03 to 9, and the validation loss differs between them: fit again with --repeats 5",
        ),
        (
            "unstable-lambda",
            facts(cv=curve([1.0, 0.501, 0.5, 0.501, 0.9]), diagnostics={"lambda_draws": [0.06, 1.7]}),
            "any of them predicts as well",
        ),
        (
            "unstable-selection",
            facts(coefficients=[coefficient("a", 1.0, selected=0.41), coefficient("b", 1.0, selected=0.98)]),
            "'a' was left out of many models of resampled rows ('a' was in 41% of them)",
        ),
        (
            "unstable-selection",
            facts(
                coefficients=[coefficient("a", -1.0, sign_agreement=0.62), coefficient("b", 1.0, sign_agreement=1.0)]
            ),
            "The direction of 'a' is not settled ('a' has the same sign in 62% of resamples)",
        ),
        (
            "influential-rows",
            facts(diagnostics={"influential": [{"row": 41, "distance": 2.31}, {"row": 7, "distance": 0.6}]}),
            "Rows 41, 7 (counted from 0) pull the model noticeably (Cook's distance up to 2.3",
        ),
        ("influential-rows", facts(diagnostics={"influential": [{"row": 41, "distance": 0.7}]}), "Row 41 (counted"),
    ],
)
def test_finds(code, given, says):
    status, text = outcome(code, given)
    assert status == "finding"
    assert says in text


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("overfit", facts(assessment=FINE, cv=curve(V_SHAPE), **{"lambda": 0.316})),
        ("underfit", facts(assessment=FINE, cv=curve(V_SHAPE), **{"lambda": 0.316})),
        ("underfit", facts(cv=curve([0.505, 0.5, 0.6]), **{"lambda": 10.0})),
        (
            "nothing-to-learn",
            facts(assessment=records("log_loss", chosen_validation=(0.5, 0.45, 0.55), baseline_validation=0.688)),
        ),
        ("lambda-at-grid-edge", facts(cv=curve(V_SHAPE))),
        ("flat-curve", facts(cv=curve(V_SHAPE))),
        ("separation", facts(diagnostics={"separated": False})),
        (
            "separation",
            facts(assessment=records("log_loss", unpenalized_train=0.2) + records("accuracy", unpenalized_train=0.9)),
        ),
        ("leak-suspect", facts(assessment=records("roc_auc", chosen_validation=0.985))),
        ("leak-suspect", facts(columns=[{"name": "leak", "kind": "numeric", "role": "feature"}])),
        ("imbalance", facts(diagnostics={"class_counts": {"yes": 60, "no": 440}})),
        ("collinear", facts(diagnostics={"collinear": [["a", "b", 0.9]], "condition": 20.0})),
        ("few-rows-per-feature", facts(features=10, rows={"used": 1000})),
        ("rare-levels", facts(diagnostics={"rare_levels": []})),
        ("drift", facts(diagnostics={"shift": {"age": 0.3}, "rows_train": 40, "rows_test": 20})),
        (
            "drift",
            facts(assessment=records("log_loss", chosen_validation=(0.4, 0.35, 0.45), chosen_test=(0.5, 0.42, 0.6))),
        ),
        (
            "calibration-off",
            facts(curves={"calibration": {"predicted": [0.1, 0.5], "observed": [0.11, 0.49], "count": [500, 500]}}),
        ),
        (
            "calibration-off",
            facts(curves={"calibration": {"predicted": [0.2, 0.5], "observed": [0.3, 0.4], "count": [10, 10]}}),
        ),
        ("certificate-missed", facts(certificate={"relative_gap": 1e-12})),
        ("time-order", facts(cv={"scheme": "5 folds forward in time"})),
        ("time-order", facts(diagnostics={"fold_kind": "shuffled", "serial_correlation": 0.6, "rows_train": 16})),
        ("unstable-lambda", facts(cv=curve(V_SHAPE), diagnostics={"lambda_draws": [0.1, 0.3]})),
        ("unstable-selection", facts(coefficients=[coefficient("a", 1.0, selected=0.9, sign_agreement=0.99)])),
        # Small coefficients may waver.
        (
            "unstable-selection",
            facts(coefficients=[coefficient("a", 9.0, sign_agreement=1.0), coefficient("b", 0.1, sign_agreement=0.5)]),
        ),
        ("influential-rows", facts(diagnostics={"influential": []})),
        (
            "collinear",
            facts(diagnostics={"condition": 1e15}, coefficients=[{"feature": "sex=f", "column": "sex", "level": "f"}]),
        ),
    ],
)
def test_passes(code, given):
    assert outcome(code, given) == ("passed", "")


@pytest.mark.parametrize("code", CHECKS)
@pytest.mark.parametrize("given", [{}, {"summary": None, "diagnostics": None}, facts(assessment=[])])
def test_is_not_applicable_without_its_facts(code, given):
    assert outcome(code, given)[0] == "not applicable"


def test_separation_is_no_matter_of_numbers():
    assert outcome("separation", facts(task="regression", diagnostics={"separated": True}))[0] == "not applicable"


def test_folds_are_compared_by_their_differences():
    """Folds that differ from each other, but agree on which λ is better."""
    given = facts(cv=curve([1.0, 0.9, 0.8, 0.81], se=0.5))
    assert "for every λ from no model to no penalty" in outcome("flat-curve", given)[1]
    given["diagnostics"] = {"paired_se": [0.02, 0.02, 0.0, 0.02]}
    assert "flat from λ = 0.1 down to no penalty" in outcome("flat-curve", given)[1]
    given["diagnostics"] = {"paired_se": [0.001, 0.001, 0.0, 0.001]}
    assert outcome("flat-curve", given)[0] == "passed"


def test_a_loss_that_is_many_times_the_least_is_not_called_the_same():
    """Where nearly all of the loss can be removed, a small part of that gain is many times what remains."""
    given = facts(cv=curve([100.0, 1.0, 0.01, 0.02], se=0.001), diagnostics={"paired_se": [1.0, 0.1, 0.0, 0.001]})
    assert outcome("flat-curve", given)[0] == "passed"


def test_what_is_certainly_learned_is_no_flat_curve():
    sure = records("log_loss", chosen_validation=(0.5, 0.45, 0.55), baseline_validation=0.688)
    assert outcome("flat-curve", facts(assessment=sure, cv=curve([0.688, 0.5, 0.6], se=0.5)))[0] == "passed"


@pytest.mark.parametrize(
    ("free", "paired", "more", "says"),
    [
        (
            (0.5, 0.45, 0.55),
            None,
            {"rule": "1se", "model": {"features_used": 0}},
            "The rule 1se chose a model without features, λ = 10 (the validation log loss is 0.689",
        ),
        ((0.5, 0.45, 0.55), None, {"rule": "given"}, "The penalty given makes a model that is no better than knowing"),
        ((0.5, 0.45, 0.55), None, {}, "the model without a penalty removes 27% of that loss"),
        (0.9, [0.01, 0.0, 0.01], {}, "the validation loss is least at λ = 0.316, which the rule min takes"),
    ],
)
def test_a_rule_that_chose_an_empty_model_is_not_called_nothing_to_learn(free, paired, more, says):
    assessment = records(
        "log_loss", chosen_validation=(0.689, 0.66, 0.71), unpenalized_validation=free, baseline_validation=0.688
    )
    lam = {"lambda": 10.0}
    cv = curve([0.688, 0.6, 0.65], se=0.2, lams=[10.0, 0.316, 0.01])
    given = facts(assessment=assessment, cv=cv, diagnostics={"paired_se": paired}, **lam, **more)
    status, text = outcome("nothing-to-learn", given)
    assert status == "finding"
    assert says in text
    assert "That does not mean that there is nothing to learn" in text
    assert "There is nothing" not in text


STAND_IN = {"unpenalized_lambda": 0.004}


def test_separation_is_open_where_no_model_without_a_penalty_was_fitted():
    assert outcome("separation", facts(diagnostics={"separated": False}, model=STAND_IN))[0] == "not applicable"


@pytest.mark.parametrize(
    ("only", "says"),
    [(True, "their coefficients grow without bound; those of the other features do not"), (False, "others may, too")],
)
def test_rows_that_are_told_apart_are_not_called_separated_classes(only, says):
    partly = {"separated": True, "partly": True, "separating": list("abcde"), "separating_rows": 1200}
    given = facts(diagnostics=partly | {"separating_only": only})
    status, text = outcome("separation", given)
    assert status == "finding"
    assert text.startswith("'a', 'b', 'c' and 2 more tell the class of 1,200 training rows without error")
    assert says in text
    several = outcome("separation", {**given, "summary": {"task": "multiclass"}})[1]
    assert "tell one class from the others in 1,200 training rows without error" in several
    given["diagnostics"]["separating"] = []
    assert outcome("separation", given)[1].startswith("Some features together tell the class of some training rows")


def test_the_weakest_penalty_tried_is_not_called_no_penalty():
    cv = curve([1.0, 0.7, 0.5, 0.505])
    assert "down to the weakest penalty tried" in outcome("flat-curve", facts(cv=cv, model=STAND_IN))[1]
    assert "unpenalized" not in outcome("lambda-at-grid-edge", facts(cv=curve([1.0, 0.9, 0.8]), model=STAND_IN))[1]
    text = outcome("overfit", facts(assessment=OVERFIT, model=STAND_IN))[1]
    assert text.startswith("With the weakest penalty tried the model memorises")


def test_a_misplaced_lambda_is_not_called_nothing_to_learn():
    given = facts(
        assessment=records("log_loss", chosen_validation=(0.9, 0.8, 1.0), baseline_validation=0.688),
        cv=curve(V_SHAPE),
        **{"lambda": 0.01},
    )
    status, text = outcome("nothing-to-learn", given)
    assert status == "finding"
    assert "nothing to learn" not in text
    assert "try λ = 0.316" in text


def test_a_curve_that_penalization_cured_is_not_called_flat():
    given = facts(
        assessment=records("log_loss", unpenalized_validation=0.6, chosen_validation=0.5, baseline_validation=0.69),
        differences=[entry("chosen - unpenalized", "validation", "log_loss", -0.1, -0.2, -0.05)],
        cv=curve([1.0, 0.5, 0.505]),
    )
    assert outcome("flat-curve", given)[0] == "passed"


def test_an_undefined_point_of_the_curve_is_passed_over():
    assert outcome("lambda-at-grid-edge", facts(cv=curve([1.0, 0.5, 0.7, None])))[0] == "passed"


def test_every_check_is_listed_once_and_speaks_json():
    results = run_checks(facts(assessment=OVERFIT))
    assert [r["code"] for r in results] == list(CHECKS)
    assert all(set(r) == {"code", "title", "severity", "status", "finding"} for r in results)
    assert {r["severity"] for r in results} == {"error", "warning", "info"}
    json.dumps(results, allow_nan=False)


def test_names_cannot_break_a_sentence():
    assert named(["a\nb\x1b[31m"]) == r"'a\nb\x1b[31m'"


def test_a_rare_class_is_judged_by_its_weight():
    counts, even = {"yes": 3, "no": 97}, {"yes": 97.0, "no": 97.0}
    assert outcome("imbalance", facts(diagnostics={"class_counts": counts}))[0] == "finding"
    assert outcome("imbalance", facts(diagnostics={"class_counts": counts, "class_weights": even}))[0] == "passed"
    given = {"class_counts": {"yes": 50, "no": 50}, "class_weights": {"yes": 2.0, "no": 98.0}}
    assert "2.0% of the weight of the training rows is on 'yes'" in outcome("imbalance", facts(diagnostics=given))[1]


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.62, "62%"),
        (0.9949, "99%"),
        (0.9973, "99.7%"),
        (0.9996, "99.96%"),
        (1.0 - 1e-12, "over 99.99%"),
        (1.0, "100%"),
    ],
)
def test_only_all_is_written_as_all(share, written):
    assert percent(share) == written


def test_a_class_of_next_to_no_rows_has_a_share():
    given = facts(diagnostics={"class_counts": {"island": 4, "inland": 16_508}})
    assert "Only 0.02% of the training rows are 'island'" in outcome("imbalance", given)[1]


@pytest.mark.parametrize(("task", "advised"), [("binary", True), ("multiclass", False)])
def test_a_threshold_is_advised_where_there_is_one(task, advised):
    given = facts(task=task, diagnostics={"class_counts": {"island": 4, "inland": 400}})
    assert ("threshold" in outcome("imbalance", given)[1]) is advised


@pytest.mark.parametrize(
    ("code", "means"),
    [("flat-curve", [1.0, 0.5, 0.1, 0.1, 0.1]), ("lambda-at-grid-edge", [1.0, 0.5, 0.1, 0.01, 0.001])],
)
def test_who_took_the_rule_1se_is_not_told_to_take_it(code, means):
    given = [facts(cv=curve(means), diagnostics={"separated": True}, rule=rule) for rule in ("min", "1se")]
    assert ["take the rule 1se" in outcome(code, each)[1] for each in given] == [True, False]


def test_a_fit_tells_the_weight_of_each_class():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(200), np.where(np.arange(200) % 20 == 0, "yes", "no")
    weight = np.where(y == "yes", 19.0, 1.0)
    weighed = rl.fit({"x": x, "y": y, "w": weight}, "y", weight="w", lam=1.0)
    alone = rl.fit({"x": x, "y": y}, "y", lam=1.0)
    status = [next(c["status"] for c in fit.checks if c["code"] == "imbalance") for fit in (weighed, alone)]
    assert status == ["passed", "finding"]


@pytest.mark.parametrize(("kind", "says"), [("shuffled", "--time or --group."), ("grouped", "--time.")])
def test_who_gave_groups_is_not_told_to_give_them(kind, says):
    given = facts(diagnostics={"fold_kind": kind, "serial_correlation": 0.6, "rows_train": 500})
    text = outcome("time-order", given)[1]
    assert text.endswith(says)
    assert ("group" in text) == (kind == "shuffled")


@pytest.mark.parametrize(
    ("repeats", "says", "more"),
    [
        (1, "Without one of the folds, each left out in turn,", "--repeats 5"),
        (8, "Each of the 8 divisions", "--repeats 16"),
    ],
)
def test_where_the_draws_of_lambda_come_from_is_said(repeats, says, more):
    cv = curve(V_SHAPE) | {"repeats": repeats}
    text = outcome("unstable-lambda", facts(cv=cv, diagnostics={"lambda_draws": [0.01, 10.0]}))[1]
    assert text.startswith(says)
    assert more in text
    assert "ther folds" not in text


@pytest.mark.parametrize(("least", "status"), [(0.49, "finding"), (0.4985, "finding"), (0.4996, "passed")])
def test_a_loss_that_has_stopped_falling_needs_no_smaller_lambda(least, status):
    cv = curve([1.0, 0.7, 0.5, least], lams=[1.0, 0.1, 0.01, 0.001])
    assert outcome("lambda-at-grid-edge", facts(cv=cv, diagnostics={"edge": "low"}))[0] == status


def test_plain_regressions_are_not_warned_of_the_edge():
    found = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((500, 3))
        y = x @ [1, 0.5, 0.2] + 0.7 * rng.standard_normal(500)
        fit = rl.fit({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": y}, "y", test_size=0)
        found += next(c["status"] for c in fit.checks if c["code"] == "lambda-at-grid-edge") == "finding"
    assert found == 0
