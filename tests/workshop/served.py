"""A session that is served, and people who come in."""

import asyncio
import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from http.cookiejar import CookieJar

from processes import PATIENCE
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from borgerlib.workshop.server.serve import serve


@contextmanager
def serving(room, port=9700):
    """Serve a room from a thread of its own, as the command does."""
    loop, ready, told = asyncio.new_event_loop(), threading.Event(), []

    def tell(served):
        told.append(served)
        ready.set()

    task = loop.create_task(serve(room, port=port, on_ready=tell))
    thread = threading.Thread(target=lambda: loop.run_until_complete(asyncio.wait([task])))
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield told[0]
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        loop.close()


class Visitor:
    """A browser as far as addresses and cookies go."""

    def __init__(self, served):
        self.served, self.cookies = served, CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies)).open

    def get(self, path="/", **form):
        body = urllib.parse.urlencode(form).encode() if form else None
        try:
            with self._open(self.served.address + path, body, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def come_in(self):
        assert self.get("/deltag", code=self.served.code)[0] == 200
        return self

    async def line(self, *, leads=False, origin=None):
        address = self.served.address.replace("http", "ws") + "/ws" + ("?leads=1" if leads else "")
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        headers = {"Cookie": cookies, "Origin": origin or self.served.address}
        return await websocket_connect(HTTPRequest(address, headers=headers))


async def until(line, test):
    """Read messages until one passes, and return it."""
    while True:
        text = await asyncio.wait_for(line.read_message(), PATIENCE)
        assert text is not None, "the line was closed"
        message = json.loads(text)
        if test(message):
            return message


def saying(kind, content, number="1"):
    return json.dumps({"id": number, "kind": kind, "content": content})
