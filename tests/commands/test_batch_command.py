"""The commands of scheduled runs, as a user types them."""

import json
import os
import signal
import subprocess
import sys

import pytest
from processes import PATIENCE, eventually
from typer.testing import CliRunner

from borgerlib import places
from borgerlib.commands.batch import app, progress_line
from borgerlib.errors import ParameterError
from borgerlib.runs.batch.work import BatchProgress
from borgerlib.runs.planning.manifest import FOLDER, Manifest, Record

PROGRAM = "from borgerlib.commands.batch import app; app()"


@pytest.fixture
def borger(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *arguments: CliRunner().invoke(app, arguments)


@pytest.fixture
def ran(tmp_path):
    """Return a folder in which one municipality went well and one did not."""
    folder = tmp_path / "reports"
    (folder / FOLDER).mkdir(parents=True)
    failed = Record(
        "odense", "Odense", "02_strategi", "failed", "2026-11-24T01:00:00+00:00", 2.5,
        {"data": "abc"}, error="02_strategi.ipynb, cell 3 failed: ValueError: forkert\n  - andet", cell=3,
    )  # fmt: skip
    Manifest(folder).append(
        Record("aarhus", "Aarhus", "02_strategi", "done", seconds=1.5),
        Record("aarhus", "Aarhus", "", "done"),
        failed,
    )
    return folder


def test_a_dry_run_says_what_is_due_and_why_and_runs_nothing(borger, tmp_path):
    done = borger("batch", "Odense", "--dry-run")
    assert done.exit_code == 0, done.output
    rows = [line.split(maxsplit=1) for line in done.output.splitlines() if line.startswith("  ")]
    assert [name[:2] for name, _ in rows] == ["ti", *(f"{number:02d}" for number in range(11))]
    assert {reason for _, reason in rows} == {"never run"}
    assert "Of the runs 12 are due, 0 are up to date." in done.output
    assert not (tmp_path / "reports").exists()


def test_all_means_98_and_only_narrows_the_notebooks(borger):
    assert "Of the runs 196 are due" in borger("batch", "--all", "--only", "02,06", "--dry-run").output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["batch"], "No municipality is named"),
        (["batch", "Odnse"], "Did you mean 'Odense'"),
        (["batch", "Odense", "--only", "77", "--dry-run"], "Unknown notebook '77'"),
        (["batch", "Odense", "--format", "odt", "--dry-run"], "Unknown format 'odt'"),
    ],
)
def test_a_mistake_is_told_before_anything_is_run(borger, arguments, message):
    done = borger(*arguments)
    assert isinstance(done.exception, ParameterError)
    assert message in str(done.exception)


def test_status_tells_state_time_cell_and_message_and_ends_with_1(borger, ran):
    done = borger("status")
    assert done.exit_code == 1
    assert "failed     Odense                 1 notebook      2.5 s" in done.output
    assert f"{'':11}02_strategi.ipynb, cell 3 failed: ValueError: forkert\n{'':13}- andet\n" in done.output
    assert "2 reports: 1 done, 1 failed." in done.output


def test_status_of_those_that_went_well_ends_with_0(borger, ran):
    assert borger("status", "Aarhus").exit_code == 0


def test_status_tells_what_is_unfinished_stale_or_unreadable_by_its_exit_code(borger, ran):
    manifest = Manifest(places.reports())
    assert borger("status", "Aarhus", "--max-age", "1").exit_code == 5
    manifest.note_end()
    assert borger("status", "Aarhus", "--max-age", "1").exit_code == 0
    manifest.append(Record("vejle", "Vejle", "02_strategi", "done"))
    assert borger("status", "Vejle").exit_code == 3
    manifest.path.unlink()
    manifest.path.mkdir()
    assert borger("status").exit_code == 4


def test_status_as_json_holds_everything(borger, ran):
    done = borger("status", "--json")
    assert done.exit_code == 1
    told = json.loads(done.output)
    run = told["places"][1]["runs"][0]
    assert (run["state"], run["seconds"], run["cell"], run["inputs"]) == ("failed", 2.5, 3, {"data": "abc"})
    assert told["well"] is False


def test_before_any_batch_status_says_calmly_that_none_was_run(borger, tmp_path):
    done = borger("status")
    said = f"No batch has been run for {tmp_path / 'reports'} yet. To run one: borger batch Odense\n"
    assert (done.exit_code, done.output) == (5, said)
    assert "borger batch Odense --out '/nope/a b'" in borger("status", "--out", "/nope/a b").output
    done = borger("status", "--json", "--max-age", "1")
    assert (done.exit_code, json.loads(done.output)["places"]) == (5, [])


def test_status_is_not_well_where_nothing_is_known(borger, ran):
    done = borger("status", "Aarhus", "Vejle")
    assert (done.exit_code, "No batch has been run for Vejle yet." in done.output) == (5, True)
    manifest, ended = Manifest(ran).path, ran / FOLDER / "ended"
    ended.write_text("2036-11-26T23:00:00+00:00")  # of a clock that was set back
    assert borger("status", "Aarhus", "--max-age", "26").exit_code == 5
    (ran / FOLDER / "begun").touch()
    done = borger("status", "Aarhus")
    assert (done.exit_code, "A batch has broken off" in done.output) == (3, True)
    manifest.rename(manifest.with_name("kept"))  # killed before its first notebook ended
    done = borger("status")
    said = "A batch has broken off; the same command goes on from there.\n"
    assert (done.exit_code, done.output) == (3, said)
    manifest.with_name("kept").rename(manifest)
    (ran / FOLDER / "begun").unlink()
    ended.write_text("2026-11-26T23:00:00")  # in no zone
    assert borger("status", "Aarhus", "--max-age", "inf").exit_code == 5
    whole = manifest.read_bytes()
    manifest.write_bytes(b"\xef\xbb\xbf" + whole)
    done = borger("status", "Aarhus")
    assert (done.exit_code, "1 damaged line. What was told" in done.output) == (3, True)
    manifest.write_bytes(whole.replace(b"\n", b"\r\n"))
    assert borger("status").exit_code == 4
    manifest.write_bytes(b"")
    assert borger("status").exit_code == 5


def test_a_schedule_that_would_fail_each_night_is_refused_now(borger):
    for wrong in (("--format", "pfd"), ("--out", "/tmp/a\nb")):
        assert isinstance(borger("schedule", *wrong).exception, ParameterError)
    assert "borger status --max-age 26 --out '/tmp/a b'" in borger("schedule", "--out", "/tmp/a b").output


def test_wrong_usage_ends_with_2(borger, tmp_path):
    assert borger("status", "--jsn").exit_code == 2
    assert borger("status", "Oddense").exit_code == 2
    assert borger("batch", "Odense", "--jobs", "0").exit_code == 2


def test_the_whole_country_is_scheduled_by_its_word(borger):
    assert "batch hele-landet Odense --jobs 2" in borger("schedule", "hele-landet", "Odense").output


def test_schedule_prints_lines_that_can_be_pasted(borger):
    done = borger("schedule", "--at", "03:15", "--format", "html,pdf")
    assert done.exit_code == 0, done.output
    assert "OnCalendar=*-*-* 03:15:00" in done.output
    assert "\n15 3 * * * cd " in done.output
    assert "batch --all --jobs 2 --format html,pdf" in done.output
    assert "schtasks /Create" in done.output


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (BatchProgress(3, 1, 0, 9, 40, 0, 0, None, None), "3 done, 1 failed, 9 skipped"),
        (
            BatchProgress(3, 1, 2, 9, 40, 0, 1, 61.4, None),
            "3 done, 2 failed, 2 held back, 9 skipped, 61 s left",
        ),
        (BatchProgress(3, 0, 0, 0, 40, 0, 0, 600.0, None), "3 done, 0 failed, 0 skipped, 10 min left"),
        (BatchProgress(3, 0, 0, 0, 40, 0, 0, 7200.0, None), "3 done, 0 failed, 0 skipped, 2.0 h left"),
    ],
)
def test_how_far_it_is(progress, line):
    assert progress_line(progress) == line


@pytest.mark.thorough
def test_stopped_by_ctrl_c_it_goes_on_with_the_same_command_until_nothing_is_due(tmp_path):
    environment = {**os.environ, "BORGER_WORKSPACE": str(tmp_path), "COLUMNS": "300"}
    command = [sys.executable, "-c", PROGRAM, "batch", "Odense", "--only", "00,05,09"]
    manifest = Manifest(tmp_path / "reports")
    first = subprocess.Popen([*command, "--jobs", "1"], env=environment, stderr=subprocess.PIPE, text=True)
    eventually(lambda: manifest.read().latest)
    first.send_signal(signal.SIGINT)
    _, errors = first.communicate(timeout=PATIENCE)
    assert first.returncode == 130
    assert "finished runs are kept; the same command goes on from here." in errors
    kept = dict(manifest.read().latest)
    assert kept

    second = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stderr
    assert f"{3 - len(kept)} done, 0 failed, {len(kept)} skipped; 1 report written." in second.stdout
    assert {key: manifest.read().latest[key] for key in kept} == kept
    assert (tmp_path / "reports" / "odense" / "index.html").exists()

    third = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "0 done, 0 failed, 3 skipped" in third.stdout
