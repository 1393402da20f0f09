"""The words of the dashboard, read from ``words.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("words.toml")


@dataclass(frozen=True)
class Words:
    """Danish texts by section and key, and the built-in questions."""

    sections: Mapping[str, Mapping[str, str]]
    questions: tuple[Mapping[str, Any], ...] = ()

    def __call__(self, section: str, key: str, **values: object) -> str:
        """Return a text with its placeholders filled in."""
        return self.sections[section][key].format(**values)


@cache
def words() -> Words:
    """Return the words of the dashboard."""
    content = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    questions = tuple(content.pop("question"))
    return Words(content, questions)
