import subprocess
import sys

import pytest

from ridgeline.figures import charts


def drawn(name, facts):
    along, curves = facts["along"], facts["curves"]
    if name == "curve":
        return charts.curve(facts["summary"]["cv"], {"lowest": 0.01}, along["df"])
    if name == "path":
        return charts.path(along["lams"], along["std_coef"], along["features"], along["index"]["chosen"])
    if name == "coefficients":
        return charts.coefficients(facts["summary"]["coefficients"])
    return getattr(charts, name)(curves[name])


CASES = [
    *(("breast_cancer", name) for name in ("curve", "path", "coefficients", "roc", "pr", "calibration")),
    *(("diabetes", name) for name in ("coefficients", "observed_predicted", "residuals")),
]


@pytest.mark.parametrize(("data", "name"), CASES)
def test_charts_are_valid_and_saved_without_a_browser(data, name, facts_of, tmp_path):
    chart = drawn(name, facts_of(data))
    chart.to_dict()  # validates against Altair's own schema
    chart.save(tmp_path / "chart.svg")
    chart.save(tmp_path / "chart.png")
    assert (tmp_path / "chart.svg").read_text("utf-8").startswith("<svg")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_the_report_needs_neither_altair_nor_scikit_learn():
    code = (
        "import sys, ridgeline.report as r\n"
        "assert not {'jinja2', 'vl_convert', 'altair'} & set(sys.modules), 'import must be light'\n"
        "r.render({'summary': {'cv': {'lambda': [1, .1], 'mean': [1, 2], 'se': [0, 0]}}})\n"
        "assert not {'altair', 'sklearn', 'scipy', 'pandas', 'duckdb'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
