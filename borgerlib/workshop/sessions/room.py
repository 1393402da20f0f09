"""A running session: messages are checked, stored, and applied to the state that everybody sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from borgerlib.errors import DataError, ParameterError
from borgerlib.files.look import USUAL, Look
from borgerlib.said import said
from borgerlib.workshop.sessions.change import MATERIAL, TOGETHER, Change
from borgerlib.workshop.sessions.store import SessionFile, recover_session
from borgerlib.workshop.words import words

_BRINGS_NAMES = (MATERIAL, "element")


class Room:
    """A session of a tool, as far as its file tells.

    Raises
    ------
    DataError
        The session is another tool's, or cannot be read.
    """

    def __init__(self, tool: Tool, session: SessionFile) -> None:
        if session.tool != tool.name:
            raise DataError(said("session_of_another_tool", name=session.id, tool=session.tool))
        self.tool = tool
        self.session = session
        self.state = tool.start
        self._last = 0
        damaged = self._take_in(session.changes(), opening=True)
        if damaged:
            self.session = recover_session(session, before=damaged)

    def check(self, who: str, kind: object, content: object) -> Change:
        """Return what somebody says as a change, which is not kept yet.

        Raises
        ------
        ParameterError
            It is not legal, or only whoever leads may say it (in Danish).
        """
        if not isinstance(kind, str) or not isinstance(content, Mapping):
            raise ParameterError(words()("errors", "unknown"))
        if who != TOGETHER and kind not in self.tool.may:
            raise ParameterError(words()("errors", "not_allowed"))
        return Change(who, kind, self.tool.checked(self.state, kind, content))

    def keep(self, changes: Iterable[Change]) -> None:
        """Store changes on the disk, all or none, and apply them.

        Raises
        ------
        DataError
            They cannot be written. Nothing has changed.
        """
        self.session.add(tuple(changes))
        self.catch_up()

    def catch_up(self) -> bool:
        """Apply the changes that others have added to the file, and return whether there were any."""
        news = self.session.changes(self._last)
        if self._take_in(news):
            raise DataError(said("session_damaged"), hint=said("open_again"))
        return bool(news)

    def _take_in(self, changes: Sequence[Change], *, opening: bool = False) -> int:
        """Apply changes up to the first invalid one, and return its number; 0 if all are valid."""
        for change in changes:
            try:
                # Check only on opening, when all names of the session are known: while it is open, another
                # window may use names that were added since.
                if opening and change.kind not in _BRINGS_NAMES:
                    self.tool.checked(self.state, change.kind, change.content)
                self.state = self.tool.applied(self.state, change)
            except (LookupError, TypeError, ValueError):
                return change.number
            self._last = change.number
        return 0

    def view(self, who: str = TOGETHER) -> dict[str, Any]:
        """Return what whoever leads sees; what participants see where one of them is named."""
        return (self.tool.shared if who else self.tool.view)(self.state)

    def own(self, who: str) -> dict[str, Any]:
        """Return what one has said for oneself."""
        return self.tool.own(self.state, who)


@dataclass(frozen=True)
class Tool:
    """A tool of the workshop.

    Parameters
    ----------
    name : str
    config : mapping
        What does not change while a session lasts: words, cards, roles.
    start : object
        The state in which nothing has been said.
    checked : callable
        (state, kind, content) → the content as it is kept; raises `ParameterError` (in Danish).
    applied : callable
        (state, change) → state.
    may : tuple of str
        What participants may say; whoever leads may say everything.
    view : callable
        State → what whoever leads sees.
    shared : callable
        State → what participants see on their own telephones: nothing of one another's answers.
    own : callable
        (state, who) → what one has said for oneself.
    look : Look
        The municipality's look.
    """

    name: str
    config: Mapping[str, Any]
    start: Any
    checked: Callable[[Any, str, Mapping[str, Any]], dict[str, Any]]
    applied: Callable[[Any, Any], Any]
    may: tuple[str, ...]
    view: Callable[[Any], dict[str, Any]]
    shared: Callable[[Any], dict[str, Any]]
    own: Callable[[Any, str], dict[str, Any]]
    look: Look = USUAL
