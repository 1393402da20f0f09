"""Small notebooks for batches, and batches as processes of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from processes import PATIENCE, all_gone, descendants, eventually, heed_signals
from sample_notebooks import KERNEL

from borgerlib.runs.batch.perform import perform
from borgerlib.runs.batch.run import run_batch
from borgerlib.runs.batch.task import Task
from borgerlib.runs.batch.work import BatchProgress
from borgerlib.runs.planning.manifest import History, Manifest, Record
from borgerlib.runs.warm.client import process_server

OUR_MODULES = [str(folder) for folder in Path(__file__).parents[:2]]
PARAMETERS = 'municipality: str = ""  # Kommunen'
PAGE = (
    "from IPython.display import display\n"
    "display({{'application/vnd.borger.page+json': dict(number={n}, slug='emne-{n}', title='Emne {n}', "
    "finding=f'{{municipality}} har fund {n}.'), 'text/plain': ''}}, raw=True)"
)


class InProcess:
    """A crew of one that does each task at once, here, on the warm kernels given or on fresh ones."""

    def __init__(self, warm: Any = None) -> None:
        self._warm = warm
        self._ended: list[tuple[Task, Record]] = []

    def free(self, task: Task) -> bool:
        """Return whether what was done has been fetched."""
        return not self._ended

    def give(self, task: Task) -> None:
        """Do the task."""
        self._ended.append((task, perform(task, warm=self._warm)))

    def outcomes(self, seconds: float) -> Iterator[tuple[Task, Record]]:
        """Yield what has been done."""
        ended, self._ended = self._ended, []
        yield from ended

    def stop(self) -> None:
        """Nothing is going on."""


def notebook(folder: Path, number: int, *code: str) -> Path:
    """Write a notebook that names its page and then runs `code`."""
    cells = [
        new_markdown_cell(f"# Emne {number}\n\nEt spørgsmål?"),
        new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        new_code_cell(PAGE.format(n=number)),
        *(new_code_cell(source) for source in code),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{number:02d}_emne.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=KERNEL), path)
    return path


def batch(out: Path, notebooks: Sequence[Path], *names: str, **options: Any) -> BatchProgress:
    """Run a batch; in this process, on its warm kernels or, where `warm` is None, on fresh ones."""
    if "crew" not in options:
        options["crew"] = InProcess(options.pop("warm", process_server()))
    return run_batch(names or ["Odense"], out=out, notebooks=notebooks, **{"timeout": PATIENCE, **options})


def history(out: Path) -> History:
    """Return what the manifest says."""
    return Manifest(out).read()


def states(out: Path) -> dict[tuple[str, str], str]:
    """Return (place, notebook) → state."""
    return {key: record.state for key, record in history(out).latest.items()}


class BatchProcess:
    """A batch as a process of its own, which tests may kill."""

    def __init__(self, out: Path, notebooks: Path, *names: str, tmp: Path, **options: Any) -> None:
        path = os.pathsep.join(filter(None, [*OUR_MODULES, os.environ.get("PYTHONPATH")]))
        told = json.dumps({"out": str(out), "notebooks": str(notebooks), "names": names, "options": options})
        self.process = subprocess.Popen(
            [sys.executable, __file__, told],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(tmp), "PYTHONPATH": path},
        )
        self.family: set[int] = set()

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds, and take note of all processes that the batch has by then."""

        def holds() -> bool:
            assert self.process.poll() is None, self.process.communicate()[1]
            return condition()

        eventually(holds)
        self.family = descendants(self.process.pid)

    def leaves_nothing(self) -> None:
        """Wait until no process of the batch is there any more."""
        eventually(lambda: all_gone(self.family))

    def ended(self) -> tuple[int, str, str]:
        """Wait for its end; return exit code, output and errors."""
        out, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, errors


@contextmanager
def batch_process(*arguments: Any, **options: Any) -> Iterator[BatchProcess]:
    """Give a batch as a process, which is gone afterwards."""
    running = BatchProcess(*arguments, **options)
    try:
        yield running
    finally:
        for pid in (*running.family, running.process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        running.process.communicate()


def _main(told: dict[str, Any]) -> None:
    import resource

    heed_signals()
    options = told["options"]
    largest = options.pop("largest_file", 0)
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
    batch(
        Path(told["out"]),
        sorted(Path(told["notebooks"]).glob("*.ipynb")),
        *told["names"],
        crew=None,
        **{"cold": True, **options},
    )


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
