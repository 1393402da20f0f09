"""From nothing to a report with the citizens' answers: what 'make demo' does, on fewer answers."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from borgerlib.survey.simulation.export import PREFIX

ROOT = Path(__file__).resolve().parent.parent
PAGE = "11_simulerede_data_borgernes_interesse.html"
WITH_LAYER = (
    "03_blankt_papir",
    "04_velfaerd",
    "05_nye_loesninger",
    "06_borgergrupper",
    "07_digitale_formater",
)


def borger(workspace, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "borgerlib", *arguments],
        env=os.environ | {"BORGER_WORKSPACE": str(workspace)},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    root = tmp_path_factory.mktemp("demo")
    export = root / "data" / "processed" / PREFIX / "odense"
    for arguments in (
        ("simulate", "Odense", "--n", "1500", "--seed", "1"),
        ("prepare", "Odense", str(export)),
        ("report", "Odense"),
    ):
        done = borger(root, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    return root


def pages(workspace):
    return {path.stem: path.read_text() for path in (workspace / "reports" / "odense").glob("*.html")}


def words(page):
    """The words of a page, without its pictures and markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"data:image/png;base64,[^\"]+", "", page)).split())


@pytest.mark.slow
class TestReport:
    def test_the_citizens_have_a_page_and_a_place_on_the_front(self, workspace):
        index = pages(workspace)["index"]
        assert PAGE in index
        assert "Elleve indsigter" in words(index)
        assert "Borgernes svar er SIMULEREDE DATA" in words(index)
        assert "SIMULEREDE DATA: Borgernes interesse" in words(pages(workspace)[PAGE.removesuffix(".html")])

    @pytest.mark.parametrize("name", WITH_LAYER)
    def test_five_insights_show_the_citizens_under_a_heading_of_their_own(self, workspace, name):
        page = pages(workspace)[name]
        assert "Hvad siger borgerne i Odense Kommune?" in words(page)
        assert f'href="{PAGE}"' in page
        assert words(page).index("Hvad siger borgerne") < words(page).index("Holder påstandene?")

    def test_the_other_insights_do_not(self, workspace):
        others = set(pages(workspace)) - {*WITH_LAYER, "index", PAGE.removesuffix(".html")}
        assert len(others) == 6
        assert not any("Hvad siger borgerne" in words(pages(workspace)[name]) for name in others)

    def test_nothing_of_a_single_respondent_is_in_the_report(self, workspace):
        folder = workspace / "data" / "processed" / "odense"
        respondents = pd.read_parquet(folder / "respondents.parquet")
        register = pd.read_parquet(workspace / "data" / "contact" / "odense" / "register.parquet")
        texts = set(respondents["svar_id"]) | set(respondents["fritekst"].dropna())
        contact = register.select_dtypes(exclude=["number", "bool"]).stack().dropna().astype(str)
        texts |= {text for text in contact if len(text) > 5}
        report = " ".join(words(page) for page in pages(workspace).values())
        assert len(texts) > 1000
        assert not [text for text in texts if text in report]

    def test_a_municipality_without_answers_gets_the_insights_alone(self, workspace, tmp_path):
        done = borger(workspace, "report", "Ærø", "--out", str(tmp_path / "report"))
        assert done.returncode == 0, done.stderr
        assert not list((tmp_path / "report").glob("11_*"))
        assert "Ti indsigter" in words((tmp_path / "report" / "index.html").read_text())


def test_make_demo_runs_these_commands_and_says_where_to_look():
    shown = subprocess.run(
        ["make", "-n", "-o", ".venv/.runtime-ready", "demo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    commands = [
        shlex.split(line) for line in shown.stdout.splitlines() if "borger " in line.partition("echo")[0]
    ]
    told = [command[1:] for command in commands]
    assert told == [
        ["simulate", "Odense", "--n", "5000", "--seed", "1"],
        ["prepare", "Odense", f"data/processed/{PREFIX}/odense"],
        ["report", "Odense"],
    ]
    assert f"reports/odense/{PAGE}" in shown.stdout
    assert "reports/odense/index.html" in shown.stdout


class TestNotebook:
    @pytest.fixture
    def notebook(self):
        return nbformat.read(ROOT / "notebooks" / "borger_interesse.ipynb", as_version=4)

    def test_it_opens_with_a_question_and_its_parameters(self, notebook):
        first, parameters, opening = notebook.cells[:3]
        assert first.source.startswith("# ")
        assert first.source.endswith("?")
        assert parameters.metadata["tags"] == ["parameters"]
        assert all(
            re.fullmatch(r"\w+: (str|float|int) = .+  # .+", line) for line in parameters.source.splitlines()
        )
        assert len(opening.source.splitlines()) <= 4

    def test_a_cell_is_one_call_and_carries_no_output(self, notebook):
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(not cell.outputs and cell.execution_count is None for cell in code)
        assert all(re.fullmatch(r"interest\.\w+\([^()]*\)", cell.source) for cell in code[2:])

    def test_it_ends_with_method_and_stamp(self, notebook):
        heading, method, stamp = notebook.cells[-3:]
        assert heading.source == "## Metode og usikkerhed"
        assert method.source == "interest.method()"
        assert stamp.metadata["tags"] == ["nbval-ignore-output"]

    def test_no_number_stands_in_its_prose(self, notebook):
        prose = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        assert set(re.findall(r"\d+", prose)) <= {"60", "69", "2021"}

    def test_every_figure_but_those_of_insights_is_shown(self, notebook):
        from borgerlib.view.citizens.sections import load_sections

        shown = re.findall(r'interest\.figure\("(\w+)"\)', " ".join(cell.source for cell in notebook.cells))
        assert sorted(shown) == sorted(figure.id for figure in load_sections().figures if not figure.insight)
