"""Small notebooks for batches, and batches as processes of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from sample_notebooks import KERNEL

from borgerlib.runs.batch.run import run_batch
from borgerlib.runs.batch.task import Outcome, Task, perform
from borgerlib.runs.batch.work import Progress
from borgerlib.runs.planning.manifest import History, Manifest

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
        self._ended: list[tuple[Task, Outcome]] = []

    def free(self, task: Task) -> bool:
        """Return whether what was done has been fetched."""
        return not self._ended

    def give(self, task: Task) -> None:
        """Do the task."""
        self._ended.append((task, perform(task, warm=self._warm)))

    def outcomes(self, seconds: float) -> Iterator[tuple[Task, Outcome]]:
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


def batch(out: Path, notebooks: Sequence[Path], *names: str, **options: Any) -> Progress:
    """Run a batch; in this process, on the warm kernels given by `warm` or on fresh ones."""
    warm = options.pop("warm", None)
    settings: dict[str, Any] = {"timeout": 60, "crew": InProcess(warm)} | options
    return run_batch(names or ["Odense"], out=out, notebooks=notebooks, **settings)


def history(out: Path) -> History:
    """Return what the manifest says."""
    return Manifest(out).read()


def states(out: Path) -> dict[tuple[str, str], str]:
    """Return (place, notebook) → state."""
    return {key: record.state for key, record in history(out).latest.items()}


class BatchProcess:
    """A batch as a process of its own, which tests may kill."""

    def __init__(self, out: Path, notebooks: Path, *names: str, tmp: Path, **options: Any) -> None:
        path = os.pathsep.join(filter(None, [str(Path(__file__).parent), os.environ.get("PYTHONPATH")]))
        told = json.dumps({"out": str(out), "notebooks": str(notebooks), "names": names, "options": options})
        self.process = subprocess.Popen(
            [sys.executable, __file__, told],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(tmp), "PYTHONPATH": path},
        )
        self.family: list[psutil.Process] = []

    def wait_for(self, condition: Callable[[], bool], seconds: float = 40) -> None:
        """Wait until the condition holds, and take note of all processes that the batch has by then."""
        end = time.monotonic() + seconds
        while not condition():
            assert self.process.poll() is None, self.process.communicate()[1]
            assert time.monotonic() < end, "it took too long"
            time.sleep(0.02)
        self.family = psutil.Process(self.process.pid).children(recursive=True)

    def survivors(self, seconds: float = 4) -> list[psutil.Process]:
        """Return the processes of the batch that are still there after so long."""
        _, alive = psutil.wait_procs(self.family, timeout=seconds)
        # One that is dead but not yet fetched by its parent is gone.
        return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]

    def ended(self, seconds: float = 60) -> tuple[int, str, str]:
        """Wait for its end; return exit code, output and errors."""
        out, errors = self.process.communicate(timeout=seconds)
        return self.process.returncode, out, errors


@contextmanager
def batch_process(*arguments: Any, **options: Any) -> Iterator[BatchProcess]:
    """Give a batch as a process, which is gone afterwards."""
    running = BatchProcess(*arguments, **options)
    try:
        yield running
    finally:
        for process in (*running.family, running.process):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        running.process.communicate()


def _main(told: dict[str, Any]) -> None:
    import resource

    # A shell's background job ignores interrupts; the batch must not inherit that from the tests.
    signal.signal(signal.SIGINT, signal.default_int_handler)
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
