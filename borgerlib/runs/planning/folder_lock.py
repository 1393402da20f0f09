"""Locks on a folder, and temporary folders whose owner is known to live: both end with their process.

The system lets go of a lock when its holder dies, however it dies, so nothing has to be cleared away by hand
after a power cut.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from borgerlib.errors import RunError

_TEMPORARY = "borger-work-"
_OWNER = "owner.lock"
_UNOWNED_SECONDS = 3600


class FolderBusyError(RunError):
    """Another process works on the folder."""


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file alone, waiting for it as long as it takes (for short pieces of work)."""
    with path.open("a+b") as file:
        _take(file, wait=True)
        try:
            yield
        finally:
            _release(file)


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
    with path.open("a+b") as file:
        if not _take(file, wait=wait):
            raise FolderBusyError(
                f"Another batch works on {folder}{_holder(path)}.",
                hint="Wait for it to end, or let this one wait: --wait",
            )
        try:
            file.truncate(0)
            told = {"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%F %T")}
            file.write(json.dumps(told).encode())
            file.flush()
            yield
        finally:
            with suppress(OSError):
                file.truncate(0)
            _release(file)


@contextmanager
def owned_temporary_folder() -> Iterator[Path]:
    """Give a temporary folder that others can tell is in use, and remove those whose owners have died."""
    sweep_temporary_folders()
    folder = Path(tempfile.mkdtemp(prefix=_TEMPORARY))
    with (folder / _OWNER).open("a+b") as file:
        _take(file, wait=True)
        try:
            yield folder
        finally:
            _release(file)
            shutil.rmtree(folder, ignore_errors=True)


def sweep_temporary_folders() -> None:
    """Remove the temporary folders of processes that were killed; those in use stay."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_TEMPORARY}*"):
        with suppress(OSError):
            if _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    owner = folder / _OWNER
    if not owner.exists():
        # The lock is the first thing in a folder. One that is empty may be about to get it, for an hour at
        # most; one that holds other things was being removed when something was still written to it.
        return any(folder.iterdir()) or time.time() - folder.stat().st_mtime > _UNOWNED_SECONDS
    with owner.open("r+b") as file:
        if not _take(file, wait=False):
            return False
        _release(file)
        return True


def _holder(path: Path) -> str:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return f" (process {told['pid']} on {told['host']}, since {told['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    # Far behind what is written in the file, which others may then still read.
    _BYTE = 1 << 30

    def _take(file: IO[bytes], *, wait: bool) -> bool:
        while True:
            file.seek(_BYTE)
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    return False
                time.sleep(0.1)
            else:
                return True

    def _release(file: IO[bytes]) -> None:
        file.seek(_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(file: IO[bytes], *, wait: bool) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True

    def _release(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
