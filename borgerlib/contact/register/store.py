"""The register's file: completely encrypted, written all or nothing, readable by its owner only."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw

from borgerlib.contact.register import log
from borgerlib.contact.register.key import read_key
from borgerlib.contact.register.schema import SCHEMA, VERSION
from borgerlib.errors import DataError
from borgerlib.interest.store import contact_folder

FILE = "samtykker.db"
_WAIT_MILLISECONDS = 10_000


class Register:
    """An open register; close it, or use it in a ``with`` statement.

    Parameters
    ----------
    path : Path
    key : str
        64 hexadecimal digits.
    create : bool
        Make a new register if there is none.
    actor : str, optional
        The person to name in the log; by default the user of the machine.

    Raises
    ------
    DataError
        There is no register, the key is wrong, the file is damaged, or it is from another version.
    """

    def __init__(self, path: Path, key: str, *, create: bool = False, actor: str = "") -> None:
        if not create and not path.is_file():
            raise _no_register(path)
        if path.is_file() and path.stat().st_size == 0:
            raise DataError(
                f"{path} is empty: it was cut off, or never finished.",
                hint="Restore the latest backup (borger register restore BACKUP). Only where there has never "
                "been anybody in it: delete the file.",
            )
        self.path, self.key, self.actor = path, key, actor or getpass.getuser()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(path)
        self.connection: Any = apsw.Connection(str(path))
        try:
            with _as_ours(path):
                self._prepare(key)
        except DataError:
            self.connection.close()
            raise

    def __enter__(self) -> Register:
        return self

    def __exit__(self, *reason: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def changing(self, action: str) -> Iterator[dict[str, Any]]:
        """Run the block as one transaction, with one line in the log.

        Yields
        ------
        dict
            The line's details, to be filled in; they must not identify people.
        """
        detail: dict[str, Any] = {}
        with _as_ours(self.path), _whole(self.connection):
            yield detail
            now = datetime.now(UTC)
            log.append(self.connection, at=now, actor=self.actor, action=action, detail=detail)

    def rows(self, query: str, values: tuple[Any, ...] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that a query finds."""
        with _as_ours(self.path):
            return list(self.connection.execute(query, values))

    def check(self, *, known: str = "") -> tuple[int, str]:
        """Verify all pages and log lines of the file; return the number of lines and the last hash.

        Raises
        ------
        DataError
            A page is damaged, or the log is not valid.
        """
        faults = [text for (text,) in self.rows("PRAGMA integrity_check") if text != "ok"]
        if faults:
            raise _damaged(self.path)
        return log.verify_log(self.connection, known=known), log.head(self.connection)[1]

    def back_up(self, target: Path) -> None:
        """Write a copy of the register as it is now, encrypted with the same key.

        Raises
        ------
        DataError
            The file exists.
        """
        if target.exists():
            raise DataError(f"{target} is there already.", hint="A backup overwrites nothing.")
        with self.changing("backup"):
            pass
        _make_private(target)
        copy = apsw.Connection(str(target))
        try:
            copy.pragma("hexkey", self.key)
            with _as_ours(self.path), copy.backup("main", self.connection, "main") as backup:
                backup.step()
        finally:
            copy.close()

    def _prepare(self, key: str) -> None:
        connection = self.connection
        connection.set_busy_timeout(_WAIT_MILLISECONDS)
        connection.pragma("cipher", "chacha20")  # authenticates pages, to detect changes
        connection.pragma("hexkey", key)
        connection.pragma("secure_delete", True)  # overwrite erased data, also in free pages
        connection.pragma("foreign_keys", True)
        connection.pragma("synchronous", "EXTRA")
        with _whole(connection):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version not in (0, VERSION):
                age = "a newer" if version > VERSION else "an older"
                raise DataError(
                    f"{self.path} is from {age} borgerlib: version {version}; this knows {VERSION}.",
                    hint=f"Install {age} borgerlib.",
                )
            if not version:
                connection.execute(SCHEMA)


@contextmanager
def _whole(connection: Any) -> Iterator[None]:
    """Run the block as one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if not connection.get_autocommit():
            connection.execute("ROLLBACK")
        raise


def register_path(municipality: str) -> Path:
    """Return the path of a municipality's register, in a folder that only its owner can read."""
    folder = contact_folder(municipality)
    return folder.with_name(f"{folder.name}-register") / FILE


def opened(municipality: str, key_file: Path | None, *, actor: str = "") -> Register:
    """Return a municipality's register, open."""
    path = register_path(municipality)
    # Check this before reading the key: without a register there is no key.
    if not path.is_file():
        raise _no_register(path)
    return Register(path, read_key(key_file, path), actor=actor)


def restore(backup: Path, path: Path, key: str) -> str:
    """Verify a backup and put it in place as the register; return the time of the last use recorded in it.

    Raises
    ------
    DataError
        The backup is damaged or has another key; or there is a register, which must be moved away first.
    """
    if path.exists():
        raise DataError(f"{path} is there already.", hint="Move it away first; it is not overwritten.")
    with Register(backup, key) as source:
        source.check()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Read this before copying, which is itself logged as a use.
        last = source.rows("SELECT coalesce(max(at), '') FROM log")[0][0]
        source.back_up(path)
        return str(last)


def _no_register(path: Path) -> DataError:
    return DataError(
        f"There is no register {path}.",
        hint="Prepare the answers of those who said yes, then make one: "
        "borger register import MUNICIPALITY --key-file ../noegle --new-key",
    )


def _make_private(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.", hint="Check the folder.") from error


@contextmanager
def _as_ours(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as ours."""
    try:
        yield
    except apsw.NotADBError as error:
        raise DataError(
            f"{path} does not open: the key is another, or the file is damaged or no register.",
            hint="Give the key that the register was made with, or restore a backup: borger register restore",
        ) from error
    except apsw.CorruptError as error:
        raise _damaged(path) from error
    except apsw.BusyError as error:
        raise DataError(f"Another process has been writing to {path} for long.", hint="Try again.") from error
    except (apsw.FullError, apsw.IOError, apsw.CantOpenError, apsw.ReadOnlyError) as error:
        raise DataError(f"{path} cannot be used: {error}.", hint="Check the disk and its rights.") from error


def _damaged(path: Path) -> DataError:
    return DataError(
        f"{path} is damaged: a page was changed or cut off.",
        hint="Restore the latest backup: borger register restore BACKUP",
    )
