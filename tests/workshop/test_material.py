"""A session knows the elements or cards that it is about."""

import shutil

import pytest

from borgerlib.errors import DataError
from borgerlib.workshop.page.open import open_room
from borgerlib.workshop.saved.comparison import comparison_table
from borgerlib.workshop.sessions.change import TOGETHER, Change

SPOT = {"id": "kaffe", "when": "today", "influence": 3, "control": 5}
OWN = """
[[role]]
id = "rektor"
label = "Rektor"
[[area]]
id = "skole"
label = "Skolen"
[[element]]
id = "kaffe"
label = "{}"
"""
DECK = """
kind = "role"
title = "Vores roller"
[[card]]
id = "vaegter"
title = "Vægteren"
motto = "»Hallo«"
text = "Passer på."
strength = "Vågen."
trap = "Træt."
tools = ["Sov."]
question = "Hvorfor?"
"""


@pytest.fixture
def elements(tmp_path):
    file = tmp_path / "vores.toml"
    file.write_text(OWN.format("God kaffe"), encoding="utf-8")
    return file


def labels(room):
    return [element.label for element in room.state.elements]


def test_reopened_and_compared_without_the_file(elements, tmp_path):
    before, after = (open_room("indflydelse", title=title, own=[elements]) for title in ("Før", "Nu"))
    for room, influence in ((before, 3), (after, 7)):
        room.keep([room.check(TOGETHER, "place", {**SPOT, "influence": influence})])
    elements.unlink()
    again = open_room("indflydelse", title="Nu")
    assert (labels(again), again.tool.config["roles"]) == (
        ["God kaffe"],
        [{"id": "rektor", "label": "Rektor"}],
    )
    assert again.state == after.state
    away = shutil.copy(before.session.path, tmp_path / "andetsteds.sqlite")
    # Opened once more it is not written to.
    assert len(open_room("indflydelse", session=str(away)).session.changes()) == 2
    table = comparison_table(
        [open_room("indflydelse", session=name) for name in (str(away), after.session.id)]
    )
    assert table[["Element", "Ændring i dag"]].values.tolist() == [["God kaffe", 4]]


def test_a_file_that_is_named_again_takes_the_place_of_what_was_kept(elements):
    open_room("indflydelse", title="Dagen", own=[elements])
    elements.write_text(OWN.format("Bedre kaffe"), encoding="utf-8")
    assert labels(open_room("indflydelse", title="Dagen")) == ["God kaffe"]
    assert labels(open_room("indflydelse", title="Dagen", own=[elements])) == ["Bedre kaffe"]
    assert labels(open_room("indflydelse", title="Dagen")) == ["Bedre kaffe"]
    assert len(open_room("indflydelse", title="Andet").state.elements) == 18


def test_a_session_from_before_has_ours(influence_room):
    again = open_room("indflydelse", session=influence_room.session.id)
    assert labels(again)[0] == "Formålet og rammerne er klare fra starten"


def test_cards_of_ones_own_and_the_municipality_are_known_too(tmp_path):
    file = tmp_path / "roller.toml"
    file.write_text(DECK, encoding="utf-8")
    room = open_room("dialogkort", municipality="Odense", title="Temadag", own=[file])
    file.unlink()
    again = open_room("dialogkort", session=room.session.id)
    assert again.state.decks == room.state.decks
    assert again.state.decks[2].cards[-1].title == "Vægteren"
    assert again.tool.config["title"] == "Dialogkort for Odense"


def test_what_cannot_be_read_is_said(influence_room):
    influence_room.session.add([Change(TOGETHER, "material", {"content": {"role": 1}})])
    with pytest.raises(DataError, match=r"elements or cards of the session .* cannot be read"):
        open_room("indflydelse", session=influence_room.session.id)
