"""What is known about a run while it goes on, and how its failure is told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borgerlib import errors
from borgerlib.errors import RunError
from borgerlib.runs.kernels import Kernel


@dataclass
class Attempt:
    """One run of a notebook: its time limit, its kernel, and how far it has come."""

    source: Path
    limit: float
    kernel: Kernel
    notebook: Any = None
    cell_index: int = -1

    def started(self, notebook: Any) -> None:
        """Take note of the notebook that is being run (a hook of nbclient)."""
        self.notebook = notebook

    def entered(self, cell: Any, cell_index: int) -> None:
        """Take note of the cell that is about to run (a hook of nbclient)."""
        self.cell_index = cell_index

    def explain(self, error: Exception, *, log: Path) -> RunError:
        """Return the error for the user: notebook, cell, cause, without a stack."""
        from nbclient.exceptions import DeadKernelError
        from papermill.exceptions import PapermillExecutionError

        if self.kernel.out_of_time:
            return RunError(
                f"{self._where(self.cell_index)} was stopped: "
                f"the notebook took more than the {self.limit:g} seconds it may take.",
                hint="Look for a cell that never ends, or allow more time.",
            )
        if isinstance(error, PapermillExecutionError):
            return RunError(f"{self._where(error.cell_index)} failed: {_cause(error.ename, error.evalue)}")
        if isinstance(error, DeadKernelError):
            return RunError(
                f"{self._where(self.cell_index)} failed: its Python process died{_last_words(log)}.",
                hint="It may have run out of memory. Run fewer notebooks at once, or open it in JupyterLab.",
            )
        if self.notebook is None:
            return RunError(
                f"{self.source.name} could not start: Python's notebook kernel does not start"
                f"{_last_words(log)}.",
                hint="'python -m ipykernel --version' in the same environment shows whether it is installed.",
            )
        return RunError(f"{self._where(self.cell_index)} failed: {_cause(type(error).__name__, str(error))}")

    def _where(self, cell_index: int) -> str:
        if self.notebook is None:
            return self.source.name
        number = cell_number(self.notebook, cell_index)
        return f"{self.source.name}, {f'cell {number}' if number else 'the parameters given'}"


def cell_number(notebook: Any, index: int) -> int:
    """Return the number (from 1) that a cell of an executed notebook has in its source; 0 if in none."""
    injected = ["injected-parameters" in cell.metadata.get("tags", []) for cell in notebook.cells]
    return 0 if injected[index] else index + 1 - sum(injected[:index])


def _cause(name: str, value: str) -> str:
    own = isinstance(getattr(errors, name, None), type) and issubclass(
        getattr(errors, name), errors.BorgerlibError
    )
    text = value.strip()
    if own:
        return text
    return f"{name}: {text}" if text else name


def _last_words(log: Path) -> str:
    with suppress(OSError):
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
        if lines:
            return f" ({lines[-1]})"
    return ""
