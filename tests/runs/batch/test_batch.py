"""A batch: what is due is run, kept, written and told; real kernels, real files."""

import errno
import json
import shutil
import sys
import threading
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from batch_samples import InProcess, batch, history, notebook, states
from bs4 import BeautifulSoup
from nbformat.v4 import new_output
from processes import PATIENCE

from borgerlib import places
from borgerlib.errors import ParameterError, RunError
from borgerlib.interest.store import write_parquet
from borgerlib.runs.batch.run import plan_batch
from borgerlib.runs.planning.due import executed_folder, read_names
from borgerlib.runs.planning.folder_lock import FolderBusyError, folder_lock
from borgerlib.runs.planning.manifest import FOLDER, Manifest

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "rapporter"


@pytest.fixture
def two(tmp_path):
    return _two(tmp_path)


def _two(folder):
    return [notebook(folder / "nb", 1), notebook(folder / "nb", 2, "6 * 7")]


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """Return a folder with those two notebooks and their report: to be copied."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORGER_WORKSPACE", str(folder))
        batch(folder / "rapporter", _two(folder))
    return folder


@pytest.fixture
def made(made_once, tmp_path):
    """Return the two notebooks, with their report made."""
    shutil.copytree(made_once, tmp_path, dirs_exist_ok=True)
    return sorted((tmp_path / "nb").iterdir())


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_reports_overview_and_manifest_from_nothing_and_then_nothing_is_due(out, two):
    told = []
    end = batch(out, two, "Odense", "Ærø", on_progress=told.append)
    assert (end.done, end.failed, end.skipped, end.reports, end.well) == (4, 0, 0, 2, True)
    assert files(out) == [FOLDER, "aeroe", "index.html", "odense"]
    assert files(out / "aeroe") == ["01_emne_1.html", "02_emne_2.html", "index.html"]
    page = BeautifulSoup((out / "aeroe" / "index.html").read_text(), "html.parser")
    assert page.select_one(".sentence").get_text() == "Ærø har fund 1."
    assert told[0].record is None
    assert [each.done for each in told if each.record and each.record.notebook] == [1, 2, 3, 4]
    assert told[-1].seconds_left == 0
    assert {key: record.state for key, record in history(out).latest.items()} == {
        (place, name): "done" for place in ("odense", "aeroe") for name in ("01_emne", "02_emne", "")
    }
    # What was made in between is gone.
    assert files(out / FOLDER) == ["batch.lock", "ended", "executed", "manifest.jsonl", "manifest.lock"]

    before = (out / FOLDER / "manifest.jsonl").read_bytes()
    again = batch(out, two, "Odense", "Ærø")
    assert (again.done, again.skipped, again.reports) == (0, 4, 0)
    assert (out / FOLDER / "manifest.jsonl").read_bytes() == before


def silent(folder, number, *code):
    """Write a notebook that shows nothing of its municipality."""
    path = notebook(folder, number, *code)
    path.write_text(path.read_text().replace("{municipality} har", "Alle har"))
    return path


@pytest.mark.long
def test_what_is_made_from_the_same_is_run_once_and_each_has_it(out, tmp_path):
    mark = tmp_path / "runs"
    counted = f"open({str(mark)!r}, 'a').write('x')"
    alike, own = silent(tmp_path / "nb", 1, counted), notebook(tmp_path / "nb", 2)
    told = []
    end = batch(out, [alike, own], "Odense", "Aarhus", "hele-landet", on_progress=told.append)
    assert (end.done, end.alike, end.total, end.reports) == (6, 2, 6, 3)
    assert mark.read_text() == "x"
    assert [each.others for each in told if each.record and each.record.notebook == "01_emne"] == [2]
    kept = {place: executed_folder(out) / place / "01_emne.ipynb" for place in ("odense", "aarhus")}
    assert kept["odense"].read_bytes() == kept["aarhus"].read_bytes()
    assert [r.seconds > 0 for r in history(out).latest.values() if r.notebook == "01_emne"].count(True) == 1

    # Another that comes later takes it over, and two of the three that are there are lost without harm.
    kept["odense"].unlink()
    end = batch(out, [alike, own], "Odense", "Aarhus", "Ærø")
    assert (end.done, end.alike, mark.read_text()) == (3, 2, "x")
    assert batch(out, [alike, own], "Odense", "Aarhus", "Ærø").total == 0
    assert batch(out, [alike, own], "Odense", "Aarhus", force=True).alike == 1
    assert mark.read_text() == "xx"


@pytest.mark.long
def test_a_run_whose_notebook_has_gone_is_not_done(out, two):
    class Thief(InProcess):
        """Loses the second notebook before the batch puts it in place."""

        def outcomes(self, seconds):
            for task, record in super().outcomes(seconds):
                for path in Path(task.folder).glob("02*.ipynb"):
                    path.unlink()
                yield task, record

    end = batch(out, two, crew=Thief())
    assert (end.done, end.failed, end.reports) == (1, 1, 0)
    assert [record.cause for record in history(out).latest.values() if record.state == "failed"] == ["disk"]


def test_a_shared_run_that_fails_fails_for_all_and_is_told_once(out, tmp_path):
    told = []
    end = batch(out, [silent(tmp_path / "nb", 1, "1 / 0")], "Odense", "Aarhus", on_progress=told.append)
    assert (end.failed, end.reports, len([each for each in told if each.record])) == (2, 0, 1)
    for place in ("odense", "aarhus"):
        assert (executed_folder(out) / place / "01_emne.failed.ipynb").exists()
    silent(tmp_path / "nb", 1, "1 / 1")
    assert batch(out, [tmp_path / "nb" / "01_emne.ipynb"], "Odense", "Aarhus").well
    assert not (executed_folder(out) / "aarhus" / "01_emne.failed.ipynb").exists()


@pytest.mark.long
@pytest.mark.parametrize("cold", [True, False])
def test_a_file_that_a_notebook_reads_makes_it_due_when_it_changes(out, tmp_path, cold):
    figures = tmp_path / "tal.csv"
    figures.write_text("a\n1\n")
    people = tmp_path / "tal.parquet"
    write_parquet(pd.DataFrame({"a": [1]}), people, {})
    made = tmp_path / "made.txt"
    reads = f"import pandas as pd\nopen({str(made)!r}, 'w').write('x')\nopen({str(made)!r}).read()"
    reads += f"\nfrom borgerlib.interest import store\nstore.read_parquet({str(people)!r}, '')"
    reads += f"\nopen({str(tmp_path / 'none')!r}) if False else pd.read_csv({str(figures)!r})"
    one = silent(tmp_path / "nb", 1, reads)
    options = {"warm": None} if cold else {}
    assert batch(out, [one], "Odense", "Aarhus", **options).well
    assert history(out).latest["odense", "01_emne"].reads == (str(figures), str(people))
    assert batch(out, [one], "Odense", "Aarhus", **options).total == 0
    figures.write_text("a\n2\n")
    due = plan_batch(["Odense", "Aarhus"], out=out, notebooks=[one]).due
    assert [run.reasons for run in due] == [("what it read changed",)] * 2
    end = batch(out, [one], "Odense", "Aarhus", **options)
    assert (end.done, end.alike) == (2, 1)


def test_own_answers_that_change_during_a_run_make_it_due_again_though_they_change_back(out, tmp_path):
    own = places.saved_data("odense", "egne_svar.toml")
    own.parent.mkdir(parents=True)
    made = [notebook(tmp_path / "nb", 1, f"open({str(own)!r}, 'w').close()")]
    assert batch(out, made).well
    own.unlink()
    [due] = plan_batch(["Odense"], out=out, notebooks=made).due
    assert due.reasons == ("data changed",)


def test_what_changed_is_run_again_and_nothing_else(out, made, tmp_path):
    notebook(tmp_path / "nb", 2, "6 * 8")
    due = plan_batch(["Odense"], out=out, notebooks=made).due
    assert [(run.notebook.stem, run.reasons) for run in due] == [("02_emne", ("notebook changed",))]
    end = batch(out, made)
    assert (end.done, end.skipped, end.reports) == (1, 1, 1)


@pytest.mark.long
def test_a_notebook_that_raises_fails_alone_and_its_older_report_stands(out, two, tmp_path):
    batch(out, two, "Odense", "Aarhus")
    report = (out / "odense" / "index.html").stat().st_ino
    notebook(tmp_path / "nb", 2, "1 + 1", "if municipality == 'Odense':\n    1 / 0")
    end = batch(out, two, "Odense", "Aarhus")
    assert (end.done, end.failed, end.reports, end.well) == (1, 1, 1, False)
    record = history(out).latest["odense", "02_emne"]
    # Heading, parameters, page, 1 + 1, then the one that divides: the fifth cell.
    assert (record.state, record.cell, record.attempts) == ("failed", 5, 1)
    assert "ZeroDivisionError" in record.error
    partial = executed_folder(out) / "odense" / "02_emne.failed.ipynb"
    assert nbformat.read(partial, as_version=4).cells[-1].outputs[0].ename == "ZeroDivisionError"
    assert (out / "odense" / "index.html").stat().st_ino == report
    rows = BeautifulSoup((out / "index.html").read_text(), "html.parser").select("tbody tr")
    told = {row.th.get_text(): row.get_text() for row in rows}
    assert "Fejlede" in told["Odense"]
    assert "Den tidligere rapport står ved magt." in told["Odense"]
    assert "Fejlede" not in told["Aarhus"]

    # Failed last time: it is due by that alone; mended, its partial notebook goes.
    assert "failed last time" in plan_batch(["Odense"], out=out, notebooks=two).due[0].reasons
    notebook(tmp_path / "nb", 2, "1 + 1")
    assert batch(out, two, "Odense", "Aarhus").well
    assert not partial.exists()
    assert set(states(out).values()) == {"done"}


def test_a_kernel_that_dies_is_tried_once_more(out, tmp_path):
    dies_once = (
        "import os, pathlib\n"
        f"mark = pathlib.Path({str(tmp_path)!r}, 'died')\n"
        "if not mark.exists():\n    mark.touch()\n    os._exit(9)"
    )
    end = batch(out, [notebook(tmp_path / "nb", 1, dies_once)])
    assert (end.done, end.failed) == (1, 0)
    assert history(out).latest["odense", "01_emne"].attempts == 2


def test_a_kernel_that_always_dies_fails_after_two_tries(out, tmp_path):
    counted = f"open({str(tmp_path / 'tries')!r}, 'a').write('x')\nimport os\nos._exit(9)"
    end = batch(out, [notebook(tmp_path / "nb", 1, counted)])
    assert (end.done, end.failed) == (0, 1)
    assert (tmp_path / "tries").read_text() == "xx"
    assert history(out).latest["odense", "01_emne"].attempts == 2
    assert not (out / "odense").exists()


def test_a_damaged_notebook_costs_itself_only(out, two):
    two[0].write_text("{")
    end = batch(out, two, "Odense", "Aarhus")
    assert (end.done, end.failed, end.reports) == (2, 2, 0)
    assert "is damaged and cannot be read" in history(out).latest["odense", "01_emne"].error


def test_a_report_s_folder_that_cannot_be_swapped_is_told(out, made, monkeypatch):

    def refused(*_):
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr("borgerlib.files.atomic._put_in_place", refused)
    end = batch(out, made, force=True)
    assert (end.done, end.reports, end.failed_reports) == (2, 0, 1)
    error = history(out).latest["odense", ""].error
    assert "Device or resource busy" in error
    assert "a disk of its own (a mount), or in use" in error
    assert (out / "odense" / "index.html").exists()


def test_a_cell_that_raises_is_not_tried_again(out, tmp_path):
    counted = f"open({str(tmp_path / 'tries')!r}, 'a').write('x')\nraise ValueError('forkert')"
    assert batch(out, [notebook(tmp_path / "nb", 1, counted)]).failed == 1
    assert (tmp_path / "tries").read_text() == "x"


def test_a_notebook_that_never_ends_is_stopped_and_the_limit_is_told(out, tmp_path):
    end = batch(out, [notebook(tmp_path / "nb", 1, "while True: pass")], timeout=2)
    record = history(out).latest["odense", "01_emne"]
    assert (end.failed, record.state, record.timeout) == (1, "failed", 2)
    assert "2 seconds" in record.error


def test_a_report_with_personal_data_is_held_back_with_the_reason(out, made, tmp_path):
    report = (out / "odense" / "index.html").stat().st_ino
    notebook(tmp_path / "nb", 2, "print('Skriv til jens.hansen' + chr(64) + 'eksempel-borger.dk')")
    end = batch(out, made)
    assert (end.done, end.held, end.reports, end.well) == (0, 1, 0, False)
    record = history(out).latest["odense", "02_emne"]
    assert record.state == "held"
    assert record.error
    assert "jens.hansen" not in record.error
    assert (out / "odense" / "index.html").stat().st_ino == report
    assert "Der blev fundet personoplysninger." in (out / "index.html").read_text()


def test_only_some_notebooks_are_run_and_the_other_pages_stay(out, made, tmp_path):
    for number in (1, 2):
        notebook(tmp_path / "nb", number, "'nyt'")
    end = batch(out, made, only=["02"])
    assert (end.done, end.skipped, end.reports) == (1, 0, 1)
    assert files(out / "odense") == ["01_emne_1.html", "02_emne_2.html", "index.html"]
    assert [run.notebook.stem for run in plan_batch(["Odense"], out=out, notebooks=made).due] == ["01_emne"]


def test_force_runs_what_is_up_to_date(out, made):
    end = batch(out, made, force=True)
    assert (end.done, end.skipped) == (2, 0)


def test_a_forced_batch_that_broke_off_goes_on_where_it_was(out, made, warm):

    class Impatient(InProcess):
        def outcomes(self, seconds):
            yield from super().outcomes(seconds)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch(out, made, force=True, crew=Impatient(warm))
    assert batch(out, made, force=True).done == 1  # the other was done before the interruption
    assert batch(out, made, force=True).done == 2


def test_a_damaged_notebook_costs_its_own_run_alone(out, made):
    made[0].write_text("{")
    end = batch(out, made)
    assert (end.failed, end.skipped) == (1, 1)
    assert "is damaged" in history(out).latest["odense", "01_emne"].error


def test_a_page_that_was_deleted_makes_its_report_due(out, made):
    (out / "odense" / "02_emne_2.html").unlink()
    assert batch(out, made).reports == 1
    assert (out / "odense" / "02_emne_2.html").exists()


def test_the_page_over_all_and_the_end_are_written_though_nothing_was_due(out, made):
    (out / FOLDER / "ended").unlink()
    (out / "index.html").write_text(
        (out / "index.html").read_text("utf-8").replace("Odense", "Odnse"), "utf-8"
    )
    (out / FOLDER / "executed" / "odense" / ".x.part").touch()
    assert batch(out, made).skipped == 2
    assert "Odnse" not in (out / "index.html").read_text("utf-8")
    assert Manifest(out).ended() is not None
    assert not list(out.rglob("*.part"))


def test_an_output_that_is_missing_or_damaged_is_made_again(out, made):
    missing, damaged = (executed_folder(out) / "odense" / f"0{number}_emne.ipynb" for number in (1, 2))
    missing.unlink()
    damaged.write_bytes(damaged.read_bytes()[:-9] + b"x" * 9)
    end = batch(out, made, only=["01"])
    assert (end.done, end.skipped, end.reports) == (2, 0, 1)


def test_a_report_that_went_missing_is_written_again_without_running_anything(out, made):
    for path in (out / "odense").iterdir():
        path.unlink()
    end = batch(out, made)
    assert (end.done, end.skipped, end.reports) == (0, 2, 1)


def test_what_others_put_beside_a_report_is_kept_and_an_older_pdf_is_not(out, made, tmp_path):
    (out / "odense" / "noter.txt").write_text("mine")
    (out / "odense" / "odense.pdf").write_bytes(b"of the older pages")
    notebook(tmp_path / "nb", 2, "'nyt'")
    batch(out, made)
    assert files(out / "odense") == ["01_emne_1.html", "02_emne_2.html", "index.html", "noter.txt"]


def test_a_folder_that_is_no_report_is_left_alone(out, two):
    (out / "odense").mkdir(parents=True)
    (out / "odense" / "brev.docx").write_text("mine")
    end = batch(out, two)
    assert (end.done, end.failed_reports, end.well) == (2, 1, False)
    assert files(out / "odense") == ["brev.docx"]
    assert "not a report" in history(out).latest["odense", ""].error


def test_a_page_of_somebody_else_is_not_written_over(out, two):
    out.mkdir()
    (out / "index.html").write_text("<h1>Min egen side</h1>")
    with pytest.raises(RunError, match="not a page of borgerlib"):
        batch(out, two)
    assert (out / "index.html").read_text() == "<h1>Min egen side</h1>"


def test_the_whole_country_is_a_place(out, two):
    batch(out, two, "hele-landet")
    assert states(out) == {("hele-landet", name): "done" for name in ("01_emne", "02_emne", "")}


def test_a_second_batch_on_the_folder_says_so_or_waits(out, two):
    (out / FOLDER).mkdir(parents=True)
    with folder_lock(out / FOLDER / "batch.lock", folder=out):
        with pytest.raises(FolderBusyError, match=r"Another batch works on .* \(process \d+ on "):
            batch(out, two)
        assert states(out) == {}
        ends = []
        waiting = threading.Thread(target=lambda: ends.append(batch(out, two, wait=True)))
        waiting.start()
        time.sleep(0.3)
        assert waiting.is_alive()
    waiting.join(PATIENCE)
    assert [end.done for end in ends] == [2]


def test_a_reports_folder_that_cannot_be_written_is_told(tmp_path, two):
    # A file where the folder should be stops root too.
    (tmp_path / "fil").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        batch(tmp_path / "fil" / "rapporter", two)


def test_a_place_that_cannot_be_written_fails_and_the_others_are_done(out, two):
    executed_folder(out).mkdir(parents=True)
    (executed_folder(out) / "odense").write_text("a file where the folder should be")
    end = batch(out, two, "Odense", "Aarhus")
    assert (end.done, end.failed, end.reports) == (2, 2, 1)
    assert history(out).latest["odense", "01_emne"].cause == "disk"


def test_a_workbook_stands_beside_the_pages(out, two):
    pytest.importorskip("borgerlib.runs.pages.formats.xlsx")
    batch(out, two, formats=["xlsx"])
    assert "odense-tabeller.xlsx" in files(out / "odense")
    assert history(out).latest["odense", ""].formats == ("html", "xlsx")


def test_names_are_checked_all_at_once(tmp_path):
    names = tmp_path / "kommuner.csv"
    names.write_text("# de tre\n0461;Odense\nÆrø\n\nAarhus Kommune,x\n")
    assert read_names([str(names), "Odense", "hele-landet"]) == ["Odense", "Ærø", "Aarhus", ""]
    assert read_names([str(names.rename(tmp_path / "uden-endelse"))]) == ["Odense", "Ærø", "Aarhus"]
    several = tmp_path / "flere.txt"
    several.write_text(
        "Odense;Ærø\nAarhus, Tårnby\n0461;Odense;\n751;0479\nFaaborg-Midtfyn;101\nNyborg;Fyn\n"
    )
    assert read_names([str(several)]) == [
        "Odense",
        "Ærø",
        "Aarhus",
        "Tårnby",
        "Svendborg",
        "Faaborg-Midtfyn",
        "Nyborg",
    ]
    assert len(read_names([], everybody=True)) == 98
    with pytest.raises(ParameterError) as error:
        read_names(["Odnse", "Aarhus", "9999"])
    assert len(error.value.problems) == 2
    with pytest.raises(ParameterError, match="No municipality"):
        read_names([])


@pytest.mark.parametrize(
    ("options", "message"),
    [({"only": ["44"]}, "Unknown notebook '44'"), ({"formats": ["odt"]}, "Unknown format 'odt'")],
)
def test_unknown_notebooks_and_formats_are_refused(out, two, options, message):
    with pytest.raises(ParameterError) as error:
        batch(out, two, **options)
    assert message in str(error.value)


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_executed_notebooks_are_not_for_a_web_server(out, made):
    assert (out / FOLDER).stat().st_mode & 0o077 == 0


def test_outputs_in_a_source_notebook_make_nothing_due(out, made):
    content = nbformat.read(made[1], as_version=4)
    content.cells[-1].outputs = [new_output("stream", text="42")]
    nbformat.write(content, made[1])
    assert json.loads(made[1].read_text())["cells"][-1]["outputs"]
    assert plan_batch(["Odense"], out=out, notebooks=made).due == ()
