"""`PenalizedRegressor`: gaussian, poisson and gamma regression."""

from __future__ import annotations

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import d2_tweedie_score
from sklearn.utils.validation import assert_all_finite

from ridgeline.errors import OptionError, TargetError, shown
from ridgeline.estimators.base import Penalized
from ridgeline.families import get_family
from ridgeline.inputs import as_numbers

__all__ = ["PenalizedRegressor"]

_POWERS = {"poisson": 1, "gamma": 2}  # of the mean that the variance is proportional to


class PenalizedRegressor(RegressorMixin, Penalized):
    """Linear regression with an L2, L1 or elastic net penalty whose strength λ is chosen by cross-validation.

    Minimises ``(1/W) Σ w_i ℓ(y_i, b0 + x_i·b) + λ Σ f_j [ρ |s_j b_j| + (1-ρ)/2 (s_j b_j)²]`` over b0 and b.

    Parameters
    ----------
    penalty : {"l2", "l1", "elasticnet"}, default "l2"
    l1_ratio : float or list of float, optional
        ρ of the elastic net, 0.5 by default; from a list the best is chosen on the same folds.
    lam : "cv", float or list of float, default "cv"
        λ. ``"cv"`` chooses from a grid made for the data, a list from that list; a number is taken as it is.
    rule : {"min", "1se", "paired1se", "aic", "bic", "ebic", "loo", "gcv"}, default "min"
        Smallest mean loss, or the largest λ within one standard error of it (``"paired1se"``: of the difference); or
        the smallest information criterion of the fit on all rows; for the L2 penalty and gaussian also the smallest
        leave-one-out or generalized cross-validation loss.
    family : {"gaussian", "poisson", "gamma"}, default "gaussian"
    cv : int, splitter, labels or list of (train, test), default 5
        Folds that choose λ.
    standardize : bool, default True
        s_j is the weighted standard deviation of feature j (divisor W), else 1. Coefficients are reported per original
        unit either way.
    fit_intercept : bool, default True
        The intercept b0 is never penalised.
    penalty_factor : array of shape (p,), optional
        f_j; 0 is never penalised, inf excludes. One number per column of X.
    bounds : (lower, upper), optional
        Each a number or one number per column of X.
    random_state : int, RandomState or None, default 0
        Of the shuffle into folds, when `cv` is a number.
    n_threads : int, optional
        All cores by default, and with -1; the answer does not depend on it.

    Attributes
    ----------
    coef_ : ndarray of shape (p,)
        Per original unit. A column of categories has one coefficient per level, named in ``path_.feature_names``.
    intercept_ : float
    lam_, l1_ratio_ : float
        The λ and ρ that were chosen.
    lams_ : ndarray of shape (L,)
    path_ : Path
        The solutions at all of `lams_`, on all rows.
    cv_ : CrossValidation
        Losses per fold and λ; not there when `lam` is a number.
    certificate_ : Certificate
        Bound on how far the solution can be from the optimum.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        When X was a data frame whose column names are text.

    See Also
    --------
    PenalizedClassifier : The same for classes.
    fit_path, cross_validate : The functions underneath.

    Notes
    -----
    X may be dense of any real type (computed in float64, without a copy of X as a whole), sparse, or a pandas or polars
    data frame. Text and category columns of a frame are coded in full, one level per value, and never written out as
    one-hot columns; missing numbers are filled with the mean of each training fold and flagged. A level that was not
    there in training contributes nothing to a prediction.

    Examples
    --------
    >>> import numpy as np
    >>> from ridgeline import PenalizedRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((100, 3))
    >>> y = X @ [2.0, 0.0, -1.0] + rng.standard_normal(100)
    >>> model = PenalizedRegressor().fit(X, y)
    >>> model.score(X, y) > 0.7
    True
    >>> PenalizedRegressor(lam=0.0).fit(X, y).coef_.shape
    (3,)
    """

    def __init__(
        self,
        penalty="l2",
        l1_ratio=None,
        lam="cv",
        rule="min",
        family="gaussian",
        cv=5,
        standardize=True,
        fit_intercept=True,
        penalty_factor=None,
        bounds=None,
        random_state=0,
        n_threads=None,
    ):
        self.penalty = penalty
        self.l1_ratio = l1_ratio
        self.lam = lam
        self.rule = rule
        self.family = family
        self.cv = cv
        self.standardize = standardize
        self.fit_intercept = fit_intercept
        self.penalty_factor = penalty_factor
        self.bounds = bounds
        self.random_state = random_state
        self.n_threads = n_threads

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.positive_only = self.family in _POWERS
        return tags

    def fit(self, X, y, sample_weight=None, groups=None) -> PenalizedRegressor:
        """Choose λ and fit.

        Parameters
        ----------
        X : array, sparse matrix or DataFrame of shape (n, p)
        y : array of shape (n,)
        sample_weight : array of shape (n,), optional
            w_i; 2 means the same as the row given twice, 0 the same as the row left out.
        groups : array of shape (n,), optional
            Rows of one group stay in one fold.

        Returns
        -------
        PenalizedRegressor
        """
        if not isinstance(self.family, str) or self.family not in ("gaussian", *_POWERS):
            raise OptionError(
                f"There is no regression family {shown(self.family)}; choose gaussian, {', '.join(_POWERS)}."
            )
        rows = self._rows(X, sample_weight, reset=True)
        y = self._checked_y(X, y)
        y = self._numbers(y)
        assert_all_finite(y, input_name="y")
        at = self._train(rows, y, {"family": self.family, "weights": sample_weight}, groups)
        self.coef_, self.intercept_ = self.path_.coef_at(at), float(self.path_.intercept[at])
        return self

    @staticmethod
    def _numbers(y: np.ndarray) -> np.ndarray:
        numbers = y if y.dtype.kind in "fiub" else as_numbers(y)
        if numbers is None:
            raise TargetError("y must be numbers; for labels there is PenalizedClassifier.")
        return numbers

    def predict(self, X) -> np.ndarray:
        """Predict the mean of each row.

        Parameters
        ----------
        X : array, sparse matrix or DataFrame of shape (n, p)

        Returns
        -------
        ndarray of shape (n,)
        """
        return get_family(self.family).mean(self._eta(X)[:, 0])

    def score(self, X, y, sample_weight=None) -> float:
        """R²; for poisson and gamma D², the share of the deviance that the model explains.

        Parameters
        ----------
        X : array, sparse matrix or DataFrame of shape (n, p)
        y : array of shape (n,)
        sample_weight : array of shape (n,), optional

        Returns
        -------
        float
            1 is perfect, 0 is no better than the mean of y.
        """
        if self.family not in _POWERS:
            return float(super().score(X, y, sample_weight))
        return float(d2_tweedie_score(y, self.predict(X), sample_weight=sample_weight, power=_POWERS[self.family]))
