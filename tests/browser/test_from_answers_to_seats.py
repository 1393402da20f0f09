"""One employee seats a panel of those who said yes: by commands and clicks, and no file is made by hand."""

import os
import re

import pandas as pd
import pytest
from test_accessibility import violations
from typer.testing import CliRunner

from borgerlib.commands.main import app
from borgerlib.dashboard.server.serve import notebook_server

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

    def clicks(self, found):
        self.steps += 1
        found.click()


@pytest.fixture
def employee():
    return Employee()


def test_from_prepared_answers_to_seated_citizens(browser, workspace, tmp_path, employee, pictures):
    key = tmp_path / "noegle"
    made = ("--version", "2026-1", "--by-answers", "--key-file", key, "--new-key", "--keep")
    employee.types("register", "import", "Odense", *made)
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    employee.steps += 1  # borger invite Odense, which serves this page until Ctrl-C
    with notebook_server(
        "inviter.ipynb", {"municipality": "Odense", "key_file": str(key)}, port=9500 + 50 * process
    ) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        errors, elsewhere = [], []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: elsewhere.append(request.url))
        page.goto(server.address)
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
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert violations(page) == []
        page.close()
    told = employee.types("draw", "verify", public, "--fingerprint", fingerprint)
    assert "Drawn: panel 417." in told
    assert employee.steps <= MOST
    seated = pd.read_csv(path, sep=";")
    assert len(seated) == 36
    assert seated["Kode"].str.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}").all()
    # Jupyter's client says so when the page is closed.
    assert set(errors) <= {"Kernel connection disconnected"}
    assert not [url for url in elsewhere if not re.match(r"http://127\.0\.0\.1|data:|blob:", url)]
