"""Save executed notebooks: completely or not at all, and failed ones next to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from borgerlib.files.atomic import replacing, unwritable
from borgerlib.runs.kernels.attempt import NotebookRunError, cell_number

_WHAT = "The executed notebook"


def refuse_unfinished(notebook: Any, source: Path, target: Path) -> None:
    """Refuse a notebook that ended early: papermill calls ``sys.exit()`` in a cell a success."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code" or not cell.source.strip():
            continue
        if any(output.output_type == "error" for output in cell.outputs) or cell.execution_count is None:
            save(notebook, failed_path(target))
            number = cell_number(notebook, index)
            raise NotebookRunError(
                f"{source.name}, cell {number} ended the notebook before its end.",
                cause="left",
                cell=number,
                hint="Remove 'sys.exit()' or 'quit()' from the notebook: a report needs all of its cells.",
            )


def failed_path(target: Path) -> Path:
    """Return where the notebook of a failed run is kept."""
    return target.with_name(f"{target.stem}.failed.ipynb")


def prepare_folder(target: Path) -> None:
    """Make the target's folder, or raise an error that says why that is impossible."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(target, error, what=_WHAT, kind=NotebookRunError) from error


def save(notebook: Any, target: Path) -> None:
    """Write a notebook, whole or not at all."""
    import nbformat

    with replacing(target, what=_WHAT, error=NotebookRunError) as beside:
        nbformat.write(notebook, beside)
