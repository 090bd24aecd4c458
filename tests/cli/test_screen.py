"""What a person sees after a fit."""

import io

import numpy as np
import pytest

import ridgeline as rl
from ridgeline.cli.screen import show


def printed(fitted, tmp_path, width=200):
    from rich.console import Console

    out = io.StringIO()
    show(fitted.summary, tmp_path, Console(file=out, width=width))
    return out.getvalue()


@pytest.mark.parametrize(
    ("width", "size", "before"),
    [
        (1, "40 rows and 1 feature;", "λ = 0 → chosen λ"),
        (60, "40 rows and 60 features;", ", the weakest tried → chosen λ"),
    ],
)
def test_the_titles_say_what_is_compared(width, size, before, tmp_path):
    rng = np.random.default_rng(1)
    data = {f"x{j}": rng.standard_normal(40) for j in range(width)}
    data["y"] = np.where(data["x0"] + rng.standard_normal(40) > 0, "yes", "no")
    text = printed(rl.fit(data, "y", test_size=0), tmp_path)
    assert size in text
    assert before in text


@pytest.mark.parametrize("width", [80, 120])
def test_a_narrow_terminal_cuts_no_number(width, tmp_path):
    rng = np.random.default_rng(1)
    x = rng.standard_normal(200)
    amounts = 1e5 * np.exp(x + rng.standard_normal(200))
    fitted = rl.fit({"x": x, "y": amounts}, "y", family="gamma")
    whole = set(printed(fitted, tmp_path, 200).split("Before")[1].split("Alerts")[0].split())
    narrow = printed(fitted, tmp_path, width).split("Before")[1].split("Alerts")[0].split()
    assert {word for word in narrow if any(map(str.isdigit, word))} <= whole
    assert any(word.endswith("]") for word in narrow) == (width == 120)
