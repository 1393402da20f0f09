"""The words of the workshop tools, read from ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from borgerlib import danish
from borgerlib.dashboard.page.words import Words
from borgerlib.errors import BorgerlibError
from borgerlib.said import in_danish

_FILE = Path(__file__).with_name("words.toml")


@cache
def words() -> Words:
    """Return the words of the workshop tools."""
    return Words(tomllib.loads(_FILE.read_text(encoding="utf-8")))


def number_words(value: float | str | None) -> str:
    """Return a number of a scale as it is: '5', '4,5' or '3,25'; '–' for none, and a text as it stands."""
    if value is None or value != value:
        return "–"
    return value or "–" if isinstance(value, str) else danish.number(value, 2).rstrip("0").rstrip(",")


@contextmanager
def danish_errors() -> Iterator[None]:
    """Raise errors in Danish, for a notebook; the command line says the same in English."""
    try:
        yield
    except BorgerlibError as error:
        error.message, error.hint = in_danish(error.message), in_danish(error.hint)
        error.problems = tuple(map(in_danish, error.problems))
        raise
