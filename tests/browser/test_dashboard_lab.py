"""The same notebook in JupyterLab."""

import pytest
from lab import open_notebook, served_lab

from borgerlib import danish
from borgerlib.interest.filters.selection import Selection


@pytest.fixture
def page(browser, workspace, tmp_path):
    with served_lab("interesse_dashboard", workspace, tmp_path) as address:
        page = open_notebook(browser, address)
        page.wait_for_selector(".borger-dashboard[data-shown]")
        yield page
        page.context.close()


def test_undo_stays_inside_the_dashboard_and_it_answers_as_the_page_does(page, answers, pictures):
    page.locator(".filters").get_by_text("60–69 år", exact=True).click()
    page.wait_for_function("document.querySelector('.who').textContent === '60–69 år'")
    page.get_by_role("checkbox", name="60–69 år").focus()
    page.keyboard.press("Control+z")
    page.wait_for_function("document.querySelector('.who').textContent.startsWith('Alle borgere')")
    assert page.locator(".jp-Cell").count() == 4
    page.locator(".questions > summary").click()
    page.get_by_role("button", name="Hvor engagerede er de 60–69-årige i klima og miljø?").click()
    page.wait_for_function("document.querySelector('.who').textContent === '60–69 år'")
    frame = answers.to(Selection({"age": ("60-69",)})).of("topics").frame.set_index("option")
    wanted = danish.percent(frame.loc["klima_miljoe", "proportion"])
    assert wanted in page.locator(".answer").text_content()
    assert "alder" not in page.url  # the address is JupyterLab's own
    page.screenshot(path=pictures / "jupyterlab.png")


def test_undo_stays_inside_the_dashboard(page):
    page.locator(".filters").get_by_text("60–69 år", exact=True).click()
    page.wait_for_function("document.querySelector('.who').textContent === '60–69 år'")
    page.get_by_role("checkbox", name="60–69 år").focus()
    page.keyboard.press("Control+z")
    page.wait_for_function("document.querySelector('.who').textContent.startsWith('Alle borgere')")
    page.keyboard.press("ArrowDown")  # which moves between the notebook's cells
    page.keyboard.press("x")  # which cuts one
    assert page.evaluate("document.activeElement.closest('.borger-dashboard') !== null")
    assert page.locator(".jp-Cell").count() == 4
