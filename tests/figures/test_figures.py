import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ridgeline import figures
from ridgeline.figures.base import short, spread
from ridgeline.figures.drawing import svg
from ridgeline.figures.zones import edges, zones

LAMS = [10.0, 1.0, 0.1, 0.01]
LINE = re.compile(r'<path [^<>]*?d="(M[^"]*)"[^<>]*stroke="#12395b"')


def points(picture, pattern=LINE):
    path = pattern.findall(picture)[-1]
    return [tuple(map(float, p.split(","))) for p in re.findall(r"-?[\d.]+,-?[\d.]+", path)]


def test_zones_are_judged_by_one_standard_error():
    names = zones([3.0, 1.1, 1.0, 1.3], [0.2] * 4)
    assert names == ["under", "good", "good", "over"]
    assert edges(LAMS, names) == pytest.approx((np.sqrt(10), np.sqrt(0.001)))


def test_a_flat_curve_has_no_bad_zone():
    names = zones([1.0, 1.0, 1.0], [0.1] * 3)
    assert names == ["good"] * 3
    assert edges(LAMS[:3], names) == (None, None)


@given(st.lists(st.floats(-50, 350), min_size=1, max_size=12))
def test_labels_are_moved_apart_and_keep_their_order(wanted):
    placed = spread(wanted, 15, 0, 300)
    order = np.argsort(wanted, kind="stable")
    gaps = np.diff(np.array(placed)[order])
    assert (gaps >= 15 - 1e-9).all()
    assert max(placed) <= 300 + 1e-9


def test_short_names_keep_both_ends():
    assert short("worst concave points", 12) == "worst c…ints"
    assert short("two\nlines", 20) == "two lines"


def test_markers_stand_on_the_curve():
    cv = {"lambda": LAMS, "mean": [0.7, 0.4, 0.5, 0.9], "se": [0.02] * 4, "train": [0.69, 0.35, 0.2, 0.1]}
    figure = figures.curve(cv)
    drawn = points(svg(figure, "curve"))
    f = figure.frame
    for (x, y), lam, loss in zip(drawn, LAMS, cv["mean"], strict=True):
        assert figure.place(lam, loss) == pytest.approx((x + f.left, y + f.top), abs=0.11)


@pytest.mark.parametrize("last", [0.9, 400.0], ids=["linear", "symlog"])
def test_markers_stand_on_the_path(last):
    std = np.array([[0.0, 0.0], [0.3, -0.2], [0.8, -0.5], [last, -0.1]])
    figure = figures.path(LAMS, std, ["up", "down"], chosen=2)
    assert figure.scale[1] == ("symlog" if last > 100 else "linear")
    blue = re.compile(r'<path [^<>]*?d="(M[^"]*)"[^<>]*stroke="#1f6fb2"')
    drawn = points(svg(figure, "path"), blue)
    f = figure.frame
    for (x, y), lam, value in zip(drawn, LAMS, std[:, 0], strict=True):
        assert figure.place(lam, value) == pytest.approx((x + f.left, y + f.top), abs=0.11)


def test_no_penalty_at_all_has_a_place_on_the_log_axis():
    cv = {"lambda": [1.0, 0.1, 0.0], "mean": [0.7, 0.4, 0.5], "se": [0.02] * 3}
    figure = figures.curve(cv)
    assert figure.x == (1.0, 0.01)
    assert len(points(svg(figure, "curve"))) == 3


def test_an_exploding_loss_leaves_the_frame_and_says_so():
    cv = {"lambda": LAMS, "mean": [1.0, 0.5, 0.6, 1e6], "se": [0.1, 0.1, 0.1, 1e5], "train": [1.0, 0.4, 0.2, 0.1]}
    figure = figures.curve(cv)
    assert figure.y[1] < 3
    assert "↑ 1.00×10⁶" in svg(figure, "curve")


def test_a_short_range_of_lambda_still_has_labels():
    cv = {"lambda": [8.0, 6.0, 4.0], "mean": [0.7, 0.4, 0.5], "se": [0.02] * 3}
    assert ">8<" in svg(figures.curve(cv), "curve").replace("</text>", "<")


def test_at_most_sixty_lines_are_drawn():
    std = np.random.default_rng(0).normal(size=(4, 500))
    spec = figures.path(LAMS, std, [f"x{j}" for j in range(500)], 2).spec
    drawn = {row["j"] for part in spec["layer"] for row in part["data"]["values"] if "j" in row}
    assert len(drawn) == figures.MOST_LINES
    largest = int(np.abs(std[2]).argmax())
    assert largest in drawn


def test_names_in_charts_are_escaped_and_change_nothing():
    names = ["<script>alert(1)</script>", '"quoted"', "datum.x['y']", "{{7*7}}"]
    std = np.array([[0.0] * 4, [0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, -0.8], [1.0, -1.0, 0.5, 0.2]])
    picture = svg(figures.path(LAMS, std, names, 3), "path")
    assert "<script" not in picture
    assert "&lt;script&gt;" in picture
    assert "{{7*7}}" in picture


def test_clip_paths_of_two_charts_do_not_meet():
    cv = {"lambda": LAMS, "mean": [0.7, 0.4, 0.5, 0.9], "se": [0.02] * 4}
    one, other = (svg(figures.curve(cv), name) for name in ("one", "other"))
    ids = [set(re.findall(r'clipPath id="([^"]*)"', picture)) for picture in (one, other)]
    assert ids[0]
    assert not ids[0] & ids[1]
    for picture, own in zip((one, other), ids, strict=True):
        assert set(re.findall(r"url\(#([^)]*)\)", picture)) == own
