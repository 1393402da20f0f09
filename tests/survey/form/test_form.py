"""What a form says, whom it asks what, and what it refuses."""

import json
import re

import pytest
from random_forms import filled

from borgerlib.errors import CodebookError, DataError, ParameterError
from borgerlib.survey.codebook.load import load_codebook, parse_codebook
from borgerlib.survey.form.formats.limesurvey import limesurvey_text
from borgerlib.survey.form.formats.page.page import _field, page_text
from borgerlib.survey.form.formats.surveyjs import surveyjs_text
from borgerlib.survey.form.names import answer_codes, limesurvey_codes, odk_names
from borgerlib.survey.form.questionnaire import questionnaire
from borgerlib.survey.form.texts import PRIVACY, load_texts, new_texts
from borgerlib.survey.form.write import open_form, write_form

YES_NO = [{"id": "ja", "text": "Ja"}, {"id": "nej", "text": "Nej"}]


def book(*items):
    return parse_codebook({"survey": {"id": "x", "title": "X"}, "item": list(items)}, source="x")


def item(name, kind="text", **more):
    return {"id": name, "text": name.capitalize(), "kind": kind, **more}


def form(*items):
    return questionnaire(book(*items), load_texts())


def test_the_citizens_survey_asks_what_people_can_answer_and_consent_last():
    asked = questionnaire(load_codebook("borgerinteresse"), load_texts())
    # No id, no times, and of age and year of birth the first.
    assert [question.id for question in asked.questions] == [
        "alder", "koen", "omraade", "omraadetype", "emner", "tid", "formater", "kanaler", "fritekst",
    ]  # fmt: skip
    assert [question.id for question in asked.contact] == [
        "samtykke", "kontakt_mail", "kontakt_telefon", "kontakt_navn",
    ]  # fmt: skip
    assert {question.condition for question in asked.contact[1:]} == {("samtykke", "ja")}
    assert [question.number for question in asked.all] == list(range(1, 14))
    assert asked.question("emner").text["en"].startswith("Which topics")
    assert asked.languages == ("da", "en")


def test_contact_details_are_not_asked_for_without_consent():
    assert [question.id for question in form(item("mail", role="contact"), item("b")).all] == ["b"]


def test_a_field_takes_every_way_to_be_reached_that_its_question_asks_for():
    consent = item("ja", "single", role="consent", options=YES_NO)
    asked = ["E-mail", "Mobilnummer", "E-mail eller telefon"]
    contact = [item(f"q{at}", text=text, role="contact") for at, text in enumerate(asked)]
    _, *questions = form(item("b"), consent, *contact).contact
    assert [_field(question) for question in questions] == ["email", "tel", "text"]


def test_a_codebook_without_english_gives_a_danish_form():
    assert form(item("a")).languages == ("da",)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([item("a", base="b.ja"), item("b", "single", options=YES_NO)], "'b.ja' is not asked before it"),
        ([item("a"), item("s", "single", role="consent", options=[{"id": "x", "text": "X"}])], "option 'ja'"),
    ],
)
def test_what_cannot_be_put_is_refused(items, message):
    with pytest.raises(CodebookError, match=re.escape(message)):
        form(*items)


def test_every_part_that_the_law_asks_for_is_in_every_form():
    asked = questionnaire(load_codebook("borgerinteresse"), load_texts())
    for text in (limesurvey_text(asked), surveyjs_text(asked)):
        for key in PRIVACY:
            assert asked.texts[key]["da"].split("\n")[0] in text
            assert asked.texts[key]["en"] in text


def test_what_must_be_filled_in_is_told_until_it_is(tmp_path):
    assert load_texts().lacking == ["dataansvarlig", "raadgiver", "opbevaring", "tilbagekald"]
    path = new_texts(tmp_path / "odense" / "spoergeskema.toml")
    assert load_texts(path) == load_texts()
    path.write_text(re.sub('"UDFYLD: .*"', '"Odense"', path.read_text("utf-8")), "utf-8")
    assert load_texts(path).lacking == []
    with pytest.raises(DataError, match="is there already"):
        new_texts(path)


def test_a_changed_text_is_not_told_in_english_by_the_text_that_ships(tmp_path):
    path = tmp_path / "t.toml"
    path.write_text(
        'formaal = "Vi er nysgerrige."\nomraader = ["Midt", "Syd"]\n[english]\ntak = "Ta!"\n', "utf-8"
    )
    texts = load_texts(path)
    assert texts["formaal"] == {"da": "Vi er nysgerrige.", "en": "Vi er nysgerrige."}
    assert texts["tak"] == {"da": "Tak for dit svar.", "en": "Ta!"}
    assert texts.areas == ("Midt", "Syd")
    path.write_text('formal = "Vi er nysgerrige."', "utf-8")
    with pytest.raises(DataError, match="Did you mean 'formaal'"):
        load_texts(path)


def test_other_words_of_consent_are_another_version(tmp_path):
    path = tmp_path / "t.toml"
    versions = set()
    for text in ("", 'samtykke = "Vi skriver."', 'samtykke = "Vi skriver."\nefter_svar = true'):
        path.write_text(text, "utf-8")
        versions.add(questionnaire(load_codebook("borgerinteresse"), load_texts(path)).consent[1])
    assert len(versions) == 3
    # Answers may not decide by words that do not say so.
    path.write_text("efter_svar = true", "utf-8")
    assert "samtykke" in load_texts(path).lacking
    page = page_text(questionnaire(load_codebook("borgerinteresse"), load_texts(path)))
    assert "»Databeskyttelsesrådgiver«" in page
    assert "»Må kommunen kontakte dig med invitationer til at være med?« og må ikke bruges endnu." in page


def test_names_are_the_codebooks_where_platforms_allow_it():
    asked = form(item("kontakt_mail"), item("kontaktmail"), item("meta"), item("a" * 30), item("id"))
    assert list(limesurvey_codes(asked).values()) == ["kontaktmail2", "kontaktmail", "meta", "a" * 20, "id2"]
    assert {name for name, odk in odk_names(asked).items() if name != odk} == {"meta"}


def test_answer_codes_are_no_answers_texts():
    options = [{"id": "x", "text": "a2"}, {"id": "y", "text": "B1"}]
    asked = form(item("q", "single", options=options))
    assert answer_codes(asked.questions[0]) == {"x": "C1", "y": "C2"}


def test_who_is_not_asked_is_not_asked_by_the_platform_either():
    asked = form(
        item("a_b", "multiple", options=YES_NO),
        item("c", "single", options=YES_NO, base="a_b.nej"),
        item("d", base="c.ja"),
    )
    lines = [line.split("\t") for line in limesurvey_text(asked).splitlines()]
    relevance = {line[4]: line[5].replace('""', '"').strip('"') for line in lines if line[2] == "Q"}
    assert relevance == {"ab": "1", "c": 'ab_SQ002.NAOK == "Y', "d": 'c.NAOK == "A1'}
    elements = json.loads(surveyjs_text(asked))["pages"][0]["elements"]
    assert [each.get("visibleIf") for each in elements[1:]] == [None, "{a_b} contains 'nej'", "{c} = 'ja'"]


def test_a_form_is_written_to_a_file_named_by_its_codebook(tmp_path):
    asked = filled(3).form
    assert write_form(asked, "limesurvey", tmp_path / "ud")[0].name == "spoergeskema-tilfaeldig.txt"
    with pytest.raises(ParameterError, match="Unknown format 'xlform'"):
        write_form(asked, "xlform", tmp_path)


def test_a_municipalitys_texts_are_those_it_has_saved(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    assert open_form("borgerinteresse", "Odense").question("omraade").kind == "text"
    saved = tmp_path / "data" / "saved" / "odense"
    saved.mkdir(parents=True)
    (saved / "spoergeskema.toml").write_text('omraader = ["Midt", "Syd"]', "utf-8")
    asked = open_form("borgerinteresse", "461")
    assert [choice.id for choice in asked.question("omraade").choices] == ["Midt", "Syd"]


def test_forms_of_two_municipalities_share_no_store_on_a_tablet():
    pages = [page_text(open_form("borgerinteresse", name)) for name in ("Odense", "Ærø")]
    assert ['data-form="odense-borgerinteresse"' in page for page in pages] == [True, False]
