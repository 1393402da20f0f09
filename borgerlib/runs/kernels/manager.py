"""Kernels for notebook runs: this interpreter, private sockets, and an end when the time is up."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from borgerlib.runs.kernels import capped, recorder
from borgerlib.runs.warm.source import KernelSource, WarmProcess
from borgerlib.runs.warm.surroundings import LONGEST_FOLDER, kernel_environment

# In a kernel's folder: what the kernel process (not its notebook) prints, and which files its notebook reads.
LOG, READS = "kernel.log", "reads"
KernelKind = Literal["cold", "warm"]
_KILLED = 9


@dataclass
class Kernel:
    """The kernel of one run: not started yet, running, or told to end.

    A kernel that is told to end before it has started ends as soon as it has started.
    """

    process: subprocess.Popen[bytes] | WarmProcess | None = None
    out_of_time: bool = False
    ended: bool = False

    def started(self, process: subprocess.Popen[bytes] | WarmProcess) -> None:
        """Remember the kernel's process."""
        self.process = process
        if self.ended:
            self.end()

    def end(self) -> None:
        """Kill the kernel; the notebook's client then finds it dead within a second."""
        self.ended = True
        if self.process is not None and self.process.poll() is None:
            with suppress(OSError):
                self.process.kill()

    @property
    def kind(self) -> KernelKind:
        """Whether it is a new process or a fork of the warm server."""
        return "warm" if isinstance(self.process, WarmProcess) else "cold"

    @property
    def lost(self) -> bool:
        """Whether it ended because the warm server did."""
        return isinstance(self.process, WarmProcess) and self.process.lost

    @property
    def was_killed(self) -> bool:
        """Whether something else killed it, in which case its log has no reason."""
        code = None if self.process is None else self.process.poll()
        return code == -_KILLED and not (self.ended or self.lost)

    @contextmanager
    def limited_to(self, seconds: float) -> Iterator[None]:
        """Kill the kernel when the time is up: this also ends a cell that ignores an interrupt."""
        timer = threading.Timer(seconds, self._time_is_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _time_is_up(self) -> None:
        self.out_of_time = True
        self.end()


@dataclass
class Kernels:
    """The kernels of runs that were started together and end together."""

    members: list[Kernel] = field(default_factory=list)
    ended: bool = False

    def new(self) -> Kernel:
        """Return a new kernel of this group."""
        kernel = Kernel(ended=self.ended)
        self.members.append(kernel)
        return kernel

    def end(self) -> None:
        """Kill them all, also those that are only just starting."""
        self.ended = True
        for kernel in self.members:
            kernel.end()


def kernel_manager(
    kernel: Kernel,
    folder: Path,
    *,
    warm: KernelSource | None = None,
    memory_limit: int | None = None,
    extensions: Sequence[str] = (),
) -> type[Any]:
    """Return a class of kernel managers for one run.

    nbclient creates the manager itself, so its settings must be in a class: it uses the interpreter that runs
    this program, keeps sockets and log in `folder`, and passes the process to `kernel`. On Linux the sockets
    are files; elsewhere they are TCP ports on this machine, over which parallel runs may collide. The kernel
    is a fork of `warm`, if given and possible; it loads the IPython extensions.
    """
    from ipykernel.kernelspec import get_kernel_dict
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    from borgerlib.runs.warm.provisioner import WarmProvisioner

    class RunKernelManager(AsyncKernelManager):  # type: ignore[misc]
        def __init__(self, **options: Any) -> None:
            fits = sys.platform.startswith("linux") and len(os.fsencode(folder)) <= LONGEST_FOLDER
            transport = "ipc" if fits else "tcp"
            options.update(connection_file=str(folder / "kernel.json"), transport=transport)
            super().__init__(**options)

        @property
        def kernel_spec(self) -> Any:
            # Never looked up by name: a kernel called python3 may belong to another environment.
            loaded = (recorder.EXTENSION, capped.EXTENSION, *extensions)
            arguments = [f"--IPKernelApp.extra_extensions={each}" for each in loaded]
            return KernelSpec(**get_kernel_dict(arguments))

        async def _async_start_kernel(self, **options: Any) -> None:
            self.provisioner = WarmProvisioner(kernel_spec=self.kernel_spec, parent=self)
            self.provisioner.find_server = lambda: warm
            self.provisioner.memory_limit = memory_limit
            self.provisioner.thread_stays = True  # the thread waits for the run to end
            with (folder / LOG).open("w") as log:
                environment = {**kernel_environment(), recorder.VARIABLE: str(folder / READS)}
                options.update(env=environment, stdout=log, stderr=subprocess.STDOUT)
                await super()._async_start_kernel(**options)
            kernel.started(self.provisioner.process)

        start_kernel = _async_start_kernel

    return RunKernelManager
