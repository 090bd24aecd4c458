"""The estimators: what they fit, what they accept, and how they live among scikit-learn's tools."""

from __future__ import annotations

import pickle
import tracemalloc

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import NotFittedError
from sklearn.metrics import get_scorer
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import ridgeline as rl
from ridgeline import errors
from ridgeline.errors import DataError, OptionError, TargetError

REGRESSORS = [
    rl.PenalizedRegressor(),
    rl.PenalizedRegressor("l1", rule="1se"),
    rl.PenalizedRegressor("elasticnet", lam=0.01),
    rl.PenalizedRegressor(family="poisson", lam=[1.0, 0.1]),
    rl.PenalizedRegressor(family="gamma", lam=0.1),
]


def numbers(n: int = 80, p: int = 4, seed: int = 0, family: str = "gaussian"):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p))
    eta = X[:, 0] - 0.5 * X[:, 1]
    draw = {"gaussian": lambda: eta + rng.standard_normal(n), "poisson": lambda: rng.poisson(np.exp(eta)).astype(float)}
    return X, draw.get(family, lambda: np.exp(eta) * rng.gamma(2.0, 0.5, n) + 1e-3)()


def classes(n: int = 120, k: int = 2, seed: int = 0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, 4))
    eta = np.column_stack([X[:, j] for j in range(k)]) * 1.5 + rng.gumbel(size=(n, k))
    return X, np.array(["a", "b", "c"])[eta.argmax(axis=1)]


def mixed(n: int = 90, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "city": pd.Categorical(
                rng.choice(["Oslo", "Bergen", "Voss"], n), categories=["Oslo", "Bergen", "Voss", "Moss"]
            ),
            "age": np.where(rng.random(n) < 0.1, np.nan, rng.normal(50, 10, n)),
            "member": rng.random(n) < 0.5,
            "kind": rng.choice(["x", "y", None], n),
        }
    )
    y = (frame["city"] == "Oslo") * 2.0 + frame["age"].fillna(50) / 10 + frame["member"] + rng.standard_normal(n)
    return frame, y.to_numpy()


# What they fit


@pytest.mark.parametrize("model", REGRESSORS, ids=str)
def test_regressors_give_the_path_at_the_chosen_lambda(model):
    X, y = numbers(family=model.family)
    model = clone(model).fit(X, y)
    ratio = {"l2": 0.0, "l1": 1.0, "elasticnet": 0.5}[model.penalty]
    path = rl.fit_path(X, y, family=model.family, l1_ratio=ratio, lams=[model.lam_])
    np.testing.assert_allclose(model.coef_, path.coef[0], atol=1e-7)
    assert model.intercept_ == pytest.approx(path.intercept[0], abs=1e-7)
    assert isinstance(model.intercept_, float)
    assert model.certificate_.relative_gap < 1e-8
    eta = X @ model.coef_ + model.intercept_
    np.testing.assert_allclose(model.predict(X), eta if model.family == "gaussian" else np.exp(eta), rtol=1e-12)


@pytest.mark.parametrize("rule", ["min", "1se", "paired1se", "loo", "gcv"])
def test_lambda_is_what_the_rule_says(rule):
    X, y = numbers()
    model = rl.PenalizedRegressor(rule=rule).fit(X, y)
    cv = rl.cross_validate(X, y)
    assert model.lam_ == cv.lams[cv.index(rule)]
    np.testing.assert_array_equal(model.lams_, cv.lams)
    np.testing.assert_array_equal(model.cv_.mean, cv.mean)
    np.testing.assert_array_equal(model.path_.coef, cv.path.coef)


def test_a_list_of_lambdas_is_chosen_from_and_a_number_taken():
    X, y = numbers()
    assert rl.PenalizedRegressor(lam=[10.0, 0.01]).fit(X, y).lam_ == 0.01
    fixed = rl.PenalizedRegressor(lam=10.0).fit(X, y)
    assert fixed.lam_ == 10.0
    assert not hasattr(fixed, "cv_")


def test_the_best_of_several_ratios_is_chosen():
    X, y = numbers()
    model = rl.PenalizedRegressor("elasticnet", l1_ratio=[0.1, 0.9]).fit(X, y)
    losses = {r: rl.cross_validate(X, y, l1_ratio=r).mean.min() for r in (0.1, 0.9)}
    assert model.l1_ratio_ == min(losses, key=losses.get)
    assert model.cv_.mean.min() == pytest.approx(min(losses.values()), rel=1e-10)


def test_two_classes():
    X, y = classes()
    model = rl.PenalizedClassifier(lam=0.02).fit(X, y)
    path = rl.fit_path(X, y == "b", family="binomial", lams=[0.02])
    assert model.classes_.tolist() == ["a", "b"]
    assert model.coef_.shape == (1, 4)
    assert model.intercept_.shape == (1,)
    np.testing.assert_allclose(model.coef_, path.coef, rtol=1e-9)
    eta = X @ path.coef[0] + path.intercept[0]
    np.testing.assert_allclose(model.decision_function(X), eta, rtol=1e-8)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], 1 / (1 + np.exp(-eta)), rtol=1e-8)
    np.testing.assert_array_equal(model.predict(X), np.where(eta > 0, "b", "a"))


def test_two_classes_as_multinomial_at_twice_the_lambda():
    X, y = classes()
    one = rl.PenalizedClassifier(lam=0.02).fit(X, y)
    two = rl.PenalizedClassifier(lam=0.04, family="multinomial").fit(X, y)
    assert two.coef_.shape == (1, 4)
    np.testing.assert_allclose(two.coef_, one.coef_, atol=1e-6)
    np.testing.assert_allclose(two.predict_proba(X), one.predict_proba(X), atol=1e-6)


def test_three_classes():
    X, y = classes(k=3)
    model = rl.PenalizedClassifier(lam=0.02).fit(X, y)
    path = rl.fit_path(X, y, family="multinomial", lams=[0.02])
    assert model.coef_.shape == (3, 4)
    assert model.path_.classes == ("a", "b", "c")
    np.testing.assert_allclose(model.coef_, path.coef[0], atol=1e-8)
    eta = X @ path.coef[0].T + path.intercept[0]
    proba = np.exp(eta) / np.exp(eta).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), proba, rtol=1e-6)
    np.testing.assert_allclose(model.decision_function(X), eta, atol=1e-6)
    np.testing.assert_array_equal(model.predict(X), model.classes_[eta.argmax(axis=1)])


def test_log_probabilities_stay_finite_where_probabilities_vanish():
    X, y = classes()
    model = rl.PenalizedClassifier(lam=0.02).fit(X, y)
    far = 1e4 * model.coef_ / np.abs(model.coef_).max()
    assert model.predict_proba(far)[0].tolist() == [0.0, 1.0]
    assert model.predict_log_proba(far)[0, 0] == pytest.approx(-model.decision_function(far)[0])


@pytest.mark.parametrize("family", ["poisson", "gamma"])
def test_counts_and_amounts_are_scored_by_their_deviance(family):
    X, y = numbers(family=family)
    model = rl.PenalizedRegressor(family=family, lam=0.01).fit(X, y)
    mean = model.predict(X)
    deviance = {
        "poisson": lambda m: 2 * (np.where(y > 0, y * np.log(np.where(y > 0, y, 1.0) / m), 0.0) - y + m).mean(),
        "gamma": lambda m: 2 * (-np.log(y / m) + y / m - 1).mean(),
    }[family]
    assert model.score(X, y) == pytest.approx(1 - deviance(mean) / deviance(y.mean()))


def test_bounds_and_penalty_factors():
    X, y = numbers()
    model = rl.PenalizedRegressor(lam=0.01, bounds=(0, [0.5, 1, 1, 1])).fit(X, y)
    assert model.coef_[0] == pytest.approx(0.5)
    assert (model.coef_ >= 0).all()
    free = rl.PenalizedRegressor(lam=1e6, penalty_factor=[0, 1, 1, np.inf]).fit(X, y)
    assert abs(free.coef_[0]) > 0.5
    assert np.abs(free.coef_[1:]).max() < 1e-5


def test_integer_weights_are_repeated_rows():
    X, y = numbers()
    w = np.random.default_rng(1).integers(0, 4, len(y))
    weighted = rl.PenalizedRegressor(lam=0.1).fit(X, y, sample_weight=w)
    repeated = rl.PenalizedRegressor(lam=0.1).fit(X.repeat(w, axis=0), y.repeat(w))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-10)


@pytest.mark.parametrize(
    "model", [rl.PenalizedRegressor("l1"), rl.PenalizedClassifier(), rl.PenalizedRegressor()], ids=str
)
def test_any_number_of_threads_gives_the_same(model):
    X, y = numbers(n=30_000, p=6)
    y = y > 0 if isinstance(model, rl.PenalizedClassifier) else y
    fits = [clone(model).set_params(n_threads=k, lam=[0.1, 0.01]).fit(X, y) for k in (1, 2, 5)]
    for other in fits[1:]:
        np.testing.assert_allclose(other.coef_, fits[0].coef_, rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(other.cv_.losses, fits[0].cv_.losses, rtol=1e-10)


# What they accept


@pytest.mark.parametrize(
    "change",
    [
        lambda X: X.astype(np.float32),
        np.asfortranarray,
        lambda X: X[:, ::-1][:, ::-1],
        sp.csr_matrix,
        sp.csc_array,
        sp.coo_array,
        lambda X: X.tolist(),
        lambda X: pd.DataFrame(X),
        lambda X: pl.DataFrame(X, schema=list("abcd")),
    ],
    ids=["float32", "fortran", "strided", "csr", "csc", "coo", "lists", "pandas", "polars"],
)
def test_the_same_numbers_in_another_dress(change):
    X = np.round(numbers()[0], 2).astype(np.float32).astype(float)
    y = numbers()[1]
    X.flags.writeable = False
    plain = rl.PenalizedRegressor(lam=0.1).fit(X, y)
    model = rl.PenalizedRegressor(lam=0.1).fit(change(X), y)
    np.testing.assert_allclose(model.coef_, plain.coef_, rtol=1e-9)
    np.testing.assert_allclose(model.predict(change(X)), plain.predict(X), rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, bool, object])
def test_whole_numbers(dtype):
    X = (numbers()[0] > 0).astype(dtype)
    y = numbers()[1]
    model = rl.PenalizedRegressor(lam=0.1).fit(X, y)
    np.testing.assert_allclose(model.coef_, rl.fit_path(X.astype(float), y, lams=[0.1]).coef[0], rtol=1e-12)


@pytest.mark.parametrize("estimator", [rl.PenalizedRegressor, rl.PenalizedClassifier])
def test_masked_cells_are_refused(estimator):
    X, y = numbers()
    y, mask = y > 0, np.arange(len(y)) == 5
    for x, target in ((np.ma.array(X, mask=np.tile(mask[:, None], X.shape[1])), y), (X, np.ma.array(y, mask=mask))):
        with pytest.raises(rl.InputError, match="has a masked cell in row 5"):
            estimator(lam=0.1).fit(x, target)
    with pytest.raises(rl.InputError, match="X has a masked cell in row 5"):
        estimator(lam=0.1).fit(X, y).predict(np.ma.array(X, mask=np.tile(mask[:, None], X.shape[1])))


def test_sparse_entries_given_twice_are_summed():
    X, y = numbers()
    parts = sp.csr_matrix(X / 2)
    twice = sp.csr_matrix((np.repeat(parts.data, 2), np.repeat(parts.indices, 2), parts.indptr * 2), shape=X.shape)
    before = twice.data.copy()
    model = rl.PenalizedRegressor(lam=0.1).fit(twice, y)
    np.testing.assert_allclose(model.coef_, rl.fit_path(X, y, lams=[0.1]).coef[0], rtol=1e-9)
    np.testing.assert_array_equal(twice.data, before)


def test_frames_are_coded_in_full_and_gaps_filled_as_in_training():
    frame, y = mixed()
    model = rl.PenalizedRegressor(lam=0.05).fit(frame, y)
    names = model.path_.feature_names
    assert set(names) == {
        "age", "member", "age (missing)", "city=Bergen", "city=Oslo", "city=Voss", "kind=x", "kind=y", "kind=(missing)",
    }  # fmt: skip
    assert model.feature_names_in_.tolist() == ["city", "age", "member", "kind"]
    coef = dict(zip(names, model.coef_, strict=True))
    row = pd.DataFrame({"city": ["Oslo"], "age": [np.nan], "member": [True], "kind": [None]})
    terms = [
        coef["city=Oslo"],
        coef["age"] * frame["age"].mean(),
        coef["age (missing)"],
        coef["member"],
        coef["kind=(missing)"],
    ]
    assert model.predict(row)[0] == pytest.approx(model.intercept_ + sum(terms))


def test_frames_of_pandas_and_polars_agree():
    frame, y = mixed()
    other = pl.DataFrame({name: [None if pd.isna(v) else v for v in frame[name]] for name in frame.columns})
    one, two = rl.PenalizedRegressor(lam=0.05).fit(frame, y), rl.PenalizedRegressor(lam=0.05).fit(other, y)
    assert one.path_.feature_names == two.path_.feature_names
    np.testing.assert_allclose(two.coef_, one.coef_, rtol=1e-10)
    np.testing.assert_allclose(two.predict(frame), one.predict(other), rtol=1e-10)


def test_unseen_levels_and_new_gaps_predict():
    frame, y = mixed()
    whole = frame.assign(age=frame["age"].fillna(50.0), kind="x")
    model = rl.PenalizedRegressor(lam=0.05).fit(whole, y)
    coef = dict(zip(model.path_.feature_names, model.coef_, strict=True))
    row = pd.DataFrame({"city": ["Moss"], "age": [np.nan], "member": [False], "kind": [None]})
    assert model.predict(row)[0] == pytest.approx(model.intercept_ + coef["age"] * whole["age"].mean())


def test_weights_enter_the_means_that_fill_gaps():
    frame, y = mixed()
    w = np.random.default_rng(2).integers(0, 3, len(y))
    weighted = rl.PenalizedRegressor(lam=0.05).fit(frame, y, sample_weight=w)
    repeated = rl.PenalizedRegressor(lam=0.05).fit(frame.iloc[np.repeat(np.arange(len(y)), w)], y.repeat(w))
    np.testing.assert_allclose(weighted.predict(frame), repeated.predict(frame), rtol=1e-9)


def test_penalty_factors_and_bounds_are_given_per_column_of_a_frame():
    frame, y = mixed()
    model = rl.PenalizedRegressor(lam=1e6, penalty_factor=[0, 1, 1, 1]).fit(frame, y)
    coef = dict(zip(model.path_.feature_names, model.coef_, strict=True))
    free = {name for name, value in coef.items() if abs(value) > 1e-3}
    assert free <= {"city=Bergen", "city=Oslo", "city=Voss"}
    assert coef["city=Oslo"] - coef["city=Voss"] > 1
    bounded = rl.PenalizedRegressor(lam=0.01, bounds=([0, 0, 0, 0], 1.0)).fit(frame, y)
    assert ((bounded.coef_ >= 0) & (bounded.coef_ <= 1)).all()


def test_an_array_where_categories_were_is_refused():
    frame, y = mixed()
    model = rl.PenalizedRegressor(lam=0.05).fit(frame, y)
    with (
        pytest.warns(UserWarning, match="does not have valid feature names"),
        pytest.raises(DataError, match="pass a data frame here too"),
    ):
        model.predict(np.zeros((1, 4)))


def test_columns_in_another_order_are_refused():
    frame, y = mixed()
    model = rl.PenalizedRegressor(lam=0.05).fit(frame, y)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[frame.columns[::-1]])


# How they live among scikit-learn's tools


@pytest.mark.parametrize("copy", [clone, lambda m: pickle.loads(pickle.dumps(m))], ids=["clone", "pickle"])
def test_copies_fit_and_predict_alike(copy):
    frame, y = mixed()
    model = rl.PenalizedRegressor(penalty="l1").fit(frame, y)
    other = copy(model)
    if not hasattr(other, "coef_"):
        other.fit(frame, y)
    np.testing.assert_array_equal(other.predict(frame), model.predict(frame))


def test_stored_estimators_hold_no_data(tmp_path):
    X, y = numbers(n=5000, p=8)
    model = rl.PenalizedRegressor(lam=[1.0, 0.1]).fit(X, y)
    joblib.dump(model, tmp_path / "model.joblib")
    assert (tmp_path / "model.joblib").stat().st_size < X.nbytes / 4
    np.testing.assert_array_equal(joblib.load(tmp_path / "model.joblib").coef_, model.coef_)


def test_pipeline_grid_search_and_column_transformer():
    frame, y = mixed()
    scale = ColumnTransformer([("age", "passthrough", ["age"]), ("city", "passthrough", ["city"])], remainder="drop")
    scale.set_output(transform="pandas")
    search = GridSearchCV(
        make_pipeline(scale, rl.PenalizedRegressor()), {"penalizedregressor__lam": [0.01, 100.0]}, cv=3
    )
    search.fit(frame, y)
    assert search.best_params_ == {"penalizedregressor__lam": 0.01}
    assert search.best_estimator_[-1].path_.feature_names[0].endswith("age")


def test_cross_val_score_in_two_jobs():
    X, y = classes(k=3)
    model = make_pipeline(StandardScaler(), rl.PenalizedClassifier(lam=0.02))
    with joblib.parallel_backend("threading"):
        scores = cross_val_score(model, X, y, cv=3, n_jobs=2, scoring="neg_log_loss")
    np.testing.assert_array_equal(scores, cross_val_score(model, X, y, cv=3, scoring="neg_log_loss"))
    assert (scores > -1.0).all()


def test_inner_folds_are_those_asked_for():
    X, y = numbers()
    labels = np.arange(80) % 4
    by_label = rl.PenalizedRegressor(cv=labels).fit(X, y)
    splits = [(np.flatnonzero(labels != k), np.flatnonzero(labels == k)) for k in range(4)]
    by_list = rl.PenalizedRegressor(cv=splits).fit(X, y)
    np.testing.assert_allclose(by_label.cv_.losses, by_list.cv_.losses, rtol=1e-10)
    assert len(rl.PenalizedRegressor(cv=3).fit(X, y).cv_.losses) == 3
    splitter = rl.PenalizedRegressor(cv=KFold(6, shuffle=True, random_state=1)).fit(X, y)
    assert len(splitter.cv_.losses) == 6


def test_random_states():
    X, y = numbers()
    one, two, three = (
        rl.PenalizedRegressor(random_state=s).fit(X, y).cv_.losses for s in (0, 1, np.random.RandomState(0))
    )
    assert not np.array_equal(one, two)
    assert not np.array_equal(one, three)
    np.testing.assert_array_equal(one, rl.PenalizedRegressor(random_state=0).fit(X, y).cv_.losses)


@pytest.mark.parametrize("cv", [GroupKFold(3), 3], ids=["splitter", "number"])
def test_groups_stay_together_in_the_inner_folds(cv):
    X, y = numbers()
    groups = np.repeat(np.arange(20), 4)
    model = rl.PenalizedRegressor(cv=cv).fit(X, y, groups=groups)
    labels = model.cv_.folds.labels[0]
    assert all(len(set(labels[groups == g])) == 1 for g in range(20))


def test_groups_and_weights_are_routed():
    X, y = numbers()
    groups, weights = np.repeat(np.arange(20), 4), np.linspace(0.5, 2.0, 80)
    with config_context(enable_metadata_routing=True):
        model = (
            rl.PenalizedRegressor(cv=GroupKFold(3))
            .set_fit_request(sample_weight=True)
            .set_score_request(sample_weight=True)
        )
        params = {"groups": groups, "sample_weight": weights}
        found = cross_validate(model, X, y, cv=GroupKFold(4), params=params, return_estimator=True, return_indices=True)
        train = found["indices"]["train"][0]
        direct = clone(model).fit(X[train], y[train], sample_weight=weights[train], groups=groups[train])
    np.testing.assert_array_equal(found["estimator"][0].coef_, direct.coef_)


def test_scorers_of_scikit_learn():
    X, y = classes()
    model = rl.PenalizedClassifier(lam=0.02).fit(X, y)
    assert get_scorer("roc_auc")(model, X, y == "b") > 0.7
    assert get_scorer("neg_log_loss")(model, X, y) > -0.7
    assert model.score(X, y) == (model.predict(X) == y).mean()


# What they cost


@pytest.mark.parametrize(
    "change",
    [np.ascontiguousarray, np.asfortranarray, lambda X: X.astype(np.float32), pd.DataFrame],
    ids=["C", "F", "f4", "frame"],
)
def test_a_fit_needs_less_than_half_the_data_again(change):
    X, y = numbers(n=120_000, p=60)
    X = change(X)
    model = rl.PenalizedRegressor(lam=[1.0, 0.1])
    model.fit(X[:1000], y[:1000])
    size = X.to_numpy().nbytes if hasattr(X, "to_numpy") else X.nbytes
    tracemalloc.start()
    try:
        model.fit(X, y)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 0.5 * size


# What they refuse


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"penalty": "l3"}, "There is no penalty 'l3'; did you mean 'l2'"),
        ({"l1_ratio": 0.5}, "l1_ratio is for penalty='elasticnet'"),
        ({"penalty": "elasticnet", "l1_ratio": 2.0}, "l1_ratio"),
        ({"penalty": "elasticnet", "l1_ratio": [0.1, 0.5], "lam": 1.0}, "A list for l1_ratio needs lam='cv'"),
        ({"lam": "best"}, "lam must be 'cv', a number, or a list"),
        ({"lam": -1.0}, "none of them negative"),
        ({"rule": "luck"}, "There is no rule 'luck'"),
        ({"family": "binomial"}, "There is no regression family 'binomial'"),
        ({"cv": 1}, "folds"),
        ({"penalty_factor": [1.0]}, "penalty_factor must hold 4 numbers"),
        ({"bounds": (1.0, -1.0)}, "bounds"),
        ({"bounds": 5}, r"bounds must be \(lower, upper\)"),
        ({"penalty": ["l2"]}, r"There is no penalty \['l2'\]"),
        ({"penalty": "lasso"}, "There is no penalty 'lasso'; did you mean 'l1'"),
        ({"l1_ratio": "a"}, "l1_ratio must be a number from 0"),
        ({"penalty": "elasticnet", "l1_ratio": [], "lam": 1.0}, "l1_ratio must be a number .* it is empty"),
        ({"rule": "luck", "lam": 1.0}, "There is no rule 'luck'"),
        ({"rule": "1se", "lam": 1.0}, "rule='1se' chooses a λ, but lam=1 gives it"),
        ({"random_state": "a"}, "random_state must be a whole number, a RandomState or None; it is 'a'"),
    ],
)
def test_options_that_make_no_sense(options, message):
    X, y = numbers()
    with pytest.raises(OptionError, match=message):
        rl.PenalizedRegressor(**options).fit(X, y)


def test_classes_that_make_no_sense():
    X, y = classes(k=3)
    with pytest.raises(TargetError, match="only one class"):
        rl.PenalizedClassifier().fit(X, np.full(len(y), "a"))
    with pytest.raises(TargetError, match="use family='auto'"):
        rl.PenalizedClassifier(family="binomial").fit(X, y)
    with pytest.raises(OptionError, match="There is no classification family 'poisson'"):
        rl.PenalizedClassifier(family="poisson").fit(X, y)


def test_the_curve_that_an_estimator_keeps_says_what_it_is_and_what_it_lacks():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 5))
    y = X[:, 0] + rng.standard_normal(60)
    lasso = rl.PenalizedRegressor("l1", rule="bic").fit(X, y)
    assert lasso.cv_.l1_ratio == lasso.l1_ratio_ == 1.0
    assert lasso.cv_.lams[lasso.cv_.index("bic")] == lasso.lam_
    with pytest.raises(ValueError, match="has let go of; use that"):
        rl.relax(lasso.cv_)
    with pytest.raises(ValueError, match="'aic' needs the data"):
        lasso.cv_.index("aic")
    ridge = rl.PenalizedRegressor("l2", rule="loo").fit(X, y)
    assert ridge.cv_.lams[ridge.cv_.index("loo")] == ridge.lam_


def test_targets_that_are_no_numbers():
    X, y = numbers()
    with pytest.raises(TargetError, match="y must be numbers; for labels there is PenalizedClassifier"):
        rl.PenalizedRegressor().fit(X, ["a"] * len(y))
    with pytest.raises(TargetError, match="requires y to be passed"):
        rl.PenalizedRegressor().fit(X, None)


@pytest.mark.parametrize("model", [rl.PenalizedRegressor(), rl.PenalizedClassifier()], ids=["numbers", "classes"])
def test_unfitted(model):
    with pytest.raises(NotFittedError) as caught:
        model.predict(np.zeros((2, 2)))
    assert isinstance(caught.value, errors.NotFittedError)
    assert str(caught.value) == f"This {type(model).__name__} is not fitted yet: call its fit first."
