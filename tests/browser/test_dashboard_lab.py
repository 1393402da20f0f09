"""The same notebook in JupyterLab."""

from lab import open_notebook, served_lab
from playwright.sync_api import expect

from borgerlib import danish
from borgerlib.interest.filters.selection import Selection


def test_undo_and_keys_stay_inside_the_dashboard_and_it_answers_as_the_page_does(
    browser, workspace, answers, tmp_path, pictures
):
    with served_lab("interesse_dashboard", workspace, tmp_path) as address:
        page = open_notebook(browser, address)
        page.wait_for_selector(".borger-dashboard[data-shown]")
        who, cells = page.locator(".who"), page.locator(".jp-Cell")
        page.locator(".filters").get_by_text("60–69 år", exact=True).click()
        expect(who).to_have_text("60–69 år")
        page.get_by_role("checkbox", name="60–69 år").focus()
        page.keyboard.press("Control+z")
        expect(who).to_contain_text("Alle, der har svaret")
        page.keyboard.press("ArrowDown")  # which moves between the notebook's cells
        page.keyboard.press("x")  # which cuts one
        assert page.evaluate("document.activeElement.closest('.borger-dashboard') !== null")
        assert cells.count() == 4
        page.locator(".questions > summary").click()
        page.get_by_role("button", name="Hvor engagerede er de 60–69-årige i klima og miljø?").click()
        expect(who).to_have_text("60–69 år")
        frame = answers.to(Selection({"age": ("60-69",)})).of("topics").frame.set_index("option")
        wanted = danish.percent(frame.loc["klima_miljoe", "proportion"])
        expect(page.locator(".answer")).to_contain_text(wanted)
        assert "alder" not in page.url  # the address is JupyterLab's own
        page.screenshot(path=pictures / "jupyterlab.png")
        page.context.close()
