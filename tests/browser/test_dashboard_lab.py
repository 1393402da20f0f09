"""The same notebook in JupyterLab."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import TimeoutError

from borgerlib import danish, places
from borgerlib.interest.filters.selection import Selection

# Whether a cell runs, or has run: its prompt is '[*]:' or '[1]:'.
BEGUN = "[...document.querySelectorAll('.jp-InputPrompt')].some((one) => /[0-9*]/.test(one.textContent))"


@pytest.fixture(scope="module")
def lab(workspace, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    shutil.copy(places.notebooks() / "interesse_dashboard.ipynb", folder)
    token = secrets.token_urlsafe(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
         f"--port={port}", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}",
         "--LabApp.news_url=None"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "BORGER_WORKSPACE": str(workspace), "JUPYTER_CONFIG_DIR": str(folder / ".config"),
             "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings"),
             "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".spaces")},
    )  # fmt: skip
    settings = folder / ".settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=2).close()
            break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.2)
    yield f"http://127.0.0.1:{port}/lab/workspaces/test/tree/interesse_dashboard.ipynb?token={token}"
    process.terminate()
    process.wait(20)


@pytest.fixture
def page(browser, lab):
    page = browser.new_context(viewport={"width": 1500, "height": 1000}).new_page()
    page.goto(lab)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=60_000)
    run_all(page)
    page.wait_for_selector(".borger-dashboard[data-shown]", timeout=60_000)
    yield page
    page.context.close()


def run_all(page):
    """Run the notebook; again where JupyterLab, not quite ready though it says so, has run nothing."""
    for _ in range(5):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).first.click()
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(BEGUN, timeout=3000)
            return


def test_it_answers_as_the_page_does(page, answers, pictures):
    page.locator(".questions > summary").click()
    page.get_by_role("button", name="Hvor engagerede er de 60–69-årige i klima og miljø?").click()
    page.wait_for_function("document.querySelector('.who').textContent === '60–69 år'")
    frame = answers.to(Selection({"age": ("60-69",)})).of("topics").frame.set_index("option")
    wanted = danish.percent(frame.loc["klima_miljoe", "proportion"])
    assert wanted in page.locator(".answer").text_content()
    assert "alder" not in page.url  # the address is JupyterLab's own
    page.screenshot(path=pictures / "jupyterlab.png")


def test_undo_stays_inside_the_dashboard(page):
    page.get_by_text("60–69 år", exact=True).click()
    page.wait_for_function("document.querySelector('.who').textContent === '60–69 år'")
    page.get_by_role("checkbox", name="60–69 år").focus()
    page.keyboard.press("Control+z")
    page.wait_for_function("document.querySelector('.who').textContent.startsWith('Alle borgere')")
    assert page.locator(".jp-Cell").count() == 4
