"""What a notebook sees and what becomes of it, in a warm kernel."""

import json
import os
import signal
from pathlib import Path

import nbformat
import pytest
from processes import eventually, gone

from borgerlib.errors import ParameterError
from borgerlib.runs.kernels.attempt import LEAST_MEMORY, NotebookRunError
from borgerlib.runs.kernels.execute import NotebookJob, run_notebook, run_notebooks
from borgerlib.runs.warm import OpenedServer, WarmServer
from borgerlib.runs.warm.forked import _parts, draw_ahead
from borgerlib.view.leaders.insight import open_insight

SURROUNDINGS = """
import json, locale, logging, os, signal, sys, threading, time, warnings
import matplotlib, numpy as np, pandas as pd, scipy.linalg, threadpoolctl
environment = {k: v for k, v in os.environ.items() if k not in ("JPY_PARENT_PID", "PYDEVD_USE_FRAME_EVAL")}
pd.DataFrame([range(40)])
print(json.dumps({
    "path": sys.path, "argv": [a.rsplit("/", 1)[-1] for a in sys.argv], "executable": sys.executable,
    "flags": str(sys.flags), "cwd": os.getcwd(), "environment": environment,
    "columns": pd.get_option("display.max_columns"), "backend": matplotlib.get_backend(),
    "rc": {k: str(v) for k, v in matplotlib.rcParams.items()}, "main": sys.modules["__main__"].__name__,
    "interrupt": str(signal.getsignal(signal.SIGINT)), "zone": time.tzname, "locale": locale.getlocale(),
    "printed": np.get_printoptions(),
    # Cold kernels have one more: it looks every second whether the parent lives, which Linux tells warm ones.
    "threads": sorted(t.name for t in threading.enumerate() if "Poller" not in type(t).__name__),
    "linear algebra": [(p["internal_api"], p["num_threads"]) for p in threadpoolctl.threadpool_info()],
    "log": logging.getLogger().level, "children": signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL,
    "group": os.getpgrp() == os.getpid(),
}, default=str))
"""


def printed(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    return "".join(output.text for cell in cells if cell.cell_type == "code" for output in cell.outputs)


def test_a_warm_run_has_our_parameters_and_says_that_it_was_warm(make_notebook, tmp_path, server):
    source, target = make_notebook("01_a.ipynb", "print(municipality)"), tmp_path / "out" / "01_a.ipynb"
    run = run_notebook(source, target, {"municipality": "Ærø"}, warm=server, timeout=500, memory_limit=10**9)
    assert (run.status, run.kernel, run.attempts, run.cause) == ("done", "warm", 1, "")
    assert printed(target) == "Ærø\n"
    assert [path.name for path in target.parent.iterdir()] == ["01_a.ipynb"]
    assert not list(server.folder.glob("k*")), "the kernel's folder is left"


@pytest.mark.long
def test_a_warm_kernel_sees_the_same_surroundings_as_a_cold_one(make_notebook, tmp_path, server, monkeypatch):
    monkeypatch.setenv("A_LATER_VARIABLE", "ø")
    monkeypatch.setenv("TZ", "America/Havana")
    monkeypatch.chdir(tmp_path)
    source = make_notebook("a.ipynb", SURROUNDINGS)
    warm = run_notebook(source, tmp_path / "warm.ipynb", warm=server)
    cold = run_notebook(source, tmp_path / "cold.ipynb")
    assert (cold.kernel, warm.kernel) == ("cold", "warm")
    expected, found = json.loads(printed(cold.path)), json.loads(printed(warm.path))
    assert found["environment"]["A_LATER_VARIABLE"] == "ø"
    assert found == expected


def test_widgets_find_their_kernel_though_a_room_has_imported_them_before(make_notebook, tmp_path, server):
    # Without its target a page has to fetch every widget by itself, and may stay empty.
    asked = "import ipywidgets, comm; print(sorted(comm.get_comm_manager().targets))"
    source, target = make_notebook("a.ipynb", asked), tmp_path / "b.ipynb"
    run_notebook(source, target, warm=server)
    assert "'jupyter.widget.control'" in printed(target)


def test_what_looks_for_a_kernel_at_import_is_not_imported_before_there_is_one(
    make_notebook, tmp_path, server
):
    asked = (
        "import sys\nprint('borgerlib.view.charts.charts' in sys.modules, 'ipywidgets' in sys.modules)\n"
        "import borgerlib.view.explore.explorer"
    )
    run = run_notebook(make_notebook("a.ipynb", asked), tmp_path / "b.ipynb", warm=server)
    assert (run.kernel, printed(run.path)) == ("warm", "True False\n")


def test_warm_kernels_share_no_random_numbers(make_notebook, tmp_path, server):
    draw = "import random, uuid\nimport numpy as np\nprint(np.random.rand(), random.random(), uuid.uuid4())"
    source = make_notebook("a.ipynb", draw)
    for name in ("1", "2"):
        run_notebook(source, tmp_path / name, warm=server)
    first, second = (printed(tmp_path / name).split() for name in ("1", "2"))
    assert not set(first) & set(second)


def test_a_kernel_that_wants_another_start_starts_cold(make_notebook, tmp_path, server, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    run = run_notebook(make_notebook("a.ipynb", "1"), tmp_path / "out.ipynb", warm=server)
    assert (run.status, run.kernel) == ("done", "cold")


@pytest.mark.parametrize(
    ("code", "cause", "said"),
    [
        ("1 / 0", "cell", "cell 4 failed: ZeroDivisionError"),
        ("import sys; sys.exit()", "left", "cell 4 ended the notebook before its end"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "died",
            "cell 4 failed: its Python process was killed.",
        ),
    ],
)
def test_a_notebook_that_fails_fails_alone_and_keeps_what_was_run(
    make_notebook, tmp_path, server, code, cause, said
):
    jobs = [
        NotebookJob(make_notebook("bad.ipynb", "print('so far')", code, "1"), tmp_path / "out" / "bad.ipynb"),
        NotebookJob(make_notebook("good.ipynb", "print('good')"), tmp_path / "out" / "good.ipynb"),
    ]
    bad, good = run_notebooks(jobs, warm=server)
    assert (bad.status, bad.cause, bad.kernel, bad.attempts) == ("failed", cause, "warm", 1)
    assert said in bad.error
    assert "so far" in (tmp_path / "out" / "bad.failed.ipynb").read_text()
    assert (good.status, good.kernel) == ("done", "warm")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"bad.failed.ipynb", "good.ipynb"}


def test_a_kernel_that_the_system_killed_for_want_of_memory_is_told_as_such(
    make_notebook, tmp_path, server, monkeypatch
):
    # The system counts such kills; none can be had here without one, so that the count alone is made up.
    counts = iter([3, 4])
    monkeypatch.setattr("borgerlib.runs.kernels.attempt.memory_kills", lambda: next(counts))
    killed = make_notebook("a.ipynb", "import os\nos.kill(os.getpid(), 9)")
    run = run_notebooks([NotebookJob(killed, tmp_path / "out.ipynb")], warm=server)[0]
    assert "its Python process was killed by the system, which ran out of memory." in run.error
    assert run.cause == "died"


def test_a_notebook_that_loops_forever_is_stopped(make_notebook, tmp_path, server, begun):
    stubborn = "while True:\n  try:\n    while True: pass\n  except KeyboardInterrupt: pass"
    source = make_notebook("a.ipynb", f"open({str(begun)!r}, 'w').close()\n{stubborn}")
    with pytest.raises(NotebookRunError, match=r"more than the 0\.1 seconds it may take") as raised:
        run_notebook(source, tmp_path / "out.ipynb", warm=server, timeout=0.1)
    assert raised.value.cause == "time"
    assert (tmp_path / "out.failed.ipynb").exists()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["warm", "cold"])
def test_a_notebook_that_allocates_without_end_is_stopped(make_notebook, tmp_path, server, kind):
    greedy = "taken = []\nwhile True: taken.append(b'x' * 20_000_000)"
    source = make_notebook("a.ipynb", "print('so far')", greedy)
    warm = server if kind == "warm" else None
    with pytest.raises(NotebookRunError, match=r"cell 4 was stopped: .* more than the 800 MB") as raised:
        run_notebook(source, tmp_path / "out.ipynb", warm=warm, memory_limit=800_000_000)
    assert (raised.value.cause, raised.value.kernel) == ("memory", kind)
    assert "so far" in (tmp_path / "out.failed.ipynb").read_text()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["warm", "cold"])
def test_the_least_memory_is_enough_for_a_small_notebook(make_notebook, tmp_path, server, kind):
    code = "import pandas as pd\npd.DataFrame({'a': range(1000)}).describe()"
    warm = server if kind == "warm" else None
    run = run_notebook(
        make_notebook("a.ipynb", code), tmp_path / "o.ipynb", warm=warm, memory_limit=LEAST_MEMORY
    )
    assert (run.status, run.kernel) == ("done", kind)


def test_a_memory_limit_that_nothing_can_keep_is_refused_anywhere(make_notebook, tmp_path):
    with pytest.raises(ParameterError, match="too small"):
        run_notebook(make_notebook("a.ipynb", "1"), tmp_path / "out.ipynb", memory_limit=1000)


@pytest.mark.parametrize("apart", [False, True])
def test_what_a_notebook_starts_ends_with_it(make_notebook, tmp_path, server, apart):
    code = (
        "import subprocess, sys\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(900)']\n"
        f"print(subprocess.Popen(command, start_new_session={apart}).pid)"
    )
    run_notebook(make_notebook("a.ipynb", code), tmp_path / "out.ipynb", warm=server)
    started = int(printed(tmp_path / "out.ipynb"))
    eventually(lambda: gone(started))


def test_what_a_notebook_shows_beyond_a_limit_is_left_out_and_that_is_said(make_notebook, tmp_path, server):
    source = make_notebook("a.ipynb", "for _ in range(25):\n    print('x' * 1_000_000)", "print('end')")
    run = run_notebook(source, tmp_path / "out.ipynb", warm=server)
    assert run.status == "done"
    assert run.note == "a.ipynb: what it shows beyond 20 MB was left out."
    content = run.path.read_text(encoding="utf-8")
    assert "Resten er udeladt: notebooken viser mere end 20 MB." in content
    assert nbformat.read(run.path, as_version=4).cells[-1].outputs == []
    assert len(content) < 20_100_000


def test_what_a_notebook_shows_in_one_piece_or_as_an_error_is_limited_too_and_what_it_replaced_counts_not(
    make_notebook, tmp_path, server
):
    shown = (
        "from IPython.display import HTML, display\nshown = display(HTML('a'), display_id=True)\n"
        "for n in range(30): shown.update(HTML(str(n) + 'x' * 1_000_000))"
    )
    large, error = "HTML('y' * 21_000_000)", "raise OSError('w' * 9999)"
    source = make_notebook("a.ipynb", shown, large, "HTML('z')", error)
    [run] = run_notebooks([NotebookJob(source, tmp_path / "out.ipynb")], warm=server)
    cells = [str(cell.outputs) for cell in nbformat.read(run.path, as_version=4).cells[-4:]]
    assert ["29xxx" in cells[0], "Resten" in cells[0]] == [True, False]
    assert ["Resten er udeladt" in cell for cell in cells[1:3]] == [True, True]
    assert len(run.error) < 2100


@pytest.fixture(scope="module")
def opening(prepared_once):
    """Return a server that has the prepared survey open, with smaller cells than the notebooks ask for."""
    citizens = {"municipality": prepared_once[0].municipality, "confidence": 0.95, "min_cell": 4}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORGER_WORKSPACE", str(prepared_once[1]))
        with WarmServer(ahead="imports", citizens=citizens) as server:
            yield server


def test_a_survey_opened_once_is_found_open_until_its_files_change(
    prepared, make_notebook, tmp_path, opening
):
    source = make_notebook(
        "a.ipynb",
        "import os, pathlib, borgerlib\nfrom borgerlib.view.citizens import interest",
        f"municipality = {prepared.municipality!r}\n_ = borgerlib.open_interest(municipality, min_cell=4)",
        "first = interest._opened.cache_info().hits",
        "from borgerlib.interest.prepared import processed_folder\n"
        "file = processed_folder(municipality) / 'weighting.json'\n"
        "was = file.stat().st_mtime_ns\nos.utime(file, ns=(0, 0))",
        "_ = borgerlib.open_interest(municipality, min_cell=4)\nos.utime(file, ns=(was, was))",
        "print(first, interest._opened.cache_info().misses)",
    )
    run = run_notebook(source, tmp_path / "out.ipynb", warm=opening)
    # Reading the answers must start no thread: the server could not be forked, and kernels would be cold.
    assert run.kernel == "warm"
    assert printed(tmp_path / "out.ipynb") == "1 2\n"


OPENED = """
import os
from borgerlib.view.citizens.interest import _opened, open_citizens
before = _opened.cache_info().misses
open_citizens(municipality)
stat = open(f"/proc/{os.getppid()}/stat").read()
print(_opened.cache_info().misses == before, stat.rpartition(")")[2].split()[1])
"""


def test_a_citizens_survey_is_opened_once_for_all_kernels_that_show_it(
    make_notebook, tmp_path, prepared, opening
):
    source = make_notebook("a.ipynb", f"municipality = {prepared.municipality!r}\n{OPENED}")
    opened = OpenedServer(opening, {"municipality": prepared.municipality})
    jobs = [NotebookJob(source, tmp_path / f"{name}.ipynb") for name in "abc"]
    assert {run.kernel for run in run_notebooks(jobs, warm=opened)} == {"warm"}
    told = [printed(job.target).split() for job in jobs]
    assert [found for found, _ in told] == ["True"] * 3
    (fork,) = {int(process) for _, process in told}
    assert fork != opening.pid
    # Whoever kills it costs the next kernel a while and nothing else.
    os.kill(fork, signal.SIGKILL)
    eventually(lambda: gone(fork))
    again = run_notebook(source, tmp_path / "d.ipynb", warm=opened)
    found, process = printed(again.path).split()
    assert (again.kernel, found) == ("warm", "True")
    assert int(process) not in (fork, opening.pid)


def test_a_survey_that_cannot_be_opened_is_told_by_the_notebook(make_notebook, tmp_path, server):
    source = make_notebook("a.ipynb", "1")
    opened = OpenedServer(server, {"municipality": "Odense", "wrong": 1})
    assert run_notebook(source, tmp_path / "a.ipynb", warm=opened).kernel == "warm"


# Trouble with what a batch draws ahead ends the server, and all of a night runs in kernels that start cold.
@pytest.mark.long
def test_all_that_a_batch_draws_ahead_is_there():
    shown = [part() for number in range(11) for part in _parts(open_insight(number), number)]
    assert len(shown) > 50
    assert all(part is None or callable(part._repr_mimebundle_) for part in shown)


@pytest.mark.thorough
def test_all_that_a_batch_draws_ahead_can_be_drawn():
    assert sum(1 for _ in draw_ahead()) > 50
