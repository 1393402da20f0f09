"""The fork server: imports once, then forks a fresh kernel for each request on its socket.

`client` starts it as a separate process. Each connection is one kernel: a line of JSON requests it, the
answer is its process id, and a second line gives its exit code. A client that hangs up loses its kernel.
Between server and kernel stands a keeper, another fork, which holds the connection; so the server only
accepts, and no silent client blocks it. The server ends with its owner: when the pipe that is its standard
input closes, or its parent changes. It has one thread and no zmq context, because neither survives a fork.
"""

from __future__ import annotations

import fcntl
import gc
import json
import math
import os
import select
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

_PATIENCE = 10.0  # seconds that a client may take to say what it wants
_LONGEST_REQUEST = 1 << 22
_TICK = 1.0
# Seconds that opening a citizens' survey may take, and that it is kept open without a kernel.
_OPENING, _IDLE = 590, 20.0


class ForkServer:
    """Serves kernels on a socket until its owner is gone."""

    def __init__(self, address: Path, *, patience: float = math.inf) -> None:
        self.owner, self.pid, self.patience = os.getppid(), os.getpid(), patience
        self.keepers: set[int] = set()
        self.retired = self.ended = False
        signal.signal(signal.SIGTERM, self.end)  # before any client can connect
        self.listener = socket.socket(socket.AF_UNIX)
        with suppress(FileNotFoundError):
            address.unlink()  # left by a server that has ended
        self.listener.bind(str(address))
        self.listener.listen(64)

    def serve(self, work: Iterator[None]) -> dict[str, Any] | None:
        """Serve until the end (None), or, in a fork, return the request of the kernel to become.

        While there are no requests, the `work` is done, part by part.
        """
        idle, asked, tick = False, time.monotonic(), min(_TICK, self.patience / 100)
        while not self.ended and os.getppid() == self.owner and (self.keepers or not self.retired):
            sources: list[Any] = [] if self.patience < math.inf else [0]
            sources += [] if self.retired else [self.listener]
            readable, _, _ = select.select(sources, [], [], tick if idle else 0)
            if 0 in readable:
                if not os.read(0, 64):
                    break
                self._retire()
            elif readable:
                asked = time.monotonic()
                request = self._accept()
                if request is not None:
                    return request
            elif time.monotonic() - asked > self.patience and not self.keepers:
                break
            elif not idle:
                idle = next(work, self) is self
                if idle:
                    gc.collect()
                    _share_memory()
            self._reap(os.WNOHANG)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for keeper in self.keepers:
            os.kill(keeper, signal.SIGTERM)
            os.kill(keeper, signal.SIGCONT)  # a stopped process receives no other signal
        self._reap(0)
        return None

    def end(self, *_: object) -> None:
        """Let `serve` come to its end."""
        # Do not exit here: an exception inside an import or a finalizer is swallowed, or breaks it.
        self.ended = True

    def _retire(self) -> None:
        """Accept no more requests, and end when the last kernel has ended."""
        self.retired = True
        self.listener.close()

    def _accept(self) -> dict[str, Any] | None:
        connection, _ = self.listener.accept()
        with connection:
            keeper = os.fork()
            if keeper == 0:
                self.listener.close()
                return _keep(connection, server=self.pid)
        self.keepers.add(keeper)
        return None

    def _reap(self, options: int) -> None:
        with suppress(ChildProcessError):
            while self.keepers:
                keeper, _ = os.waitpid(-1, options)
                if not keeper:
                    return
                self.keepers.discard(keeper)


def _keep(connection: socket.socket, *, server: int) -> dict[str, Any]:
    """Guard a kernel for the connected client, and exit; only the kernel itself returns, with its request."""
    from borgerlib.runs.warm.forked import adopt_orphans, die_with, end_children

    with suppress(OSError, ValueError):  # the client hung up, is silent, or sends nonsense
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # The server's death wakes the keeper even if it is stopped; its parent has then changed.
        signal.signal(signal.SIGCONT, lambda *_: os._exit(1) if os.getppid() != server else None)
        die_with(server, signal.SIGCONT)
        request = _request(connection)
        if "citizens" in request:
            return _open(connection, request)
        if not request:
            _tell(connection, ready=1)
            os._exit(0)
        adopt_orphans()
        keeper, kernel = os.getpid(), os.fork()
        if kernel == 0:
            os.setpgid(0, 0)
            return {**request, "keeper": keeper}

        def end() -> None:
            # The group includes what the notebook started; what left the group becomes the keeper's child.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(kernel, signal.SIGKILL)

        def lose(number: int, _: object) -> None:
            # The server is gone, or asks us to end. An exit code would look like the notebook's own.
            if number == signal.SIGTERM or os.getppid() != server:
                end()
                end_children()
                os._exit(1)

        signal.signal(signal.SIGTERM, lose)
        signal.signal(signal.SIGCONT, lose)
        # Both processes do this, so that the group exists whichever runs first.
        with suppress(OSError):
            os.setpgid(kernel, kernel)
        try:
            _tell(connection, pid=kernel)
            sources: list[Any] = [connection, os.pidfd_open(kernel)]
            # Until the kernel has ended or the client hangs up.
            while select.select(sources, [], [])[0] == [connection] and connection.recv(1 << 16):
                pass
        finally:
            end()
            _, status = os.waitpid(kernel, 0)
            end_children()
        _tell(connection, exit=os.waitstatus_to_exitcode(status))
    os._exit(0)


def _open(connection: socket.socket, wanted: dict[str, Any]) -> dict[str, Any]:
    """Open a municipality's citizens' survey and serve kernels that have it open, until nobody asks."""
    from borgerlib.runs.warm.forked import open_ahead

    lock = os.open(f"{wanted['place']}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    with suppress(BlockingIOError):  # another process does it already
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        served = ForkServer(Path(wanted["place"]), patience=_IDLE)
        _tell(connection, ready=1)
        connection.close()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.alarm(_OPENING)
        open_ahead(wanted["citizens"])
        signal.alarm(0)
        signal.signal(signal.SIGTERM, served.end)
        request = served.serve(iter(()))
        if request is not None:
            os.close(lock)
            return request
    os._exit(0)


def _request(connection: socket.socket) -> dict[str, Any]:
    connection.settimeout(_PATIENCE)
    with connection.makefile("rb") as lines:
        said = lines.readline(_LONGEST_REQUEST)
    if not said.endswith(b"\n"):
        raise ValueError("no request")
    return dict(json.loads(said))


def _tell(connection: socket.socket, **news: int) -> None:
    connection.sendall(json.dumps(news).encode() + b"\n")


def _share_memory() -> None:
    gc.freeze()  # garbage collection in a kernel must not touch, and so copy, the shared memory pages


def main(address: str, ahead: str, citizens: str, *also: str) -> None:
    """Import, say on standard output that all is ready (or why not), serve, and work ahead meanwhile."""
    # As ipykernel's launcher does: nothing may be imported from the current folder.
    if sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]
    from borgerlib.runs.warm import forked

    heeds_interrupts = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # imported objects stay: searching them for garbage takes a fifth of the time
    server = ForkServer(Path(address))
    shared = json.loads(citizens)
    if ahead != "survey" or not forked.show_insight(shared.get("municipality", "")):
        forked.import_everything(also)
    forked.open_ahead(shared)
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:
        print(json.dumps({"refused": f"the libraries start {threads - 1} threads when imported"}), flush=True)
        return
    _share_memory()
    gc.enable()
    print(json.dumps({"ready": True}), flush=True)
    # The client stops reading here. Messages of starting kernels would fill the pipe and block about the
    # 140th.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    request = server.serve(forked.draw_ahead() if ahead == "pictures" else iter(()))
    if request is not None:
        forked.become_kernel({"heeds_interrupts": heeds_interrupts, **request})
    elif not server.retired:
        from borgerlib.files.temporary import sweep_temporary_folders

        folder = Path(address).parent
        shutil.rmtree(folder, ignore_errors=True)
        sweep_temporary_folders(folder.parents[1])  # the enclosing folder too, unless the client is alive


if __name__ == "__main__":
    main(*sys.argv[1:])
