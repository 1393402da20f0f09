"""Small real notebooks."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from processes import eventually
from sample_notebooks import KERNEL, chart_output, executed, page_output

PARAMETERS = (
    'municipality = "Odense"  # type: str Kommunens navn\nmin_cell = 5  # type: int\nconfidence = 0.95'
)


@pytest.fixture
def make_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook: a heading, a parameters cell (unless None), then code cells."""

    def make(name: str, *code: str, parameters: str | None = PARAMETERS, metadata: Any = KERNEL) -> Path:
        cells = [new_markdown_cell("# Overskrift\n\nEt spørgsmål?")]
        if parameters is not None:
            cells.append(new_code_cell(parameters, metadata={"tags": ["parameters"]}))
        cells += [new_code_cell(source) for source in code]
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
        return path

    return make


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a file that a cell writes when it begins: only from then on its notebook's time counts.

    How long a kernel takes to start on a loaded machine is not what is tested.
    """
    mark = tmp_path / "begun"

    class FromTheCellOn(threading.Timer):
        def run(self) -> None:
            eventually(mark.exists)
            super().run()

    monkeypatch.setattr(threading, "Timer", FromTheCellOn)
    return mark


@pytest.fixture
def report_notebooks(tmp_path: Path) -> list[Path]:
    """Return an overview and two insights, executed, given out of order."""
    figures = [{"value": "79 af 98", "label": "kommuner har svaret"}]
    overview = page_output(0, kicker="Overblik", title="Overblik", finding="79 svarede.", key_figures=figures)
    folder = tmp_path / "executed"
    folder.mkdir()
    return [
        executed(folder / "02_b.ipynb", [page_output(2), "Se [den første](01_a.ipynb).", chart_output()]),
        executed(folder / "01_a.ipynb", [page_output(1), "## Svar", chart_output(), chart_output()]),
        executed(folder / "00_o.ipynb", [overview, "## Tal"]),
    ]
