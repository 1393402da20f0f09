"""The connections of all who are in a room: messages are stored in batches, and everybody sees the result."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field
from typing import Any, Protocol

from borgerlib.errors import BorgerlibError
from borgerlib.said import in_danish
from borgerlib.workshop.sessions.change import TOGETHER, Change
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.words import words

_GATHER_SECONDS = 0.05
_OTHERS_SECONDS = 1.0


class Line(Protocol):
    """Somebody's open page."""

    who: str

    def put(self, text: str) -> None:
        """Send a text; one that cannot be sent is passed over."""


@dataclass(eq=False)
class Lines:
    """Everybody in a room.

    Messages within a twentieth of a second are written to the disk together, confirmed, and shown to all in
    one update, so that fifty people at once cost the disk as much as one.

    Parameters
    ----------
    room : Room
    """

    room: Room
    open: set[Line] = field(default_factory=set)
    _pending: list[tuple[Line, str, Change]] = field(default_factory=list)
    _shown: dict[bool, str] = field(default_factory=dict)

    def join(self, line: Line) -> None:
        """Let somebody in, who is shown where the session stands."""
        self.open.add(line)
        line.put(_message("own", own=self.room.own(line.who)))
        line.put(self._picture(line.who))

    def leave(self, line: Line) -> None:
        """Let somebody go. What was said stays."""
        self.open.discard(line)

    def hear(self, line: Line, text: str | bytes) -> None:
        """Take a message. A mistake is answered with a sentence, and confirmed: it is not repeated."""
        try:
            message = json.loads(text)
            number, kind = str(message["id"])[:40], message["kind"]
            number.encode()  # the number is sent back, so it must be encodable
            change = self.room.check(line.who, kind, message.get("content"))
        except BorgerlibError as error:
            line.put(_message("said", text=in_danish(error.message)))
            line.put(_message("kept", ids=[number]))
            line.put(_message("own", own=self.room.own(line.who)))
        except (ValueError, KeyError, TypeError, RecursionError):
            line.put(_message("said", text=words()("errors", "unknown")))
        else:
            self._pending.append((line, number, change))
            if len(self._pending) == 1:
                asyncio.get_running_loop().call_later(_GATHER_SECONDS, self._keep)

    async def watch(self) -> None:
        """Show what others (a notebook) have added to the session."""
        while True:
            await asyncio.sleep(_OTHERS_SECONDS)
            try:
                if self.room.catch_up():
                    self._show()
            except BorgerlibError as error:
                logging.getLogger(__name__).warning("%s", error)

    def _keep(self) -> None:
        said, self._pending = self._pending, []
        try:
            self.room.keep([change for _, _, change in said])
        except BorgerlibError as error:
            # Do not confirm: the pages keep the messages, show the error and send them again.
            for line in {line for line, _, _ in said}:
                line.put(_message("said", text=in_danish(error.message)))
            return
        ids: dict[Line, list[str]] = {}
        for line, number, _ in said:
            ids.setdefault(line, []).append(number)
        # Send the state before the confirmation: a page that reconnects has only seen the older state.
        spoke = {line.who for line in ids}
        for line in tuple(self.open):
            if line.who in spoke:
                line.put(_message("own", own=self.room.own(line.who)))
        for line, numbers in ids.items():
            line.put(_message("kept", ids=numbers))
        self._show()

    def _show(self) -> None:
        """Send whoever leads, and the telephones, what has changed for them."""
        for who in (TOGETHER, "a participant"):
            picture, leads = self._picture(who), who == TOGETHER
            if picture == self._shown.get(leads):
                continue
            self._shown[leads] = picture
            for line in tuple(self.open):
                if (line.who == TOGETHER) is leads:
                    line.put(picture)

    def _picture(self, who: str) -> str:
        return _message("view", view=self.room.view(who))


def _message(kind: str, **content: Any) -> str:
    return json.dumps({"kind": kind, **content}, ensure_ascii=False)
