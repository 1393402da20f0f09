"""The notebook that compares: with everything there, and with nothing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import papermill
import pytest

import borgerlib
from borgerlib import places
from borgerlib.interest.prepare.write import Prepared
from borgerlib.runs.kernels.execute import run_notebook
from borgerlib.runs.pages.export import read_pages
from borgerlib.runs.warm import WarmServer
from borgerlib.view.charts.chart import MIME_TYPE

NOTEBOOK = places.notebooks() / "sammenlign.ipynb"


@pytest.fixture
def with_all(
    prepared: Prepared, prepared_once: tuple[Prepared, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return a national survey; the municipality's own answers serve as its earlier wave, beside a target."""
    workspace = tmp_path / "workspace"
    shutil.copytree(prepared_once[1], workspace)
    monkeypatch.setenv("BORGER_WORKSPACE", str(workspace))
    saved = workspace / "data" / "saved" / "aeroe"
    saved.mkdir(parents=True)
    shutil.copytree(workspace / "data" / "processed" / "aeroe", saved / "tidligere")
    people = pd.read_parquet(saved / "tidligere" / "respondents.parquet")
    kept = borgerlib.load("Ærø")
    assert len(people) == len(kept)
    (saved / "maal.toml").write_text(
        '[[target]]\nwhat = "tid.ingen_tid"\nstart = 0.30\ngoal = 0.25\nby = 2029-12-31\n', encoding="utf-8"
    )
    rng = np.random.default_rng(1)
    codes = np.repeat(borgerlib.municipalities()["code"].to_numpy(), 40)
    answers = np.where(rng.random(len(codes)) < 0.3, "ingen_tid", "uge")
    path = tmp_path / "landet.csv"
    pd.DataFrame({"kommunekode": codes, "tid": answers}).to_csv(path, index=False)
    return path


def test_the_parameters_say_what_they_are() -> None:
    declared = papermill.inspect_notebook(str(NOTEBOOK))
    assert list(declared) == [
        "municipality", "earlier", "targets", "country", "answer", "confidence", "min_cell",
    ]  # fmt: skip
    assert all(len(found["help"]) > 20 for found in declared.values())


@pytest.mark.slow
def test_the_notebook_runs_with_everything_there(with_all: Path, tmp_path: Path, warm: WarmServer) -> None:
    parameters = {"municipality": "Ærø", "country": str(with_all)}
    earlier = tmp_path / "workspace" / "data" / "saved" / "aeroe" / "tidligere"
    moved(earlier / "respondents.parquet")
    run_notebook(NOTEBOOK, tmp_path / "ud.ipynb", parameters, warm=warm)
    cells = nbformat.read(tmp_path / "ud.ipynb", as_version=4).cells
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    said = [str(data.get("text/plain", "")) for data in shown]
    assert said[0] == said[1]
    assert said[0].startswith("SIMULEREDE DATA: Intet har ændret sig fra 2019 til ")
    # A report has it as a page after the citizens' own.
    (page,) = read_pages(tmp_path / "ud.ipynb")
    assert (page.file_name, page.finding) == ("14_simulerede_data_foer_og_nu.html", said[0])
    assert any("Målet er nået" in text for text in said)
    assert sum(MIME_TYPE in data for data in shown) == 4
    assert "Mulig placering" in said[-1]


def moved(path: Path, day: str = "2019-11-01") -> None:
    """Let an earlier wave have been asked on another day."""
    from borgerlib.interest.store import read_parquet, write_parquet

    people, known = read_parquet(path, "Ærø")
    write_parquet(people, path, {**known, "survey_date": day})


def test_where_nothing_is_there_to_compare_a_sentence_says_so(prepared: Prepared) -> None:
    page = borgerlib.open_comparison("Ærø")
    for said in (
        page.finding(),
        page.changes(),
        page.changes_table(),
        page.chart("emner"),
        page.change_chart("emner"),
    ):
        assert "ingen tidligere måling" in str(said)
    assert "Byrådet har ikke sat mål" in str(page.targets())
    for said in (page.map(), page.funnel(), page.table()):
        assert "ingen svar fra de andre kommuner" in str(said)


def test_questions_are_found_by_role_whatever_the_codebook_calls_them(with_all: Path) -> None:
    earlier = places.saved_data("aeroe") / "tidligere"
    moved(earlier / "respondents.parquet")
    page = borgerlib.open_comparison("Ærø")
    assert page.waves is not None
    own = {**page.waves.roles, "topics": "hvilke_emner"}
    named = page.waves.estimates.relabel("item", {"emner": "hvilke_emner"}, by="item")
    page = replace(page, waves=replace(page.waves, estimates=named, roles=own))
    for chart in (page.chart("topics"), page.change_chart("topics")):
        assert isinstance(chart, borgerlib.Chart)
    unasked = replace(page, waves=replace(page.waves, roles={}))
    for said in (unasked.chart("topics"), unasked.change_chart("topics")):
        assert "ikke spurgt om på samme måde" in str(said)


def test_a_wave_that_is_no_earlier_one_is_refused(with_all: Path) -> None:
    earlier = places.saved_data("aeroe") / "tidligere"
    with pytest.raises(
        borgerlib.DataError, match=r"earlier wave in .*tidligere is of (\S+), and this one of \1"
    ):
        borgerlib.open_comparison("Ærø", earlier=str(earlier))
    moved(earlier / "respondents.parquet", "2199-11-01")
    with pytest.raises(borgerlib.DataError, match="is of 2199-11-01, and this one of"):
        borgerlib.open_comparison("Ærø")


def test_a_wave_kept_for_the_next_one_is_no_reason_to_fail(with_all: Path) -> None:
    page = borgerlib.open_comparison("Ærø")
    assert page.waves is None
    for said in (page.changes(), page.changes_table(), page.chart("topics")):
        assert "`data/saved/aeroe/tidligere` er fra samme dag som denne" in str(said)
    assert "Byrådet har ikke sat mål" not in str(page.targets())


def test_what_is_named_must_be_there(prepared: Prepared) -> None:
    with pytest.raises(borgerlib.DataError, match="no folder nowhere"):
        borgerlib.open_comparison("Ærø", earlier="nowhere")
    for name in ("targets", "country"):
        with pytest.raises(borgerlib.DataError, match="no file nowhere"):
            borgerlib.open_comparison("Ærø", **{name: "nowhere.toml"})
