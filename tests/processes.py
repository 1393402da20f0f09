"""Processes that tests start: waiting for what they do, and for their end, however loaded the machine is."""

from __future__ import annotations

import multiprocessing
import random
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil

from borgerlib.runs.warm import WarmServer
from borgerlib.runs.warm.source import read_at_start
from borgerlib.runs.warm.surroundings import kernel_environment

# Seconds that only a fault takes, on a loaded machine too. What must not be waited for lasts longer: ENDLESS.
PATIENCE = 300.0
ENDLESS = 900


def eventually(holds: Callable[[], object], *, every: float = 0.02) -> None:
    """Wait until something holds, looking after every so many seconds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came to hold"
        time.sleep(every)


def free_port() -> int:
    """Return a port of this machine at which nobody listens.

    It is none of those that the system gives whoever asks for any, and would give away before it is used.
    """
    while answers(port := random.SystemRandom().randrange(20_000, 32_000)):
        pass
    return port


def answers(port: int) -> bool:
    """Return whether somebody listens at a port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def gone(pid: int) -> bool:
    """Return whether a process has ended, be it that its parent has not fetched it yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def all_gone(pids: Iterable[int]) -> bool:
    """Return whether all these processes have ended."""
    return all(gone(pid) for pid in pids)


def descendants(pid: int) -> set[int]:
    """Return the ids of all processes that a process and those below it have started."""
    return {child.pid for child in psutil.Process(pid).children(recursive=True)}


def forked(do: Callable[..., None], *arguments: object) -> int | None:
    """Let a fork of this process do something, and return its exit code: no module is imported anew."""
    process = multiprocessing.get_context("fork").Process(target=do, args=arguments)
    process.start()
    process.join(PATIENCE)
    return process.exitcode


def heed_signals() -> None:
    """Let a process heed Ctrl-C and hang-ups, which a background job ignores and hands down."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def begun_here(server: WarmServer) -> WarmServer:
    """Return a server that gives warm kernels here: begun anew where another test's environment began it."""
    if sys.platform == "linux" and read_at_start(server._environment) != read_at_start(kernel_environment()):
        server._retire()
        server._start()
    return server
