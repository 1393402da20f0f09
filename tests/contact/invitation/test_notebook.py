"""The notebooks run; that of the page calls the library and no more."""

import nbformat
import pytest

from borgerlib import places
from borgerlib.runs.kernels.execute import run_notebook

NOTEBOOK = places.notebooks() / "inviter.ipynb"
SIMULATION = places.notebooks() / "hvem_spoerges.ipynb"


# With other parameters the simulation runs in test_who_comes.py.
@pytest.mark.slow
@pytest.mark.parametrize(
    "notebook", [NOTEBOOK, pytest.param(SIMULATION, marks=pytest.mark.thorough)], ids=lambda path: path.stem
)
def test_it_runs(key_file, notebook, tmp_path, warm, monkeypatch):
    monkeypatch.setenv("BORGER_REGISTER_KEY", key_file.read_text().strip())
    assert run_notebook(notebook, tmp_path / "ud.ipynb", warm=warm).status == "done"


def test_cells_call_the_library_and_no_more():
    cells = [cell for cell in nbformat.read(NOTEBOOK, 4).cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells[1:]] == [
        "import borgerlib\n\ninviter = borgerlib.open_inviter(municipality, key_file=key_file)\ninviter"
    ]
    assert not any(cell.outputs for cell in cells)
