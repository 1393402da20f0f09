"""The gate, and many people at once."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys

import pytest
from processes import PATIENCE, heed_signals
from served import Visitor, saying, serving, until
from tornado.httpclient import HTTPClientError

from borgerlib.workshop.server.gate import Gate
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.sessions.store import open_session

VOTE = ("vote", {"id": "demens", "fit": 4})
ASKED = "kommunaldirektoer\ngenerelt"
PLACED = {"id": "formaal", "when": "today", "influence": 7, "control": 4}


@pytest.fixture
def served(influence_room):
    with serving(influence_room) as running:
        yield running


class TestGate:
    def test_the_code_is_read_in_any_case_and_with_spaces(self):
        gate = Gate(code="ABC234")
        assert gate.opens("abc 234", "a")
        assert not gate.opens("", "a")
        assert not gate.opens("ABC23", "a")

    def test_after_five_wrong_codes_an_address_waits_and_others_do_not(self):
        now = [100.0]
        gate = Gate(now=lambda: now[0])
        for _ in range(5):
            assert gate.wait("a") == 0
            gate.opens("forkert", "a")
        assert gate.is_slow("a")
        # One by one, three seconds each, and half a minute's queue at most.
        assert [gate.wait("a") for _ in range(11)] == [*range(3, 33, 3), None]
        assert gate.wait("b") == 0
        now[0] += 60
        assert gate.wait("a") == 3

    def test_no_two_sessions_have_the_same_keys(self):
        assert len({Gate().code for _ in range(50)}) == len({Gate().token for _ in range(50)}) == 50
        assert re.fullmatch(r"[A-HJ-NP-Z2-9]{6}", Gate().code)


def test_without_token_or_code_nothing_is_shown(served):
    stranger = Visitor(served)
    status, page = stranger.get("/")
    assert (status, "Værktøjet er lukket for andre" in page) == (403, True)
    assert stranger.get("/?token=forkert")[0] == 403
    assert stranger.get("/hent/csv")[0] == 403
    assert stranger.get("/../../etc/passwd")[0] == 404
    status, page = stranger.get("/deltag")
    assert "Skriv koden fra skærmen" in page
    assert "'Segoe UI'" in page
    assert served.code not in page
    status, page = stranger.get("/deltag", code="forkert")
    assert (status, "Koden passer ikke" in page) == (403, True)


def test_the_code_is_not_the_token(served):
    participant = Visitor(served).come_in()
    assert participant.get("/")[0] == 403
    assert participant.get("/hent/html")[0] == 403
    assert participant.get(f"/?token={served.code}")[0] == 403
    assert served.token not in participant.get("/deltag")[1]

    async def try_to_lead():
        with pytest.raises(HTTPClientError, match="403"):
            await participant.line(leads=True)
        line = await participant.line()
        line.write_message(saying("pick", {"id": "formaal", "on": True}))
        said = await until(line, lambda message: message["kind"] == "said")
        line.close()
        return said["text"]

    assert asyncio.run(try_to_lead()) == "Det kan kun den, der leder mødet."


def test_a_line_is_for_those_who_are_in_and_for_our_own_pages(served):
    async def attempts():
        with pytest.raises(HTTPClientError, match="403"):
            await Visitor(served).line()
        with pytest.raises(HTTPClientError, match="403"):
            await Visitor(served).come_in().line(origin="http://ond.example")

    asyncio.run(attempts())


def test_nobody_takes_all_the_lines_and_whoever_leads_always_gets_in(served, monkeypatch):
    greedy, other = (Visitor(served).come_in() for _ in range(2))
    leader = Visitor(served)
    leader.get(f"/?token={served.token}")

    async def crowd():
        lines = [await greedy.line() for _ in range(5)]
        with pytest.raises(HTTPClientError, match="503"):
            await greedy.line()
        lines.append(await other.line())
        monkeypatch.setattr("borgerlib.workshop.server.pages._MOST_LINES", len(lines))
        with pytest.raises(HTTPClientError, match="503"):
            await other.line()
        lines.append(await leader.line(leads=True))
        await until(lines[-1], lambda message: message["kind"] == "view")
        for line in lines:
            line.close()

    asyncio.run(crowd())


def test_the_leader_gets_the_page_with_the_code_and_the_files(served, influence_room):
    leader = Visitor(served)
    status, page = leader.get(f"/?token={served.token}")
    assert status == 200
    assert served.code in page
    assert leader.get("/hent/csv")[0] == 404  # nothing has been said
    influence_room.keep([influence_room.check("", "place", PLACED)])
    assert "Formålet og rammerne" in leader.get("/hent/csv")[1]
    assert leader.get("/hent/exe")[0] == 404


@pytest.mark.slow
def test_fifty_people_place_at_once_and_everybody_sees_it(served, influence_room, influence):
    people = [Visitor(served).come_in() for _ in range(50)]
    leader = Visitor(served)
    leader.get(f"/?token={served.token}")

    async def meeting():
        lead = await leader.line(leads=True)
        lines = await asyncio.gather(*(person.line() for person in people))
        for at, line in enumerate(lines):
            line.write_message(saying("place", {**PLACED, "influence": at % 11}))

        def all_there(message):
            return message["kind"] == "view" and message["view"]["participants"] == 50

        pictures = await asyncio.gather(*(until(line, all_there) for line in (lead, *lines)))
        for line in (lead, *lines):
            line.close()
        return pictures

    _, *pictures = asyncio.run(meeting())
    assert len({str(picture) for picture in pictures}) == 1
    again = Room(influence, open_session(influence_room.session.id))
    assert len(again.state.participants) == 50


@pytest.mark.parametrize("tool", ["indflydelse", "dialogkort"])
def test_a_telephone_is_told_nothing_of_what_the_others_answer(tool, influence_room, cards_room):
    room = {"indflydelse": influence_room, "dialogkort": cards_room}[tool]
    said = {"indflydelse": ("place", {**PLACED, "influence": 9, "control": 8}), "dialogkort": VOTE}[tool]

    async def listen(served, people):
        lines = [await person.line() for person in people]
        heard = []
        for number, line in enumerate(lines[1:], start=1):
            line.write_message(saying(*said))
            heard.append(
                await until(
                    lines[0],
                    lambda message, n=number: (
                        message["kind"] == "view" and message["view"]["participants"] == n
                    ),
                )
            )
        for line in lines:
            line.close()
        return heard

    with serving(room) as served:
        heard = asyncio.run(listen(served, [Visitor(served).come_in() for _ in range(6)]))
    counts = [message["view"].pop("participants") for message in heard]
    assert counts == [1, 2, 3, 4, 5]
    # But for how many have answered, the fifth answer changes nothing of what is sent.
    assert len({str(message) for message in heard}) == 1
    assert len(room.session.changes()) == 5
    for ending in ("", "-wal", "-shm"):
        path = room.session.path.with_name(room.session.path.name + ending)
        assert not path.exists() or path.stat().st_mode & 0o077 == 0


def test_who_comes_back_finds_what_was_placed_and_nonsense_harms_nobody(served):
    person = Visitor(served).come_in()

    async def leave_and_return():
        line = await person.line()
        for nonsense in ("{", "[]", '{"id": 1}', "null", b"\x00\xff", "[" * 20000):
            line.write_message(nonsense, binary=isinstance(nonsense, bytes))
        line.write_message(saying("place", PLACED, "\ud800"))
        line.write_message(saying("place", PLACED, "7"))
        kept = await until(line, lambda message: message["kind"] == "kept")
        line.close()
        again = await person.line()
        own = await until(again, lambda message: message["kind"] == "own")
        for number in range(400):  # more than anybody says in a second, however slowly they are heard
            again.write_message(saying("place", PLACED, str(number)))
        with pytest.raises(AssertionError, match="closed"):
            await until(again, lambda message: False)
        return kept["ids"], own["own"]

    assert asyncio.run(leave_and_return()) == (["7"], {ASKED: {"formaal": {"today": [7, 4]}}})


def test_who_comes_back_and_repeats_is_shown_what_was_kept_of_it(served):
    person = Visitor(served).come_in()

    async def repeat():
        line = await person.line()
        await until(line, lambda message: message["kind"] == "view")
        line.write_message(saying("place", PLACED))
        own = await until(line, lambda message: message["kind"] == "own")
        await until(line, lambda message: message["kind"] == "kept")
        line.close()
        return own["own"]

    assert asyncio.run(repeat()) == {ASKED: {"formaal": {"today": [7, 4]}}}


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.thorough)])
def test_the_command_ends_when_it_is_told_to(number, workspace):
    command = subprocess.Popen(
        [sys.executable, "-m", "borgerlib", "workshop", "dialogkort", "--no-browser", "--port", "9790"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "BORGER_WORKSPACE": str(workspace), "COLUMNS": "200"},
        preexec_fn=heed_signals,
    )  # fmt: skip
    lines = [command.stdout.readline() for _ in range(4)]
    port = int(re.search(r"http://127\.0\.0\.1:(\d+)/\?token=", lines[0])[1])
    assert re.search(r"/deltag, code [A-Z2-9]{6}$", lines[1])
    command.send_signal(number)
    said, wrong = command.communicate(timeout=PATIENCE)
    assert (command.returncode, said.strip(), wrong) == (0, "Closed.", "")
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))
