import os

import pandas as pd
import pyarrow.parquet as parquet
import pytest

from borgerlib.errors import DataError
from borgerlib.lokaldemokrati.published.reconstruction import load_respondents, write_respondents


@pytest.fixture
def file(tmp_path):
    return tmp_path / "processed" / "respondents.parquet"


def metadata(path):
    return {key.decode(): value.decode() for key, value in parquet.read_schema(path).metadata.items()}


def test_the_file_says_that_it_is_reconstructed(file):
    write_respondents(file, seed=5)
    found = metadata(file)
    assert (found["reconstructed"], found["seed"]) == ("true", "5")


def test_it_goes_to_the_processed_data_of_the_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    expected = tmp_path / "data" / "processed" / "lokaldemokrati-2021" / "respondents.parquet"
    assert write_respondents() == expected
    assert expected.is_file()


def test_what_is_written_is_what_is_loaded(file):
    write_respondents(file, seed=2)
    pd.testing.assert_frame_equal(pd.read_parquet(file), load_respondents(seed=2))


def test_nothing_half_is_left_beside_it(file):
    write_respondents(file)
    assert os.listdir(file.parent) == ["respondents.parquet"]


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    blocked = tmp_path / "a-file"
    blocked.write_text("in the way")
    with pytest.raises(DataError, match=r"cannot be written to .*respondents\.parquet"):
        write_respondents(blocked / "respondents.parquet")
