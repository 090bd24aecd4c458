"""Writes fairlearn.json: disparities of a made-up table, by fairlearn (`pip install fairlearn`; made with 0.15.0)."""

import json
from pathlib import Path

import numpy as np

NAMES = (
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equalized_odds_difference",
    "equalized_odds_ratio",
    "equal_opportunity_difference",
)


def world():
    """Target, probability, group and weight of 600 rows; tests/assess/test_groups.py takes them from here."""
    rng = np.random.default_rng(0)
    group = rng.choice(["a", "b", "c"], 600, p=[0.5, 0.3, 0.2])
    y = (rng.random(600) < np.where(group == "a", 0.5, 0.3)).astype(float)
    mean = np.clip(0.5 * y + 0.15 * (group == "b") + 0.6 * rng.random(600) - 0.1, 0.01, 0.99)
    return y, mean, group, rng.integers(1, 4, 600).astype(float)


def main():
    """Measure with weights and without."""
    import fairlearn.metrics as fair

    y, mean, group, w = world()
    found = {
        kind: {
            name: float(getattr(fair, name)(y, mean > 0.5, sensitive_features=group, sample_weight=weight))
            for name in NAMES
        }
        for kind, weight in (("plain", None), ("weighted", w))
    }
    Path(__file__).with_name("fairlearn.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
