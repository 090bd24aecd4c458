"""Nasty inputs: a good result, or one sentence and status 2; never a traceback, never half a directory."""

import gzip
import os
import sqlite3

import numpy as np
import pytest

REFUSED = {
    "empty file": b"",
    "blank lines": b"\n\n\n",
    "header only": b"a,b,y\n",
    "binary": bytes(range(256)) * 40,
    "truncated gzip": gzip.compress(b"a,y\n" + b"1,2\n" * 5000)[:40],
    "broken parquet": b"PAR1" + b"\0" * 64 + b"PAR1",
    "broken json": b'{"a": 1, "y": ',
    "unclosed quote": b'a,y\n1,2\n"3,4\n5,6\n',
    "one column": b"y\n" + b"1\n2\n3\n" * 10,
    "constant target": b"a,y\n" + b"1,7\n2,7\n3,7\n" * 10,
    "target all missing": b"a,y\n" + b"1,\n2,\n3,\n" * 10,
    "infinite target": b"a,y\n" + b"1,2\n2,inf\n3,4\n" * 10,
    "text target": b"a,y\n" + b"".join(b"%d,word%d\n" % (i, i) for i in range(60)),
    "one row": b"a,y\n1,2\n",
}


@pytest.mark.parametrize("content", REFUSED.values(), ids=REFUSED.keys())
def test_refused(run, write, content):
    run("fit", write(content), "--target", "y").is_refused()


@pytest.mark.parametrize(
    ("scale_x", "scale_y", "says"),
    [
        (1e155, 1.0, ("'x'", "too large", "row 1:")), (1e308, 1.0, ("'x'", "too large", "row 1:")),
        (1e-200, 1.0, ("'x'", "too small", "row 1:")), (1.0, 1e200, ("'y'", "too large", "row 1:")),
        (1.0, 1e-200, ("'y'", "too small", "row 1:")),
    ],
)  # fmt: skip
def test_numbers_beyond_the_range_of_squares(run, write, scale_x, scale_y, says):
    x = np.random.default_rng(0).uniform(1.0, 1.5, 40)
    rows = [f"{a * scale_x!r},{(2 * a + k % 3 / 10) * scale_y!r}" for k, a in enumerate(x.tolist())]
    run("fit", write("\n".join(["x,y", *rows]).encode()), "--target", "y").is_refused(*says)


def test_one_number_too_large_is_found_among_test_rows_too(run, write):
    x = np.random.default_rng(0).normal(size=300).tolist()
    for row in (3, 4, 5, 6, 7):
        cells = [1e200 if k == row else a for k, a in enumerate(x)]
        content = "\n".join(["x,y", *(f"{a!r},{2 * x[k] + k % 5!r}" for k, a in enumerate(cells))]).encode()
        run("fit", write(content), "--target", "y").is_refused("'x'", f"row {row + 1}:")


def test_missing_file(run):
    run("fit", "nowhere.csv", "--target", "y").is_refused("nowhere.csv")


def test_directory_in_place_of_a_file(run, tmp_path):
    (tmp_path / "folder").mkdir()
    run("fit", tmp_path / "folder", "--target", "y").is_refused("folder")


def test_mistyped_columns(run, write, table):
    path = write(table())
    run("fit", path, "--target", "why").is_refused("why")
    run("fit", path, "--target", "Y").is_refused("'y'")
    for option in ("--group", "--time", "--weight", "--offset", "--drop", "--keep"):
        run("fit", path, "--target", "y", option, "aa").is_refused("aa", option)


@pytest.mark.parametrize(
    "options",
    [
        "--folds 1", "--repeats 0", "--test-size -1", "--lambda -1",
        "--lambda nan", "--lambda x", "--penalty l7", "--rule best", "--family cauchy", "--l1-ratio 2",
        "--positive perhaps", "--test nowhere.csv",
    ],
)  # fmt: skip
def test_options_without_sense(run, write, table, options):
    run("fit", write(table()), "--target", "y", *options.split()).is_refused()


@pytest.mark.parametrize("weight", ["-1", "inf", "heavy"])
def test_weights_without_sense(run, write, table, weight):
    path = write(table(w=[1, weight, *[1] * 58]))
    run("fit", path, "--target", "y", "--weight", "w").is_refused("w")


def test_all_weights_zero(run, write, table):
    run("fit", write(table(w=[0] * 60)), "--target", "y", "--weight", "w").is_refused()


def test_names_with_quotes_tags_and_markup(run, write, table):
    names = ['quo"te', "<script>alert(1)</script>", "[red]x[/red]", "new\nline", "=cmd()", "a;b", "'; drop table t --"]
    content = table() | {name: np.random.default_rng(i).normal(size=60).round(3) for i, name in enumerate(names)}
    done = run("fit", write(content), "--target", "y")
    assert done.is_good()
    assert "<script>alert(1)" not in (done.folder / "report.html").read_text("utf-8")
    assert "\x1b" not in done.out


def test_target_with_a_tag_for_a_name(run, write, table):
    content = table()
    content["<b>y</b>"] = content.pop("y")
    done = run("fit", write(content), "--target", "<b>y</b>")
    assert done.is_good()
    assert "<b>y</b>" not in (done.folder / "report.html").read_text("utf-8")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_encodings(run, write, table, encoding):
    content = table(ort=["Köln", "Nîmes", "Málaga"] * 20)
    text = "\n".join([",".join(content), *(",".join(map(str, row)) for row in zip(*content.values(), strict=True))])
    done = run("fit", write(text.encode(encoding)), "--target", "y")
    assert done.is_good()
    assert any(row["level"] == "Köln" for row in done.summary["coefficients"])


def test_the_same_table_in_another_dress(run, write, table):
    content = table()
    plain = run("fit", write(content), "--target", "y", out="plain")
    rows = [";".join(str(cell).replace(".", ",") for cell in row) for row in zip(*content.values(), strict=True)]
    dressed = gzip.compress("\r\n".join([";".join(content), *rows]).encode("utf-16"))
    other = run("fit", write(dressed, "dressed.csv.gz"), "--target", "y", out="dressed")
    assert plain.is_good()
    assert other.is_good()
    for key in ("lambda", "assessment", "coefficients", "intercept"):
        assert plain.summary[key] == other.summary[key]


GOOD = {
    "duplicate names": b"a,a,y\n" + b"".join(b"%d,%d,%d\n" % (i, i * i % 7, 2 * i) for i in range(60)),
    "infinite cells": b"a,b,y\n"
    + b"".join(b"%d,%s,%d\n" % (i, b"inf" if i == 3 else b"1.5", 2 * i) for i in range(60)),
    "ten rows": b"a,y\n" + b"".join(b"%d,%d\n" % (i, 2 * i + i % 3) for i in range(10)),
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD.keys())
def test_good(run, write, content):
    assert run("fit", write(content), "--target", "y").is_good()


def test_two_rows_are_fitted_or_refused(run, write):
    done = run("fit", write(b"a,y\n1,2\n3,5\n"), "--target", "y")
    assert done.is_good() if done.status == 0 else done.is_refused()


def test_an_empty_column_is_set_aside(run, write, table):
    done = run("fit", write(table(nothing=[""] * 60)), "--target", "y")
    assert done.is_good()
    assert "nothing" in [entry["column"] for entry in done.summary["excluded"]]


def test_only_columns_without_use(run, write):
    content = {"same": [1] * 60, "nothing": [""] * 60, "y": np.random.default_rng(0).normal(size=60)}
    done = run("fit", write(content), "--target", "y")
    assert done.is_good() if done.status == 0 else done.is_refused()


def test_a_leak_is_named(run, write, table):
    content = table(n=200)
    done = run("fit", write(content | {"copy": content["y"] * 3 + 1}), "--target", "y")
    assert done.is_good()
    said = str(done.summary["excluded"]) + str([c["finding"] for c in done.summary["checks"]])
    assert "copy" in said


def test_separated_classes(run, write, table):
    content = table(n=200)
    content["c"] = np.where(content["a"] > 0.1, "yes", "no")
    done = run("fit", write(content), "--target", "c", "--drop", "y")
    assert done.is_good()
    assert any(c["code"] == "separation" and c["status"] == "finding" for c in done.summary["checks"])


def test_a_class_with_two_rows(run, write, table):
    content = table(n=200)
    content["c"] = ["yes", "yes", *["no"] * 198]
    done = run("fit", write(content), "--target", "c")
    assert done.is_good() if done.status == 0 else done.is_refused()


def test_more_columns_than_rows(run, write):
    random = np.random.default_rng(0)
    content = {f"x{j}": random.normal(size=40).round(3) for j in range(200)}
    done = run("fit", write(content | {"y": content["x0"] + content["x1"]}), "--target", "y")
    assert done.is_good()
    assert done.summary["features"] == 200


def test_ten_thousand_levels(run, write):
    random = np.random.default_rng(0)
    level = [f"level {k}" for k in random.integers(0, 10_000, 20_000)]
    a = random.normal(size=20_000).round(3)
    assert run(
        "fit", write({"a": a, "level": level, "y": a + random.normal(size=20_000).round(3)}), "--target", "y"
    ).is_good()


def test_huge_and_tiny_numbers(run, write, table):
    content = table()
    content |= {"a": content["a"] * 1e150, "b": content["b"] * 1e-150}
    assert run("fit", write(content), "--target", "y").is_good()


def test_cells_that_are_very_long(run, write, table):
    assert run("fit", write(table(text=["x" * 100_000, *["y"] * 59])), "--target", "y").is_good()


def test_a_database(run, table, tmp_path):
    content = table()
    path = tmp_path / "data.sqlite"
    with sqlite3.connect(path) as base:
        base.execute("create table t (a real, b real, y real, c text)")
        base.executemany(
            "insert into t values (?, ?, ?, ?)", [tuple(map(str, r)) for r in zip(*content.values(), strict=True)]
        )
    base.close()
    assert run("fit", path, "--sql", "t", "--target", "y").is_good()
    run("fit", path, "--sql", "drop table t", "--target", "y", out="other").is_refused()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_where_one_may_not_write(run, write, table, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    run("fit", write(table()), "--target", "y", out="locked/result").is_refused("locked")


def test_a_file_in_the_place_of_the_results(run, write, table, tmp_path):
    (tmp_path / "result").write_text("mine")
    done = run("fit", write(table()), "--target", "y")
    assert done.status == 2
    assert (tmp_path / "result").read_text() == "mine"


def test_a_full_disk(run, write, table, tmp_path, monkeypatch):
    """Writing fails with `no space left` at the last file: the earlier results stay as they are."""
    import errno

    from ridgeline.output import atomic

    path = write(table())
    assert run("fit", path, "--target", "y").is_good()
    before = {name: (tmp_path / "result" / name).read_bytes() for name in os.listdir(tmp_path / "result")}

    def full(place):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(place))

    monkeypatch.setattr(atomic, "sync", full)
    done = run("fit", path, "--target", "y", "--seed", "1")
    assert done.status == 2
    assert "make room" in done.err
    assert {name: (tmp_path / "result" / name).read_bytes() for name in os.listdir(tmp_path / "result")} == before


def test_a_refusal_keeps_the_earlier_results(run, write, table, tmp_path):
    path = write(table())
    assert run("fit", path, "--target", "y").is_good()
    before = (tmp_path / "result" / "model.json").read_bytes()
    assert run("fit", path, "--target", "nothing").status == 2
    assert (tmp_path / "result" / "model.json").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--test {path} --test-size 0.3", "--test-size 0.3"),
        ("--weight y", "is the target"),
        ("--drop y", "is the target"),
    ],
)
def test_contradictory_options(run, write, table, options, words):
    path = write(table())
    run("fit", path, "--target", "y", *options.format(path=path).split()).is_refused(words)
