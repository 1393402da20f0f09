"""What a kernel's process finds around it, cold or warm: environment, a folder for its sockets, a log."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from borgerlib import places

# A socket's path is at most 107 characters long, and jupyter_client appends up to 20 to the folder's.
LONGEST_FOLDER = 87
# Linear algebra on as many threads as there are cores gives other last digits on every machine, and
# notebooks that run side by side get into each other's way.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# pyarrow's allocator takes a gigabyte in advance, which counts against a limit though it is not used.
_TAKE_AS_NEEDED = {"MIMALLOC_ARENA_EAGER_COMMIT": "0"}


def kernel_environment() -> dict[str, str]:
    """Return the environment of a kernel of ours: this process's, fit for kernels, with its workspace."""
    return {**fit_for_kernels(os.environ), "BORGER_WORKSPACE": str(places.workspace())}


def fit_for_kernels(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment with bytecode kept, and one thread.

    Without kept bytecode every kernel compiles all of its imports anew, which doubles its starting time.
    Numbers of threads that the user has set stay.
    """
    given = {name: value for name, value in environment.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**dict.fromkeys(_ONE_THREAD, "1"), **_TAKE_AS_NEEDED, **given}


def memory_kills() -> int:
    """Return how many processes the system has killed for want of memory since it started; 0 off Linux."""
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
