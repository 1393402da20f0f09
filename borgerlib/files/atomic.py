"""Write a file or a folder next to its target, and rename it in one step when it is complete.

A reader never sees half a file, and if the writer is killed, the old content stays. Everything is synced to
the disk before the rename, so that a power cut leaves the old or the new content. Files are as readable as
the user's other files (umask), unless they are private.
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
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from borgerlib.errors import BorgerlibError
from borgerlib.said import of_system, said

_UNFINISHED, _SET_ASIDE = ".part", "old"
_ABANDONED_SECONDS = 3600
_TRIES, _WAIT_SECONDS = 20, 0.02
_MOUNT = "It is a disk of its own (a mount), or in use, and nothing can take its place: choose another."
_WAYS_OUT = {
    errno.EBUSY: _MOUNT,
    errno.EXDEV: _MOUNT,
    errno.EISDIR: "A folder stands where the file belongs: move it away.",
}
_EXCHANGE, _AT_WORKING_FOLDER = 2, -100  # constants of renameat2(2)


@contextmanager
def replacing(
    target: Path,
    *,
    what: str = "The file",
    error: type[BorgerlibError] | None = None,
    private: bool = False,
) -> Iterator[Path]:
    """Yield a path next to `target` to write to; the file then replaces the target, unless writing failed.

    Parameters
    ----------
    target : Path
        The file; its folder must exist.
    what : str
        What it is, for the message: "The PDF".
    error : type of BorgerlibError, optional
        The error to raise if the file cannot be written; by default the system's own error.
    private : bool
        Only the owner can read the file, from its first byte on.

    Raises
    ------
    OSError, or `error`
        The file cannot be written. The old file is unchanged.
    """
    beside = _beside(target, _UNFINISHED)
    try:
        # Fail at once if the folder does not exist.
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
        said("unwritable_file", what=what, file=target.name, folder=target.parent, why=of_system(reason)),
        hint=_WAYS_OUT.get(reason.errno or 0, "Choose a folder that you may write to, on a disk with room."),
    )


@contextmanager
def replacing_folder(
    target: Path,
    *,
    inside: Path | None = None,
    private: bool = False,
    keep: Callable[[Path], bool] | None = None,
) -> Iterator[Path]:
    """Yield an empty folder to write to; it then replaces `target`, unless there was an error.

    Parameters
    ----------
    target : Path
        The folder to replace; its old content is deleted.
    inside : Path, optional
        A folder on the same disk to build in; by default that of the target.
    private : bool
        Only the owner can read the folder, its content and its parent.
    keep : callable, optional
        Returns whether an entry of the old folder is copied to the new one, unless that has its own.

    Raises
    ------
    OSError
        The folder cannot be written. The old one is unchanged.
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


@contextmanager
def one_at_a_time(target: Path, *, patience: float = 60) -> Iterator[None]:
    """Let one process at a time make what takes long; the others look again when it is their turn.

    Where there can be no lock, or after so many seconds (-1: never), all make it.
    """
    from filelock import FileLock  # imported here: it takes longer than all others of this module together

    with ExitStack() as held:
        with suppress(OSError):
            held.enter_context(FileLock(target.with_suffix(".lock"), timeout=patience))
        yield


def settled(target: Path) -> Path:
    """Return the folder to read from: the old one if a writer died between the two renames."""
    return target if target.exists() else max(_set_aside(target), key=_changed, default=target)


def share(source: Path, targets: Sequence[Path]) -> None:
    """Give a file further names (hard links); where the disk has no links, copies of it.

    Each name appears in one step. Folders are synced after all links, because a busy disk syncs slowly.
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
    """Sync a file, or where the system supports it a folder's list of files, to the disk."""
    if path.is_dir():
        with suppress(OSError):
            _sync(path, os.O_RDONLY)
    else:
        _sync(path, os.O_RDWR | getattr(os, "O_BINARY", 0))


def _take_over(target: Path, keep: Callable[[Path], bool], folder: Path) -> None:
    """Copy what is kept; start again if another writer changed the target meanwhile."""
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
    """Delete what killed writers have left; if there is no new folder, restore the old one."""
    with suppress(OSError):  # another writer was faster
        if not target.exists() and settled(target) != target:
            os.rename(settled(target), target)
    for path in _set_aside(target) if target.exists() else ():
        shutil.rmtree(path, ignore_errors=True)
    for path in target.parent.glob(f".{target.name}.*{_UNFINISHED}"):
        # A younger one may belong to a writer that is still running.
        with suppress(OSError):
            if time.time() - _changed(path) > _ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _put_in_place(folder: Path, target: Path) -> None:
    """Rename the new folder to the target, in one step where the system can."""
    for _ in range(_TRIES):
        if _exchange(folder, target):
            return
        old = _beside(target, f".{_SET_ASIDE}")
        with suppress(FileNotFoundError):
            os.rename(target, old)
        try:
            os.rename(folder, target)
        except OSError as error:
            # Two others may be at work: one put its folder there, and the next has just set that aside.
            if not target.exists() and error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
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
