"""Charts as Vega-Lite specifications: plain dictionaries, one function per chart, no plotting library imported."""

from ridgeline.figures.assessment import assessment
from ridgeline.figures.base import NARROW, PAGE, PRINT, SMALL, WIDE, Figure, Frame, Theme
from ridgeline.figures.coefficients import coefficients
from ridgeline.figures.contestants import contestants
from ridgeline.figures.curve import curve
from ridgeline.figures.diagnostics import calibration, observed_predicted, pr, residuals, roc
from ridgeline.figures.path import MOST_LINES, path

__all__ = [
    "MOST_LINES",
    "NARROW",
    "PAGE",
    "PRINT",
    "SMALL",
    "WIDE",
    "Figure",
    "Frame",
    "Theme",
    "assessment",
    "calibration",
    "coefficients",
    "contestants",
    "curve",
    "observed_predicted",
    "path",
    "pr",
    "residuals",
    "roc",
]
