"""Serve the dashboard as a web page: Voilà on this machine only, behind a token, stopped cleanly."""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from borgerlib import places
from borgerlib.dashboard.page.answers import open_answers
from borgerlib.errors import ParameterError, RunError
from borgerlib.files.look import look_of
from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.runs.warm.surroundings import kernel_environment
from borgerlib.statistics.selections.randomised import LOWEST_CHANCE
from borgerlib.view.comparison.since import since_last

HOST = "127.0.0.1"
FIRST_PORT = 8866
NOTEBOOK = "interesse_dashboard.ipynb"
_PORTS = 100
_START_SECONDS = 300  # then give up on a server that neither serves nor ends
_STOP_SECONDS = 8
_RESTARTS, _RESTARTS_WITHIN = 5, 60


class DashboardServer:
    """A running dashboard; made by `dashboard_server`.

    Attributes
    ----------
    port : int
    token : str
        Whoever has it may look.
    process : Popen
        The server; its kernels end with it.
    """

    def __init__(self, notebook: Path, *, ports: Sequence[int], **settings: Any) -> None:
        self._notebook, self._settings, self._ends = notebook, settings, False
        self.token = settings["token"]
        self._start(ports)

    @property
    def address(self) -> str:
        """The address to open, token included."""
        outside = urlsplit(self._settings["address"])
        host = f"{outside.scheme}://{outside.netloc}" if outside.netloc else f"http://{HOST}:{self.port}"
        path = f"/{outside.path.strip('/')}/".replace("//", "/")
        return f"{host}{path}?token={self.token}"

    def wait(self) -> None:
        """Wait until the server is stopped; if it is killed, start it again with the same settings.

        Raises
        ------
        RunError
            The server keeps ending by itself.
        """
        begun = [time.monotonic()]
        while self._code() and not self._ends:
            begun = [*begun, time.monotonic()][-_RESTARTS:]
            if len(begun) == _RESTARTS and begun[-1] - begun[0] < _RESTARTS_WITHIN:
                raise RunError(
                    "The dashboard's server ends by itself again and again.", hint="Open it again."
                )
            with suppress(RunError):  # killed again before it serves: once more
                self._start([self.port])

    def _code(self) -> int:
        # Wait with a timeout: where Polars is installed (statsmodels imports it), Ctrl-C cannot interrupt an
        # endless wait.
        while True:
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(timeout=60)

    def stop(self) -> None:
        """End the server and wait for it."""
        self._ends = True
        stop(self.process)

    def _start(self, ports: Sequence[int]) -> None:
        ready = self._notebook.with_name("ready")
        ready.unlink(missing_ok=True)
        self.process = _started(self._notebook, ports=list(ports), ready=str(ready), **self._settings)
        try:
            self.port = _port_when_ready(self.process, ready, self._notebook.with_name("log"))
        except BaseException:
            stop(self.process)
            raise


@contextmanager
def dashboard_server(
    municipality: str,
    *,
    selection: str = "",
    chance: float = LOWEST_CHANCE,
    port: int = FIRST_PORT,
    base_url: str = "",
) -> Iterator[DashboardServer]:
    """Serve the dashboard of a municipality until the block ends.

    Parameters
    ----------
    municipality : str
        Name or code; it must have been prepared.
    selection : str
        Whom to show at first, as the end of a dashboard's address.
    chance : float
        How much of each answer in the protected copy is left to chance, from 0.1 to 0.3.
    port : int
        The first port to try; where it is taken, the next free one is.
    base_url : str
        Where visitors find it behind a reverse proxy: ``https://data.example.dk/borgere/``, or only the path.

    Raises
    ------
    DataError
        The municipality has no prepared respondents.
    ParameterError
        A parameter is not legal.
    RunError
        The server does not start.
    """
    _check_base_url(base_url)
    # Open it here first, to report errors before a server starts and to count once for all kernels.
    answers = open_answers(municipality, chance=chance)
    name, chance = answers.municipality.name, answers.chance
    since_last(name)
    look_of(name)
    parameters = {"municipality": name, "selection": selection, "chance": chance}
    opens = {"municipality": name, "chance": chance}
    with notebook_server(NOTEBOOK, parameters, port=port, base_url=base_url, opens=opens) as server:
        yield server


@contextmanager
def notebook_server(
    name: str,
    parameters: Mapping[str, Any],
    *,
    port: int,
    base_url: str = "",
    opens: Mapping[str, Any] | None = None,
) -> Iterator[DashboardServer]:
    """Serve one of our notebooks as a page until the block ends.

    Parameters
    ----------
    name : str
        The notebook's file name.
    parameters : mapping
        Set in the notebook as papermill does.
    port : int
        The first port to try; where it is taken, the next free one is.
    base_url : str
        As `dashboard_server`.
    opens : mapping
        Arguments of `open_answers` for the survey that all kernels use: it is opened once, before they start.

    Raises
    ------
    RunError
        The server does not start.
    """
    with owned_temporary_folder() as folder:
        notebook = folder / "borgernes-interesse.ipynb"
        _with_parameters(places.notebooks() / name, notebook, parameters)
        settings = {"token": secrets.token_urlsafe(24), "address": base_url, "opens": opens or {}}
        server = DashboardServer(notebook, ports=range(port, port + _PORTS), **settings)
        try:
            yield server
        finally:
            server.stop()


def _check_base_url(base_url: str) -> None:
    parts = urlsplit(base_url)
    whole = parts.scheme in ("http", "https") and bool(parts.netloc)
    if (base_url and not (whole or (base_url.startswith("/") and not parts.netloc))) or parts.query:
        raise ParameterError(
            f"base_url is {base_url!r}; it is an address or the path of one.",
            hint="borger dashboard Odense --base-url https://data.example.dk/borgere/",
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end, so that it ends its kernels; kill it if it does not."""
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


def _started(notebook: Path, **settings: Any) -> subprocess.Popen[bytes]:
    settings = {"notebook": str(notebook), **settings}
    with (notebook.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "borgerlib.dashboard.server.voila_process"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            # Only the command may receive Ctrl-C from the terminal: it then stops the server cleanly.
            start_new_session=True,
            # Server and kernels need the same environment, or the kernels could not be forked.
            env=kernel_environment(),
        )
    # Use the pipe, for every user of the machine can read a command line.
    assert process.stdin is not None
    process.stdin.write(json.dumps(settings).encode() + b"\n")
    process.stdin.flush()
    return process


def _port_when_ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> int:
    """Wait until the server reports its port, and return it."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError, ValueError):
            return int(ready.read_text(encoding="ascii"))
        time.sleep(0.02)
    lines = [line for line in log.read_text("utf-8", errors="replace").splitlines() if line.strip()]
    last = f" ({lines[-1].strip()})" if lines else ""
    raise RunError(
        f"The dashboard's server does not start{last}.",
        hint="Name another port (--port 9000); 'python -m voila --version' in the "
        "same environment shows whether Voilà is installed.",
    )
