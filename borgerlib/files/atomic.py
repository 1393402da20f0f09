"""Write a file or a folder beside its place, and let it take the place in one step when it is whole.

A reader never meets half of anything, and whatever ends the writer leaves what stood there before. What is
written is put on the disk before it takes its place, so that a power cut leaves the old or the new. Files are
as readable as the user's other files (umask), unless they are said to be private.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from borgerlib.errors import BorgerlibError

_UNFINISHED, _SET_ASIDE = ".part", "old"
_ABANDONED_SECONDS = 3600
_TRIES, _WAIT_SECONDS = 20, 0.02
_EXCHANGE, _AT_WORKING_FOLDER = 2, -100  # of renameat2(2)


@contextmanager
def replacing(
    target: Path,
    *,
    what: str = "The file",
    error: type[BorgerlibError] | None = None,
    private: bool = False,
) -> Iterator[Path]:
    """Give a path beside `target` to write a file to, which takes its place when nothing went wrong.

    Parameters
    ----------
    target : Path
        The file; its folder must exist.
    what : str
        What it is, for the message: "The PDF".
    error : type of BorgerlibError, optional
        What is raised where the file cannot be written; without it the system's own error.
    private : bool
        The file is for its owner alone, from its first letter on.

    Raises
    ------
    OSError, or `error`
        The file cannot be written. What stood there is as it was.
    """
    beside = _beside(target, _UNFINISHED)
    try:
        # A folder that is not there is told at once.
        beside.touch(mode=0o600 if private else 0o666)
        yield beside
        sync(beside)
        os.replace(beside, target)
    except OSError as reason:
        if error is None:
            raise
        raise unwritable(target, reason, what=what, kind=error) from reason
    finally:
        with suppress(OSError):
            beside.unlink()


def unwritable(target: Path, reason: OSError, *, what: str, kind: type[BorgerlibError]) -> BorgerlibError:
    """Return the error that says why a file cannot be written, and what to do."""
    return kind(
        f"{what} {target.name} cannot be written to {target.parent}: {reason.strerror or reason}.",
        hint=way_out(reason),
    )


def way_out(reason: OSError) -> str:
    """Return what to do where something cannot be written."""
    if reason.errno in (errno.EBUSY, errno.EXDEV):
        return "It is a disk of its own (a mount), or in use, and nothing can take its place: choose another."
    return "Choose a folder that you may write to, on a disk with room."


@contextmanager
def replacing_folder(
    target: Path,
    *,
    inside: Path | None = None,
    private: bool = False,
    keep: Callable[[Path], bool] | None = None,
) -> Iterator[Path]:
    """Give an empty folder to write to, which takes the place of `target` when nothing went wrong.

    Parameters
    ----------
    target : Path
        Its old content goes.
    inside : Path, optional
        A folder on the same disk to build in; by default that of the target.
    private : bool
        The folder, what is in it and its parent are for their owner alone.
    keep : callable, optional
        Says of what stands in the old folder whether it is taken over, unless the new one has its own.

    Raises
    ------
    OSError
        The folder cannot be written. The old one is as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if private:
        target.parent.chmod(0o700)
    _tidy(target)
    folder = inside / target.name if inside else _beside(target, _UNFINISHED)
    try:
        folder.mkdir(mode=0o700 if private else 0o777)
        yield folder
        if private:
            for path in folder.iterdir():
                path.chmod(0o600)
        if keep:
            _take_over(target, keep, folder)
        for path in folder.rglob("*"):
            if path.is_file():
                sync(path)
        _put_in_place(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settled(target: Path) -> Path:
    """Return the folder to read from: the old one where a writer died between the two moves."""
    return target if target.exists() else max(_set_aside(target), key=_changed, default=target)


def share(source: Path, targets: Sequence[Path]) -> None:
    """Let a file stand under further names; where the disk has no such thing, copies of it.

    Each name is there in one step; the disk is asked once all are, for a busy one answers slowly.
    """
    sync(source)
    for target in targets:
        beside = _beside(target, _UNFINISHED)
        try:
            try:
                os.link(source, beside)
            except OSError:
                shutil.copyfile(source, beside)
                sync(beside)
            os.replace(beside, target)
        finally:
            beside.unlink(missing_ok=True)
    for target in targets:
        sync(target.parent)


def sync(path: Path) -> None:
    """Put a file, or a folder's list of files where the system knows how, on the disk."""
    if path.is_dir():
        with suppress(OSError):
            _sync(path, os.O_RDONLY)
    else:
        _sync(path, os.O_RDWR | getattr(os, "O_BINARY", 0))


def _take_over(target: Path, keep: Callable[[Path], bool], folder: Path) -> None:
    """Copy what is kept; again from the start where another writer changed the target meanwhile."""
    for _ in range(_TRIES):
        try:
            for path in [path for path in target.iterdir() if keep(path)] if target.is_dir() else ():
                if not (folder / path.name).exists():
                    copy = shutil.copytree if path.is_dir() else shutil.copy2
                    copy(path, folder / path.name)
        except FileNotFoundError:
            time.sleep(_WAIT_SECONDS)
        else:
            return
    raise OSError(f"others write {target.name} all the time")


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{ending}")


def _set_aside(target: Path) -> list[Path]:
    return list(target.parent.glob(f".{target.name}.*{_SET_ASIDE}"))


def _changed(path: Path) -> float:
    return path.stat().st_mtime


def _tidy(target: Path) -> None:
    """Clear away what killed writers have left; where there is no new folder, the old one is put back."""
    with suppress(OSError):  # another writer was faster
        if not target.exists() and settled(target) != target:
            os.rename(settled(target), target)
    for path in _set_aside(target) if target.exists() else ():
        shutil.rmtree(path, ignore_errors=True)
    for path in target.parent.glob(f".{target.name}.*{_UNFINISHED}"):
        # A younger one may be that of a writer at work.
        with suppress(OSError):
            if time.time() - _changed(path) > _ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _put_in_place(folder: Path, target: Path) -> None:
    """Let the new folder take the target's name, in one step where the system can."""
    for _ in range(_TRIES):
        if _exchange(folder, target):
            return
        old = _beside(target, f".{_SET_ASIDE}")
        with suppress(FileNotFoundError):
            os.rename(target, old)
        try:
            os.rename(folder, target)
        except OSError:
            if not target.exists():
                if old.exists():
                    os.rename(old, target)
                raise
            # Another writer was faster: its folder is now the old one.
        finally:
            shutil.rmtree(old, ignore_errors=True)
        if not folder.exists():
            return
    raise OSError(f"others write {target.name} all the time")


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step where the system can (Linux); return False where it cannot."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(AttributeError, OSError):
        done: int = ctypes.CDLL(None).renameat2(
            _AT_WORKING_FOLDER, os.fsencode(one), _AT_WORKING_FOLDER, os.fsencode(other), _EXCHANGE
        )
        return done == 0
    return False
