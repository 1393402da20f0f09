"""The import page in JupyterLab, where its notebook is opened."""

import pytest
from lab import open_notebook, served_lab
from survey_exports import write_csv

pytestmark = [pytest.mark.thorough, pytest.mark.nightly]

FIRST = ["Respondent ID", "Collector ID", "Er du?", "Hvilke emner vil du drøfte?", ""]
SECOND = ["", "", "Response", "Haver", "Havne"]


def test_a_file_beside_the_notebook_is_read_mended_and_prepared(browser, tmp_path, pictures):
    workspace, folder = tmp_path / "workspace", tmp_path / "lab"
    workspace.mkdir()
    folder.mkdir()
    rows = [[str(1000 + at), "7", "Kvinde" if at % 2 else "Mand", "Haver", ""] for at in range(39)]
    write_csv(folder / "svar.csv", [FIRST, SECOND, *rows, ["2000", "7", "?", "", "Havne"]])
    with served_lab("indlaes", workspace, folder) as address:
        page = open_notebook(browser, address)
        page.get_by_label("Fil", exact=True).fill("svar.csv")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Læs filen").click()
        page.get_by_text("Filen er læst som SurveyMonkey: 40 svar").wait_for()
        page.get_by_label("Spørgsmål", exact=True).select_option(label="2. Er du?")
        page.get_by_label("Hvad bruges det til?").select_option(label="Køn")
        page.get_by_label("?", exact=True).select_option(label="Ikke et svar")
        page.get_by_text("39 har svaret.").wait_for()
        page.screenshot(path=pictures / "import-jupyterlab.png")
        page.get_by_role("button", name="Gør svarene klar").last.click()
        page.get_by_text("Svarene fra Odense er klar.").wait_for()
        assert (workspace / "data" / "processed" / "odense" / "respondents.parquet").is_file()
        page.context.close()
