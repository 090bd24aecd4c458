# ruff: noqa: E501 (a row of the table is one line)
"""The code that is written runs there and leaves the coefficients of the model."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.errors import DataError, OptionError

NASTY = [
    "it's",
    'say "no"',
    "back\\slash",
    "'; DROP TABLE data; --",
    "{{7*7}}",
    "`tick`",
    "Zoë 日本 🎈",
    "%s ${x} {y}",
    '"""',
    "#",
]


def write_table(path, n=160):
    random = np.random.default_rng(1)
    number = random.normal(size=n)
    city = random.choice(["Oslo", "Bergen", "Hamar", "seldom a", "seldom b"], n, p=[0.4, 0.3, 0.28, 0.01, 0.01])
    days = random.integers(0, 700, n)
    lines = ['number;flag;city;"na""me\'\n; --";when;size;ok;y']
    for k in range(n):
        cells = [
            "NA" if k % 11 == 0 else f"{number[k]:.3f}".replace(".", ","), str(bool(random.random() < 0.5)).lower(),
            "" if k % 13 == 0 else city[k], '"' + NASTY[k % len(NASTY)].replace('"', '""') + '"',
            str(np.datetime64("2020-01-01") + days[k]), str(random.integers(1, 4)),
            "yes" if number[k] + random.normal() > 0 else "no", f"{2 * number[k] + days[k] / 300 + random.normal():.4f}".replace(".", ","),
        ]  # fmt: skip
        lines.append(";".join(cells))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return write_table(tmp_path_factory.mktemp("translate") / 'it\'s a "table".csv')


KINDS = {
    "regression": {}, "binary": {}, "weighted, one column not penalised": {"weight": "size", "keep": ["number"]},
    "regression, l1": {"penalty": "l1"}, "binary, l1": {"penalty": "l1"},
    "regression, elastic net": {"penalty": "elasticnet", "l1_ratio": 0.4},
    "binary, elastic net": {"penalty": "elasticnet", "l1_ratio": 0.4},
}  # fmt: skip


@pytest.fixture(scope="module", params=list(KINDS))
def model(request, table):
    target, other = ("ok", "y") if request.param.startswith("binary") else ("y", "ok")
    options = KINDS[request.param]
    found = rl.fit(table, target=target, drop=[other], **options).model
    assert {c.name for c in found.encoder.columns} >= {"number", "flag", "city", "when"}
    return found


def run_python(text, tmp_path):
    script = tmp_path / "fit.py"
    script.write_text(text, "utf-8")
    code = "import runpy, json; got = runpy.run_path('fit.py'); print(json.dumps([got['intercept'], got['coef']]))"
    command = [sys.executable, "-W", "ignore", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    intercept, coef = json.loads(done.stdout)
    return intercept, list(coef), np.array(list(coef.values()))


def run_r(text, tmp_path):
    (tmp_path / "fit.R").write_text(text, "ascii")
    done = subprocess.run(["Rscript", "--vanilla", "fit.R"], capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return float(lines[0].split()[1]), None, np.array([float(line.rsplit(" ", 1)[1]) for line in lines[1:]])


@cache
def has_glmnet():
    if shutil.which("Rscript") is None:
        return False
    return not subprocess.run(
        ["Rscript", "--vanilla", "-e", "library(glmnet)"], capture_output=True, check=False
    ).returncode


@pytest.mark.parametrize("tool", ["sklearn", "statsmodels", "glmnet"])
def test_the_code_repeats_the_fit(model, tool, tmp_path):
    if tool == "statsmodels" and importlib.util.find_spec("statsmodels") is None:
        pytest.skip("statsmodels is not installed")
    if tool == "glmnet" and not has_glmnet():
        pytest.skip("Rscript with glmnet is not installed")
    if tool == "statsmodels" and model.content["training"]["weight"]:
        with pytest.raises(OptionError, match="weights"):
            rl.translate(model, to=tool)
        return
    if tool == "sklearn" and model.content["penalty"] == "elasticnet":
        with pytest.raises(OptionError, match="levels of categories have their own"):
            rl.translate(model, to=tool)
        return
    run = run_r if tool == "glmnet" else run_python
    intercept, names, coef = run(rl.translate(model, to=tool), tmp_path)
    features = model.content["features"]
    assert names in (None, [f["feature"] for f in features])
    scale = np.array([f["sd"] for f in features])
    assert np.allclose(coef * scale, model.coef * scale, rtol=1e-6, atol=1e-6)
    assert intercept == pytest.approx(model.content["intercept"], rel=1e-6)


WRITTEN = {
    "accounting": lambda v: f"({-v:.2f})" if v < 0 else f"{v:.2f}",
    "point": lambda v: f"{1e4 * v:,.1f}",
    "comma": lambda v: f"{1e4 * v:,.1f}".translate(str.maketrans(",.", ".,")),
    "blanks": lambda v: f"{1e4 * v:,.1f}".replace(",", "\u202f"),
    "apostrophes": lambda v: f"{1e4 * v:,.1f}".replace(",", "\u2019").replace("-", "\u2212"),
    "underscores": lambda v: f"{1e4 * v:_.1f}",
    "lakhs": lambda v: f"{'-' if v < 0 else ''}12,34,{567 + int(abs(300 * v)) % 400}",
    "percent": lambda v: f"{v:.2f} %",
    "before": lambda v: f"{'-' if v < 0 else ''}$ {abs(v):.2f}",
    "after": lambda v: f"{v:.2f} EUR".replace(".", ","),
    "in brackets": lambda v: f"($1{v:.3f})".replace("-", "") if v < 0 else f"$1{v:.3f}",
    "exponent": lambda v: f"{v:.3e}",
}  # fmt: skip


def agrees_with_r(model, tmp_path):
    if not has_glmnet():
        pytest.skip("Rscript with glmnet is not installed")
    intercept, _, coef = run_r(rl.translate(model, to="glmnet"), tmp_path)
    scale = np.array([f["sd"] for f in model.content["features"]])
    assert np.allclose(coef * scale, model.coef * scale, rtol=1e-6, atol=1e-6)
    assert intercept == pytest.approx(model.content["intercept"], rel=1e-6)


def write_columns(path, columns, encoding="utf-8"):
    rows = zip(*columns.values(), strict=True)
    path.write_text("\n".join(["|".join(columns), *("|".join(row) for row in rows)]) + "\n", encoding)
    return path


def test_r_reads_every_way_to_write_a_number(tmp_path):
    random = np.random.default_rng(3)
    values = {name: random.normal(size=150) for name in WRITTEN}
    columns = {name: [WRITTEN[name](v) for v in values[name]] for name in WRITTEN}
    columns["accounting"][7] = "(n/a)"  # a stray cell: missing
    columns["percent"][9] = "-"
    columns["y"] = [WRITTEN["accounting"](v) for v in sum(values.values()) + random.normal(size=150)]
    model = rl.fit(write_columns(tmp_path / "t.csv", columns), target="y").model
    readings = {c.name: model.encoder.readings[c.name] for c in model.encoder.columns}
    assert readings == dict(zip(WRITTEN, ("number:" + s for s in (
        ".", ".,", ",.", ". ", ".'", "._", ".,", ".", ".", ",", ".", ".",
    )), strict=True))  # fmt: skip
    agrees_with_r(model, tmp_path)


def test_r_reads_currency_in_windows_1252_and_weights_with_decimal_commas(tmp_path):
    random = np.random.default_rng(4)
    x, z = random.normal(size=(2, 90))
    columns = {
        "größe": [f"{v:.2f} €".replace(".", ",") for v in x], "z": [f"{v:.3f}".replace(".", ",") for v in z],
        "w": [f"{1 + v:.2f}".replace(".", ",") for v in random.random(90)],
        "y": [f"{v:.3f}".replace(".", ",") for v in x + z + random.normal(size=90)],
    }  # fmt: skip
    model = rl.fit(write_columns(tmp_path / "t.csv", columns, "cp1252"), target="y", weight="w").model
    agrees_with_r(model, tmp_path)


@pytest.mark.parametrize("first", [0, 1])
def test_r_reads_dates_with_gaps_clocks_and_zones(first, tmp_path):
    random = np.random.default_rng(5)
    days, x = random.integers(0, 900, 120), random.normal(size=120)
    dates = [str(np.datetime64("2020-01-01") + d) for d in days]
    tails = ["T08:15", " 11:05 pm", "T23:59:59.25Z", "T01:30:00+02:00", " 12:10 AM", "T10:00-0330"]
    columns = {
        "day": ["" if k % 9 == first else d for k, d in enumerate(dates)],
        "moment": ["NA" if k % 7 == first else d + tails[k % 6] for k, d in enumerate(dates[::-1])],
        "x": [f"{v:.3f}" for v in x], "y": [f"{v:.3f}" for v in x + days / 300 + random.normal(size=120)],
    }  # fmt: skip
    model = rl.fit(write_columns(tmp_path / "t.csv", columns), target="y").model
    assert {f["feature"] for f in model.content["features"]} >= {"day (missing)", "moment (hour sin)"}
    agrees_with_r(model, tmp_path)


@pytest.mark.parametrize("options", [{}, {"penalty": "l1"}, {"family": "poisson"}])
def test_r_fits_a_single_feature(options, tmp_path):
    random = np.random.default_rng(6)
    x = random.normal(size=60)
    counts = random.poisson(np.exp(0.5 + 0.5 * x))
    columns = {"x": [f"{v:.3f}" for v in x], "y": [str(v) for v in counts]}
    model = rl.fit(write_columns(tmp_path / "t.csv", columns), target="y", **{"family": "gaussian"} | options).model
    agrees_with_r(model, tmp_path)


@pytest.mark.parametrize("target", ["y", "ok"])
def test_an_elastic_net_of_numbers_is_one_in_scikit_learn(table, target, tmp_path):
    drop = [{"y": "ok", "ok": "y"}[target], "flag", "city", "na\"me' ; --"]
    model = rl.fit(table, target=target, drop=drop, penalty="elasticnet", l1_ratio=0.4).model
    intercept, _, coef = run_python(rl.translate(model, to="sklearn"), tmp_path)
    scale = np.array([f["sd"] for f in model.content["features"]])
    assert np.allclose(coef * scale, model.coef * scale, rtol=1e-6, atol=1e-6)
    assert intercept == pytest.approx(model.content["intercept"], rel=1e-6)


def test_without_a_penalty_the_share_of_l1_does_not_matter(table, tmp_path):
    model = rl.fit(table, target="y", drop=["ok"], penalty="l1", lam=0).model
    intercept, _, coef = run_python(rl.translate(model, to="sklearn"), tmp_path)
    assert np.allclose(coef, model.coef, atol=1e-6)
    assert intercept == pytest.approx(model.content["intercept"], rel=1e-6)


def test_what_a_tool_cannot_do_is_one_sentence(table):
    model = rl.fit(table, target="y", drop=["ok"], penalty="l1", keep=["number"]).model
    with pytest.raises(OptionError, match="no penalty factors"):
        rl.translate(model, to="sklearn")
    counts = rl.fit(table, target="size", drop=["ok"], family="poisson", penalty="l1").model
    with pytest.raises(OptionError, match="try glmnet"):
        rl.translate(counts, to="sklearn")


def test_command(ridgeline, table, tmp_path):
    model = rl.fit(table, target="y", drop=["ok"]).model
    model.save(tmp_path / "model.json")
    done = ridgeline("translate", tmp_path / "model.json", "--to", "sklearn", "-o", tmp_path / "fit.py")
    assert (done.status, done.out) == (0, "")
    assert (tmp_path / "fit.py").read_text("utf-8") == rl.translate(model, to="sklearn")
    assert ridgeline("translate", "0.1", "--to", "glmnet", "--sd-y", "2.5").out == "lambda = 0.25\nalpha = 0.0\n"
    done = ridgeline("translate", tmp_path / "model.json", "--to", "sklearn", "--data", tmp_path / "none.csv")
    assert done.status == 2
    assert "none.csv" in done.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--n", 3), r"n \(--n\) is for a λ alone: a model has its own, leave it out"),
        (("--sd-y", 9), r"sd_y \(--sd-y\) is for a λ alone"),
        (("--family", "poisson"), r"family \(--family\) is for a λ alone"),
        (("--l1-ratio", 0), r"l1_ratio \(--l1-ratio\) is for a λ alone"),
    ],
)
def test_options_of_a_lambda_say_nothing_about_a_model(ridgeline, table, tmp_path, options, words):
    model = rl.fit(table, target="y", drop=["ok"], lam=0.1).model
    model.save(tmp_path / "model.json")
    done = ridgeline("translate", tmp_path / "model.json", "--to", "sklearn", *options)
    assert (done.status, done.out) == (2, "")
    assert re.search(words, done.err)
    with pytest.raises(OptionError, match="inverse is for a λ alone"):
        rl.translate(model, "sklearn", inverse=True)


@pytest.mark.parametrize("option", ["-o", "--data"])
def test_options_of_a_model_say_nothing_about_a_lambda(ridgeline, tmp_path, option):
    done = ridgeline("translate", "0.1", "--to", "stata", option, tmp_path / "x")
    assert done.status == 2
    assert re.search(rf"A λ alone makes no code: give a model, or leave \w+ \({option}\) out", done.err)
    assert not (tmp_path / "x").exists()


def test_a_table_at_home_is_found_again(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.csv").write_text("x,y\n" + "".join(f"{k},{2 * k + k % 3}\n" for k in range(60)), "utf-8")
    model = rl.fit("~/a.csv", target="y", lam=0.1).model
    assert repr(str(tmp_path / "a.csv")) in rl.translate(model, to="sklearn")


def test_models_of_frames_need_the_file(table, tmp_path):
    model = rl.fit({"x": np.arange(60.0), "y": np.arange(60.0) % 7}, target="y").model
    with pytest.raises(OptionError, match="--data FILE"):
        rl.translate(model, to="sklearn")
    with pytest.raises(DataError, match="160 rows; the model was fitted to a table of 60 rows"):
        rl.translate(model, to="sklearn", data=table)
    with pytest.raises(OptionError, match="sklearn, statsmodels, glmnet"):
        rl.translate(model, to="stata")
