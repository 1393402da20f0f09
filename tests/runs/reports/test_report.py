import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sample_notebooks import chart_output, executed, page_output

from borgerlib.errors import RunError
from borgerlib.files import atomic
from borgerlib.files.look import Look
from borgerlib.lokaldemokrati.insights.cases import Bearing, Case
from borgerlib.runs.batch.perform import perform
from borgerlib.runs.batch.task import Task
from borgerlib.runs.kernels.execute import NotebookJob, NotebookRun, run_notebooks
from borgerlib.runs.reports.folder import write_report
from borgerlib.runs.reports.municipality import make_report, write_municipality_report

PAGES = ["00_emne_0.html", "01_emne_1.html", "02_emne_2.html"]
BEARINGS = tuple(Bearing(number, "inferred") for number in (2, 1, 9))
CASES = [Case("furesoe", "Furesø", "Et topmøde", "2021", "Borgere og byråd mødtes.", (), BEARINGS)]


def write(notebooks: list[Path], target: Path, municipality: str = "Odense", **options: Any) -> Path:
    settings: dict[str, Any] = {"day": date(2026, 11, 23), "title": "Indsigter", "source": "Kilde: test."}
    return write_report(municipality, notebooks, target, **(settings | options))


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_front_page_says_who_when_and_what_was_found(report_notebooks, tmp_path):
    index = write(report_notebooks, tmp_path / "odense", introduction="Kort fortalt.", cases=CASES)
    assert index == tmp_path / "odense" / "index.html"
    assert names(tmp_path / "odense") == [*PAGES, "index.html"]
    front = soup(index)
    assert front.h1.get_text() == "Odense"
    assert list(front.select_one(".cover").stripped_strings) == [
        "Indsigter",
        "Odense",
        "23.\u00a0november\u00a02026",
        "Kort fortalt.",
    ]
    assert [tag.get_text() for tag in front.find_all("h2")] == [
        "Nøgletal",
        "To indsigter",
        "Cases",
        "Indhold",
    ]
    findings = [(a["href"], a.select_one(".sentence").get_text()) for a in front.select(".findings a")]
    assert findings == [("01_emne_1.html", "Fund nummer 1."), ("02_emne_2.html", "Fund nummer 2.")]
    assert [(f.dd.get_text(), f.dt.get_text()) for f in front.select(".key-figures div")] == [
        ("79\u00a0af\u00a098", "kommuner har svaret")
    ]
    assert [a["href"] for a in front.select(".contents a")] == PAGES


def test_a_case_leads_to_the_insights_it_bears_on(report_notebooks, tmp_path):
    front = soup(write(report_notebooks, tmp_path / "r", cases=CASES))
    case = front.select_one(".case")
    assert case.h3["id"] == "case-furesoe"
    assert case.select_one(".related").get_text() == "Læs mere i indsigt\u00a02 og indsigt\u00a01."
    assert [a["href"] for a in case.find_all("a")] == ["02_emne_2.html", "01_emne_1.html"]


def test_without_a_municipality_the_report_is_of_the_whole_country(report_notebooks, tmp_path):
    assert soup(write(report_notebooks, tmp_path / "r", "")).h1.get_text() == "Hele landet"


def test_pages_lead_to_each_other_in_order(report_notebooks, tmp_path):
    write(report_notebooks, tmp_path / "r")
    ways = [[a["href"] for a in soup(tmp_path / "r" / page).select("nav.sequence a")] for page in PAGES]
    assert ways == [["index.html", PAGES[1]], [PAGES[0], PAGES[2]], [PAGES[1], "index.html"]]


def test_every_link_leads_somewhere_and_nothing_is_fetched(report_notebooks, tmp_path):
    folder = write(report_notebooks, tmp_path / "r", cases=CASES).parent
    for path in folder.glob("*.html"):
        page = soup(path)
        for link in page.find_all("a"):
            name, _, anchor = link["href"].partition("#")
            other = soup(folder / name) if name else page
            assert not anchor or other.find(id=anchor), link
        for tag in page.find_all(["img", "source"]):
            assert (tag.get("src") or tag.get("srcset")).startswith("data:image/svg+xml,")
        assert page.find(["script", "link", "iframe", "object"]) is None
        style = page.style.get_text()
        assert "url(" not in style
        assert "@import" not in style
        assert "--borger-country: #" in style
        assert not re.search(r"https?:", page.get_text())


def test_a_newer_report_replaces_the_older_and_keeps_what_others_put_there(report_notebooks, tmp_path):
    target = tmp_path / "odense"
    write(report_notebooks, target)
    (target / "referat.pdf").write_bytes(b"%PDF")
    (target / "bilag").mkdir()
    (target / "bilag" / "a.txt").write_text("a")
    write(report_notebooks[:2], target, "Aarhus")
    assert names(target) == [*PAGES[1:], "bilag", "index.html", "referat.pdf"]
    assert (target / "bilag" / "a.txt").read_text() == "a"
    assert soup(target / "index.html").h1.get_text() == "Aarhus"
    assert names(tmp_path) == ["executed", "odense"]


def test_other_formats_stand_beside_the_pages_and_go_with_them(report_notebooks, tmp_path):
    target = tmp_path / "ud"
    write(report_notebooks, target, formats=("html", "xlsx"))
    assert names(target) == [*PAGES, "index.html", "odense-tabeller.xlsx"]
    (target / "odense.pdf").write_bytes(b"of the older pages")
    write(report_notebooks, target)
    assert names(target) == [*PAGES, "index.html"]


def test_the_older_report_stays_when_the_new_one_fails(report_notebooks, tmp_path):
    target = tmp_path / "odense"
    index = write(report_notebooks, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    bad = executed(tmp_path / "executed" / "09_bad.ipynb", [page_output(9), chart_output(alt="")])
    with pytest.raises(RunError, match="has no description"):
        write([*report_notebooks, bad], target, "Aarhus")
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert names(tmp_path) == ["executed", "odense"]
    assert index.exists()


def test_a_folder_that_is_no_report_is_left_alone(report_notebooks, tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "index.html").write_text("<html>Anna's page</html>")
    with pytest.raises(RunError, match=r"documents holds files that are not a report"):
        write(report_notebooks, documents)
    assert names(documents) == ["index.html"]


def test_an_empty_folder_is_taken_and_a_file_is_not(report_notebooks, tmp_path):
    (tmp_path / "empty").mkdir()
    assert write(report_notebooks, tmp_path / "empty").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="is a file, and the report is a folder"):
        write(report_notebooks, tmp_path / "file")


def test_two_notebooks_for_the_same_page_are_refused(report_notebooks, tmp_path):
    again = executed(tmp_path / "executed" / "z.ipynb", [page_output(2)])
    with pytest.raises(RunError, match=r"02_b\.ipynb, z\.ipynb would write the same page"):
        write([*report_notebooks, again], tmp_path / "r")


def test_no_notebooks_is_no_report(tmp_path):
    with pytest.raises(RunError, match="at least one executed notebook"):
        write([], tmp_path / "r")


def test_a_place_that_cannot_be_written_is_told_in_a_sentence(report_notebooks, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError) as raised:
        write(report_notebooks, tmp_path / "file" / "odense")
    assert re.match(r"The report odense cannot be written to .*/file: .+\.\n", str(raised.value))


WRITE_UNDER = """
import os, resource, sys
from datetime import date
from pathlib import Path
import nbconvert
from borgerlib.errors import RunError
from borgerlib.runs.reports.folder import read_pages, write_report

notebooks = [Path(path) for path in sys.argv[3:]]
read_pages(notebooks[0])  # imports what it needs, which may be root's own
if sys.argv[1] == "full disk":
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
elif os.getuid() == 0:
    os.setresuid(65534, 65534, 65534)
try:
    write_report("Aarhus", notebooks, Path(sys.argv[2]), day=date(2026, 1, 1), title="T", source="K")
except RunError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits and owners are POSIX")
@pytest.mark.parametrize(
    ("fault", "reason"), [("full disk", "File too large"), ("closed", "Permission denied")]
)
@pytest.mark.long
def test_a_disk_that_refuses_leaves_the_older_report(report_notebooks, fault, reason):
    # A real refusal by the system: files may not grow, or the writer is not the folder's owner. Not in
    # tmp_path, which other users may not even enter.
    with tempfile.TemporaryDirectory() as name:
        open_to_all = Path(name)
        open_to_all.chmod(0o755)
        notebooks = [Path(shutil.copy(path, open_to_all)) for path in report_notebooks]
        target = open_to_all / "reports" / "odense"
        write(notebooks, target)
        target.parent.chmod(0o555 if fault == "closed" else 0o755)
        done = subprocess.run(
            [sys.executable, "-c", WRITE_UNDER, fault, str(target), *map(str, notebooks)],
            env={**os.environ, "BORGER_WORKSPACE": name},
            capture_output=True,
            text=True,
            check=False,
        )
        target.parent.chmod(0o755)
        assert done.stderr == ""
        assert done.stdout == (
            f"The report {target.name} cannot be written to {target.parent}: {reason}.\n"
            "Choose a folder that you may write to, on a disk with room.\n"
        )
        assert soup(target / "index.html").h1.get_text() == "Odense"
        assert names(target.parent) == ["odense"]


@pytest.mark.parametrize("in_one_step", [True, False])
def test_writers_at_the_same_time_leave_one_whole_report(
    report_notebooks, tmp_path, monkeypatch, in_one_step
):
    if in_one_step and not sys.platform.startswith("linux"):
        pytest.skip("only Linux swaps folders in one step")
    if not in_one_step:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    target = tmp_path / "reports" / "odense"
    write(report_notebooks, target, "Odense")
    failures: list[BaseException] = []

    def writer(name: str) -> None:
        try:
            for _ in range(4):
                write(report_notebooks, target, name)
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=writer, args=(name,)) for name in ("Odense", "Aarhus", "Furesø")]
    for thread in writers:
        thread.start()
    missing = 0
    while any(thread.is_alive() for thread in writers):
        missing += not (target / "index.html").exists()
        time.sleep(0.001)
    assert failures == []
    assert missing == 0 or not in_one_step
    assert names(target.parent) == ["odense"]
    assert names(target) == [*PAGES, "index.html"]
    who = {
        soup(path).select_one("footer p:last-child").get_text().split(" · ")[1] for path in target.iterdir()
    }
    assert len(who) == 1


def test_what_a_killed_writer_left_is_removed_later(report_notebooks, tmp_path):
    old, young = tmp_path / "reports" / ".odense.1.part", tmp_path / "reports" / ".odense.2.part"
    for folder in (old, young):
        folder.mkdir(parents=True)
        (folder / "index.html").write_text("half")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    write(report_notebooks, tmp_path / "reports" / "odense")
    assert names(tmp_path / "reports") == [".odense.2.part", "odense"]


@pytest.mark.long
def test_from_notebook_to_report(make_notebook, tmp_path, warm):
    """The whole way, nothing made up in between."""
    show = (
        "from IPython.display import Markdown, display\n"
        "display({{'application/vnd.borger.page+json': dict(number={n}, slug='emne', title='Emne {n}', "
        "finding=f'{{municipality}} har fund {n}.'), 'text/plain': ''}}, raw=True)"
    )
    jobs = [
        NotebookJob(
            make_notebook(
                f"{n:02d}_e.ipynb", show.format(n=n), "Markdown(f'I **{municipality}** er det sådan.')"
            ),
            tmp_path / "out" / f"{n:02d}_e.ipynb",
            {"municipality": "Ærø"},
        )
        for n in (1, 2)
    ]
    runs = run_notebooks(jobs, warm=warm)
    index = write([run.path for run in runs], tmp_path / "aeroe", "Ærø")
    sentences = [tag.get_text() for tag in soup(index).select(".sentence")]
    assert sentences == ["Ærø har fund 1.", "Ærø har fund 2."]
    page = soup(tmp_path / "aeroe" / "01_emne.html")
    assert page.main.strong.get_text() == "Ærø"
    assert page.select_one(".question").get_text() == "Et spørgsmål?"


def test_the_municipality_is_told_as_it_was_counted(tmp_path):
    notebook = executed(tmp_path / "1.ipynb", [page_output(1)])
    (tmp_path / "beside").mkdir()
    index = write_municipality_report("Odense", [notebook], tmp_path / "r", inside=tmp_path / "beside")
    told = soup(index).get_text().replace("\u00a0", " ")
    assert "hører til storbykommunerne og havde 204.895 indbyggere den 1. januar 2020." in told


def test_a_report_made_over_midnight_bears_the_day_on_which_it_is_whole(workspace, tmp_path, monkeypatch):
    class Clock(date):
        now = date(2026, 11, 23)

        @classmethod
        def today(cls):
            return cls.now

    def run(jobs, **_):
        Clock.now = date(2026, 11, 24)
        return [NotebookRun("1", 1.0, "done", executed(tmp_path / "1.ipynb", [page_output(1)]))]

    monkeypatch.setattr("borgerlib.runs.reports.folder.date", Clock)
    monkeypatch.setattr("borgerlib.runs.reports.municipality.run_notebooks", run)
    asked = {"survey": "lokaldemokrati-2021", "own_answers": "", "confidence": 0.95, "min_cell": 5}
    index = make_report({"municipality": "Odense"} | asked, target=tmp_path / "r")
    assert "24. november 2026" in soup(index).get_text().replace("\u00a0", " ")


def test_a_meeting_before_the_report_is_told(tmp_path):
    notebook = executed(tmp_path / "1.ipynb", [page_output(1)])
    with pytest.warns(UserWarning, match=r"moede = 2026-11-22\) is before the report's day, 2026-11-23"):
        write([notebook], tmp_path / "r", look=Look(meeting=date(2026, 11, 22)))


def test_a_batch_keeps_what_is_told(workspace, tmp_path):
    notebook = executed(tmp_path / "1.ipynb", [page_output(1)])
    look = workspace / "data" / "saved" / "odense" / "udseende.toml"
    look.parent.mkdir(parents=True)
    look.write_text("moede = 2026-01-14", encoding="utf-8")
    (tmp_path / "beside").mkdir()
    settings = {"folder": str(tmp_path / "beside"), "target": str(tmp_path / "r"), "pages": (str(notebook),)}
    assert "moede = 2026-01-14" in perform(Task("odense", "Odense", **settings)).note


def test_the_municipalitys_look_is_on_the_cover_and_every_page(tmp_path):
    look = Look(
        "Odense Kommune",
        "data:image/png;base64,AA",
        ("#123456",),
        "Borgmesteren",
        "ring os",
        date(2027, 1, 20),
    )
    notebook = executed(tmp_path / "1.ipynb", [page_output(1)])
    index = write_report(
        "Odense", [notebook], tmp_path / "r", day=date(2026, 11, 24), title="T", source="K", look=look
    )
    front = index.read_text(encoding="utf-8").replace("\u00a0", " ")
    for wanted in ("<h1>Odense Kommune</h1>", 'alt="Odense Kommune"', "Borgmesteren", "20. januar 2027"):
        assert wanted in front
    page = (index.parent / "01_emne_1.html").read_text(encoding="utf-8")
    for text in (front, page):
        assert "--borger-country: #123456" in text
        assert "ring os" in text
