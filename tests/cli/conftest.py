"""A command line run in this process, with a stand-in for the job where only the command line is on trial."""

import sys
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest


def summary(**changes):
    records = [
        {"model": m, "split": s, "metric": "roc_auc", "value": v, "low": None, "high": None}
        for m, v in (("baseline", 0.5), ("unpenalized", 0.91), ("chosen", 0.95))
        for s in ("train", "validation", "test")
    ]
    coefficient = {"feature": "age", "column": "age", "level": None, "coef": 0.25, "std_coef": 1.5, "odds_ratio": 1.284,
                   "unpenalized": 0.5}  # fmt: skip
    check = {"code": "leak", "title": "Leak", "severity": "warning", "status": "finding", "finding": "'id' leaks."}
    passed = {"code": "edge", "title": "Edge", "severity": "info", "status": "passed", "finding": None}
    return {
        "task": "binary", "target": "ill", "positive_class": "yes", "verdict": ["Regularization helps."],
        "rows": {"used": 1200, "dropped": []}, "features": 1, "lambda": 0.0123, "rule": "min", "notes": ["Guessed."],
        "assessment": records, "coefficients": [coefficient], "checks": [check, passed],
    } | changes  # fmt: skip


@dataclass
class Job:
    """Stands for `ridgeline.job`: remembers what it was asked, and answers or fails as told."""

    calls: list = field(default_factory=list)
    saved: list = field(default_factory=list)
    changes: dict = field(default_factory=dict)
    failure: BaseException | None = None

    def fit(self, data, target, **options):
        self.calls.append((data, target, options))
        if self.failure:
            raise self.failure
        return SimpleNamespace(summary=summary(**self.changes), save=self.saved.append)


@pytest.fixture
def job(monkeypatch, tmp_path):
    fake = Job()
    monkeypatch.setitem(sys.modules, "ridgeline.job", fake)
    monkeypatch.chdir(tmp_path)
    return fake
