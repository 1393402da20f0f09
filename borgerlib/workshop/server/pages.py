"""The addresses of the server: the page of whoever leads, the way in, the line, the files."""

from __future__ import annotations

import asyncio
import secrets
from functools import cache
from pathlib import Path
from typing import Any, cast

import segno
import tornado.web
import tornado.websocket

from borgerlib.dashboard.server.visitors import Pace
from borgerlib.errors import BorgerlibError
from borgerlib.files.templates import template
from borgerlib.said import in_danish
from borgerlib.view import theme
from borgerlib.workshop.page.scripts import script, style
from borgerlib.workshop.saved.report import download
from borgerlib.workshop.server.gate import Gate
from borgerlib.workshop.server.lines import Lines
from borgerlib.workshop.sessions.change import TOGETHER
from borgerlib.workshop.words import words

_FOLDER = Path(__file__).parent
LEADER, PARTICIPANT = "leder", "deltager"
_LARGEST_MESSAGE = 32 * 1024
_MOST_LINES, _MOST_OF_ONE, _MOST_A_SECOND = 300, 5, 30
_DAYS = 1
_SAFE = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "script-src 'self' 'nonce-{nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def application(
    lines: Lines, gate: Gate, *, config: dict[str, Any], address: str, secret: str
) -> tornado.web.Application:
    """Return the server's application.

    Parameters
    ----------
    lines, gate
    config : mapping
        What the page of whoever leads begins with.
    address : str
        Where the server is reached: 'http://192.168.1.20:8900'.
    secret : str
        What cookies are signed with.
    """
    return tornado.web.Application(
        [
            (r"/", LeaderPage),
            (r"/deltag", WayIn),
            (r"/ws", LinePage),
            (r"/hent/(\w+)", Files),
            (r"/script.js", Asset, {"mime": "text/javascript", "content": script()}),
            (r"/style.css", Asset, {"mime": "text/css", "content": style(lines.room.tool.look)}),
        ],
        cookie_secret=secret,
        gate=gate,
        config=config,
        address=address,
        lines=lines,
        log_function=lambda handler: None,  # do not log participants' addresses
        websocket_max_message_size=_LARGEST_MESSAGE,
        default_handler_class=Nothing,
    )


class ToolPage(tornado.web.RequestHandler):
    """A page of ours, with what keeps others out of it."""

    nonce: str

    def set_default_headers(self) -> None:
        """Say what the page may load."""
        self.nonce = secrets.token_urlsafe(12)
        for name, value in _SAFE.items():
            self.set_header(name, value.format(nonce=self.nonce))
        self.set_header("Server", "borger")

    @property
    def gate(self) -> Gate:
        """The keys."""
        return cast(Gate, self.settings["gate"])

    @property
    def lines(self) -> Lines:
        """The lines of the room."""
        return cast(Lines, self.settings["lines"])

    def is_leader(self) -> bool:
        """Return whether the cookie that the token earned is there."""
        return self.get_signed_cookie(self._named(LEADER), max_age_days=_DAYS) is not None

    def participant(self) -> str:
        """Return the random name of a participant; '' where nobody has come in by the code."""
        return (self.get_signed_cookie(self._named(PARTICIPANT), max_age_days=_DAYS) or b"").decode()

    def show(self, config: dict[str, Any]) -> None:
        """Answer with the tool's page."""
        self.finish(template("page.html.j2", _FOLDER).render(config=config, nonce=self.nonce))

    def tell(self, *, closed: bool = False, status: int = 200, said: str = "") -> None:
        """Answer with a page of the gate."""
        self.set_status(status)
        look = self.lines.room.tool.look
        shown = {"words": words(), "said": said, "style": theme.css_variables(), "look": look}
        self.finish(template("gate.html.j2", _FOLDER).render(**shown, ask=not closed))

    def give(self, cookie: str, value: str) -> None:
        """Hand out a cookie that no script and no other site can use."""
        self.set_signed_cookie(self._named(cookie), value, expires_days=_DAYS, httponly=True, samesite="Lax")

    def _named(self, cookie: str) -> str:
        # Browsers share cookies between ports, and a machine may serve several sessions.
        return f"{cookie}-{self.settings['address'].rpartition(':')[2]}"


class LeaderPage(ToolPage):
    """The page of whoever leads."""

    def get(self) -> None:
        """Take the token for a cookie, and show the page."""
        token = self.get_query_argument("token", "")
        if token and self.gate.leads(token):
            self.give(LEADER, "ja")
            self.redirect("/")
        elif self.is_leader():
            where = f"{self.settings['address']}/deltag"
            join = {"address": where, "code": self.gate.code, "picture": _picture(where)}
            self.show({**self.settings["config"], "leads": True, "join": join})
        else:
            self.tell(closed=True, status=403)


class WayIn(ToolPage):
    """Where people come in with the room's code."""

    def get(self) -> None:
        """Show the page to those who are in, and ask the others for the code."""
        if self.participant():
            hidden = {"downloads": [], "notice": ""}
            self.show({**self.settings["config"], **hidden, "leads": False, "join": None})
        else:
            self.tell()

    async def post(self) -> None:
        """Look at a code."""
        address = self.request.remote_ip or ""
        pause = self.gate.wait(address)
        if pause is None:
            self.tell(status=429, said=words()("gate", "busy"))
            return
        await asyncio.sleep(pause)
        if self.gate.opens(self.get_body_argument("code", "")[:40], address):
            self.give(PARTICIPANT, secrets.token_urlsafe(12))
            self.redirect("/deltag")
        else:
            key = "slow" if self.gate.is_slow(address) else "wrong"
            self.tell(status=403, said=words()("gate", key))


class LinePage(ToolPage, tornado.websocket.WebSocketHandler):
    """Somebody's line. It is opened from our own pages only (Origin), by those who are in."""

    who = ""

    def prepare(self) -> None:
        """Reject people who are not admitted, and too many connections."""
        # The page says which role it has, because one browser may both lead and take part.
        leads = self.get_query_argument("leads", "") == "1"
        self.who = TOGETHER if leads else self.participant()
        if not (self.is_leader() if leads else self.who):
            raise tornado.web.HTTPError(403)
        self._pace = Pace(_MOST_A_SECOND, 1)
        # The leader is always admitted, and no participant can use up all connections.
        own = sum(line.who == self.who for line in self.lines.open)
        if not leads and (own >= _MOST_OF_ONE or len(self.lines.open) >= _MOST_LINES):
            raise tornado.web.HTTPError(503)

    def open(self, *args: str, **kwargs: str) -> None:
        """Join the room."""
        self.set_nodelay(True)
        self.lines.join(self)

    def on_message(self, message: str | bytes) -> None:
        """Handle a message; close the connection of somebody who floods it."""
        if self._pace.allows():
            self.lines.hear(self, message)
        else:
            self.close(1008)

    def on_close(self) -> None:
        """Leave the room."""
        self.lines.leave(self)

    def put(self, text: str) -> None:
        """Send a text; a line that has just been closed is passed over."""
        if self.ws_connection is not None and not self.ws_connection.is_closing():
            self.write_message(text)


class Files(ToolPage):
    """The session as a file, for whoever leads."""

    async def get(self, kind: str) -> None:
        """Answer with the file."""
        if not self.is_leader():
            self.tell(closed=True, status=403)
            return
        try:
            # Use a thread: a PDF takes seconds, and the others must not wait for it.
            made = await asyncio.to_thread(download, self.lines.room, kind)
        except BorgerlibError as error:
            self.tell(closed=True, status=404, said=in_danish(error.message))
            return
        self.set_header("Content-Type", made.mime)
        self.set_header("Content-Disposition", f'attachment; filename="{made.name}"')
        self.finish(made.content)


class Asset(ToolPage):
    """Script and style, which are no secret."""

    def initialize(self, mime: str, content: str) -> None:
        """Take what is served."""
        self.mime, self.content = mime, content

    def get(self) -> None:
        """Answer with it."""
        self.set_header("Content-Type", f"{self.mime}; charset=utf-8")
        self.finish(self.content)


class Nothing(ToolPage):
    """An address that leads nowhere."""

    def prepare(self) -> None:
        """Answer 404 with the page of the gate."""
        self.tell(closed=True, status=404)


@cache
def _picture(address: str) -> str:
    """Return a QR code of an address."""
    code = segno.make(address, error="m")
    return str(code.svg_data_uri(scale=4, border=2, dark=theme.TEXT, light=theme.PAPER))
