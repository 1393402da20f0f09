"""The dashboard as a page of its own: Voilà on this machine alone, behind a token, stopped cleanly."""

from __future__ import annotations

import json
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borgerlib import places
from borgerlib.dashboard.page.answers import open_answers
from borgerlib.errors import RunError
from borgerlib.runs.warm.surroundings import kernel_environment
from borgerlib.statistics.selections.randomised import DEFAULT_CHANCE

HOST = "127.0.0.1"
FIRST_PORT = 8866
NOTEBOOK = "interesse_dashboard.ipynb"
_PORTS = 100
_START_SECONDS = 60
_STOP_SECONDS = 8


@dataclass(frozen=True)
class DashboardServer:
    """A running dashboard.

    Parameters
    ----------
    port : int
    token : str
        Whoever has it may look; nobody else.
    process : Popen
        The server; its kernels end with it.
    """

    port: int
    token: str
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """Where to look, token included."""
        return f"http://{HOST}:{self.port}/?token={self.token}"


@contextmanager
def dashboard_server(
    municipality: str,
    *,
    selection: str = "",
    chance: float = DEFAULT_CHANCE,
    port: int = FIRST_PORT,
) -> Iterator[DashboardServer]:
    """Serve the dashboard of a municipality until the block ends.

    Parameters
    ----------
    municipality : str
        Name or code; it must have been prepared.
    selection : str
        Whom to show at first, as the end of a dashboard's address.
    chance : float
        How much of each answer in the protected copy is left to chance, from 0.05 to 0.3.
    port : int
        The first port to try; where it is taken, the next free one is.

    Raises
    ------
    DataError
        The municipality has no prepared respondents.
    ParameterError
        A parameter is not legal.
    RunError
        The server does not start.
    """
    # Opened here first: mistakes are told before a server starts, and the counts are made once for all.
    name = open_answers(municipality, chance=chance).municipality.name
    parameters = {"municipality": name, "selection": selection, "chance": chance}
    with notebook_server(NOTEBOOK, parameters, port=port) as server:
        yield server


@contextmanager
def notebook_server(name: str, parameters: Mapping[str, Any], *, port: int) -> Iterator[DashboardServer]:
    """Serve one of our notebooks as a page until the block ends.

    Parameters
    ----------
    name : str
        The notebook's file name.
    parameters : mapping
        As papermill puts them into the notebook.
    port : int
        The first port to try; where it is taken, the next free one is.

    Raises
    ------
    RunError
        The server does not start.
    """
    token, free = secrets.token_urlsafe(24), _free_port(port)
    with tempfile.TemporaryDirectory(prefix="borger-dashboard-") as folder:
        notebook = Path(folder) / "borgernes-interesse.ipynb"
        _with_parameters(places.notebooks() / name, notebook, parameters)
        process = _started(notebook, port=free, token=token)
        try:
            _wait_until_ready(process, free, Path(folder) / "log")
            yield DashboardServer(free, token, process)
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and wait for it: politely, so that it ends its kernels, and then not."""
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _with_parameters(source: Path, target: Path, parameters: Mapping[str, Any]) -> None:
    import nbformat
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    escaped = str(source).replace("{", "{{").replace("}", "}}")
    notebook = parameterize_notebook(load_notebook_node(escaped), dict(parameters))
    nbformat.write(notebook, target)


def _free_port(first: int) -> int:
    for port in range(first, first + _PORTS):
        with socket.socket() as attempt, suppress(OSError):
            attempt.bind((HOST, port))
            return port
    raise RunError(
        f"No port is free between {first} and {first + _PORTS - 1}.",
        hint="Close other dashboards, or name another port: --port 9000",
    )


def _started(notebook: Path, *, port: int, token: str) -> subprocess.Popen[bytes]:
    settings = {"notebook": str(notebook), "port": port, "token": token}
    with (notebook.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "borgerlib.dashboard.server.voila_process"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # An interrupt in the terminal is for the command, which then ends the server in order.
            start_new_session=True,
            # The same for the server and its kernels, or these could not be forked.
            env=kernel_environment(),
        )
    # By the pipe, not the command line: that is for everybody on the machine to read.
    assert process.stdin is not None
    process.stdin.write(json.dumps(settings).encode() + b"\n")
    process.stdin.flush()
    return process


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/", timeout=2).close()
            return
        except urllib.error.HTTPError:
            return  # it answers, and asks for the token
        except OSError:
            time.sleep(0.05)
    lines = [line for line in log.read_text("utf-8", errors="replace").splitlines() if line.strip()]
    last = f" ({lines[-1].strip()})" if lines else ""
    raise RunError(
        f"The dashboard's server does not start{last}.",
        hint="'python -m voila --version' in the same environment shows whether Voilà is installed.",
    )
