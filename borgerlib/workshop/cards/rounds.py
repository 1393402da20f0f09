"""A session of dialogue cards: the cards on the table, the notes on them, and the votes on themes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from borgerlib.errors import ParameterError
from borgerlib.workshop.cards.deck import KINDS, Deck, find_card
from borgerlib.workshop.sessions.agreement import Agreement, agreement
from borgerlib.workshop.sessions.change import Change, one_of, step, text
from borgerlib.workshop.words import words

PARTICIPANTS_MAY = ("vote",)
LOWEST, HIGHEST = 1, 5
"""Votes on how fit an area is for dialogue: 1 (not at all) to 5 (very)."""

_LONGEST_NOTE = 2000

Table = tuple[str, str, str]
"""Ids of the theme, the format and the role that lie together; '' where none lies."""


@dataclass(frozen=True)
class Talk:
    """The cards of a session; made of its changes.

    Parameters
    ----------
    decks : tuple of Deck
    table : tuple of (str, str, str)
        What lies on the table now.
    notes : mapping of Table to str
        How the council would act, by what lay on the table; in the order of the first note.
    votes : mapping of str to mapping
        Theme → participant → vote.
    shown : mapping
        `votes` as they were when the leader last showed them, so that no single vote is seen to arrive.
    """

    decks: tuple[Deck, ...] = field(repr=False)
    table: Table = ("", "", "")
    notes: Mapping[Table, str] = field(default_factory=dict)
    votes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    shown: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def revealed(self) -> Talk:
        """The same with all votes shown, for the report."""
        return replace(self, shown=self.votes)

    @property
    def participants(self) -> tuple[str, ...]:
        """Those who have voted."""
        return tuple(dict.fromkeys(who for votes in self.votes.values() for who in votes))

    def fit(self, theme: str) -> Agreement:
        """Return what may be shown of the votes on a theme."""
        return agreement(self.shown.get(theme, {}).values(), steps=HIGHEST - LOWEST + 1)

    def titles(self, table: Table) -> tuple[str, ...]:
        """Return the titles of what lies together."""
        cards = (find_card(self.decks, kind, name) for kind, name in zip(KINDS, table, strict=True) if name)
        return tuple(card.title for card in cards if card is not None)


@dataclass(frozen=True)
class Noted:
    """One round of the summary: the cards' titles, what was noted, and how fit the theme was found."""

    titles: tuple[str, ...]
    note: str
    fit: Agreement | None


def checked(state: Talk, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a message in the form in which it is stored.

    Raises
    ------
    ParameterError
        It is no message of this tool, or names a card that is not in the decks (in Danish).
    """
    match kind:
        case "draw":
            card_kind = one_of(content, "card_kind", KINDS)
            name = content.get("id")
            if name != "" and (not isinstance(name, str) or find_card(state.decks, card_kind, name) is None):
                raise ParameterError(words()("errors", "no_card"))
            return {"card_kind": card_kind, "id": name}
        case "note":
            table = content.get("table")
            if not isinstance(table, list) or len(table) != len(KINDS) or not any(table):
                raise ParameterError(words()("errors", "empty_table"))
            for card_kind, name in zip(KINDS, table, strict=True):
                checked(state, "draw", {"card_kind": card_kind, "id": name})
            return {"table": table, "text": text(content, "text", _LONGEST_NOTE)}
        case "vote" | "reveal":
            theme = content.get("id")
            if not isinstance(theme, str) or find_card(state.decks, "theme", theme) is None:
                raise ParameterError(words()("errors", "no_card"))
            fit = {} if kind == "reveal" else {"fit": step(content, "fit", LOWEST, HIGHEST)}
            return {"id": theme, **fit}
    raise ParameterError(words()("errors", "unknown"))


def applied(state: Talk, change: Change) -> Talk:
    """Return the session after a change."""
    said = change.content
    match change.kind:
        case "draw":
            table = list(state.table)
            if said["id"] and find_card(state.decks, said["card_kind"], said["id"]) is None:
                return state  # a card of a deck that is not loaded
            table[KINDS.index(said["card_kind"])] = said["id"]
            return replace(state, table=(table[0], table[1], table[2]))
        case "note":
            theme, shape, role = said["table"]
            return replace(state, notes={**state.notes, (theme, shape, role): said["text"]})
        case "reveal":
            return replace(state, shown={**state.shown, said["id"]: state.votes.get(said["id"], {})})
        case "vote":
            votes = {**state.votes.get(said["id"], {}), change.who: said["fit"]}
            return replace(state, votes={**state.votes, said["id"]: votes})
    return state


def summary(state: Talk) -> tuple[Noted, ...]:
    """Return the session for the minutes: a round for each note, then the themes that were only voted on."""
    noted = [
        Noted(state.titles(table), note, state.fit(table[0]) if state.shown.get(table[0]) else None)
        for table, note in state.notes.items()
        if note
    ]
    themes = {table[0] for table, note in state.notes.items() if note}
    voted = [
        Noted(state.titles((theme, "", "")), "", state.fit(theme))
        for theme, votes in state.shown.items()
        if votes and theme not in themes
    ]
    return (*noted, *voted)
