"""The form on paper: all that is asked and told, in every language, for those who see and those who hear."""

import base64
from dataclasses import replace

import docx
import pypdf
import pytest
from accessible_pdf import pdf_problems
from random_forms import filled
from sample_notebooks import picture

from borgerlib import places
from borgerlib.errors import RunError
from borgerlib.files.pdf import weasyprint_library
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.form.formats.page.page import page_text
from borgerlib.survey.form.formats.paper.paper import paper_text, write_docx
from borgerlib.survey.form.questionnaire import questionnaire
from borgerlib.survey.form.texts import PRIVACY, load_texts
from borgerlib.survey.form.write import open_form, write_form


@pytest.fixture(scope="module")
def weasyprint():
    try:
        return weasyprint_library()
    except RunError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def form():
    return questionnaire(load_codebook("borgerinteresse"), load_texts())


def expected(form):
    for language in form.languages:
        yield from (form.texts[key][language] for key in ("titel", *PRIVACY))
        for question in form.all:
            yield f"{question.number}. {question.text[language]}"
            yield from (choice.text[language] for choice in question.choices)
    yield form.consent[1]
    yield (
        "UDFYLD: skemaet mangler »Hvem er ansvarlig?«, »Databeskyttelsesrådgiver«, "
        "»Hvor længe gemmer vi dem?« og »Sådan trækker du et samtykke tilbage« og må ikke bruges endnu."
    )


@pytest.mark.long
def test_the_pdf_is_accessible_and_says_all_with_the_contact_details_on_a_sheet_of_their_own(
    form, weasyprint, tmp_path
):
    path = write_form(form, "pdf", tmp_path)[0]
    assert pdf_problems(path) == ()
    pages = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(path).pages]
    # Lines end with a hyphen where a word is parted, so letters are compared.
    whole = "".join(pages).replace(" ", "")
    assert [text for text in expected(form) if text.replace(" ", "").replace("\n", "") not in whole] == []
    own = [page for page in pages if "10. Må kommunen" in page]
    assert len(own) == 1
    assert "9. Er der andet" not in own[0]
    assert "Svar kun, hvis du har svaret »Ja« til spørgsmål 10." in own[0]
    # Printed on both sides, languages and contact details begin at the front of a sheet.
    starts = (
        "Vil du være med?",
        "Vil du høre fra os?",
        "Would you like to take part?",
        "Would you like to hear",
    )
    assert [at % 2 for start in starts for at, page in enumerate(pages) if page.startswith(start)] == [0] * 4
    # Each language counts its pages, and what is stored apart is none of them.
    ends = [page.replace(" ", "")[-3:] for page in pages if page and page not in own]
    assert [end for end in ends if "/" in end] == ["1/3", "2/3", "3/3"] * 2


def test_a_form_that_is_filled_in_does_not_say_that_it_is_not(form, tmp_path):
    told = {key: text | {"da": text["da"].replace("UDFYLD", "")} for key, text in form.texts.words.items()}
    done = replace(form, texts=replace(form.texts, words=told))
    assert done.unfinished == ""
    assert "må ikke bruges endnu" not in paper_text(done) + page_text(done)
    document = docx.Document(str(write_form(done, "docx", tmp_path)[0]))
    assert not any("må ikke bruges endnu" in paragraph.text for paragraph in document.paragraphs)


def test_the_document_says_all_and_knows_its_headings(form, tmp_path):
    document = docx.Document(str(write_form(form, "docx", tmp_path)[0]))
    whole = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert [text for text in expected(form) if text not in whole] == []
    headings = [each.text for each in document.paragraphs if each.style.name == "Heading 3"]
    assert "5. Hvilke emner vil du gerne være med til at drøfte eller påvirke i din kommune?" in headings
    assert document.core_properties.language == "da-DK"
    assert [str(each.start_type) for each in document.sections][1:] == ["ODD_PAGE (4)"] * 3
    # Each language is read aloud in its own voice.
    spoken = {
        paragraph.text: set(paragraph._p.xpath(".//w:lang/@w:val")) for paragraph in document.paragraphs
    }
    assert spoken["1. Hvor gammel er du?"] == {"da-DK"}
    assert spoken["1. How old are you?"] == {"en-GB"}


def test_random_forms_are_written_whole(tmp_path, weasyprint):
    for seed in range(4):
        made = filled(seed)
        document = docx.Document(str(write_form(made.form, "docx", tmp_path)[0]))
        whole = "\n".join(paragraph.text for paragraph in document.paragraphs)
        assert [question.text["da"] for question in made.form.all if question.text["da"] not in whole] == []
    write_form(filled(7, questions=2, options=300).form, "pdf", tmp_path)


def test_forms_have_the_look_that_the_municipality_has_saved(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    saved = places.saved_data("aeroe", "udseende.toml")
    saved.parent.mkdir(parents=True)
    saved.write_text('navn = "Ærø"\nlogo = "logo.png"\nfarver = ["#123456"]\n', encoding="utf-8")
    logo = base64.b64decode(picture(40, 30))
    saved.with_name("logo.png").write_bytes(logo)
    own, usual = open_form("borgerinteresse", "Ærø"), open_form("borgerinteresse")
    for text in (page_text, paper_text):
        assert "#123456" in text(own)
        assert '<img src="data:image/png' in text(own)
        assert '<img src="data' not in text(usual)
    write_docx(own, tmp_path / "skema.docx")
    document = docx.Document(str(tmp_path / "skema.docx"))
    assert str(document.styles["Heading 1"].font.color.rgb) == "123456"
    [shape] = document.inline_shapes
    assert shape._inline.docPr.get("descr") == "Ærø"
