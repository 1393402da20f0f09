"""Sessions in a folder of the test's own, and the tools without a municipality."""

import pytest

from borgerlib.workshop.cards.deck import read_decks
from borgerlib.workshop.influence.elements import read_elements, shipped_elements
from borgerlib.workshop.page.cards import cards_tool
from borgerlib.workshop.page.citizens import Citizens
from borgerlib.workshop.page.influence import influence_tool
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.sessions.store import create_session


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def influence():
    return influence_tool(read_elements(shipped_elements()), Citizens(), place="Odense")


@pytest.fixture(scope="session")
def cards():
    return cards_tool(read_decks(), Citizens())


@pytest.fixture
def influence_room(influence, workspace):
    return Room(influence, create_session("indflydelse", "Direktionens dag"))


@pytest.fixture
def cards_room(cards, workspace):
    return Room(cards, create_session("dialogkort", "Temadag"))
