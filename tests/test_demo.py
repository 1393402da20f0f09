"""What 'make demo' runs (tests/commands/test_report_command.py runs it), and the citizens' notebook."""

import ast
import os
import re
import shlex
import subprocess
from pathlib import Path

import nbformat
import pytest

from borgerlib.survey.simulation.export import PREFIX

ROOT = Path(__file__).resolve().parent.parent
PAGE = "11_simulerede_data_borgernes_interesse.html"


def test_make_demo_runs_these_commands_and_says_where_to_look():
    shown = subprocess.run(
        ["make", "-n", "-o", ".venv/.runtime-ready", "demo"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "BORGER_WORKSPACE"},
        capture_output=True,
        text=True,
        check=True,
    )
    commands = [
        shlex.split(line) for line in shown.stdout.splitlines() if "borger " in line.partition("echo")[0]
    ]
    told = [command[1:] for command in commands]
    simulated = f"data/processed/{PREFIX}/odense"
    areas = f"{simulated}/{PREFIX}/befolkning_omraade"
    assert told == [
        ["simulate", "Odense", "--n", "5000", "--seed", "1"],
        ["prepare", "Odense", simulated, "--districts", f"{areas}.csv", "--districts", f"{areas}type.csv"],
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

    def test_a_cell_is_a_call_or_shows_its_estimates_and_carries_no_output(self, notebook):
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(not cell.outputs and cell.execution_count is None for cell in code)
        for cell in code[2:]:
            if "remove-cell" in cell.metadata.get("tags", []):
                lines = [line for line in cell.source.splitlines() if not line.startswith("#")]
                assert re.fullmatch(rf"{lines[1]} = interest\.(estimates|participation)\(.+\)", lines[0])
            else:
                assert re.fullmatch(r"interest\.\w+\([^()]*\)", cell.source)

    def test_it_ends_with_method_and_stamp(self, notebook):
        heading, method, stamp = notebook.cells[-3:]
        assert heading.source == "## Metode og usikkerhed"
        assert method.source == "interest.method()"
        assert stamp.metadata["tags"] == ["nbval-ignore-output", "appendix"]

    def test_no_number_stands_in_its_prose(self, notebook):
        prose = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
        assert set(re.findall(r"\d+", prose)) <= {"60", "69", "2021", "1995"}

    def test_cells_show_every_figure_but_those_of_insights_as_it_is_described(self, notebook):
        from borgerlib.view.citizens.sections import load_sections

        calls = {}
        for cell in notebook.cells:
            if cell.cell_type == "code":
                for node in ast.walk(ast.parse(cell.source)):
                    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
                        calls[node.targets[0].id] = node.value
        shown = []
        for cell in notebook.cells:
            if not cell.source.startswith("interest.chart("):
                continue
            drawn = ast.parse(cell.source).body[0].value
            settings = {keyword.arg: ast.literal_eval(keyword.value) for keyword in drawn.keywords}
            section = load_sections().figure(settings.pop("figure"))
            assert settings == section.settings, section.id
            taken = calls[drawn.args[0].id]
            named = tuple(argument.value for argument in taken.args)
            assert named == (section.answers or (section.participation,)), section.id
            given = {keyword.arg: ast.unparse(keyword.value).strip("'") for keyword in taken.keywords}
            assert given.get("by", "") == section.by, section.id
            group = given.get("group", "").replace("next(iter(interest.groups('age')), 'age=')", "age={unge}")
            assert group == section.group, section.id
            shown.append(section.id)
        assert sorted(shown) == sorted(figure.id for figure in load_sections().section if not figure.insight)
