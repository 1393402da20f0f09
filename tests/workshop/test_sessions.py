"""Sessions on the disk: several writers, kills, damage, other versions."""

import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from typer.testing import CliRunner

from borgerlib.commands.workshop import app
from borgerlib.errors import DataError, ParameterError
from borgerlib.workshop.sessions import store
from borgerlib.workshop.sessions.change import Change
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.sessions.store import create_session, list_sessions, open_session

PLACED = {"id": "formaal", "when": "today", "influence": 7, "control": 4}


def test_what_was_kept_comes_back(influence, influence_room):
    influence_room.keep([influence_room.check("", "place", PLACED)])
    again = Room(influence, open_session(influence_room.session.id))
    assert again.state == influence_room.state
    assert again.session.title == "Direktionens dag"
    assert [session.id for session in list_sessions("indflydelse")] == [again.session.id]
    assert list_sessions("dialogkort") == ()


def test_several_write_at_once_and_every_change_is_there(influence_room):
    session = influence_room.session

    def write(who):
        for number in range(10):
            session.add([Change(who, "pick", {"id": "formaal", "on": True, "n": number})])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, ["a", "b", "c", "d"]))
    kept = session.changes()
    assert len(kept) == 40
    assert [change.number for change in kept] == sorted({change.number for change in kept})
    assert influence_room.catch_up()


WRITER = """
import sys
from borgerlib.workshop.sessions.change import Change
from borgerlib.workshop.sessions.store import open_session
session = open_session(sys.argv[1])
for number in range(100000):
    session.add([Change("p", "pick", {"id": "formaal", "n": number})])
    print(number, flush=True)
"""


def test_a_kill_loses_nothing_that_was_confirmed(influence_room):
    session = influence_room.session
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, session.id], stdout=subprocess.PIPE, env=os.environ, text=True
    )
    confirmed = [int(process.stdout.readline()) for _ in range(20)][-1]
    process.send_signal(signal.SIGKILL)
    confirmed = max([confirmed, *(int(line) for line in process.stdout.read().split())])
    process.wait()
    numbers = [change.content["n"] for change in open_session(session.id).changes()]
    assert numbers[: confirmed + 1] == list(range(confirmed + 1))


def test_a_session_of_another_version_is_left_alone(influence_room):
    path = influence_room.session.path
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("PRAGMA user_version = 2")
    with pytest.raises(DataError, match=r"another version \(2; this one reads 1\)"):
        open_session(path.stem)


def test_of_a_damaged_file_the_last_good_state_is_kept_and_that_is_said(influence):
    session = create_session("indflydelse", "Beskadiget")
    room = Room(influence, session)
    room.session.add([Change("", "place", {**PLACED, "influence": number % 11}) for number in range(400)])
    with closing(sqlite3.connect(session.path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(session.path.read_bytes())
    content[-4096:] = b"\xff" * 4096  # the last page
    session.path.write_bytes(content)
    (listed,) = list_sessions("indflydelse")  # which leaves the file as it is
    assert (listed.title, listed.problem) == ("Beskadiget", "The session is damaged.")
    again = open_session(session.id)
    numbers = [change.number for change in again.changes()]
    assert 300 <= len(numbers) < 400
    assert numbers == list(range(1, len(numbers) + 1))
    (aside,) = (path for path in session.path.parent.glob("*.beskadiget-*") if "-wal" not in path.name)
    assert f"number {len(numbers)} (20" in again.recovered
    assert aside.name in again.recovered
    assert aside.name in again.recovered.danish
    assert not open_session(session.id).recovered


@pytest.mark.parametrize(
    "content",
    [
        None,
        '{"id": "formaal", "when": "today", "influence": 99, "control": 4}',
        '{"id": "formaal", "when": "today", "influence": 3.7, "control": 4}',
        '{"id": "formaal", "when": "today", "influence": "syv", "control": 4}',
        '{"id": "formaal", "when": "later", "influence": 7, "control": 4}',
        '{"id": "formbal", "when": "today", "influence": 7, "control": 4}',
        '{"id": "formaal", "when": "today", "influence": 7, "control": 4, "role": "byrbad"}',
    ],
)
def test_a_value_that_cannot_be_costs_the_changes_from_there_on(influence, content):
    session = create_session("indflydelse", "Værdi")
    session.add([Change("", "place", PLACED)])
    with closing(sqlite3.connect(session.path)) as file, file:
        file.execute(
            "INSERT INTO change (at, who, kind, content) VALUES ('i går', '', 'place', ?)", [content]
        )
    session.add([Change("", "pick", {"id": "formaal", "on": True})])
    room = Room(influence, open_session(session.id))
    assert "number 1 (20" in room.session.recovered
    assert [change.kind for change in room.session.changes()] == ["place"]


def test_a_file_whose_end_is_cut_off_keeps_what_stands_before_it(influence):
    session = create_session("indflydelse", "Afkortet")
    session.add([Change("", "place", {**PLACED, "influence": number % 11}) for number in range(400)])
    with closing(sqlite3.connect(session.path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = session.path.read_bytes()
    session.path.write_bytes(content[: len(content) - 4096])
    room = Room(influence, open_session(session.id))
    assert room.session.recovered
    assert 200 <= len(room.session.changes()) < 400


def test_the_commands_say_what_is_damaged(influence):
    room = Room(influence, create_session("indflydelse", "Beskadiget"))
    room.session.add([Change("", "place", PLACED)])
    other = Room(influence, create_session("indflydelse", "Hel"))
    other.session.add([Change("", "place", PLACED)])
    with closing(sqlite3.connect(room.session.path)) as file, file:
        file.execute("INSERT INTO change (at, who, kind, content) VALUES ('', '', 'place', '{')")
    listed = CliRunner().invoke(app, ["sessions"]).output
    assert listed.count("The session is damaged.") == 1
    assert "Beskadiget" in next(line for line in listed.splitlines() if "damaged" in line)
    done = CliRunner().invoke(
        app,
        ["compare", room.session.id, other.session.id, "--to", str(room.session.path.with_suffix(".csv"))],
    )
    assert "was damaged. It is as it was at the last whole step, number 1 (20" in " ".join(
        done.output.split()
    )
    assert "damaged" not in CliRunner().invoke(app, ["sessions"]).output


@pytest.mark.parametrize(
    ("old", "new"), [(b'"control"', b'"contrml"'), (b'"when"', b'"when!'), ("Møde".encode(), b"M\xc3\x00de")]
)
def test_a_letter_that_is_damaged_costs_the_changes_from_there_on(influence, old, new):
    session = create_session("indflydelse", "Bogstav")
    noted = {"id": "formaal", "question": "wish", "what": "Møde", "who": "", "by": ""}
    first = Change("", "pick", {"id": "formaal", "on": True})
    session.add([first, Change("", "decide", noted), Change("", "place", PLACED)])
    with closing(sqlite3.connect(session.path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = session.path.read_bytes()
    assert content.count(old) == 1
    session.path.write_bytes(content.replace(old, new))
    if old != b'"control"':  # what is open tells nothing of the text
        with pytest.raises(DataError, match=r"^The session is damaged\.\n?") as caught:
            session.changes()
        assert "Møde" not in str(caught.value)
    room = Room(influence, open_session(session.id))
    assert room.session.recovered
    kept = [change.kind for change in room.session.changes()]
    assert kept == (["pick"] if old.startswith(b"M") else ["pick", "decide"])
    assert room.state.said.picked == {"formaal"}
    assert not Room(influence, open_session(session.id)).session.recovered


def test_a_session_that_another_program_holds_is_not_taken_for_damaged(influence_room, monkeypatch):
    monkeypatch.setattr(store, "_WAIT_SECONDS", 0)
    path = influence_room.session.path
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA locking_mode = EXCLUSIVE")
        with file:
            file.execute("UPDATE about SET title = title")
        with pytest.raises(DataError, match="locked"):
            open_session(path.stem)
    assert not list(path.parent.glob("*beskadiget*"))
    assert open_session(path.stem).title == "Direktionens dag"


def test_what_is_no_session_is_said(tmp_path, influence, cards_room):
    with pytest.raises(DataError, match="no saved session 'nej'"):
        open_session("../nej")
    path = cards_room.session.path.with_name("indflydelse-x.sqlite")
    path.write_bytes(b"hej" * 1000)
    with pytest.raises(DataError, match="nothing can be read"):
        open_session("indflydelse-x")
    assert path.read_bytes() == b"hej" * 1000
    (listed,) = list_sessions("indflydelse")
    assert (listed.id, listed.title, listed.problem) == ("indflydelse-x", "", "The session is damaged.")
    with pytest.raises(DataError, match="of another tool: dialogkort"):
        Room(influence, cards_room.session)


def test_a_file_that_cannot_be_opened_is_listed_as_one_that_cannot_be_read(workspace, influence_room):
    influence_room.session.path.with_name("indflydelse-mappe.sqlite").mkdir()
    listed = CliRunner().invoke(app, ["sessions"]).output
    assert "indflydelse-mappe  It cannot be read: unable to open database file." in listed
    assert "Direktionens dag" in listed


def test_a_participant_may_place_and_nothing_else(influence_room, cards_room):
    assert influence_room.check("p1", "place", PLACED).who == "p1"
    for kind in ("pick", "decide", "element", "setting", "leave_out"):
        with pytest.raises(ParameterError, match="den, der leder mødet"):
            influence_room.check("p1", kind, {"id": "formaal"})
    with pytest.raises(ParameterError, match="den, der leder mødet"):
        cards_room.check("p1", "note", {})
    with pytest.raises(ParameterError, match="ikke kender"):
        influence_room.check("", ["place"], PLACED)
