"""The notebooks run; that of the page calls the library and no more."""

import os
import subprocess
import sys

import nbformat
import pytest

from borgerlib import places

NOTEBOOK = places.notebooks() / "inviter.ipynb"
SIMULATION = places.notebooks() / "hvem_spoerges.ipynb"


# With other parameters the simulation runs in test_who_comes.py.
@pytest.mark.slow
@pytest.mark.parametrize(
    "notebook", [NOTEBOOK, pytest.param(SIMULATION, marks=pytest.mark.thorough)], ids=lambda path: path.stem
)
def test_nbval_runs_it(key_file, notebook):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", str(notebook)]
    environment = {**os.environ, "BORGER_REGISTER_KEY": key_file.read_text().strip()}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout


def test_cells_call_the_library_and_no_more():
    cells = [cell for cell in nbformat.read(NOTEBOOK, 4).cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells[1:]] == [
        "import borgerlib\n\ninviter = borgerlib.open_inviter(municipality, key_file=key_file)\ninviter"
    ]
    assert not any(cell.outputs for cell in cells)
