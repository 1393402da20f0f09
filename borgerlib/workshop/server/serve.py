"""Serve a session: on this machine alone, or to all on the same network."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import tornado.httpserver
import tornado.netutil

from borgerlib.errors import RunError
from borgerlib.files.atomic import replacing
from borgerlib.workshop.server.gate import Gate
from borgerlib.workshop.server.lines import Lines
from borgerlib.workshop.server.pages import application
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.widget import page_config

HERE = "127.0.0.1"
FIRST_PORT = 8900
_PORTS = 100


@dataclass(frozen=True)
class Served:
    """A session that is served.

    Parameters
    ----------
    address : str
        Where people come in: 'http://127.0.0.1:8900'.
    token : str
        Whoever has it leads.
    code : str
        Whoever has it takes part.
    """

    address: str
    token: str
    code: str

    @property
    def leader(self) -> str:
        """Where to lead from, token included."""
        return f"{self.address}/?token={self.token}"


async def serve(
    room: Room, *, port: int = FIRST_PORT, network: bool = False, on_ready: Callable[[Served], None]
) -> None:
    """Serve a session until the task is cancelled.

    Parameters
    ----------
    room : Room
    port : int
        The first port to try; where it is taken, the next free one is.
    network : bool
        Let other machines in. What they send is not encrypted: for a network that is trusted.
    on_ready : callable
        Is told where.

    Raises
    ------
    RunError
        No port is free.
    """
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    sockets = _sockets(port, network=network)
    host = _own_address() if network else HERE
    gate, lines = Gate(), Lines(room)
    served = Served(f"http://{host}:{sockets[0].getsockname()[1]}", gate.token, gate.code)
    app = application(
        lines, gate, config=page_config(room), address=served.address, secret=_secret(room.session.path)
    )
    server = tornado.httpserver.HTTPServer(app, max_body_size=64 * 1024, idle_connection_timeout=60)
    server.add_sockets(sockets)
    on_ready(served)
    try:
        await lines.watch()
    finally:
        server.stop()
        await server.close_all_connections()


def serve_until_ended(room: Room, *, port: int, network: bool, on_ready: Callable[[Served], None]) -> None:
    """Serve a session until Ctrl-C, or until the process is told to end; parameters and errors as `serve`."""

    async def ended_by_signals() -> None:
        served = asyncio.ensure_future(serve(room, port=port, network=network, on_ready=on_ready))
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows: Ctrl-C comes as an exception
                asyncio.get_running_loop().add_signal_handler(number, served.cancel)
        with suppress(asyncio.CancelledError):
            await served

    with suppress(KeyboardInterrupt):
        asyncio.run(ended_by_signals())


def _secret(session: Path) -> str:
    """Return the secret that signs the session's cookies; kept, so that cookies survive a restart."""
    path = session.with_suffix(".key")
    # A file of an older version may be empty, if the process was killed before writing it.
    if not path.is_file() or not path.stat().st_size:
        with replacing(path, private=True) as beside:
            beside.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii")


def _sockets(first: int, *, network: bool) -> list[socket.socket]:
    for port in range(first, first + _PORTS):
        with suppress(OSError):
            return tornado.netutil.bind_sockets(port, "" if network else HERE, family=socket.AF_INET)
    raise RunError(
        f"No port is free between {first} and {first + _PORTS - 1}.",
        hint="Close other sessions, or name another port: borger workshop indflydelse --port 9300",
    )


def _own_address() -> str:
    """Return the address by which others on the network reach this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way, suppress(OSError):
        way.connect(("192.0.2.1", 9))  # sends nothing: it selects the local address of the outgoing route
        return str(way.getsockname()[0])
    return HERE
