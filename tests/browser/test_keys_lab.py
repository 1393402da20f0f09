"""Pages of widgets in JupyterLab, by keyboard."""

import shutil

import pytest
from lab import open_notebook, served_lab

from borgerlib import places


@pytest.fixture(scope="module")
def lab(workspace, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    with served_lab("udforsk", workspace, folder) as address:
        shutil.copy(places.notebooks() / "spoerg.ipynb", folder)
        yield address


@pytest.mark.parametrize(
    ("notebook", "label", "next_one"),
    [("udforsk", "Delt efter", "Alder"), ("spoerg", "Kommune", "Svendborg")],
)
def test_keys_choose_on_the_page_and_leave_the_notebook_alone(browser, lab, notebook, label, next_one):
    # In a workspace of its own JupyterLab opens no other notebook.
    page = open_notebook(browser, lab.replace("test/tree/udforsk", f"{notebook}/tree/{notebook}"))
    chosen = page.get_by_label(label, exact=True)
    chosen.wait_for()
    cells = page.locator(".jp-Cell").count()
    page.locator("[data-own-keys]").first.wait_for()
    chosen.focus()
    page.keyboard.press("ArrowDown")
    assert chosen.locator("option:checked").text_content() == next_one
    page.keyboard.press("x")  # which cuts a cell of the notebook
    assert page.locator(".jp-Cell").count() == cells
    page.context.close()
