"""A crew on a dask cluster: notebooks run on its workers, whatever machines they are on.

A notebook travels to the worker and the executed one travels back, so nothing but the prepared data has to be
shared; a worker whose library or data differ refuses. Reports are written on this machine.
"""

from __future__ import annotations

import queue
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from distributed import Client, WorkerPlugin, get_worker

from borgerlib.errors import RunError
from borgerlib.files.atomic import sync
from borgerlib.runs.batch.pool import Crew
from borgerlib.runs.batch.task import (
    Outcome,
    Task,
    failure,
    perform,
    refuse_other_inputs,
    task_from,
)
from borgerlib.runs.planning.folder_lock import owned_temporary_folder
from borgerlib.runs.planning.inputs import InputHashes, library_hash
from borgerlib.runs.planning.plan import as_mapping
from borgerlib.runs.warm.client import warm_kernels

_NAME = "borger-runs"
_CONNECT_SECONDS = 15
_LOOK_SECONDS = 2.0
_WITHOUT_WORKERS_SECONDS = 60.0
_STOP_SECONDS = 1.0


class WorkerKernels(WorkerPlugin):  # type: ignore[misc]
    """The warm kernels of a dask worker, for as long as the worker lives.

    Parameters
    ----------
    cold : bool
        Run every notebook in a fresh kernel.
    """

    name = _NAME
    idempotent = True

    def __init__(self, *, cold: bool) -> None:
        self.cold = cold
        self.library = ""
        self.warm: Any = None

    def setup(self, worker: Any) -> None:
        """Start the kernels' server, and remember which library this process has loaded."""
        self.library = library_hash()
        self._open = ExitStack()
        self._before = tempfile.tempdir
        tempfile.tempdir = str(self._open.enter_context(owned_temporary_folder()))
        if not self.cold:
            self.warm = self._open.enter_context(warm_kernels(ahead="pictures"))

    def teardown(self, worker: Any) -> None:
        """End the kernels' server."""
        tempfile.tempdir = self._before
        self._open.close()


class DaskCrew:
    """The workers of a dask cluster.

    Parameters
    ----------
    address : str
        Of the scheduler: ``tcp://host:8786``.
    reports : Crew
        Who writes the reports, on this machine.
    cold : bool
        Run every notebook in a fresh kernel.

    Raises
    ------
    RunError
        There is no scheduler at the address.
    """

    def __init__(self, address: str, *, reports: Crew, cold: bool = False) -> None:
        self._reports = reports
        try:
            self._client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
            self._client.register_plugin(WorkerKernels(cold=cold))
        except (OSError, ValueError, TimeoutError) as error:
            raise RunError(
                f"There is no dask scheduler at {address} that can be used: {error}",
                hint="Start one with 'dask scheduler', and workers with 'dask worker ADDRESS'.",
            ) from error
        self._ended: queue.SimpleQueue[tuple[Task, Any]] = queue.SimpleQueue()
        self._given: dict[Any, Task] = {}
        self._room = 0
        self._looked = 0.0
        self._seen = time.monotonic()

    def free(self, task: Task) -> bool:
        """Return whether a worker has nothing to do."""
        if not task.notebook:
            return self._reports.free(task)
        return len(self._given) < self._places()

    def give(self, task: Task) -> None:
        """Send the notebook to the cluster."""
        if not task.notebook:
            self._reports.give(task)
            return
        source = Path(task.notebook).read_text(encoding="utf-8")
        future = self._client.submit(run_on_worker, asdict(task), source, pure=False)
        self._given[future] = task
        future.add_done_callback(lambda done: self._ended.put((task, done)))

    def outcomes(self, seconds: float) -> Iterator[tuple[Task, Outcome]]:
        """Yield what has been done, here and there."""
        end = time.monotonic() + seconds
        while True:
            here = list(self._reports.outcomes(0))
            there = list(self._from_cluster(0 if here else min(0.05, seconds)))
            yield from here + there
            if here or there or time.monotonic() >= end:
                return

    def stop(self) -> None:
        """Leave the cluster; what runs there ends by itself and is dropped."""
        with suppress(Exception):  # a cluster that is gone has nothing to cancel
            self._client.cancel(list(self._given), force=True)
        with suppress(Exception):
            self._client.close(timeout=_STOP_SECONDS)
        self._reports.stop()

    def _from_cluster(self, seconds: float) -> Iterator[tuple[Task, Outcome]]:
        wait = seconds
        while True:
            try:
                task, future = self._ended.get(timeout=wait) if wait > 0 else self._ended.get_nowait()
            except queue.Empty:
                return
            wait = 0
            self._given.pop(future, None)
            yield task, _outcome(task, future)

    def _places(self) -> int:
        now = time.monotonic()
        if now - self._looked > _LOOK_SECONDS:
            self._looked = now
            self._room = sum(self._client.nthreads().values())
            self._seen = now if self._room else self._seen
        if now - self._seen > _WITHOUT_WORKERS_SECONDS:
            raise RunError(
                "The dask cluster has had no workers for a minute.",
                hint="Start some with 'dask worker ADDRESS'; what is finished is kept.",
            )
        return self._room


def run_on_worker(message: dict[str, Any], source: str) -> tuple[dict[str, Any], bytes]:
    """Run a notebook on the worker where this is called; return the outcome and what was executed."""
    told = task_from(message)
    kernels: WorkerKernels = get_worker().plugins[_NAME]
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        path = Path(folder) / "source" / Path(told.notebook).name
        path.parent.mkdir()
        path.write_text(source, encoding="utf-8")
        task = replace(told, notebook=str(path), folder=folder)
        hashes = InputHashes(library=kernels.library).of(path, task.parameters)
        try:
            refuse_other_inputs(task, as_mapping(hashes))
        except RunError as error:
            return asdict(failure(str(error), cause="other")), b""
        outcome = perform(task, warm=kernels.warm)
        content = Path(outcome.path).read_bytes() if outcome.path else b""
    return asdict(outcome), content


def _outcome(task: Task, future: Any) -> Outcome:
    """Return the outcome of a task on the cluster, with what was executed in the task's folder here."""
    try:
        message, content = future.result(timeout=_CONNECT_SECONDS)
    except Exception as error:  # whatever a cluster can raise: a killed worker, a lost connection
        return failure(f"The cluster lost the run: {type(error).__name__}: {error}", cause="died")
    outcome = Outcome(**message)
    if not outcome.path:
        return outcome
    path = Path(task.folder) / Path(outcome.path).name
    try:
        path.write_bytes(content)
        sync(path)
    except OSError as error:
        return failure(f"The executed notebook cannot be written: {error.strerror or error}.", cause="disk")
    return replace(outcome, path=str(path))
