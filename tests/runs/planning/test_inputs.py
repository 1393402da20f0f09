"""What counts as changed: content, not dates and not outputs."""

import os

import nbformat
import pytest
from batch_samples import notebook
from nbformat.v4 import new_output

from borgerlib.errors import ParameterError
from borgerlib.lokaldemokrati.own_answers import kept_own_answers
from borgerlib.runs.planning.inputs import InputHashes, files_hash, layout_hash, library_hash, notebook_hash


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    return tmp_path


def test_a_notebook_is_its_cells_not_their_outputs(tmp_path):
    path = notebook(tmp_path, 1, "1 + 1")
    before = notebook_hash(path)
    content = nbformat.read(path, as_version=4)
    content.cells[-1].outputs = [new_output("stream", text="2")]
    content.cells[-1].execution_count = 4
    nbformat.write(content, path)
    assert notebook_hash(path) == before
    content.cells[-1].source = "1 + 2"
    nbformat.write(content, path)
    assert notebook_hash(path) != before


def test_a_damaged_notebook_is_told(tmp_path):
    (tmp_path / "a.ipynb").write_text("{")
    with pytest.raises(ParameterError, match=r"a\.ipynb is missing or damaged"):
        notebook_hash(tmp_path / "a.ipynb")


def test_files_are_their_content_not_their_dates(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1")
    before = files_hash([path])
    os.utime(path, (1, 1))
    assert files_hash([path]) == before
    path.write_text("2")
    assert files_hash([path]) != before


def test_a_municipality_s_own_data_are_its_own(tmp_path, workspace):
    path = notebook(tmp_path, 1)
    before = {place: InputHashes().of(path, place, {}) for place in ("odense", "aarhus")}
    own = workspace / "data" / "processed" / "odense"
    own.mkdir(parents=True)
    (own / "respondents.parquet").write_bytes(b"1")
    (own / "codebook.toml").write_text("id = 'x'")
    after = {place: InputHashes().of(path, place, {}) for place in ("odense", "aarhus")}
    assert after["aarhus"] == before["aarhus"]
    assert after["odense"].data != before["odense"].data
    assert after["odense"].codebook != before["odense"].codebook
    kept_own_answers("Odense").parent.mkdir(parents=True)
    kept_own_answers("Odense").write_text('municipality = "Odense"')
    assert InputHashes().of(path, "odense", {}).data != after["odense"].data
    kept_own_answers("Odense").unlink()
    # The cube beside them is made from them when it is first needed: that changes nothing.
    (own / "cube.npz").write_bytes(b"1")
    assert InputHashes().of(path, "odense", {}) == after["odense"]


def test_parameters_count(tmp_path):
    hashes = InputHashes()
    path = notebook(tmp_path, 1)
    one, other = (hashes.of(path, "odense", {"municipality": name}) for name in ("Odense", "Aarhus"))
    assert one.parameters != other.parameters
    assert one.library == other.library == library_hash()


def test_what_computes_and_what_lays_out_are_told_apart():
    assert library_hash() != layout_hash()
    assert library_hash() == library_hash()
