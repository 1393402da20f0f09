import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import pytest
from processes import PATIENCE, all_gone, descendants, eventually

from borgerlib import places
from borgerlib.errors import ParameterError, RunError
from borgerlib.runs.kernels.execute import NotebookJob, run_notebook, run_notebooks
from borgerlib.runs.kernels.manager import Kernel
from borgerlib.runs.warm.surroundings import kernel_environment

pytestmark = pytest.mark.slow

TELL = (
    "import json, os, sys\nprint(json.dumps([municipality, sys.executable, os.environ['BORGER_WORKSPACE']]))"
)


def printed(path: Path) -> list[str]:
    cells = nbformat.read(path, as_version=4).cells
    return [output.text for cell in cells if cell.cell_type == "code" for output in cell.outputs]


def test_a_run_has_our_parameters_interpreter_and_workspace(make_notebook, tmp_path):
    source, target = make_notebook("01_a.ipynb", TELL), tmp_path / "out" / "01_a.ipynb"
    run = run_notebook(source, target, {"municipality": "Ærø"})
    assert (run.name, run.status, run.path, run.error) == ("01_a", "done", target, "")
    assert run.seconds > 0
    assert json.loads(printed(target)[0]) == ["Ærø", sys.executable, str(places.workspace())]
    assert [path.name for path in target.parent.iterdir()] == ["01_a.ipynb"]


def test_the_executed_notebook_names_no_folder_of_this_machine(make_notebook, tmp_path, warm):
    source, target = make_notebook("a.ipynb", "1 + 1"), tmp_path / "out.ipynb"
    run_notebook(source, target, warm=warm)
    assert str(tmp_path) not in target.read_text()


def test_other_kernels_and_jupyter_paths_do_not_matter(make_notebook, tmp_path, monkeypatch):
    spec = tmp_path / "jupyter" / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(json.dumps({"argv": ["/bin/false"], "display_name": "Broken", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", "/nowhere")
    source, target = make_notebook("a.ipynb", TELL), tmp_path / "out.ipynb"
    assert run_notebook(source, target).status == "done"
    assert json.loads(printed(target)[0])[1] == sys.executable


def test_a_kernel_keeps_bytecode_and_the_workspace(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    environment = kernel_environment()
    assert "PYTHONDONTWRITEBYTECODE" not in environment
    assert environment["BORGER_WORKSPACE"] == str(tmp_path)


def test_a_failing_cell_is_told_by_its_number_in_the_source(make_notebook, tmp_path, capfd):
    # Heading, parameters, a good cell, the bad one: the fourth, although papermill puts one in between.
    source = make_notebook("05_e.ipynb", "1 + 1", "1 / 0", "print('never')")
    with pytest.raises(RunError) as raised:
        run_notebook(source, tmp_path / "out.ipynb", {"min_cell": 6})
    assert str(raised.value) == "05_e.ipynb, cell 4 failed: ZeroDivisionError: division by zero"
    assert not (tmp_path / "out.ipynb").exists()
    assert "ZeroDivisionError" in (tmp_path / "out.failed.ipynb").read_text()
    assert capfd.readouterr() == ("", "")


def test_a_mistake_in_the_notebook_is_shown_as_its_message(make_notebook, tmp_path, warm):
    source = make_notebook(
        "a.ipynb",
        "from borgerlib.errors import DataError",
        "raise DataError('The file is empty.', problems=['row 1', 'row 2'], hint='Fill it.')",
    )
    with pytest.raises(RunError) as raised:
        run_notebook(source, tmp_path / "out.ipynb", warm=warm)
    assert str(raised.value) == "a.ipynb, cell 4 failed: The file is empty.\n  - row 1\n  - row 2\nFill it."


@pytest.mark.long
def test_an_older_result_stays_when_the_new_run_fails_and_the_failed_one_goes_when_it_succeeds(
    make_notebook, tmp_path, warm
):
    target = tmp_path / "out.ipynb"
    run_notebook(make_notebook("a.ipynb", "print('old')"), target, warm=warm)
    with pytest.raises(RunError):
        run_notebook(make_notebook("a.ipynb", "print('new')", "1 / 0"), target, warm=warm)
    assert printed(target) == ["old\n"]
    run_notebook(make_notebook("a.ipynb", "print('newest')"), target, warm=warm)
    assert printed(target) == ["newest\n"]
    assert not (tmp_path / "out.failed.ipynb").exists()


def test_a_kernel_that_dies_is_told(make_notebook, tmp_path):
    source = make_notebook("a.ipynb", "1 + 1", "import os; os._exit(3)")
    with pytest.raises(RunError, match=r"a\.ipynb, cell 4 failed: its Python process died"):
        run_notebook(source, tmp_path / "out.ipynb")
    assert (tmp_path / "out.failed.ipynb").exists()


def test_a_cell_that_never_ends_is_stopped(make_notebook, tmp_path, begun, capfd):
    # A cell that swallows interrupts must end too.
    stubborn = "while True:\n  try: time.sleep(900)\n  except KeyboardInterrupt: pass"
    cell = f"import time\nopen({str(begun)!r}, 'w').close()\n{stubborn}"
    with pytest.raises(RunError, match=r"cell 3 was stopped: the notebook took more than the 0\.1 seconds"):
        run_notebook(make_notebook("a.ipynb", cell), tmp_path / "out.ipynb", timeout=0.1)
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_kernel_ended_before_it_starts_ends_when_it_starts():
    kernel = Kernel()
    kernel.end()
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(900)"])
    kernel.started(process)
    assert process.wait(timeout=PATIENCE) == -signal.SIGKILL


@pytest.mark.long
@pytest.mark.parametrize("leave", ["import sys; sys.exit()", "raise SystemExit(0)"])
def test_a_notebook_that_leaves_early_is_no_success(make_notebook, tmp_path, leave):
    source = make_notebook("a.ipynb", leave, "print('the rest')")
    with pytest.raises(RunError, match=r"a\.ipynb, cell 3 ended the notebook before its end"):
        run_notebook(source, tmp_path / "out.ipynb")
    assert not (tmp_path / "out.ipynb").exists()


def test_a_place_that_cannot_be_written_is_told_before_the_run(make_notebook, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match=r"out\.ipynb cannot be written to .*file"):
        run_notebook(make_notebook("a.ipynb", "1"), tmp_path / "file" / "out.ipynb")


def test_parameters_are_checked_before_any_kernel_starts(make_notebook, tmp_path):
    good = NotebookJob(make_notebook("a.ipynb", "1"), tmp_path / "a.out.ipynb")
    bad = NotebookJob(make_notebook("b.ipynb", "1"), tmp_path / "b.out.ipynb", {"munincipality": "Odense"})
    gone = NotebookJob(tmp_path / "c.ipynb", tmp_path / "c.out.ipynb")
    seen: list[object] = []
    with pytest.raises(ParameterError) as raised:
        run_notebooks([good, bad, gone], on_progress=seen.append)
    assert len(raised.value.problems) == 2
    assert "b.ipynb: Unknown parameter 'munincipality'. Did you mean 'municipality'?" in str(raised.value)
    assert "c.ipynb: There is no notebook c.ipynb" in str(raised.value)
    assert seen == []
    assert not list(tmp_path.glob("*.out.ipynb"))


@pytest.mark.long
def test_many_at_once_each_give_their_own_result_and_a_failure_stops_only_itself(
    make_notebook, tmp_path, warm
):
    jobs = [
        NotebookJob(
            make_notebook(f"{number:02d}.ipynb", "print(min_cell)" if number != 3 else "1 / 0"),
            tmp_path / "out" / f"{number:02d}.ipynb",
            {"min_cell": number},
        )
        for number in range(5)
    ]
    seen = []
    runs = run_notebooks(
        jobs,
        at_once=3,
        warm=warm,
        on_progress=lambda run: seen.append((run.name, threading.current_thread())),
    )
    assert [run.name for run in runs] == ["00", "01", "02", "03", "04"]
    assert [run.status for run in runs] == ["done", "done", "done", "failed", "done"]
    assert runs[3].error == "03.ipynb, cell 3 failed: ZeroDivisionError: division by zero"
    assert runs[3].path.name == "03.failed.ipynb"
    assert runs[3].path.exists()
    assert [printed(run.path) for run in runs if run.status == "done"] == [[f"{n}\n"] for n in (0, 1, 2, 4)]
    assert sorted(name for name, _ in seen) == ["00", "01", "02", "03", "04"]
    assert {thread for _, thread in seen} == {threading.main_thread()}


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_ends_everything_soon_and_leaves_no_kernel(make_notebook, tmp_path):
    begun = tmp_path / "begun"
    begun.mkdir()
    endless = f"import os, time; open(f'{begun}/{{os.getpid()}}', 'w').close(); time.sleep(900)"
    sources = [make_notebook(f"{n}.ipynb", endless) for n in range(3)]
    code = (
        "import signal, sys\nfrom pathlib import Path\n"
        "from borgerlib.runs.kernels.execute import NotebookJob, run_notebooks\n"
        # A shell starts its background jobs deaf to Ctrl-C, and the tests may run in one.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "run_notebooks([NotebookJob(Path(p), Path(p + '.out.ipynb')) for p in sys.argv[1:]])"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    program = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, sources)], env=environment, stderr=subprocess.PIPE
    )
    eventually(lambda: len(list(begun.iterdir())) == 2)
    kernels = descendants(program.pid)
    assert len(kernels) == 2
    program.send_signal(signal.SIGINT)
    # Much longer than it takes and shorter than the cells, which are not waited for.
    _, messages = program.communicate(timeout=PATIENCE)
    assert b"KeyboardInterrupt" in messages
    eventually(lambda: all_gone(kernels))
    assert not list(tmp_path.glob("borger-*"))
