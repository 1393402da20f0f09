"""A server that lasts: kernels end with their tabs, it comes back as it was, and stands behind a proxy."""

import contextlib
import os
import shutil
import subprocess
import threading
import time
from types import SimpleNamespace

import psutil
import pytest
from playwright.sync_api import expect
from processes import PATIENCE, answers, eventually, free_port
from test_dashboard import below

from borgerlib.dashboard.server.serve import dashboard_server
from borgerlib.dashboard.server.visitors import QUIET_SECONDS
from borgerlib.errors import RunError

PROXY = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
  access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{outside};
    location /borgere/ {{
      proxy_pass http://127.0.0.1:{inside};
      proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";
      proxy_read_timeout 1d;
    }}
  }}
}}
"""


def kernels(server):
    found = []
    for child in below(server):
        with contextlib.suppress(psutil.NoSuchProcess):
            alive = child.status() != psutil.STATUS_ZOMBIE
            if alive and not child.children() and child.ppid() != server.process.pid:
                found.append(child)
    return found


def reloaded(open_board, server, times):
    # The one that stands ready; a visitor's is another.
    eventually(lambda: len(kernels(server)) == 1)
    board = open_board(at=server)
    for _ in range(times):
        board.page.reload()
    board.page.wait_for_selector(".borger-dashboard[data-shown]")
    eventually(lambda: len(kernels(server)) == 2)
    board.page.close()
    eventually(lambda: len(kernels(server)) == 1)


@pytest.fixture(scope="module")
def alone(workspace):
    with dashboard_server("Odense", port=9400) as server:
        yield server


def test_a_closed_tab_ends_its_kernel_and_reloads_leave_one(open_board, alone):
    reloaded(open_board, alone, 4)


def test_while_somebody_clicks_no_kernel_is_made_ready_for_the_next(open_board, alone):
    eventually(lambda: len(kernels(alone)) == 1)
    board = open_board(at=alone)
    if len(kernels(alone)) == 2:
        pytest.skip("the page took longer to open than the quiet that is waited for")
    for name in ("15–24 år", "Mand", "By", "Kvinde", "Land"):
        board.page.locator(".filters .box").get_by_text(name, exact=True).dispatch_event("click")
        clicked = time.monotonic()
        board.settled().page.wait_for_timeout(800)
        found = len(kernels(alone))
        # A machine that is very busy has no answer to this.
        assert found == 1 or time.monotonic() - clicked > QUIET_SECONDS
    eventually(lambda: len(kernels(alone)) == 2)


@pytest.mark.nightly
@pytest.mark.thorough
def test_a_thousand_reloads_leave_one(open_board, alone):
    reloaded(open_board, alone, 1000)


def _watched(server):
    with contextlib.suppress(RunError):
        server.wait()


def test_a_killed_server_comes_back_with_the_selection_and_the_click(open_board, alone):
    board = open_board(at=alone).tick("age", "60–69 år")
    before, killed = alone.address, alone.process
    watching = threading.Thread(target=_watched, args=(alone,))
    watching.start()
    killed.kill()
    board.page.locator(".filters").get_by_text("Kvinde", exact=True).click()
    # While the page waits for the server, another click: it counts, and the steps back are kept as well.
    board.page.wait_for_function("history.state?.steps")
    board.page.locator(".filters").get_by_text("Mand", exact=True).click()
    expect(board.page.locator(".who")).to_have_text("60–69 år · Mand eller Kvinde")
    assert board.settled().click("Fortryd").heading == "60–69 år · Kvinde"
    assert alone.address == before
    assert alone.process.pid != killed.pid
    alone.stop()  # an end in order: nobody starts it again
    watching.join(PATIENCE)
    assert not watching.is_alive()


def test_behind_a_proxy_with_a_path_of_its_own(open_board, workspace, tmp_path):
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    at = free_port()
    outside = f"http://localhost:{at}/borgere/"
    with dashboard_server("Odense", port=9410, base_url=outside) as server:
        assert server.address.startswith(f"{outside}?token=")
        written = tmp_path / "nginx.conf"
        written.write_text(PROXY.format(folder=tmp_path, outside=at, inside=server.port), encoding="utf-8")
        proxy = subprocess.Popen([nginx, "-c", str(written), "-p", str(tmp_path)])
        try:
            eventually(lambda: answers(at))
            # The address is the only thing that the page is told of the server.
            board = open_board(at=SimpleNamespace(address=server.address)).tick("age", "60–69 år")
            board.page.wait_for_url(f"{outside}#alder=60-69")
            assert board.heading == "60–69 år"
            board.elsewhere = [
                url for url in board.elsewhere if not url.startswith(("http://localhost", "ws://localhost"))
            ]
        finally:
            proxy.terminate()
            proxy.wait(PATIENCE)
