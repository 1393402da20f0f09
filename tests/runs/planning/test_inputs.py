"""What counts as changed: content, not dates and not outputs."""

import os

import nbformat
import pytest
from batch_samples import notebook
from nbformat.v4 import new_code_cell, new_notebook, new_output

from borgerlib import places
from borgerlib.errors import ParameterError
from borgerlib.lokaldemokrati.own_answers import kept_own_answers
from borgerlib.runs.planning.inputs import (
    InputHashes,
    Shown,
    beyond_plan,
    files_hash,
    layout_hash,
    library_hash,
    look_hash,
    notebook_hash,
    read_hash,
    shown_by,
)
from borgerlib.survey.codebook.model import LEADERS


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


def test_a_look_is_its_file_and_its_logo(workspace):
    folder = workspace / "data" / "saved" / "odense"
    folder.mkdir(parents=True)
    found = [look_hash("odense")]
    (folder / "udseende.toml").write_text("logo = 'vaaben.png'")
    found.append(look_hash("odense"))
    for content in (b"1", b"2"):
        (folder / "vaaben.png").write_bytes(content)
        found.append(look_hash("odense"))
    assert found[0] == ""
    assert len(set(found)) == 4
    (folder / "egne_svar.toml").write_text("")
    assert look_hash("odense") == found[-1]


def test_a_municipality_s_own_data_are_its_own(tmp_path, workspace):
    path = notebook(tmp_path, 1)
    told = {"odense": {"municipality": "Odense"}, "aarhus": {"municipality": "Aarhus"}}
    before = {place: InputHashes().of(path, told[place]) for place in told}
    own = workspace / "data" / "processed" / "odense"
    own.mkdir(parents=True)
    (own / "respondents.parquet").write_bytes(b"1")
    (own / "codebook.toml").write_text("id = 'x'")
    after = {place: InputHashes().of(path, told[place]) for place in told}
    assert after["aarhus"] == before["aarhus"]
    assert after["odense"]["data"] != before["odense"]["data"]
    assert after["odense"]["codebook"] != before["odense"]["codebook"]
    kept_own_answers("Odense").parent.mkdir(parents=True)
    kept_own_answers("Odense").write_text('municipality = "Odense"')
    assert InputHashes().of(path, told["odense"])["data"] != after["odense"]["data"]
    kept_own_answers("Odense").unlink()
    # The cube beside them is made from them when it is first needed: that changes nothing.
    (own / "cube.npz").write_bytes(b"1")
    assert InputHashes().of(path, told["odense"]) == after["odense"]


def test_parameters_count(tmp_path):
    hashes = InputHashes()
    path = notebook(tmp_path, 1)
    one, other = (hashes.of(path, {"municipality": name}) for name in ("Odense", "Aarhus"))
    assert one["parameters"] != other["parameters"]
    assert one["library"] == other["library"] == library_hash()


def test_overview_and_insights_show_nothing_of_a_municipality_without_answers_and_the_other_pages_do():
    shown = {path.stem: shown_by(path) for path in places.notebooks().glob("*.ipynb")}
    insights = {name: each for name, each in shown.items() if name[:2].isdigit()}
    assert len(insights) == 11
    assert not any(each.name for each in insights.values())
    assert all(each.answers for each in insights.values())
    assert {name[:2] for name, each in insights.items() if each.citizens} == {"03", "04", "05", "06", "07"}
    assert all(shown[name].name for name in ("til_byraadet", "borger_interesse"))


OPENED = "insight = borgerlib.open_insight(2, survey=leaders, municipality=municipality)"


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["1 + 1"], Shown(name=False, citizens=False, answers=False)),
        ([OPENED, "insight.claims()"], Shown(name=False, citizens=False, answers=True)),
        ([OPENED, "insight.citizens()"], Shown(name=False, citizens=True, answers=True)),
        ([OPENED, "insight.municipality"], Shown(name=True, citizens=False, answers=True)),
        ([OPENED.replace("=municipality", "=f'{municipality}'")], Shown(True, False, True)),
        (["print(municipality)"], Shown(name=True, citizens=False, answers=False)),
        (["globals()['muni' + 'cipality']"], Shown(name=True, citizens=False, answers=False)),
        (["%run other.ipynb"], Shown()),
    ],
)
def test_what_a_notebook_shows_of_its_municipality(tmp_path, cells, shown):
    path = tmp_path / "02_emne.ipynb"
    parameters = new_code_cell('municipality = ""', metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[parameters, *map(new_code_cell, cells)]), path)
    assert shown_by(path) == shown


def test_a_notebook_is_told_the_name_where_it_shows_something_of_the_municipality(workspace):
    hashes = InputHashes()
    strategi, grupper = (places.notebooks() / f"{name}.ipynb" for name in ("02_strategi", "06_borgergrupper"))

    def told(path):
        return hashes.parameters(path, "Odense")["municipality"]

    assert (told(strategi), told(grupper)) == ("", "")
    assert told(places.notebooks() / "til_byraadet.ipynb") == "Odense"
    own = workspace / "data" / "processed" / "odense"
    own.mkdir(parents=True)
    (own / "respondents.parquet").write_bytes(b"1")
    # Insight 6 shows citizens' answers, insight 2 none.
    assert (told(strategi), told(grupper)) == ("", "Odense")
    kept_own_answers("Odense").parent.mkdir(parents=True)
    kept_own_answers("Odense").write_text('municipality = "Odense"')
    assert (told(strategi), told(grupper)) == ("Odense", "Odense")
    assert hashes.parameters(strategi, "Aarhus") == hashes.parameters(strategi, "") == {"municipality": ""}


def test_of_what_a_run_read_only_what_the_plan_does_not_know_is_kept(workspace):
    notebook = workspace / "02.ipynb"
    known = [notebook, places.raw_data("befolkning", "kommuner.csv"), kept_own_answers("Odense")]
    prepared, saved = places.processed_data("odense"), places.saved_data("odense")
    known += [prepared / "respondents.parquet", prepared / "codebook.toml", prepared / "segments.parquet"]
    known += [saved / "maal.toml", saved / "tidligere" / "respondents.parquet"]
    # What the plan has no hash of, be it in a folder of which it has some.
    further = [prepared / "own.csv", saved / "notes.toml", places.processed_data("aarhus", "x.csv")]
    further += [places.processed_data(LEADERS, "respondents.parquet")]
    told = tuple(map(str, further))
    assert beyond_plan([*map(str, known), *told], notebook, "odense") == told
    assert read_hash([]) == ""
    assert read_hash(["a", "b"]) == read_hash(["b", "a"]) != ""


def test_what_computes_and_what_lays_out_are_told_apart():
    assert library_hash() != layout_hash()
    assert library_hash() == library_hash()
