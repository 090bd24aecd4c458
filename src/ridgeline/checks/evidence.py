"""What the numbers of an assessment amount to: shared by the checks and the verdict.

Everything is judged by the loss that was fitted: log loss for classes, mean squared error for numbers, Poisson
deviance for counts, gamma deviance for amounts. "Certain" means that a 95% interval of the paired difference excludes
zero.
"""

from __future__ import annotations

from dataclasses import dataclass

from ridgeline.assess import DECIDING, GAP, JUDGED, measured_as
from ridgeline.checks.base import Facts, summary_of

__all__ = [
    "Change",
    "Gap",
    "Learned",
    "change",
    "gap",
    "learned",
    "loss",
    "loss_metric",
    "measured",
    "record",
    "seen",
    "value",
    "weakest",
    "without",
]

# A gap below a tenth of the validation loss is what any fitted model shows (about one feature for 20 rows).
GAP_SHARE = 0.10
GAP_MATTERS = 0.01  # and it must be at least 1% of the loss without features
# Where little can be learned, the loss hardly moves: a gap is also judged by what training gained over no features.
UNDONE = 0.5  # the gap takes back half of that gain or more
UNDONE_MATTERS = 0.001  # of the loss without features: less cannot be seen in the figures that are shown
KEPT = 0.9  # share of the gain from which on rows not seen are said to do about as well
ALIKE = 0.05  # unless the gap is that part of the validation loss: then they are said to do a little worse
MEMORISED = 0.02  # training loss below 2% of the validation loss
# A gain over the baseline counts from 1% on when its interval excludes zero (the tuning of λ saw the same rows);
# smaller gains count when they are four standard errors away.
GAIN_MATTERS = 0.01
GAIN_SURE = 4.0


def record(facts: Facts, model: str, split: str, metric: str) -> dict | None:
    """Return the assessment record of a model on a split, or None when it is absent or has no value."""
    summary = summary_of(facts)
    for part in ("assessment", "differences", "gains", "gaps"):
        for entry in summary.get(part) or ():
            if (entry["model"], entry["split"], entry["metric"]) == (model, split, metric):
                return entry if entry["value"] is not None else None
    return None


def value(facts: Facts, model: str, split: str, metric: str) -> float | None:
    """Return the value alone of `record`."""
    found = record(facts, model, split, metric)
    return None if found is None else found["value"]


def loss_metric(facts: Facts) -> str | None:
    """Return the metric that stands for the fitted loss, None for an unknown task."""
    return DECIDING.get(measured(facts))


def measured(facts: Facts) -> str:
    """Return what the predictions are measured as: a key of `ridgeline.assess.METRICS`."""
    summary = summary_of(facts)
    return measured_as(summary.get("task", ""), summary.get("family", ""))


def loss(facts: Facts, model: str, split: str) -> float | None:
    """Return the loss of a model on a split; the mean squared error for numbers."""
    metric = loss_metric(facts)
    found = None if metric is None else value(facts, model, split, metric)
    return found**2 if found is not None and metric == "rmse" else found


def weakest(facts: Facts) -> float | None:
    """Return the λ of the weakest penalty tried, where that is what "unpenalized" stands for; else None."""
    return (summary_of(facts).get("model") or {}).get("unpenalized_lambda") or None


def without(facts: Facts) -> str:
    """Say how the model called unpenalized was fitted."""
    return "without a penalty" if weakest(facts) is None else "with the weakest penalty tried"


@dataclass(frozen=True)
class Gap:
    """How much worse a model is on rows it has not seen.

    Attributes
    ----------
    train, validation : float
        Losses.
    share : float
        The part of the validation loss that training does not show.
    matters : float
        The gap as a part of the loss without features.
    kept : float
        The part of the gain in training over no features that validation shows; negative where there is a loss.
    certain : bool
        Whether the gap is beyond chance.
    """

    train: float
    validation: float
    share: float
    matters: float
    kept: float
    certain: bool

    @property
    def overfits(self) -> bool:
        """Whether the gap is certain, large, and matters."""
        return self.certain and (self.undone or (self.share >= GAP_SHARE and self.matters >= GAP_MATTERS))

    @property
    def undone(self) -> bool:
        """Whether the gap takes back a large part of the gain in training over no features."""
        return self.kept <= 1.0 - UNDONE and self.matters >= UNDONE_MATTERS

    @property
    def memorises(self) -> bool:
        """Whether the model overfits and leaves next to no loss on the training rows."""
        return self.overfits and self.train <= MEMORISED * self.validation


def gap(facts: Facts, model: str) -> Gap | None:
    """Compare a model's loss on rows when trained on and when not; None when one is missing."""
    train, validation, baseline = (
        loss(facts, m, s) for m, s in ((model, seen(facts)), (model, "validation"), ("baseline", "validation"))
    )
    if train is None or validation is None or not baseline:
        return None
    difference = validation - train
    gain = (loss(facts, "baseline", seen(facts)) or baseline) - train
    return Gap(
        train=train,
        validation=validation,
        share=difference / validation if validation > 0 else 0.0,
        matters=difference / baseline,
        kept=(baseline - validation) / gain if gain > 0 else 1.0,
        certain=difference > 0 and _gap_is_certain(facts, model),
    )


def seen(facts: Facts) -> str:
    """Name the training figures that validation is compared with: of the same rows, where folds do not judge all."""
    judged = any(entry["split"] == JUDGED for entry in summary_of(facts).get("gaps") or ())
    return JUDGED if judged else "train"


def _gap_is_certain(facts: Facts, model: str) -> bool:
    metric = loss_metric(facts) or ""
    paired = record(facts, model, GAP, metric)
    if paired is not None and paired["high"] is not None:
        return paired["high"] < 0.0
    train, validation = (record(facts, model, split, metric) for split in (seen(facts), "validation"))
    if train is None or validation is None or train["high"] is None or validation["low"] is None:
        return False
    return train["high"] < validation["low"]


@dataclass(frozen=True)
class Change:
    """What the penalty changed, from unpenalized to chosen.

    Attributes
    ----------
    before, after : float
        The metric of the loss, in its own units.
    matters : float
        The size of the change in the loss, as a part of the loss without features.
    low, high : float or None
        95% interval of after - before.
    """

    before: float
    after: float
    matters: float
    low: float | None
    high: float | None

    @property
    def better(self) -> bool:
        """Whether the loss certainly fell."""
        return self.high is not None and self.high < 0.0

    @property
    def worse(self) -> bool:
        """Whether the loss certainly rose."""
        return self.low is not None and self.low > 0.0


def change(facts: Facts, split: str) -> Change | None:
    """Compare the chosen with the unpenalized model on a split; None when one is missing."""
    metric = loss_metric(facts) or ""
    before, after = (value(facts, model, split, metric) for model in ("unpenalized", "chosen"))
    if before is None or after is None:
        return None
    first, second = loss(facts, "unpenalized", split) or 0.0, loss(facts, "chosen", split) or 0.0
    reference = loss(facts, "baseline", split) or max(first, second)
    paired = record(facts, "chosen - unpenalized", split, metric) or {}
    matters = abs(second - first) / reference if reference else 0.0
    return Change(before, after, matters, paired.get("low"), paired.get("high"))


@dataclass(frozen=True)
class Learned:
    """What a model gains over knowing no features.

    Attributes
    ----------
    gain : float
        Part of the loss without features that the model removes on validation rows.
    certain : bool
        Whether the gain is beyond chance.
    """

    gain: float
    certain: bool


def learned(facts: Facts, model: str = "chosen") -> Learned | None:
    """Compare a model with the baseline on validation rows; None when one is missing."""
    metric = loss_metric(facts) or ""
    own, baseline = loss(facts, model, "validation"), loss(facts, "baseline", "validation")
    if own is None or not baseline:
        return None
    gain = 1.0 - own / baseline
    paired = record(facts, f"{model} - baseline", "validation", metric)
    if paired is None or paired["high"] is None:
        # Without the paired difference: the model's own interval against the baseline's value, which is stricter.
        found = record(facts, model, "validation", metric) or {}
        reference = value(facts, "baseline", "validation", metric)
        paired = {"value": found["value"] - reference} if found else {"value": 0.0}
        paired |= {end: None if found.get(end) is None else found[end] - reference for end in ("low", "high")}
    return Learned(gain, _gain_is_certain(gain, paired))


def _gain_is_certain(gain: float, paired: dict) -> bool:
    low, high = paired["low"], paired["high"]
    if low is None or high is None or high >= 0.0:
        return False
    standard_error = (high - low) / 3.92
    return gain >= GAIN_MATTERS or -paired["value"] >= GAIN_SURE * standard_error
