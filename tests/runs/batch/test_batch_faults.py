"""What a batch survives, really killed: nothing finished is lost, nothing false is told."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from batch_samples import batch, batch_process, history, notebook, states
from processes import PATIENCE, eventually, heed_signals

from borgerlib.runs.batch.pool import LocalCrew
from borgerlib.runs.batch.task import Task
from borgerlib.runs.planning.due import executed_folder
from borgerlib.runs.planning.manifest import FOLDER, Manifest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and limits are told by POSIX"),
]


@pytest.fixture(autouse=True)
def workspace(warm, tmp_path, monkeypatch):
    # The warm kernels' folder is made before any test says where temporary files go.
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))


@pytest.fixture
def tmp():
    """Give a temporary folder with a short name, since sockets go there, and watch that nothing stays."""
    with tempfile.TemporaryDirectory(prefix="bt", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "rapporter"


@pytest.fixture
def started(tmp_path):
    """Return the file that a notebook which takes forever writes when it has begun."""
    return tmp_path / "begun"


def quick_and_endless(folder: Path, started: Path) -> Path:
    notebook(folder, 1)
    notebook(folder, 2, f"open({str(started)!r}, 'w').close()\nimport time\ntime.sleep(900)")
    return folder


def ready(out: Path, started: Path):
    return lambda: started.exists() and states(out).get(("odense", "01_emne")) == "done"


def is_clean(out: Path, tmp: Path) -> bool:
    assert sorted(path.name for path in (out / FOLDER).iterdir()) == [
        "batch.lock", "ended", "executed", "manifest.jsonl", "manifest.lock",
    ]  # fmt: skip
    assert [path.name for path in out.rglob("*.part")] == []
    assert list(tmp.iterdir()) == []
    return True


def resumed(out: Path, folder: Path, tmp: Path) -> None:
    """Run the batch again with a notebook that ends: what was finished is not run again."""
    before = history(out).latest["odense", "01_emne"]
    notebook(folder, 2)
    usual = tempfile.tempdir
    tempfile.tempdir = str(tmp)
    try:
        assert batch(out, sorted(folder.glob("*.ipynb"))).well
    finally:
        tempfile.tempdir = usual
    assert set(states(out).values()) == {"done"}
    assert history(out).latest["odense", "01_emne"] == before
    assert (out / "odense" / "02_emne_2.html").exists()
    assert is_clean(out, tmp)


@pytest.mark.long
@pytest.mark.parametrize("cold", [False, pytest.param(True, marks=pytest.mark.thorough)])
def test_killed_in_mid_run_it_leaves_no_process_and_goes_on_where_it_was(out, tmp_path, tmp, started, cold):
    folder = quick_and_endless(tmp_path / "nb", started)
    with batch_process(out, folder, "Odense", tmp=tmp, jobs=1, cold=cold) as running:
        running.wait_for(ready(out, started))
        running.process.kill()
        running.process.wait()
        running.leaves_nothing()
    assert states(out) == {("odense", "01_emne"): "done"}
    assert not (out / "odense").exists()
    resumed(out, folder, tmp)


def test_when_its_terminal_goes_the_command_ends_in_order(tmp_path, tmp):
    environment = {**os.environ, "BORGER_WORKSPACE": str(tmp_path), "TMPDIR": str(tmp)}
    command = [sys.executable, "-m", "borgerlib", "batch", "Odense", "--only", "02", "--cold", "--jobs", "1"]
    running = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, preexec_fn=heed_signals
    )
    lock = tmp_path / "reports" / FOLDER / "batch.holder"
    eventually(lock.exists)
    running.send_signal(signal.SIGHUP)
    said = running.communicate(timeout=PATIENCE)[1]
    assert (running.returncode, said.startswith("Stopped. ")) == (130, True), said
    assert list(tmp.iterdir()) == []


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)])
def test_told_to_stop_it_ends_in_mid_run_with_everything_finished_kept(out, tmp_path, tmp, started, number):
    folder = quick_and_endless(tmp_path / "nb", started)
    with batch_process(out, folder, "Odense", tmp=tmp, jobs=1) as running:
        running.wait_for(ready(out, started))
        running.process.send_signal(number)
        # Much longer than it takes and shorter than the endless cell, which is not waited for.
        running.process.wait(PATIENCE)
        running.leaves_nothing()
    assert states(out) == {("odense", "01_emne"): "done"}
    resumed(out, folder, tmp)


@pytest.mark.long
def test_a_batch_that_is_killed_takes_along_all_that_can_do_nothing_themselves(out, tmp_path, tmp, started):
    folder = quick_and_endless(tmp_path / "nb", started)
    with batch_process(out, folder, "Odense", tmp=tmp, jobs=1, cold=False) as running:
        running.wait_for(ready(out, started))
        for process in psutil.Process(running.process.pid).children(recursive=True):
            process.suspend()
        running.process.kill()
        running.process.wait()
        running.leaves_nothing()


def test_a_report_that_takes_too_long_is_stopped(tmp_path):
    crew = LocalCrew(1, folder=tmp_path, cold=True)
    try:
        # No worker can have begun by then.
        crew.give(Task("odense", "Odense", pages=("a.ipynb",), folder=str(tmp_path), timeout=0.01))
        time.sleep(0.02)
        [(_, outcome)] = crew.outcomes(PATIENCE)
    finally:
        crew.stop()
    assert (outcome.state, outcome.cause) == ("failed", "time")
    assert outcome.error == "The report was stopped: it took more than the 0.01 seconds it may take."


@pytest.mark.long
def test_a_worker_process_that_is_killed_costs_its_run_one_retry(out, tmp_path, tmp, started):
    once = (
        f"import os, pathlib, time\nmark = pathlib.Path({str(started)!r})\n"
        "if not mark.exists():\n    mark.touch()\n    time.sleep(900)"
    )
    folder = notebook(tmp_path / "nb", 1, once).parent
    with batch_process(out, folder, "Odense", tmp=tmp, jobs=1) as running:
        running.wait_for(started.exists)
        [worker] = psutil.Process(running.process.pid).children()
        worker.kill()
        code, _, errors = running.ended()
        running.leaves_nothing()
    assert code == 0, errors
    assert history(out).latest["odense", "01_emne"].attempts == 2
    assert set(states(out).values()) == {"done"}


@pytest.mark.long
def test_a_full_disk_is_told_nothing_is_lost_and_nothing_is_made_up(out, tmp_path, tmp):
    folder = tmp_path / "nb"
    small = [notebook(folder, 1)]
    batch(out, small)
    # What is larger than 40 kB finds no room: the second notebook's output.
    notebook(folder, 2, "print('tal ' * 20000)")
    with batch_process(out, folder, "Odense", tmp=tmp, largest_file=40_000, jobs=1) as running:
        code, _, errors = running.ended()
    assert code == 0, errors
    record = history(out).latest["odense", "02_emne"]
    assert record.state == "failed"
    assert "cannot be written" in record.error
    assert states(out)["odense", "01_emne"] == "done"
    assert not (executed_folder(out) / "odense" / "02_emne.ipynb").exists()
    assert not (out / "odense" / "02_emne_2.html").exists()
    assert (out / "odense" / "01_emne_1.html").exists()
    notebook(folder, 2, "print('tal')")
    resumed(out, folder, tmp)


@pytest.mark.long
def test_a_disk_without_room_for_the_manifest_ends_the_batch_with_a_message(out, tmp_path, tmp):
    folder = notebook(tmp_path / "nb", 1).parent
    batch(out, [folder / "01_emne.ipynb"])
    manifest = out / FOLDER / "manifest.jsonl"
    with manifest.open("a") as file:
        file.write(manifest.read_text() * 40)
    full = manifest.read_bytes()
    notebook(folder, 1, "'nyt'")
    with batch_process(out, folder, "Odense", tmp=tmp, largest_file=len(full) + 10, jobs=1) as running:
        code, _, errors = running.ended()
    assert code == 1
    assert "What was run cannot be written to" in errors
    assert manifest.read_bytes() == full
    # Not told, so not done: run again when there is room.
    assert batch(out, [folder / "01_emne.ipynb"]).done == 1


@pytest.mark.thorough
def test_a_disk_that_is_really_full(tmp_path, tmp):
    """The same on a file system of 3 MB, where the system lets us make one."""
    small = tmp_path / "lille"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only the administrator can make a small file system here")
    try:
        out, folder = small / "rapporter", tmp_path / "nb"
        notebook(folder, 1)
        notebook(folder, 2, "import os\nprint(os.urandom(2_000_000).hex())")
        with batch_process(out, folder, "Odense", tmp=tmp, jobs=1) as running:
            code, _, errors = running.ended()
        assert code in (0, 1), errors
        assert states(out).get(("odense", "02_emne")) != "done"
        assert states(out)["odense", "01_emne"] == "done"
        resumed(out, folder, tmp)
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.long
def test_two_batches_at_once_share_the_work_and_run_nothing_twice(out, tmp_path, tmp):
    folder = tmp_path / "nb"
    for number in (1, 2):
        notebook(folder, number, "import time\ntime.sleep(0.2)")
    both = [batch_process(out, folder, "Odense", tmp=tmp, wait=True, jobs=1) for _ in range(2)]
    with both[0] as one, both[1] as other:
        ends = [one.ended(), other.ended()]
    assert [code for code, _, _ in ends] == [0, 0], ends
    # One line a run and a report: the second found everything done.
    assert history(out).sequence == 3
    assert set(states(out).values()) == {"done"}
    assert is_clean(out, tmp)


def test_a_torn_manifest_costs_the_torn_run_alone(out, tmp_path, tmp):
    paths = [notebook(tmp_path / "nb", number) for number in (1, 2)]
    batch(out, paths, jobs=1)
    manifest = out / FOLDER / "manifest.jsonl"
    first, second, _ = manifest.read_text().splitlines()
    manifest.write_text(f"{first}\n{second[: len(second) // 2]}")
    end = batch(out, paths)
    assert (end.done, end.skipped, end.reports) == (1, 1, 1)
    assert Manifest(out).read().damaged == 0


def test_a_clock_that_is_set_back_makes_nothing_due_and_hides_no_failure(out, tmp_path):
    paths = [notebook(tmp_path / "nb", 1)]
    batch(out, paths)
    future = time.time() + 400 * 86_400
    for path in (out / FOLDER).rglob("*"):
        os.utime(path, (future, future))  # as if all had been made after a clock that ran ahead
    assert batch(out, paths).skipped == 1
    notebook(tmp_path / "nb", 1, "1 / 0")
    assert batch(out, paths).failed == 1
    assert history(out).latest["odense", "01_emne"].state == "failed"


def test_what_a_killed_batch_left_half_written_is_cleared_away(out, tmp_path):
    paths = [notebook(tmp_path / "nb", 1)]
    batch(out, paths)
    left = out / FOLDER / "work" / "task-7" / "odense"
    left.mkdir(parents=True)
    (left / "index.html").write_text("half")
    batch(out, paths)
    assert not (out / FOLDER / "work").exists()
