"""The page that makes a form: what a person writes is shown, kept and written."""

import nbformat
import pytest

import borgerlib
from borgerlib import places
from borgerlib.survey.form.texts import load_texts
from borgerlib.survey.form.write import texts_file

NOTEBOOK = places.notebooks() / "spoerg.ipynb"


@pytest.fixture
def editor(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    return borgerlib.open_form_editor("Odense")


def test_what_is_lacking_is_named_until_it_is_written(editor):
    assert "Hvem er ansvarlig?" in editor._lacks.value
    for key in ("dataansvarlig", "raadgiver", "opbevaring", "tilbagekald"):
        editor._fields[key].value = "Odense Kommune"
    assert "Alt, hvad loven kræver, er udfyldt." in editor._lacks.value
    assert "Odense Kommune" in editor._preview.value


def test_a_changed_text_has_no_english_of_another(editor):
    editor._fields["formaal"].value = "Vi er nysgerrige."
    assert editor.form.texts["formaal"]["en"] == "Vi er nysgerrige."
    assert editor.form.texts["tak"]["en"] == "Thank you for your answer."


def test_the_files_are_written_and_the_texts_kept(editor):
    editor._fields["dataansvarlig"].value = 'Odense "Kommune"\nFlakhaven 2'
    editor._areas.value = "Midt\n\nSyd\nMidt\n"
    editor._by_answers.value = True
    editor._formats["limesurvey"].value = True
    editor._write.click()
    saved = load_texts(texts_file("Odense"))
    assert saved == editor.form.texts
    assert (saved.areas, saved.by_answers) == (("Midt", "Syd"), True)
    written = {path.name for path in texts_file("Odense").parent.iterdir()}
    assert written == {
        "spoergeskema.toml", "spoergeskema-borgerinteresse.html", "spoergeskema-borgerinteresse.txt",
    }  # fmt: skip
    assert all(name in editor._made.value for name in written)
    again = borgerlib.open_form_editor("Odense")
    assert again.form.texts == saved
    again._place.value = "Aarhus"
    assert again._areas.value == ""


def test_a_codebook_that_cannot_be_used_is_told_on_the_page(editor):
    editor._codebook.value = "borgerinteress"
    assert "borgerinteresse" in editor._preview.value
    editor._write.click()
    assert "borgerinteresse" in editor._made.value
    assert not texts_file("Odense").exists()


def test_the_notebooks_cells_call_the_library_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    cells = [cell for cell in nbformat.read(NOTEBOOK, 4).cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells[1:]] == [
        "import borgerlib\n\neditor = borgerlib.open_form_editor(municipality, codebook=codebook)\neditor"
    ]
    assert not any(cell.outputs for cell in cells)
    names = {}
    for cell in cells:
        exec(cell.source, names)
    assert names["editor"].form.id == "borgerinteresse"
