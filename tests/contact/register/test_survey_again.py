"""Answers that come again in a later export: an answer counts once, and the latest word stands."""

from datetime import date

import pytest
from survey_exports import write_csv

from borgerlib.contact.invitation.candidates import open_candidates
from borgerlib.contact.register.consents import Wording, covered, withdraw
from borgerlib.contact.register.intake.survey import former_name, import_survey
from borgerlib.contact.register.people import enter, erase, find, held
from borgerlib.errors import DataError, ParameterError
from borgerlib.interest import store
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.survey.codebook.load import load_codebook
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
    # Her contact details are kept until the words that she read are back.
    texts_file("Odense").write_text(text, "utf-8")
    done = import_survey(register, "Odense")
    assert done.new == 1
    assert mails(register) == {"anna@example.dk", "bo@example.dk"}
    consent = held(register, find(register, "anna@example.dk"))["consents"][0]
    assert (consent["version"], consent["by_answers"]) == (old[MARK], 0)


@pytest.fixture
def of_old(register, saved):
    """A register as older versions made it: answers told apart by their row in the one export."""
    named = [answer(name, "2026-11-02") for name in ("a", "b", "c", "d")]
    path = write_csv(saved / "svar.csv", [list(named[0]), *(list(each.values()) for each in named)])
    prepare("Odense", path, unweighted=True)
    contacts, book = store.load_register("Odense"), load_codebook(store.codebook_path("Odense"))
    people = contacts.rename(columns={"kontakt_mail": "mail"}).assign(name="", phone=None, consent="ja")
    former, words = former_name(book, contacts.attrs), open_form("borgerinteresse", "Odense").consent
    wording = Wording("invitation", words[1], words[0], False)
    enter(register, people, wording=wording, survey=former, day=date(2026, 11, 2))
    erase(register, find(register, "a@example.dk"), day=LATER)
    register.connection.execute("UPDATE erased SET day = ''")
    withdraw(register, find(register, "b@example.dk"), day=date(2026, 11, 3))
    return named


def test_an_older_register_still_knows_whose_answers_are_whose(register, of_old):
    found = open_candidates("Odense", register, day=LATER)
    assert (len(found.able), len(found.responses)) == (2, 3)


def test_an_older_register_takes_over_what_it_knows_from_the_same_export(register, of_old, saved):
    done = entered(register, saved, *of_old)
    # a was erased; b, c and d are known, and each consent stands once.
    assert (done.new, done.known, len(done.refused)) == (0, 3, 1)
    assert mails(register) == {"c@example.dk", "d@example.dk"}
    consents = "SELECT count(*) FROM consent GROUP BY person ORDER BY person"
    assert register.rows(consents) == [(2,), (1,), (1,)]
    later = entered(register, saved, answer("e", "2026-11-20"), *of_old)
    assert (later.new, len(later.refused)) == (1, 1)
    assert mails(register) == {"c@example.dk", "d@example.dk", "e@example.dk"}
    assert len(open_candidates("Odense", register, day=LATER).responses) == 4


def test_an_older_register_asks_for_the_same_export_before_a_later_one(register, of_old, saved):
    with pytest.raises(DataError, match="only by the very file that they were entered from, of 20") as told:
        entered(register, saved, answer("e", "2026-11-20"), *of_old)
    assert told.value.hint.startswith("Import that file once more")
    assert mails(register) == {"c@example.dk", "d@example.dk"}
    # Where it is lost nobody can tell who was erased: a comes again, and this is asked for once.
    assert import_survey(register, "Odense", lost=True).new == 2
    assert entered(register, saved, answer("f", "2026-11-21")).new == 1
