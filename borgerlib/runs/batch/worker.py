"""A worker process of a batch: takes tasks as lines of JSON, one at a time, and answers with outcomes.

The kernels come from the fork server whose folder is its argument; without one each starts cold. A worker
ends when its standard input closes: so it ends with the batch, however the batch ends, and ends its running
kernel; on Linux the system ends it even in the middle of a computation.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import signal
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from pathlib import Path

from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.runs.batch.perform import perform
from borgerlib.runs.batch.task import Task
from borgerlib.runs.planning.manifest import read_as
from borgerlib.runs.warm.forked import adopt_orphans, end_children
from borgerlib.runs.warm.source import SharedServer

_LAST_SECOND = 1.2


def main() -> None:
    """Work until the batch ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # output that a library prints must not be taken for an answer
    # A shell that runs the batch in the background makes it ignore these signals; do not inherit that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    if sys.platform == "linux":
        adopt_orphans()
    tasks: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True, name="borger-listen").start()
    try:
        shared = SharedServer(Path(sys.argv[1])) if len(sys.argv) > 1 else None
        with owned_temporary_folder() as folder:
            tempfile.tempdir = str(folder)
            while line := tasks.get():
                task = read_as(Task, json.loads(line))
                _limit_memory(task.memory_limit)
                outcome = perform(task, warm=shared)
                if sys.platform == "linux":
                    end_children()  # what a cold kernel's notebook left behind
                print(json.dumps(asdict(outcome)), file=answers, flush=True)
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    logging.shutdown()
    # Nothing is left to do, and threads of libraries must not keep the process alive.
    os._exit(0)


def _limit_memory(limit: int) -> None:
    """Apply the notebook's memory limit to the search, the pages and the PDF too."""
    if sys.platform == "linux":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (limit or most, most))


def _listen(tasks: queue.SimpleQueue[str]) -> None:
    """Pass on tasks; when the batch has ended, end the task that is running."""
    for line in sys.stdin:
        tasks.put(line.strip())
    tasks.put("")
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)
    time.sleep(_LAST_SECOND)
    os._exit(1)


if __name__ == "__main__":
    main()
