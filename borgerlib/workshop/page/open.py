"""Open a session of a tool: what a notebook and a server begin with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from borgerlib.errors import DataError, ParameterError, unknown_name
from borgerlib.files.look import Look, look_of
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.said import said
from borgerlib.workshop.cards.deck import Deck, read_decks
from borgerlib.workshop.influence.elements import Elements, read_elements, shipped_elements
from borgerlib.workshop.page import cards, influence
from borgerlib.workshop.page.citizens import citizens_of
from borgerlib.workshop.sessions.change import TOGETHER, Change
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.sessions.store import SessionFile, create_session, list_sessions, open_session
from borgerlib.workshop.sessions.tool import Tool
from borgerlib.workshop.words import words

TOOLS = (influence.NAME, cards.NAME)
# What a session is about is kept in it as a change that nobody can say: it needs no other file when it is
# opened again, or by another municipality.
_MATERIAL = "material"
_Material = Elements | tuple[Deck, ...]
_FORMS: dict[str, TypeAdapter[_Material]] = {
    influence.NAME: TypeAdapter(Elements),
    cards.NAME: TypeAdapter(tuple[Deck, ...]),
}


def open_tool(
    name: str, municipality: str = "", own: Sequence[Path] = (), *, look: Look | None = None
) -> Tool:
    """Return a tool.

    Parameters
    ----------
    name : {'indflydelse', 'dialogkort'}
    municipality : str
        Name or code; '' for none. Where its citizens have answered, the tool shows what they say.
    own : sequence of Path
        The municipality's own elements (one file, in place of ours), or decks (beside ours).
    look : Look, optional
        By default what the municipality has saved.

    Raises
    ------
    ParameterError
        There is no such tool or municipality.
    DataError
        A file of the municipality breaks rules.
    """
    return _tool(name, _read(name, own), municipality, look)


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
    name, municipality, look
        As `open_tool`. A saved session knows its municipality.
    own : sequence of Path
        As `open_tool`; by default what the session was opened with the last time.
    title : str
        What the meeting is called; '' gives a name.
    session : str
        Name of a saved session.

    Raises
    ------
    ParameterError, DataError
        As `open_tool`; or there is no such session, or it cannot be read.
    """
    title = title or words()("page", "new_session")
    place = find_municipality(municipality).name if municipality else ""
    if session:
        found: SessionFile | None = open_session(session)
    else:
        known = (one for one in list_sessions(name) if (one.title, one.municipality) == (title, place))
        found = next(known, None)
    kept = _kept(name, found) if found else None
    material = _read(name, own) if own or kept is None else kept
    tool = _tool(name, material, place or (found.municipality if found else ""), look)
    file = found or create_session(name, title, municipality=place)
    room = Room(tool, file)
    if material != kept:
        room.keep([Change(TOGETHER, _MATERIAL, {"content": _FORMS[name].dump_python(material, mode="json")})])
    return room


def _read(name: str, own: Sequence[Path]) -> _Material:
    if name not in TOOLS:
        raise ParameterError(unknown_name("tool", name, TOOLS))
    if name == cards.NAME:
        return read_decks(own)
    if len(own) > 1:
        raise ParameterError(said("one_file_of_elements"), hint=said("join_files"))
    return read_elements(own[0] if own else shipped_elements())


def _kept(name: str, session: SessionFile) -> _Material | None:
    """Return what a session is about; None where it does not say."""
    kept = [change.content for change in session.changes() if change.kind == _MATERIAL]
    if not kept or session.tool != name:
        return None
    try:
        return _FORMS[name].validate_python(kept[-1].get("content"))
    except ValidationError as error:
        raise DataError(said("material_unreadable", name=session.id)) from error


def _tool(name: str, material: _Material, municipality: str, look: Look | None) -> Tool:
    place = find_municipality(municipality).name if municipality else ""
    citizens, look = citizens_of(place), look_of(place) if look is None else look
    if isinstance(material, Elements):
        return influence.influence_tool(material, citizens, place=place, look=look)
    return cards.cards_tool(material, citizens, place=place, look=look)
