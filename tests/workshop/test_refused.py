"""What is wrong with a file: English in code and on the command line, Danish where a notebook meets it."""

import sqlite3
from contextlib import closing

import pytest

import borgerlib
from borgerlib.errors import BorgerlibError, DataError
from borgerlib.said import said
from borgerlib.survey.codebook.model import LEADERS
from borgerlib.workshop.cards.deck import read_deck, shipped_decks
from borgerlib.workshop.influence.elements import BARRIERS, options_of, shipped_elements
from borgerlib.workshop.sessions.change import TOGETHER, Change

NO_TOML = "»x.toml« er ikke skrevet, som TOML skal være: se linje 2."


def broken(text, *changes):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def refused(open_, *given, **named):
    with pytest.raises(BorgerlibError) as caught:
        open_(*given, **named)
    return caught.value


@pytest.fixture
def deck(tmp_path):
    text = shipped_decks()["theme"].read_text(encoding="utf-8")

    def write(*changes):
        file = tmp_path / "temaer.toml"
        file.write_text(broken(text, *changes), encoding="utf-8")
        return file

    return write


def test_a_deck_with_all_that_can_be_wrong_is_told_in_danish_with_its_lines(deck):
    file = deck(
        ('id = "dagtilbud"', 'id = "skolestruktur"'),
        ('title = "Mere omsorg for de samme penge"\n', ""),
        ('topics = ["aeldre"]', 'topics = ["aldre"]'),
        ('law = "Samtykke', 'lov = "Samtykke'),
        ('room = "Hvilke tilbud', 'roomm = "Hvilke tilbud'),
        ('frames = "At der skal være et værested, er besluttet."', "frames = 3"),
        ('question = "Kan man have en borgerdialog om sine naboer?"', 'question = ""'),
        ('sources = ["Barnets lov, § 5"]', 'sources = "Barnets lov, § 5"'),
        ('topics = ["beskaeftigelse"]', 'topics = ["qqq"]'),
    )
    told = refused(borgerlib.open_dialogue_cards, decks=[file])
    assert told.message == "»temaer.toml« kan ikke bruges:"
    assert told.hint == "Ret filen. De filer, der ligger i data/raw/vaerksted, er skrevet rigtigt."
    every = "\n".join(told.problems)
    for expected in (
        "card 'skolestruktur', id: et andet har allerede id »skolestruktur«",
        "card 'aeldreomsorg': »title« mangler",
        "card 'demens', lov: »lov« kendes ikke. Der kan stå: id, title, text,",
        "card 'demens': »law« mangler",
        "card 'handicap', roomm: »roomm« kendes ikke. Det ligner »room«",
        "card 'udsatte', frames: 3 skal være en tekst i anførselstegn",
        "card 'boligpsykiatri', question: teksten må ikke være tom",
        "»Barnets lov, § 5«".replace("»", '"').replace("«", '"') + ' skal være en liste: ["…", "…"]',
        "topics: »aldre« kendes ikke. Er det »aeldre«? Der kan stå: ",
        "topics: »qqq« kendes ikke. Der kan stå: ",
    ):
        assert expected in every, every
    assert all(problem.startswith("linje ") for problem in told.problems)
    # The command line says as much in English, of the same places.
    english = refused(read_deck, file)
    assert len(english.problems) == len(told.problems)
    assert english.message == "The deck in temaer.toml cannot be used:"


@pytest.mark.parametrize(
    ("content", "message", "problems"),
    [
        (b'kind = "themes"\n', "»x.toml« kan ikke bruges:",
         ("linje 1: kind: »themes« kendes ikke. Er det »theme«? Der kan stå: theme, format, role",)),
        (b"", "»x.toml« kan ikke bruges:", ("»kind« mangler",)),
        (b'kind = "theme"\ntitle = "T"\ncard = []\n', "»x.toml« kan ikke bruges:",
         ("linje 3: card: listen skal være længere: mindst 1",)),
        (b'kind = "theme"\ntitle = "T\n', NO_TOML, ()),
        (b'kind = ["theme"', NO_TOML.replace("2", "1"), ()),
        (b'kind = "\xe6"', "»x.toml« er ikke gemt som UTF-8.", ()),
    ],
)  # fmt: skip
def test_a_file_that_is_no_deck_is_told_in_danish(tmp_path, content, message, problems):
    file = tmp_path / "x.toml"
    file.write_bytes(content)
    told = refused(borgerlib.open_dialogue_cards, decks=[file])
    assert (told.message, told.problems) == (message, problems)


def test_elements_are_told_in_danish_too(tmp_path):
    text = shipped_elements().read_text(encoding="utf-8")
    file = tmp_path / "elementer.toml"
    changes = [
        ('label = "Borgerne er klædt på"', f'label = "{"x" * 81}"'),
        ('cause = "faglighed"', 'cause = "fagligheden"'),
        ('cause = "ressourcer"', 'cause = "qqq"'),
    ]
    file.write_text(broken(text, *changes), encoding="utf-8")
    told = refused(borgerlib.open_influence_map, elements=file)
    assert told.message == "»elementer.toml« kan ikke bruges:"
    legal = ", ".join(options_of(LEADERS, BARRIERS))
    assert [problem.partition(": ")[2].partition(": ")[2] for problem in told.problems] == [
        "teksten er på 81 tegn; der er plads til 80",
        f"»fagligheden« kendes ikke. Er det »faglighed«? Der kan stå: {legal}",
        f"»qqq« kendes ikke. Der kan stå: {legal}",
    ]
    file.write_text("role = []\narea = []\nelement = []\n", encoding="utf-8")
    told = refused(borgerlib.open_influence_map, elements=file)
    assert told.problems[0] == "linje 1: role: der skal være mindst én [[role]]"
    missing = refused(borgerlib.open_influence_map, elements=tmp_path / "nej.toml")
    assert missing.message.endswith("nej.toml«.")
    assert missing.hint == "Se efter, om navnet er rigtigt."


def test_sessions_that_cannot_be_opened_are_told_in_danish(influence_room):
    name = influence_room.session.id
    assert refused(borgerlib.open_influence_map, session="nej").message == (
        "Der er ingen gemt session, der hedder »nej«."
    )
    assert refused(borgerlib.open_dialogue_cards, session=name).message == (
        f"Sessionen »{name}« hører til et andet værktøj: indflydelse."
    )
    influence_room.session.add([Change(TOGETHER, "material", {"content": {"role": 1}})])
    assert "kan ikke læses. Filen er ikke rørt." in str(refused(borgerlib.open_influence_map, session=name))
    with closing(sqlite3.connect(influence_room.session.path)) as file, file:
        file.execute("PRAGMA user_version = 2")
    told = refused(borgerlib.open_influence_map, session=name)
    assert (
        told.message == f"Sessionen »{name}« er gemt af en anden udgave (version 2; denne læser version 1)."
    )
    influence_room.session.path.write_bytes(b"hej" * 1000)
    assert "så beskadiget, at intet kan læses" in refused(borgerlib.open_influence_map, session=name).message
    assert refused(borgerlib.open_influence_map, "Odens").message.startswith(
        "»Odens« kendes ikke. Det ligner »Odense«"
    )


def test_a_disk_that_is_full_is_told_in_danish_on_the_page(influence_room, monkeypatch):
    board = borgerlib.open_influence_map(session=influence_room.session.id)
    board.sent = []
    board.send = lambda content, buffers=None: board.sent.append(content)

    def full(changes):
        raise DataError(said("not_saved", why="database or disk is full"))

    monkeypatch.setattr(board.room, "keep", full)
    spot = {"id": "formaal", "when": "today", "influence": 7, "control": 4}
    board._hear({"id": "1", "kind": "place", "content": spot})
    assert board.sent[0]["text"].startswith("Det kunne ikke gemmes: database or disk is full. Det, der er")
