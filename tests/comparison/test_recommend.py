"""The recommendation, from facts alone."""

import pytest

from ridgeline.comparison.recommend import SIMPLEST_FIRST, recommend


def rival(name, loss, features=20.0, worse=None, se=0.01, **more):
    return {"name": name, "loss": loss, "features": features, "worse": worse, "se": se} | more


def facts(*rivals, baseline=1.0, gain=(-0.6, -0.4), **more):
    best = min(r["loss"] for r in rivals)
    filled = [r | {"worse": r["loss"] - best if r["worse"] is None else r["worse"]} for r in rivals]
    for r in filled:
        r.setdefault("low", r["worse"] - 1.96 * r["se"])
    rest = {"metric": "log_loss", "headline": "roc_auc", "features": 20, "alike": 0} | more
    return {"rivals": [rival("baseline", baseline, 0.0, 0.0), *filled], "gain_interval": gain} | rest


def test_nothing_to_learn_unless_the_best_certainly_beats_no_features():
    found = recommend(facts(rival("l2", 0.97), gain=(-0.08, 0.01)))
    assert (found.choice, found.penalty, found.options) == ("baseline", None, ())
    assert found.sentences[0].startswith("Nothing to learn")
    assert recommend(facts(rival("l2", 0.97), gain=(-0.05, -0.01))).choice == "l2"
    # a gain below 1% counts when it is four standard errors away
    assert recommend(facts(rival("l2", 0.995), gain=(-0.0095, -0.0005))).choice == "baseline"
    assert recommend(facts(rival("l2", 0.995), gain=(-0.0055, -0.0045))).choice == "l2"
    assert recommend(facts(rival("l2", 0.5), gain=(None, None))).choice == "baseline"


def test_the_simplest_within_a_standard_error_wins():
    close = [rival(name, 0.500 + 0.002 * (6 - k)) for k, name in enumerate(SIMPLEST_FIRST)]
    for first in range(len(close)):
        assert recommend(facts(*close[first:])).choice == SIMPLEST_FIRST[first]


def test_what_is_beyond_noise_does_not_win():
    found = recommend(facts(rival("unpenalized", 0.60), rival("l2", 0.55), rival("l1", 0.50, features=4.0)))
    assert (found.choice, found.penalty) == ("l1", "l1")
    assert "better than L2" in found.sentences[0]
    assert "4 of 20 features" in found.sentences[0]


def test_a_certain_difference_that_nobody_would_miss_is_no_reason():
    """0.4% of the gain, forty standard errors away."""
    assert recommend(facts(rival("unpenalized", 0.502, se=5e-5), rival("relaxed", 0.500))).choice == "unpenalized"
    assert recommend(facts(rival("unpenalized", 0.52, se=5e-5), rival("relaxed", 0.500))).choice == "relaxed"


def test_a_small_difference_counts_only_when_it_is_certain():
    """2.5% of the gain: 1.5 and 5 standard errors."""
    assert recommend(facts(rival("l2", 0.5125, se=0.0083), rival("l1_l2", 0.5))).choice == "l2"
    assert recommend(facts(rival("l2", 0.5125, se=0.0025), rival("l1_l2", 0.5))).choice == "l1_l2"


def test_correlated_features_speak_for_l2():
    found = recommend(facts(rival("l2", 0.50), rival("elastic_net", 0.499), alike=7))
    assert found.choice == "l2"
    assert "7 of 20 features are correlated" in found.sentences[0]


def test_a_model_of_few_features_is_named_beside():
    found = recommend(facts(
        rival("l2", 0.500, headline=0.9), rival("l1_1se", 0.51, features=5.0, headline=0.896),
        rival("l1", 0.502, features=9.0, headline=0.899),
    ))  # fmt: skip
    assert found.choice == "l2"
    assert "L1 at the one-standard-error λ uses 5 of 20 features and loses 0.004 of ROC AUC" in found.sentences[1]
    dear = facts(rival("l2", 0.5), rival("l1_1se", 0.6, features=5.0))
    assert len(recommend(dear).sentences) == 1


@pytest.mark.parametrize("name", SIMPLEST_FIRST)
def test_options_ask_fit_for_the_choice(name):
    found = recommend(facts(rival(name, 0.5)))
    assert found.choice == name
    expected = {"unpenalized": "--lambda 0", "l2": "", "l1_1se": "--penalty l1 --rule 1se",
                "elastic_net": "--penalty elasticnet"}.get(name, "--penalty l1")  # fmt: skip
    assert " ".join(found.options) == expected


def test_losses_below_zero_are_compared_all_the_same():
    """Some losses leave out a term in the target alone."""
    found = recommend(facts(rival("l2", -0.9), rival("l1", -1.0, features=3.0), baseline=-0.1))
    assert found.choice == "l1"
