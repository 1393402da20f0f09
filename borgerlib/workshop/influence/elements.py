"""What is placed on the map: elements of a good dialogue, the roles and the areas, read from TOML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from borgerlib import places
from borgerlib.errors import nearest
from borgerlib.files.toml import Problem, read_toml
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS

BARRIERS = "barrierer"
"""The item of figure 8: what made dialogues fail."""

LONGEST_LABEL = 80
_FILE = "elementer.toml"
_HINT = "Mend the file; data/raw/vaerksted/elementer.toml is one that works."


@dataclass(frozen=True)
class Named:
    """A role, or an area."""

    id: str
    label: str


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

    id: str
    label: str
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
    causes = known_causes()
    kinds: dict[str, tuple[Named | Element, ...]] = {
        "role": elements.role,
        "area": elements.area,
        "element": elements.element,
    }
    for kind, entries in kinds.items():
        if not entries:
            yield (kind,), f"there must be at least one [[{kind}]]"
        seen: dict[str, int] = {}
        for at, entry in enumerate(entries):
            if entry.id in seen:
                yield (kind, at, "id"), f"'{entry.id}' is the id of another already"
            seen[entry.id] = at
            if len(entry.label) > LONGEST_LABEL:
                yield (kind, at, "label"), f"{len(entry.label)} letters; at most {LONGEST_LABEL} can be read"
    for at, element in enumerate(elements.element):
        if element.cause and element.cause not in causes:
            near = nearest(element.cause, causes, count=1)
            also = f"; did you mean '{near[0]}'?" if near else ""
            yield ("element", at, "cause"), f"'{element.cause}' is no answer of figure 8{also}"


@cache
def known_causes() -> tuple[str, ...]:
    """Return the answers of figure 8."""
    return tuple(option.id for option in load_codebook(LEADERS).item(BARRIERS).options)
