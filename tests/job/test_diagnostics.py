"""Column diagnostics that the checks read, on tables where the answer is known."""

import numpy as np

import ridgeline as rl


def fit(**columns):
    rng = np.random.default_rng(5)
    n = 200
    base = {"a": rng.standard_normal(n), "b": rng.standard_normal(n)}
    data = base | {name: make(rng, base, n) for name, make in columns.items()}
    data.setdefault("y", base["a"] + rng.standard_normal(n))
    return rl.fit(data, "y")


def test_columns_that_say_the_same_are_paired():
    found = fit(c=lambda rng, base, n: -base["a"] + 0.01 * rng.standard_normal(n)).facts["diagnostics"]["collinear"]
    assert [pair[:2] for pair in found] == [["a", "c"]]
    assert -1 <= found[0][2] < -0.999


def test_missing_cells_do_not_hide_it():
    def gaps(rng, base, n):
        return [None if i % 50 == 0 else v + 100.0 for i, v in enumerate(base["a"].tolist())]

    found = fit(c=gaps).facts["diagnostics"]["collinear"]
    assert [pair[:2] for pair in found] == [["a", "c"]]
    assert fit().facts["diagnostics"]["collinear"] == []


def test_levels_of_one_column_are_no_news():
    result = fit(c=lambda rng, base, n: np.where(base["b"] > 0, "u", "v"))
    assert result.facts["diagnostics"]["collinear"] == []


def test_rare_levels_are_counted_in_training_rows():
    result = fit(c=lambda rng, base, n: np.array(["rare"] * 6 + ["u", "v"] * 97))
    rows = np.array(result.predictions()["row"])[np.array(result.predictions()["split"]) == "train"]
    found = result.facts["diagnostics"]["rare_levels"]
    seen = int((np.unique(rows) < 6).sum())
    assert found == [{"column": "c", "level": "rare", "feature": "c=rare", "rows": seen}]


def test_the_pool_of_rare_levels_is_named_as_its_coefficient():
    result = fit(c=lambda rng, base, n: np.array([*"abcdefgh", *["u", "v"] * 96]))
    finding = next(c["finding"] for c in result.checks if c["code"] == "rare-levels")
    assert "'c (rare)'" in finding
    assert "c (rare)" in [c["feature"] for c in result.summary["coefficients"]]


def test_a_column_that_moved_between_training_and_test_is_measured():
    rng = np.random.default_rng(0)
    data = {"a": rng.standard_normal(300), "b": rng.standard_normal(300), "t": np.arange(300.0)}
    data["a"][240:] += 3.0
    data["y"] = data["b"] + rng.standard_normal(300)
    result = rl.fit(data, "y", time="t")
    shift = result.facts["diagnostics"]["shift"]
    assert abs(shift["a"] - 3.0) < 0.6
    assert abs(shift["b"]) < 0.4
    drift = next(c for c in result.checks if c["code"] == "drift")
    assert drift["status"] == "finding"
    assert "'a'" in drift["finding"]


def test_what_separates_the_classes_is_named():
    result = fit(y=lambda rng, base, n: np.where(base["b"] + 5 * (base["b"] > 0.2) > 3, "yes", "no"))
    found = result.facts["diagnostics"]
    assert found["separated"]
    assert found["separating"] == ["b"]
    assert "'b'" in next(c for c in result.checks if c["code"] == "separation")["finding"]


def rarely(rng, base, n):
    """Twelve rows of a level that occurs with one class only; the other rows overlap."""
    return np.array(["gone"] * 12 + ["u", "v"] * ((n - 12) // 2))


def answer(rng, base, n):
    return np.where((base["a"] + rng.standard_normal(n) > 0) & (np.arange(n) >= 12), "yes", "no")


def said(result):
    finding = next(c for c in result.checks if c["code"] == "separation")
    return finding["status"], finding["finding"] or "", " ".join(result.summary["verdict"])


def test_a_level_with_one_class_does_not_separate_the_classes():
    result = fit(c=rarely, y=answer)
    found = result.facts["diagnostics"]
    assert (found["separated"], found["partly"], found["separating_only"]) == (True, True, True)
    assert found["separating"] == ["c=gone"]
    status, text, verdict = said(result)
    assert status == "finding"
    rows = found["separating_rows"]
    assert 6 <= rows <= 12
    assert f"'c=gone' tells the class of {rows} training rows without error" in text
    assert "those of the other features do not" in text
    assert "separated" not in text + verdict
    assert "'c=gone' tells the class" in verdict
    assert "unpenalized model" not in verdict


def test_that_nothing_else_separates_is_said_only_where_it_was_proved():
    def shifted(rng, base, n):
        """Two columns that only together tell the class of some rows."""
        return base["b"] + np.where(np.arange(n) >= 180, 30.0, 0.0)

    def overlapping(rng, base, n):
        return np.where(np.arange(n) >= 180, "no", answer(rng, base, n))

    result = fit(c=rarely, d=shifted, y=overlapping)
    found = result.facts["diagnostics"]
    assert (found["partly"], found["separating"], found["separating_only"]) == (True, ["c=gone"], False)


def test_a_feature_that_varies_only_where_another_separates_may_grow_with_it():
    def within(rng, base, n):
        return np.where(np.arange(n) < 12, rng.standard_normal(n), 0.0)

    found = fit(c=rarely, d=within, y=answer).facts["diagnostics"]
    assert (found["partly"], found["separating"], found["separating_only"]) == (True, ["c=gone"], False)


def test_more_columns_than_rows_separate_although_no_model_without_a_penalty_was_tried():
    rng = np.random.default_rng(1)
    data = {f"g{j}": rng.standard_normal(40) for j in range(60)}
    data["y"] = np.where(data["g0"] + 0.3 * rng.standard_normal(40) > 0, "yes", "no")
    result = rl.fit(data, "y", penalty="l1", test_size=0)
    assert result.summary["model"]["unpenalized_lambda"] > 0
    status, text, verdict = said(result)
    assert status == "finding"
    assert "The classes are separated in the training rows" in text
    assert "unpenalized model" not in verdict
    assert "The model with the weakest penalty tried (λ = " in verdict
    flat = next(c for c in result.checks if c["code"] == "flat-curve")["finding"] or ""
    assert "down to no penalty" not in flat


def drift_of(data, **options):
    result = rl.fit(data, "y", lam=0.1, **options)
    return next(c for c in result.checks if c["code"] == "drift")


def test_a_random_split_of_many_levels_is_no_drift():
    found = []
    for seed in range(4, 8):
        rng = np.random.default_rng(seed)
        x, n = rng.standard_normal(1600), 1600
        town = np.array([f"t{i}" for i in rng.integers(0, 160, n)])
        found.append(drift_of({"town": town, "x": x, "y": x + rng.standard_normal(n)}, seed=seed)["status"])
    assert set(found) == {"passed"}


def test_groups_count_as_groups():
    found = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        group, x = np.repeat(np.arange(40), 25), rng.standard_normal(1000)
        age = rng.standard_normal(40)[group]
        data = {"g": np.array([f"p{i}" for i in group]), "age": age, "x": x, "y": x + rng.standard_normal(1000)}
        found.append(drift_of(data, group="g")["status"])
    assert set(found) == {"passed"}


def test_the_level_that_moved_is_named():
    rng = np.random.default_rng(0)
    x, n = rng.standard_normal(600), 600
    town = np.where(np.arange(n) < 480, rng.choice(["a", "b", "c"], n), rng.choice(["a", "b", "new"], n)).astype(object)
    late = np.arange(n) >= 480
    town[late & (rng.random(n) < 0.5)] = "b"
    data = {"t": np.arange(n), "town": town, "x": x, "y": x + rng.standard_normal(n)}
    assert "(share of 'town=c' by -" in drift_of(data, time="t")["finding"]
    data["town"], data["x"] = np.where(rng.random(n) < 0.5, "a", "b"), np.where(late, x + 1.0, x)
    assert "'x' differs between training and test rows (mean of 'x' by +" in drift_of(data, time="t")["finding"]
