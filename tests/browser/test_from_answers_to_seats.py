"""One employee goes from the codebook to a seated panel: by commands and clicks, no file made by hand."""

import os
import re
import signal
import subprocess
import sys

import pandas as pd
import pytest
from processes import PATIENCE
from test_accessibility import violations
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.interest.prepare.simulated import write_simulation

MOST = 12


class Employee:
    """What she does, counted."""

    def __init__(self):
        self.steps = 0

    def types(self, *words):
        self.steps += 1
        result = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    def opens(self, *words):
        """Type a command that serves a page until it is ended; return it with the page's address."""
        self.steps += 1
        command = subprocess.Popen(
            [sys.executable, "-m", "borgerlib", *(str(word) for word in words), "--no-browser"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
        line = command.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", line)
        assert found, (line, command.poll())
        return command, found[0]

    def clicks(self, found):
        self.steps += 1
        found.click()


@pytest.fixture
def employee():
    return Employee()


@pytest.fixture
def export(tmp_path, monkeypatch):
    """Return what citizens would have answered: SIMULEREDE DATA."""
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.chdir(tmp_path)
    return write_simulation("Odense", n=5000, seed=1)[1]


def test_from_the_codebook_to_seated_citizens(browser, export, tmp_path, employee, pictures):
    assert "spoergeskema" in employee.types("form", "borgerinteresse", "--municipality", "Odense")
    employee.types("prepare", "Odense", export)
    key = tmp_path / "noegle"
    made = ("--version", "2026-1", "--by-answers", "--key-file", key, "--new-key", "--keep")
    employee.types("register", "import", "Odense", *made)
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    port = ("--port", 9500 + 50 * process)
    command, address = employee.opens("invite", "Odense", "--key-file", key, *port)
    try:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        errors, elsewhere = [], []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: elsewhere.append(request.url))
        page.goto(address)
        count = page.locator(".borger-count")
        count.wait_for()
        assert "har sagt ja til at blive inviteret." in count.text_content()
        employee.clicks(page.get_by_label("Borgersamling"))
        page.get_by_text("har sagt ja og passer på valget").wait_for()
        employee.clicks(page.get_by_label("Nogle, udvalgt med terninger, mens alle ser på"))
        page.get_by_label("Antal pladser").fill("36")
        page.get_by_label("Hvad er listen til?").fill("Borgersamling om klima")
        page.get_by_label("Hvem laver listen?").fill("Åse Bær")
        page.get_by_label("Hvor kan borgeren melde fra?").fill("borger@example.dk")
        page.get_by_text("Det kan lade sig gøre").wait_for()
        assert violations(page) == []
        employee.clicks(page.get_by_role("button", name="Læg lodtrækningen frem"))
        page.get_by_text("1.000 paneler er lagt frem").wait_for()
        fingerprint = page.locator(".borger-done code").nth(1).text_content()
        public = page.locator(".borger-done code").first.text_content()
        page.get_by_label("Terningerne viser (000–999)").fill("417")
        page.get_by_label("Terningerne viser (000–999)").press("Tab")
        employee.clicks(page.get_by_role("button", name="Træk panelet"))
        page.get_by_text("36 er på listen").wait_for()
        path = page.locator(".borger-done code").first.text_content()
        page.screenshot(path=str(pictures / "inviter_1280.png"), full_page=True)
        assert violations(page) == []
        page.set_viewport_size({"width": 390, "height": 800})
        page.screenshot(path=str(pictures / "inviter_390.png"), full_page=True)
        page.wait_for_function("document.documentElement.scrollWidth <= 390")
        assert violations(page) == []
        page.close()
    finally:
        command.send_signal(signal.SIGTERM)
    assert "Closed." in command.communicate(timeout=PATIENCE)[0]
    told = employee.types("draw", "verify", public, "--fingerprint", fingerprint)
    assert "Drawn: panel 417." in told
    assert employee.steps <= MOST
    seated = pd.read_csv(path, sep=";")
    assert len(seated) == 36
    assert seated["Kode"].str.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}").all()
    # Jupyter's client says so when the page is closed.
    assert set(errors) <= {"Kernel connection disconnected"}
    assert not [url for url in elsewhere if not re.match(r"http://127\.0\.0\.1|data:|blob:", url)]
