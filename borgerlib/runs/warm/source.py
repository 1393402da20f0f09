"""The fork server and its kernels, as a client that asks for kernels sees them."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from borgerlib.runs.warm.surroundings import kernel_environment

START = 600.0  # seconds that the imports may take on a busy machine
_REPLY = 60.0
_SOCKET = "s"
_TRIES, _MOMENT = 40, 0.05
# What Python and the libraries read when they start: a kernel that needs other values starts cold.
_READ_AT_START = (
    "PYTHON", "LANG", "LC_", "LD_", "HOME", "MPLCONFIGDIR",
    "OMP_", "OPENBLAS_", "MKL_", "NUMEXPR_", "ARROW_", "MIMALLOC_",
)  # fmt: skip


class WarmProcess:
    """A kernel of the fork server, with the part of the interface of `subprocess.Popen` that Jupyter uses.

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
            # The kernel dies with its server; processes that the notebook started are still in its group.
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


class KernelSource:
    """A fork server as its clients see it.

    Attributes
    ----------
    folder : Path
        Private folder for sockets, those of the runs' kernels included; deleted when the server ends.
    """

    folder: Path
    _environment: Mapping[str, str]

    def ready(self) -> bool:
        """Wait until the libraries are imported; False where kernels start cold instead."""
        raise NotImplementedError

    def _socket(self) -> Path:
        return self.folder / _SOCKET

    def launch(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path | None = None,
        memory_limit: int | None = None,
        cwd: str | None = None,
    ) -> WarmProcess | None:
        """Return a new kernel, or None if this one has to start cold.

        Parameters
        ----------
        arguments : sequence of str
            Command-line arguments of ipykernel, including the connection file.
        environment : mapping
            All environment variables of the kernel.
        log : Path, optional
            File that receives what the kernel process itself prints.
        memory_limit : int, optional
            Bytes of private memory that it may use.
        cwd : str, optional
            Its working folder; by default that of this process.
        """
        if not self.ready() or read_at_start(environment) != read_at_start(self._environment):
            return None
        request = {
            "arguments": list(arguments),
            "env": {name: value for name, value in environment.items() if name != "JPY_PARENT_PID"},
            "cwd": cwd or os.getcwd(),
            "log": None if log is None else str(log),
            "memory_limit": memory_limit,
        }
        return self._kernel(json.dumps(request).encode() + b"\n")

    def _kernel(self, request: bytes) -> WarmProcess | None:
        with suppress(OSError, ValueError, KeyError):
            connection, answer, rest = self._said(request, seconds=_REPLY)
            return WarmProcess(connection, int(answer["pid"]), rest)
        return None

    def _said(self, request: bytes, *, seconds: float) -> tuple[socket.socket, Any, bytes]:
        """Send a line; return the connection, the line of the answer and what came after it."""
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(seconds)
            connection.connect(str(self._socket()))
            connection.sendall(request)
            said = b""
            while b"\n" not in said:
                more = connection.recv(4096)
                if not more:
                    raise OSError("the fork server hung up")
                said += more
            first, rest = said.split(b"\n", 1)
            return connection, json.loads(first), rest
        except BaseException:
            connection.close()
            raise


class SharedServer(KernelSource):
    """The fork server of the process that started this one, and that restarts the server if needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = kernel_environment()

    def ready(self) -> bool:
        """Wait until the libraries are imported; False where there is no server (any more)."""
        with suppress(OSError, ValueError):
            self._said(b"{}\n", seconds=START)[0].close()
            return True
        return False


class OpenedServer(KernelSource):
    """A fork of the server in which a municipality's citizens' survey is open; it is made on first use.

    It ends when it has not been used for a while. If it cannot be made, kernels come from the server itself,
    and each opens the survey.

    Parameters
    ----------
    server : KernelSource
        The server that is forked.
    citizens : mapping
        As for `WarmServer`.
    """

    def __init__(self, server: KernelSource, citizens: Mapping[str, Any]) -> None:
        self.folder, self._environment = server.folder, server._environment
        self._server = server
        name = sha256(repr(sorted(citizens.items())).encode()).hexdigest()[:12]
        self._place = self.folder / f"c{name}"
        self._wanted = json.dumps({"citizens": dict(citizens), "place": str(self._place)}).encode() + b"\n"

    def ready(self) -> bool:
        """Wait until the libraries are imported; False where there is no server (any more)."""
        return self._server.ready()

    def _socket(self) -> Path:
        return self._place

    def _kernel(self, request: bytes) -> WarmProcess | None:
        for _ in range(_TRIES):
            try:
                connection, answer, rest = self._said(request, seconds=START)
                return WarmProcess(connection, int(answer["pid"]), rest)
            except (FileNotFoundError, ConnectionRefusedError):  # not there yet, or not any more
                with suppress(OSError, ValueError):
                    self._server._said(self._wanted, seconds=_REPLY)[0].close()
                time.sleep(_MOMENT)
            except (OSError, ValueError, KeyError):  # the survey made it die, and would again
                break
        return self._server._kernel(request)


def read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the part of an environment that a kernel must start with; the rest can be set later."""
    return {name: value for name, value in environment.items() if name.startswith(_READ_AT_START)}
