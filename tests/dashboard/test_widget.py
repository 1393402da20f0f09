"""The widget answers every message of a page, and holds nothing but what may be shown."""

import errno
import json
import os
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from processes import PATIENCE

from borgerlib.dashboard.page.answers import open_answers
from borgerlib.dashboard.page.questions import delete_question, save_question
from borgerlib.dashboard.saved import save_report
from borgerlib.dashboard.saved.save_report import report_folder
from borgerlib.dashboard.widget import InterestDashboard, open_dashboard, script, style
from borgerlib.errors import DataError, RunError
from borgerlib.interest.filters.cube import FILE
from borgerlib.interest.filters.selection import Selection
from borgerlib.interest.prepared import processed_folder
from borgerlib.interest.store import load, load_register, write_parquet

pytestmark = pytest.mark.slow


class Overheard(InterestDashboard):
    """The same widget, which also writes down what it sends."""

    def __init__(self, *args, **options):
        self.sent = []
        self.heard = threading.Event()
        super().__init__(*args, **options)

    def send(self, content, buffers=None):
        self.sent.append((content, buffers))
        if content["kind"] != "pong":
            self.heard.set()
        super().send(content, buffers)


@pytest.fixture
def board(answers):
    return Overheard(answers)


def test_a_page_selects_and_gets_the_answer_to_its_number(board):
    board._hear({"kind": "select", "levels": {"age": ["60-69"]}, "number": 7, "sort": "size"})
    assert board.view["number"] == 7
    assert board.view["heading"] == "60–69 år"
    assert board.view["sort"] == "size"
    assert board.selection == Selection({"age": ("60-69",)})
    assert board.link == "alder=60-69"


def test_the_page_has_the_look_that_the_municipality_has_saved(answers, workspace):
    assert "#123456" not in Overheard(answers)._css
    saved = workspace / "data" / "saved" / "odense" / "udseende.toml"
    saved.parent.mkdir(parents=True, exist_ok=True)
    saved.write_text('farver = ["#123456"]\n', encoding="utf-8")
    try:
        assert "--borger-country: #123456;" in Overheard(answers)._css
    finally:
        saved.unlink()


def test_a_link_and_a_question_do_the_same(board):
    board._hear({"kind": "link", "text": "#alder=60-69&emner=ufo", "number": 1})
    assert board.view["link"] == "alder=60-69"
    assert "»ufo« findes ikke" in board.view["notice"]
    board._hear({"kind": "question", "id": "aeldre_klima", "number": 2})
    assert board.view["answer"].startswith("60–69 år: ")


def test_a_second_selection_and_a_table_stay_until_they_are_taken_away(board):
    board._hear({"kind": "link", "text": "#alder=60-69&mod&alder=15-24,ufo", "number": 1})
    assert board.link == "alder=60-69&mod&alder=15-24"
    assert "»ufo« findes ikke" in board.view["notice"]
    board._hear({"kind": "download", "chart": "topics", "format": "csv"})
    message, (content,) = board.sent[-1]
    assert message["name"] == "simulerede-data-odense-emner-60-69-aar-mod-15-24-aar.csv"
    assert content.decode("utf-8-sig").startswith("Svar;Andel;Nedre grænse;Øvre grænse;15–24 år;Forskel fra ")
    table, levels = {"item": "time", "by": "sex"}, {"sex": ["mand"]}
    board._hear({"kind": "select", "levels": levels, "table": table, "focus": ["time", "uge"], "number": 2})
    assert board.link == "koen=mand"
    assert board.view["table"]["by"] == "sex"
    assert board.view["answer"].startswith("Mand: ")
    board._hear({"kind": "select", "levels": {}, "against": {}, "table": None, "number": 3})
    assert board.link == "mod"
    assert board.view["table"] is None


def test_code_may_select_too(board):
    board.selection = Selection({"sex": ("kvinde",), "topics": ("findes_ikke",)})
    assert board.link == "koen=kvinde"
    assert "findes_ikke" in board.view["notice"]


def test_a_saved_question_joins_the_menu_and_leaves_it(board, answers, workspace):
    board._hear({"kind": "select", "levels": {"age": ["15-24"]}, "number": 1})
    board._hear({"kind": "save_question", "label": "De unge"})
    assert board.sent[-1][0] == {"kind": "said", "text": "Gemt: »De unge« står nu under Spørgsmål."}
    saved = [entry for entry in board.menu if entry["saved"]]
    assert [entry["label"] for entry in saved] == ["De unge"]
    board._hear({"kind": "select", "levels": {}, "number": 2})
    board._hear({"kind": "question", "id": saved[0]["id"], "number": 3})
    assert board.link == "alder=15-24"
    board._hear({"kind": "delete_question", "id": saved[0]["id"]})
    assert not any(entry["saved"] for entry in board.menu)
    (workspace / "data" / "saved" / "odense" / "spoergsmaal.json").write_text("[{},")
    assert "beholdes som spoergsmaal.beskadiget.json" in Overheard(answers).view["notice"]
    board._hear({"kind": "save_question", "label": "De unge"})
    assert board.sent[-1][0]["text"].endswith("beholdes som spoergsmaal.beskadiget.json, når der gemmes nye.")
    board._hear({"kind": "delete_question", "id": board.menu[-1]["id"]})


def test_a_saved_question_of_which_an_answer_is_gone_says_so(answers):
    kept = save_question("Odense", "Kernekraft", Selection({"topics": ("kernekraft",), "sex": ("mand",)}))
    board = Overheard(answers)
    board._hear({"kind": "question", "id": kept.id, "number": 1})
    assert board.link == "koen=mand"
    assert board.view["notice"].startswith("Spørgsmålet »Kernekraft« passer ikke helt til svarene længere")
    board._hear({"kind": "delete_question", "id": kept.id})


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "starts"),
    [("csv", b"\xef\xbb\xbfSvar;Andel"), ("xlsx", b"PK"), ("png", b"\x89PNG"), ("svg", b"<?xml")],
)
def test_files_are_sent(board, kind, starts):
    board._hear({"kind": "download", "chart": "topics", "format": kind})
    message, (content,) = board.sent[-1]
    assert message["name"] == f"simulerede-data-odense-emner.{kind}"
    # Said before it begins: the page would take a kernel that draws its first picture for one that is gone.
    assert board.sent[-2][0]["kind"] == "working"
    assert content.startswith(starts)


@pytest.mark.parametrize(
    "nonsense",
    [None, "x", {}, {"kind": "select"}, {"kind": "select", "levels": 5}, {"kind": "question", "id": "?"},
     {"kind": "download", "chart": "x", "format": "csv"},
     {"kind": "download", "chart": "topics", "format": "exe"},
     {"kind": "save_question"}, {"kind": "link", "text": 5}],
)  # fmt: skip
def test_nonsense_is_answered_in_danish(board, nonsense):
    board._hear(nonsense)
    assert board.sent or board.view["notice"] or board.view["link"] == ""
    assert all("Traceback" not in str(message) for message, _ in board.sent)


@pytest.mark.long
def test_a_report_with_these_filters_is_saved(board, workspace):
    board._hear({"kind": "select", "levels": {"age": ["60-69"]}, "number": 1})
    board.heard.clear()
    board._hear({"kind": "report"})
    board._hear({"kind": "report"})
    assert "allerede en rapport i gang" in board.sent[-1][0]["text"]
    board.heard.clear()
    assert board.heard.wait(PATIENCE)
    message, (content,) = board.sent[-1]
    assert workspace / message["name"] == report_folder(board._answers, "alder=60-69") / "index.html"
    index = workspace / message["name"]
    assert "60–69\u00a0år" in index.read_text()
    page = content.decode()
    assert "Klima og miljø" in page
    assert "#alder=60-69" in page
    assert "SIMULEREDE DATA" in page


def test_a_report_that_cannot_be_written_is_told(board, workspace):
    folder = report_folder(board._answers, "koen=mand")
    folder.mkdir(parents=True)
    (folder / "dagsorden.docx").write_text("vigtigt")
    board._hear({"kind": "select", "levels": {"sex": ["mand"]}, "number": 1})
    board.heard.clear()
    board._hear({"kind": "report"})
    assert board.heard.wait(PATIENCE)
    why = "i dens mappe ligger filer, der ikke hører til en rapport"
    assert board.sent[-1][0]["text"] == f"Rapporten kunne ikke laves: {why}."
    assert (folder / "dagsorden.docx").read_text() == "vigtigt"


def test_the_reports_of_many_are_made_one_at_a_time(answers, monkeypatch):
    running, most = [], []

    def run(*_):
        running.append(1)
        most.append(len(running))
        time.sleep(0.1)
        running.pop()
        return SimpleNamespace(path=Path("x.ipynb"))

    monkeypatch.setattr("borgerlib.runs.kernels.execute.run_notebook", run)
    monkeypatch.setattr("borgerlib.runs.reports.folder.write_report", lambda *of, **how: of[2])
    with ThreadPoolExecutor(4) as visitors:
        links = ["alder=60-69", "alder=15-24", "koen=kvinde", "koen=kvinde"]
        made = list(visitors.map(lambda link: save_report.save_report(answers, link), links))
    assert made == [report_folder(answers, link) for link in links]
    assert most == [1] * 4


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "der er ikke mere plads på disken"),
        (RunError("The notebook /srv/x.ipynb failed."), "noget gik galt i programmet. Prøv igen"),
        (KeyError("emner"), "noget gik galt i programmet. Prøv igen"),
    ],
)
def test_a_report_that_fails_is_told_in_danish_and_without_paths(board, monkeypatch, fault, said):
    def fail(answers, link):
        raise fault

    monkeypatch.setattr(save_report, "save_report", fail)
    board._hear({"kind": "report"})
    assert board.heard.wait(PATIENCE)
    assert board.sent[-1][0]["text"] == f"Rapporten kunne ikke laves: {said}."


def test_what_is_refused_says_which_request_and_what_is_done_does_not(board):
    board._hear({"kind": "select", "levels": {"age": ["60-69"]}, "number": 4})
    board._hear({"kind": "save_question", "label": "De ældre"})
    assert "refused" not in board.sent[-1][0]
    (saved,) = (entry for entry in board.menu if entry["saved"])
    delete_question("Odense", saved["id"])
    board._hear({"kind": "question", "id": saved["id"], "number": 5})
    assert board.sent[-1][0]["refused"] == 5
    assert board.sent[-1][0]["text"].startswith("Spørgsmålet findes ikke længere")
    assert not any(entry["saved"] for entry in board.menu)


def test_what_nobody_foresaw_is_told_in_danish_and_the_page_stays_usable(board, monkeypatch):
    def fail(message):
        raise KeyError(message)

    monkeypatch.setattr(board, "_on_link", fail)
    with pytest.raises(KeyError):
        board._hear({"kind": "link", "text": "#alder=60-69", "number": 1})
    assert board.sent[-1][0]["text"].startswith("Det kunne ikke lade sig gøre")
    board._hear({"kind": "select", "levels": {"age": ["60-69"]}, "number": 2})
    assert board.view["number"] == 2


class TestCounts:
    """The page says when its counts were made anew."""

    def test_damaged(self, own_answers):
        path = processed_folder("Odense") / FILE
        path.write_bytes(b"torn")
        assert open_dashboard("Odense").view["notice"].startswith("De gemte optællinger var beskadiget")
        assert open_dashboard("Odense").view["notice"] == ""

    @pytest.mark.long
    def test_newer_respondents(self, own_answers):
        touched(processed_folder("Odense") / "respondents.parquet")
        assert open_dashboard("Odense").view["notice"].startswith("Svarene er ændret siden sidst")


@pytest.fixture
def own_answers(workspace, tmp_path, monkeypatch):
    """The same survey in a workspace that the test may change."""
    shutil.copytree(workspace, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    return open_answers("Odense")


class TestWhatHasChangedSince:
    """A page may stand for hours, and a kernel may wait as long for its page."""

    @pytest.mark.long
    def test_a_survey_prepared_anew_is_taken_over_at_the_next_click(self, own_answers):
        board = Overheard(own_answers)
        board._hear({"kind": "select", "levels": {"age": ["60-69"], "sex": ["mand"]}, "number": 1})
        before, offered = board.view["facts"], len(board.config["filters"])
        prepared_without(load("Odense"), "koen")
        board._hear({"kind": "ping"})
        # It takes a while: the page hears of it first.
        assert [message["kind"] for message, _ in board.sent[-3:]] == ["working", "pong", "news"]
        assert board.sent[-1][0]["text"].startswith("Svarene er ændret siden sidst.")
        assert board.view["facts"] != before
        assert len(board.config["filters"]) == offered - 1
        # What is no longer asked is left out, and said.
        assert board.link == "alder=60-69"
        assert "kan ikke filtreres efter »koen«" in board.view["notice"]
        board._hear({"kind": "select", "levels": {}, "number": 2})
        assert board.view["notice"] == ""

    @pytest.mark.long
    def test_a_click_that_finds_it_gets_its_answer_and_the_news(self, own_answers):
        board = Overheard(own_answers)
        touched(processed_folder("Odense") / "respondents.parquet")
        board._hear({"kind": "question", "id": "aeldre_klima", "number": 3})
        assert board.view["number"] == 3
        assert board.view["answer"].startswith("60–69 år: ")
        assert board.sent[-1][0]["text"].startswith("Svarene er ændret siden sidst.")

    @pytest.mark.parametrize("what", ["gone", "torn"])
    def test_a_survey_that_cannot_be_read_is_shown_on(self, own_answers, what):
        board = Overheard(own_answers)
        if what == "gone":
            shutil.rmtree(processed_folder("Odense"))
        else:
            (processed_folder("Odense") / "respondents.parquet").write_bytes(b"PAR1")
        for number in (1, 2):
            board._hear({"kind": "select", "levels": {"age": ["60-69"]}, "number": number})
        assert board.view["heading"] == "60–69 år"
        assert board.view["notice"] == ""
        # Told once, and tried once: no click waits again for what cannot be read.
        told = [content["text"] for content, *_ in board.sent if content["kind"] in ("news", "working")]
        torn = ["Svarene er ændret. Tallene regnes", "Svarene er ændret, men de nye kan ikke læses."]
        assert [text[:33] for text in told] == [text[:33] for text in torn if what == "torn"]

    def test_questions_that_others_saved_are_in_the_menu_when_it_is_opened(self, own_answers):
        board = Overheard(own_answers)
        save_question("Odense", "De unge", Selection({"age": ("15-24",)}))
        board._hear({"kind": "ping"})
        assert [entry["label"] for entry in board.menu if entry["saved"]] == ["De unge"]
        assert board.sent[-1][0] == {"kind": "pong"}


def touched(path):
    state = path.stat()
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 5))


def prepared_without(respondents, column):
    """Leave a column out of the prepared respondents, as a new preparation of another export would."""
    told = dict(respondents.attrs)
    path = processed_folder("Odense") / "respondents.parquet"
    write_parquet(respondents.drop(columns=column), path, told)


def test_a_municipality_whose_answers_are_not_ready_is_told_in_danish_how_to_make_them_so(workspace):
    with pytest.raises(DataError) as raised:
        open_dashboard("Aarhus")
    assert str(raised.value) == (
        "Svarene fra Aarhus er ikke gjort klar endnu. Det gøres med denne kommando; på siden, der åbner,"
        " vælges filen med svarene:\nborger import Aarhus"
    )


def test_its_state_holds_nothing_of_a_single_person(workspace):
    board = open_dashboard("Odense", selection="alder=60-69")
    sent = json.dumps(board.get_state(), ensure_ascii=False, default=str)
    register = load_register("Odense").astype(object)
    secrets = {v for column in register for v in register[column] if isinstance(v, str) and len(v) > 5}
    secrets |= {str(value) for value in load("Odense")["svar_id"]} if "svar_id" in load("Odense") else set()
    assert len(secrets) > 200
    assert not [secret for secret in secrets if secret in sent]


def test_the_script_and_style_fetch_nothing():
    assert "http://" not in script().replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in script() + style()
    assert "@import" not in style()
    assert "innerHTML" not in script()
    assert Path(open_answers.__code__.co_filename).is_file()
