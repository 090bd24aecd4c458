"""Numbers in sentences."""

from __future__ import annotations

from ridgeline.assess import Record, format_record
from ridgeline.checks.base import Facts, summary_of

__all__ = [
    "METRIC_WORDS",
    "bare",
    "counted",
    "gentler",
    "lam_text",
    "mean_count",
    "metric_word",
    "percent",
    "points",
    "told",
]

METRIC_WORDS = {
    "log_loss": "log loss",
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "roc_auc": "ROC AUC",
    "mean_poisson_deviance": "mean Poisson deviance",
    "mean_gamma_deviance": "mean gamma deviance",
    "average_precision": "average precision",
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy",
}


def metric_word(metric: str) -> str:
    """Write the name of any metric.

    Examples
    --------
    >>> metric_word("r2"), metric_word("brier")
    ('R²', 'brier')
    """
    return METRIC_WORDS.get(metric, metric.replace("_", " "))


def told(entry: dict, like: dict | None = None) -> str:
    """Write a record as ``0.312 [0.280, 0.345]``; a difference with its sign, and decimals `like` what it compares."""
    return format_record(Record(**entry), None if like is None else Record(**like)).replace("-", "−")


def bare(entry: dict) -> str:
    """Write a record without its interval."""
    return told(entry | {"low": None, "high": None})


def gentler(facts: Facts) -> str:
    """Advise the rule 1se, unless it has chosen λ already."""
    taken = summary_of(facts).get("rule") == "1se"
    return "" if taken else "; take the rule 1se if the coefficients are to stay moderate"


def lam_text(lam: float) -> str:
    """Write a λ to three digits."""
    return f"{lam:.3g}"


def counted(count: int, what: str) -> str:
    """Write a number of things.

    Examples
    --------
    >>> counted(1, "row"), counted(7129, "feature")
    ('1 row', '7,129 features')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def mean_count(mean: float) -> str:
    """Write a mean number of things: three digits are enough, and no decimal from 100 on.

    Examples
    --------
    >>> mean_count(7.25), mean_count(1234.5)
    ('7.25', '1,234')
    """
    return f"{mean:,.0f}" if mean >= 100 else f"{mean:.3g}"


def points(difference: float) -> str:
    """Write a difference of shares in percentage points: unlike 21%, 21 points cannot be read as a ratio.

    Examples
    --------
    >>> points(0.07), points(0.21)
    ('7.0 points', '21 points')
    """
    return f"{percent(difference)[:-1]} points"


def percent(share: float) -> str:
    """Write a share as a percentage: one decimal below 10%, none above; what that would make 0.0%, by its first digit.

    What that would make 100% gets the decimals that tell it from all.

    Examples
    --------
    >>> percent(0.034), percent(0.62), percent(0.00024), percent(0.9973)
    ('3.4%', '62%', '0.02%', '99.7%')
    """
    if 0.0 < abs(share) < 5e-4:
        return f"{100 * share:.1g}%"
    if 0.995 <= share < 1.0:
        return "over 99.99%" if share >= 0.9999 else f"{100 * share:.{1 if share < 0.999 else 2}f}%"
    return f"{100 * share:.{0 if abs(share) >= 0.0995 else 1}f}%"
