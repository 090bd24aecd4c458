"""What the comparison claims, over many tables whose truth is known. The long versions are marked slow."""

import numpy as np
import pytest
from tests.comparison import worlds

import ridgeline as rl
from ridgeline.assess import intervals
from ridgeline.comparison.bench import Bench, settle
from ridgeline.comparison.contestants import CONTESTANTS, enter
from ridgeline.comparison.quality import measure
from ridgeline.comparison.splits import divide
from ridgeline.crossval.bootstrap import bootstrap, spread
from ridgeline.crossval.folds import make_folds
from ridgeline.inputs import problem_of
from ridgeline.problem import TrainingSet
from ridgeline.solvers import Resamples, solve_sets

RIGHT = {
    "sparse": {"l1", "l1_1se", "relaxed", "l1_l2"},
    "dense": {"l2"},
    "noise": {"baseline"},
    "plenty": {"unpenalized"},
}


def share_right(name, seeds):
    held = []
    for seed in seeds:
        table = worlds.table(*getattr(worlds, name)(np.random.default_rng(seed)))
        facts = rl.compare(table, target="y", seed=seed, threads=1).to_dict()
        held.append(facts["recommendation"]["choice"] in RIGHT[name])
    return float(np.mean(held))


@pytest.mark.parametrize("name", RIGHT)
def test_the_right_penalty_is_recommended(name):
    assert share_right(name, range(3)) == 1.0


@pytest.mark.slow
@pytest.mark.parametrize("name", RIGHT)
def test_the_right_penalty_is_recommended_in_nine_of_ten_tables(name):
    assert share_right(name, range(1000, 1060)) >= 0.9


def nested_against_truth(simulations, n=60, p=10, k=5):
    """Estimated less true loss of the models of the outer folds: nested, and the least value of the curve."""
    rng = np.random.default_rng(5)
    b = rng.standard_normal(p) * 0.3
    nested, flat = [], []
    for seed in range(simulations):
        x = rng.standard_normal((n, p))
        problem, _ = problem_of(x, x @ b + rng.standard_normal(n), family="gaussian")
        (division,) = divide(problem, make_folds(n, k, seed=seed))
        bench = Bench(problem, [division])
        paths = bench.paths(1.0)
        at = [
            int(np.flatnonzero(paths.lams == settle(bench, paths, 0, t).details["lambda"])[0]) for t in division.tasks
        ]
        fits = paths.fits[0]
        truth = [_true_loss(fits[t.at], a, b) for t, a in zip(division.outer, at[1:], strict=True)]
        found = [0.5 * np.mean((problem.y[division.cells[t.cell]] - settle(bench, paths, 0, t).mean) ** 2)
                 for t in division.outer]  # fmt: skip
        nested.append(np.mean(found) - np.mean(truth))
        curve = np.mean([paths.losses[0][pair] for pair in division.tasks[0].inner], axis=0)
        flat.append(curve[at[0]] - np.mean([_true_loss(fits[t.at], at[0], b) for t in division.outer]))
    return np.array(nested), np.array(flat)


def _true_loss(fitted, column, b):
    """Expected loss of a model for standard normal features and noise."""
    coef, intercept = fitted.standard.original(fitted.beta[:, [column]], fitted.b0[[column]])
    return 0.5 * (1.0 + intercept[0] ** 2 + ((coef[:, 0] - b) ** 2).sum())


def test_nested_estimates_are_unbiased():
    nested, flat = nested_against_truth(120)
    error = nested.std(ddof=1) / np.sqrt(len(nested))
    assert abs(nested.mean()) < 3.0 * error
    assert flat.mean() < nested.mean()  # the least value of a curve flatters


@pytest.mark.slow
def test_nested_estimates_are_unbiased_over_many_tables_and_the_curve_is_not():
    nested, flat = nested_against_truth(800)
    assert abs(nested.mean()) < 3.0 * nested.std(ddof=1) / np.sqrt(len(nested))
    assert flat.mean() < -3.0 * flat.std(ddof=1) / np.sqrt(len(flat))


def metric_coverage(simulations, n, p=5):
    """How often the intervals of pooled metrics hold the mean truth of the models of the outer folds."""
    rng = np.random.default_rng(11)
    b = np.linspace(0.2, 0.6, p)
    held = {"l2": [], "l1": [], "l1 - baseline": []}
    for seed in range(simulations):
        x = rng.standard_normal((n, p))
        problem, _ = problem_of(x, x @ b + rng.standard_normal(n), family="gaussian")
        bench = Bench(problem, divide(problem, make_folds(n, 5, seed=seed)))
        entries = [enter(bench, c, ()) for c in CONTESTANTS if c.name in ("baseline", "l2", "l1")]
        found = measure(bench, entries, "regression", None, seed)
        fits = bench.divisions[0]
        null = np.mean([(problem.y[fits.rows_of(t.at)].mean()) ** 2 for t in fits.outer]) + 1.0 + b @ b
        true = {"baseline": null}
        for entry in entries[1:]:
            paths = bench.paths(entry.contestant.ratio)
            at = [int(np.argmin(np.abs(paths.lams - c.details["lambda"]))) for c in entry.choices[0][1:]]
            true[entry.contestant.name] = 2.0 * np.mean(
                [_true_loss(paths.fits[0][t.at], a, b) for t, a in zip(fits.outer, at, strict=True)]
            )
        draws = {name: found.values[name]["rmse"] for name in true}
        for name in ("l2", "l1"):
            low, high = intervals.interval(draws[name])
            held[name].append(low <= np.sqrt(true[name]) <= high)
        low, high = intervals.interval(draws["l1"] - draws["baseline"])
        held["l1 - baseline"].append(low <= np.sqrt(true["l1"]) - np.sqrt(true["baseline"]) <= high)
    return {name: float(np.mean(h)) for name, h in held.items()}


def test_intervals_of_metrics_cover():
    held = metric_coverage(120, 200)
    assert all(0.92 <= share <= 0.98 for share in held.values()), held


@pytest.mark.slow
@pytest.mark.parametrize("n", [200, 1000])
def test_intervals_of_metrics_cover_92_to_98_percent(n):
    held = metric_coverage(600, n)
    assert all(0.92 <= share <= 0.98 for share in held.values()), held


def coefficient_coverage(simulations, lam, family="gaussian", n=300, p=5):
    """How often bootstrap intervals of coefficients hold what all rows of the population would give."""
    rng = np.random.default_rng(17)
    b = np.linspace(-0.6, 0.6, p)
    truth = _population(b, lam, family)
    held = []
    for seed in range(simulations):
        x = rng.standard_normal((n, p))
        eta = x @ b
        y = eta + rng.standard_normal(n) if family == "gaussian" else (rng.random(n) < 1 / (1 + np.exp(-eta))) * 1.0
        problem, _ = problem_of(x, y, family=family)
        every = Resamples.make(problem, None, (TrainingSet(np.ones(1, bool), np.zeros(1, bool)),))
        fitted = solve_sets(problem, every, np.array([lam]))[0]
        found = spread(bootstrap(problem, fitted, 0, lam, seed=seed), fitted.beta[:, 0])
        sd = fitted.standard.sd  # intervals are per standard deviation of these rows; the truth is per unit
        held.append((found.low <= truth * sd) & (truth * sd <= found.high))
    return np.mean(held, axis=0)


def _population(b, lam, family):
    if family == "gaussian":
        return b / (1.0 + lam)  # independent standard features
    rng = np.random.default_rng(99)
    x = rng.standard_normal((400_000, len(b)))
    y = (rng.random(len(x)) < 1 / (1 + np.exp(-x @ b))) * 1.0
    return b if lam == 0 else rl.fit_path(x, y, family=family, lams=[lam]).coef[0]


@pytest.mark.parametrize("lam", [0.0, 0.2])
def test_intervals_of_coefficients_cover(lam):
    held = coefficient_coverage(200, lam)
    assert 0.92 <= held.mean() <= 0.98, held


@pytest.mark.slow
@pytest.mark.parametrize("family", ["gaussian", "binomial"])
@pytest.mark.parametrize("lam", [0.0, 0.05])
def test_intervals_of_coefficients_cover_92_to_98_percent(lam, family):
    held = coefficient_coverage(300, lam, family)
    assert 0.92 <= held.mean() <= 0.98, held
    assert held.min() >= 0.89, held  # 300 tables: ± 2.5% for a single coefficient
