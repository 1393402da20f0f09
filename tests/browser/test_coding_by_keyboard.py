"""The coding page in a browser: typed, entered, saved."""

import os

from axe_core_python.sync_playwright import Axe

from borgerlib.dashboard.server.serve import notebook_server

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}


def test_answers_are_coded_by_keyboard_alone(browser, tmp_path, monkeypatch, pictures):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    parameters = {"folder": str(tmp_path / "kodning"), "coder": "Mette", "double_share": 0.0}

    def coded():
        saved = (tmp_path / "kodning" / "Mette.csv").read_text(encoding="utf-8").split()[1:]
        return [line.split(",")[2] for line in saved]

    with notebook_server("fritekst.ipynb", parameters, port=9130 + 50 * process) as running:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(running.address)
        field = page.get_by_label("Kodernes numre, og Enter").first
        field.wait_for()
        page.get_by_text("3 tilbage").first.wait_for()
        page.screenshot(path=pictures / "coding-1280.png", full_page=True)
        found = Axe().run(page, options=RULES)["violations"]
        assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == []
        field.focus()
        # What is typed while the kernel is at work stays in the field.
        page.keyboard.type("f")
        page.keyboard.press("Enter")
        page.keyboard.type("1")
        page.wait_for_timeout(1500)
        assert field.input_value() == "1"
        page.keyboard.press("Backspace")
        # A second Enter comes before the next answer is shown: it codes nothing, and its codes stay.
        field.evaluate(
            """field => ["6", "2"].forEach((codes) => {
                field.value = codes;
                field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
            })"""
        )
        page.get_by_text("2 tilbage").first.wait_for()
        page.wait_for_timeout(1000)
        assert field.input_value() == "2"
        assert coded() == ["planprocesser"]
        page.keyboard.press("Backspace")
        for codes, words in (("1 5", "Gemt: Velfærdsområder"), ("0", "Gemt: ingen af koderne")):
            page.keyboard.type(codes)
            page.keyboard.press("Enter")
            page.get_by_text(words).wait_for()
        assert coded() == ["planprocesser", "velfaerd", "klima", ""]
        page.set_viewport_size({"width": 390, "height": 844})
        page.screenshot(path=pictures / "coding-390.png", full_page=True)
        page.wait_for_function("document.documentElement.scrollWidth <= 390")
        page.close()
