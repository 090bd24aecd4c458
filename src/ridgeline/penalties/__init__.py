"""Penalties: four arrays made from ρ, factors and bounds."""

from ridgeline.penalties.base import Penalty, elastic_net
from ridgeline.penalties.levels import level_factors

__all__ = ["PENALTIES", "Penalty", "elastic_net", "level_factors"]

PENALTIES: dict[str, float] = {"l2": 0.0, "l1": 1.0, "elasticnet": 0.5}
