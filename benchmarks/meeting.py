"""Visitors of the dashboard who have computers of their own: connections to Voilà, without a browser.

25 pages in one browser, on the machine that serves them, take twice the processor time of the server. A
visitor here gets her page as a browser does, sends the messages that the page sends, and waits for the
answer's last byte; her own computer would draw it.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
import websocket
from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1

PROTOCOL = "v1.kernel.websocket.jupyter.org"
Box = tuple[str, str]  # a filter and one of its levels


class Visitor:
    """One visitor: she opens the page, and ticks one box after another."""

    def __init__(self, address: str) -> None:
        browser = requests.Session()
        page = browser.get(address, timeout=180).text
        kernel = re.search(r'"kernelId": "([0-9a-f-]+)"', page)
        model = re.search(r'"model_id": ?"([0-9a-f]+)"', page)
        if kernel is None or model is None:
            raise RuntimeError("no dashboard in the page")
        place = address.split("?")[0].replace("http://", "ws://")
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        self._socket = websocket.create_connection(
            f"{place}api/kernels/{kernel[1]}/channels",
            subprotocols=[PROTOCOL],
            cookie=cookies,
            origin=place.replace("ws://", "http://").rstrip("/"),
            timeout=30,
        )
        self._model, self._session = model[1], Session(key=b"")

    def ask(self, levels: dict[str, list[str]], number: int) -> float:
        """Ask for a selection; return the milliseconds until its answer is here."""
        begun = time.perf_counter()
        self._send({"kind": "select", "levels": levels, "number": number})
        while self._receive().get("view", {}).get("number") != number:
            pass
        return 1000 * (time.perf_counter() - begun)

    def meet(self, boxes: Sequence[Box], clicks: int) -> list[float]:
        """Tick a box about every two seconds, one more each time; return what each took."""
        taken, levels = [], dict[str, list[str]]()
        for number, (name, level) in enumerate(boxes[:clicks], start=1):
            time.sleep(random.uniform(1, 3))
            levels.setdefault(name, []).append(level)
            taken.append(self.ask(levels, number))
        self._socket.close()
        return taken

    def _send(self, content: dict[str, Any]) -> None:
        data = {"comm_id": self._model, "data": {"method": "custom", "content": content}}
        message = self._session.msg("comm_msg", data)
        self._socket.send_binary(serialize_msg_to_ws_v1(message, "shell", self._session.pack))

    def _receive(self) -> dict[str, Any]:
        """Return the values that the next message changes in the page, if it changes any."""
        _, (header, _, _, content, *_) = deserialize_msg_from_ws_v1(self._socket.recv())
        if json.loads(header)["msg_type"] != "comm_msg":
            return {}
        state: dict[str, Any] = json.loads(content)["data"].get("state", {})
        return state


def click_together(visitors: Sequence[Visitor], boxes: Sequence[Box], clicks: int) -> list[float]:
    """Let visitors click at the same time; return the milliseconds of all their clicks."""
    with ThreadPoolExecutor(len(visitors)) as at_once:
        taken = at_once.map(lambda visitor: visitor.meet(boxes, clicks), visitors)
        return [milliseconds for each in taken for milliseconds in each]
