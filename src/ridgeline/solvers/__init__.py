"""Solvers: how the objective is minimised; which one, is a table in `choose`."""

from ridgeline.solvers.base import Fitted, Resamples
from ridgeline.solvers.choose import explain_choice, solve_sets, spectrum

__all__ = ["Fitted", "Resamples", "explain_choice", "solve_sets", "spectrum"]
