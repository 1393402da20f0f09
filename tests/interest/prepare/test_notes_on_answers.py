import pandas as pd

from borgerlib.interest.prepare.notes import chose_nothing, notes_on
from borgerlib.survey.codebook.model import Codebook, Item, Option
from borgerlib.survey.responses import Responses, Source

TOPICS = Item(
    "emner", "Hvilke emner?", "multiple", (Option("skole", "Skole"), Option("vej", "Vej")), role="topics"
)
TRUST = Item("tillid", "Har du tillid til byrådet?", "single", (Option("ja", "Ja"), Option("nej", "Nej")))


BEGAN = Item("startet", "Startet", "date", role="started")
BOOK = Codebook("min", "Min", (TOPICS, TRUST, BEGAN), {})


def answers(*boxes):
    return pd.DataFrame(boxes, columns=TOPICS.columns, dtype="Int8").assign(tillid="ja")


def notes(*, unread=(), absent=()):
    read = Responses(answers([1, 0]), pd.DataFrame(), BOOK, Source("table", ()), unread=unread, absent=absent)
    return notes_on(read, [])


def test_a_question_without_a_role_is_told():
    (note,) = notes()
    assert note.startswith("questions without a role (1): 'tillid'.")
    assert "»tillid«" in note.danish


def test_who_chose_nothing_counts_and_who_did_not_answer_does_not():
    (note,) = chose_nothing(answers([1, 0], [0, 0], [0, 0], [None, None], [0, None]), BOOK)
    assert note.startswith("'emner': 3 respondents chose none of the options")
    assert chose_nothing(answers([1, 0], [None, None], [1, None]), BOOK) == []


def test_the_mark_of_simulated_answers_is_no_question():
    assert notes(unread=("simuleret",)) == notes()
    assert "not read (1): 'vaegt'" in notes(unread=("simuleret", "vaegt"))[-1]


def test_an_export_in_which_nobody_is_told_apart_is_to_be_prepared_once():
    note = notes(absent=("startet",))[-1]
    assert note.startswith("the export has neither ids nor times: prepare it when all have answered.")
    assert "hverken id'er eller tidspunkter" in note.danish
