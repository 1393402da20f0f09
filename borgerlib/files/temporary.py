"""Temporary folders with an owner: those of processes that were killed are deleted.

The system releases an owner's lock when it dies, however it dies.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

_TEMPORARY = "borger-work-"
_OWNER = "owner.lock"
_UNOWNED_SECONDS = 60


@contextmanager
def owned_temporary_folder(within: Path | None = None) -> Iterator[Path]:
    """Yield a private folder that is marked as in use, and delete those whose owners have died.

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
    """Return a new folder and its lock; try again if another process deleted it before it was locked."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=within))
        lock = FileLock(folder / _OWNER, thread_local=False)  # any thread may release it
        with suppress(FileNotFoundError):
            lock.acquire()
            folder.chmod(0o700)  # FileLock recreates a deleted folder, readable by everyone
            if (folder / _OWNER).exists():
                return folder, lock
            lock.release()


def folder_of_this_process() -> Path:
    """Return a private folder that is deleted when this process ends."""
    kept = ExitStack()
    atexit.register(kept.close)
    return kept.enter_context(owned_temporary_folder())


def sweep_temporary_folders(within: Path | None = None) -> None:
    """Delete the temporary folders of processes that were killed, but not those in use."""
    for folder in (within or Path(tempfile.gettempdir())).glob(f"{_TEMPORARY}*"):
        with suppress(OSError, Timeout):
            owner = folder / _OWNER
            if owner.exists():
                # While holding the lock: after it, the process that has just made the folder may lock it.
                with FileLock(owner, timeout=0):
                    shutil.rmtree(folder, ignore_errors=True)
            # A new folder without an owner is about to be locked or deleted.
            elif time.time() - folder.stat().st_mtime > _UNOWNED_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
