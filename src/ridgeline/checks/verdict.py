"""The verdict: what the numbers say, in plain sentences.

In this order: is there anything to learn; does the unpenalized model overfit; did regularization help; how many
features an L1 penalty uses; does the chosen model underfit; what to expect on new rows; what to do next. A word such as
"helps" or "overfits" appears only when the evidence for it excludes chance (`ridgeline.checks.evidence`).
"""

from __future__ import annotations

from ridgeline.checks import evidence, few_rows, leak, separation
from ridgeline.checks.base import Facts, diagnostic, summary_of
from ridgeline.checks.copies import copied_share
from ridgeline.checks.drift import worse_on_test
from ridgeline.checks.nothing_to_learn import nothing_text
from ridgeline.checks.overfit import shown_gap, too_weak_text
from ridgeline.checks.underfit import underfit_text
from ridgeline.checks.words import METRIC_WORDS, bare, lam_text, percent, told

__all__ = ["verdict"]

_HARDLY = 0.0005  # part of the loss that would be written 0.0%
# What to expect on new rows; the last of them is also told for the model without features.
_HEADLINES = {
    "binary": ("roc_auc", "accuracy"),
    "multiclass": ("accuracy",),
    "regression": ("r2", "rmse"),
    "count": ("mean_poisson_deviance",),
    "amount": ("mean_gamma_deviance",),
}


def verdict(facts: Facts) -> list[str]:
    """Say in plain sentences what the assessment amounts to.

    Parameters
    ----------
    facts : mapping
        As for `ridgeline.checks.run_checks`; ``facts["summary"]`` must hold "task", "assessment" and "differences".

    Returns
    -------
    list of str
        Sentences for a reader who knows no statistics; empty when there is no assessment.
    """
    learned = evidence.learned(facts)
    sentences = [
        _warning(facts),
        _learning(facts, learned),
        _overfitting(facts),
        _regularization(facts, learned),
        _unbounded(facts),
        _selection(facts),
        too_weak_text(facts),
        underfit_text(facts),
        _expectation(facts, learned),
        _next_step(facts, learned),
    ]
    return [sentence for sentence in sentences if sentence]


def _warning(facts: Facts) -> str:
    """Say first what would make every other figure worthless."""
    if not leak.suspected(facts):
        return ""
    return "A column may give the target away: if the alert about it is right, no figure here can be believed."


def _learning(facts: Facts, learned: evidence.Learned | None) -> str:
    if learned is None:
        return ""
    if not learned.certain:
        return nothing_text(facts)
    amount = "a little" if learned.gain < 0.02 else "something"
    loss = "squared error" if evidence.loss_metric(facts) == "rmse" else METRIC_WORDS[evidence.loss_metric(facts) or ""]
    if learned.gain < _HARDLY:
        return (
            "The chosen model has learned next to nothing: on rows it had not seen, it removes less than "
            f"{percent(2 * _HARDLY)} of the {loss} that remains without any feature."
        )
    return (
        f"There is {amount} to learn: on rows it had not seen, the chosen model removes {percent(learned.gain)} of the "
        f"{loss} that remains without any feature."
    )


def _overfitting(facts: Facts) -> str:
    gap = evidence.gap(facts, "unpenalized")
    if gap is None:
        return ""
    shown, model = shown_gap(facts, "unpenalized"), _unpenalized(facts)
    if gap.memorises:
        return f"The {model} memorises the training rows and overfits: {shown}."
    if gap.overfits:
        return f"The {model} overfits: {shown}{_undone(facts, gap)}."
    change = evidence.change(facts, "validation")
    helped = change is not None and change.better
    if not gap.certain:
        cure = "" if helped or gap.kept <= 0.0 else "; there is nothing to cure"
        return f"Nothing shows that the {model} overlearned its training rows: {shown}{cure}."
    if gap.kept < evidence.KEPT:
        cure = "" if helped or gap.kept <= 1.0 - evidence.UNDONE else "; there is little overfitting to cure"
        kept = percent(gap.kept) if gap.kept > 0.0 else "nothing"
        return f"The {model} keeps {kept} of its gain over no features on rows it had not seen: {shown}{cure}."
    if gap.share >= evidence.ALIKE:  # kept all the same, as where later rows hold more to gain
        return f"The {model} does a little worse on rows it had not seen than on its training rows: {shown}."
    cure = "" if helped else "; there is next to no overfitting to cure"
    return f"The {model} does about as well on rows it had not seen as on its training rows: {shown}{cure}."


def _unpenalized(facts: Facts) -> str:
    """Name the model called unpenalized, which may be the one with the weakest penalty tried."""
    weakest = evidence.weakest(facts)
    return "unpenalized model" if weakest is None else f"model with the weakest penalty tried ({_lam(weakest)})"


def _lam(lam: float) -> str:
    return f"λ = {lam_text(lam)}"


def _undone(facts: Facts, gap: evidence.Gap) -> str:
    """Say what is left of the gain in training, where the gap takes back much of it."""
    baseline = evidence.record(facts, "baseline", "validation", evidence.loss_metric(facts) or "")
    if not gap.undone or baseline is None:
        return ""
    if gap.kept <= 0.0:
        return f", worse than {bare(baseline)} without any feature"
    return f", where no features give {bare(baseline)}: {percent(gap.kept)} of the gain in training is left"


def _regularization(facts: Facts, learned: evidence.Learned | None) -> str:
    metric = evidence.loss_metric(facts) or ""
    change = evidence.change(facts, "validation")
    before, after = (evidence.record(facts, model, "validation", metric) for model in ("unpenalized", "chosen"))
    if change is None or before is None or after is None:
        return ""
    paired = evidence.record(facts, "chosen - unpenalized", "validation", metric)
    difference = f" (difference {told(paired, like=after)})" if paired is not None else ""
    moved = f"from {bare(before)} to {bare(after)}{difference}"
    name = METRIC_WORDS[metric]
    slightly = " slightly" if change.matters < evidence.GAIN_MATTERS else ""
    if change.better:
        useless = learned is not None and not learned.certain
        return f"Regularization helps{slightly}: the validation {name} falls {moved}" + (
            ", which is still no better than without features." if useless else "."
        )
    if separation.complete(facts):
        return _separated(facts)
    if change.worse:
        return f"This much regularization costs{' a little' if slightly else ''}: the validation {name} rises {moved}."
    with_it = "with it" if evidence.weakest(facts) is None else "with the chosen one"
    return (
        f"Regularization makes no difference that can be told from zero to the validation {name}: {bare(before)} "
        f"{evidence.without(facts)}, {bare(after)} {with_it}{difference}."
    )


def _unbounded(facts: Facts) -> str:
    """Say which coefficients have no value without a penalty, where only some rows are told apart."""
    found = separation.CHECK.inspect(facts).status == "finding" and diagnostic(facts, "partly")
    return separation.partly_text(facts) if found else ""


def _separated(facts: Facts) -> str:
    """Say why there is nothing without a penalty to compare with."""
    weakest = evidence.weakest(facts)
    stands = f" (“unpenalized” stands for the weakest penalty tried, {_lam(weakest)})" if weakest else ""
    return (
        "Regularization is what makes a model possible here: the classes are separated perfectly in the training rows, "
        f"so without a penalty the coefficients grow without bound{stands}."
    )


def _selection(facts: Facts) -> str:
    """Say how many features a penalty with an L1 part uses."""
    summary = summary_of(facts)
    model, total = summary.get("model") or {}, summary.get("features")
    used, ratio = model.get("features_used"), model.get("l1_ratio")
    if not ratio or used is None or not total:
        return ""
    name = "L1 penalty" if ratio == 1 else f"elastic net (L1 share {ratio:g})"
    if used == total > 1:
        return f"The {name} uses all {total:,} features: at this λ none of them is set to zero."
    if total == 1:
        return ""  # one feature, used or not, needs no count
    rest = "the coefficient of the other one is" if total - used == 1 else "the coefficients of the others are"
    if used == 0:
        return f"The {name} uses none of the {total:,} features: at this λ every coefficient is exactly 0."
    return f"The {name} uses {used:,} of the {total:,} features; {rest} exactly 0."


def _expectation(facts: Facts, learned: evidence.Learned | None) -> str:
    """Say what to expect on new rows: the test figures, else the validation figures."""
    metrics = _HEADLINES.get(evidence.measured(facts), ())
    if not metrics or (learned is not None and not learned.certain):
        return ""
    split = "test" if evidence.record(facts, "chosen", "test", metrics[0]) else "validation"
    found = [(metric, evidence.record(facts, "chosen", split, metric)) for metric in metrics]
    shown = " and ".join(f"{METRIC_WORDS[metric]} {told(entry)}" for metric, entry in found if entry)
    if not shown:
        return ""
    without = evidence.record(facts, "baseline", split, metrics[-1])
    against = f", against {bare(without)} without any feature" if without and found[-1][1] else ""
    where = "held-out test rows" if split == "test" else "validation rows, slightly hopeful because they also chose λ"
    copied = copied_share(facts, split)
    if copied:
        where = f"{split} rows of which {percent(copied)} are copies of rows learned from: others will do worse"
    known = any(entry["low"] is not None for _, entry in found if entry)
    intervals = "95% intervals" if known else "without intervals, which ten rows or groups are the least for"
    return f"On new rows like these expect {shown}{against} ({intervals}, measured on {where})."


def _next_step(facts: Facts, learned: evidence.Learned | None) -> str:
    if learned is not None and not learned.certain:
        return ""  # the first sentence has said it
    if leak.suspected(facts):
        return "Next: settle the suspected leak; if it is one, drop the column and fit again, else the figures stand."
    if worse_on_test(facts):
        return (
            "Next: find out what sets the test rows apart (see the alert): validation promised more than the model "
            "keeps on them, so do not count on its figures."
        )
    if underfit_text(facts):
        return "Next: fit again with a smaller λ or the rule min."
    before, after = evidence.gap(facts, "unpenalized"), evidence.gap(facts, "chosen")
    if after is not None and after.overfits:
        return (
            "Next: use the chosen model; it is still better on rows it has seen, so more rows, or fewer and better "
            "features, would improve it most."
        )
    if before is not None and before.overfits:
        return "Next: use the chosen model; its training and validation figures agree, so they can be relied on."
    if after is None:
        return ""
    if few_rows.CHECK.inspect(facts).status == "finding":
        return (
            "Next: training and validation agree, so the predictions can be used; for coefficients that can be trusted "
            "one by one, more rows or fewer features are needed."
        )
    return (
        "Next: training and validation agree, so more rows of the same kind would change little; better features, or "
        "curves and interactions that a linear model does not see, could."
    )
