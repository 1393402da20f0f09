"""What is known about a run while it goes on, and how its failure is told."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from borgerlib import errors
from borgerlib.errors import RunError
from borgerlib.runs.kernels.manager import Kernel

Cause = Literal["", "cell", "left", "time", "memory", "died", "start", "other"]
_OUT_OF_MEMORY = re.compile(
    r"bad_alloc|cannot allocate|can't allocate|out of memory|MemoryError", re.IGNORECASE
)


class NotebookRunError(RunError):
    """A notebook run that could not start or did not finish, with what a program wants to know of it.

    Attributes
    ----------
    cause : str
        ``cell`` (it raised), ``left`` (it ended the notebook early), ``time`` and ``memory`` (a limit),
        ``died`` and ``start`` (the kernel did, or did not; trying again may help), ``other``.
    kernel : {"cold", "warm"}
        The kind of kernel that it had last.
    attempts : int
        How often it was tried.
    """

    def __init__(self, message: str, *, cause: Cause, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.cause: Cause = cause
        self.kernel: Literal["cold", "warm"] = "cold"
        self.attempts = 1


@dataclass
class Attempt:
    """One try at a notebook: its limits, its kernel, and how far it has come."""

    source: Path
    limit: float
    kernel: Kernel
    memory_limit: int | None = None
    notebook: Any = None
    cell_index: int = -1

    def started(self, notebook: Any) -> None:
        """Take note of the notebook that is being run (a hook of nbclient)."""
        self.notebook = notebook

    def entered(self, cell: Any, cell_index: int) -> None:
        """Take note of the cell that is about to run (a hook of nbclient)."""
        self.cell_index = cell_index

    def explain(self, error: Exception, *, log: Path) -> NotebookRunError:
        """Return the error for the user: notebook, cell, cause, without a stack."""
        from nbclient.exceptions import DeadKernelError
        from papermill.exceptions import PapermillExecutionError

        if self.kernel.out_of_time:
            return NotebookRunError(
                f"{self._where(self.cell_index)} was stopped: "
                f"the notebook took more than the {self.limit:g} seconds it may take.",
                cause="time",
                hint="Look for a cell that never ends, or allow more time.",
            )
        if isinstance(error, PapermillExecutionError):
            return self._raised(self._where(error.cell_index), error.ename, error.evalue)
        if isinstance(error, DeadKernelError):
            return self._died(last_words(log))
        if self.notebook is None:
            return NotebookRunError(
                f"{self.source.name} could not start: Python's notebook kernel does not start"
                f"{last_words(log)}.",
                cause="start",
                hint="'python -m ipykernel --version' in the same environment shows whether it is installed.",
            )
        return NotebookRunError(
            f"{self._where(self.cell_index)} failed: {_cause(type(error).__name__, str(error))}",
            cause="other",
        )

    def _raised(self, where: str, name: str, value: str) -> NotebookRunError:
        if not name.endswith("MemoryError"):
            return NotebookRunError(f"{where} failed: {_cause(name, value)}", cause="cell")
        if self.memory_limit is None:
            return NotebookRunError(f"{where} failed: {_cause(name, value)}", cause="memory")
        return self._out_of_memory(where)

    def _died(self, last_words: str) -> NotebookRunError:
        where = self._where(self.cell_index)
        if self.memory_limit is not None and _OUT_OF_MEMORY.search(last_words):
            return self._out_of_memory(where)
        return NotebookRunError(
            f"{where} failed: its Python process died{last_words}.",
            cause="died",
            hint="It may have run out of memory. Run fewer notebooks at once, or open it in JupyterLab.",
        )

    def _out_of_memory(self, where: str) -> NotebookRunError:
        return NotebookRunError(
            f"{where} was stopped: the notebook needs more than the "
            f"{(self.memory_limit or 0) / 1_000_000:,.0f} MB of memory it may use.",
            cause="memory",
            hint="Look for a cell that keeps too much at once, or allow more memory.",
        )

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


def last_words(log: Path) -> str:
    """Return the last line of a process's log in brackets, empty if it said nothing."""
    with suppress(OSError):
        lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
        if lines:
            return f" ({lines[-1]})"
    return ""
