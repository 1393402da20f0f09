"""The words of the workshop tools, read from ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("words.toml")


@dataclass(frozen=True)
class Words:
    """Danish texts by section and key."""

    sections: Mapping[str, Mapping[str, str]]

    def __call__(self, section: str, key: str, **values: object) -> str:
        """Return a text with its places filled in."""
        return self.sections[section][key].format(**values)


@cache
def words() -> Words:
    """Return the words of the workshop tools."""
    return Words(tomllib.loads(_FILE.read_text(encoding="utf-8")))
