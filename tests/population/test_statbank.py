"""The StatBank, as its documentation describes it, served on loopback."""

import json
import socket
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from borgerlib.errors import DataError, ParameterError, RunError
from borgerlib.population.margins import population_margins
from borgerlib.population.statbank import (
    STATBANK_URL,
    parse_answer,
    refresh_population,
    request_body,
)
from borgerlib.population.table import bundled_table, current_table, refreshed_path

HEADING = "OMRÅDE;KØN;ALDER;CIVILSTAND;TID;INDHOLD"


@pytest.fixture(autouse=True)
def _own_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))


@pytest.fixture(scope="module")
def answer():
    """What the StatBank answers: codes without leading zeros, no line where nobody lives, not sorted."""
    lines = []
    for (code, sex), row in bundled_table().counts.iterrows():
        place, sex_code = code.lstrip("0"), {"mand": "1", "kvinde": "2"}[sex]
        lines.append(f"{place};{sex_code};IALT;TOT;2026K1;{row.sum()}")
        lines += [f"{place};{sex_code};{age};TOT;2026K1;{people}" for age, people in row.items() if people]
    return "\r\n".join([HEADING, *reversed(lines), ""])


@pytest.fixture
def statbank():
    """A server that gives the answer it is told to; yields (url, requests seen, answer with)."""
    seen, reply = [], {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, dict(self.headers), body))
            content = reply["content"]
            self.send_response(reply.get("status", 200))
            self.send_header("Content-Type", reply.get("type", "text/csv; charset=utf-8"))
            self.send_header("Content-Length", str(reply.get("length", len(content))))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/data", seen, lambda **answer: reply.update(answer)
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_refresh_asks_for_everybody_and_puts_the_answer_in_use(statbank, answer):
    url, seen, answer_with = statbank
    answer_with(content=answer.encode("utf-8"))
    refreshed = refresh_population(url=url)

    ((path, headers, body),) = seen
    assert path == "/v1/data"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    asked = json.loads(body)
    assert (asked["table"], asked["format"], asked["valuePresentation"]) == ("FOLK1A", "BULK", "Code")
    chosen = {variable["code"]: variable["values"] for variable in asked["variables"]}
    assert list(chosen) == ["OMRÅDE", "KØN", "ALDER", "CIVILSTAND", "Tid"]
    assert len(chosen["OMRÅDE"]) == 98
    assert chosen["OMRÅDE"][0] == "101"
    assert (chosen["KØN"], chosen["CIVILSTAND"], chosen["Tid"]) == (["1", "2"], ["TOT"], ["(1)"])
    assert chosen["ALDER"] == ["IALT", *map(str, range(126))]

    assert refreshed.path == refreshed_path()
    assert (refreshed.reference_date, refreshed.population) == (date(2026, 1, 1), 5_822_678)
    assert (refreshed.previous_date, refreshed.previous_population) == (date(2020, 1, 1), 5_822_678)
    assert current_table().reference_date == date(2026, 1, 1)
    margins = population_margins("Odense", as_of=date(2026, 5, 1))
    assert margins["sex"].attrs["reference_date"] == "2026-01-01"
    assert margins["sex"].sum() == 173_250


def test_a_byte_order_mark_and_headings_in_other_case_are_read(answer):
    table = parse_answer(answer.replace("TID;", "Tid;").encode("utf-8-sig"))
    # Nobody is older than 109 in this table, and no line tells of those who are not there.
    assert table.counts.shape == (196, 110)
    assert table.counts.to_numpy().sum() == 5_822_678
    assert table.counts.loc[("0101", "kvinde"), 0] == 4882


def test_a_quarter_can_be_asked_for_by_name(statbank, answer):
    url, seen, answer_with = statbank
    answer_with(content=answer.replace("2026K1", "2025K3").encode("utf-8"))
    assert refresh_population(url=url, period="2025K3").reference_date == date(2025, 7, 1)
    assert json.loads(seen[0][2])["variables"][-1] == {"code": "Tid", "values": ["2025K3"]}
    with pytest.raises(ParameterError, match="'2025Q3' is no quarter"):
        refresh_population(url=url, period="2025Q3")
    assert len(seen) == 1


def test_the_real_address_is_the_default():
    assert STATBANK_URL == "https://api.statbank.dk/v1/data"
    assert "OMRÅDE".encode() in request_body()


def test_a_damaged_refreshed_table_is_mended_by_a_refresh(statbank, answer):
    url, _, answer_with = statbank
    answer_with(content=answer.encode("utf-8"))
    refreshed_path().parent.mkdir(parents=True)
    refreshed_path().write_text("nonsense", encoding="utf-8")
    refresh_population(url=url)
    assert current_table().reference_date == date(2026, 1, 1)


def lines_of(text, start):
    return [line for line in text.splitlines() if line.startswith(start)]


@pytest.mark.long
@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: "<html>Vedligehold</html>", ["lacks the columns OMRÅDE"]),
        (lambda text: "", ["no semicolon-separated file"]),
        (lambda text: HEADING + "\n", ["one quarter in column TID, there is none"]),
        (lambda text: text.replace("KØN", "SEX"), ["lacks the columns KØN"]),
        (lambda text: text.replace("2026K1", "2026M01"), ["one quarter", "2026M01"]),
        (lambda text: text.replace("461;1;30;TOT;2026K1", "461;1;30;TOT;2025K4"), ["2025K4, 2026K1"]),
        (lambda text: text.replace("461;1;30;TOT", "461;1;30;U"), ["CIVILSTAND"]),
        (lambda text: text.replace("461;1;30;", "461;TOT;30;"), ["KØN holds 'TOT'"]),
        (lambda text: text.replace("461;1;30;", "461;1;30 år;"), ["'30 år'"]),
        (lambda text: text.replace("461;1;30;", "461;1;31;"), ["more than once"]),
        (
            lambda text: text.replace("461;1;IALT;TOT;2026K1;", "461;1;IALT;TOT;2026K1;-"),
            ["INDHOLD holds '-"],
        ),
        (
            lambda text: text.replace("461;1;30;TOT;2026K1;", "461;1;30;TOT;2026K1;1"),
            ["0461 mand: the ages sum to"],
        ),
        (lambda text: text.replace(lines_of(text, "461;1;30;")[0], ""), ["0461 mand"]),
        (lambda text: "\n".join(text.splitlines()[:10_000]), ["is not complete", "the total is lacking"]),
        (
            lambda text: "\n".join(line for line in text.splitlines() if not line.startswith("461;")),
            ["rows are lacking for the municipalities 0461"],
        ),
        (
            lambda text: (
                text.replace("461;2;IALT", "x").replace("461;2;", "9461;2;").replace("x", "9461;2;IALT")
            ),
            ["unknown", "9461 kvinde"],
        ),
        (
            lambda text: text.replace("\n461;", "\nx;").replace("\n825;", "\n461;").replace("\nx;", "\n825;"),
            ["Læsø: 204895 people, against 1786 on 2026-01-01", "Odense: 1786"],
        ),
    ],
)
def test_an_answer_that_cannot_be_right_leaves_the_old_table(statbank, answer, damage, words):
    url, _, answer_with = statbank
    answer_with(content=answer.encode("utf-8"))
    refresh_population(url=url)
    before = refreshed_path().read_bytes()
    answer_with(content=damage(answer.replace("\r\n", "\n")).encode("utf-8"))
    with pytest.raises(DataError) as raised:
        refresh_population(url=url)
    assert [word for word in words if word not in str(raised.value)] == []
    assert "unchanged" in raised.value.hint
    assert refreshed_path().read_bytes() == before
    assert [file.name for file in refreshed_path().parent.iterdir()] == ["folketal.csv"]


def test_bytes_that_are_no_text_are_refused(statbank):
    url, _, answer_with = statbank
    answer_with(content=b"\xff\xfe\x00\x9f" * 100)
    with pytest.raises(DataError, match="no semicolon-separated file"):
        refresh_population(url=url)
    assert not refreshed_path().exists()


def test_a_refusal_gives_the_statbanks_own_reason(statbank):
    url, _, answer_with = statbank
    refusal = {"errorTypeCode": "EXTRACT-NOTFOUND", "message": "Der skal vælges værdier for variabel: KØN"}
    answer_with(status=400, type="text/json", content=json.dumps(refusal).encode())
    with pytest.raises(RunError, match=r"HTTP 400\): Der skal vælges værdier for variabel: KØN"):
        refresh_population(url=url)
    answer_with(status=503, content=b"<html>")
    with pytest.raises(RunError, match=r"HTTP 503\): Service Unavailable"):
        refresh_population(url=url)
    assert not refreshed_path().exists()


def test_an_answer_that_breaks_off_is_told(statbank, answer):
    url, _, answer_with = statbank
    answer_with(content=answer.encode("utf-8")[:1000], length=100_000)
    with pytest.raises(RunError, match="broke off after 1000 bytes"):
        refresh_population(url=url)


def test_offline_is_told_plainly():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        # Bound but not listening: a connection is refused at once.
        url = f"http://127.0.0.1:{held.getsockname()[1]}/v1/data"
        with pytest.raises(RunError, match="could not be reached") as raised:
            refresh_population(url=url)
    assert "Check the network connection" in raised.value.hint
    assert "unchanged" in raised.value.hint
    assert current_table().reference_date == date(2020, 1, 1)


def test_a_silent_statbank_is_given_up():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1/data"
        with pytest.raises(RunError, match=r"could not be reached: .*timed out"):
            refresh_population(url=url, timeout=0.2)


def test_an_address_that_is_none_is_told():
    with pytest.raises(RunError, match="could not be reached"):
        refresh_population(url="no address")
