"""The import page as somebody in a town hall uses it: from a SurveyMonkey file to prepared answers."""

import os

import pytest
from axe_core_python.sync_playwright import Axe
from survey_exports import write_csv

from borgerlib.dashboard.server.serve import notebook_server
from borgerlib.interest import store

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
FIRST = ["Respondent ID", "Collector ID", "Er du?", "Hvilke emner vil du drøfte?", "", ""]
SECOND = ["", "", "Response", "Haver", "Havne", "Huse"]


def answers(at):
    ticks = ["Haver", "", ""] if at % 2 else ["", "Havne", "Huse"]
    return [str(1000 + at), "7", "Kvinde" if at % 2 else "Mand" if at % 10 else "Vil ikke sige det", *ticks]


@pytest.fixture
def import_server(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    write_csv(tmp_path / "svar.csv", [FIRST, SECOND, *map(answers, range(40))])
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    parameters = {"municipality": "Odense", "folder": str(tmp_path)}
    with notebook_server("indlaes.ipynb", parameters, port=9125 + 50 * process) as running:
        yield running


def test_from_a_file_to_prepared_answers(browser, import_server, pictures):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(import_server.address)
    page.get_by_label("Fil", exact=True).fill("svar.csv")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Læs filen").click()
    page.get_by_text("Filen er læst som SurveyMonkey: 40 svar").wait_for()
    page.get_by_label("Spørgsmål", exact=True).select_option(label="2. Er du?")
    page.get_by_label("Hvad bruges det til?").select_option(label="Køn")
    page.get_by_label("Vil ikke sige det").select_option(label="Ikke et svar")
    page.get_by_text("36 har svaret.").wait_for()
    found = Axe().run(page, options=RULES)["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == []
    page.screenshot(path=pictures / "import-1280.png", full_page=True)
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=pictures / "import-390.png", full_page=True)
    page.wait_for_function("document.documentElement.scrollWidth <= 390")
    page.get_by_role("button", name="Gør svarene klar").click()
    page.get_by_text("Svarene fra Odense er klar.").wait_for()
    assert "40 svar er læst: 40 bruges, 0 er kasseret." in page.inner_text(".borger-done")
    assert store.load("Odense")["er_du"].value_counts().to_dict() == {"kvinde": 20, "mand": 16}
    page.close()
