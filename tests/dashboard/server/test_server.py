"""`borger dashboard`: on this machine, behind a token, and gone when it is closed."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import requests
from processes import PATIENCE, all_gone, descendants, eventually, heed_signals

from borgerlib.dashboard.server.serve import DashboardServer
from borgerlib.errors import RunError


def running(workspace, *arguments):
    """Start the command and return it with the address that it prints."""
    command = subprocess.Popen(
        [sys.executable, "-m", "borgerlib", "dashboard", "Odense", "--no-browser", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "BORGER_WORKSPACE": str(workspace), "COLUMNS": "200"},
        preexec_fn=heed_signals,
    )  # fmt: skip
    line = command.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=(\S+)", line)
    assert found, (line, command.stderr.read())
    return command, int(found[1]), found[2]


class Stay(urllib.request.HTTPRedirectHandler):
    """Does not follow: to be sent elsewhere is not to be let in."""

    def redirect_request(self, *arguments):
        return None


def status(url):
    try:
        with urllib.request.build_opener(Stay).open(url, timeout=PATIENCE) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are read from /proc"),
]


@pytest.mark.long
def test_it_serves_whoever_has_the_token_and_stops_at_ctrl_c(workspace):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wanted = taken.getsockname()[1]
        command, port, token = running(workspace, "--port", str(wanted))
    try:
        assert port > wanted  # the next one
        visitor = requests.Session()
        visitor.trust_env = False
        answer = visitor.get(f"http://127.0.0.1:{port}/?token={token}&template=lab")
        page = answer.text
        assert answer.status_code == 200
        assert answer.url == f"http://127.0.0.1:{port}/"  # what came with the address is taken out of it
        assert "SameSite=Lax" in answer.history[0].headers["Set-Cookie"]
        assert '<html lang="da">' in page
        assert "cdn." not in page
        assert token not in page
        kernel = re.search(r'"kernelId": "([0-9a-f-]+)"', page)[1]
        telling = f"http://127.0.0.1:{port}/voila/query/{kernel}"
        assert (
            token not in visitor.get(telling, headers={"Connection": "Upgrade", "Upgrade": "websocket"}).text
        )
        assert visitor.get(f"http://127.0.0.1:{port}/", headers={"Host": "evil.example"}).status_code == 403
        socket_of = f"http://127.0.0.1:{port}/api/kernels/{kernel}/channels"
        plain = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        plain["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
        spoken = plain | {"Sec-WebSocket-Protocol": "v1.kernel.websocket.jupyter.org"}
        assert visitor.get(socket_of, headers=plain).status_code == 400
        strange = spoken | {"Origin": "http://evil.example"}
        assert visitor.get(socket_of, headers=strange).status_code == 403
        for wrong in ("", "?token=forkert"):
            code, page = status(f"http://127.0.0.1:{port}/{wrong}")
            assert (code, page) == (302, "")
        code, page = status(f"http://127.0.0.1:{port}/login")
        assert code == 403
        assert "mangler den nøgle" in page
        assert "har den fået en ny nøgle" in page
        for closed in ("api/kernels", "voila/files/borgernes-interesse.ipynb", "voila/files/log"):
            code, page = status(f"http://127.0.0.1:{port}/{closed}")
            assert code in (302, 403, 404), closed
        code, _ = status(f"http://127.0.0.1:{port}/voila/files/borgernes-interesse.ipynb?token={token}")
        assert code in (403, 404)
        children = Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text("utf-8").split()
        assert all(token not in Path(f"/proc/{pid}/cmdline").read_text("utf-8") for pid in children)
        family = descendants(command.pid)
        assert len(family) >= 2  # the server and a kernel at least
        command.send_signal(signal.SIGINT)
        assert command.wait(PATIENCE) == 0
        assert "Closed." in command.stdout.read()
        eventually(lambda: all_gone(family))
    finally:
        command.kill()


def test_a_server_that_is_killed_while_it_starts_again_is_started_once_more(monkeypatch):
    server, started, codes = object.__new__(DashboardServer), [], iter([-9, -9, 0])
    server._ends, server.port = False, 8866

    def start(ports):
        started.append(ports)
        if len(started) == 1:
            raise RunError("The dashboard's server does not start.")

    monkeypatch.setattr(server, "_start", start)
    monkeypatch.setattr(server, "_code", lambda: next(codes))
    server.wait()
    assert started == [[8866], [8866]]


def test_a_municipality_without_answers_is_told_before_anything_starts(workspace):
    told = subprocess.run(
        [sys.executable, "-m", "borgerlib", "dashboard", "Aarhus", "--no-browser"],
        capture_output=True, text=True,
        env={**os.environ, "BORGER_WORKSPACE": str(workspace), "COLUMNS": "200"},
    )  # fmt: skip
    assert told.returncode == 1
    assert "borger import Aarhus" in told.stderr
    assert "Traceback" not in told.stderr
