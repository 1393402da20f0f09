"""The explorer in JupyterLab, by keyboard."""

from lab import open_notebook, served_lab


def test_keys_choose_in_the_explorer_and_leave_the_notebook_alone(browser, workspace, tmp_path):
    with served_lab("udforsk", workspace, tmp_path) as address:
        page = open_notebook(browser, address)
        chosen = page.get_by_label("Delt efter")
        chosen.wait_for(timeout=60_000)
        page.get_by_text("SIMULEREDE DATA").first.wait_for()
        chosen.focus()
        page.keyboard.press("ArrowDown")
        assert chosen.locator("option:checked").text_content() == "Alder"
        page.keyboard.press("x")  # which cuts a cell of the notebook
        assert page.locator(".jp-Cell").count() == 4
        page.context.close()
