"""Locks on a folder, which end with their process.

The system releases a lock when its holder dies, however it dies, so nothing has to be cleaned up by hand
after a power cut.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from borgerlib.errors import RunError


class FolderBusyError(RunError):
    """Another process is working on the folder."""


@contextmanager
def folder_lock(path: Path, *, folder: Path, wait: bool = False) -> Iterator[None]:
    """Lock a folder for a long piece of work.

    Parameters
    ----------
    path : Path
        The lock file.
    folder : Path
        What is locked, for the message.
    wait : bool
        Wait for another process to end instead of refusing.

    Raises
    ------
    FolderBusyError
        Another process holds it; the message says which and since when.
    """
    # Retry for a second: a process that only checks whether a batch is running holds the lock for a moment.
    lock = FileLock(path, timeout=-1 if wait else 1)
    # In a file of its own: on Windows no other process can read the lock file while it is locked.
    holder = path.with_suffix(".holder")
    try:
        lock.acquire()
    except Timeout as error:
        raise FolderBusyError(
            f"Another batch works on {folder}{_named(holder)}.",
            hint="Wait for it to end, or let this one wait: --wait",
        ) from error
    try:
        since = f"process {os.getpid()} on {socket.gethostname()}, since {time.strftime('%F %T')}"
        holder.write_text(since, encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink()
        lock.release()


def _named(holder: Path) -> str:
    try:
        return f" ({holder.read_text(encoding='utf-8')})"
    except OSError:
        return ""
