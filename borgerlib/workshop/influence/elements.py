"""What is placed on the map: elements of a good dialogue, the roles and the areas, read from TOML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from borgerlib import places
from borgerlib.errors import none_of
from borgerlib.files.toml import Problem, Text, read_toml
from borgerlib.said import said
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS

BARRIERS = "barrierer"
"""The item of figure 8: what made dialogues fail."""

LONGEST_LABEL = 80
_FILE = "elementer.toml"
_HINT = said("mend_elements")


@dataclass(frozen=True)
class Named:
    """A role, or an area."""

    id: Text
    label: Text


@dataclass(frozen=True)
class Element:
    """Something that a good dialogue needs.

    Parameters
    ----------
    id, label : str
    help : str
        One sentence more.
    cause : str
        The answer of figure 8 that it would prevent; '' for none.
    """

    id: Text
    label: Text
    help: str = ""
    cause: str = ""


@dataclass(frozen=True)
class Elements:
    """A file of elements."""

    role: tuple[Named, ...]
    area: tuple[Named, ...]
    element: tuple[Element, ...]


def shipped_elements() -> Path:
    """Return the path of our own elements."""
    return places.raw_data("vaerksted", _FILE)


def read_elements(path: Path) -> Elements:
    """Read a file of elements.

    Raises
    ------
    DataError
        The file is missing or breaks rules: all breaches, with their lines.
    """
    return read_toml(path, "elements", hint=_HINT).validated(Elements, _breaches)


def _breaches(elements: Elements) -> Iterator[Problem]:
    causes = options_of(LEADERS, BARRIERS)
    for kind in ("role", "area", "element"):
        entries: tuple[Named | Element, ...] = getattr(elements, kind)
        if not entries:
            yield (kind,), said("none_there", kind=kind)
        yield from ids_twice(kind, entries)
        for at, entry in enumerate(entries):
            if len(entry.label) > LONGEST_LABEL:
                yield (
                    (kind, at, "label"),
                    said("too_many_letters", count=len(entry.label), most=LONGEST_LABEL),
                )
    for at, element in enumerate(elements.element):
        if element.cause and element.cause not in causes:
            yield ("element", at, "cause"), none_of(element.cause, causes)


@cache
def options_of(codebook: str, item: str) -> tuple[str, ...]:
    """Return the answers to an item of a survey that ships."""
    return tuple(option.id for option in load_codebook(codebook).item(item).options)


def ids_twice(kind: str, entries: Iterable[Any]) -> Iterator[Problem]:
    """Yield a problem for each entry of a file whose id an earlier entry already has."""
    seen = set[str]()
    for at, entry in enumerate(entries):
        if entry.id in seen:
            yield (kind, at, "id"), said("id_twice", id=entry.id)
        seen.add(entry.id)
