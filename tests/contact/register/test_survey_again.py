"""Answers that come again in a later export: an answer counts once, and the latest word stands."""

from contextlib import suppress
from datetime import date

import pytest
from survey_exports import write_csv

from borgerlib.contact.register.consents import covered, withdraw
from borgerlib.contact.register.intake.survey import import_survey
from borgerlib.contact.register.people import erase, find, held
from borgerlib.errors import DataError, ParameterError
from borgerlib.interest import store
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.survey.form.names import MARK
from borgerlib.survey.form.texts import new_texts
from borgerlib.survey.form.write import open_form, texts_file

from registers import new_register  # isort: skip

pytestmark = pytest.mark.slow
LATER = date(2026, 11, 26)


@pytest.fixture
def saved(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    new_texts(texts_file("Odense"))
    return tmp_path


@pytest.fixture
def register(saved):
    with new_register(saved) as opened:
        yield opened


def answer(name, day, consent="ja", *, phone="", version=""):
    """One answer as our own page saves it."""
    form = open_form("borgerinteresse", "Odense")
    cells = {"svar_id": name, "startet": f"{day} 10:00:00", "afsluttet": f"{day} 10:06:00"}
    for question in form.all:
        if question.kind == "multiple":
            cells |= {f"{question.id}__{choice.id}": "0" for choice in question.choices}
            cells[f"{question.id}__{question.choices[0].id}"] = "1"
        else:
            cells[question.id] = ""
    mail = f"{name}@example.dk" if consent == "ja" or phone else ""
    cells |= {"alder": "40", "samtykke": consent, "kontakt_mail": mail, "kontakt_telefon": phone}
    return cells | {MARK: version or form.consent[1]}


def entered(register, folder, *answers, **settings):
    path = write_csv(folder / "svar.csv", [list(answers[0]), *(list(each.values()) for each in answers)])
    prepare("Odense", path, unweighted=True)
    return import_survey(register, "Odense", **settings)


def mails(register):
    people = covered(register, "invitation", day=LATER, by_answers=False)
    return {mail for number, mail in register.rows("SELECT id, mail FROM person") if number in people}


@pytest.mark.long
def test_the_same_answer_in_a_later_export_is_the_same_yes(saved, register):
    first = [answer("anna", "2026-11-01"), answer("erik", "2026-11-02")]
    assert entered(register, saved, *first).new == 2
    anna, erik = find(register, "anna@example.dk"), find(register, "erik@example.dk")
    # Everyone said yes on the day of the own answer, not on the middle day of the survey.
    assert [held(register, each)["consents"][0]["day"] for each in (anna, erik)] == [
        "2026-11-01",
        "2026-11-02",
    ]
    withdraw(register, anna, day=date(2026, 11, 10))
    erase(register, erik, day=LATER)
    more = [answer(f"b{number}", "2026-11-24") for number in range(5)]
    again = entered(register, saved, *first, *more)
    assert (again.new, again.known) == (5, 1)
    assert again.refused["reason"].tolist() == ["erased from the register before"]
    assert mails(register) == {f"b{number}@example.dk" for number in range(5)}
    # Whoever answers anew says yes anew.
    assert entered(register, saved, *first, answer("anna", "2026-11-25")).known == 1
    assert "anna@example.dk" in mails(register)


def own_survey(folder, asked, *answers):
    """Prepare a survey of one's own that asks for consent, and in these words for how to be reached."""
    questions = [("Nummer", "text", "id"), ("Emne?", "single", "time"), ("Må vi?", "single", "consent")]
    yes_no = 'options = [{ id = "ja", text = "Ja" }, { id = "nej", text = "Nej" }]\n'
    questions += [(text, "text", "contact") for text in asked]
    items = [
        f'[[item]]\nid = "q{at}"\ntext = "{text}"\nkind = "{kind}"\nrole = "{role}"\n'
        + yes_no * (kind == "single")
        for at, (text, kind, role) in enumerate(questions)
    ]
    book = folder / "egen.toml"
    book.write_text('[survey]\nid = "egen"\ntitle = "Egen"\n' + "".join(items), encoding="utf-8")
    rows = [[str(at), "Ja", "Ja", *reached] for at, reached in enumerate(answers)]
    path = write_csv(folder / "svar.csv", [["Nummer", "Emne?", "Må vi?", *asked], *rows])
    prepare("Odense", path, codebook=str(book), unweighted=True)


def test_contact_questions_are_known_by_what_they_ask_whatever_their_ids(saved, register):
    asked = ["Hvad er din mailadresse?", "Mobilnummer", "Fornavn", "Efternavn"]
    anna, bo, nobody = ["anna@example.dk", "", "Anna", "Ærø"], ["", "22334455", "", ""], ["", "", "C", "D"]
    own_survey(saved, asked, anna, bo, nobody)
    done = import_survey(register, "Odense", version="1")
    assert done.new == 2
    assert done.refused["reason"].tolist() == ["no possible e-mail address or telephone number"]
    assert held(register, find(register, "anna@example.dk"))["name"] == "Anna Ærø"
    assert not (store.contact_folder("Odense") / store.REGISTER).exists()


def test_a_way_to_be_reached_counts_wherever_it_was_written(saved, register):
    asked = ["Navn", "Vejnavn", "E-mail eller telefon", "Gentag e-mail"]
    mistyped = ["Per", "", "per@example", "per@example.dk"]
    own_survey(
        saved, asked, ["Anna", "Storegade 1", "anna@example.dk", ""], ["Bo", "", "22334455", ""], mistyped
    )
    assert import_survey(register, "Odense", version="1").new == 3
    reached = register.rows("SELECT name, mail, phone FROM person ORDER BY name")
    assert reached == [
        ("Anna", "anna@example.dk", None),
        ("Bo", None, "22334455"),
        ("Per", "per@example.dk", None),
    ]


@pytest.mark.parametrize("asked", ["Hvordan får vi fat i dig?", "Navn og mail"])
def test_details_that_are_not_understood_stay_where_they_are(saved, register, asked):
    own_survey(saved, [asked], ["Anna, anna på example"])
    with suppress(DataError):
        assert import_survey(register, "Odense", version="1").new == 0
    assert (store.contact_folder("Odense") / store.REGISTER).exists()


@pytest.mark.long
def test_a_clear_no_withdraws_an_earlier_yes_and_is_kept_as_a_mark_until_then(saved, register):
    yes = answer("dorte", "2026-11-02", phone="22334455")
    assert entered(register, saved, yes).new == 1
    no = answer("dorte", "2026-11-25", "nej", phone="22334455") | {"svar_id": "x"}
    assert entered(register, saved, yes, no).withdrawn == 1
    assert mails(register) == set()
    # Read once more nothing is entered twice; a yes that is later than the no stands.
    entered(register, saved, yes, no, keep=True)
    assert register.rows("SELECT given, day FROM consent") == [(1, "2026-11-02"), (0, "2026-11-25")]
    kept = (store.contact_folder("Odense") / store.REFUSED).read_bytes()
    assert b"dorte" not in kept
    assert b"22334455" not in kept
    entered(register, saved, answer("dorte", "2026-11-26"), no)
    assert mails(register) == {"dorte@example.dk"}


@pytest.mark.long
def test_a_no_beside_a_known_telephone_is_told_with_its_row_unless_it_is_hers(saved, register):
    known = [answer("dorte", "2026-11-02", phone="22334455"), answer("gerda", "2026-11-02", phone="66778899")]
    alone = {**answer("finn", "2026-11-02"), "kontakt_mail": "", "kontakt_telefon": "44556677"}
    assert entered(register, saved, *known, alone).new == 3
    assert entered(register, saved, answer("erik", "2026-11-03", phone="22334455")).new == 1
    reached = (
        ("ny@example.dk", "66778899"),  # Gerda's, or her husband's
        ("", "22334455"),  # one of two has it
        ("finn@example.dk", "44556677"),  # Finn's, of whom no address is known
        ("dorte@example.dk", "22334455"),
        ("ukendt@example.dk", "99887766"),
    )
    no = [
        {**answer(f"n{number}", "2026-11-25", "nej"), "kontakt_mail": mail, "kontakt_telefon": phone}
        for number, (mail, phone) in enumerate(reached)
    ]
    done = entered(register, saved, *no, answer("hanne", "2026-11-25"))
    assert done.refused["reason"].to_dict() == {
        "2": "said no, with a known telephone and another address: withdraw if it is she",
        "3": "several people have this telephone number, and neither address nor name tells whose it is",
    }
    assert done.withdrawn == 2
    assert mails(register) == {"erik@example.dk", "gerda@example.dk", "hanne@example.dk"}


@pytest.mark.long
def test_a_yes_to_other_words_is_not_a_yes_to_these(saved, register):
    text = texts_file("Odense").read_text("utf-8")
    old = answer("anna", "2026-11-01")
    texts_file("Odense").write_text(text.replace("efter_svar = false", "efter_svar = true"), "utf-8")
    new = answer("bo", "2026-11-03")
    done = entered(register, saved, old, new)
    assert done.new == 1
    (reason,) = done.refused["reason"]
    assert reason == (
        f"said yes to other words, version {old[MARK]}, not {new[MARK]} of the form as it is: put the words "
        "back and import once more"
    )
    with pytest.raises(ParameterError, match="hold which words each person said yes to"):
        import_survey(register, "Odense", version="2026-1", by_answers=True)
    with pytest.raises(ParameterError, match="is said by the words of the municipality's form"):
        import_survey(register, "Odense", by_answers=True)
    # Her contact details are kept until the words that she read are back.
    texts_file("Odense").write_text(text, "utf-8")
    done = import_survey(register, "Odense")
    assert done.new == 1
    assert mails(register) == {"anna@example.dk", "bo@example.dk"}
    consent = held(register, find(register, "anna@example.dk"))["consents"][0]
    assert (consent["version"], consent["by_answers"]) == (old[MARK], 0)
