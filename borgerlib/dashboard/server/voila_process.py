"""The process that serves the dashboard: Voilà with our settings, read from standard input.

It ends when its input does: a command that is killed leaves no server behind.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).with_name("voila")


def serve(settings: dict[str, Any]) -> None:
    """Serve one notebook until the process is ended."""
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(TEMPLATES), os.environ.get("JUPYTER_PATH", "")])
    )
    from borgerlib.runs.warm.client import process_server

    # What forks the kernels imports its libraries while Voilà imports its own.
    process_server()
    from traitlets.config import Config
    from voila.app import Voila

    from borgerlib.dashboard.server.gate import TokenOnly

    config = Config()
    config.Voila.ip = "127.0.0.1"
    config.Voila.port = settings["port"]
    config.Voila.port_retries = 0
    config.Voila.token = settings["token"]
    config.Voila.identity_provider_class = TokenOnly
    config.Voila.open_browser = False
    config.Voila.root_dir = str(Path(settings["notebook"]).parent)
    config.VoilaConfiguration.template = "borger"
    config.VoilaConfiguration.preheat_kernel = True
    config.VoilaConfiguration.default_pool_size = 1
    config.VoilaConfiguration.show_tracebacks = False
    # Nothing but the page is served from the notebook's folder.
    config.VoilaConfiguration.file_allowlist = ["^$"]
    config.VoilaExporter.language_code = "da"
    config.VoilaConfiguration.http_keep_alive_timeout = 5
    # The kernel for the next visitor is made while this one clicks: a fork takes a tenth of what imports do.
    config.KernelProvisionerFactory.default_provisioner_name = "borger-warm"
    config.MappingKernelManager.cull_idle_timeout = 3600
    config.MappingKernelManager.cull_interval = 300
    app = Voila(config=config)
    app.initialize([settings["notebook"]])
    app.start()


def _end_with_the_input() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    told = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_input, daemon=True).start()
    serve(told)
