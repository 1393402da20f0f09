"""Cold and warm runs of every notebook are equal, cell by cell and pixel by pixel."""

import base64
import io
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from PIL import Image
from processes import begun_here

from borgerlib import places
from borgerlib.runs.kernels.execute import NotebookJob, run_notebooks
from borgerlib.runs.warm import WarmServer

pytestmark = pytest.mark.long

NOTEBOOKS = sorted(places.notebooks().glob("[01][0-9]_*.ipynb"))

# What early imports and forking change without a word, in one notebook; no '%matplotlib inline' in it.
SILENT = [
    "import numpy as np, pandas as pd, matplotlib.pyplot as plt\nplt.plot([1, 3, 2]); plt.title('Æøå')",
    "pd.DataFrame(np.arange(120).reshape(2, 60))",
    "x = np.sin(np.arange(400 * 400)).reshape(400, 400)\n"
    "print(repr(np.linalg.svd(x)[1].sum()), repr((x @ x).sum()))",
    "import statsmodels.api as sm\nrandom = np.random.default_rng(1)\n"
    "print(sm.GLM(random.normal(size=500), random.normal(size=(500, 4))).fit().params.tolist())",
    "import seaborn as sns\nsns.set_theme()\nsns.barplot(x=['a', 'b'], y=[1, 2])",
    "import warnings\nwarnings.warn('se her', DeprecationWarning)",
    "fig, ax = plt.subplots(figsize=(2, 2)); ax.imshow(x); fig",
]


# The others are compared by 'make test-thorough'.
FEW = [path for path in NOTEBOOKS if path.name.startswith("06")]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory, warm: WarmServer) -> dict[str, tuple[Any, Any]]:
    """Return a few notebooks, executed cold and warm, two at a time."""
    return run_both(tmp_path_factory.mktemp("conformance"), FEW, warm)


def run_both(folder: Path, notebooks: list[Path], server: WarmServer) -> dict[str, tuple[Any, Any]]:
    """Return notebooks, and one that tries what warm kernels might get wrong, executed cold and warm."""
    silent = folder / "silent.ipynb"
    cells = [nbformat.v4.new_code_cell(code) for code in SILENT]
    cells.insert(0, nbformat.v4.new_code_cell("municipality = ''", metadata={"tags": ["parameters"]}))
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {
        "name": "python3", "display_name": "Python 3", "language": "python"}}), silent)  # fmt: skip
    sources = [*notebooks, silent]

    def run(kind: str, warm: Any) -> None:
        jobs = [
            NotebookJob(source, folder / kind / source.name, {"municipality": "Odense"}) for source in sources
        ]
        runs = run_notebooks(jobs, warm=warm)
        assert [(r.status, r.kernel, r.error) for r in runs] == [("done", kind, "")] * len(sources)

    run("cold", None)
    run("warm", begun_here(server))
    return {
        source.stem: tuple(nbformat.read(folder / kind / source.name, 4) for kind in ("cold", "warm"))
        for source in sources
    }


@pytest.mark.parametrize("name", [*(path.stem for path in FEW), "silent"])
def test_cold_and_warm_are_equal(executed, name):
    compare(name, *executed[name])


@pytest.mark.thorough
def test_every_notebook_is_equal(tmp_path):
    with WarmServer() as server:
        executed = run_both(tmp_path, NOTEBOOKS, server)
    for name, (cold, warm) in executed.items():
        compare(name, cold, warm)


def compare(name: str, cold: Any, warm: Any) -> None:
    assert len(cold.cells) == len(warm.cells)
    pictures = 0
    for expected, found in zip(cold.cells, warm.cells, strict=True):
        assert found.source == expected.source
        if expected.cell_type != "code" or "nbval-ignore-output" in expected.metadata.get("tags", []):
            continue
        assert found.execution_count == expected.execution_count
        cold_outputs, cold_pictures = taken_apart(expected.outputs)
        warm_outputs, warm_pictures = taken_apart(found.outputs)
        assert warm_outputs == cold_outputs
        for ours, theirs in zip(warm_pictures, cold_pictures, strict=True):
            np.testing.assert_array_equal(ours, theirs)
        pictures += len(cold_pictures)
    if name == "silent":
        assert pictures == 4
        wide = next(cell for cell in cold.cells if cell.source.startswith("pd.DataFrame"))
        assert "..." in str(wide.outputs), "wide tables are cut, as in every notebook"


def taken_apart(outputs: Any) -> tuple[list[Any], list[Any]]:
    """Return outputs without their pictures, and the pictures' pixels."""
    rest, pictures = [], []
    for output in outputs:
        data = dict(output.get("data", {}))
        pictures += [pixels(data.pop(kind)) for kind in sorted(data) if kind == "image/png"]
        if "text" in output:  # a warning names the process
            output.text = re.sub(r"ipykernel_\d+", "ipykernel", output.text)
        rest.append({**output, "data": data})
    return rest, pictures


def pixels(encoded: str) -> Any:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))))


def test_there_are_notebooks_to_compare():
    assert len(NOTEBOOKS) == 11
    assert all(isinstance(path, Path) for path in NOTEBOOKS)
