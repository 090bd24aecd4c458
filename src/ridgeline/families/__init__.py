"""Families by name. A new one is one file here and one line in the table."""

from __future__ import annotations

from ridgeline.errors import unknown_choice
from ridgeline.families.base import Family
from ridgeline.families.binomial import Binomial
from ridgeline.families.gamma import Gamma
from ridgeline.families.gaussian import Gaussian
from ridgeline.families.multinomial import Multinomial
from ridgeline.families.poisson import Poisson

__all__ = ["FAMILIES", "Binomial", "Family", "Gamma", "Gaussian", "Multinomial", "Poisson", "get_family"]

FAMILIES: dict[str, type[Family]] = {f.name: f for f in (Gaussian, Binomial, Multinomial, Poisson, Gamma)}


_ELSEWHERE = {"normal": "gaussian", "linear": "gaussian", "logistic": "binomial", "binary": "binomial"}


def get_family(family: str | Family, classes=()) -> Family:
    """Look a family up by name; an instance passes through. The multinomial family is told its classes.

    Raises
    ------
    OptionError
        The name is not in `FAMILIES`.
    """
    if isinstance(family, Family):
        return family
    if not isinstance(family, str) or family not in FAMILIES:
        raise unknown_choice("family", family, FAMILIES, _ELSEWHERE)
    return Multinomial(classes) if family == "multinomial" else FAMILIES[family]()
