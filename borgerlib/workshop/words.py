"""The words of the workshop tools, read from ``words.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from borgerlib import danish
from borgerlib.errors import BorgerlibError

_FILE = Path(__file__).with_name("words.toml")


@dataclass(frozen=True)
class Words:
    """Danish texts by section and key, and the Danish for what is refused in English."""

    sections: Mapping[str, Mapping[str, str]]
    refused: tuple[tuple[str, str], ...]

    def __call__(self, section: str, key: str, **values: object) -> str:
        """Return a text with its places filled in."""
        return self.sections[section][key].format(**values)


@cache
def words() -> Words:
    """Return the words of the workshop tools."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    refused = tuple((phrase["english"], phrase["danish"]) for phrase in content.pop("refused"))
    return Words(content, refused)


def told_number(value: float | str | None) -> str:
    """Return a number of a scale as it is: '5', '4,5' or '3,25'; '–' for none, and a text as it stands."""
    if value is None or value != value:
        return "–"
    return value or "–" if isinstance(value, str) else danish.number(value, 2).rstrip("0").rstrip(",")


def told(text: str) -> str:
    """Return a sentence of an error in Danish, with the place that it begins with; as it is where unknown."""
    parts = text.split(": ")
    for at in reversed(range(len(parts))):
        if said := _in_danish(": ".join(parts[at:])):
            return ": ".join([*parts[:at], said]).replace("line ", "linje ", 1 if at else 0)
    return text


def _in_danish(text: str) -> str:
    found = ((re.fullmatch(pattern, text, re.DOTALL), danish) for pattern, danish in words().refused)
    return next((match.expand(danish) for match, danish in found if match), "")


@contextmanager
def danish_errors() -> Iterator[None]:
    """Raise errors in Danish, for a notebook; the command line says the same in English."""
    try:
        yield
    except BorgerlibError as error:
        error.message, error.hint = told(error.message), "\n".join(map(told, error.hint.splitlines()))
        error.problems = tuple(map(told, error.problems))
        raise
