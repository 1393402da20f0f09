"""What is said in two languages comes from one table, which has no word that nobody says."""

import ast
import json
import pickle
import re
import string
import tomllib
from datetime import date
from pathlib import Path

import pytest

from borgerlib.errors import DataError
from borgerlib.said import said

PACKAGE = Path(__file__).resolve().parent.parent / "borgerlib"
TABLE = tomllib.loads((PACKAGE / "said.toml").read_text("utf-8"))


def places(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_a_text_is_english_and_knows_its_danish():
    told = said("titles_passed", count=1200, row=4)
    assert told == "1200 rows above the headings are passed over (the table begins in row 4)"
    assert (
        told.danish == "Rækker over overskrifterne, som er sprunget over: 1.200. Tabellen begynder i række 4."
    )


def test_what_is_said_of_something_said_is_danish_throughout():
    answers = [said("times", text="Vil ikke svare", count=3), said("times", text="?", count=2)]
    told = said("of_item", item="koen", what=said("no_answer", answers=answers))
    assert told == "item 'koen': 'Vil ikke svare' (3 times), '?' (2 times) taken for no answer"
    assert told.danish == "»koen«: »Vil ikke svare« (3 svar) og »?« (2 svar) tæller som intet svar."


def test_names_days_and_shares_are_written_as_each_language_does():
    assert said("texts_beside", columns=["a", "b"]) == "'a', 'b' holds texts: written beside an option?"
    assert said("texts_beside", columns=["a", "b"]).danish.startswith("»a« og »b« har tekster")
    assert "2026-11-30" in said("no_dates", today=date(2026, 11, 30))
    assert "30. november 2026" in said("no_dates", today=date(2026, 11, 30)).danish
    cap = said("no_cap", cap=5.0, largest=7.25, problems="")
    assert "at most 5 times" in cap
    assert "5,0 gange" in cap.danish


def test_one_is_one():
    assert said("headings_repeated", count=1) == "1 row that repeats the headings is passed over"
    assert said("headings_repeated", count=2) == "2 rows that repeat the headings are passed over"


def test_it_is_a_text_wherever_it_goes():
    told = said("unweighted")
    assert json.loads(json.dumps([told])) == [str(told)]
    assert pickle.loads(pickle.dumps(told)).danish == told.danish


def test_an_error_tells_what_to_do_next_unless_it_is_told_otherwise():
    assert DataError(said("no_path", path="x.csv")).hint == "Check the name, or give the whole path."
    assert DataError(said("no_path", path="x.csv"), hint="Look again.").hint == "Look again."
    assert said("no_consent_option", item="x", option="ja").hint.endswith("consent the id 'ja'.")


@pytest.mark.parametrize("kind", TABLE)
def test_both_languages_are_there_and_danish_asks_for_nothing_more(kind):
    words = TABLE[kind]
    assert set(words) - {"en_1", "hint"} == {"en", "da"}
    assert places(words.get("hint", "")) <= places(words["en"])
    assert places(words["da"]) <= places(words["en"]) | {"count", "line"}
    assert places(words.get("en_1", "")) <= places(words["en"])


def test_each_kind_is_said_somewhere_and_none_is_unknown():
    trees = [ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")]
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # The words of a rule are found by its name.
    assert not set(TABLE) - texts - {f"rule_{text}" for text in texts}
    calls = [
        node.args[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "said"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert len(calls) > 40
    assert not set(calls) - set(TABLE)


def test_no_module_words_a_refusal_in_danish():
    # Names and examples may be Danish; these words make a sentence.
    sentence = re.compile(r"\b(ikke|skal|kan|eller|der|findes|kunne|mangler)\b")
    found = []
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        parts = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
        if path.is_relative_to(PACKAGE / "interest" / "filters"):
            parts.append(tree)  # of the rooms below the pages, the one that refuses what a page asks for
        texts = {
            node.value
            for part in parts
            for node in ast.walk(part)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        found += [f"{path.name}: {text}" for text in texts if sentence.search(text)]
    assert not found


def raised(room):
    """Yield where errors of ours are raised, and what they say first."""
    paths = [PACKAGE / room] if room.endswith(".py") else (PACKAGE / room).rglob("*.py")
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
                name = ast.unparse(node.exc.func)
                if name in ("DataError", "CodebookError", "MarginError"):
                    yield f"{path.name}:{node.lineno}", node.exc.args[0]


@pytest.mark.parametrize(
    "room",
    [
        "survey/grid",
        "survey/readers",
        "survey/importing",
        "survey/mapping",
        "survey/codebook/load.py",
        "interest/prepare/prepare.py",
        "interest/weighting/plan.py",
        "interest/weighting/ages.py",
    ],
)
def test_what_the_page_of_an_import_can_refuse_is_said_in_danish(room):
    found = dict(raised(room))
    english = [
        place
        for place, first in found.items()
        if not (isinstance(first, ast.Call) and ast.unparse(first.func) in ("said", "unknown_name"))
    ]
    assert not english
