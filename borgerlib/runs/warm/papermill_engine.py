"""The papermill engine ``borger``: warm kernels, and none of the fixed waits of starting and ending one.

It needs no set-up; all runs of the engine in a program share one server. Notebooks in other languages run in
papermill's own engine. Import it from `engine`, which takes care of the order of imports.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from queue import Empty
from typing import Any

from click import ClickException
from jupyter_client.utils import run_sync
from nbclient.util import run_hook
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

from borgerlib.errors import ParameterError
from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.runs.kernels.capped import MOST_OUTPUT
from borgerlib.runs.kernels.manager import Kernel, kernel_manager
from borgerlib.runs.kernels.parameters import declared_in, refuse_unfit
from borgerlib.runs.warm.client import process_server

_CUT = "*Resten er udeladt: notebooken viser mere end {}.*"
_A_LINE = 12
_LONGEST_LINE, _LINES = 2_000, 200  # of an error
# Without these messages a cell does not come to its end.
_ALWAYS = ("status", "error", "clear_output", "execute_input")
_OURS = ("python3", "python", "borger", "", None)
_SOCKETS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")


class UnfitParametersError(ParameterError, ClickException):  # type: ignore[misc]
    """Parameters that do not fit; papermill's command line shows the message, not a traceback."""

    def __init__(self, error: ParameterError) -> None:
        ClickException.__init__(self, error.message)
        ParameterError.__init__(self, error.message, problems=error.problems, hint=error.hint)

    def format_message(self) -> str:
        """Return what the command line shows."""
        return str(self)


class QuickClient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, except that it asks a kernel whether it is ready instead of waiting a fixed time.

    Output beyond `MOST_OUTPUT` characters is left out, and every cell that lost some says so.
    """

    km: Any
    kc: Any
    _put_out = 0

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Process a message of the kernel (called by nbclient), unless there is too much output already."""
        kind, content, told = msg["msg_type"], msg["content"], self.nb.metadata.papermill
        if kind == "error":
            lines = [line[:_LONGEST_LINE] for line in content["traceback"][-_LINES:]]
            content.update(evalue=content["evalue"][:_LONGEST_LINE], traceback=lines)
        size = _length(content) + sum(map(len, msg.get("buffers", ())))
        if self._put_out + size > MOST_OUTPUT and "cut" not in told:
            # Measure again: output that was cleared or replaced no longer counts.
            self._put_out = _length([self.nb.cells, self.widget_state, self.widget_buffers])
        self._put_out += size
        if self._put_out <= MOST_OUTPUT or kind in _ALWAYS:
            return super().process_message(msg, cell, cell_index)
        most = f"{MOST_OUTPUT / 1_000_000:g} MB"
        told["cut"] = f"what it shows beyond {most} was left out."
        said = new_output("display_data", data={"text/markdown": _CUT.format(most)})
        if cell.outputs[-1:] != [said]:
            cell.outputs.append(said)
        return None

    async def async_start_new_kernel_client(self) -> Any:
        """Connect as soon as the kernel's sockets exist, and return when both channels answer."""
        end = time.monotonic() + (self.startup_timeout or 60)
        try:
            await self._await_sockets(end)
            self.kc = self.km.client()
            self.kc.start_channels(hb=False)
            await self._await_answer(end)
        except BaseException:
            await self._async_cleanup_kernel()
            raise
        self.kc.allow_stdin = False
        await run_hook(self.on_notebook_start, notebook=self.nb)
        return self.kc

    start_new_kernel_client = run_sync(async_start_new_kernel_client)

    async def _await_sockets(self, end: float) -> None:
        # Connecting to a socket that is not there yet costs zmq a tenth of a second.
        if self.km.transport != "ipc":
            return
        missing = [Path(f"{self.km.ip}-{getattr(self.km, name)}") for name in _SOCKETS]
        while missing := [path for path in missing if not path.exists()]:
            await self._require_life(end)
            await asyncio.sleep(0.003)

    async def _await_answer(self, end: float) -> None:
        """Ask until an answer arrives on both channels: what is published before that may be lost.

        An answer to an earlier question counts too: on a busy machine it arrives after the next question.
        """
        asked = set()
        while True:
            asked.add(self.kc.kernel_info())
            if await self._heard(self.kc.shell_channel, asked, 1.0) and await self._heard(
                self.kc.iopub_channel, asked, 0.05
            ):
                return
            await self._require_life(end)

    async def _heard(self, channel: Any, asked: set[str], seconds: float) -> bool:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                message = await channel.get_msg(timeout=left)
            except Empty:
                return False
            if message["parent_header"].get("msg_id") in asked:
                if message["msg_type"] == "kernel_info_reply":
                    self.kc._handle_kernel_info_reply(message)
                return True
        return False

    async def _require_life(self, end: float) -> None:
        if not await self.km.is_alive():
            raise RuntimeError("Kernel died before it was ready")
        if time.monotonic() > end:
            raise RuntimeError("Kernel was not ready in time")

    async def _async_cleanup_kernel(self) -> None:
        if self.km is None:
            return
        if self.shutdown_kernel != "immediate":
            await super()._async_cleanup_kernel()
            return
        try:
            if self.km.has_kernel:
                await self.km.provisioner.kill()
                await self.km.provisioner.wait()
        finally:
            if self.kc is not None:
                self.kc.stop_channels()
                self.kc = None
            await self.km.cleanup_resources()
            self.km = None

    _cleanup_kernel = run_sync(_async_cleanup_kernel)


def _length(content: Any) -> int:
    """Return about how many characters an output takes in the file, where each of its lines is indented."""
    if isinstance(content, (dict, list)):
        return sum(map(_length, content.values() if isinstance(content, dict) else content))
    return len(content) + _A_LINE * content.count("\n") if isinstance(content, str) else 1


class WarmEngine(NBClientEngine):  # type: ignore[misc]
    """Runs notebooks in the kernels of a given manager, by default in warm kernels."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Run the notebook; the options are those of papermill's own engine."""
        if "kernel_manager_class" in options:
            return cls._execute(nb_man, kernel_name, **options)
        if kernel_name not in _OURS:  # another language
            return super().execute_managed_notebook(nb_man, kernel_name, **options)
        _refuse_unfit(nb_man.nb)
        server = process_server()
        options.setdefault("shutdown_kernel", "immediate")
        with owned_temporary_folder(server.folder) as folder:
            options["kernel_manager_class"] = kernel_manager(Kernel(), folder, warm=server)
            return cls._execute(nb_man, "python3", **options)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> str:
        """Return the kernel that was asked for, by name or in the notebook; Python's if none was."""
        return name or nb.metadata.get("kernelspec", {}).get("name") or "python3"

    @classmethod
    def _execute(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        start_timeout: int = 60,
        execution_timeout: int | None = None,
        **options: Any,
    ) -> Any:
        settings = merge_kwargs(
            remove_args(["input_path", "timeout", "startup_timeout"], **options),
            timeout=execution_timeout or options.get("timeout"),
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            log=logger,
        )
        return QuickClient(nb_man, **settings).execute()


def _refuse_unfit(notebook: Any) -> None:
    """Refuse parameters that the notebook does not declare: papermill itself only warns of them."""
    run = notebook.metadata.papermill
    if run.parameters:
        name = Path(str(run.input_path)).name
        try:
            refuse_unfit(name, declared_in(notebook, name), run.parameters)
        except ParameterError as error:
            raise UnfitParametersError(error) from error
