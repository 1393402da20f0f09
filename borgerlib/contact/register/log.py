"""The log: one line per action, chained by hashes so that changed or missing lines are detected."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from borgerlib.errors import DataError

_FIRST = "0" * 64


def append(connection: Any, *, at: datetime, actor: str, action: str, detail: Mapping[str, Any]) -> None:
    """Append a line. Lines must not identify people."""
    number, previous = head(connection)
    line = (number + 1, at.isoformat(timespec="seconds"), actor, action, _text(detail), previous)
    connection.execute("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?)", (*line, _hash(line)))


def head(connection: Any) -> tuple[int, str]:
    """Return the number and the hash of the last line."""
    last = connection.execute("SELECT number, hash FROM log ORDER BY number DESC LIMIT 1").fetchone()
    return last or (0, _FIRST)


def verify_log(connection: Any, *, known: str = "") -> int:
    """Verify that each line of a log follows from the one before; return the number of lines.

    Parameters
    ----------
    connection
    known : str, optional
        The hash of a line, noted elsewhere: without it, lines cut off the end would not be detected.

    Raises
    ------
    DataError
        A line was changed, removed or added, or the known line is missing.
    """
    previous, seen, count = _FIRST, not known, 0
    for *line, digest in connection.execute("SELECT * FROM log ORDER BY number"):
        count += 1
        if line[0] != count or line[5] != previous or _hash(tuple(line)) != digest:
            raise DataError(
                f"The log does not hold: line {count} does not follow from the line before it.",
                hint="Somebody has changed the register by other means; compare it with a backup.",
            )
        previous, seen = digest, seen or digest == known
    if not seen:
        raise DataError(
            f"The log does not hold: the line {known} is no longer in it.",
            hint="Lines were cut off, or an older backup was restored.",
        )
    return count


def _hash(line: tuple[Any, ...]) -> str:
    return hashlib.sha256(_text(list(line)).encode()).hexdigest()


def _text(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
