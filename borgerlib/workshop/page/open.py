"""Open a session of a tool, for a notebook or a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from borgerlib.errors import DataError, ParameterError, check_known
from borgerlib.files.look import Look, look_of
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.said import said
from borgerlib.workshop.cards.deck import Card, Deck, read_decks
from borgerlib.workshop.influence.elements import Element, Elements, Named, read_elements, shipped_elements
from borgerlib.workshop.page import cards, influence
from borgerlib.workshop.page.citizens import citizens_of
from borgerlib.workshop.sessions.change import MATERIAL, TOGETHER, Change
from borgerlib.workshop.sessions.room import Room, Tool
from borgerlib.workshop.sessions.store import SessionFile, create_session, list_sessions, open_session
from borgerlib.workshop.words import words

TOOLS = (influence.NAME, cards.NAME)
_Decks = tuple[Deck, ...]
_Material = Elements | _Decks
_Entry = TypeVar("_Entry", bound=Named | Element | Card)
_FORMS: dict[str, TypeAdapter[_Material]] = {
    influence.NAME: TypeAdapter(Elements),
    cards.NAME: TypeAdapter(_Decks),
}


def open_room(
    name: str,
    *,
    municipality: str = "",
    title: str = "",
    session: str = "",
    own: Sequence[Path] = (),
    look: Look | None = None,
) -> Room:
    """Open a session: one that was saved, the latest of that title and municipality, or a new one.

    Parameters
    ----------
    name : {'indflydelse', 'dialogkort'}
    municipality : str
        Name or code; '' for none. Where its citizens have answered, the tool shows what they say. A saved
        session knows its own.
    title : str
        What the meeting is called; '' gives a name.
    session : str
        Name of a saved session.
    own : sequence of Path
        The municipality's own elements (one file, in place of ours), or decks (beside ours); by default what
        the session was opened with the last time. What a session had before stays in it: cards beside the
        others, elements among those left out.
    look : Look, optional
        By default what the municipality has saved.

    Raises
    ------
    ParameterError
        There is no such tool or municipality, or the session is of another one.
    DataError
        A file breaks rules; or there is no such session, or it cannot be read.
    """
    check_known("tool", name, TOOLS)
    title = title or words()("page", "new_session")
    place = find_municipality(municipality).name if municipality else ""
    if session:
        found: SessionFile | None = _of_place(open_session(session), place)
    else:
        known = (one for one in list_sessions(name) if (one.title, one.municipality) == (title, place))
        found = next((open_session(one.id) for one in known), None)
    kept = _kept(name, found) if found else []
    material = _read(name, own) if own or not kept else kept[-1]
    everything = reduce(lambda before, now: _with_earlier(now, before), [*kept, material])
    tool = _tool(everything, found.municipality if found else place, look)
    room = Room(tool, found or create_session(name, title, municipality=place))
    if [material] != kept[-1:]:
        form = _FORMS[name].dump_python(material, mode="json")
        moved = _left_out(material, kept[-1]) if kept else []
        room.keep([Change(TOGETHER, MATERIAL, {"content": form}), *moved])
    return room


def _of_place(session: SessionFile, place: str) -> SessionFile:
    own = session.municipality
    if place and place != own:
        known = said("of_municipality", place=own) if own else said("of_no_municipality")
        message = said("session_of_another_place", name=session.id, given=place, place=known)
        raise ParameterError(message, hint=said("open_without_municipality"))
    return session


def _with_earlier(now: _Material, before: _Material) -> _Material:
    """Return a session's material merged with the earlier one, which earlier replies may refer to."""
    if isinstance(now, Elements) and isinstance(before, Elements):
        return Elements(*(_joined(vars(now)[kind], vars(before)[kind]) for kind in vars(now)))
    pairs = zip(cast(_Decks, now), cast(_Decks, before), strict=True)
    return tuple(replace(deck, cards=_joined(deck.cards, old.cards)) for deck, old in pairs)


def _joined(now: tuple[_Entry, ...], before: tuple[_Entry, ...]) -> tuple[_Entry, ...]:
    ids = {entry.id for entry in now}
    return (*now, *(entry for entry in before if entry.id not in ids))


def _left_out(now: _Material, before: _Material) -> list[Change]:
    """Return the changes that remove elements missing from a new file from the map, and add its new ones."""
    if not (isinstance(now, Elements) and isinstance(before, Elements)):
        return []
    new, old = ({element.id for element in elements.element} for elements in (now, before))
    moved = [(name, True) for name in sorted(old - new)] + [(name, False) for name in sorted(new - old)]
    return [Change(TOGETHER, "leave_out", {"id": name, "on": on}) for name, on in moved]


def _read(name: str, own: Sequence[Path]) -> _Material:
    if name == cards.NAME:
        return read_decks(own)
    if len(own) > 1:
        raise ParameterError(said("one_file_of_elements"), hint=said("join_files"))
    return read_elements(own[0] if own else shipped_elements())


def _kept(name: str, session: SessionFile) -> list[_Material]:
    """Return all material a session has had, the latest last; empty if none is recorded."""
    kept = [change.content for change in session.changes() if change.kind == MATERIAL]
    if session.tool != name:
        return []
    try:
        return [_FORMS[name].validate_python(content.get("content")) for content in kept]
    except ValidationError as error:
        raise DataError(said("material_unreadable", name=session.id)) from error


def _tool(material: _Material, place: str, look: Look | None) -> Tool:
    citizens, look = citizens_of(place), look_of(place) if look is None else look
    if isinstance(material, Elements):
        return influence.influence_tool(material, citizens, place=place, look=look)
    return cards.cards_tool(material, citizens, place=place, look=look)
