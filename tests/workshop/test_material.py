"""A session knows the elements or cards that it is about."""

import shutil

import pytest

from borgerlib.errors import DataError, ParameterError
from borgerlib.workshop.cards import rounds
from borgerlib.workshop.influence.elements import shipped_elements
from borgerlib.workshop.page.open import open_room
from borgerlib.workshop.saved.comparison import comparison_table
from borgerlib.workshop.saved.report import download
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


def test_what_a_session_was_about_before_stays_in_it(elements, tmp_path):
    """Another file changes what is on the map, and nothing that was said is lost or in the way."""
    room = open_room("indflydelse", title="Dagen")
    room.keep(
        [
            room.check("", "place", {**SPOT, "id": "formaal"}),
            room.check("", "setting", {"key": "role", "value": "byraad"}),
        ]
    )
    other = open_room("indflydelse", title="Dagen", own=[elements])
    assert labels(other) == ["God kaffe"]
    assert len(other.state.left_out) == 18
    assert other.state.labels[0] == "Byrådet"
    row = next(
        line for line in download(other, "csv").content.decode("utf-8-sig").splitlines() if "Formålet" in line
    )
    assert row.endswith(";ja")
    again = open_room("indflydelse", title="Dagen", own=[shipped_elements()])
    assert (labels(again)[0], len(again.state.elements)) == ("Formålet og rammerne er klare fra starten", 18)
    assert [element.label for element in again.state.left_out] == ["God kaffe"]


def test_a_card_that_was_spoken_of_stays_when_another_deck_is_named(tmp_path):
    decks = []
    for name in ("vaegter", "smed"):
        decks.append(tmp_path / f"{name}.toml")
        decks[-1].write_text(DECK.replace("vaegter", name), encoding="utf-8")
    room = open_room("dialogkort", title="Kort", own=decks[:1])
    room.keep([room.check("", "draw", {"card_kind": "role", "id": "vaegter"})])
    room.keep([room.check("", "note", {"table": ["", "", "vaegter"], "text": "Husk det."})])
    other = open_room("dialogkort", title="Kort", own=decks[1:])
    assert [card.id for card in other.state.decks[2].cards[-2:]] == ["smed", "vaegter"]
    assert other.view()["summary"][0]["titles"] == ["Vægteren"]
    # A session whose file was changed by hand has lost the card, and works.
    lost = Change("", "draw", {"card_kind": "role", "id": "findes_ikke"})
    assert rounds.applied(other.state, lost) == other.state


def test_a_session_stays_with_its_municipality():
    room = open_room("indflydelse", municipality="Odense", title="Dagen")
    with pytest.raises(ParameterError, match="is not of Aarhus: it is of Odense") as caught:
        open_room("indflydelse", municipality="Aarhus", session=room.session.id)
    assert caught.value.message.danish.endswith("er ikke for Aarhus: den er for Odense.")
    assert (
        open_room("indflydelse", municipality="Odense", session=room.session.id).session.municipality
        == "Odense"
    )
    free = open_room("indflydelse", title="Uden")
    with pytest.raises(ParameterError, match="it is of no municipality"):
        open_room("indflydelse", municipality="Aarhus", session=free.session.id)
