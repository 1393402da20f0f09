import pandas as pd

from borgerlib.interest.prepare.notes import notes_on
from borgerlib.survey.codebook.model import Codebook, Item, Option
from borgerlib.survey.responses import Responses, Source

TOPICS = Item(
    "emner", "Hvilke emner?", "multiple", (Option("skole", "Skole"), Option("vej", "Vej")), role="topics"
)
TRUST = Item("tillid", "Har du tillid til byrådet?", "single", (Option("ja", "Ja"), Option("nej", "Nej")))


def notes(boxes, *, unread=()):
    frame = pd.DataFrame(boxes, columns=TOPICS.columns, dtype="Int8").assign(tillid="ja")
    book = Codebook("min", "Min", (TOPICS, TRUST), {})
    return notes_on(Responses(frame, pd.DataFrame(), book, Source("table", ()), unread=unread), [])


def test_a_question_without_a_role_is_on_no_page():
    (note,) = notes([[1, 0]])
    assert note.startswith("questions without a role (1): 'tillid'.")
    assert "»tillid«" in note.danish


def test_who_chose_nothing_counts_and_who_did_not_answer_does_not():
    _, note = notes([[1, 0], [0, 0], [0, 0], [None, None], [0, None]])
    assert note.startswith("'emner': 3 respondents chose none of the options")
    assert notes([[1, 0], [None, None], [1, None]]) == notes([[1, 0]])


def test_the_mark_of_simulated_answers_is_no_question():
    assert notes([[1, 0]], unread=("simuleret",)) == notes([[1, 0]])
    assert "not read (1): 'vaegt'" in notes([[1, 0]], unread=("simuleret", "vaegt"))[-1]
