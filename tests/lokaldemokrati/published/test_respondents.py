import os

import pandas as pd
import pyarrow.parquet as parquet
import pytest

from borgerlib.errors import DataError
from borgerlib.lokaldemokrati.published.reconstruction import reconstruct_respondents
from borgerlib.lokaldemokrati.published.respondents import load_respondents, write_respondents


@pytest.fixture
def file(tmp_path):
    return tmp_path / "processed" / "respondents.parquet"


def metadata(path):
    return {key.decode(): value.decode() for key, value in parquet.read_schema(path).metadata.items()}


def test_the_file_says_that_it_is_reconstructed(file):
    write_respondents(file, seed=5)
    found = metadata(file)
    assert (found["reconstructed"], found["seed"]) == ("true", "5")
    assert len(found["raw_data_sha256"]) == 64


def test_it_goes_to_the_processed_data_of_the_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    expected = tmp_path / "data" / "processed" / "lokaldemokrati-2021" / "respondents.parquet"
    assert write_respondents() == expected
    assert expected.is_file()


def test_what_is_read_is_what_was_made(file):
    pd.testing.assert_frame_equal(load_respondents(file), reconstruct_respondents())
    pd.testing.assert_frame_equal(load_respondents(file), reconstruct_respondents())


def test_a_current_file_is_left_alone(file):
    write_respondents(file)
    before = file.stat().st_mtime_ns
    load_respondents(file)
    assert file.stat().st_mtime_ns == before


@pytest.mark.parametrize("content", [b"", b"not parquet", None])
def test_a_damaged_or_foreign_file_is_made_anew(file, content):
    file.parent.mkdir()
    if content is None:
        pd.DataFrame({"x": [1]}).to_parquet(file)
    else:
        file.write_bytes(content)
    assert len(load_respondents(file)) == 79
    assert metadata(file)["reconstructed"] == "true"


def test_another_seed_makes_the_file_anew(file):
    write_respondents(file, seed=1)
    pd.testing.assert_frame_equal(load_respondents(file, seed=2), reconstruct_respondents(seed=2))
    assert metadata(file)["seed"] == "2"


def test_nothing_half_is_left_beside_it(file):
    write_respondents(file)
    assert os.listdir(file.parent) == ["respondents.parquet"]


def test_without_a_folder_to_write_to_it_works_in_memory(tmp_path):
    blocked = tmp_path / "a-file"
    blocked.write_text("in the way")
    path = blocked / "respondents.parquet"
    pd.testing.assert_frame_equal(load_respondents(path), reconstruct_respondents())
    with pytest.raises(DataError, match=r"cannot be written to .*respondents\.parquet"):
        write_respondents(path)
