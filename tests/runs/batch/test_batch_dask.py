"""A batch on a cluster of real processes, one of which is killed in mid-run."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import pytest
from batch_samples import InProcess, batch, history, notebook, states
from distributed import Client
from processes import PATIENCE, all_gone, descendants, eventually

from borgerlib.errors import RunError
from borgerlib.files.temporary import sweep_temporary_folders
from borgerlib.runs.batch.dask import DaskCrew
from borgerlib.runs.batch.task import Task, refuse_other_inputs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as POSIX does"),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """Return a cluster of two worker processes whose temporary folders are apart from everybody's."""
    from distributed import LocalCluster

    with (
        tempfile.TemporaryDirectory(prefix="bd", dir="/tmp") as tmp,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("BORGER_WORKSPACE", str(tmp_path_factory.mktemp("workspace")))
        patch.setenv("TMPDIR", tmp)
        # The workers find this test's modules nowhere, as on another machine.
        started = LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            dashboard_address=None,
            local_directory=tmp,
            worker_class="distributed.Nanny",
        )
        try:
            yield started
        finally:
            started.close()
            patch.setattr(tempfile, "tempdir", tmp)
            sweep_temporary_folders()
            assert list(Path(tmp).glob("borger-*")) == []


def run(cluster, out, notebooks, *names, **options):
    crew = DaskCrew(cluster.scheduler_address, reports=InProcess(), cold=options.pop("cold", True))
    return batch(out, notebooks, *names, crew=crew, **options)


@pytest.mark.long
def test_notebooks_run_on_the_cluster_and_a_worker_killed_in_mid_run_loses_nothing(cluster, tmp_path):
    out, begun, before = tmp_path / "rapporter", tmp_path / "begun", descendants(os.getpid())
    slow_once = (
        f"import os, pathlib, time\nmark = pathlib.Path({str(begun)!r})\n"
        "if not mark.exists():\n    mark.write_text(str(os.getpid()))\n    time.sleep(900)"
    )
    paths = [notebook(tmp_path / "nb", 1), notebook(tmp_path / "nb", 2, slow_once)]
    killed = []

    def kill_the_worker():
        eventually(lambda: begun.exists() and begun.read_text() and "done" in states(out).values())
        kernel = psutil.Process(int(begun.read_text()))
        worker = next(each for each in kernel.parents() if each.pid in before)
        killed.extend([kernel.pid, worker.pid])
        worker.kill()

    threading.Thread(target=kill_the_worker, daemon=True).start()
    end = run(cluster, out, paths, "Odense", "Aarhus")
    assert killed
    assert (end.done, end.failed, end.reports) == (4, 0, 2)
    assert set(states(out).values()) == {"done"}
    assert (out / "aarhus" / "02_emne_2.html").exists()
    eventually(lambda: all_gone(killed))


@pytest.mark.thorough
def test_a_worker_with_another_library_or_other_data_is_named_and_its_notebooks_go_to_the_good(
    cluster, tmp_path, monkeypatch, caplog
):
    # A third worker that looks for its data elsewhere, and a fourth without the library.
    without = tmp_path / "without" / "borgerlib"
    without.mkdir(parents=True)
    (without / "__init__.py").write_text("raise ImportError('No module named borgerlib')")
    command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address]
    command += ["--no-dashboard", "--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path)]
    elsewhere = tmp_path / "elsewhere" / "data" / "processed" / "odense"
    elsewhere.mkdir(parents=True)
    (elsewhere / "respondents.parquet").write_bytes(b"1")
    settings = [
        {"BORGER_WORKSPACE": str(tmp_path / "elsewhere")},
        {"PYTHONPATH": str(without.parent)},
    ]
    others = []
    for name, own in zip(("elsewhere", "without"), settings, strict=True):
        settled = {"env": {**os.environ, **own}, "cwd": tmp_path, "stderr": subprocess.DEVNULL}
        others.append(subprocess.Popen([*command, "--name", name], **settled))
    try:
        with Client(cluster.scheduler_address, set_as_default=False) as client:
            client.wait_for_workers(4, timeout=PATIENCE)
        paths = [notebook(tmp_path / "nb", number) for number in (1, 2, 3, 4)]
        end = run(cluster, tmp_path / "rapporter", paths)
    finally:
        for other in others:
            other.kill()
            other.wait()
    assert (end.done, end.failed, end.reports) == (4, 0, 1)
    named = [record.getMessage() for record in caplog.records if "gets no notebooks" in record.getMessage()]
    assert len(named) == 2
    assert any("it has no borgerlib (No module named borgerlib)" in words for words in named)
    assert any("data" in words and "differ" in words for words in named)
    assert all("The dask worker tcp://" in words for words in named)


def test_a_cluster_of_unfit_workers_is_told_worker_by_worker(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr("borgerlib.runs.batch.dask.library_hash", lambda: "another")
    eventually(lambda: len(cluster.scheduler.workers) == 2)  # one may have been killed before
    with pytest.raises(RunError, match="None of the 2 dask workers can run the notebooks") as told:
        run(cluster, tmp_path / "rapporter", [notebook(tmp_path / "nb", 1)])
    assert len(told.value.problems) == 2
    assert all("is another than this machine's" in problem for problem in told.value.problems)


@pytest.mark.long
def test_a_scheduler_that_is_killed_ends_the_batch_with_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    begun = tmp_path / "begun"
    told = tmp_path / "scheduler.json"
    options = ["--scheduler-file", str(told), "--no-dashboard"]
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", *options, "--port", "0"],
        stderr=subprocess.DEVNULL,
    )
    worker = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", *options, "--no-nanny", "--nthreads", "1",
         "--local-directory", str(tmp_path)],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    slow = f"open({str(begun)!r}, 'w').close()\nimport time\ntime.sleep(900)"

    def kill_the_scheduler():
        eventually(begun.exists)
        scheduler.kill()

    try:
        eventually(lambda: told.exists() and told.read_text())
        address = json.loads(told.read_text())["address"]
        crew = DaskCrew(address, reports=InProcess(), cold=True)
        killer = threading.Thread(target=kill_the_scheduler, daemon=True)
        killer.start()
        with pytest.raises(RunError, match=r"^The dask scheduler at tcp://\S+ is gone\.") as said:
            batch(tmp_path / "rapporter", [notebook(tmp_path / "nb", 1, slow)], crew=crew)
        assert "what is finished is kept" in said.value.hint
    finally:
        for process in (scheduler, worker):
            process.kill()
            process.wait()


@pytest.mark.thorough
def test_a_notebook_that_raises_on_the_cluster_comes_back_as_far_as_it_came(cluster, tmp_path):
    out = tmp_path / "rapporter"
    end = run(cluster, out, [notebook(tmp_path / "nb", 1, "1 / 0")], cold=False)
    assert (end.done, end.failed) == (0, 1)
    assert "ZeroDivisionError" in history(out).latest["odense", "01_emne"].error
    assert (out / ".borger" / "executed" / "odense" / "01_emne.failed.ipynb").exists()


def test_a_cluster_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("borgerlib.runs.batch.dask._CONNECT_SECONDS", 1)
    with pytest.raises(RunError, match="no dask scheduler at tcp://127"):
        DaskCrew("tcp://127.0.0.1:9", reports=InProcess())
    with pytest.raises(RunError, match="at foo that can be used: missing port number"):
        DaskCrew("foo", reports=InProcess())


def test_a_worker_with_other_data_refuses():
    task = Task("odense", "Odense", "01.ipynb", inputs={"data": "a", "library": "b"})
    refuse_other_inputs(task, {"data": "a", "library": "b"})
    with pytest.raises(RunError, match="worker's data and library differ"):
        refuse_other_inputs(task, {"data": "x", "library": "y"})
