"""What nbval cannot see: the notebooks' form, their pictures and the numbers these are drawn from."""

import ast
import copy
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import papermill
import pytest
from processes import PATIENCE

from borgerlib.lokaldemokrati.insights.claims import verdict
from borgerlib.lokaldemokrati.insights.registry import load_registry
from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.runs.kernels.execute import run_notebook
from borgerlib.runs.pages.export import ANALYSIS
from borgerlib.view.charts.chart import MIME_TYPE
from borgerlib.view.leaders.insight import open_insight
from borgerlib.view.words.text import PAGE_MIME_TYPE

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[01][0-9]_*.ipynb"))
PARAMETERS = {
    "municipality": "str",
    "survey": "str",
    "own_answers": "str",
    "confidence": "float",
    "min_cell": "int",
}
# In a string or a comment anything may stand; as code these are work that belongs in the library.
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.While,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.If,
    ast.Try,
    ast.With,
)

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


def charts(notebook):
    return [
        output.data[MIME_TYPE]
        for cell in code_cells(notebook)
        for output in cell.outputs
        if MIME_TYPE in output.get("data", {})
    ]


def test_there_are_eleven_numbered_as_the_insights():
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{number:02d}" for number in range(11)]
    slugs = [path.stem[3:].replace("_", "-") for path in NOTEBOOKS[1:]]
    assert slugs == [insight.slug for insight in load_registry().insights]


class TestForm:
    @each_notebook
    def test_the_parameters_cell_declares_the_five_with_types_and_help(self, path):
        assert len(tagged(read(path), "parameters")) == 1
        declared = papermill.inspect_notebook(str(path))
        assert {name: found["inferred_type_name"] for name, found in declared.items()} == PARAMETERS
        assert all(len(found["help"]) > 20 for found in declared.values())
        assert {name: ast.literal_eval(found["default"]) for name, found in declared.items()} == {
            "municipality": "",
            "survey": "lokaldemokrati-2021",
            "own_answers": "",
            "confidence": 0.95,
            "min_cell": 5,
        }

    def test_the_parameters_read_alike_everywhere(self):
        assert len({tagged(read(path), "parameters")[0].source for path in NOTEBOOKS}) == 1

    @each_notebook
    def test_cells_call_and_do_not_program(self, path):
        for cell in code_cells(read(path)):
            tree = ast.parse(cell.source)
            nodes = list(ast.walk(tree))
            assert not [node for node in nodes if isinstance(node, FORBIDDEN)], cell.source
            called = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
            assert not called & {"groupby", "merge", "apply", "query", "read_csv", "read_parquet"}, (
                cell.source
            )
            assert len(tree.body) <= (5 if "parameters" in cell.metadata.get("tags", []) else 4)

    @each_notebook
    def test_a_chart_follows_the_estimates_that_it_shows(self, path):
        # From estimates to chart in plain lines: whoever changes an item sees another chart.
        cells = [cell.source for cell in read(path).cells if cell.cell_type == "code"]
        drawn = [at for at, source in enumerate(cells) if re.match(r"borgerlib\.\w+_chart\(", source)]
        assert drawn
        for at in drawn:
            shown = re.search(r"insight\.words\((\w+), figure=", cells[at])[1]
            assert re.search(rf"^{shown} = leaders\.estimates\(", cells[at - 1], re.MULTILINE)
            assert cells[at - 1].endswith(f"\n{shown}")

    @each_notebook
    def test_the_analysis_alone_is_tagged_so_that_pages_leave_it_out(self, path):
        # The whole audit too: the report has it by insight, in its appendix.
        analysis = re.compile(r"leaders\.(estimates|answer)\(|insight\.audit\(\)")
        tagged_sources = [cell.source for cell in tagged(read(path), ANALYSIS)]
        assert tagged_sources == [c.source for c in code_cells(read(path)) if analysis.search(c.source)]

    @each_notebook
    def test_no_cell_names_a_path(self, path):
        for cell in code_cells(read(path)):
            strings = [n.value for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Constant)]
            assert not [
                text
                for text in strings
                if isinstance(text, str) and re.search(r"[/\\]|\.(csv|toml|parquet)", text)
            ]

    @each_notebook
    def test_no_number_is_typed_into_the_prose(self, path):
        for cell in read(path).cells:
            if cell.cell_type != "markdown":
                continue
            prose = [line for line in cell.source.splitlines() if not line.startswith("#")]
            # covid-19 and the report's year are names, not findings.
            text = re.sub("covid-19|2021-rapport", "", "\n".join(prose))
            assert not re.search(r"\d", text), cell.source

    @each_notebook
    def test_headings_begin_with_one_of_the_first_rank_and_skip_none(self, path):
        ranks = [
            len(line) - len(line.lstrip("#"))
            for cell in read(path).cells
            if cell.cell_type == "markdown"
            for line in cell.source.splitlines()
            if line.startswith("#")
        ]
        assert ranks[0] == 1
        assert ranks.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(ranks))

    @each_notebook
    def test_the_last_section_is_method_and_uncertainty(self, path):
        headings = [
            c.source for c in read(path).cells if c.cell_type == "markdown" and c.source.startswith("## ")
        ]
        assert headings[-1].startswith("## Metode og usikkerhed")
        assert [cell.source for cell in code_cells(read(path))][-2:] == [
            "insight.method()",
            "insight.run_stamp()",
        ]

    @each_notebook
    def test_only_the_run_stamp_is_kept_from_comparison(self, path):
        assert [cell.source for cell in tagged(read(path), "nbval-ignore-output")] == ["insight.run_stamp()"]
        assert not tagged(read(path), "nbval-skip")
        assert not re.search(r"NBVAL_|PYTEST_VALIDATE", path.read_text(encoding="utf-8"))


class TestOutputs:
    @each_notebook
    def test_every_cell_was_run_in_order_without_error(self, path):
        # nbval passes over a cell that was never run.
        notebook = read(path)
        assert [cell.execution_count for cell in code_cells(notebook)] == list(
            range(1, len(code_cells(notebook)) + 1)
        )
        kinds = {output.output_type for cell in code_cells(notebook) for output in cell.outputs}
        assert kinds == {"execute_result"}

    @each_notebook
    def test_the_page_tells_its_number_and_finding(self, path):
        pages = [
            o.data[PAGE_MIME_TYPE]
            for c in code_cells(read(path))
            for o in c.outputs
            if PAGE_MIME_TYPE in o.data
        ]
        assert [page["number"] for page in pages] == [int(path.stem[:2])]
        assert pages[0]["slug"] == path.stem[3:].replace("_", "-")
        assert re.search(r"\d", pages[0]["finding"])

    @each_notebook
    def test_every_picture_says_what_it_shows(self, path):
        pictures = [o for c in code_cells(read(path)) for o in c.outputs if "image/png" in o.data]
        assert pictures
        for output in pictures:
            alt = output.metadata["image/png"]["alt"]
            assert alt == output.data[MIME_TYPE]["alt"]
            assert len(alt) > 80
            assert re.search(r"\d", alt)

    @each_notebook
    def test_nothing_tells_of_the_machine(self, path):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/home/|/root/|/tmp/|/work/|site-packages|Users\\\\", text)
        assert "papermill" not in read(path).metadata

    def test_every_figure_of_the_report_appears_once(self):
        drawn = [call for path in NOTEBOOKS for call in re.findall(r'figure=\\"(\w+)\\"', path.read_text())]
        wanted = [str(number) for number in range(1, 14)] + [f"N{number}" for number in range(1, 5)]
        assert sorted(set(drawn) & set(wanted)) == sorted(wanted)
        assert len(drawn) == len(set(drawn))
        assert set(drawn) == {figure.id for figure in load_registry().figures}


def drawn(svg):
    """A picture's texts, and its numbers: where everything stands and how long it is."""
    body = re.sub(r"<style>.*?</style>", "", svg)
    return re.findall(r"<text[^>]*>([^<]*)<", body), np.array(re.findall(r"-?\d+\.?\d*", body), dtype=float)


def alike(committed, fresh):
    """Whether two pictures show the same; another version of a library may move an edge by a pixel."""
    (texts, places), (other_texts, other_places) = drawn(committed), drawn(fresh)
    same = texts == other_texts and places.shape == other_places.shape
    return same and bool((np.abs(places - other_places) <= 1).all())


@pytest.mark.slow
class TestFiguresAreInStep:
    # nbval compares the words and numbers of all of them.
    @pytest.mark.long
    @pytest.mark.parametrize(
        "path",
        [
            pytest.param(path, marks=[] if path.name[:2] in ("04", "07") else pytest.mark.thorough)
            for path in NOTEBOOKS
        ],
        ids=lambda path: path.stem,
    )
    def test_the_committed_charts_are_those_drawn_now(self, path):
        number = int(path.stem[:2])
        page = open_insight(number)
        figures = load_registry().figures_of(number)
        committed = charts(read(path))
        assert len(committed) == len(figures)
        for figure, kept in zip(figures, committed, strict=True):
            chart = page.figure(figure.id)
            fresh = json.loads(json.dumps(chart._repr_mimebundle_()[0][MIME_TYPE]))
            assert kept["rows"] == [list(row) for row in chart.table.rows]
            # The pictures are compared below; the numbers for workbooks repeat the rows.
            apart = {"wide", "narrow", "numbers"}
            assert {k: v for k, v in kept.items() if k not in apart} == {
                k: v for k, v in fresh.items() if k not in apart
            }
            assert alike(kept["wide"], fresh["wide"])
            assert alike(kept["narrow"], fresh["narrow"])

    @each_notebook
    def test_the_tests_in_the_cells_are_those_of_the_claims(self, path):
        survey, outputs = open_leaders_survey(), [o for c in code_cells(read(path)) for o in c.outputs]
        texts = [o.data["text/plain"] for o in outputs if "text/plain" in o.get("data", {})]
        shown = [
            float(found[1]) for text in texts if (found := re.match(r"TestResult\(p_value=([^,]+)", text))
        ]
        claims = load_registry().claims_of(int(path.stem[:2]))
        assert shown == pytest.approx([verdict(claim.id, survey).p_value for claim in claims], rel=1e-5)

    def test_another_figure_is_not_alike(self):
        first, second = charts(read(NOTEBOOKS[2]))
        assert not alike(first["wide"], second["wide"])

    def test_a_bar_of_another_length_is_not_alike(self):
        picture = charts(read(NOTEBOOKS[3]))[0]["wide"]
        # The paper of figure and axes comes first.
        bar = re.findall(r"<path d='[^']*L[^']*'", picture)[2]
        shorter = picture.replace(bar, re.sub(r"L(\d)", r"L1\1", bar, count=1))
        assert shorter != picture
        assert not alike(picture, shorter)


def reworded(data):
    assert "63" in data["text/plain"]
    data["text/plain"] = data["text/plain"].replace("63", "64", 1)


def recounted(data):
    data[MIME_TYPE]["rows"][0][1] = "1 pct."


def redrawn(data):
    data["image/png"] = data[MIME_TYPE]["wide"] = data[MIME_TYPE]["narrow"] = "AAAA"


@pytest.fixture(scope="module")
def nbval(tmp_path_factory):
    """Return how nbval judges a notebook with changed outputs, and one of citizens where there are none."""
    folder = tmp_path_factory.mktemp("nbval")
    notebook = read(NOTEBOOKS[3])
    parameters, opened, estimates, figure = code_cells(notebook)[:4]
    notebook.cells = [parameters, opened, estimates]
    for change in (reworded, recounted, redrawn):
        cell = copy.deepcopy(figure)
        cell["id"] = change.__name__
        change(cell.outputs[0].data)
        notebook.cells.append(cell)
    nbformat.write(notebook, folder / "aendret.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "conftest", "-p", "no:cacheprovider", "-vrs"]
    command += ["--nbval-kernel-startup-timeout", str(int(PATIENCE))]
    command += ["-c", "pyproject.toml", "--rootdir", ".", "--color", "no"]
    command += [str(folder / "aendret.ipynb"), "notebooks/interesse_dashboard.ipynb"]
    empty = {**os.environ, "BORGER_WORKSPACE": str(folder)}
    return subprocess.run(
        command, cwd=ROOT, env=empty, capture_output=True, text=True, check=False, timeout=PATIENCE
    )


@pytest.mark.slow
def test_nbval_sees_a_changed_number_and_not_the_bytes_of_a_picture(nbval):
    assert dict(re.findall(r"^::Cell (\d) (\w+) ", nbval.stdout, re.MULTILINE)) == {
        "0": "PASSED",
        "1": "PASSED",
        "2": "PASSED",
        "3": "FAILED",
        "4": "FAILED",
        "5": "PASSED",
    }
    # pytest tells each failure once more, whole, in its summary where the variable CI is set.
    failures = nbval.stdout.partition("short test summary")[0]
    assert re.findall(r"mismatch '([^']+)'", failures) == ["text/plain", MIME_TYPE]
    assert nbval.returncode == 1


@pytest.mark.slow
def test_nbval_skips_the_citizens_notebooks_with_a_word_where_none_are_prepared(nbval):
    assert re.findall(r"interesse_dashboard::ipynb::Cell \d (\w+)", nbval.stdout) == ["SKIPPED"] * 2
    assert "needs prepared citizens of Odense: make demo" in nbval.stdout


@pytest.mark.long
def test_papermill_alone_runs_a_notebook_from_any_folder(tmp_path):
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--start-timeout",
        str(int(PATIENCE)),
        str(NOTEBOOKS[2]),
        "ud.ipynb",
        "-p",
        "municipality",
        "Furesø",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    notebook = read(tmp_path / "ud.ipynb")
    given = ast.parse(tagged(notebook, "injected-parameters")[0].source).body[0]
    assert ast.unparse(given) == "municipality = 'Furesø'"
    assert [len(chart["rows"]) for chart in charts(notebook)] == [
        len(c["rows"]) for c in charts(read(NOTEBOOKS[2]))
    ]


@pytest.mark.slow
def test_the_same_notebook_runs_on_a_later_wave(tmp_path, wave_file, warm, monkeypatch):
    # A workspace of its own: where somebody has prepared Odense, its citizens would be in the notebook too.
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    parameters = {"municipality": "Odense", "survey": wave_file}
    run = run_notebook(NOTEBOOKS[4], tmp_path / "maaling.ipynb", parameters, warm=warm)
    drawn = charts(read(run.path))
    assert len(drawn) == len(charts(read(NOTEBOOKS[4])))
    assert all("målingen »kommuner_2025«" in chart["caption"] for chart in drawn)
