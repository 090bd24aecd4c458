"""`PenalizedClassifier`: logistic regression for two classes, softmax regression for more."""

from __future__ import annotations

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite

from ridgeline.errors import OptionError, TargetError, shown
from ridgeline.estimators.base import Penalized

__all__ = ["PenalizedClassifier"]


class PenalizedClassifier(ClassifierMixin, Penalized):
    """Logistic regression with an L2, L1 or elastic net penalty whose strength λ is chosen by cross-validation.

    Minimises ``(1/W) Σ w_i ℓ(y_i, b0 + x_i·b) + λ Σ f_j [ρ |s_j b_j| + (1-ρ)/2 (s_j b_j)²]`` over b0 and b, where ℓ is
    the log loss. More than two classes share one softmax, each with coefficients of its own.

    Parameters
    ----------
    penalty : {"l2", "l1", "elasticnet"}, default "l2"
    l1_ratio : float or list of float, optional
        ρ of the elastic net, 0.5 by default; from a list the best is chosen on the same folds.
    lam : "cv", float or list of float, default "cv"
        λ. ``"cv"`` chooses from a grid made for the data, a list from that list; a number is taken as it is.
    rule : {"min", "1se", "paired1se", "aic", "bic", "ebic"}, default "min"
        Smallest mean log loss, or the largest λ within one standard error of it (``"paired1se"``: of the difference);
        or the smallest information criterion of the fit on all rows.
    family : {"auto", "binomial", "multinomial"}, default "auto"
        ``"auto"`` is binomial for two classes and multinomial for more. For two classes multinomial gives at 2λ what
        binomial gives at λ.
    cv : int, splitter, labels or list of (train, test), default 5
        Folds that choose λ; a number means stratified folds.
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
    classes_ : ndarray of shape (K,)
    coef_ : ndarray of shape (1, p) or (K, p)
        Per original unit; one row, of ``classes_[1]``, for two classes. A column of categories has one coefficient per
        level, named in ``path_.feature_names``.
    intercept_ : ndarray of shape (1,) or (K,)
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
    PenalizedRegressor : The same for numbers; its notes say what X may be.

    Examples
    --------
    >>> import numpy as np
    >>> from ridgeline import PenalizedClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((100, 3))
    >>> y = np.where(X[:, 0] + rng.logistic(size=100) > 0, "yes", "no")
    >>> model = PenalizedClassifier(rule="1se").fit(X, y)
    >>> model.predict_proba(X[:2]).shape
    (2, 2)
    >>> model.classes_.tolist()
    ['no', 'yes']
    """

    def __init__(
        self,
        penalty="l2",
        l1_ratio=None,
        lam="cv",
        rule="min",
        family="auto",
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
        tags.classifier_tags.multi_class = str(self.family) != "binomial"
        return tags

    def fit(self, X, y, sample_weight=None, groups=None) -> PenalizedClassifier:
        """Choose λ and fit.

        Parameters
        ----------
        X : array, sparse matrix or DataFrame of shape (n, p)
        y : array of shape (n,)
            Labels of any kind.
        sample_weight : array of shape (n,), optional
            w_i; 2 means the same as the row given twice, 0 the same as the row left out.
        groups : array of shape (n,), optional
            Rows of one group stay in one fold.

        Returns
        -------
        PenalizedClassifier
        """
        rows = self._rows(X, sample_weight, reset=True)
        y = self._checked_y(X, y)
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        family = self._family_of(len(self.classes_))
        target = y if family == "multinomial" else codes
        at = self._train(rows, target, {"family": family, "weights": sample_weight}, groups)
        coef, intercept = np.atleast_2d(self.path_.coef_at(at)), np.atleast_1d(self.path_.intercept[at])
        if len(self.classes_) == 2 and len(coef) == 2:
            coef, intercept = coef[1:] - coef[:1], intercept[1:] - intercept[:1]
        self.coef_, self.intercept_ = coef.copy(), intercept.copy()
        return self

    def _family_of(self, classes: int) -> str:
        if not isinstance(self.family, str) or self.family not in ("auto", "binomial", "multinomial"):
            raise OptionError(
                f"There is no classification family {shown(self.family)}; choose auto, binomial or multinomial."
            )
        if classes < 2:
            raise TargetError(
                f"y holds only one class ({self.classes_[0]!r}); a classifier needs at least two classes."
            )
        if classes > 2 and self.family == "binomial":
            raise TargetError(
                "Only binary classification is supported by family='binomial'. The type of the target is multiclass:"
                f" y holds {classes} classes; use family='auto'."
            )
        return self.family if self.family != "auto" else "binomial" if classes == 2 else "multinomial"

    def decision_function(self, X) -> np.ndarray:
        """Linear predictor: for two classes the log odds of ``classes_[1]``.

        Parameters
        ----------
        X : array, sparse matrix or DataFrame of shape (n, p)

        Returns
        -------
        ndarray of shape (n,) or (n, K)
        """
        eta = self._eta(X)
        return eta[:, 0] if eta.shape[1] == 1 else eta

    def predict(self, X) -> np.ndarray:
        """Predict the most probable class of each row.

        Parameters
        ----------
        X : array, sparse matrix or DataFrame of shape (n, p)

        Returns
        -------
        ndarray of shape (n,)
        """
        self._check_fitted()
        eta = self.decision_function(X)
        return self.classes_[(eta > 0).astype(np.intp) if eta.ndim == 1 else eta.argmax(axis=1)]

    def predict_proba(self, X) -> np.ndarray:
        """Predict the probability of each class.

        Parameters
        ----------
        X : array, sparse matrix or DataFrame of shape (n, p)

        Returns
        -------
        ndarray of shape (n, K)
            In the order of `classes_`.
        """
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X) -> np.ndarray:
        """Predict the logarithm of the probability of each class; finite even where the probability rounds to zero.

        Parameters
        ----------
        X : array, sparse matrix or DataFrame of shape (n, p)

        Returns
        -------
        ndarray of shape (n, K)
        """
        eta = self._eta(X)
        if eta.shape[1] == 1:
            return -np.logaddexp(0.0, np.hstack([eta, -eta]))
        eta -= eta.max(axis=1, keepdims=True)
        return eta - np.log(np.exp(eta).sum(axis=1, keepdims=True))
