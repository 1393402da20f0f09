"""The page of the dialogue cards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from borgerlib.files.look import USUAL, Look
from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import CITIZENS
from borgerlib.workshop.cards import rounds
from borgerlib.workshop.cards.deck import FORMATS_USED, KINDS, TOPICS, Card, Deck
from borgerlib.workshop.cards.print import PrintedCard
from borgerlib.workshop.cards.rounds import HIGHEST, LOWEST, Talk, summary
from borgerlib.workshop.page.citizens import SHARE, Citizens, share_words
from borgerlib.workshop.page.influence import compared_words, shared_config
from borgerlib.workshop.sessions.room import Tool
from borgerlib.workshop.words import words

NAME = "dialogkort"


def cards_tool(decks: Sequence[Deck], citizens: Citizens, *, place: str = "", look: Look = USUAL) -> Tool:
    """Return the dialogue cards as a tool of the page.

    Parameters
    ----------
    decks : sequence of Deck
    citizens : Citizens
        What they have answered; a card shows it of its topic or format.
    place : str
        The municipality's name.
    look : Look
    """
    say = words()
    used = published_formats()
    config = {
        **shared_config(NAME, "cards", citizens, place),
        "scale": [LOWEST, HIGHEST],
        "topics": _topics(decks),
        "decks": [
            {
                "kind": deck.kind,
                "label": say("kinds", deck.kind),
                "title": deck.title,
                "cards": [_card(card, used, citizens) for card in deck.cards],
            }
            for deck in decks
        ],
    }
    return Tool(
        NAME,
        config,
        start=Talk(tuple(decks)),
        checked=rounds.checked,
        applied=rounds.applied,
        may=rounds.PARTICIPANTS_MAY,
        view=cards_view,
        shared=_shared,
        own=lambda state, who: {theme: votes[who] for theme, votes in state.votes.items() if who in votes},
        look=look,
    )


def cards_view(state: Talk) -> dict[str, Any]:
    """Return what the leader sees: no individual votes, and no spread of fewer than 4 votes."""
    return {
        **_shared(state),
        "notes": [{"table": list(table), "text": note} for table, note in state.notes.items()],
        "fit": {theme: compared_words(state.fit(theme), "fit", HIGHEST) for theme in state.shown},
        "summary": [
            {
                "titles": list(one.titles),
                "note": one.note,
                "fit": compared_words(one.fit, "fit", HIGHEST) if one.fit else "",
            }
            for one in summary(state)
        ],
    }


def _shared(state: Talk) -> dict[str, Any]:
    return {"table": dict(zip(KINDS, state.table, strict=True)), "participants": len(state.participants)}


def cards_for_print(decks: Sequence[Deck], citizens: Citizens) -> tuple[PrintedCard, ...]:
    """Return the cards of decks in order, with what is known of each."""
    used = published_formats()
    return tuple(
        PrintedCard(card, deck.title, tuple(card_facts(card, used, citizens)))
        for deck in decks
        for card in deck.cards
    )


def published_formats() -> dict[str, str]:
    """Return how many municipalities used a format, as sentences by answer of figure N4."""
    shown = open_leaders_survey().estimates(FORMATS_USED).frame[SHARE].itertuples(index=False)
    return {option: words()("facts", "published", **share_words(*share)) for option, _, *share in shown}


def card_facts(card: Card, used: Mapping[str, str], citizens: Citizens) -> list[str]:
    """Return what is known of a card's topic or format, as sentences."""
    published = [used[card.published]] if card.published in used else []
    return [*published, *(citizens.said[key] for key in card.citizens if key in citizens.said)]


def _card(card: Card, used: Mapping[str, str], citizens: Citizens) -> dict[str, Any]:
    return {
        "id": card.id,
        "title": card.title,
        "text": card.text.split("\n"),
        "question": card.question,
        "back": [{"heading": part.heading, "lines": list(part.lines)} for part in card.back],
        "topics": [answer for item, answer in card.citizens if item == TOPICS],
        "facts": card_facts(card, used, citizens),
        "sources": list(card.sources),
    }


def _topics(decks: Sequence[Deck]) -> list[dict[str, str]]:
    cards = [card for deck in decks for card in deck.cards]
    named = {answer for card in cards for item, answer in card.citizens if item == TOPICS}
    options = load_codebook(CITIZENS).item(TOPICS).options
    return [{"id": each.id, "label": each.short} for each in options if each.id in named]
