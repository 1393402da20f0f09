"""The menu: three questions of the report, and those that users keep."""

import errno
import json
import sys
from contextlib import contextmanager

import pytest
from filelock import FileLock

from borgerlib.dashboard.page.questions import (
    FILE,
    LONGEST_NAME,
    damaged,
    delete_question,
    own_questions,
    save_question,
    saved_questions,
)
from borgerlib.errors import DataError, ParameterError
from borgerlib.interest.filters.choices import Filter, Level, saved_folder
from borgerlib.interest.filters.selection import Selection

FILTERS = (
    Filter("age", "", (Level("15-24", "15–24 år"), Level("60-69", "60–69 år"))),
    Filter("area_type", "", (Level("by", "By", ("town",)), Level("land", "Land"))),
    Filter("topics", "", (Level("klima_miljoe", "Klima og miljø", ("climate",)),)),
    Filter("time", "", (Level("uge", "Hver uge"),)),
    Filter("formats", "", (Level("workshop", "Workshop"),)),
)


@pytest.fixture(autouse=True)
def own_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))


def test_the_reports_three_questions():
    questions = own_questions(FILTERS)
    assert [question.meant.selection.to_link() for question in questions] == [
        "alder=60-69",
        "alder=15-24",
        "omraadetype=by",
    ]
    assert questions[0].focus == ("topics", "klima_miljoe")
    assert not any(question.saved for question in questions)


def test_a_question_that_the_survey_cannot_answer_is_not_in_the_menu():
    assert [q.id for q in own_questions(FILTERS[1:])] == ["byernes_tid"]
    without_climate = (*FILTERS[:2], Filter("topics", "", (Level("natur", "Natur"),)), *FILTERS[3:])
    assert [q.id for q in own_questions(without_climate)] == ["unges_maader", "byernes_tid"]


def test_a_saved_question_comes_back_and_can_be_deleted():
    kept = save_question(
        "Odense", "  Ældre på  landet ", Selection({"age": ("60-69",), "area_type": ("land",)})
    )
    (question,) = saved_questions("Odense", FILTERS)
    assert (question.id, question.label, question.saved) == (kept.id, "Ældre på landet", True)
    assert kept == question
    assert question.meant.selection.to_link() == "alder=60-69&omraadetype=land"
    assert saved_questions("Aarhus", FILTERS) == ()
    delete_question("Odense", kept.id)
    delete_question("Odense", kept.id)
    assert saved_questions("Odense", FILTERS) == ()


def test_a_name_keeps_what_joins_its_letters_and_nothing_else_unseen():
    save_question(
        "Odense", "\u200dByen\u202e 👩\u200d🏫 \u200c می\u200cخواهم", Selection({"age": ("60-69",)})
    )
    (question,) = saved_questions("Odense", FILTERS)
    assert question.label == "Byen 👩\u200d🏫 می\u200cخواهم"


def test_two_selections_are_saved_together():
    save_question("Odense", "To", Selection({"age": ("60-69",)}), Selection({"age": ("15-24", "95-99")}))
    (question,) = saved_questions("Odense", FILTERS)
    assert question.meant.against == Selection({"age": ("15-24",)})
    assert [problem.danish for problem in question.meant.problems] == [
        "»95-99« findes ikke i kommunens svar."
    ]


def test_a_name_that_is_taken_is_refused_for_it_may_be_anothers():
    save_question("Odense", "Byen", Selection({"area_type": ("by",)}))
    with pytest.raises(ParameterError, match="allerede et spørgsmål, der hedder »Byen«"):
        save_question("Odense", "Byen", Selection({"area_type": ("land",)}))
    assert [q.meant.selection.to_link() for q in saved_questions("Odense", FILTERS)] == ["omraadetype=by"]


def test_one_name_written_in_two_ways_is_one_and_without_halves_of_letters():
    assert save_question("Odense", "Å\ud800", Selection({"area_type": ("by",)})).label == "Å"
    with pytest.raises(ParameterError, match="»Å«"):
        save_question("Odense", "A\u030a", Selection({"area_type": ("by",)}))


def test_answers_that_no_longer_exist_are_told():
    save_question("Odense", "Gammelt", Selection({"topics": ("klima_miljoe", "kernekraft")}))
    (question,) = saved_questions("Odense", FILTERS)
    assert question.meant.selection.to_link() == "emner=klima_miljoe"
    assert [problem.danish for problem in question.meant.problems] == [
        "»kernekraft« findes ikke i kommunens svar."
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("   ", "Skriv et navn"),
        ("\x00\u202e\u200b", "Skriv et navn"),
        ("\u200d\u200c \u3164", "Skriv et navn"),
        ("a" * (LONGEST_NAME + 1), "højst være 80"),
    ],
)
def test_a_name_must_be_one(name, said):
    with pytest.raises(ParameterError, match=said):
        save_question("Odense", name, Selection())


@pytest.mark.parametrize("content", ["", "{", "[1, {}]", json.dumps([{"id": 1, "label": "x", "levels": {}}])])
def test_a_damaged_file_holds_no_questions_and_is_mended_by_the_next(content):
    path = saved_folder("Odense") / FILE
    path.parent.mkdir(parents=True)
    path.write_text(content)
    assert saved_questions("Odense", FILTERS) == ()
    save_question("Odense", "Ny", Selection())
    assert [question.label for question in saved_questions("Odense", FILTERS)] == ["Ny"]


def test_a_folder_that_is_a_file_is_told_in_danish(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "saved").write_text("")
    with pytest.raises(
        DataError, match="kunne ikke gemmes: der ligger noget andet på filens eller mappens pla"
    ):
        save_question("Odense", "Ny", Selection())


ONE = {"id": "a", "label": "Gemt", "levels": {}}


WRONG = ({}, {"id": "aeldre_klima"}, {"id": "b", "label": ""}, {"id": "b", "levels": {"age": None}})


@pytest.mark.parametrize("content", ["[{},", *(json.dumps([ONE, ONE | wrong]) for wrong in WRONG)])
def test_a_damaged_file_of_questions_is_told_and_kept_aside(content):
    path = saved_folder("Odense") / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    assert damaged("Odense").startswith("Nogle af de gemte spørgsmål kan ikke læses.")
    save_question("Odense", "Ny", Selection())
    assert path.with_suffix(".beskadiget.json").read_text("utf-8") == content
    assert damaged("Odense") == ""
    path.write_text("[", encoding="utf-8")
    assert ".beskadiget1.json" in damaged("Odense")
    delete_question("Odense", "a")
    assert path.with_suffix(".beskadiget.json").read_text("utf-8") == content
    assert path.with_suffix(".beskadiget1.json").read_text("utf-8") == "["


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")
def test_a_full_disk_leaves_a_damaged_file_of_questions_where_it_is():
    path = saved_folder("Odense") / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps([ONE, {}])
    path.write_text(content, encoding="utf-8")
    for _ in range(2):
        with (
            pytest.raises(
                DataError, match=r"Ændringen kunne ikke gemmes: systemet melder fejl nummer \d+\.$"
            ),
            files_of_at_most(20),
        ):
            save_question("Odense", "Ny", Selection())
        assert path.read_text("utf-8") == content
        assert [question.label for question in saved_questions("Odense", FILTERS)] == ["Gemt"]
    save_question("Odense", "Ny", Selection())
    assert [question.label for question in saved_questions("Odense", FILTERS)] == ["Gemt", "Ny"]
    assert {one.name for one in path.parent.glob("*.json")} == {FILE, "spoergsmaal.beskadiget.json"}


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")
def test_a_damaged_file_is_kept_once_where_the_disk_has_no_links(monkeypatch):
    def refuse(*_):
        raise OSError(errno.EOPNOTSUPP, "no links")

    monkeypatch.setattr("os.link", refuse)
    path = saved_folder("Odense") / FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("[", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(DataError, match="Ændringen kunne ikke gemmes"), files_of_at_most(20):
            save_question("Odense", "Ny", Selection())
    assert {one.name for one in path.parent.glob("*.json")} == {FILE, "spoergsmaal.beskadiget.json"}


@contextmanager
def files_of_at_most(size):
    """As on a disk that is full."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_whoever_cannot_get_at_the_questions_in_time_is_told(monkeypatch):
    monkeypatch.setattr("borgerlib.dashboard.page.questions._WAIT_SECONDS", 0.05)
    save_question("Odense", "Gemt", Selection())
    with (
        FileLock(saved_folder("Odense") / "spoergsmaal.lock"),
        pytest.raises(DataError, match="Ændringen kunne ikke gemmes: det tog for lang tid"),
    ):
        save_question("Odense", "Ny", Selection())
    assert [question.label for question in saved_questions("Odense", FILTERS)] == ["Gemt"]
