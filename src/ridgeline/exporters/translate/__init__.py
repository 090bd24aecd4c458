"""The same fit by other programs: what λ is there, and the code.

A new tool is one line in `TOOLS`; with code, also one file here and one line in `SCRIPTS`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from numbers import Real
from typing import Any

from ridgeline.errors import OptionError
from ridgeline.exporters.translate.lambdas import TOOLS, Setting, parameters, strength
from ridgeline.inputs import check_ratio
from ridgeline.model import Model, load
from ridgeline.output import write_file

__all__ = ["SCRIPTS", "translate"]

SCRIPTS: tuple[str, ...] = ("sklearn", "statsmodels", "glmnet")
"""Tools for which there is code: the modules of the same names, each with ``render(recipe)``."""


def translate(
    what: float | Model | str | os.PathLike[str],
    to: str,
    path: str | os.PathLike[str] | None = None,
    *,
    data: str | os.PathLike[str] | None = None,
    family: str | None = None,
    l1_ratio: float | None = None,
    n: float | None = None,
    sd_y: float | None = None,
    inverse: bool = False,
) -> Any:
    """Say what a λ is in another program, or write the code that repeats a fit there.

    Parameters
    ----------
    what : float, Model or path
        A λ; or a model, whose fit is to be repeated.
    to : {"sklearn", "statsmodels", "glmnet", "spark", "h2o", "stata"}
        The program. Parameters are known of all six; code is written for the first three.
    path : path, optional
        For a model: where to write the code, whole or not at all.
    data : path, optional
        For a model: the table it was fitted to, where that is not the file in the model's record.
    family : str, optional
        For a λ: the family, gaussian by default.
    l1_ratio : float, optional
        For a λ: share ρ of L1, 0 by default; with `inverse` the other program's mixing parameter.
    n : float, optional
        For a λ: rows (with weights, their sum), where the program needs it: ``sklearn`` for Ridge and
        LogisticRegression, ``spark``, ``h2o``.
    sd_y : float, optional
        For a λ: standard deviation of the target (divisor n), for gaussian models of ``glmnet`` and ``spark``, which
        scale it to 1.
    inverse : bool, default False
        `what` is the other program's strength (of scikit-learn's LogisticRegression: its C); return ours.

    Returns
    -------
    dict or str
        For a λ: the parameters by name. For a model: the text of the script.  It reads the table, takes the training
        rows, prepares and fits them, and leaves ``coef`` (feature → value) and ``intercept`` on the original scale.

    Raises
    ------
    OptionError
        The program is not known, cannot do such a fit, a number it needs is not given, or an option has no say here.

    Examples
    --------
    >>> import ridgeline as rl
    >>> rl.translate(0.1, to="sklearn", n=200)
    {'alpha': 20.0}
    >>> rl.translate(0.05, to="sklearn", family="binomial", n=200)
    {'C': 0.1, 'l1_ratio': 0.0}
    >>> rl.translate(0.1, to="glmnet", sd_y=2.5)
    {'lambda': 0.25, 'alpha': 0.0}
    >>> rl.translate(0.25, to="glmnet", sd_y=2.5, inverse=True)
    {'lam': 0.1, 'l1_ratio': 0.0}
    """
    if not isinstance(to, str) or to not in TOOLS:
        raise OptionError(f"There is no tool {to!r} to translate to; choose one of {', '.join(TOOLS)}.")
    if isinstance(what, Real) and not isinstance(what, bool):
        _refuse("A λ alone makes no code: give a model, or leave {} out.", {"path (-o)": path, "data (--data)": data})
        setting = Setting(family or "gaussian", check_ratio(l1_ratio or 0.0), n, sd_y)
        return strength(float(what), to, setting) if inverse else parameters(float(what), to, setting)
    of_lam = {"family (--family)": family, "l1_ratio (--l1-ratio)": l1_ratio, "n (--n)": n, "sd_y (--sd-y)": sd_y}
    _refuse("{} is for a λ alone: a model has its own, leave it out.", of_lam | {"inverse": inverse or None})
    if to not in SCRIPTS:
        raise OptionError(f"No code is written for {to}, only parameters: give a λ. Code: {', '.join(SCRIPTS)}.")
    from ridgeline.exporters.translate.recipe import recipe

    model = what if isinstance(what, Model) else load(what)
    if len(model.content["labels"]) > 2:
        raise OptionError("Code for more than two classes is not written yet; export --to python predicts anywhere.")
    text = import_module(f"{__name__}.{to}").render(recipe(model, data))
    if path is not None:
        write_file(path, lambda place: place.write_text(text, encoding="utf-8", errors="backslashreplace"))
    return text


def _refuse(sentence: str, given: Mapping[str, object]) -> None:
    """Refuse options that would silently have no effect."""
    for name, value in given.items():
        if value is not None:
            raise OptionError(sentence.format(name))
