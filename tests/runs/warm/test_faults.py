"""Servers, kernels and clients that die, hang or talk nonsense: nothing is left and no run is lost."""

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from textwrap import indent

import pytest
from processes import ENDLESS, PATIENCE, all_gone, descendants, eventually, gone

from borgerlib.runs.kernels.execute import NotebookJob, run_notebook, run_notebooks
from borgerlib.runs.warm import WarmServer
from borgerlib.runs.warm.forked import _absent
from borgerlib.runs.warm.provisioner import WarmProvisioner

SLOW = "import pathlib, os, time\npathlib.Path(r'{mark}').write_text(str(os.getpid()))\ntime.sleep({seconds})"


def start(server, source: Path, target: Path) -> tuple[threading.Thread, list]:
    runs: list = []
    thread = threading.Thread(
        target=lambda: runs.extend(run_notebooks([NotebookJob(source, target)], warm=server))
    )
    thread.start()
    return thread, runs


def written(mark: Path) -> int:
    return int(mark.read_text("utf-8") or 0) if mark.exists() else 0


def test_what_was_kept_from_import_can_be_had_whatever_ended_the_import():
    with pytest.raises(SystemExit), _absent(["borgerlib.none"]):
        raise SystemExit
    assert "borgerlib.none" not in sys.modules


@pytest.mark.long
def test_a_run_outlives_its_server_and_the_next_one_is_warm_again(make_notebook, tmp_path):
    mark = tmp_path / "mark"
    # The second run finds the first one's mark, and ends at once.
    once = f"import pathlib\nif not pathlib.Path(r'{mark}').exists():\n"
    slow = SLOW.format(mark=mark, seconds=ENDLESS)
    source = make_notebook("a.ipynb", once + indent(slow, "    "))
    with WarmServer(ahead="imports") as server:
        assert server.ready()
        thread, runs = start(server, source, tmp_path / "out.ipynb")
        eventually(lambda: bool(written(mark)))
        kernel, killed = written(mark), server.pid
        os.kill(killed, signal.SIGKILL)
        thread.join(PATIENCE)
        assert gone(kernel)
        assert [(run.status, run.kernel, run.attempts) for run in runs] == [("done", "cold", 2)]
        assert not (tmp_path / "out.failed.ipynb").exists()
        run = run_notebook(make_notebook("b.ipynb", "1"), tmp_path / "b.out.ipynb", warm=server)
        assert (run.kernel, run.attempts) == ("warm", 1)
        assert server.pid != killed
        # One that is told to end takes its folder along.
        os.kill(server.pid, signal.SIGTERM)
        eventually(lambda: not server.folder.exists())
    assert gone(server.pid or kernel)


def test_a_kernel_that_is_killed_fails_its_run_only(make_notebook, tmp_path, server):
    mark = tmp_path / "mark"
    source = make_notebook("a.ipynb", SLOW.format(mark=mark, seconds=ENDLESS))
    thread, runs = start(server, source, tmp_path / "out.ipynb")
    eventually(lambda: bool(written(mark)))
    os.kill(written(mark), signal.SIGKILL)
    thread.join(PATIENCE)
    assert [(run.status, run.cause, run.kernel) for run in runs] == [("failed", "died", "warm")]
    assert (tmp_path / "out.failed.ipynb").exists()
    assert run_notebook(make_notebook("b.ipynb", "1"), tmp_path / "b.out.ipynb", warm=server).kernel == "warm"


def test_a_client_that_is_killed_leaves_nothing(make_notebook, tmp_path):
    marks = [tmp_path / "mark1", tmp_path / "mark2"]
    child = "import subprocess; subprocess.Popen(['sleep', '900'])"
    sources = [
        make_notebook(f"{mark.name}.ipynb", child, SLOW.format(mark=mark, seconds=ENDLESS)) for mark in marks
    ]
    temporary = tmp_path / "t"
    temporary.mkdir()
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from borgerlib.runs.kernels.execute import NotebookJob, run_notebooks\n"
        "from borgerlib.runs.warm import WarmServer\n"
        "with WarmServer(ahead='imports') as server:\n"
        "    jobs = [NotebookJob(Path(p), Path(p + '.out')) for p in sys.argv[1:]]\n"
        "    run_notebooks(jobs, warm=server)"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, sources)], env={**os.environ, "TMPDIR": str(temporary)}
    )
    eventually(lambda: all(written(mark) for mark in marks))
    started = descendants(program.pid)
    assert {written(mark) for mark in marks} < started
    program.kill()
    program.wait()
    eventually(lambda: all_gone(started))
    eventually(lambda: list(temporary.iterdir()) == [])


def test_a_client_that_is_killed_takes_along_a_cold_kernel_that_is_stopped(make_notebook, tmp_path):
    mark = tmp_path / "mark"
    source = make_notebook("a.ipynb", SLOW.format(mark=mark, seconds=ENDLESS))
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from borgerlib.runs.kernels.execute import NotebookJob, run_notebooks\n"
        "run_notebooks([NotebookJob(Path(sys.argv[1]), Path(sys.argv[1] + '.out'))])"
    )
    temporary = tmp_path / "t"
    temporary.mkdir()
    program = subprocess.Popen(
        [sys.executable, "-c", code, str(source)], env={**os.environ, "TMPDIR": str(temporary)}
    )
    eventually(lambda: bool(written(mark)))
    kernel = written(mark)
    try:
        os.kill(kernel, signal.SIGSTOP)
        program.kill()
        program.wait()
        eventually(lambda: gone(kernel))
    finally:
        if not gone(kernel):
            os.kill(kernel, signal.SIGKILL)


@pytest.mark.parametrize("stays", [False, True])
def test_a_cold_kernel_ends_with_the_thread_that_started_it_only_if_that_was_to_stay(stays):
    provisioner = WarmProvisioner(kernel_spec=None)
    provisioner.thread_stays = stays
    command = [sys.executable, "-c", f"import time; time.sleep({ENDLESS})"]
    thread = threading.Thread(target=lambda: asyncio.run(provisioner.launch_kernel(command)))
    thread.start()
    thread.join()
    try:
        if stays:
            assert provisioner.process.wait(PATIENCE) == -signal.SIGKILL
        else:
            time.sleep(0.2)
            assert provisioner.process.poll() is None
    finally:
        provisioner.process.kill()
        provisioner.process.wait()


@pytest.mark.long
def test_the_end_of_the_server_is_the_end_of_its_kernels(make_notebook, tmp_path):
    mark = tmp_path / "mark"
    source = make_notebook("a.ipynb", SLOW.format(mark=mark, seconds=ENDLESS))
    with WarmServer(ahead="imports") as server:
        assert server.ready()
        process = server.launch(["-f", str(tmp_path / "k.json")], environment=server._environment)
        assert process is not None
        assert process.poll() is None
        leader = server.pid
    assert gone(process.pid)
    assert process.wait(timeout=PATIENCE) != 0
    assert gone(leader)
    assert not server.folder.exists()
    # Afterwards its runs are cold.
    run = run_notebook(make_notebook("b.ipynb", "1"), tmp_path / "b.out.ipynb", warm=server)
    assert run.kernel == "cold"
    assert source.exists()


def test_a_kernel_whose_client_hangs_up_ends(server, tmp_path):
    assert server.ready()
    process = server.launch(["-f", str(tmp_path / "k.json")], environment=server._environment)
    assert process is not None
    process._connection.close()
    eventually(lambda: gone(process.pid))


def test_what_kernels_say_before_they_have_a_log_fills_no_pipe(server):
    eventually(lambda: os.readlink(f"/proc/{server.pid}/fd/1") == os.devnull)


def test_silent_and_senseless_clients_do_not_block_the_server(make_notebook, tmp_path, server):
    assert server.ready()
    clients = []
    for said in (b"", b"no newline", b"no json\n", b'"no request"\n', b"[]\n", b"\x00\xff\n"):
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(server._socket()))
        client.sendall(said)
        clients.append(client)
    run = run_notebook(make_notebook("a.ipynb", "1"), tmp_path / "out.ipynb", warm=server)
    assert run.kernel == "warm"
    for client in clients:
        client.close()


@pytest.mark.thorough
def test_a_server_whose_code_has_changed_is_replaced_and_its_kernels_stay(tmp_path):
    with WarmServer(ahead="imports") as server:
        assert server.ready()
        first = server.pid
        kernel = server.launch(["-f", str(tmp_path / "k.json")], environment=server._environment)
        assert kernel is not None
        server._shipped -= 1e9  # as if the files were newer
        assert server.ready()
        assert server.pid != first
        assert kernel.poll() is None
        kernel.kill()
        kernel.wait(timeout=PATIENCE)
        eventually(lambda: gone(first))
        assert server.folder.exists()
        assert server.launch(["-f", str(tmp_path / "k2.json")], environment=server._environment) is not None


@pytest.mark.thorough
def test_a_server_that_cannot_live_makes_runs_cold(make_notebook, tmp_path, monkeypatch):
    (tmp_path / "deadly.py").write_text(
        "import os, sys\nprint('no!', file=sys.stderr, flush=True)\nos._exit(1)"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with WarmServer(preload=["deadly"], ahead="imports") as server:
        run = run_notebook(make_notebook("a.ipynb", "1"), tmp_path / "out.ipynb", warm=server)
        assert (run.status, run.kernel) == ("done", "cold")
        assert "died too often (no!)" in server.notice


@pytest.mark.thorough
def test_libraries_with_threads_make_runs_cold_and_that_is_said_once(
    make_notebook, tmp_path, monkeypatch, caplog
):
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with caplog.at_level(logging.WARNING), WarmServer(preload=["threaded"], ahead="imports") as server:
        for _ in range(2):
            run = run_notebook(make_notebook("a.ipynb", "1"), tmp_path / "out.ipynb", warm=server)
            assert (run.status, run.kernel) == ("done", "cold")
    assert [record.getMessage() for record in caplog.records if "one by one" in record.getMessage()] == [
        server.notice
    ]
    assert "1 threads" in server.notice


def test_without_linux_kernels_are_cold_anywhere(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    server = WarmServer()
    monkeypatch.undo()
    try:
        assert not server.ready()
        assert "need Linux" in server.notice
        assert server.launch([], environment={}) is None
    finally:
        server.close()


@pytest.mark.thorough
def test_a_long_temporary_folder_is_not_too_long(tmp_path, monkeypatch):
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with WarmServer(ahead="imports") as server:
        assert len(os.fsencode(server._socket())) < 108
    assert not server.folder.exists()


@pytest.mark.thorough
def test_a_server_that_is_told_to_end_while_it_imports_takes_its_folder_along():
    with WarmServer(ahead="imports") as server:
        eventually(lambda: os.path.exists(server._socket()))
        os.kill(server.pid, signal.SIGTERM)
        eventually(lambda: not server.folder.exists())
