"""Sessions on the disk: one append-only SQLite file each.

A change is on the disk when `SessionFile.add` returns, so a killed process loses nothing that was confirmed.
Several processes may add to one session at once.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from borgerlib import danish, places
from borgerlib.errors import DataError
from borgerlib.files.atomic import replacing
from borgerlib.said import of_system, said
from borgerlib.workshop.sessions.change import Change

VERSION = 1
_APPLICATION = 0x426F7267  # 'Borg'
_WAIT_SECONDS = 10
_SCHEMA = f"""
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {VERSION};
CREATE TABLE about (tool TEXT, title TEXT, municipality TEXT, made TEXT);
CREATE TABLE change (number INTEGER PRIMARY KEY, at TEXT, who TEXT, kind TEXT, content TEXT);
"""


@dataclass(frozen=True)
class SessionFile:
    """A session.

    Parameters
    ----------
    path : Path
    tool : {'indflydelse', 'dialogkort'}
    title, municipality : str
    made : str
        When (ISO 8601, UTC).
    recovered : str
        What is said where the file was damaged, and what could be read of it was put into a new one.
    problem : str
        What is said of a file that is listed, and is damaged or cannot be read.
    """

    path: Path
    tool: str
    title: str
    municipality: str
    made: str
    recovered: str = ""
    problem: str = ""

    @property
    def id(self) -> str:
        """The session's name among the others."""
        return self.path.stem

    def add(self, changes: Sequence[Change]) -> None:
        """Add changes, all or none.

        Raises
        ------
        DataError
            They cannot be written.
        """
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        rows = [(at, c.who, c.kind, json.dumps(dict(c.content), ensure_ascii=False)) for c in changes]
        with _as_ours(), closing(_connection(self.path)) as file, file:
            file.executemany("INSERT INTO change (at, who, kind, content) VALUES (?, ?, ?, ?)", rows)

    def changes(self, after: int = 0) -> tuple[Change, ...]:
        """Return the changes after a number, in order.

        Raises
        ------
        DataError
            The file cannot be read.
        """
        with _as_ours("not_read"), closing(_connection(self.path)) as file:
            return tuple(_read(file, after))


def sessions_folder() -> Path:
    """Return the folder of the sessions, which need not exist yet."""
    return places.saved_data("vaerksted")


def create_session(tool: str, title: str, *, municipality: str = "") -> SessionFile:
    """Make an empty session.

    Raises
    ------
    DataError
        It cannot be written.
    """
    day = datetime.now(UTC)
    name = f"{tool}-{danish.slug(title)[:40] or 'session'}-{day:%Y%m%d}-{secrets.token_hex(3)}"
    path = sessions_folder() / f"{name}.sqlite"
    with _as_ours():
        path.parent.mkdir(parents=True, exist_ok=True)
    about = (tool, title, municipality, day.isoformat(timespec="seconds"))
    _make(path, about, ())
    return SessionFile(path, *about)


def list_sessions(tool: str) -> tuple[SessionFile, ...]:
    """Return a tool's sessions, the newest first; damaged files are listed but not changed."""
    found = [_listed(tool, path) for path in sessions_folder().glob(f"{tool}-*.sqlite")]
    return tuple(sorted(found, key=lambda session: session.made, reverse=True))


def _listed(tool: str, path: Path) -> SessionFile:
    session = SessionFile(path, tool, "", "", "")
    try:
        session = _about(path)
        session.changes()
    except DataError as error:
        return replace(session, problem=error.message)
    return session


def open_session(name: str) -> SessionFile:
    """Open a session by its name, or a file from elsewhere by its path.

    A damaged file is set aside, and what can be read of it goes into a new one: the last good state.

    Raises
    ------
    DataError
        There is no such session, it is of another version, or nothing of it can be read.
    """
    given = Path(name)
    path = sessions_folder() / f"{given.name.removesuffix('.sqlite')}.sqlite"
    if given.suffix == ".sqlite" and given.is_file():
        path = given
    if not path.is_file():
        raise DataError(said("no_session", name=path.stem), hint=said("list_sessions"))
    try:
        session = _about(path)
        session.changes()
    except _DamagedError:
        recovered = _recover(path)
        return replace(_about(path), recovered=recovered)
    return session


def _about(path: Path) -> SessionFile:
    with _as_ours("not_read"), closing(_connection(path)) as file:
        (version,) = file.execute("PRAGMA user_version").fetchone()
        (application,) = file.execute("PRAGMA application_id").fetchone()
        if application != _APPLICATION:
            raise DataError(said("not_a_session", file=path.name))
        if version != VERSION:
            raise DataError(
                said("session_version", name=path.stem, version=version, ours=VERSION),
                hint=said("use_its_version"),
            )
        about = file.execute("SELECT tool, title, municipality, made FROM about").fetchone()
    if about is None:
        raise _damaged()
    return SessionFile(path, *about)


def recover_session(session: SessionFile, *, before: int) -> SessionFile:
    """Set a file aside, and return a session with the changes before the first invalid one.

    Raises
    ------
    DataError
        It cannot be written.
    """
    return replace(session, recovered=_recover(session.path, before))


class _DamagedError(DataError):
    """A file of which not everything can be read."""


def _damaged() -> DataError:
    return _DamagedError(said("session_damaged"), hint=said("open_again"))


@contextmanager
def _as_ours(kind: str = "not_saved") -> Iterator[None]:
    try:
        yield
    except DataError:
        raise
    except OSError as error:
        raise DataError(said(kind, why=of_system(error))) from error
    except (sqlite3.Error, ValueError, TypeError) as error:
        # SQLite's message on a text that it cannot decode contains the text itself: do not show it.
        damaged = not isinstance(error, sqlite3.OperationalError) or "decode" in str(error)
        if damaged:
            raise _damaged() from None
        raise DataError(said(kind, why=str(error))) from error


def _connection(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", timeout=_WAIT_SECONDS, uri=True)
    file.execute("PRAGMA synchronous = FULL")
    return file


def _make(path: Path, about: tuple[str, ...], changes: Sequence[Change]) -> None:
    # Individual answers are for the leader only, on a shared machine too: make the file private.
    with _as_ours(), replacing(path, private=True) as beside, closing(sqlite3.connect(beside)) as file:
        file.execute("PRAGMA synchronous = FULL")
        file.execute("PRAGMA journal_mode = WAL")
        file.executescript(_SCHEMA)
        with file:
            file.execute("INSERT INTO about VALUES (?, ?, ?, ?)", about)
            rows = [(c.number, c.at, c.who, c.kind, json.dumps(dict(c.content))) for c in changes]
            file.executemany("INSERT INTO change VALUES (?, ?, ?, ?, ?)", rows)


def _read(file: sqlite3.Connection, after: int) -> Iterator[Change]:
    asked = "SELECT who, kind, content, number, at FROM change WHERE number > ? ORDER BY number"
    for who, kind, content, number, at in file.execute(asked, (after,)):
        content = json.loads(content)
        if not (isinstance(content, dict) and all(isinstance(text, str) for text in (who, kind, at))):
            raise ValueError("A change says nothing.")
        yield Change(who, kind, content, number, at)


def _recover(path: Path, before: int | None = None) -> str:
    """Set a damaged file aside, make a new one of what can be read up to the first gap, and say so."""
    about: tuple[str, ...] = ()
    changes: list[Change] = []
    with suppress(sqlite3.Error, ValueError, TypeError), closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA writable_schema = ON")  # needed to read anything from a truncated file
        (version,) = file.execute("PRAGMA user_version").fetchone()
        about = file.execute("SELECT tool, title, municipality, made FROM about").fetchone() or ()
        if version == VERSION:
            for change in _read(file, 0):
                if change.number == before:
                    break
                changes.append(change)
    if not about:
        raise DataError(said("session_lost", file=path.name))
    aside = path.with_name(f"{path.stem}.beskadiget-{datetime.now(UTC):%Y%m%d%H%M%S}")
    os.replace(path, aside)
    for ending in ("-wal", "-shm"):
        with suppress(OSError):
            os.replace(f"{path}{ending}", f"{aside}{ending}")
    _make(path, about, changes)
    last = "–"
    with suppress(ValueError, IndexError):
        last = f"{datetime.fromisoformat(changes[-1].at).astimezone():%Y-%m-%d %H:%M}"
    return said("session_recovered", name=path.stem, count=len(changes), at=last, aside=aside.name)
