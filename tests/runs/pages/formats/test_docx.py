"""A report as a document to be edited: headings, described pictures, real tables."""

from datetime import date

import docx
import pytest
from bs4 import BeautifulSoup
from docx.oxml.ns import qn
from nbformat.v4 import new_output
from sample_notebooks import chart_output, executed, page_output, picture

from borgerlib.files.document import new_document
from borgerlib.files.look import Look
from borgerlib.lokaldemokrati.insights.cases import Bearing, Case
from borgerlib.runs.pages.formats.docx import write_html
from borgerlib.runs.reports.folder import write_report

TABLE = "<table><thead><tr><th>Svar</th><th>Antal</th></tr></thead><tr><th>Ja</th><td>4</td></tr></table>"


@pytest.fixture(scope="module")
def document(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docx")
    chart = chart_output()
    chart["data"]["image/png"] = picture(40, 30)
    outputs = [
        page_output(1, title="Emne", key_figures=[{"value": "79", "label": "kommuner"}]),
        "## Svar\n\nEn **vigtig** sætning.\n\n- Et punkt\n\nSe [ude](https://a.dk) og [her](1.ipynb).",
        chart,
        new_output("display_data", data={"text/html": TABLE}),
    ]
    notebook = executed(folder / "1.ipynb", outputs)
    cases = [Case("furesoe", "Furesø", "Et topmøde", "2021", "De mødtes.", (), (Bearing(1, "inferred"),))]
    write_report(
        "Ærø", [notebook], folder / "r", day=date(2026, 11, 24), title="T", source="K", cases=cases,
        formats=("docx",),
    )  # fmt: skip
    return docx.Document(str(folder / "r" / "aeroe.docx"))


def test_headings_are_headings_and_lists_are_lists(document):
    styled = [(paragraph.style.name, paragraph.text) for paragraph in document.paragraphs]
    assert ("Heading 1", "Emne") in styled
    assert ("Heading 2", "Svar") in styled
    assert ("List Bullet", "Et punkt") in styled


def test_it_has_contents_that_a_word_processor_can_make_anew(document):
    texts = [paragraph.text for paragraph in document.paragraphs]
    at = texts.index("Indhold")
    assert texts[at + 2 : at + 5] == ["Nøgletal", "Emne", "Cases"]
    assert at < texts.index("Emne") < len(texts) - texts[::-1].index("Emne") - 1
    assert 'TOC \\o "1-1" \\h' in document.element.xml


def test_what_is_strong_stays_so(document):
    [paragraph] = [one for one in document.paragraphs if one.text == "En vigtig sætning."]
    assert [(run.text, bool(run.bold)) for run in paragraph.runs] == [
        ("En ", False),
        ("vigtig", True),
        (" sætning.", False),
    ]


def test_links_lead_on(document):
    links = {
        link.text: (link.address, link.fragment)
        for paragraph in document.paragraphs
        for link in paragraph.hyperlinks
    }
    bookmarks = [mark.get(qn("w:name")) for mark in document.element.iter(qn("w:bookmarkStart"))]
    assert links["ude"] == ("https://a.dk", "")
    assert links["her"] == links["indsigt\u00a01"] == ("", bookmarks[0])
    assert len(bookmarks) == len(set(bookmarks))


def test_a_logo_that_it_cannot_take_is_told():
    with pytest.warns(UserWarning, match=r"lacks the logo: it takes a PNG"):
        new_document("T", Look(logo="data:image/svg+xml;base64,AA"))


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


def test_a_notebooks_own_markup_that_lacks_parts_is_written():
    own = """<dl><dt>Ord</dt></dl><figure><p>Figur</p></figure><p><a>her</a></p><img>
        <table><tr></tr><tr><td>1</td></tr></table><table><tr></tr></table>"""
    document = new_document("T", Look(), day=None)
    write_html(document, BeautifulSoup(own, "html.parser"), iter(()))
    assert [one.text for one in document.paragraphs[-4:]] == ["Ord", "Figur", "her", ""]
    assert [table.cell(0, 0).text for table in document.tables] == ["1"]
