"""Small tables with everything that cells can be, and models of them."""

import datetime
import math

import numpy as np
import pytest

import ridgeline as rl

NASTY = [
    "it's", 'say "no"', "a\nb", "back\\slash", "'; DROP TABLE data; --", "{{7*7}}",
    "<script>alert(1)</script>", "`tick`", "]",
    "\\'", "Zoë 日本", "${x}", "%s", "#", '"""', "\u202eleft", "\\N", "\t.", "x" * 3000,
]  # fmt: skip


def columns(n=240, seed=0):
    """Numbers with gaps, true/false, levels (rare ones too), dates, and names that try to break out of their quotes."""
    random = np.random.default_rng(seed)
    number = random.normal(size=n).round(3)
    gap = random.random(n) < 0.1
    level = random.choice(["red", "green", "blue", "seldom 1", "seldom 2"], n, p=[0.4, 0.3, 0.28, 0.01, 0.01])
    start = datetime.datetime(2020, 1, 1)
    return {
        "number": [None if g else float(x) for g, x in zip(gap, number, strict=True)],
        "whole": random.integers(0, 50, n).tolist(),
        "flag": (random.random(n) < 0.5).tolist(),
        "level": [None if random.random() < 0.1 else str(v) for v in level],
        "na\"me'; --`]": [NASTY[k % len(NASTY)] for k in range(n)],
        "when": [start + datetime.timedelta(hours=int(h)) for h in random.integers(0, 9000, n)],
        "y": (2 * number + 3 * (level == "red") + random.normal(size=n)).round(4).tolist(),
        "kind": np.choose(
            np.digitize(number + 0.3 * random.normal(size=n), [-0.5, 0.5]), ["it's", "b", 'c"c']
        ).tolist(),
        "yes": np.where(number + (level == "red") + random.normal(size=n) > 0.5, 'the "yes"', "no").tolist(),
    }


@pytest.fixture(scope="session")
def table():
    return columns()


@pytest.fixture(scope="session", params=["y", "yes", "kind"], ids=["regression", "binary", "classes"])
def fitted(request, table):
    """A model of each task, with its table."""
    return rl.fit(
        table, target=request.param, drop=[c for c in ("y", "yes", "kind") if c != request.param], lam=0.05, folds=2
    ).model


@pytest.fixture(scope="session")
def rows(table):
    """Rows as people send them: gaps everywhere, unknown levels, infinite numbers."""
    known = [dict(zip(table, cells, strict=True)) for cells in zip(*table.values(), strict=True)]
    unknown = {
        "number": math.inf,
        "whole": None,
        "flag": None,
        "level": "never seen",
        "when": None,
        "na\"me'; --`]": "?",
    }
    return [*known[::6], unknown, dict.fromkeys(table)]


@pytest.fixture(scope="session")
def means(fitted, rows):
    """What the model predicts, each row on its own: shape (n, outputs)."""
    return np.array([np.atleast_1d(fitted.mean([row])[0][0]) for row in rows])


# folder/file, target, options: tables that nobody here made
REAL = [
    ("titanic/train.csv", "Survived", {}),
    ("ames_housing/ames_openintro_raw.csv", "price", {}),
    ("adult_census/adult-train.csv", "column_15", {}),
    ("bikeshare/bikeshare.csv", "count", {"family": "gaussian"}),
    ("credit_and_loans/HMDA.csv", "deny", {}),
]


@pytest.fixture(scope="session", params=REAL, ids=lambda case: case[0])
def real(request, shared_data):
    """A model of a real table, and the path of the table."""
    name, target, options = request.param
    return rl.fit(shared_data / name, target=target, folds=2, **options).model, shared_data / name
