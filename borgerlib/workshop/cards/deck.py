"""Decks of cards, read from TOML: themes, formats, roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, make_dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import MinLen

from borgerlib import places
from borgerlib.errors import none_of
from borgerlib.files.toml import Problem, Text, read_toml
from borgerlib.said import said
from borgerlib.survey.codebook.model import CITIZENS, LEADERS
from borgerlib.workshop.influence.elements import ids_twice, options_of
from borgerlib.workshop.words import words

Kind = Literal["theme", "format", "role"]
KINDS: tuple[Kind, ...] = ("theme", "format", "role")

FORMATS_USED = "former"
"""The item of figure N4: the formats that municipalities have used."""

TOPICS, FORMATS = "emner", "formater"
_SHIPPED: dict[Kind, str] = {"theme": "temaer.toml", "format": "formater.toml", "role": "roller.toml"}
_HINT = said("mend_deck")

Texts = Annotated[tuple[Text, ...], MinLen(1)]


@dataclass(frozen=True)
class CardSection:
    """A part of a card's back: a heading and one or more lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """A card as it is shown and printed; ids are unique within a deck.

    Parameters
    ----------
    kind : {'theme', 'format', 'role'}
    id, title, text : str
        The front.
    question : str
        What the group is asked.
    back : tuple of Section
    citizens : tuple of (str, str)
        Item and answer of the citizens' survey that the card is about.
    published : str
        The answer of figure N4; '' for none.
    sources : tuple of str
    """

    kind: Kind
    id: str
    title: str
    text: str
    question: str
    back: tuple[CardSection, ...]
    citizens: tuple[tuple[str, str], ...] = ()
    published: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deck:
    """Cards of one kind."""

    kind: Kind
    title: str
    cards: tuple[Card, ...]


_Names = tuple[str, ...]
# What cards say: on the front, and by kind on the back, in order, and besides.
_FRONT: dict[str, Any] = dict.fromkeys(("id", "title", "text", "question"), Text)
_BACK: dict[Kind, dict[str, Any]] = {
    "theme": {
        **dict.fromkeys(("possibilities", "dilemmas"), Texts),
        **dict.fromkeys(("frames", "room", "profession", "law"), Text),
    },
    "format": {"scenario": Text, "dilemma": Text},
    "role": {"strength": Text, "trap": Text, "tools": Texts},
}
_BESIDES: dict[Kind, list[Any]] = {
    "theme": [("topics", _Names, ()), ("sources", _Names, ())],
    "format": [("published", str, ""), ("formats", _Names, ()), ("sources", _Names, ())],
    "role": [],
}


@cache
def _file_of(kind: Kind) -> Any:
    """Return the dataclass of a file of cards of a kind."""
    front = {**_FRONT, "motto": Text} if kind == "role" else _FRONT
    card = make_dataclass("Card", [*{**front, **_BACK[kind]}.items(), *_BESIDES[kind]], frozen=True)
    cards = Annotated[tuple[card, ...], MinLen(1)]  # type: ignore[valid-type]
    return make_dataclass("File", [("kind", Literal[kind]), ("title", Text), ("card", cards)], frozen=True)


def read_deck(path: Path) -> Deck:
    """Read a deck.

    Raises
    ------
    DataError
        The file is missing or breaks rules: all breaches, with their lines.
    """
    toml = read_toml(path, "deck", hint=_HINT)
    kind = toml.content.get("kind")
    if kind not in KINDS:
        toml.refuse(
            [((), said("lacks_key", key="kind")) if kind is None else (("kind",), none_of(str(kind), KINDS))]
        )
    file = toml.validated(_file_of(kind), _breaches)
    return Deck(file.kind, file.title, tuple(_card(file.kind, card) for card in file.card))


def shipped_decks() -> dict[Kind, Path]:
    """Return the paths of the decks that ship with the package."""
    return {kind: places.raw_data("vaerksted", name) for kind, name in _SHIPPED.items()}


def read_decks(own: Sequence[Path] = ()) -> tuple[Deck, ...]:
    """Return a deck of each kind: the shipped cards, followed by a municipality's own.

    Parameters
    ----------
    own : sequence of Path
        Files of the municipality. A card with the id of a shipped card replaces that card.

    Raises
    ------
    DataError
        A file is missing or breaks rules.
    """
    decks = {kind: read_deck(path) for kind, path in shipped_decks().items()}
    for path in own:
        deck = read_deck(path)
        theirs = {card.id: card for card in deck.cards}
        ours = decks[deck.kind]
        cards = [theirs.pop(card.id, card) for card in ours.cards]
        decks[deck.kind] = Deck(deck.kind, ours.title, (*cards, *theirs.values()))
    return tuple(decks.values())


def find_card(decks: Sequence[Deck], kind: str, name: str) -> Card | None:
    """Return a card; None where there is none of that kind and id."""
    return next((card for deck in decks if deck.kind == kind for card in deck.cards if card.id == name), None)


def _breaches(file: Any) -> Iterator[Problem]:
    yield from ids_twice("card", file.card)
    for at, card in enumerate(file.card):
        for key, asked in _ANSWERS.items():
            legal, named = options_of(*asked), getattr(card, key, ())
            for name in filter(None, [named] if isinstance(named, str) else named):
                if name not in legal:
                    yield ("card", at, key), none_of(name, legal)


_ANSWERS = {
    "topics": (CITIZENS, TOPICS),
    "formats": (CITIZENS, FORMATS),
    "published": (LEADERS, FORMATS_USED),
}


def _card(kind: Kind, read: Any) -> Card:
    motto = getattr(read, "motto", "")
    about = {TOPICS: getattr(read, "topics", ()), FORMATS: getattr(read, "formats", ())}
    return Card(
        kind,
        read.id,
        read.title,
        f"{motto}\n{read.text}".lstrip(),
        read.question,
        _sections(read, _BACK[kind]),
        tuple((item, answer) for item, answers in about.items() for answer in answers),
        getattr(read, "published", ""),
        getattr(read, "sources", ()),
    )


def _sections(read: Any, keys: Iterable[str]) -> tuple[CardSection, ...]:
    said = {key: getattr(read, key) for key in keys}
    return tuple(
        CardSection(words()("sections", key), lines if isinstance(lines, tuple) else (lines,))
        for key, lines in said.items()
    )
