"""Locks on a folder, and temporary folders whose owner is known to live: both end with their process.

The system lets go of a lock when its holder dies, however it dies, so nothing has to be cleared away by hand
after a power cut.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from borgerlib.errors import RunError

_TEMPORARY = "borger-work-"
_OWNER = "owner.lock"
_UNOWNED_SECONDS = 60


class FolderBusyError(RunError):
    """Another process works on the folder."""


@contextmanager
def folder_lock(path: Path, *, folder: Path, wait: bool = False) -> Iterator[None]:
    """Hold a folder for a long piece of work.

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
    # Whoever asks whether a batch is at work holds the lock for a moment.
    lock = FileLock(path, timeout=-1 if wait else 1)
    # Beside the lock, which on Windows nobody else can read while it is held.
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


@contextmanager
def owned_temporary_folder(within: Path | None = None) -> Iterator[Path]:
    """Give a private folder that others can tell is in use, and remove those whose owners have died.

    Parameters
    ----------
    within : Path, optional
        Where it is made; the system's temporary folder by default.
    """
    sweep_temporary_folders(within)
    folder, lock = _locked_folder(within)
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _locked_folder(within: Path | None) -> tuple[Path, BaseFileLock]:
    """Return a new folder and its lock; another one where a sweeper was quicker than the lock."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=within))
        lock = FileLock(folder / _OWNER, thread_local=False)  # whichever thread lets go of it
        with suppress(FileNotFoundError):
            lock.acquire()
            if (folder / _OWNER).exists():
                return folder, lock
            lock.release()


def sweep_temporary_folders(within: Path | None = None) -> None:
    """Remove the temporary folders of processes that were killed; those in use stay."""
    for folder in (within or Path(tempfile.gettempdir())).glob(f"{_TEMPORARY}*"):
        with suppress(OSError, Timeout):
            _remove_abandoned(folder)


def _remove_abandoned(folder: Path) -> None:
    owner = folder / _OWNER
    if owner.exists():
        # While the lock is held: whoever has just made the folder finds it gone, and never loses it later.
        with FileLock(owner, timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
    elif time.time() - folder.stat().st_mtime < _UNOWNED_SECONDS:
        return  # about to be locked, or about to be gone
    shutil.rmtree(folder, ignore_errors=True)


def _named(holder: Path) -> str:
    try:
        return f" ({holder.read_text(encoding='utf-8')})"
    except OSError:
        return ""
