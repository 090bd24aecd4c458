"""Penalties: four arrays made from ρ, factors and bounds."""

from ridgeline.penalties.base import Penalty, elastic_net
from ridgeline.penalties.levels import level_factors
from ridgeline.penalties.names import PENALTIES, check_penalty

__all__ = ["PENALTIES", "Penalty", "check_penalty", "elastic_net", "level_factors"]
