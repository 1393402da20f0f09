"""A crew on a dask cluster: notebooks run on its workers, on whatever machines they are.

A notebook is sent to the worker and the executed one is sent back, so only the prepared data have to be
shared. A worker with another Python or library, or without borgerlib, is named and gets no notebooks, and
neither does one whose data differ; what it refused goes to the others. Reports are written on this machine.
"""

from __future__ import annotations

import logging
import queue
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from distributed import Client, WorkerPlugin, get_worker
from distributed.comm import get_address_host_port

from borgerlib.errors import RunError
from borgerlib.files.atomic import sync
from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.runs.batch.perform import perform
from borgerlib.runs.batch.pool import Crew, all_from
from borgerlib.runs.batch.task import Task, executed, refuse_other_inputs
from borgerlib.runs.planning.inputs import InputHashes, library_hash
from borgerlib.runs.planning.manifest import Record, read_as
from borgerlib.runs.warm.client import WarmServer

_log = logging.getLogger("borgerlib.runs")
_NAME = "borger-runs"
# Evaluated on workers that may not have borgerlib at all.
_LIBRARY = "__import__('borgerlib.runs.planning.inputs', fromlist=['inputs']).library_hash()"
_CONNECT_SECONDS = 15
_LOOK_SECONDS = 2.0
_WITHOUT_WORKERS_SECONDS = 60.0
_STOP_SECONDS = 1.0
_REFUSED = "refused"


class WorkerKernels(WorkerPlugin):  # type: ignore[misc]
    """The warm kernels of a dask worker, for as long as the worker lives.

    Parameters
    ----------
    cold : bool
        Run every notebook in a fresh kernel.
    """

    def __init__(self, *, cold: bool) -> None:
        self.cold = cold
        self.library = ""
        self.warm: Any = None

    def setup(self, worker: Any) -> None:
        """Start the kernels' server, and remember which library this process has loaded."""
        self.library = library_hash()
        self._open = ExitStack()
        self._open.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
        tempfile.tempdir = str(self._open.enter_context(owned_temporary_folder()))
        if not self.cold:
            self.warm = self._open.enter_context(WarmServer(ahead="pictures"))

    def teardown(self, worker: Any) -> None:
        """End the kernels' server."""
        self._open.close()


def start_kernels(*, cold: bool, dask_worker: Any) -> None:
    """Give a worker its kernels, if it has none from an earlier batch."""
    # Not registered with the cluster, which would send it to workers that cannot load it.
    if _NAME not in dask_worker.plugins:
        dask_worker.plugins[_NAME] = kernels = WorkerKernels(cold=cold)
        kernels.setup(dask_worker)


class DaskCrew:
    """The workers of a dask cluster.

    Parameters
    ----------
    address : str
        Address of the scheduler: ``tcp://host:8786``.
    reports : Crew
        The crew that writes the reports, on this machine.
    cold : bool
        Run every notebook in a fresh kernel.

    Raises
    ------
    RunError
        There is no scheduler at the address.
    """

    def __init__(self, address: str, *, reports: Crew, cold: bool = False) -> None:
        self._reports, self._cold, self._address = reports, cold, address
        try:
            get_address_host_port(address)  # without an address a client is half made, and blocks when closed
            self._client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise RunError(
                f"There is no dask scheduler at {address} that can be used: {error}",
                hint="Start one with 'dask scheduler', and workers with 'dask worker ADDRESS'.",
            ) from error
        self._library = library_hash()
        self._good: set[str] = set()
        self._unfit: dict[str, str] = {}
        self._ended: queue.SimpleQueue[tuple[Task, Any]] = queue.SimpleQueue()
        self._given: dict[Any, set[str]] = {}
        self._room = 0
        self._looked = 0.0
        self._seen = time.monotonic()

    def free(self, task: Task) -> bool:
        """Return whether a worker is idle."""
        if not task.notebook:
            return self._reports.free(task)
        return len(self._given) < self._places()

    def give(self, task: Task) -> None:
        """Send the notebook to the cluster."""
        if not task.notebook:
            self._reports.give(task)
            return
        source = Path(task.notebook).read_text(encoding="utf-8")
        workers = sorted(self._good)
        future = self._client.submit(run_on_worker, asdict(task), source, pure=False, workers=workers)
        self._given[future] = set(workers)
        future.add_done_callback(lambda done: self._ended.put((task, done)))

    def outcomes(self, seconds: float) -> Iterator[tuple[Task, Record]]:
        """Yield finished tasks, from this machine and the cluster."""
        end = time.monotonic() + seconds
        while True:
            here = list(self._reports.outcomes(0))
            there = list(self._from_cluster(0 if here else min(0.05, seconds)))
            yield from here + there
            if here or there or time.monotonic() >= end:
                return

    def stop(self) -> None:
        """Leave the cluster; runs that are still going on there end later, and their results are dropped."""
        with suppress(Exception):  # if the cluster is gone, there is nothing to cancel
            self._client.cancel(list(self._given), force=True)
        with suppress(Exception):
            self._client.close(timeout=_STOP_SECONDS)
        self._reports.stop()

    def _from_cluster(self, seconds: float) -> Iterator[tuple[Task, Record]]:
        for task, future in all_from(self._ended, seconds):
            self._given.pop(future, None)
            self._require_scheduler()
            outcome, worker = _outcome(task, future)
            if outcome.cause == _REFUSED:
                self._leave_out(worker, outcome.error)
                self.give(task)
            else:
                yield task, outcome

    def _places(self) -> int:
        now = time.monotonic()
        if now - self._looked > _LOOK_SECONDS:
            self._looked = now
            self._require_scheduler()
            threads: dict[str, int] = self._client.nthreads()
            self._examine([worker for worker in threads if worker not in self._good | set(self._unfit)])
            self._good &= threads.keys()
            self._room = sum(threads[worker] for worker in self._good)
            self._seen = now if self._room else self._seen
            for future, workers in self._given.items():
                if workers.isdisjoint(threads):  # all workers it was meant for are gone
                    future.cancel()
        if now - self._seen > _WITHOUT_WORKERS_SECONDS:
            raise RunError(
                "The dask cluster has had no workers for a minute.",
                hint="Start some with 'dask worker ADDRESS'; what is finished is kept.",
            )
        return self._room

    def _examine(self, workers: Sequence[str]) -> None:
        """Find out which workers match this machine, and name the others."""
        if not workers:
            return
        answers = self._client.run(eval, _LIBRARY, workers=list(workers), on_error="return")
        for worker, library in answers.items():
            if isinstance(library, ImportError):
                self._leave_out(worker, f"it has no borgerlib ({library})")
            elif library != self._library:
                what = "borgerlib, its Python, or a library beneath"
                self._leave_out(worker, f"its {what}, is another than this machine's")
        fit = [worker for worker in answers if worker not in self._unfit]
        if fit:
            self._client.run(start_kernels, cold=self._cold, workers=fit)
            self._good.update(fit)

    def _leave_out(self, worker: str, reason: str) -> None:
        """Give a worker no more tasks.

        Raises
        ------
        RunError
            It was the last worker.
        """
        self._good.discard(worker)
        self._looked = 0.0
        if worker not in self._unfit:
            self._unfit[worker] = reason
            _log.warning("The dask worker %s gets no notebooks: %s.", worker, reason)
        if not set(self._client.nthreads()) - set(self._unfit):
            raise RunError(
                f"None of the {len(self._unfit)} dask workers can run the notebooks:",
                problems=[f"{name}: {why}." for name, why in self._unfit.items()],
                hint="Install the same borgerlib and Python there, and let all see the same prepared data "
                "(BORGER_WORKSPACE).",
            )

    def _require_scheduler(self) -> None:
        if self._client.status != "running":
            raise RunError(
                f"The dask scheduler at {self._address} is gone.",
                hint="Start it again; what is finished is kept, and the same command goes on.",
            )


def run_on_worker(message: dict[str, Any], source: str) -> tuple[str, dict[str, Any], bytes]:
    """Run a notebook on this worker; return the worker's address, the outcome and the executed notebook."""
    sent, worker = read_as(Task, message), get_worker()
    kernels: WorkerKernels = worker.plugins[_NAME]
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        path = Path(folder) / "source" / Path(sent.notebook).name
        path.parent.mkdir()
        path.write_text(source, encoding="utf-8")
        task = replace(sent, notebook=str(path), folder=folder)
        hashes = InputHashes(library=kernels.library).of(path, task.parameters)
        try:
            refuse_other_inputs(task, hashes)
        except RunError as error:
            return worker.address, asdict(task.failed(error.message.rstrip("."), cause=_REFUSED)), b""
        outcome = perform(task, warm=kernels.warm)
        made = executed(Path(folder), task.stem, outcome.state)
        content = made.read_bytes() if made.is_file() else b""
    return worker.address, asdict(outcome), content


def _outcome(task: Task, future: Any) -> tuple[Record, str]:
    """Return the outcome of a task on the cluster, and its worker; save the executed notebook."""
    try:
        worker, message, content = future.result(timeout=_CONNECT_SECONDS)
    except Exception as error:  # a cluster can raise anything: a killed worker, a lost connection
        return task.failed(f"The cluster lost the run: {type(error).__name__}: {error}", cause="died"), ""
    outcome = read_as(Record, message)
    if content:
        path = executed(Path(task.folder), task.stem, outcome.state)
        try:
            path.write_bytes(content)
            sync(path)
        except OSError as error:
            words = f"The executed notebook cannot be written: {error.strerror or error}."
            return task.failed(words, cause="disk"), worker
    return outcome, worker
