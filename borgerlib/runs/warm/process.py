"""A kernel of the fork server as its client sees it."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress


class WarmProcess:
    """A kernel of the fork server, with as much of `subprocess.Popen` as Jupyter asks for.

    Attributes
    ----------
    pid : int
        The kernel's process, and its process group.
    returncode : int or None
        None while it runs.
    lost : bool
        The server went away, and the kernel with it.
    """

    stdin = stdout = stderr = None

    def __init__(self, connection: socket.socket, pid: int, said: bytes = b"") -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.lost = False
        self._connection = connection
        self._said = said
        self._lock = threading.Lock()
        connection.setblocking(False)

    def poll(self) -> int | None:
        """Return the exit code, None while the kernel runs."""
        with self._lock:
            if self.returncode is None:
                self._listen()
            return self.returncode

    def _listen(self) -> None:
        try:
            said = self._connection.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            said = b""
        self._said += said
        if self._said.endswith(b"\n"):
            self.returncode = int(json.loads(self._said)["exit"])
        elif not said:
            self.returncode, self.lost = -signal.SIGKILL, True
            # The kernel dies with its server; what the notebook started is in its group.
            self._signal(signal.SIGKILL)
        if self.returncode is not None:
            self._connection.close()

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the kernel has ended and return its exit code."""
        end = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("borger kernel", timeout or 0)
            with suppress(OSError, ValueError):  # closed by another thread's poll meanwhile
                select.select([self._connection], [], [], 0.05)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and what it started, if it still runs."""
        if self.poll() is None:
            self._signal(number)

    def kill(self) -> None:
        """Kill the kernel and what it started."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel and what it started to end."""
        self.send_signal(signal.SIGTERM)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)
