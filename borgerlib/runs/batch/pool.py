"""A crew of worker processes on this machine.

Processes rather than threads: none waits for another's interpreter lock, a killed one fails only its own
task, and all of them end with the batch.
"""

from __future__ import annotations

import json
import math
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from borgerlib.errors import RunError
from borgerlib.runs.batch.task import Task
from borgerlib.runs.planning.manifest import Record, read_as
from borgerlib.runs.warm.client import Ahead, WarmServer
from borgerlib.runs.warm.forked import dying_with_us
from borgerlib.runs.warm.surroundings import kernel_environment, last_words, memory_kills

Item = TypeVar("Item")
_GRACE_SECONDS = 1.4
_DEATHS_IN_A_ROW = 3
_TASKS_A_WORKER = 400
# Added to the notebook's own time (twice, for two attempts): the server's start, the search and saving.
_MARGIN_SECONDS = 180.0


class Crew(Protocol):
    """The workers that do the tasks of a batch."""

    def free(self, task: Task) -> bool:
        """Return whether a worker can take the task now."""

    def give(self, task: Task) -> None:
        """Let a worker do the task."""

    def outcomes(self, seconds: float) -> Iterator[tuple[Task, Record]]:
        """Yield finished tasks, waiting up to `seconds` for the first."""

    def stop(self) -> None:
        """End all workers, within two seconds."""


@dataclass
class _Worker:
    process: subprocess.Popen[str]
    log: Path
    task: Task | None = None
    started: float = 0.0
    tasks: int = 0
    out_of_time: bool = False


class LocalCrew:
    """Worker processes that are started when first needed and restarted when they die.

    They share one fork server, which is started at once: it imports while the workers do.

    Parameters
    ----------
    size : int
        How many work at the same time.
    folder : Path
        Folder for the logs of their standard error.
    cold : bool
        Run every notebook in a fresh kernel.
    ahead : {"imports", "survey", "pictures"}
        What the server prepares, as for `WarmServer`.
    """

    def __init__(self, size: int, *, folder: Path, cold: bool = False, ahead: Ahead = "pictures") -> None:
        self._size = max(1, size)
        self._folder = folder
        self._server = None if cold else WarmServer(ahead=ahead)
        self._workers: list[_Worker] = []
        self._leaving: list[_Worker] = []
        self._lines: queue.SimpleQueue[tuple[_Worker, str]] = queue.SimpleQueue()
        self._count = 0
        self._deaths = 0
        self._memory_kills = memory_kills()

    def free(self, task: Task) -> bool:
        """Return whether a worker is idle or can be started."""
        return sum(worker.task is not None for worker in self._workers) < self._size

    def give(self, task: Task) -> None:
        """Give the task to an idle worker, or to a new one."""
        idle = [worker for worker in self._workers if worker.task is None]
        worker = idle[0] if idle else self._new()
        worker.task, worker.started = task, time.monotonic()
        worker.tasks += 1
        # A worker that has died is noticed where its answers are awaited.
        with suppress(OSError, ValueError):
            print(json.dumps(asdict(task)), file=worker.process.stdin, flush=True)

    def outcomes(self, seconds: float) -> Iterator[tuple[Task, Record]]:
        """Yield finished tasks; the task of a worker that died has failed."""
        if self._server is not None:
            self._server.tend()
        self._watch()
        for worker, line in all_from(self._lines, seconds):
            if worker not in self._workers:
                continue
            task, worker.task = worker.task, None
            if not line:
                self._workers.remove(worker)
                worker.process.wait()
            if task is None:
                continue
            self._deaths = 0 if line or worker.out_of_time else self._deaths + 1
            outcome = read_as(Record, json.loads(line)) if line else self._death(worker, task)
            if worker.tasks >= _TASKS_A_WORKER and line:
                self._retire(worker)  # libraries leak; a new worker does not
            yield task, outcome

    def stop(self) -> None:
        """End the workers and what they run: first by closing their input, then by killing them."""
        everybody = [*self._workers, *self._leaving]
        self._dismiss(everybody)
        end = time.monotonic() + _GRACE_SECONDS
        for worker in everybody:
            with suppress(subprocess.TimeoutExpired):
                worker.process.wait(max(0.0, end - time.monotonic()))
            worker.process.kill()
            worker.process.wait()
        self._workers, self._leaving = [], []
        if self._server is not None:
            self._server.close()

    def _new(self) -> _Worker:
        self._count += 1
        shared = [str(self._server.folder)] if self._server is not None and self._server.pid else []
        log = self._folder / f"worker-{self._count}.log"
        with log.open("w") as errors:
            process = subprocess.Popen(
                [sys.executable, "-m", "borgerlib.runs.batch.worker", *shared],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
                env=kernel_environment(),
                # Ctrl-C is for the batch, which then ends its workers in order.
                start_new_session=True,
                # While a worker imports, or is stopped, it does not notice that its input has ended.
                preexec_fn=dying_with_us(),
            )
        worker = _Worker(process, log)
        self._workers.append(worker)
        threading.Thread(target=self._hear, args=(worker,), daemon=True, name="borger-hear").start()
        return worker

    def _hear(self, worker: _Worker) -> None:
        with suppress(OSError, ValueError):
            for line in worker.process.stdout or ():
                self._lines.put((worker, line))
        self._lines.put((worker, ""))

    def _retire(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        self._leaving.append(worker)
        self._dismiss([worker])

    def _dismiss(self, workers: Sequence[_Worker]) -> None:
        for worker in workers:
            with suppress(OSError):
                if worker.process.stdin:
                    worker.process.stdin.close()

    def _watch(self) -> None:
        """Kill a worker that is over time: its task fails."""
        for worker in self._workers:
            if worker.task and time.monotonic() - worker.started > _most_seconds(worker.task):
                worker.out_of_time = True
                worker.process.kill()

    def _death(self, worker: _Worker, task: Task) -> Record:
        if worker.out_of_time:
            words = f"{task.what} was stopped: it took more than the {task.timeout:g} seconds it may take."
            return task.failed(words, cause="time", seconds=time.monotonic() - worker.started)
        last = last_words(worker.log)
        if memory_kills() > self._memory_kills:
            self._memory_kills = memory_kills()
            last = ": the system, which ran out of memory, killed it"
        if self._deaths >= _DEATHS_IN_A_ROW:
            raise RunError(
                f"The batch's worker processes die{last}.",
                hint="They may have run out of memory: run fewer at once with --jobs 1.",
            )
        seconds = time.monotonic() - worker.started
        return task.failed(f"The worker process died{last}.", cause="died", seconds=seconds)


def all_from(waiting: queue.SimpleQueue[Item], seconds: float) -> Iterator[Item]:
    """Yield everything in a queue, waiting up to `seconds` for the first item."""
    with suppress(queue.Empty):
        yield waiting.get(timeout=seconds)
        while True:
            yield waiting.get_nowait()


def _most_seconds(task: Task) -> float:
    if not task.timeout:
        return math.inf
    return 2 * task.timeout + _MARGIN_SECONDS if task.notebook else task.timeout
