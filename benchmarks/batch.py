"""How many notebooks a minute a batch runs, beside the ways one would otherwise run them, and the floor.

    python benchmarks/batch.py [--municipalities 98] [--json]

One run measures, on two cores and as whole processes from start to end: a shell loop over papermill's
command line; two processes that call papermill with cold kernels; and `run_batch`, reports included.
The slow two run a few of the municipalities only: a cold kernel takes as long the hundredth time.

What municipalities share is run once, so the floor is of the council's page, which no two have in common: a
batch of it ("apart"), and its cells as a script in forks of a process that has imported everything and worked
out the published survey, as the batch's server does, two at a time. Each has an empty workspace.

Also told: a cold kernel against a warm one, how long it takes to find that nothing is due and to stop when
asked (Ctrl-C), the memory of the whole tree of processes, the share of a warm run that is spent outside its
cells, and plan and status of 2,000 municipalities × 13 notebooks. A part that fails is named, and the others'
figures stand.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import psutil

from borgerlib import places
from borgerlib.population.municipalities import municipalities
from borgerlib.runs.planning.contents import COUNCIL
from borgerlib.runs.planning.manifest import FOLDER

SAMPLE = ("02", "05", "09")
BATCH = """
import sys
from pathlib import Path
from borgerlib.runs.batch.run import run_batch
notebooks = [Path(name) for name in sys.argv[3].split(",")]
end = run_batch(sys.argv[2].split(","), out=Path(sys.argv[1]), notebooks=notebooks)
assert end.failed == 0 and end.reports, end
"""
POOL = """
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
def run(job):
    import papermill
    source, name, target = job
    papermill.execute_notebook(source, target, {"municipality": name}, progress_bar=False)
if __name__ == "__main__":
    jobs = [(s, n, f"{sys.argv[1]}/{n}-{Path(s).stem}.ipynb")
            for n in sys.argv[2].split(",") for s in sys.argv[3].split(",")]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(run, jobs))
"""


def sources() -> list[str]:
    return [str(path) for path in sorted(places.notebooks().glob("*.ipynb")) if path.name[:2] in SAMPLE]


def council_page() -> str:
    return str(places.notebooks() / COUNCIL)


def per_minute(runs: int, action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return 60 * runs / (time.perf_counter() - begun)


def shell_loop(folder: Path, names: list[str]) -> None:
    for name in names:
        for source in sources():
            target = folder / f"{name}-{Path(source).stem}.ipynb"
            command = [sys.executable, "-m", "papermill", source, str(target), "-p", "municipality", name]
            subprocess.run([*command, "--no-progress-bar"], check=True, capture_output=True)


def script(code: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)


def pool(folder: Path, names: list[str]) -> None:
    file = folder / "pool.py"
    file.write_text(POOL)
    subprocess.run(
        [sys.executable, str(file), str(folder), ",".join(names), ",".join(sources())],
        check=True,
        capture_output=True,
    )


def in_forks(names: list[str]) -> None:
    """Run the cells of the council's page in forks of this process, two at a time."""
    from IPython.core.formatters import DisplayFormatter

    from borgerlib.runs.warm.forked import import_everything, show_insight

    if not show_insight(""):  # as the server of warm kernels does, and no more for so few
        import_everything()
    waiting, running = list(names), 0
    while waiting or running:
        if waiting and running < 2:
            name = waiting.pop()
            if os.fork() == 0:
                run_cells(council_page(), name, DisplayFormatter())
                os._exit(0)
            running += 1
        else:
            os.wait()
            running -= 1


def run_cells(source: str, name: str, formatter: Any) -> None:
    spread: dict[str, Any] = {}
    for cell in nbformat.read(source, 4).cells:
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, source, "exec"), spread)
        if "parameters" in cell.metadata.get("tags", []):
            spread["municipality"] = name
        if isinstance(last, ast.Expr):
            formatter.format(eval(compile(ast.Expression(last.value), source, "eval"), spread))


def apart(folder: Path, names: list[str]) -> float:
    """Return runs a minute of a batch of which no two runs are made from the same."""
    arguments = (str(folder / "reports"), ",".join(names), council_page())
    return in_empty(folder, names, "-c", BATCH, *arguments)


def floor(folder: Path, names: list[str]) -> float:
    """Return runs a minute of the same cells, and nothing else."""
    return in_empty(folder, names, "-P", __file__, "--floor", ",".join(names))


def in_empty(folder: Path, names: list[str], *command: str) -> float:
    """Return runs a minute of a whole process with an empty workspace, which keeps the pictures it draws."""
    (folder / "data" / "processed").mkdir(parents=True)
    environment = {**os.environ, "BORGER_WORKSPACE": str(folder)}
    # -P: not with this folder to import from, which has a module of the standard library's name (statistics).
    return per_minute(
        len(names), lambda: subprocess.run([sys.executable, *command], env=environment, check=True)
    )


class Watch(threading.Thread):
    """The largest memory (MB, proportional) that the processes under this one took together."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most, self.over = 0.0, False

    def run(self) -> None:
        """Look twice a second until told that it is over."""
        own = psutil.Process()
        while not self.over:
            total = 0
            for process in own.children(recursive=True):
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
            self.most = max(self.most, total / 2**20)
            time.sleep(0.5)


def cold_over_warm(folder: Path) -> float:
    """Return how many times as long a notebook takes in a fresh kernel as in a warm one."""
    from borgerlib.runs.kernels.execute import run_notebook
    from borgerlib.runs.warm import WarmServer

    source, target = Path(sources()[0]), folder / "out.ipynb"
    with WarmServer() as server:
        server.ready()
        warm = min(run_notebook(source, target, warm=server).seconds for _ in range(4))
    return min(run_notebook(source, target).seconds for _ in range(2)) / warm


def outside_cells(folder: Path) -> float:
    """Return the share of a warm run's time that no cell has: kernel, papermill and saving."""
    from borgerlib.runs.kernels.execute import run_notebook
    from borgerlib.runs.warm import WarmServer

    target = folder / "out.ipynb"
    with WarmServer(ahead="pictures") as server:
        server.ready()
        for _ in range(3):
            run = run_notebook(places.notebooks() / "til_byraadet.ipynb", target, warm=server)
    cells = nbformat.read(target, 4).cells
    inside = sum(cell.metadata.papermill.get("duration") or 0 for cell in cells)
    return 1 - inside / run.seconds


def stopped(arguments: tuple[str, ...]) -> float:
    """Return the seconds from an interrupt in mid-run to the end of the process."""
    batch = subprocess.Popen([sys.executable, "-c", BATCH, *arguments], stderr=subprocess.DEVNULL)
    manifest = Path(arguments[0]) / FOLDER / "manifest.jsonl"
    while not manifest.exists() or not manifest.stat().st_size:
        time.sleep(0.01)
    begun = time.perf_counter()
    batch.send_signal(signal.SIGINT)
    batch.wait()
    return time.perf_counter() - begun


def at_scale() -> tuple[float, float]:
    """Return the seconds that plan and status of 26,000 runs take."""
    from borgerlib.runs.planning.manifest import History, Record
    from borgerlib.runs.planning.plan import Wanted, reasons_to_run
    from borgerlib.runs.planning.status import status

    inputs = dict.fromkeys(["notebook", "parameters", "data", "library", "codebook", "read"], "x")
    wanted = [
        Wanted(f"sted-{place}", f"Sted {place}", Path(f"{number:02d}_x.ipynb"), {}, inputs)
        for place in range(2000)
        for number in range(13)
    ]
    latest = {
        (one.place, one.notebook.stem): Record(
            one.place, one.name, one.notebook.stem, "done", inputs=inputs, sequence=number
        )
        for number, one in enumerate(wanted)
    }
    begun = time.perf_counter()
    due = [one for one in wanted if reasons_to_run(one.inputs, latest[one.key], 0)]
    planned = time.perf_counter() - begun
    assert not due
    begun = time.perf_counter()
    assert len(status(History(latest=latest)).places) == 2000
    return planned, time.perf_counter() - begun


def measured(parts: dict[str, Callable[[], float]]) -> dict[str, float]:
    """Return what each part measures, without those that fail; each is told as it comes."""
    found = {}
    for name, part in parts.items():
        try:
            found[name] = part()
            print(f"{name}: {found[name]:,.2f}", file=sys.stderr, flush=True)
        except Exception as error:
            print(f"{name} failed: {error}", file=sys.stderr, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--municipalities", type=int, default=98)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--floor", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        in_forks(options.floor.split(","))
        return
    names = [str(name) for name in municipalities()["name"].head(options.municipalities)]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ["BORGER_WORKSPACE"] = place
        runs = len(names) * len(sources())
        arguments = (str(folder / "reports"), ",".join(names), ",".join(sources()))
        watch, few = Watch(), names[:4]
        watch.start()
        again = BATCH.replace("assert", "# assert")
        parts: dict[str, Callable[[], float]] = {
            "batch_per_minute": lambda: per_minute(runs, lambda: script(BATCH, *arguments)),
            "batch_memory_mb": lambda: watch.most,
            "nothing_due_s": lambda: 60 / per_minute(1, lambda: script(again, *arguments)),
            "apart_per_minute": lambda: apart(folder / "apart", names[:20]),
            "floor_per_minute": lambda: floor(folder / "floor", names[:20]),
            "pool_per_minute": lambda: per_minute(len(few) * len(sources()), lambda: pool(folder, few)),
            "shell_per_minute": lambda: per_minute(len(sources()), lambda: shell_loop(folder, names[:1])),
            "cold_over_warm": lambda: cold_over_warm(folder),
            "outside_cells": lambda: outside_cells(folder),
            "stopped_s": lambda: stopped((str(folder / "stopped"), *arguments[1:])),
            "plan_26000_s": lambda: at_scale()[0],
            "status_26000_s": lambda: at_scale()[1],
        }
        found = measured(parts)
        watch.over = True
    for one, other in (("batch", "shell"), ("batch", "pool"), ("floor", "apart")):
        if {f"{one}_per_minute", f"{other}_per_minute"} <= found.keys():
            found[f"{one}_over_{other}"] = found[f"{one}_per_minute"] / found[f"{other}_per_minute"]
    if options.json:
        print(json.dumps({name: round(value, 2) for name, value in found.items()}))
        return
    for name, value in found.items():
        print(f"{name:20} {value:10,.2f}")


if __name__ == "__main__":
    main()
