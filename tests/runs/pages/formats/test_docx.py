"""A report as a document to be edited: headings, described pictures, real tables."""

from datetime import date

import docx
import pytest
from nbformat.v4 import new_output
from sample_notebooks import chart_output, executed, page_output, picture

from borgerlib.files.look import Look
from borgerlib.runs.reports.folder import write_report

TABLE = "<table><thead><tr><th>Svar</th><th>Antal</th></tr></thead><tr><th>Ja</th><td>4</td></tr></table>"


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docx")
    chart = chart_output()
    chart["data"]["image/png"] = picture(40, 30)
    outputs = [
        page_output(1, title="Emne"),
        "## Svar\n\nEn **vigtig** sætning.\n\n- Et punkt",
        chart,
        new_output("display_data", data={"text/html": TABLE}),
    ]
    notebook = executed(folder / "1.ipynb", outputs)
    write_report(
        "Ærø", [notebook], folder / "r", day=date(2026, 11, 24), title="T", source="K", formats=("docx",)
    )
    return docx.Document(str(folder / "r" / "aeroe.docx"))


def test_headings_are_headings_and_lists_are_lists(document):
    styled = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    assert ("Heading 1", "Emne") in styled
    assert ("Heading 2", "Svar") in styled
    assert ("List Bullet", "Et punkt") in styled


def test_it_has_contents_that_a_word_processor_can_make_anew(document):
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts.index("Indhold") < texts.index("Emne") < len(texts) - texts[::-1].index("Emne") - 1
    assert 'TOC \\o "1-1" \\h' in document.element.xml


def test_what_is_strong_stays_so(document):
    [paragraph] = [one for one in document.paragraphs if one.text == "En vigtig sætning."]
    assert [(run.text, bool(run.bold)) for run in paragraph.runs] == [
        ("En ", False),
        ("vigtig", True),
        (" sætning.", False),
    ]


def test_pictures_are_described(document):
    [shape] = document.inline_shapes
    assert shape._inline.docPr.get("descr") == "Søjlediagram: enig 58\u00a0pct.; uenig 42\u00a0pct."


def test_tables_are_tables_whose_head_is_known(document):
    shown, table = document.tables
    # That of the chart's numbers, then that of the page.
    assert shown.rows[0].cells[0].text == "Svar"
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["Svar", "Antal"], ["Ja", "4"]]
    assert "tblHeader" in table.rows[0]._tr.xml


def test_it_begins_with_the_municipalitys_look(tmp_path):
    logo = f"data:image/png;base64,{picture(40, 30)}"
    look = Look("Ærø Kommune", logo, ("#123456",), "Borgmesteren", "ring os", date(2027, 1, 20))
    notebook = executed(tmp_path / "1.ipynb", [page_output(1, title="Emne")])
    write_report(
        "Ærø", [notebook], tmp_path / "r", day=date(2026, 11, 24), title="T", source="K",
        formats=("docx",), look=look,
    )  # fmt: skip
    document = docx.Document(str(tmp_path / "r" / "aeroe.docx"))
    said = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert said[:4] == [
        "Ærø Kommune · T",
        "Borgmesteren",
        "24. november 2026",
        "Til mødet den 20. januar 2027",
    ]
    assert document.core_properties.created.date() == date(2026, 11, 24)
    assert 'w:instr="PAGE"' in document.sections[0].footer._element.xml
    page = (tmp_path / "r" / "index.html").read_text(encoding="utf-8")
    assert "<title>Ærø Kommune · T</title>" in page
    assert "T · Ærø Kommune · " in page
    assert said[-1] == "ring os"
    assert 'w:lang w:val="da-DK"' in document.styles.element.xml
    assert "en-US" not in document.settings.element.xml
    assert str(document.styles["Heading 1"].font.color.rgb) == "123456"
    assert document.inline_shapes[0]._inline.docPr.get("descr") == "Ærø Kommune"
