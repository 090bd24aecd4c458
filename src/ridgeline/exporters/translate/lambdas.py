"""What a λ here is elsewhere.

Here the penalty is λ Σ f_j [ρ |s_j b_j| + (1-ρ)/2 (s_j b_j)²] beside the mean loss, with s_j of divisor n. Each tool
is two factors: its L1 part times `first`, and its L2 part times `second`, are ours; then the names of its parameters.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

from ridgeline.errors import OptionError
from ridgeline.families import get_family
from ridgeline.inputs import check_ratio

__all__ = ["TOOLS", "Setting", "parameters", "strength"]


@dataclass(frozen=True)
class Setting:
    """What the factors may depend on.

    Attributes
    ----------
    family : str
    l1_ratio : float
        Ours, or the tool's when its parameters are turned into ours.
    n : float or None
        Rows, or the sum of their weights.
    sd_y : float or None
        Standard deviation of the target, divisor n; only gaussian models of some tools need it.
    """

    family: str = "gaussian"
    l1_ratio: float = 0.0
    n: float | None = None
    sd_y: float | None = None

    def rows(self, tool: str) -> float:
        """Return n, or say that the tool needs it."""
        if self.n is None:
            raise OptionError(f"The parameters of {tool} depend on the number of rows: give n (--n).")
        return float(self.n)

    def spread(self, tool: str) -> float:
        """Return the target's standard deviation, or say that the tool needs it; 1 but for gaussian models."""
        if self.family != "gaussian":
            return 1.0
        if self.sd_y is None:
            raise OptionError(
                f"{tool} scales a gaussian target to unit variance: give its standard deviation, sd_y (--sd-y)."
            )
        return float(self.sd_y)


@dataclass(frozen=True)
class _Tool:
    factors: Callable[[Setting], tuple[float, float]]
    names: Callable[[Setting], tuple[str, str | None]]


def _sklearn(s: Setting) -> tuple[float, float]:
    if _has_own_scale(s):
        factor = 1.0 / s.rows("scikit-learn")
        return factor, factor
    return 1.0, 1.0


def _has_own_scale(s: Setting) -> bool:
    """Whether scikit-learn sums losses over rows instead of taking their mean: Ridge and LogisticRegression."""
    return s.family in ("binomial", "multinomial") or (s.family == "gaussian" and s.l1_ratio == 0)


def _sklearn_names(s: Setting) -> tuple[str, str | None]:
    if s.family in ("binomial", "multinomial"):
        return "C", "l1_ratio"
    if s.family != "gaussian" and s.l1_ratio > 0:
        raise OptionError(f"scikit-learn has no L1 penalty for the family {s.family!r}.")
    return "alpha", "l1_ratio" if 0 < s.l1_ratio < 1 else None


def _glmnet(s: Setting) -> tuple[float, float]:
    return 1.0, 1.0 / s.spread("glmnet")


def _unbiased(tool: str, scaled_target: bool) -> Callable[[Setting], tuple[float, float]]:
    """Tools that standardize by the standard deviation of divisor n - 1."""

    def factors(s: Setting) -> tuple[float, float]:
        n = s.rows(tool)
        wider = math.sqrt(n / (n - 1))
        spread = s.spread(tool) * wider if scaled_target and s.family == "gaussian" else 1.0
        return wider, wider**2 / spread

    return factors


def _same(s: Setting) -> tuple[float, float]:
    return 1.0, 1.0


def _names(strength: str, mixing: str | None) -> Callable[[Setting], tuple[str, str | None]]:
    return lambda setting: (strength, mixing)


TOOLS: dict[str, _Tool] = {
    "sklearn": _Tool(_sklearn, _sklearn_names),
    "statsmodels": _Tool(_same, _names("alpha", "L1_wt")),
    "glmnet": _Tool(_glmnet, _names("lambda", "alpha")),
    "spark": _Tool(_unbiased("Spark", scaled_target=True), _names("regParam", "elasticNetParam")),
    "h2o": _Tool(_unbiased("H2O", scaled_target=False), _names("lambda", "alpha")),
    "stata": _Tool(_same, _names("lambda", "alpha")),
}
"""Tool → its factors and names. A new one is one line."""


def _tool(to: str) -> _Tool:
    if to not in TOOLS:
        raise OptionError(f"There is no tool {to!r} to translate to; choose one of {', '.join(TOOLS)}.")
    return TOOLS[to]


def parameters(lam: float, to: str, setting: Setting) -> dict[str, float]:
    """Return the parameters of a tool at which it minimises our objective.

    Examples
    --------
    >>> parameters(0.1, "sklearn", Setting(n=200))
    {'alpha': 20.0}
    >>> parameters(0.1, "glmnet", Setting(l1_ratio=0.5, sd_y=3.0))
    {'lambda': 0.2, 'alpha': 0.25}
    """
    _check(lam, setting)
    tool = _tool(to)
    name, mixing = tool.names(setting)
    first, second = tool.factors(setting)
    one, two = setting.l1_ratio * lam / first, (1 - setting.l1_ratio) * lam / second
    total = one + two
    value = total if name != "C" else math.inf if total == 0 else 1.0 / total
    return {name: value} | ({mixing: one / total if total else setting.l1_ratio} if mixing else {})


def strength(value: float, of: str, setting: Setting) -> dict[str, float]:
    """Return our λ and l1_ratio for a tool's parameters; `setting.l1_ratio` is the tool's mixing parameter.

    Examples
    --------
    >>> strength(20.0, "sklearn", Setting(n=200))
    {'lam': 0.1, 'l1_ratio': 0.0}
    """
    _check(value, setting)
    tool = _tool(of)
    name, _ = tool.names(setting)
    if name == "C":
        if value == 0:
            raise OptionError("C must be larger than 0: it is 1 over the strength of the penalty.")
        value = 1.0 / value
    first, second = tool.factors(setting)
    one, two = setting.l1_ratio * value * first, (1 - setting.l1_ratio) * value * second
    return {"lam": one + two, "l1_ratio": one / (one + two) if one + two else setting.l1_ratio}


def _check(value: float, setting: Setting) -> None:
    if not (math.isfinite(value) and value >= 0):
        raise OptionError(f"The strength of a penalty is a finite number, 0 or larger; it is {value!r}.")
    get_family(setting.family)  # or an error that names the nearest
    for what, given, least in (
        ("The number of rows, n (--n),", setting.n, 1),
        ("The target's standard deviation, sd_y (--sd-y),", setting.sd_y, 0),
    ):
        if given is None:
            continue
        if not isinstance(given, Real) or not least < given < math.inf:
            shown = f"{given:g}" if isinstance(given, Real) else repr(given)
            raise OptionError(f"{what} must be a finite number larger than {least}; it is {shown}.")
    check_ratio(setting.l1_ratio)
