"""The path: λ grid, and the solution with its certificate at every λ of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ridgeline import duality, duality_classes
from ridgeline.designs import Standardization
from ridgeline.engines import give_back
from ridgeline.errors import OptionError, shown
from ridgeline.inputs import as_numbers
from ridgeline.moments import Moments
from ridgeline.problem import Certificate, Problem, Status
from ridgeline.problem_near import certify_near, certify_near_classes
from ridgeline.solvers import Fitted
from ridgeline.solvers.least_norm import least_norm
from ridgeline.solvers.polish import affordable, polish
from ridgeline.solvers.polish_classes import polish_classes
from ridgeline.solvers.separation import recedes

__all__ = ["TARGET", "Path", "certify", "check_lams", "degrees_of_freedom", "make_grid", "make_path"]

TARGET = 1e-8  # relative certificate that counts as solved
_DUST = 1e-13  # share of the largest coefficient
_FAR = 8.0  # coefficient, per standard deviation, that makes one ask whether there is an optimum


@dataclass(frozen=True, eq=False)
class Path:
    """Solutions along λ, in the order of `lams`.

    Attributes
    ----------
    lams : ndarray of shape (L,)
    beta : ndarray of shape (L, p), or (L, K, p) for K classes
        Coefficients as they were penalised: per standard deviation, unless the fit was asked not to standardize.
    unit : ndarray of shape (p,)
        What `beta` is multiplied by to be per original unit.
    intercept : ndarray of shape (L,), or (L, K), of sum zero over the classes
    sd : ndarray of shape (p,)
        Standard deviations of the features.
    certificates : tuple of Certificate
    status : tuple of Status
    df : ndarray of shape (L,)
        Effective degrees of freedom of the features alone: Σ d/(d + λ); with L1 or bounds, the number of nonzero ones
        (of K classes at most K − 1 for each feature, because moving all classes alike changes nothing).
    feature_names : tuple of str
    classes : tuple
        Labels of a multinomial model, sorted; else empty.
    bounds : pair of ndarray of shape (p,), or None
        Smallest and largest coefficient per original unit, which `coef` keeps to the last digit.
    """

    lams: np.ndarray
    beta: np.ndarray
    unit: np.ndarray
    intercept: np.ndarray
    sd: np.ndarray
    certificates: tuple[Certificate, ...]
    status: tuple[Status, ...]
    df: np.ndarray
    feature_names: tuple[str, ...]
    classes: tuple = ()
    bounds: tuple[np.ndarray, np.ndarray] | None = None

    @cached_property
    def coef(self) -> np.ndarray:
        """Coefficients per original unit, (L, p), or (L, K, p) for K classes; made when they are first asked for."""
        return self.coef_at(slice(None))

    def coef_at(self, place) -> np.ndarray:
        """Coefficients per original unit at some places of `lams`, without room for those of the others.

        Parameters
        ----------
        place : int, slice or ndarray
            As for the first axis of `coef`.

        Examples
        --------
        >>> import numpy as np
        >>> from ridgeline import fit_path
        >>> X = np.random.default_rng(0).standard_normal((30, 2))
        >>> path = fit_path(X, X[:, 0])
        >>> bool((path.coef_at(7) == path.coef[7]).all())
        True
        """
        coef = self.beta[place] * self.unit
        if self.bounds is None:
            return coef
        # the change of units rounds; a column that says nothing stays at 0, which its bounds may exclude
        return np.where(self.unit > 0.0, np.clip(coef, *self.bounds), 0.0)

    @cached_property
    def std_coef(self) -> np.ndarray:
        """Coefficients per standard deviation of the feature, shaped as `coef`."""
        return self.coef * self.sd

    def plot(self, label=None):
        """Draw the coefficients per standard deviation along λ (log scale, strong penalty on the left).

        Parameters
        ----------
        label : optional
            Of several classes, the one whose coefficients are drawn; the first by default.

        Returns
        -------
        altair.LayerChart
            A notebook shows it; ``save("path.png")`` (or ``.svg``, ``.html``) needs no browser.

        Raises
        ------
        OptionError
            There is no such class, or the path has fewer than two different λ above 0.

        Examples
        --------
        >>> import numpy as np
        >>> from ridgeline import fit_path
        >>> X = np.random.default_rng(0).standard_normal((30, 2))
        >>> fit_path(X, X[:, 0]).plot().to_dict()["width"] > 0
        True
        """
        from ridgeline.figures import charts, notebook

        return charts.path(**notebook.path_facts(self, label))

    def _repr_html_(self) -> str:
        from ridgeline.figures.notebook import path_html

        return path_html(self)

    def __repr__(self) -> str:
        worst = max((c.relative_gap for c in self.certificates), default=0.0)
        span = f"{self.lams.min():.3g} … {self.lams.max():.3g}" if len(self.lams) else "none"
        what = f"{len(self.lams)} lambdas ({span}), {self.beta.shape[-1]} features"
        return f"Path of {what}, largest relative gap {worst:.1e}"


def make_path(problem: Problem, fitted: Fitted, lams: np.ndarray, names: tuple[str, ...]) -> Path:
    """Certify a fit on all rows and put it into people's units."""
    give_back(problem.design.shape)  # what solvers have freed
    fitted = least_norm(problem, fitted, lams)
    if problem.l1_ratio > 0.0:
        fitted = replace(fitted, beta=_without_dust(fitted.beta))
    certificates = certify(problem, fitted.standard, fitted.beta, fitted.b0, lams, fitted.moments)
    fitted, certificates = _again(problem, fitted, lams, certificates)
    fitted = _told_apart(problem, fitted, lams, certificates)
    standard = fitted.standard
    intercept = fitted.b0 - (standard.mean * standard.inverse) @ fitted.beta
    return Path(
        lams,
        _by_lambda(fitted.beta, fitted.classes),
        standard.inverse,
        _centred(_by_lambda(intercept[None], fitted.classes)[..., 0]),
        standard.sd,
        tuple(certificates),
        tuple(_status(c, bool(s)) for c, s in zip(certificates, fitted.separated, strict=True)),
        degrees_of_freedom(fitted.spectrum, lams) if problem.smooth else _nonzero(fitted),
        names,
        getattr(problem.family, "classes", ()),
        problem.bounds,
    )


def _again(problem: Problem, fitted: Fitted, lams: np.ndarray, certificates: list[Certificate]):
    """Try what is left before a ridge solution is reported as missed: orthogonal steps, and a sharper certificate."""
    poor = np.array([c.relative_gap > TARGET for c in certificates]) & ~fitted.separated
    if not problem.smooth or not poor.any() or not affordable(problem, fitted):
        return fitted, certificates
    out = list(certificates)
    for steps in (None, polish if fitted.classes == 1 else polish_classes):
        which = np.array([i for i, c in enumerate(out) if poor[i] and c.relative_gap > TARGET], dtype=int)
        one = fitted if steps is None else steps(problem, fitted, lams, which)
        beta, b0 = fitted.beta.copy(), fitted.b0.copy()
        for i in which.tolist():
            found, at = _near(problem, one, lams, i), i + len(lams) * np.arange(fitted.classes)
            if found.gap < out[i].gap:
                out[i], beta[:, at], b0[at] = found, one.beta[:, at], one.b0[at]
        fitted = replace(fitted, beta=beta, b0=b0)
    return fitted, out


def _told_apart(problem: Problem, fitted: Fitted, lams: np.ndarray, certificates: list[Certificate]) -> Fitted:
    """Look for separation by columns that no penalty holds; solvers of ridge have looked where they were slow."""
    free = problem.factors == 0.0
    if problem.bounds is not None or not free.any() or not (lams > 0).any():
        return fitted
    missed = not problem.smooth and any(c.relative_gap > TARGET for c in certificates)
    if not missed and np.abs(fitted.beta[free]).max(initial=0.0) < _FAR:
        return fitted
    at = int(np.argmax(lams)) + len(lams) * np.arange(fitted.classes)
    theta = np.vstack([fitted.beta[:, at], fitted.b0[at]])
    every = np.ones(len(problem.y), dtype=bool)
    if not recedes(problem, every, fitted.standard, free, theta if fitted.classes > 1 else theta[:, 0]):
        return fitted
    return replace(fitted, separated=fitted.separated | (lams > 0))


def _near(problem: Problem, fitted: Fitted, lams: np.ndarray, i: int) -> Certificate:
    """Certify one solution among nearly dependent columns."""
    if fitted.classes > 1:
        at = i + len(lams) * np.arange(fitted.classes)
        return certify_near_classes(problem, fitted.standard, fitted.beta[:, at], fitted.b0[at], float(lams[i]))
    if lams[i] > 0:
        return certify_near(problem, fitted.standard, fitted.beta[:, i], float(fitted.b0[i]), float(lams[i]))
    return certify(problem, fitted.standard, fitted.beta[:, [i]], fitted.b0[[i]], lams[[i]])[0]


def _without_dust(beta: np.ndarray) -> np.ndarray:
    """Set to zero what rounding has left of coefficients: columns that say the same may trade it among each other."""
    groups = [slice(a, a + 1024) for a in range(0, len(beta), 1024)]
    least = _DUST * np.max([np.abs(beta[j]).max(axis=0, initial=0.0) for j in groups], axis=0, initial=0.0)
    out = beta
    for j in groups:
        small = (np.abs(beta[j]) <= least) & (beta[j] != 0.0)
        if small.any():
            out = beta.copy() if out is beta else out
            out[j][small] = 0.0
    return out


def certify(
    problem: Problem,
    standard: Standardization,
    beta: np.ndarray,
    b0: np.ndarray,
    lams: np.ndarray,
    moments: Moments | None = None,
):
    """Certificates of candidates laid out as in `Fitted`, for one linear predictor or one for each class."""
    if problem.family.name != "multinomial":
        return duality.certify(problem, standard, beta, b0, lams, moments)
    shape = (len(problem.family.classes), len(lams))  # type: ignore[attr-defined]
    return duality_classes.certify(problem, standard, beta.reshape(-1, *shape), b0.reshape(shape), lams)


def _nonzero(fitted: Fitted) -> np.ndarray:
    """Coefficients other than zero at each λ; of K classes a feature has at most K − 1 to choose freely."""
    if fitted.classes == 1:
        return np.count_nonzero(fitted.beta, axis=0).astype(float)
    used = (fitted.beta != 0.0).reshape(len(fitted.beta), fitted.classes, -1).sum(axis=1)
    return np.minimum(used, max(1, fitted.classes - 1)).sum(axis=0).astype(float)


def _centred(intercept: np.ndarray) -> np.ndarray:
    """Make the intercepts of K classes sum to zero: moving them alike changes nothing."""
    return intercept if intercept.ndim == 1 else intercept - intercept.mean(axis=1, keepdims=True)


def _by_lambda(columns: np.ndarray, classes: int) -> np.ndarray:
    """(p, L) to (L, p), or (p, K·L) to (L, K, p): a view."""
    if classes == 1:
        return columns.T
    return columns.reshape(len(columns), classes, -1).transpose(2, 1, 0)


def _status(certificate: Certificate, separated: bool) -> Status:
    if separated:
        return Status.SEPARATED
    return Status.SOLVED if certificate.relative_gap <= TARGET else Status.MISSED


def degrees_of_freedom(spectrum: np.ndarray, lams: np.ndarray) -> np.ndarray:
    """df(λ) = Σ d / (d + λ); a never-penalised column (d = ∞) counts as one."""
    finite = spectrum[np.isfinite(spectrum)]
    live = finite[finite > 0][:, None]
    return (live / (live + lams)).sum(axis=0) + np.isinf(spectrum).sum()


def make_grid(spectrum: np.ndarray, count: int = 100) -> np.ndarray:
    """Decreasing λ grid from nearly none to nearly all degrees of freedom.

    From Σ d/(d + λ) = 0.01 of the rank (0.05 at most) to the rank less the same amount, but not below 1e-10 of the
    largest eigenvalue, where rounding begins to speak.
    """
    d = spectrum[np.isfinite(spectrum) & (spectrum > 0)]
    if len(d) == 0:
        return np.logspace(0, -4, count)
    rest = min(0.05, 0.01 * len(d))
    high = d.sum() / rest
    low = max(rest / (1.0 / d).sum(), 1e-10 * d.max())
    return np.geomspace(high, low, count)


def check_lams(lams) -> np.ndarray:
    """λ values as given, or an `OptionError`."""
    given = as_numbers(lams)
    values = np.empty(0) if given is None else given.ravel()
    if len(values) == 0 or not np.all(np.isfinite(values)) or (values < 0).any():
        raise OptionError(f"lambda must be one or more finite numbers, none of them negative; got {shown(lams)}.")
    return values
