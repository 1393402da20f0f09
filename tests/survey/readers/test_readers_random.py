"""Whatever a random survey is written as comes back with exact counts, or is refused by name."""

from __future__ import annotations

import os
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_exports import LAYOUTS, Made, make, put_strays, soil, write

from borgerlib.errors import DataError
from borgerlib.survey.readers.read import read_responses
from borgerlib.survey.responses import Responses

DIRT = ("spaces", "blank rows", "blank columns", "further columns", "title", "total")
# make test-thorough tries 300, make test-nightly 2,000; BORGER_FUZZ=20000 as many as it says.
USUAL = settings.default.max_examples
EXAMPLES = int(os.environ.get("BORGER_FUZZ", 300 if USUAL >= 200 else (USUAL + 1) // 2))


def check(responses: Responses, made: Made) -> None:
    """Assert that every row, option, number and stray text is where it was put."""
    frame = responses.frame
    assert len(frame) == len(made.people)
    for item in made.book:
        if item.id in responses.absent:
            # Most of what few people wrote was no number: told, and not used.
            assert any(f"item '{item.id}'" in note for note in responses.source.notes)
            made.stray = {place: text for place, text in made.stray.items() if place[1] != item.id}
            continue
        given = [person.get(item.id) for person in made.people]
        if item.kind == "multiple":
            for option, column in zip(item.options, item.columns, strict=True):
                wanted = sum(option.id in answer for answer in given if answer is not None)
                assert int(frame[column].sum()) == wanted, (item.id, option.text)
        elif item.kind == "single":
            assert frame[item.id].astype("object").where(frame[item.id].notna(), None).tolist() == given
        elif item.kind == "number":
            assert frame[item.id].fillna(-1).tolist() == [-1 if age is None else age for age in given]
        else:
            assert frame[item.id].tolist() == given
    strays = sorted(responses.problems["value"])
    assert strays == sorted(made.stray.values())


def outcome(seed: int, layout: str, dirt: set[str], strays: int) -> str:
    """Write and read one survey; return '' when it came back, else the message it was refused with."""
    chance = random.Random(seed)
    made = make(chance, people=chance.randint(3, 40))
    put_strays(made, chance, number=strays)
    rows = LAYOUTS[layout](made, chance)
    headings = len(rows) - len(made.people)
    with TemporaryDirectory() as folder:
        path = write(soil(rows, headings, chance, dirt), Path(folder) / "svar", chance)
        try:
            responses = read_responses(path, made.book)
        except DataError as error:
            return f"{error} {error.problems}{error.hint}"
        check(responses, made)
    return ""


@settings(max_examples=EXAMPLES)
@given(
    seed=st.integers(0, 2**32),
    layout=st.sampled_from(sorted(LAYOUTS)),
    dirt=st.sets(st.sampled_from(DIRT)),
    strays=st.integers(0, 2),
)
def test_a_random_survey_comes_back_exactly_or_is_refused(seed, layout, dirt, strays):
    outcome(seed, layout, dirt, strays)


def test_a_sign_in_an_option_that_also_parts_question_and_option():
    # Seed 63000 has the options 'Brønd: lund' and 'Brønd: bål' under one question.
    assert outcome(63000, "qualtrics", set(), 0) == ""


def test_a_title_over_few_respondents_is_no_question():
    # Four people, two of whom gave no age: nothing below tells the headings but that they are words.
    assert outcome(2720554466, "redcap", {"spaces", "title", "total"}, 2) == ""


@pytest.mark.long
@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_tidy_survey_is_seldom_refused(layout):
    refused = [message for seed in range(5) if (message := outcome(seed, layout, set(), 0))]
    assert len(refused) <= 1, refused
