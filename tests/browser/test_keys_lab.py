"""Pages of widgets in JupyterLab, by keyboard."""

import pytest
from lab import open_notebook, served_lab


@pytest.mark.parametrize(
    ("notebook", "label", "next_one"),
    [("udforsk", "Delt efter", "Alder"), ("spoerg", "Kommune", "Svendborg")],
)
def test_keys_choose_on_the_page_and_leave_the_notebook_alone(
    browser, workspace, tmp_path, notebook, label, next_one
):
    with served_lab(notebook, workspace, tmp_path) as address:
        page = open_notebook(browser, address)
        chosen = page.get_by_label(label, exact=True)
        chosen.wait_for(timeout=60_000)
        cells = page.locator(".jp-Cell").count()
        page.wait_for_timeout(1000)  # the page takes its keys once it stands
        chosen.focus()
        page.keyboard.press("ArrowDown")
        assert chosen.locator("option:checked").text_content() == next_one
        page.keyboard.press("x")  # which cuts a cell of the notebook
        assert page.locator(".jp-Cell").count() == cells
        page.context.close()
