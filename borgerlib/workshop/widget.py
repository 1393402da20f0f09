"""The tools as widgets of a notebook: whoever runs it leads, and the group speaks together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from borgerlib.errors import BorgerlibError
from borgerlib.said import in_danish
from borgerlib.workshop.page import cards, influence
from borgerlib.workshop.page.open import open_room
from borgerlib.workshop.page.scripts import script, style
from borgerlib.workshop.saved.report import download, downloads_of
from borgerlib.workshop.sessions.change import TOGETHER
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.words import danish_errors


def page_config(room: Room) -> dict[str, Any]:
    """Return the initial configuration of the leader's page."""
    look = room.tool.look
    return {
        **room.tool.config,
        "id": room.session.id,
        "session": room.session.title,
        "downloads": list(downloads_of(room)),
        "notice": in_danish(room.session.recovered),
        "logo": look.logo,
        "name": look.name or room.session.municipality,
    }


class WorkshopWidget(anywidget.AnyWidget):  # type: ignore[misc]
    """A tool of the workshop; made by `open_influence_map` or `open_dialogue_cards`.

    Attributes
    ----------
    room : Room
        The session: ``room.state`` is where it stands, ``room.session.id`` what it is saved as.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    config = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)

    def __init__(self, room: Room) -> None:
        self.room = room
        super().__init__(
            _esm=script(), _css=style(room.tool.look), config=page_config(room), view=room.view()
        )
        self.on_msg(lambda _, content, buffers: self._hear(content))

    def _hear(self, content: Any) -> None:
        """Answer a message of the page. A user's mistake is a sentence; nothing is ever a traceback."""
        message = content if isinstance(content, Mapping) else {}
        try:
            if message.get("kind") == "download":
                made = download(self.room, str(message.get("content")))
                self.send({"kind": "file", "name": made.name, "mime": made.mime}, [made.content])
                return
            self.room.keep([self.room.check(TOGETHER, message.get("kind"), message.get("content"))])
        except BorgerlibError as error:
            self.send({"kind": "said", "text": in_danish(error.message)})
        self.send({"kind": "kept", "ids": [message.get("id")]})
        self.view = self.room.view()


def open_influence_map(
    municipality: str = "", *, title: str = "", session: str = "", elements: str | Path = ""
) -> WorkshopWidget:
    """Open the influence map.

    Parameters
    ----------
    municipality : str
        Name or code; '' for none.
    title : str
        What the meeting is called. The same title opens the same session again.
    session : str
        Name of a saved session, in place of the title.
    elements : str or Path
        A file of elements in place of ours.

    Returns
    -------
    WorkshopWidget
        Shows the session, and where others take part.

    Raises
    ------
    ParameterError
        There is no such municipality. Errors are in Danish: they are met in a notebook for Danes.
    DataError
        The file of elements breaks rules, or the session cannot be read.

    See Also
    --------
    open_dialogue_cards : The other tool of a meeting.

    Examples
    --------
    >>> import borgerlib
    >>> board = borgerlib.open_influence_map(title="Direktionens dag")
    >>> len(board.room.state.elements)
    18
    """
    return _opened(influence.NAME, municipality, title, session, [elements] if elements else [])


def open_dialogue_cards(
    municipality: str = "", *, title: str = "", session: str = "", decks: Sequence[str | Path] = ()
) -> WorkshopWidget:
    """Open the dialogue cards.

    Parameters
    ----------
    municipality : str
        Name or code; '' for none. Where its citizens have answered, the cards show what they say.
    title, session : str
        As `open_influence_map`.
    decks : sequence of str or Path
        Files of the municipality's own cards, beside ours.

    Returns
    -------
    WorkshopWidget
        Shows the session, and where others take part.

    Raises
    ------
    ParameterError
        There is no such municipality. Errors are in Danish: they are met in a notebook for Danes.
    DataError
        A deck breaks rules, or the session cannot be read.

    See Also
    --------
    open_influence_map : The other tool of a meeting.

    Examples
    --------
    >>> import borgerlib
    >>> board = borgerlib.open_dialogue_cards("Ærø", title="Temadag")
    >>> [len(deck.cards) for deck in board.room.state.decks]
    [12, 12, 8]
    """
    return _opened(cards.NAME, municipality, title, session, decks)


def _opened(
    tool: str, municipality: str, title: str, session: str, own: Sequence[str | Path]
) -> WorkshopWidget:
    with danish_errors():
        files = [Path(file) for file in own]
        return WorkshopWidget(
            open_room(tool, municipality=municipality, title=title, session=session, own=files)
        )
