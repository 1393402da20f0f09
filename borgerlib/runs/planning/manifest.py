"""What has been run: one line per run, appended with a checksum, and never changed.

The file survives crashes and power cuts. A line counts only if its checksum matches, so a line that was cut
off is not taken for a success; the next writer removes it. Every line is on the disk before the run counts as
finished. Lines are ordered by their number, not by a clock that may be set back.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, TypeVar

from filelock import FileLock, Timeout

from borgerlib.errors import RunError
from borgerlib.files.atomic import replacing, sync

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FOLDER = ".borger"
FILE = "manifest.jsonl"
# LOCK is held while a batch runs; BEGUN exists from its start to its end (with where a forced one started).
LOCK, BEGUN = "batch.lock", "begun"
REPORT = ""

State = Literal["done", "failed", "held"]
Kept = TypeVar("Kept", bound="DataclassInstance")
_SEQUENCE, _PLACE, _STATE = b'{"sequence":', b',"place":', b',"state":'
_CHECK = ',"check":"'
_CHECK_LENGTH = 16
_TAIL = len(_CHECK) + _CHECK_LENGTH + len('"}')


@dataclass(frozen=True)
class Record:
    """The outcome of one run of a notebook, or of writing one report.

    Attributes
    ----------
    place, name : str
        The municipality's folder (``odense``) and its name; the name is empty for the whole country.
    notebook : str
        The notebook's name without ending; empty (`REPORT`) for the report as a whole.
    state : {"done", "failed", "held"}
        Held back: personal data were found in the executed notebook.
    started : str
        Start time, ISO 8601 in UTC. For people; nothing is ordered by it.
    seconds : float
        Wall time.
    inputs : mapping
        Hashes of what it was made from: of a run as `inputs.InputHashes.of`, of a report as
        `plan.WantedReport.inputs`.
    output, size : str, int
        Hash and bytes of the executed notebook.
    error, cell, cause : str, int, str
        Of a run that is not done: the message, the number of the cell (0 for none), the kind of cause.
    note : str
        A remark on a run that is done, such as that its output was cut.
    attempts : int
        How often it was tried.
    kernel : str
        "warm" or "cold".
    timeout, memory_limit : float, int
        The limits it ran under: seconds, and bytes (0 for none).
    reads : tuple of str
        Files that the run read beyond those that every run is made from.
    formats, files : tuple of str
        Of a report: html, pdf, xlsx; and the names of its files.
    sequence : int
        Its number in the manifest, given when it is appended.
    """

    place: str
    name: str
    notebook: str
    state: State
    started: str = ""
    seconds: float = 0.0
    inputs: Mapping[str, str] = field(default_factory=dict)
    output: str = ""
    size: int = 0
    error: str = ""
    cell: int = 0
    cause: str = ""
    attempts: int = 1
    kernel: str = ""
    timeout: float = 0.0
    memory_limit: int = 0
    formats: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    note: str = ""
    reads: tuple[str, ...] = ()
    sequence: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What the record is about: place and notebook."""
        return self.place, self.notebook


@dataclass(frozen=True)
class History:
    """What a manifest says.

    Attributes
    ----------
    latest : dict
        (place, notebook) → its last `Record`.
    sequence : int
        Number of the last line.
    damaged : int
        Number of complete lines that are damaged and ignored; 0 where later lines replace them all.
    torn : int
        Length in bytes of an incomplete last line.
    open_end : bool
        Whether the last line lacks only its line break.
    """

    latest: dict[tuple[str, str], Record]
    sequence: int = 0
    damaged: int = 0
    torn: int = 0
    open_end: bool = False


class Manifest:
    """The manifest of a folder of reports: ``<folder>/.borger/manifest.jsonl``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / FOLDER / FILE
        self._sequence = 0
        self._size = -1

    def read(self) -> History:
        """Return what the manifest says; an empty history if there is no manifest.

        Raises
        ------
        RunError
            The file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                return history_of(file)
        except FileNotFoundError:
            return History({})
        except OSError as error:
            raise RunError(f"The manifest {self.path} cannot be read: {error.strerror}.") from error

    def ended(self) -> datetime | None:
        """Return when a batch last came to its end, whether or not anything was due; None where none did."""
        try:
            ended = datetime.fromisoformat(self._ended.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return None
        return ended if ended.tzinfo else None

    def note_end(self) -> None:
        """Record that a batch has come to its end now."""
        with replacing(self._ended, what="The end of the batch", error=RunError) as beside:
            beside.write_text(datetime.now(UTC).isoformat(timespec="seconds"), encoding="ascii")
        self.path.with_name(BEGUN).unlink(missing_ok=True)

    def broke_off(self) -> bool:
        """Return whether a batch has started that neither came to its end nor is still running."""
        if not self.path.with_name(BEGUN).exists():
            return False
        try:
            with FileLock(self.path.with_name(LOCK), timeout=0):
                return True
        except Timeout:
            return False
        except OSError:
            # Without write permission a running batch looks like a killed one: neither has ended.
            return True

    @property
    def _ended(self) -> Path:
        return self.folder / FOLDER / "ended"

    def append(self, *records: Record) -> list[Record]:
        """Write records to the disk, and return them with their numbers.

        Raises
        ------
        RunError
            They cannot be written (disk full, no permission). The manifest is then unchanged.
        """
        try:
            with FileLock(self.path.with_suffix(".lock")):
                return self._append(records)
        except OSError as error:
            raise RunError(
                f"What was run cannot be written to {self.path}: {error.strerror or error}.",
                hint="Make room or choose another folder: what is finished is kept, and the command goes on.",
            ) from error

    def _append(self, records: Sequence[Record]) -> list[Record]:
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o666)
        try:
            size = self._mended(handle)
            numbered = [
                replace(record, sequence=self._sequence + count)
                for count, record in enumerate(records, start=1)
            ]
            try:
                _write_all(handle, "".join(f"{encode(record)}\n" for record in numbered).encode())
                os.fsync(handle)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(handle, size)
                raise
            if size == 0:
                sync(self.path.parent)
            self._size, self._sequence = os.fstat(handle).st_size, self._sequence + len(records)
            return numbered
        finally:
            os.close(handle)

    def _mended(self, handle: int) -> int:
        """Remove an incomplete last line, read the last number, and return the size."""
        size = os.fstat(handle).st_size
        if size == self._size:
            return size  # nobody has written since
        with open(handle, "rb", closefd=False) as file:
            file.seek(0)
            history = history_of(file)
        if history.torn:
            size -= history.torn
            os.ftruncate(handle, size)
        elif history.open_end:
            _write_all(handle, b"\n")  # only the line break is missing
            size += 1
        self._sequence = history.sequence
        return size


def output_hash(content: bytes) -> str:
    """Return the hash of an executed notebook, as in `Record`."""
    return hashlib.blake2b(content, digest_size=12).hexdigest()


def encode(record: Record) -> str:
    """Return a record as a line, without the line break."""
    defaults = {entry.name: entry.default for entry in fields(Record)}
    given = {name: value for name, value in asdict(record).items() if value != defaults[name]}
    text = json.dumps({"sequence": record.sequence, **given}, ensure_ascii=False, separators=(",", ":"))
    return f'{text[:-1]}{_CHECK}{_checksum(text.encode())}"}}'


def _is_whole(line: bytes) -> bool:
    """Return whether a line's checksum fits."""
    line = line.rstrip(b"\n")
    return line[-_TAIL:] == b'%b%b"}' % (_CHECK.encode(), _checksum(line[:-_TAIL] + b"}").encode())


def _read(line: bytes) -> Record | None:
    """Return the record of a line whose checksum fits, or None if it does not hold a record."""
    try:
        return read_as(Record, json.loads(line))
    except (ValueError, TypeError):
        return None


def read_as(kind: type[Kept], kept: Mapping[str, Any]) -> Kept:
    """Return the dataclass that JSON held; what a later version of borgerlib has added to it is left out."""
    known = {entry.name: kept[entry.name] for entry in fields(kind) if entry.name in kept}
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in known.items()})


def history_of(file: BinaryIO) -> History:
    """Return what a manifest's lines say: only the last line about each run is checked and read.

    If one of these is damaged, an earlier line about the same run may count: then every line is checked.
    """
    last, damaged, line = _last_lines(file)
    if not all(_is_whole(line) for _, line in last.values()):
        file.seek(0)
        last, damaged, line = _last_lines(file, check=_is_whole)
    open_end = bool(line) and not line.endswith(b"\n")
    torn = len(line) if open_end and not _is_whole(line) else 0
    records = [record for _, line in last.values() if (record := _read(line))]
    unknown = len(last) - len(records)
    latest = {record.key: record for record in records}
    most = max((number for number, _ in last.values()), default=0)
    return History(latest, most, damaged - bool(torn) + unknown, torn, open_end and not torn)


def _last_lines(
    file: BinaryIO, check: Callable[[bytes], bool] = bool
) -> tuple[dict[bytes, tuple[int, bytes]], int, bytes]:
    """Return the last line about each run, the number of invalid lines, and the last line of the file."""
    last: dict[bytes, tuple[int, bytes]] = {}
    damaged, line = 0, b""
    for line in file:
        # No value can contain these separators: JSON puts a backslash before a quote.
        head, state, _ = line.partition(_STATE)
        begins, place, key = head.partition(_PLACE)
        number = begins.removeprefix(_SEQUENCE)
        if not (state and place and number.isdigit() and check(line)):
            damaged += line != b"\n"
        elif key not in last or int(number) >= last[key][0]:
            last[key] = int(number), line
    return last, damaged, line


def _checksum(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=_CHECK_LENGTH // 2).hexdigest()


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
