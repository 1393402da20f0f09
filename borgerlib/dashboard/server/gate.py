"""Access to the dashboard: only with the token, only by its own address, and at a limited rate."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError, authenticated
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import (
    VoilaKernelWebsocketHandler,
    read_header_from_binary_message,
)
from voila.voila_identity_provider import VoilaIdentityProvider

from borgerlib.dashboard.server.visitors import MESSAGES_A_MINUTE, Pace, Visitors

_PROTOCOL = "v1.kernel.websocket.jupyter.org"
_TOLD = {"status", "comm_open", "comm_msg", "comm_close", "comm_info_reply", "kernel_info_reply"}
"""The messages of a kernel that a page needs. Others tell faults: in English, with code and paths."""
VISITORS = "borger_visitors"
"""Name of the `Visitors` among the application's settings."""


def refuse(handler: JupyterHandler, status: int, heading: str, text: str) -> None:
    """Answer with a page that says why there is no dashboard."""
    handler.set_status(status)
    page = handler.settings["voila_jinja2_env"].get_template("told.html")
    handler.finish(page.render(heading=heading, text=text))


class NoToken(JupyterHandler):
    """The page that says, in Danish, that the address lacks its token."""

    @allow_unauthenticated
    def get(self) -> None:
        """Answer 403 with the page."""
        refuse(
            self,
            403,
            "Adressen mangler den nøgle, der giver adgang",
            "Brug hele den adresse, der blev vist, da oversigten blev åbnet. Den ender på ?token=…. "
            "Er oversigten lukket og åbnet igen, har den fået en ny nøgle, og så gælder den nye adresse.",
        )

    post = get


class TokenOnly(VoilaIdentityProvider):  # type: ignore[misc]
    """Accepts the token, or the cookie that it sets. There is no login form in which to guess tokens."""

    def get_handlers(self) -> list[tuple[str, type[Any]]]:
        """Return a page in place of the login form."""
        return [(r"/(?:.*/)?login", NoToken)]


class DashboardPage(TornadoVoilaHandler):  # type: ignore[misc]
    """The dashboard's page. It removes the token from the address, and ignores all other parameters."""

    @authenticated
    async def get(self, path: str | None = None) -> None:
        """Answer with a page that has its own kernel."""
        if self.request.query:
            self.redirect(self.base_url)
            return
        visitors: Visitors = self.settings[VISITORS]
        visitors.arrive()
        if visitors.are_all_here(len(self.kernel_manager.list_kernel_ids())):
            told = f"Oversigten kan vises for {visitors.most} ad gangen. Prøv igen om et øjeblik."
            refuse(self, 503, "Der er fuldt hus lige nu", told)
            return
        await super().get(path)


class KernelSocket(VoilaKernelWebsocketHandler):  # type: ignore[misc]
    """A visitor's connection to her kernel.

    Without the kernels' subprotocol, Voilà would send binary answers as text in a loop until memory runs out.
    """

    def initialize(self) -> None:
        """Set up the limit on messages."""
        self._pace = Pace(MESSAGES_A_MINUTE, 60)
        self._is_open = False

    async def prepare(self) -> None:
        """Refuse clients that do not offer the kernels' subprotocol, as the page does."""
        await super().prepare()
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if _PROTOCOL not in [protocol.strip() for protocol in offered.split(",")]:
            raise HTTPError(400, reason="The subprotocol of kernels is required")

    async def open(self, kernel_id: str) -> None:
        """Count the visitor."""
        self._is_open = True
        self.settings[VISITORS].come(kernel_id)
        await super().open(kernel_id)

    def on_message(self, ws_message: Any) -> None:
        """Pass a message on, or close the connection if it is none, or there are too many."""
        if not is_message(ws_message):
            self.close(1003, "not a message of kernels")
        elif self._pace.allows():
            self.settings[VISITORS].ask()
            super().on_message(ws_message)
        else:
            self.close(1008, "too many messages")

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Pass on what a page needs of what its kernel tells."""
        header = read_header_from_binary_message(message) if isinstance(message, bytes) else None
        return super().write_message(message, binary) if header and header["msg_type"] in _TOLD else None

    def on_close(self) -> None:
        """Stop counting the visitor; `left_alone` says when her kernel can end."""
        if self._is_open:
            self.settings[VISITORS].go(self.kernel_id)
        super().on_close()


def is_message(frame: Any) -> bool:
    """Return whether a frame has the parts that it claims, one after the other.

    Jupyter would count missing parts for ever, and copy the same bytes for every offset that goes back.
    """
    if not isinstance(frame, bytes):
        return False
    count = int.from_bytes(frame[:8], "little")
    head = frame[8 : 8 * (1 + count)]
    offsets = [int.from_bytes(head[at : at + 8], "little") for at in range(0, len(head), 8)]
    ends = [*offsets, len(frame)]
    return len(head) == 8 * count > 0 and ends == sorted(ends)
