"""`ridgeline compare` as a command."""

import json

import numpy as np
import pytest

FEW = ("--only", "l2", "--only", "l1", "--folds", "3", "--threads", "1")


@pytest.fixture
def houses(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    area, rooms = rng.normal(100, 20, 90), rng.integers(1, 6, 90)
    price = 3 * area + 10 * rooms + rng.normal(0, 20, 90)
    lines = [f"{a:.2f},{r},{p:.1f}" for a, r, p in zip(area, rooms, price, strict=True)]
    path = tmp_path / "houses.csv"
    path.write_text("\n".join(["area,rooms,price", *lines]), "utf-8")
    return path


def test_prints_recommendation_and_table_and_writes_nothing(ridgeline, houses, tmp_path):
    done = ridgeline("compare", houses, "--target", "price", *FEW)
    assert done.status == 0, done.err
    assert "Contestants" in done.out
    assert "L2 (ridge)" in done.out
    assert "elastic net" not in done.out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["houses.csv"]


def test_json_is_the_comparison(ridgeline, houses):
    done = ridgeline("compare", houses, "--target", "price", *FEW, "--json")
    facts = json.loads(done.out, parse_constant=lambda name: pytest.fail(name))
    assert [c["name"] for c in facts["contestants"]] == ["baseline", "l2", "l1"]
    assert facts["command"].startswith("ridgeline")


def test_quiet_says_nothing_and_out_writes_everything(ridgeline, houses, tmp_path):
    done = ridgeline("compare", houses, "--target", "price", *FEW, "--quiet", "-o", tmp_path / "made")
    assert (done.status, done.out, done.err) == (0, "", "")
    assert sorted(p.name for p in (tmp_path / "made").iterdir()) == ["comparison.html", "comparison.json"]
    ridgeline("compare", houses, "--target", "price", *FEW, "--quiet", "-o", tmp_path / "one.json")
    assert json.loads((tmp_path / "one.json").read_text("utf-8"))["target"] == "price"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--target", "pirce"), "Did you mean 'price'?"),
        (("--target", "price", "--group", "romms"), "Did you mean 'rooms'?"),
        (("--target", "price", "--only", "relaxd"), "did you mean 'relaxed'"),
        (("--target", "price", "--folds", "2"), "at least 3 folds"),
        (("--target", "price", "--l1-ratio", "2"), "l1_ratio"),
        (("--target", "price", "--foldz", "3"), "did you mean --folds?"),
    ],
)
def test_wrong_input_is_one_sentence(ridgeline, houses, args, said, tmp_path):
    done = ridgeline("compare", houses, *args, "-o", tmp_path / "made")
    assert done.status == 2
    assert said in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert not (tmp_path / "made").exists()


def test_an_ending_of_no_format_of_ours_is_refused_before_the_work(ridgeline, houses, tmp_path):
    done = ridgeline("compare", houses, "--target", "price", "-o", tmp_path / "x.txt")
    assert done.status == 2
    assert "x.txt' says nothing about its format: give a name that ends in .html or .json, or a directory" in done.err
    assert not (tmp_path / "x.txt").exists()
    (tmp_path / "there.d").mkdir()
    for name in ("there.d", "results-1.5"):
        assert ridgeline("compare", houses, "--target", "price", *FEW, "--quiet", "-o", tmp_path / name).status == 0
        assert (tmp_path / name / "comparison.html").is_file()


def test_a_locked_door_is_found_before_the_work(ridgeline, houses, tmp_path):
    (tmp_path / "taken").write_text("x")
    done = ridgeline("compare", houses, "--target", "price", "-o", tmp_path / "taken")
    assert done.status == 2
    assert "it is a file" in done.err


def test_narrow_terminals_lose_columns_not_cells():
    from ridgeline.cli.compare import _fitting

    lines = [[f"column {j}" for j in range(8)], ["x" * 10 for _ in range(8)]]
    assert _fitting(lines, 200) == lines
    narrow = _fitting(lines, 70)
    assert [len(line) for line in narrow] == [5, 5]
    assert narrow[0][0] == "column 0"
