"""A notebook in a real JupyterLab."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import time

from playwright.sync_api import TimeoutError
from processes import PATIENCE, answers, eventually, free_port

from borgerlib import places

# Whether a cell runs, or has run: its prompt is '[*]:' or '[1]:'.
BEGUN = "[...document.querySelectorAll('.jp-InputPrompt')].some((one) => /[0-9*]/.test(one.textContent))"


@contextlib.contextmanager
def served_lab(notebook, workspace, folder):
    """Serve a copy of a notebook from a folder of its own, and give its address."""
    shutil.copy(places.notebooks() / f"{notebook}.ipynb", folder)
    token = secrets.token_urlsafe(16)
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
         f"--port={port}", "--port-retries=0", f"--IdentityProvider.token={token}",
         f"--ServerApp.root_dir={folder}", "--LabApp.news_url=None"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "BORGER_WORKSPACE": str(workspace), "JUPYTER_CONFIG_DIR": str(folder / ".config"),
             "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings"),
             "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".spaces")},
    )  # fmt: skip
    settings = folder / ".settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    try:
        eventually(lambda: answers(port))
        yield f"http://127.0.0.1:{port}/lab/workspaces/test/tree/{notebook}.ipynb?token={token}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def open_notebook(browser, address):
    """Open the notebook in a tab and run it."""
    page = browser.new_context(viewport={"width": 1500, "height": 1000}).new_page()
    page.goto(address)
    await_kernel(page)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).first.click()
    page.wait_for_function(BEGUN)
    return page


def await_kernel(page):
    """Wait until the page is connected with its kernel.

    JupyterLab says "idle" of a notebook that has no kernel yet, and answers whoever runs it then by a dialog
    that asks for one.
    """
    sessions = page.url.partition("/lab/")[0] + "/api/sessions"
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found = [one["kernel"] for one in page.request.get(sessions).json()]
        if any(one["connections"] and one["execution_state"] == "idle" for one in found):
            page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
            return
        page.wait_for_timeout(200)
    raise TimeoutError("The notebook has no kernel.")
