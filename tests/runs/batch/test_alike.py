"""Sharing loses nothing: every run of all municipalities, shared, beside the same run made apart."""

import json

import nbformat
import pytest

from borgerlib import places
from borgerlib.population.municipalities import municipalities
from borgerlib.runs.batch.pool import LocalCrew
from borgerlib.runs.batch.run import run_batch
from borgerlib.runs.kernels.execute import NotebookJob, run_notebooks
from borgerlib.runs.planning.contents import insight_notebooks, place_of
from borgerlib.runs.planning.due import executed_folder
from borgerlib.runs.warm import WarmServer

SAID_WHEN = "Kørt "


def cells(path):
    """Return what a notebook shows, cell by cell; the given parameters and the time of the run left out."""
    shown = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", []):
            outputs = [{**output, "execution_count": None} for output in cell.outputs]
            shown.append(json.dumps(outputs, sort_keys=True, ensure_ascii=False))
    return [text for text in shown if SAID_WHEN not in text]


def assert_shared_as_apart(names, notebooks, tmp_path, *, ahead):
    out = tmp_path / "reports"
    crew = LocalCrew(2, folder=tmp_path, ahead=ahead)
    end = run_batch(names, out=out, notebooks=notebooks, crew=crew)
    assert end.well
    jobs = {
        (name, source.stem): NotebookJob(
            source, tmp_path / place_of(name) / source.name, {"municipality": name}
        )
        for name in names
        for source in notebooks
    }
    with WarmServer(ahead=ahead) as warm:
        assert all(run.status == "done" for run in run_notebooks(jobs.values(), warm=warm))
    for (name, stem), job in jobs.items():
        kept = executed_folder(out) / place_of(name) / f"{stem}.ipynb"
        assert cells(kept) == cells(job.target), (name, stem)
    return end


@pytest.mark.nightly
@pytest.mark.thorough
def test_every_notebook_of_all_municipalities_is_the_same_shared_and_apart(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    names = list(municipalities()["name"])
    end = assert_shared_as_apart(names, insight_notebooks(), tmp_path, ahead="pictures")
    assert end.total - end.alike == 11


@pytest.mark.thorough
def test_two_municipalities_share_an_insight_as_if_it_were_run_for_each(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    notebooks = [places.notebooks() / f"{name}.ipynb" for name in ("02_strategi", "06_borgergrupper")]
    end = assert_shared_as_apart(["Furesø", "Odense"], notebooks, tmp_path, ahead="imports")
    assert (end.total, end.alike) == (4, 2)
