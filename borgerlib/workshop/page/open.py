"""Open a session of a tool: what a notebook and a server begin with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from borgerlib.errors import ParameterError, unknown_name
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.workshop.cards.deck import read_decks
from borgerlib.workshop.influence.elements import read_elements, shipped_elements
from borgerlib.workshop.page import cards, influence
from borgerlib.workshop.page.facts import citizens_of
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.sessions.store import create_session, list_sessions, open_session
from borgerlib.workshop.sessions.tool import Tool
from borgerlib.workshop.words import words

TOOLS = (influence.NAME, cards.NAME)


def open_tool(name: str, municipality: str = "", own: Sequence[Path] = ()) -> Tool:
    """Return a tool.

    Parameters
    ----------
    name : {'indflydelse', 'dialogkort'}
    municipality : str
        Name or code; '' for none. Where its citizens have answered, the tool shows what they say.
    own : sequence of Path
        The municipality's own elements (one file, in place of ours), or decks (beside ours).

    Raises
    ------
    ParameterError
        There is no such tool or municipality.
    DataError
        A file of the municipality breaks rules.
    """
    if name not in TOOLS:
        raise ParameterError(unknown_name("tool", name, TOOLS))
    place = find_municipality(municipality).name if municipality else ""
    if name == influence.NAME:
        if len(own) > 1:
            raise ParameterError("The influence map takes one file of elements.", hint="Join the files.")
        elements = read_elements(own[0] if own else shipped_elements())
        return influence.influence_tool(elements, citizens_of(place), place=place)
    return cards.cards_tool(read_decks(own), citizens_of(place), place=place)


def open_room(
    name: str, *, municipality: str = "", title: str = "", session: str = "", own: Sequence[Path] = ()
) -> Room:
    """Open a session: one that was saved, the latest of that title and municipality, or a new one.

    Parameters
    ----------
    name, municipality, own
        As `open_tool`.
    title : str
        What the meeting is called; '' gives a name.
    session : str
        Name of a saved session.

    Raises
    ------
    ParameterError, DataError
        As `open_tool`; or there is no such session, or it cannot be read (in Danish).
    """
    tool = open_tool(name, municipality, own)
    if session:
        return Room(tool, open_session(session))
    title = title or words()("page", "new_session")
    place = find_municipality(municipality).name if municipality else ""
    known = (one for one in list_sessions(name) if (one.title, one.municipality) == (title, place))
    found = next(known, None)
    return Room(tool, found or create_session(name, title, municipality=place))
