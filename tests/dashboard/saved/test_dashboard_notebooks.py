"""The dashboard's notebooks run, call the library and no more."""

import nbformat
import pytest

from borgerlib import places
from borgerlib.dashboard.saved.save_report import report_folder
from borgerlib.dashboard.saved.selection_page import open_selection
from borgerlib.errors import ParameterError, RunError
from borgerlib.runs.kernels.execute import run_notebook

pytestmark = pytest.mark.slow


def test_the_dashboard_runs(workspace, tmp_path, warm):
    notebook = places.notebooks() / "interesse_dashboard.ipynb"
    assert run_notebook(notebook, tmp_path / "ud.ipynb", warm=warm).status == "done"


@pytest.mark.parametrize("name", ["interesse_dashboard", "interesse_valg"])
def test_cells_call_the_library_and_no_more(name):
    notebook = nbformat.read(places.notebooks() / f"{name}.ipynb", 4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert sum(len(source.splitlines()) for source in code) < 20
    assert all("import" not in source.replace("import borgerlib", "") for source in code)
    assert not any(cell.get("outputs") for cell in notebook.cells)


# The report that the dashboard saves is the same notebook: tests/dashboard/test_widget.py.
@pytest.mark.thorough
def test_a_selection_runs_as_a_notebook(workspace, tmp_path, warm):
    run = run_notebook(
        places.notebooks() / "interesse_valg.ipynb",
        tmp_path / "valg.ipynb",
        {"municipality": "Odense", "selection": "alder=60-69"},
        warm=warm,
    )
    text = run.path.read_text()
    assert "application/vnd.borger.chart+json" in text
    assert "60–69 år" in text


def test_a_selection_that_is_not_offered_stops_the_notebook_with_a_sentence(workspace, tmp_path, warm):
    with pytest.raises(RunError, match="95-99"):
        run_notebook(
            places.notebooks() / "interesse_valg.ipynb",
            tmp_path / "valg.ipynb",
            {"municipality": "Odense", "selection": "alder=95-99"},
            warm=warm,
        )


class TestPage:
    def test_a_selection_is_drawn_beside_everybody(self, workspace):
        page = open_selection("Odense", "alder=60-69")
        chart = page.figure("topics")
        assert set(chart.frame["group"]) == {"valg", "alle"}
        assert "beskyttet kopi" in chart.caption
        assert chart.simulated
        assert page.finding().page["title"] == "SIMULEREDE DATA: 60–69 år"

    def test_two_selections_stand_beside_each_other(self, workspace):
        page = open_selection("Odense", "alder=60-69&mod&alder=15-24")
        assert page.finding().page["title"] == "SIMULEREDE DATA: 60–69 år mod 15–24 år"
        assert set(page.figure("topics").frame["group_label"]) == {"60–69 år", "15–24 år"}
        assert page.facts().columns == ("", "60–69 år", "15–24 år")
        assert page.facts().rows[0][1] != page.facts().rows[0][2]
        assert "`#alder=60-69&mod&alder=15-24`" in str(page.method())

    def test_reports_of_selections_with_long_names_stand_apart(self, answers):
        topics = [level.id for level in answers.offer.filter("topics").levels]
        links = [f"emner={','.join(of)}" for of in (topics, topics[:-1])]
        one, other = (report_folder(answers, link) for link in links)
        assert one != other
        assert one.name[:70] == other.name[:70]

    def test_everybody_is_drawn_alone(self, workspace):
        page = open_selection("Odense")
        assert set(page.figure("time").frame["group"]) == {""}

    def test_nothing_to_show_is_a_sentence(self, workspace):
        page = open_selection("Odense", "alder=15-24&koen=mand&tid=uge&emner=integration")
        assert "færre end 30 svar" in str(page.finding())
        assert page.figure("topics").frame["suppressed"].any()

    def test_errors(self, workspace):
        with pytest.raises(ParameterError, match="ufo"):
            open_selection("Odense", "emner=ufo")
        with pytest.raises(ParameterError, match="channels"):
            open_selection("Odense").figure("channels")
