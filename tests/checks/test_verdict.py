"""The verdict on worlds where the truth is known, and that it never claims more than the evidence."""

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.checks import run_checks, verdict

WORDS = ("nothing to learn", "memorises", "overfits", "helps", "underfits")


def said(facts):
    """Return the words of judgement in the verdict."""
    text = " ".join(verdict(facts))
    return {word for word in WORDS if word in text}


@pytest.mark.parametrize("task", ["regression", "binary"])
def test_many_noise_features_are_memorised_and_the_penalty_helps(world, fitted, task):
    x, y = world(160, 120, 2.0, task=task)
    assert said(fitted(x, y, task)) == {"memorises", "overfits", "helps"}


@pytest.mark.parametrize("task", ["regression", "binary"])
def test_many_rows_need_no_cure(world, fitted, task):
    x, y = world(2500, 8, 1.0, task=task)
    facts = fitted(x, y, task)
    assert said(facts) == set()
    loss = {"regression": "RMSE", "binary": "log loss"}[task]
    assert f"makes no difference that can be told from zero to the validation {loss}:" in verdict(facts)[2]


@pytest.mark.parametrize("task", ["regression", "binary"])
def test_noise_is_nothing_to_learn(world, fitted, task):
    x, y = world(250, 20, 0.0, task=task)
    facts = fitted(x, y, task)
    assert "nothing to learn" in said(facts)
    assert not any("expect" in sentence for sentence in verdict(facts)), "no promise on new rows"


def test_a_sure_gain_that_would_read_zero_is_called_next_to_nothing(world, fitted):
    x, y = world(2500, 8, 1.0)
    facts = fitted(x, y, lam=1e5)
    first = verdict(facts)[0]
    assert first.startswith(
        "The chosen model has learned next to nothing: on rows it had not seen, it removes less than 0.1%"
    )


def test_noise_is_called_nothing_and_signal_something(world, fitted):
    """Over many worlds: at most one in twenty verdicts is wrong either way."""
    noise = [said(fitted(*world(120, 10, 0.0, seed=s))) for s in range(25)]
    signal = [said(fitted(*world(120, 10, 0.8, seed=s))) for s in range(25)]
    assert sum("nothing to learn" not in words for words in noise) <= 1
    assert sum("nothing to learn" in words for words in signal) <= 1


def test_too_strong_a_penalty_underfits(world, fitted):
    x, y = world(400, 20, 1.0)
    facts = fitted(x, y, lam=20.0)
    assert "underfits" in said(facts)
    assert verdict(facts)[-1] == "Next: fit again with a smaller λ or the rule min."


def test_too_weak_a_penalty_is_said_to_be_so(world, fitted):
    x, y = world(120, 90, 1.0)
    text = " ".join(verdict(fitted(x, y, lam=1e-4)))
    assert "too weak" in text
    assert "nothing to learn" not in text


def test_a_leak_comes_first_among_next_steps(world, fitted):
    x, y = world(300, 5, 1.0)
    facts = fitted(np.column_stack([x, y]), y)
    assert verdict(facts)[0].startswith("A column may give the target away")
    assert verdict(facts)[0].endswith("if the alert about it is right, no figure here can be believed.")
    assert verdict(facts)[-1].startswith("Next: settle the suspected leak; if it is one")


def test_a_leak_that_was_left_out_is_settled(world, fitted):
    facts = fitted(*world(300, 5, 1.0))
    facts["columns"] = [{"name": "refund", "kind": "leak", "role": "excluded"}]
    assert "leak" not in " ".join(verdict(facts))


def test_separated_classes_need_the_penalty(world, fitted):
    x, y = world(400, 5, 1.0, task="binary")
    facts = fitted(np.column_stack([x, y + 0.01 * x[:, 0]]), y, "binary")
    facts["diagnostics"] = (facts.get("diagnostics") or {}) | {"separated": True}
    facts["summary"]["model"] = {"unpenalized_lambda": 0.0004}
    text = " ".join(verdict(facts))
    assert "the classes are separated perfectly in the training rows" in text
    assert "the weakest penalty tried, λ = 0.0004" in text
    assert "no difference" not in text


def test_test_rows_are_what_is_expected_of_new_rows(world, fitted):
    x, y = world(600, 8, 1.0)
    with_test = [s for s in verdict(fitted(x, y, tested=150)) if s.startswith("On new rows")]
    without = [s for s in verdict(fitted(x, y)) if s.startswith("On new rows")]
    assert "held-out test rows" in with_test[0]
    assert with_test[0].startswith("On new rows like these expect R² 0.")
    assert "without any feature" in without[0]
    assert "slightly hopeful" in without[0]


def test_figures_that_test_rows_do_not_keep_are_not_relied_on(world, fitted):
    x, y = world(600, 8, 1.0)
    y[450:] += 4.0
    last = verdict(fitted(x, y, tested=150))[-1]
    assert last.startswith("Next: find out what sets the test rows apart")
    assert "agree" not in last


def test_without_intervals_nothing_is_certain(world, fitted):
    facts = fitted(*world(160, 120, 2.0))
    for part in ("assessment", "differences", "gaps", "gains"):
        for record in facts["summary"][part]:
            record["low"] = record["high"] = None
    assert said(facts) <= {"nothing to learn"}


def test_a_verdict_without_gaps_and_gains_uses_the_intervals_themselves(world, fitted):
    facts = fitted(*world(300, 200, 3.0))
    facts["summary"].pop("gaps")
    facts["summary"].pop("gains")
    assert said(facts) == {"overfits", "helps"}


def test_sentences_are_sentences(world, fitted):
    facts = fitted(*world(160, 120, 2.0), tested=40)
    sentences = verdict(facts) + [c["finding"] for c in run_checks(facts) if c["finding"]]
    assert all(s[0].isupper() and s.endswith(".") and "nan" not in s and "None" not in s for s in sentences)


def losses(**values):
    """Facts of two classes with these log losses, ``model_split``, and gaps beyond chance."""
    said = []
    for key, value in values.items():
        model, split = key.rsplit("_", 1)
        said.append({"model": model, "split": split, "metric": "log_loss", "value": value, "low": None, "high": None})
    gaps = [
        {"model": m, "split": "train - validation", "metric": "log_loss", "value": -0.02, "low": -0.03, "high": -0.01}
        for m in ("unpenalized", "chosen")
    ]
    return {"summary": {"task": "binary", "assessment": said, "differences": [], "gaps": gaps, "gains": []}}


@pytest.mark.parametrize(
    ("unseen", "told"),
    [
        (0.524, "The unpenalized model overfits: log loss 0.487 on training rows, 0.524 on rows not seen, worse than"),
        (0.4965, "The unpenalized model overfits: log loss 0.487 on training rows, 0.496 on rows not seen, where no"),
        (0.490, "keeps 78% of its gain over no features on rows it had not seen"),
        (0.4873, "does about as well on rows it had not seen as on its training rows"),
    ],
)
def test_a_gap_is_judged_by_what_there_was_to_gain(unseen, told):
    facts = losses(
        baseline_train=0.5005, baseline_validation=0.5005, unpenalized_train=0.487, unpenalized_validation=unseen
    )
    text = " ".join(verdict(facts))
    assert told in text
    assert ("about as well" in text) == (unseen < 0.489)
    assert ("next to no overfitting" in text) == (unseen < 0.489)


def test_a_gain_that_is_kept_hides_no_gap():
    """Rows not seen that hold more to gain, such as later ones, may be predicted worse with all of the gain kept."""
    facts = losses(
        baseline_train=0.69, baseline_validation=0.75, unpenalized_train=0.46, unpenalized_validation=0.5
    )  # fmt: skip
    text = " ".join(verdict(facts))
    assert "a little worse on rows it had not seen than on its training rows: log loss 0.46" in text
    assert "about as well" not in text


def test_next_to_no_gain_may_be_lost_without_a_word_of_judgement():
    facts = losses(
        baseline_train=0.5, baseline_validation=0.5, unpenalized_train=0.4999, unpenalized_validation=0.5002
    )  # fmt: skip
    text = " ".join(verdict(facts))
    assert "keeps nothing of its gain over no features" in text
    assert "cure" not in text


def test_where_the_penalty_helps_there_was_something_to_cure():
    facts = losses(
        baseline_train=0.69, baseline_validation=0.69, unpenalized_train=0.400, unpenalized_validation=0.410,
        chosen_train=0.402, chosen_validation=0.405,
    )  # fmt: skip
    ends = {"low": -0.006, "high": -0.004}
    facts["summary"]["differences"] = [
        {"model": "chosen - unpenalized", "split": "validation", "metric": "log_loss", "value": -0.005, **ends}
    ]
    text = " ".join(verdict(facts))
    assert "Regularization helps slightly" in text
    assert "to cure" not in text


def test_no_assessment_no_verdict():
    assert verdict({}) == []


@pytest.mark.parametrize(
    ("used", "total", "ratio", "told"),
    [
        (3, 9, 1.0, "The L1 penalty uses 3 of the 9 features; the coefficients of the others are exactly 0."),
        (
            8,
            9,
            0.5,
            "The elastic net (L1 share 0.5) uses 8 of the 9 features; the coefficient of the other one is exactly",
        ),
        (9, 9, 1.0, "uses all 9 features"),
        (0, 9, 1.0, "uses none of the 9 features"),
        (9, 9, 0.0, None),
        (1, 1, 1.0, None),
    ],
)
def test_a_sparse_model_says_how_many_features_it_uses(used, total, ratio, told, world, fitted):
    facts = fitted(*world(120, 10, 0.8))
    facts["summary"] |= {"features": total, "model": {"l1_ratio": ratio, "features_used": used}}
    said = " ".join(verdict(facts))
    assert told in said if told else " uses " not in said


def test_noise_that_grows_in_time_is_not_called_overfitting():
    rng = np.random.default_rng(0)
    n = 1000
    x = rng.standard_normal(n)
    y = x + rng.standard_normal(n) * (0.5 + 2 * np.arange(n) / n)
    day = (np.datetime64("2015-01-01") + np.arange(n)).astype(str)
    fit = rl.fit({"day": day, "x": x, "y": y}, target="y", time="day")
    train, validation = (fit.assessment.get("unpenalized", s, "rmse").value for s in ("train", "validation"))
    assert validation > 1.05 * train
    assert not any("overfits" in sentence for sentence in fit.summary["verdict"])
    assert any("on the training rows that the folds judge" in sentence for sentence in fit.summary["verdict"])


def few_groups(wide=False):
    """Give facts of a model that learns something, on groups too few for intervals of the test rows."""
    entry = {"metric": "log_loss", "low": None, "high": None}
    said = [
        {"model": m, "split": s, "value": v} | entry
        for m, s, v in (
            ("baseline", "validation", 0.69), ("unpenalized", "train", 0.40), ("unpenalized", "validation", 0.41),
            ("chosen", "train", 0.40), ("chosen", "validation", 0.41),
            ("baseline", "test", 0.69), ("chosen", "test", 0.42),
        )
    ]  # fmt: skip
    said += [said[-1] | {"metric": "roc_auc", "value": 0.9}, said[-1] | {"metric": "accuracy", "value": 0.8}]
    gains = [
        {"model": "chosen - baseline", "split": "validation", "value": -0.28} | entry | {"low": -0.3, "high": -0.26}
    ]
    counts = {"yes": 30, "no": 70} if wide else {"yes": 300, "no": 700}
    summary = {"task": "binary", "features": 20, "assessment": said, "gains": gains}
    return {"summary": summary, "diagnostics": {"class_counts": counts, "rows_train": sum(counts.values())}}


def test_intervals_are_announced_only_where_there_are_any():
    facts = few_groups()
    sentence = next(s for s in verdict(facts) if s.startswith("On new rows"))
    assert "95%" not in sentence
    assert "without intervals, which ten rows or groups are the least for" in sentence
    facts["summary"]["assessment"][-1] |= {"low": 0.7, "high": 0.9}
    assert "(95% intervals, measured on held-out test rows)" in next(s for s in verdict(facts) if "On new rows" in s)


@pytest.mark.parametrize("wide", [False, True])
def test_the_next_step_does_not_deny_that_rows_are_few(wide):
    facts = few_groups(wide)
    alert = next(c for c in run_checks(facts) if c["code"] == "few-rows-per-feature")
    assert (alert["status"] == "finding") == wide
    last = verdict(facts)[-1]
    assert last.startswith("Next: training and validation agree")
    assert ("would change little" in last) != wide
