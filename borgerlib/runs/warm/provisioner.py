"""Give Jupyter warm kernels: a kernel provisioner that forks where it can and starts cold where it cannot."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from borgerlib.runs.warm.client import process_server
from borgerlib.runs.warm.forked import dying_with_us
from borgerlib.runs.warm.source import KernelSource, WarmProcess
from borgerlib.runs.warm.surroundings import fit_for_kernels

_LAUNCHER = "ipykernel_launcher"
_POLL = 0.002


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """A local provisioner whose kernels are forks of the warm server.

    Attributes
    ----------
    find_server : callable
        Gives the server, or None for a cold kernel; by default the one of this process.
    memory_limit : int or None
        Bytes of private memory that the kernel may use.
    thread_stays : bool
        Whether the thread that starts the kernel outlives it, as the main thread always does. Only then can
        the system end a cold kernel when this process dies, because Linux ends it with the thread that
        started it.
    """

    process: Any
    find_server: Callable[[], KernelSource | None] = staticmethod(process_server)
    memory_limit: int | None = None
    thread_stays = False

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Launch the kernel: warm if the server gives one, else cold."""
        # The same settings as the server's, which otherwise refuses: Jupyter itself sets none.
        kwargs["env"] = fit_for_kernels(kwargs.get("env") or os.environ)
        # In a thread: the first kernel waits for the server's imports, which must not block Jupyter.
        process = await asyncio.get_running_loop().run_in_executor(None, self._warm_process, cmd, kwargs)
        if process is None:
            # A cold kernel itself checks whether its parent is alive, but not while it is stopped.
            kwargs["preexec_fn"] = dying_with_us(thread_stays=self.thread_stays)
            connection = await super().launch_kernel(cmd, **kwargs)
            if self.memory_limit is not None and sys.platform == "linux":
                import resource

                with suppress(ProcessLookupError):
                    resource.prlimit(self.process.pid, resource.RLIMIT_DATA, (self.memory_limit,) * 2)
            return connection
        self.process = process
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    def _warm_process(self, cmd: list[str], options: dict[str, Any]) -> WarmProcess | None:
        server = self.find_server()
        if server is None or _LAUNCHER not in cmd:
            return None
        log = getattr(options.get("stdout"), "name", None)
        return server.launch(
            cmd[cmd.index(_LAUNCHER) + 1 :],
            environment=options["env"],
            log=Path(log) if isinstance(log, str) else None,
            memory_limit=self.memory_limit,
            cwd=str(options["cwd"]) if options.get("cwd") else None,
        )

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel and what it started."""
        if isinstance(self.process, WarmProcess):
            # This checks first that the kernel runs: the id of an ended process may belong to another by now.
            self.process.send_signal(signum)
        else:
            await super().send_signal(signum)

    async def wait(self) -> int | None:
        """Wait for the kernel to end, polling often: the inherited wait polls only ten times a second."""
        while self.process is not None and self.process.poll() is None:
            await asyncio.sleep(_POLL)
        code: int | None = await super().wait()
        return code
