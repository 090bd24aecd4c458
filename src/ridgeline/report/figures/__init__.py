"""Charts as Vega-Lite specifications: plain dictionaries, one function per chart, no plotting library imported."""

from ridgeline.report.figures.base import NARROW, PAGE, PRINT, SMALL, WIDE, Figure, Frame, Theme
from ridgeline.report.figures.coefficients import coefficients
from ridgeline.report.figures.curve import curve
from ridgeline.report.figures.diagnostics import calibration, observed_predicted, pr, residuals, roc
from ridgeline.report.figures.path import MOST_LINES, path

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
    "calibration",
    "coefficients",
    "curve",
    "observed_predicted",
    "path",
    "pr",
    "residuals",
    "roc",
]
