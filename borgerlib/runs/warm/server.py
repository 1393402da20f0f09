"""The fork server: imports once, then forks a fresh kernel for whoever asks on its socket.

Started by `client` as a process of its own. One connection is one kernel: a line of JSON asks for it, the
answer is its process id, and a second line tells its exit. Whoever hangs up loses the kernel. The server
ends with its owner: when the pipe that is its standard input closes, or its parent changes. It has one
thread and no zmq context, for neither survives a fork.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_PATIENCE = 10.0  # seconds that a client may take to say what it wants
_LONGEST_REQUEST = 1 << 22
_TICK = 1.0


@dataclass
class _Client:
    connection: socket.socket
    since: float = field(default_factory=time.monotonic)
    said: bytes = b""
    kernel: int | None = None


class ForkServer:
    """Serves kernels on a socket until its owner is gone."""

    def __init__(self, place: Path) -> None:
        self.owner = os.getppid()
        self.clients: dict[int, _Client] = {}  # by file descriptor
        self.kernels: dict[int, _Client] = {}  # by process id, until reaped
        self.retired = False
        self.ending = False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(place))
        self.listener.listen(64)
        self.listener.setblocking(False)
        self.woken, self.wake = os.pipe()
        for end in (self.woken, self.wake):
            os.set_blocking(end, False)
        self.selector = selectors.DefaultSelector()
        for source in (self.listener, self.woken, 0):
            self.selector.register(source, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._asked_to_end)
        signal.set_wakeup_fd(self.wake, warn_on_full_buffer=False)

    def serve(self, work: Iterator[None]) -> dict[str, Any] | None:
        """Serve until the end (None), or, in a fork, return the request of the kernel to become.

        While nobody asks for anything, a part of the `work` is done.
        """
        idle = False
        while not self.ending and not (self.retired and not self.kernels):
            events = self.selector.select(_TICK if idle else 0)
            for key, _ in events:
                request = self._attend(key.fd)
                if request is not None:
                    return request
            if not events and not idle:
                idle = next(work, self) is self
                if idle:
                    _share_memory()
            self._reap()
            self._drop_the_silent()
            self.ending = self.ending or os.getppid() != self.owner
        self._end_kernels()
        return None

    def _asked_to_end(self, *_: object) -> None:
        self.ending = True

    def _attend(self, source: int) -> dict[str, Any] | None:
        if source == self.listener.fileno():
            self._accept()
        elif source == self.woken:
            with suppress(BlockingIOError):
                os.read(self.woken, 4096)
        elif source == 0:
            self._hear_owner()
        elif source in self.clients:
            return self._hear(self.clients[source])
        return None

    def _hear_owner(self) -> None:
        if os.read(0, 64):
            self.retired = True
            self.selector.unregister(self.listener)
            self.listener.close()
        else:
            self.ending = True

    def _accept(self) -> None:
        with suppress(OSError):
            connection, _ = self.listener.accept()
            connection.setblocking(False)
            self.clients[connection.fileno()] = _Client(connection)
            self.selector.register(connection, selectors.EVENT_READ)

    def _hear(self, client: _Client) -> dict[str, Any] | None:
        try:
            said = client.connection.recv(1 << 16)
        except BlockingIOError:
            return None
        except OSError:
            said = b""
        client.said += said
        if not said or len(client.said) > _LONGEST_REQUEST:
            self._lose(client)
        elif client.kernel is None and client.said.endswith(b"\n"):
            try:
                request = json.loads(client.said)
                if request:
                    return self._fork(client, request)
                self._tell(client, ready=1)
                self._lose(client)
            except (ValueError, OSError):  # no request, or no room for one more process
                self._lose(client)
        return None

    def _fork(self, client: _Client, request: Any) -> dict[str, Any] | None:
        server = os.getpid()
        kernel = os.fork()
        if kernel == 0:
            os.setpgid(0, 0)
            self._leave()
            return {**request, "server": server}
        # Both sides do it, so that the group is there whoever runs first.
        with suppress(OSError):
            os.setpgid(kernel, kernel)
        client.kernel, client.said = kernel, b""
        self.kernels[kernel] = client
        self._tell(client, pid=kernel)
        return None

    def _leave(self) -> None:
        """Let go, in a fork, of all that is the server's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.selector.close()
        self.listener.close()
        for end in (self.woken, self.wake):
            os.close(end)
        for client in self.clients.values():
            client.connection.close()

    def _tell(self, client: _Client, **news: int) -> None:
        with suppress(OSError):  # it hung up: the next reading finds out
            client.connection.sendall(json.dumps(news).encode() + b"\n")

    def _lose(self, client: _Client) -> None:
        if self.clients.pop(client.connection.fileno(), None) is not None:
            self.selector.unregister(client.connection)
            client.connection.close()
        if client.kernel in self.kernels:
            _kill_group(client.kernel)

    def _reap(self) -> None:
        for kernel in list(self.kernels):
            with suppress(ChildProcessError):
                found, status = os.waitpid(kernel, os.WNOHANG)
                if not found:
                    continue
                # What the notebook itself started goes with it.
                _kill_group(kernel)
                client = self.kernels.pop(kernel)
                client.kernel = None
                if client.connection.fileno() >= 0:
                    self._tell(client, exit=os.waitstatus_to_exitcode(status))
                    self._lose(client)

    def _drop_the_silent(self) -> None:
        limit = time.monotonic() - _PATIENCE
        for client in [one for one in self.clients.values() if one.kernel is None and one.since < limit]:
            self._lose(client)

    def _end_kernels(self) -> None:
        for kernel in self.kernels:
            _kill_group(kernel)
        for kernel in self.kernels:
            with suppress(ChildProcessError):
                os.waitpid(kernel, 0)


def _kill_group(kernel: int | None) -> None:
    if kernel is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(kernel, signal.SIGKILL)


def _share_memory() -> None:
    gc.collect()
    gc.freeze()  # a collection in a kernel must not touch, and so copy, the pages that all share


def main(place: str, ahead: str, *also: str) -> None:
    """Import, say on standard output that all is ready (or why not), serve, and work ahead meanwhile."""
    # As ipykernel's launcher does: the folder of the start is no place to import from.
    if sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]
    from borgerlib.runs.warm import forked

    heeds_interrupts = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server = ForkServer(Path(place))
    forked.import_everything(also)
    work = iter(()) if ahead == "imports" else forked.compute_ahead(pictures=ahead == "pictures")
    if ahead == "survey":
        list(work)
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        print(json.dumps({"refused": f"the libraries start {threads - 1} threads when imported"}), flush=True)
        return
    _share_memory()
    print(json.dumps({"ready": True}), flush=True)
    request = server.serve(work)
    if request is not None:
        forked.become_kernel({"heeds_interrupts": heeds_interrupts, **request}, server=request["server"])
    elif not server.retired:
        shutil.rmtree(Path(place).parent, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
