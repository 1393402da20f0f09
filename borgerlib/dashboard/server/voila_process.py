"""The process that serves the dashboard: Voilà with our settings, read from standard input.

It ends when its input is closed, so that a killed command leaves no server behind.
"""

from __future__ import annotations

import atexit
import hashlib
import hmac
import json
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TEMPLATES = Path(__file__).with_name("voila")
_AHEAD = "borgerlib.dashboard.server.ahead"
_LOOK_EVERY = 1000  # milliseconds


def serve(settings: dict[str, Any]) -> None:
    """Serve one notebook until the process is ended.

    Parameters
    ----------
    settings : dict
        notebook (path), ports (list of int: the first free one is taken), token, address (how visitors
        reach it, '' where directly), ready (path of a file that is written when it serves: the port), opens
        (what kernels open, as `open_answers` takes it).
    """
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(TEMPLATES), os.environ.get("JUPYTER_PATH", "")])
    )
    os.environ["BORGER_OPENS"] = json.dumps(settings["opens"])
    from borgerlib.runs.warm.client import WarmServer

    # The process that forks kernels imports while Voilà does; all visitors share what it has imported.
    kernels = WarmServer(preload=[_AHEAD], ahead="imports")
    atexit.register(kernels.close)
    from traitlets.config import Config

    from borgerlib.dashboard.server.gate import TokenOnly
    from borgerlib.runs.warm.provisioner import WarmProvisioner

    WarmProvisioner.find_server = staticmethod(lambda: kernels)

    address = urlsplit(settings["address"])
    config = Config()
    config.Voila.ip = "127.0.0.1"
    config.Voila.base_url = f"/{address.path.strip('/')}/".replace("//", "/")
    config.Voila.token = settings["token"]
    # Derive the secret from the token, so that cookies stay valid when the server is started again.
    config.Voila.cookie_secret = hmac.new(settings["token"].encode(), b"cookie", hashlib.sha256).digest()
    config.Voila.identity_provider_class = TokenOnly
    config.TokenOnly.cookie_options = {"samesite": "Lax"}
    config.Voila.open_browser = False
    config.Voila.root_dir = str(Path(settings["notebook"]).parent)
    config.VoilaConfiguration.template = "borger"
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.preheat_kernel = True
    config.VoilaConfiguration.default_pool_size = 1
    config.VoilaConfiguration.show_tracebacks = False
    # Serve no files of the notebook's folder.
    config.VoilaConfiguration.file_allowlist = ["^$"]
    config.VoilaExporter.language_code = "da"
    config.VoilaConfiguration.http_keep_alive_timeout = 5
    # Forking takes a tenth of the time of importing.
    config.KernelProvisionerFactory.default_provisioner_name = "borger-warm"
    config.MappingKernelManager.cull_idle_timeout = 3600
    config.MappingKernelManager.cull_interval = 300
    app = _application()(config=config)
    app.ports, app.ready = settings["ports"], Path(settings["ready"])
    app.outside = f"{address.scheme}://{address.netloc}" if address.netloc else ""
    app.initialize([settings["notebook"]])
    app.start()


def _application() -> Any:
    """Return Voilà with our access checks; defined here because importing Voilà takes a second."""
    from tornado.ioloop import IOLoop, PeriodicCallback
    from voila.app import Voila
    from voila.request_info_handler import RequestInfoSocketHandler
    from voila.tornado.handler import TornadoVoilaHandler
    from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

    from borgerlib.dashboard.server.gate import VISITORS, DashboardPage, KernelSocket
    from borgerlib.dashboard.server.visitors import Visitors

    class Dashboard(Voila):  # type: ignore[misc]
        """Serves one page, counts its visitors, and ends their kernels when they leave."""

        ports: list[int]
        ready: Path
        outside: str

        def init_settings(self) -> dict[str, Any]:
            hosts = ["localhost", *filter(None, [urlsplit(self.outside).hostname])]
            checked = {"allow_remote_access": False, "local_hostnames": hosts, "allow_origin": self.outside}
            settings, manager = super().init_settings(), self.kernel_manager
            # Voilà would prepare the next kernel as soon as one is used, when its visitor begins to click.
            self.fill, manager.fill_if_needed = manager.fill_if_needed, lambda **_: None
            return {**settings, **checked, VISITORS: Visitors()}

        def init_handlers(self) -> list[Any]:
            ours = {TornadoVoilaHandler: DashboardPage, VoilaKernelWebsocketHandler: KernelSocket}
            # RequestInfoSocketHandler would reveal the details of a visit, token included, to whoever asks.
            return [
                (route, ours.get(handler, handler), *rest)
                for route, handler, *rest in super().init_handlers()
                if handler is not RequestInfoSocketHandler
            ]

        def listen(self) -> None:
            for port in self.ports:
                with suppress(OSError):
                    self.app.listen(port, self.ip)
                    self.port = port
                    self.ready.write_text(str(port), encoding="ascii")
                    break
            else:
                sys.exit(f"No port is free between {self.ports[0]} and {self.ports[-1]}.")
            self.ioloop = IOLoop.current()
            PeriodicCallback(self.tend_kernels, _LOOK_EVERY).start()
            try:
                self.ioloop.start()
            finally:
                self.stop()

        async def tend_kernels(self) -> None:
            manager, visitors = self.kernel_manager, self.app.settings[VISITORS]
            if visitors.are_quiet() and not manager.get_pool_size(manager.notebook_path):
                self.fill(delay=0, notebook_name=manager.notebook_path)
            ready = [task for pool in manager._pools.values() for task in pool if task.done()]
            waiting = {task.result()["kernel_id"] for task in ready if not task.exception()}
            for kernel in visitors.left_alone(manager.list_kernel_ids(), waiting):
                with suppress(Exception):
                    await manager.shutdown_kernel(kernel, now=True)

    return Dashboard


def _end_with_the_input() -> None:
    while sys.stdin.buffer.read(4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    settings = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_the_input, daemon=True).start()
    serve(settings)
