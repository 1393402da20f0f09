"""Start the fork server, ask it for kernels, and make sure that neither is left behind."""

from __future__ import annotations

import atexit
import functools
import json
import logging
import os
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path
from typing import Any, Literal

from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.runs.warm.forked import dying_with_us, shipped_state
from borgerlib.runs.warm.source import START, KernelSource
from borgerlib.runs.warm.surroundings import LONGEST_FOLDER, kernel_environment, last_words

_log = logging.getLogger("borgerlib.runs")
_RESTARTS = 3
_END_SECONDS = 3
_LOG = "server.log"
Ahead = Literal["imports", "survey", "pictures"]


class WarmServer(KernelSource, AbstractContextManager["WarmServer"]):
    """A server of warm kernels, used as a context manager; it imports while the caller goes on.

    It is started once, and restarted if it dies; it is thread-safe. Where warm kernels are impossible,
    `ready` returns False and `notice` says why.

    Parameters
    ----------
    preload : iterable of str
        Modules to import in advance, in addition to those that borgerlib's own notebooks use. A module that
        starts threads when imported makes all kernels cold; the server's ``notice`` says so.
    ahead : {"imports", "survey", "pictures"}
        What to prepare: everything a notebook may import; the published survey and what shows it, for our own
        notebooks; or all imports and, later, the pictures that all municipalities share, which pays off from
        two reports on.
    citizens : mapping, optional
        What all kernels will open (``municipality``, ``confidence``, ``min_cell``): the citizens' survey is
        opened once for all of them, and its respondents are not kept.

    Attributes
    ----------
    notice : str
        Why kernels start cold; empty while they are warm.
    """

    def __init__(
        self,
        *,
        preload: Iterable[str] = (),
        ahead: Ahead = "survey",
        citizens: Mapping[str, Any] | None = None,
    ) -> None:
        self._ahead, self._citizens = ahead, dict(citizens or {})
        self.notice = ""
        self._owned = ExitStack()
        # If this process and the server are both killed, the next one to start deletes the folder.
        self.folder = self._owned.enter_context(owned_temporary_folder(_short_temporary_folder())) / "w"
        self._preload = tuple(preload)
        self._lock = threading.RLock()
        self._process: subprocess.Popen[bytes] | None = None
        self._retired: list[subprocess.Popen[bytes]] = []
        self._is_ready = False
        self._deaths = 0
        self._environment: dict[str, str] = {}
        self._shipped = 0.0
        self._closed = False
        if sys.platform != "linux":
            self._give_up("warm kernels need Linux")
        else:
            self._start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The server's process, None when there is none."""
        return None if self._process is None else self._process.pid

    def ready(self) -> bool:
        """Wait until the libraries are imported; False where kernels start cold instead.

        A server that has died is restarted, and one whose code has changed is replaced.
        """
        with self._lock:
            if self._process is None or self._closed:
                return False
            self.tend()
            if self._process is not None and self._is_ready and shipped_state() > self._shipped:
                self._retire()
                self._start()
            return self._is_ready or (self._process is not None and self._await_ready())

    def tend(self) -> None:
        """Restart the server if it has died."""
        with self._lock:
            if self._process is not None and self._process.poll() is not None and not self._closed:
                self._deaths += 1
                self._start()

    def _start(self) -> None:
        if self._deaths > _RESTARTS:
            self._give_up(f"the server of warm kernels died too often{last_words(self.folder / _LOG)}")
            return
        self._end_process()
        self._is_ready = False
        self._environment = kernel_environment()
        self._shipped = shipped_state()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with suppress(FileNotFoundError):
            self._socket().unlink()  # left by a server that died
        options = [str(self._socket()), self._ahead, json.dumps(self._citizens), *self._preload]
        # Started like ipykernel's own kernels, so that debuggers find the standard library's source.
        command = [sys.executable, "-Xfrozen_modules=off", "-m", "borgerlib.runs.warm.server", *options]
        # Without JPY_*, because no Jupyter started the server, and without the thread of pyarrow's allocator.
        ours = {name: value for name, value in self._environment.items() if not name.startswith("JPY_")}
        with (self.folder / _LOG).open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**ours, "JE_ARROW_MALLOC_CONF": "background_thread:false"},
                start_new_session=True,
                # The server notices that this process is gone, unless it is stopped: then it must be woken.
                preexec_fn=dying_with_us(woken=True),
            )

    def _await_ready(self) -> bool:
        assert self._process is not None
        assert self._process.stdout is not None
        readable, _, _ = select.select([self._process.stdout], [], [], START)
        line = self._process.stdout.readline() if readable else b'{"refused": "its libraries take too long"}'
        if not line:
            self._deaths += 1
            self._start()
            return self._process is not None and self._await_ready()
        answer = json.loads(line)
        self._is_ready = "ready" in answer
        if not self._is_ready:
            self._give_up(answer["refused"])
        return self._is_ready

    def _give_up(self, reason: str) -> None:
        self.notice = f"Notebooks run in kernels started one by one, which takes longer: {reason}."
        _log.warning(self.notice)
        self._end_process()

    def _retire(self) -> None:
        """Let the server end once its last kernel has ended."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write(b"r")
                self._process.stdin.flush()
            self._retired.append(self._process)
            self._process = None

    def close(self) -> None:
        """End the server, its kernels and their folder."""
        with self._lock:
            self._closed = True
            self._end_process()
            for process in self._retired:
                _end(process)
            self._owned.close()

    def _end_process(self) -> None:
        if self._process is not None:
            if not self._is_ready:  # it has no kernels, and does not listen while it imports
                self._process.kill()
            _end(self._process)
        self._process = None
        self._is_ready = False


@functools.cache
def process_server() -> WarmServer:
    """Return the server that engine and provisioner share when none was given; it ends with this process."""
    server = WarmServer(ahead="imports")
    atexit.register(server.close)
    return server


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the server's standard input, so that it ends its kernels and itself; kill it if it does not."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    try:
        process.wait(timeout=_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _short_temporary_folder() -> Path:
    """Return where the folder is made: a socket's path has a limit, which some temporary folders exceed."""
    usual = tempfile.gettempdir()
    fits = len(os.fsencode(usual)) + 2 * len("/borger-work-12345678/w") <= LONGEST_FOLDER
    return Path(usual if fits or not os.access("/tmp", os.W_OK) else "/tmp")
