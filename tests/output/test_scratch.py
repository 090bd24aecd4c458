"""Scratch directories are gone afterwards; what somebody else has made is left alone."""

import pytest

from ridgeline.output.scratch import discard_all, scratch, temporary_folder


def test_gone_after_the_block_and_after_an_error(tmp_path):
    with scratch(tmp_path / "one") as folder:
        (folder / "a").write_text("x")
    with pytest.raises(KeyError), scratch(tmp_path / "two"):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_is_there_already_stays(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "a").write_text("x")
    with pytest.raises(FileExistsError), scratch(mine):
        pass
    assert (mine / "a").read_text() == "x"
    discard_all()
    assert (mine / "a").read_text() == "x"


def test_a_sudden_end_removes_what_stands():
    with temporary_folder() as folder:
        (folder / "a").write_text("x")
        discard_all()
        assert not folder.exists()
