"""The surroundings of a kernel's process, cold or warm: environment, folder for sockets, memory, log."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from borgerlib import places

# A socket's path is at most 107 characters long, and jupyter_client appends up to 20 to the folder's.
LONGEST_FOLDER = 87
# With one thread per core, linear algebra gives different last digits on every machine, and notebooks that
# run at the same time slow each other down.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# pyarrow's allocator reserves a gigabyte in advance, which counts against the memory limit though unused.
_TAKE_AS_NEEDED = {"MIMALLOC_ARENA_EAGER_COMMIT": "0"}


def kernel_environment() -> dict[str, str]:
    """Return the environment of a kernel of ours: this process's, fit for kernels, with its workspace."""
    return {**fit_for_kernels(os.environ), "BORGER_WORKSPACE": str(places.workspace())}


def fit_for_kernels(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment that caches bytecode and uses one thread.

    Without cached bytecode every kernel compiles all its imports again, which doubles its start-up time.
    Numbers of threads that the user has set are kept.
    """
    given = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**dict.fromkeys(_ONE_THREAD, "1"), **_TAKE_AS_NEEDED, **given}


def memory_kills() -> int:
    """Return how many processes the system has killed for lack of memory since boot; 0 except on Linux."""
    with suppress(OSError, ValueError):
        counted = dict(line.split() for line in Path("/proc/vmstat").read_text("ascii").splitlines())
        return int(counted.get("oom_kill", 0))
    return 0


def last_words(log: Path) -> str:
    """Return the last line of a process's log in brackets, empty if it said nothing."""
    with suppress(OSError):
        text = log.read_text("utf-8", errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if lines:
            return f" ({lines[-1]})"
    return ""
