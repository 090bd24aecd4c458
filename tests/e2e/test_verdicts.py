"""What a person is told, from the table to the report, on tables whose truth is known."""

import re
import time

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.report import render


def numbers(x, **more):
    return {f"x{j}": column for j, column in enumerate(x.T)} | more


def labels(chance):
    return np.where(chance, "yes", "no")


def read(fitted):
    """Return verdict, codes of findings, and the report as text without its script's data."""
    page = render(fitted.facts)
    shown = re.sub(r"<(script|style).*?</\1>", "", page, flags=re.S)
    found = {c["code"] for c in fitted.checks if c["status"] == "finding"}
    verdict = " ".join(fitted.summary["verdict"])
    assert fitted.summary["verdict"][0][:40] in shown.replace("&#39;", "'")
    return verdict, found, page


def zones(page):
    return re.search(r'"zones":\[(.*?)\]', page)[1]


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_noise_features_near_the_number_of_rows(rng):
    x = rng.standard_normal((120, 90))
    y = x[:, 0] - 0.7 * x[:, 1] + 0.5 * x[:, 2] + rng.standard_normal(120)
    verdict, found, page = read(rl.fit(numbers(x, y=y), target="y"))
    assert "memorises the training rows and overfits" in verdict
    assert "Regularization helps" in verdict
    assert {"overfit", "few-rows-per-feature"} <= found
    assert '"under"' in zones(page)
    assert zones(page).endswith('"over"'), "the slider passes from underfit to overfit"


def test_many_rows_have_nothing_to_cure(rng):
    x = rng.standard_normal((3000, 8))
    y = labels(x @ np.linspace(0.2, 1, 8) + rng.logistic(size=3000) > 0)
    verdict, found, _ = read(rl.fit(numbers(x, y=y), target="y"))
    assert re.search("nothing to cure|next to no overfitting to cure", verdict)
    assert "no difference that can be told from zero" in verdict
    assert "overfit" not in found


def test_shuffled_targets(rng):
    x = rng.standard_normal((400, 10))
    y = labels(rng.permutation(400) % 2 == 0)
    verdict, found, _ = read(rl.fit(numbers(x, y=y), target="y"))
    assert verdict.startswith("There is nothing to learn about 'y'")
    assert "nothing-to-learn" in found
    assert "On new rows" not in verdict


def test_a_leak(rng):
    x = rng.standard_normal((400, 5))
    y = x @ np.ones(5) + rng.standard_normal(400)
    table = numbers(x, y=y, after=y + 1e-3 * rng.standard_normal(400))
    fitted = rl.fit(table, target="y", drop=())
    _, found, page = read(fitted)
    left_out = {e["column"] for e in fitted.summary["excluded"]}
    assert "leak-suspect" in found
    assert "after" in left_out or "'after'" in next(c["finding"] for c in fitted.checks if c["code"] == "leak-suspect")
    assert "after" in page


def test_separated_classes(rng):
    x = rng.standard_normal((300, 4))
    keep = np.abs(x[:, 0] + x[:, 1]) > 0.8
    y = labels(x[:, 0] + x[:, 1] > 0)
    verdict, found, _ = read(rl.fit(numbers(x[keep], y=y[keep]), target="y"))
    assert "the classes are separated perfectly in the training rows" in verdict
    assert "separation" in found


def test_collinear_columns(rng):
    spectrum = np.cumsum(rng.standard_normal((150, 40)), axis=1) * 0.02 + rng.standard_normal((150, 1))
    y = spectrum[:, 5] - spectrum[:, 30] + 0.05 * rng.standard_normal(150)
    verdict, found, page = read(rl.fit(numbers(spectrum, y=y), target="y"))
    assert "collinear" in found
    assert "removes" in verdict
    assert "Columns that say nearly the same" in page


def test_far_more_features_than_rows(rng):
    x = rng.standard_normal((60, 200))
    x[:, :20] += 1.2 * (np.arange(60) % 2 == 0)[:, None]
    fitted = rl.fit(numbers(x, y=labels(np.arange(60) % 2 == 0)), target="y")
    verdict, found, _ = read(fitted)
    assert "few-rows-per-feature" in found
    assert "separation" in found
    assert "the weakest penalty tried" in verdict or "Regularization helps" in verdict
    assert "no difference" not in verdict


def test_no_data_row_is_in_the_page(rng):
    secret = [f"secret-{k}-{rng.integers(1 << 40)}" for k in range(200)]
    x = rng.standard_normal((200, 3))
    table = numbers(x, note=secret, y=labels(x[:, 0] + rng.logistic(size=200) > 0))
    page = render(rl.fit(table, target="y").facts)
    assert not any(text in page for text in secret)


@pytest.mark.slow
def test_real_tables(shared_data):
    """Adult: nothing to cure. Tecator: collinear. Golub: 72 rows of 7129 genes."""
    pd = pytest.importorskip("pandas")
    names = [
        "age",
        "workclass",
        "fnlwgt",
        "education",
        "years",
        "marital",
        "job",
        "relation",
        "race",
        "sex",
        "gain",
        "loss",
        "hours",
        "country",
        "income",
    ]
    adult = pd.read_csv(shared_data / "adult_census/adult-train.csv", header=None, names=names, skipinitialspace=True)
    fitted = rl.fit(adult, target="income")
    verdict, found, page = read(fitted)
    assert "next to no overfitting to cure" in verdict
    assert "overfit" not in found
    assert len(page) < 3e6
    meats = pd.read_csv(shared_data / "tecator/meats.csv").drop(columns=["water", "protein"])
    verdict, found, _ = read(rl.fit(meats, target="fat"))
    assert "Regularization helps" in verdict
    assert {"collinear", "overfit"} <= found
    with np.load(shared_data / "micro_golub/golub.npz") as golub:
        x, y = golub["X"], golub["y"]
    verdict, found, page = read(rl.fit(numbers(x, y=y), target="y"))
    assert "separated perfectly" in verdict
    assert {"few-rows-per-feature", "separation"} <= found
    assert len(page) < 3e6


@pytest.mark.slow
def test_the_report_of_336776_rows_is_small_and_built_in_five_seconds(shared_data):
    fitted = rl.fit(shared_data / "nycflights13/flights.csv.gz", target="arr_delay", drop=("tailnum",))
    assert fitted.summary["features"] > 100
    start = time.process_time()
    _, found, page = read(fitted)
    assert time.process_time() - start < 5.0
    assert len(page.encode()) < 3e6
    assert "time-order" in found
