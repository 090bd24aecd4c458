"""What both estimators share: reading X as scikit-learn wants it read, tuning, and the linear predictor."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn import exceptions
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d, validate_data

from ridgeline import errors
from ridgeline.api import cross_validate, fit_path
from ridgeline.crossval import rules
from ridgeline.crossval.curve import CrossValidation
from ridgeline.engines import Local
from ridgeline.errors import DataError, OptionError, TargetError, shown
from ridgeline.inputs import Rows, check_ratios, dense_rows, rows_of_block, sparse_rows, vector
from ridgeline.path import Path
from ridgeline.penalties import PENALTIES, check_penalty
from ridgeline.tables.coder import FrameCoder
from ridgeline.tables.series import is_frame

__all__ = ["NotFittedError", "Penalized"]


class NotFittedError(errors.NotFittedError, exceptions.NotFittedError):
    """Asked for an answer before `fit`: ours and scikit-learn's, whichever is caught."""


class Penalized(BaseEstimator):
    """Base of the estimators; the parameters are those of the subclasses."""

    penalty: str
    l1_ratio: Any
    lam: Any
    rule: str
    family: str
    cv: Any
    standardize: bool
    fit_intercept: bool
    penalty_factor: Any
    bounds: Any
    random_state: Any
    n_threads: int | None
    n_features_in_: int
    coef_: np.ndarray
    intercept_: Any
    path_: Path
    _coder: FrameCoder | None

    # Rows that belong together must stay together in the inner folds too, so groups are routed unless told otherwise.
    __metadata_request__fit = {"groups": True}  # noqa: RUF012

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _checked_y(self, X, y) -> np.ndarray:
        if y is None:
            raise TargetError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y is None."
            )
        _refuse_masked("y", y, TargetError)
        y = column_or_1d(y, warn=True)
        check_consistent_length(X, y)
        return y

    def _train(self, rows: Rows, y: np.ndarray, options: dict, groups) -> int:
        """Fit, set the fitted attributes that all estimators have, and return the position of the chosen λ."""
        options |= {
            "standardize": self.standardize,
            "intercept": self.fit_intercept,
            "penalty_factor": self._per_feature(self.penalty_factor),
            # None stays None, and a number is left to be refused with the other bounds that make no sense
            "bounds": tuple(map(self._per_feature, self.bounds)) if np.iterable(self.bounds) else self.bounds,
        }
        ratios = self._ratios()
        self._check_rule()
        if self._lam_is_given():
            if len(ratios) > 1:
                raise OptionError("A list for l1_ratio needs lam='cv', or a list of lambdas, to choose by.")
            self.l1_ratio_ = ratios[0]
            self.path_ = fit_path(rows, y, l1_ratio=ratios[0], lams=[self.lam], **options)
            return self._choose(0)
        cv = self._cross_validate(rows, y, options, ratios, groups)
        at = cv.index(self.rule)
        self.cv_, self.path_ = cv.without_data(), cv.path  # copies of an estimator are stored and sent
        self.l1_ratio_ = next((r for r, other in cv.by_ratio.items() if other.path is cv.path), ratios[0])
        return self._choose(at)

    def _choose(self, at: int) -> int:
        path = self.path_
        self.lams_, self.lam_, self.certificate_ = path.lams, float(path.lams[at]), path.certificates[at]
        return at

    def _cross_validate(self, rows: Rows, y: np.ndarray, options: dict, ratios: list[float], groups) -> CrossValidation:
        if isinstance(self.lam, str) and self.lam != "cv":
            raise OptionError(
                f"lam must be 'cv', a number, or a list of numbers to choose from; got {shown(self.lam)}."
            )
        tuning = {
            "folds": 5 if self.cv is None else self.cv,
            "l1_ratio": ratios,
            "lams": None if isinstance(self.lam, str) else self.lam,
            "groups": groups,
            "seed": self._seed(),
        }
        return cross_validate(rows, y, **tuning, **options)

    def _lam_is_given(self) -> bool:
        return isinstance(self.lam, Real) and not isinstance(self.lam, bool)

    def _check_rule(self) -> None:
        rules.check_rule(self.rule)
        if self.rule != "min" and self._lam_is_given():
            raise OptionError(f"rule={self.rule!r} chooses a λ, but lam={self.lam:g} gives it: leave one of them out.")

    def _ratios(self) -> list[float]:
        own = PENALTIES[check_penalty(self.penalty)]
        if self.l1_ratio is None:
            return [own]
        ratios = check_ratios(self.l1_ratio)
        if self.penalty != "elasticnet" and ratios != [own]:
            raise OptionError(f"l1_ratio is for penalty='elasticnet'; with penalty={self.penalty!r} leave it out.")
        return ratios

    def _seed(self) -> int:
        if isinstance(self.random_state, Integral):
            return int(self.random_state)
        try:
            return int(check_random_state(self.random_state).randint(2**31 - 1))
        except ValueError:
            raise OptionError(
                f"random_state must be a whole number, a RandomState or None; it is {shown(self.random_state)}."
            ) from None

    def _per_feature(self, values):
        """One number per column of a frame goes to every feature that the column became."""
        if self._coder is None or values is None or np.shape(values) != (self.n_features_in_,):
            return values
        return np.asarray(values)[self._coder.sources]

    def _rows(self, X, weights=None, *, reset: bool = False) -> Rows:
        """Read X; learn its columns when `reset`, else read it as training's were read."""
        engine = Local(self.n_threads)
        if is_frame(X) and reset:
            return self._learn_frame(X, weights, engine)
        if is_frame(X) and self._coder is not None:
            validate_data(self, X, reset=False, skip_check_array=True)
            return rows_of_block(self._coder.encode(X), self._coder.features, engine)
        _refuse_masked("X", X, DataError)
        checked: Any = validate_data(self, X, reset=reset, accept_sparse="csr", ensure_min_samples=2 if reset else 1)
        if reset:
            self._coder = None
        elif self._coder is not None and not self._coder.plain:
            raise DataError("The model was fitted on a data frame with categories or gaps; pass a data frame here too.")
        return sparse_rows(checked, engine) if hasattr(checked, "tocsr") else dense_rows(checked, engine)

    def _learn_frame(self, X, weights, engine: Local) -> Rows:
        validate_data(self, X, reset=True, skip_check_array=True)
        if len(X) < 2:
            raise DataError(f"Found a data frame with {len(X)} sample(s) while a minimum of 2 is required.")
        self._coder, block = FrameCoder.learn(X, None if weights is None else vector("sample_weight", weights, len(X)))
        return rows_of_block(block, self._coder.features, engine)

    def _check_fitted(self) -> None:
        try:
            check_is_fitted(self)
        except exceptions.NotFittedError:
            raise NotFittedError(f"This {type(self).__name__} is not fitted yet: call its fit first.") from None

    def _eta(self, X) -> np.ndarray:
        """Linear predictor, one column for each row of `coef_`."""
        self._check_fitted()
        rows = self._rows(X)
        return rows.design.predict(np.ascontiguousarray(np.atleast_2d(self.coef_).T)) + self.intercept_


def _refuse_masked(name: str, values, error: type[errors.InputError]) -> None:
    """Refuse masked cells, of which scikit-learn reads what lies under the mask."""
    if np.ma.is_masked(values):
        row = int(np.argwhere(np.ma.getmaskarray(values))[0, 0])
        raise error(f"{name} has a masked cell in row {row}; remove that row or fill it in.")
