"""What is known about a run while it goes on, and how its failure is explained to the user."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from borgerlib import errors
from borgerlib.errors import RunError
from borgerlib.runs.kernels.manager import Kernel, KernelKind
from borgerlib.runs.warm.surroundings import last_words, memory_kills

# The libraries themselves need this much before the notebook begins.
LEAST_MEMORY = 512 * 1024**2

# Many times what the shipped notebooks need: only a cell that keeps far too much is stopped.
MEMORY = 4_000_000_000

Cause = Literal["", "cell", "left", "time", "memory", "died", "start", "other"]
_OUT_OF_MEMORY = re.compile(
    r"bad_alloc|cannot allocate|can't allocate|out of memory|MemoryError", re.IGNORECASE
)


class NotebookRunError(RunError):
    """A notebook run that could not start or did not finish, with the details that a program needs.

    Attributes
    ----------
    cause : str
        ``cell`` (it raised), ``left`` (it ended the notebook early), ``time`` and ``memory`` (a limit),
        ``died`` and ``start`` (the kernel did, or did not; trying again may help), ``other``.
    cell : int
        Number of the cell in the notebook's source; 0 for none.
    kernel : {"cold", "warm"}
        The kind of kernel that it had.
    """

    def __init__(
        self,
        message: str,
        *,
        cause: Cause = "other",
        cell: int = 0,
        kernel: KernelKind = "cold",
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.cause: Cause = cause
        self.cell = cell
        self.kernel: KernelKind = kernel


@dataclass
class Attempt:
    """One try at a notebook: its limits, its kernel, and how far it has come."""

    source: Path
    limit: float
    kernel: Kernel
    memory_limit: int | None = None
    notebook: Any = None
    cell_index: int = -1
    reads: tuple[str, ...] = ()
    memory_kills: int = field(default_factory=lambda: memory_kills())

    def started(self, notebook: Any) -> None:
        """Remember the notebook that is being run (a hook of nbclient)."""
        self.notebook = notebook

    def entered(self, cell: Any, cell_index: int) -> None:
        """Remember the cell that is about to run (a hook of nbclient)."""
        self.cell_index = cell_index

    def explain(self, error: Exception, *, log: Path) -> NotebookRunError:
        """Return the error for the user: notebook, cell, cause, without a traceback."""
        from nbclient.exceptions import DeadKernelError
        from papermill.exceptions import PapermillExecutionError

        index = error.cell_index if isinstance(error, PapermillExecutionError) else self.cell_index
        number = 0 if self.notebook is None else cell_number(self.notebook, index)
        fault = partial(NotebookRunError, cell=number, kernel=self.kernel.kind)
        where = self.source.name
        if self.notebook is not None:
            where += f", cell {number}" if number else ", the parameters given"
        if self.kernel.out_of_time:
            return fault(
                f"{where} was stopped: the notebook took more than the {self.limit:g} seconds it may take.",
                cause="time",
                hint="Look for a cell that never ends, or allow more time.",
            )
        memory = isinstance(error, PapermillExecutionError) and error.ename.endswith("MemoryError")
        # A C library that gets no memory ends the process, and writes the reason to the log.
        ended = isinstance(error, DeadKernelError) and _OUT_OF_MEMORY.search(last_words(log))
        if self.memory_limit is not None and (memory or ended):
            return fault(
                f"{where} was stopped: the notebook needs more than the "
                f"{self.memory_limit / 1_000_000:,.0f} MB of memory it may use.",
                cause="memory",
                hint="Look for a cell that keeps too much at once, or allow more memory.",
            )
        if isinstance(error, PapermillExecutionError):
            return fault(
                f"{where} failed: {_words(error.ename, error.evalue)}", cause="memory" if memory else "cell"
            )
        if isinstance(error, DeadKernelError):
            died = f"its Python process died{last_words(log)}"
            if self.kernel.was_killed:
                died = "its Python process was killed"
                # The system counts what it kills for memory per machine only, not per process.
                died += " by the system, which ran out of memory" * (memory_kills() > self.memory_kills)
            return fault(
                f"{where} failed: {died}.",
                cause="died",
                hint="It may have run out of memory. Run fewer notebooks at once, or open it in JupyterLab.",
            )
        if self.notebook is None:
            return fault(
                f"{self.source.name} could not start: Python's notebook kernel does not start"
                f"{last_words(log)}.",
                cause="start",
                hint="'python -m ipykernel --version' in the same environment shows whether it is installed.",
            )
        return fault(f"{where} failed: {_words(type(error).__name__, str(error))}", cause="other")


def cell_number(notebook: Any, index: int) -> int:
    """Return the number (from 1) that a cell of an executed notebook has in its source; 0 if in none."""
    injected = ["injected-parameters" in cell.metadata.get("tags", []) for cell in notebook.cells]
    return 0 if injected[index] else index + 1 - sum(injected[:index])


def _words(name: str, value: str) -> str:
    """Return an error as text for the user: borgerlib's own by its message, others with their name."""
    own = getattr(errors, name, None)
    text = value.strip()
    if isinstance(own, type) and issubclass(own, errors.BorgerlibError):
        return text
    return f"{name}: {text}" if text else name
