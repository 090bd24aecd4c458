"""What the library says when its input is wrong: one sentence that names the row, the column or the option."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.model_selection import KFold

import ridgeline as rl
from ridgeline.errors import DataError, InputError, OptionError, TargetError

X = np.random.default_rng(0).standard_normal((12, 3))
Y = X[:, 0] + 1.0


def with_value(value, row: int = 7, column: int = 2) -> np.ndarray:
    out = X.copy()
    out[row, column] = value
    return out


@pytest.mark.parametrize("call", [rl.fit_path, rl.cross_validate], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("x", "message"),
    [
        (with_value(np.nan), "X holds nan in row 7, column 2; pass a data frame to have missing numbers imputed"),
        (with_value(np.inf), "X holds inf in row 7, column 2"),
        (X[:, 0], "X must have two dimensions, rows and columns; it has 1"),
        (X[:0], "X has 0 rows and 3 columns"),
        (X[:, :0], "X has 12 rows and 0 columns"),
        (np.array([["a"] * 3] * 12), "X must hold numbers; pass a data frame"),
        (X * 1j, "X holds complex numbers; pass their real and imaginary parts as columns of their own"),
        (np.full((12, 3), np.datetime64("2020-01-01")), "X holds dates or times; turn them into numbers"),
        (sp.csr_matrix(X * 1j), "X must hold real numbers; this sparse matrix is of type complex128"),
        (np.ma.masked_greater(with_value(1e6), 1e5), "X holds nan in row 7, column 2; pass a data frame"),
        (sp.csr_matrix(with_value(np.nan)), "X holds missing or infinite numbers; a sparse matrix must not"),
        (
            pd.DataFrame(with_value(-np.inf), columns=["a", "b", "c"]),
            "Column 'c' of X holds an infinite number in row 7",
        ),
        (with_value(-1e200), r"X holds -1e\+200, too large to compute with, in row 7, column 2; change its unit"),
        (X * 1e200, r"too large to compute with, in row 0, column 0; change its unit"),
        (X * [1.0, 1.0, 1e-200], r"too small to compute with, in row 0, column 2; change its unit"),
        (sp.csr_matrix(with_value(1e200)), r"X holds 1e\+200, too large to compute with, in row 7, column 2"),
        (
            pd.DataFrame(with_value(1e200), columns=["a", "b", "c"]),
            r"Column 'c' of X holds 1e\+200, too large to compute with, in row 7; change its unit",
        ),
        (pd.DataFrame({"a": [10**400] + [1] * 11}), "Column 'a' of X holds an infinite number in row 0"),
    ],
)
def test_rows(call, x, message):
    with pytest.raises(DataError, match=message):
        call(x, Y)


@pytest.mark.parametrize("call", [rl.fit_path, rl.cross_validate], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": np.ones(3)}, "weights must hold one number for each of the 12 rows; its shape is"),
        ({"weights": np.zeros(12)}, "weights must not all be zero"),
        ({"weights": np.where(np.arange(12) == 4, -2.0, 1.0)}, "weights must not be negative; row 4 holds -2"),
        ({"weights": np.where(np.arange(12) == 4, np.nan, 1.0)}, "weights is nan in row 4"),
        ({"offset": np.full(12, 1e-200)}, "offset is 1e-200, too small to compute with, in row 0; change its unit"),
        ({"weights": ["x"] * 12}, "weights must be numbers"),
        ({"offset": np.arange(12).astype("timedelta64[s]")}, "offset must be numbers"),
        ({"offset": np.ones((12, 2))}, "offset must hold one number for each of the 12 rows"),
        ({"penalty_factor": [1.0, 2.0]}, "penalty_factor must hold 3 numbers from 0 to inf"),
        ({"penalty_factor": [1.0, -2.0, 0.0]}, "penalty_factor must hold 3 numbers from 0 to inf"),
        ({"lams": [-1.0]}, "lambda must be one or more finite numbers, none of them negative"),
        ({"lams": []}, "lambda must be one or more finite numbers"),
        ({"lams": [np.inf]}, "lambda must be one or more finite numbers"),
        ({"family": "cauchy"}, "There is no family 'cauchy'; choose one of gaussian, binomial"),
        ({"l1_ratio": -0.1}, "l1_ratio"),
        ({"l1_ratio": 1.1}, "l1_ratio"),
        ({"bounds": (1.0, 0.0)}, "bounds"),
        ({"bounds": 3.0}, "bounds"),
        ({"bounds": ([0.0, 0.0], 1.0)}, "bounds"),
        ({"bounds": (0.0, np.array(1j))}, "bounds must be"),
        ({"penalty_factor": ["a", "b", "c"]}, "penalty_factor must hold 3 numbers from 0 to inf"),
        ({"penalty_factor": [[1.0], [2.0, 3.0], 1.0]}, "penalty_factor must hold 3 numbers from 0 to inf"),
        ({"lams": "abc"}, "lambda must be one or more finite numbers, none of them negative; got 'abc'"),
        ({"lams": [[1.0], [1.0, 2.0]]}, "lambda must be one or more finite numbers"),
        ({"family": ["gaussian"]}, r"There is no family \['gaussian'\]"),
        ({"weights": np.ones(12) * 1j}, "weights must be numbers"),
        ({"weights": np.ma.array(np.ones(12), mask=np.arange(12) == 4)}, "weights is nan in row 4"),
        ({"standardize": "no"}, "standardize must be True or False; it is 'no'"),
        ({"intercept": None}, "intercept must be True or False; it is None"),
        ({"intercept": pd.NA, "family": "multinomial"}, "intercept must be True or False; it is <NA>"),
        ({"l1_ratio": 10**400}, "l1_ratio must be a number from 0"),
        ({"lams": np.full(1000, -1.0)}, r"none of them negative; got array\(.{73}…\."),
    ],
)
def test_options(call, options, message):
    with pytest.raises(OptionError, match=message):
        call(X, Y, **options)


@pytest.mark.parametrize(
    ("family", "y", "message"),
    [
        ("gaussian", np.where(np.arange(12) == 5, np.nan, Y), "nan in row 5"),
        ("gaussian", ["x"] * 12, "must be numbers"),
        ("gaussian", Y[:5], "one number for each of the 12 rows"),
        ("binomial", np.full(12, 2.0), "must be 0 or 1 .*row 0 holds 2"),
        ("poisson", -np.ones(12), "must not be negative; row 0 holds -1"),
        ("gamma", np.zeros(12), "must be above zero; row 0 holds 0"),
        ("multinomial", Y[:5].astype(int), "12 rows"),
        ("multinomial", [[1], [2, 3]] * 6, "lists of unequal length"),
        ("multinomial", [], "holds no label at all"),
        ("multinomial", np.ma.array(np.arange(12) % 3, mask=np.arange(12) == 5), "no label in row 5"),
        ("multinomial", np.where(np.arange(12) == 5, pd.NA, np.array(["a", "b"] * 6, object)), "no label in row 5"),
        ("gaussian", np.ma.array(Y, mask=np.arange(12) == 5), "nan in row 5"),
        ("gaussian", np.datetime64("2020-01-01") + np.arange(12), "y must be numbers"),
    ],
)
def test_targets(family, y, message):
    with pytest.raises((TargetError, OptionError), match=message):
        rl.fit_path(X, y, family=family)


@pytest.mark.parametrize(
    ("folds", "message"),
    [
        (13, "13 folds cannot be made of 12 rows; ask for at most 12"),
        (1, "fold"),
        (np.zeros(12), "folds puts all rows into one fold"),
        (np.arange(5), "folds has 5 labels for 12 rows"),
        ([(np.arange(6), np.arange(5, 12))], "Split 0 of folds is judged on rows it learned from"),
        ([(np.arange(6), np.array([99]))], "names a row outside 0 … 11"),
        ("five", "folds must be a number of folds"),
        (np.array(3.0), "folds must be a number of folds"),
        (sp.csr_matrix(X), "an array of shape .12, 3. is none of these"),
        (KFold, "The splitter ABCMeta cannot split these rows"),
        (np.ma.array(np.arange(12) % 3, mask=np.arange(12) == 5), "folds has missing labels"),
    ],
)
def test_folds(folds, message):
    with pytest.raises(OptionError, match=message):
        rl.cross_validate(X, Y, folds=folds)


def test_groups_are_one_value_for_each_row():
    for groups in (np.arange(5), [[1, 2], [3]]):
        with pytest.raises(OptionError, match="groups must have one value for each of the 12 rows"):
            rl.cross_validate(X, Y, groups=groups)


def test_repeated_folds():
    cv = rl.cross_validate(X, Y, folds=np.int64(3), repeats=np.int64(2))
    assert (cv.folds.k, cv.folds.repeats) == (3, 2)
    for repeats in ("a", 0, np.array([1, 2])):
        with pytest.raises(OptionError, match="repeats must be a whole number of at least 1"):
            rl.cross_validate(X, Y, folds=3, repeats=repeats)


def test_nested_needs_a_division_of_the_rows():
    with pytest.raises(OptionError, match="nested=True needs folds that divide the rows"):
        rl.cross_validate(X, Y, folds=[(np.arange(6), np.arange(6, 9))], nested=True)


def test_coefficients_to_certify_have_the_features_count():
    with pytest.raises(OptionError, match="coef must hold 3 numbers, one for each feature"):
        rl.certify(X, Y, [1.0, 2.0], 0.0, 0.1)


@pytest.mark.parametrize(
    ("coef", "intercept", "lam", "message"),
    [
        (np.zeros(3), 0.0, [0.1, 0.2], "certify judges one lambda at a time; got 2"),
        (np.zeros(3), 0.0, "a", "lambda must be one or more finite numbers"),
        (["a", "b", "c"], 0.0, 0.1, "coef must hold finite numbers"),
        ([np.nan, 0.0, 0.0], 0.0, 0.1, "coef must hold finite numbers"),
        (np.zeros(3), "a", 0.1, "intercept must be a finite number; it is 'a'"),
        (np.zeros(3), np.nan, 0.1, "intercept must be a finite number; it is nan"),
        (np.zeros(3), [1.0, 2.0], 0.1, "intercept must be a finite number"),
    ],
)
def test_a_point_to_certify_is_made_of_numbers(coef, intercept, lam, message):
    with pytest.raises(OptionError, match=message):
        rl.certify(X, Y, coef, intercept, lam)


@pytest.mark.parametrize("intercept", [[0.0, 0.0], np.zeros((3, 1)), [np.nan, 0.0, 0.0]])
def test_a_point_of_classes_has_an_intercept_for_each(intercept):
    with pytest.raises(OptionError, match="or 3 of them, one for each class"):
        rl.certify(X, np.arange(12) % 3, np.zeros((3, 3)), intercept, 0.1, family="multinomial")


def test_options_of_one_function():
    with pytest.raises(OptionError, match=r"l1_ratio must be a number .* or several; it is empty"):
        rl.cross_validate(X, Y, l1_ratio=[])
    for power in ("a", None, np.inf):
        with pytest.raises(OptionError, match="power must be a positive number"):
            rl.adaptive_factors(X, Y, power=power)
    with pytest.raises(OptionError, match="lam gives the lambda and lams those to choose from"):
        rl.adaptive_factors(X, Y, lam=0.1, lams=[0.1, 1.0])
    with pytest.raises(OptionError, match="leave l1_ratio out"):
        rl.adaptive_factors(X, Y, l1_ratio=1.0)
    for level in ("a", None, [0.9]):
        with pytest.raises(OptionError, match="level must be a number between 0 and 1"):
            rl.debiased_intervals(X[:, :1], Y, level=level)
    with pytest.raises(DataError, match="Debiased intervals need columns of numbers"):
        rl.debiased_intervals(pd.DataFrame({"a": ["u", "v"] * 6}), Y)
    cv = rl.cross_validate(X, Y, l1_ratio=1.0, folds=3)
    for gammas in ("a", [], [[0.0], [0.0, 1.0]]):
        with pytest.raises(OptionError, match="gammas must be numbers from 0"):
            rl.relax(cv, gammas)
    with pytest.raises(OptionError, match="relax needs the result of cross_validate"):
        rl.relax(None)
    with pytest.raises(OptionError, match="There is no rule"):
        cv.index(["min"])
    with pytest.raises(OptionError, match="There is no rule"):
        cv.index(X)
    with pytest.raises(OptionError, match="nested must be True or False; it is 'no'"):
        rl.cross_validate(X, Y, nested="no")


@pytest.mark.parametrize("family", ["gaussian", "binomial", "multinomial", "poisson"])
@pytest.mark.parametrize("unit", [2.0**1020, 2.0**-1020])
def test_only_ratios_of_weights_matter(family, unit):
    y, weights = np.arange(12) % 2, np.linspace(0.5, 2.0, 12)
    one, other = (rl.fit_path(X, y, family, lams=[0.1], weights=w) for w in (weights, weights * unit))
    np.testing.assert_allclose(one.coef, other.coef, rtol=1e-12)


def test_one_class_catches_all():
    with pytest.raises(InputError):
        rl.fit_path(X, Y[:3])
    with pytest.raises(rl.RidgelineError):
        rl.fit_path(X, Y[:3])
    with pytest.raises(ValueError, match="12 rows"):
        rl.fit_path(X, Y[:3])


def test_inputs_are_left_as_they_are():
    frame = pd.DataFrame({"a": with_value(np.nan)[:, 2], "b": ["u", "v"] * 6})
    before, y = frame.copy(deep=True), Y.copy()
    weights = np.linspace(0, 1, 12)
    rl.cross_validate(frame, y, weights=weights, folds=3)
    pd.testing.assert_frame_equal(frame, before)
    np.testing.assert_array_equal(y, Y)
    np.testing.assert_array_equal(weights, np.linspace(0, 1, 12))


def test_extreme_targets():
    for scale, says in ((1e200, "too large"), (1e-200, "too small")):
        with pytest.raises(OptionError, match=f"y is .*, {says} to compute with, in row 0; change its unit"):
            rl.fit_path(X, Y * scale)


def test_large_and_small_numbers_within_range_are_fitted():
    plain = rl.fit_path(X, Y, lams=[0.1])
    for scale in (1e140, 1e-140, np.float32(1e30)):
        scaled = rl.fit_path((X * scale).astype(type(scale)), Y, lams=[0.1])
        assert scaled.std_coef == pytest.approx(plain.std_coef, rel=1e-5)


def test_times_are_no_numbers_for_an_estimator_either():
    with pytest.raises(TargetError, match="y must be numbers"):
        rl.PenalizedRegressor().fit(X, np.datetime64("2020-01-01") + np.arange(12))


@pytest.fixture(scope="module")
def fitted():
    x = np.linspace(0.0, 1.0, 40)
    return rl.fit({"x": x, "y": x + np.sin(9 * x)}, target="y", lam=0.1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda fit: rl.load(3), "A model needs a path, as text or a pathlib.Path; it is given as int"),
        (lambda fit: rl.export(fit, "python"), "A model needs a path, .* given as Fit"),
        (lambda fit: rl.translate(None, "glmnet"), "A model needs a path, .* given as NoneType"),
        (lambda fit: rl.export(fit.model, "python", 3), "A place for results needs a path"),
        (lambda fit: rl.translate(fit.model, "glmnet", data=3), "A table needs a path"),
        (lambda fit: fit.report("a\0b"), r"A place for results needs a path without the character NUL"),
        (lambda fit: rl.load("a\0b"), r"A model needs a path without the character NUL"),
        (
            lambda fit: rl.PenalizedClassifier(family=np.array(["a", "b"])).fit(X, Y > 1),
            "no classification family array",
        ),
        (lambda fit: rl.PenalizedRegressor(family=np.array(["a", "b"])).fit(X, Y), "no regression family array"),
        (lambda fit: fit.report(2.5), "A place for results needs a path, .* given as float"),
        (lambda fit: fit.save(None), "A place for results needs a path, .* given as NoneType"),
        (lambda fit: fit.model.save(b"m"), "A place for results needs a path, .* given as bytes"),
        (lambda fit: rl.Comparison({}).save(3), "A comparison needs a path"),
        (lambda fit: fit.model.predict_proba({"x": [1.0]}), "predicts values, not probabilities; use predict"),
        (lambda fit: rl.export(fit.model, ["sql"]), r"There is no export target \['sql'\]"),
        (lambda fit: rl.export(fit.model, "sql", dialect=["x"]), r"There is no SQL dialect \['x'\]"),
        (lambda fit: rl.export(fit.model, "sql", table=3), "table must be the name of a table; it is 3"),
        (lambda fit: rl.export(fit.model, "sql", ids=[["a"]]), "ids must be the name of a column, or a list"),
        (lambda fit: rl.translate(0.1, ["glmnet"]), r"There is no tool \['glmnet'\]"),
        (lambda fit: rl.translate(0.1, "sklearn", n="a"), "must be a finite number larger than 1; it is 'a'"),
        (lambda fit: rl.translate(0.1, "sklearn", n=9, l1_ratio="a"), "l1_ratio must be a number from 0"),
        (lambda fit: rl.compare({"y": [1.0]}, "y", contestants=3), "There is no contestant 3"),
        (lambda fit: rl.fit("a.db", "y", sql=3), "sql must be the name of a table or a query; it is 3"),
        (lambda fit: rl.fit({}, "y", rule=np.array(["min", "1se"])), "There is no rule array"),
        (lambda fit: rl.PenalizedRegressor(rule=np.array(["min", "1se"])).fit(X, Y), "no rule array"),
    ],
)
def test_arguments_of_another_kind(fitted, call, words):
    with pytest.raises(OptionError, match=words):
        call(fitted)


def test_a_strength_may_be_a_number_of_numpy():
    for lam in (np.float32(0.25), np.int64(1)):
        assert rl.translate(lam, "stata")["lambda"] == float(lam)


def test_one_id_is_a_list_of_one(fitted):
    assert rl.export(fitted.model, "sql", ids="id") == rl.export(fitted.model, "sql", ids=["id"])
