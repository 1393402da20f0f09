"""How long a click takes in the interest dashboard, from the change to the drawn frame, in Chromium.

    python benchmarks/dashboard.py [--rows 100000] [--changes 60] [--visitors 25] [--json]

One run measures the page (Voilà) and JupyterLab on the same municipality: one box alone, the ordinary click,
and box after box until all are ticked, which is the worst. In the same browser it measures
the usual way: a dropdown, and a seaborn chart in an Output widget. That one is given the shares for nothing,
and draws one chart where the dashboard draws three. The floor, in both places, is the same page with a kernel
that works nothing out: it has every answer ready, from clicks before. What is left is the way there and back,
and the drawing. The respondents are SIMULEREDE DATA: a prepared survey, repeated.

Also told: the first useful view, the memory of the kernel that answers (what it shares with other kernels
counted in full), what 300 changes leave behind, and, with many visitors at once, each clicking every two
seconds, how long their answers take to arrive (`benchmarks/meeting.py`), and how much processor time a click
and memory each visitor beyond the first needs of the server. A part that fails is told, and costs no other
its figures; then the command ends with 1.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import numpy as np
import pandas as pd
import psutil
from meeting import Visitor, click_together

from borgerlib import places
from borgerlib.dashboard.page.answers import open_answers
from borgerlib.dashboard.server.serve import NOTEBOOK, dashboard_server
from borgerlib.dashboard.server.visitors import MESSAGES_A_MINUTE
from borgerlib.interest import store
from borgerlib.interest.filters.cube import open_filter_cube
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.prepare.simulated import write_simulation
from borgerlib.interest.prepared import RESPONDENTS, processed_folder
from borgerlib.interest.protected.files import open_copy
from borgerlib.statistics.selections.randomised import LOWEST_CHANCE
from borgerlib.view.citizens.sections import load_sections

CHANGES_IN_ALL = 300
WARM = 6  # clicks that warm the browser
PATIENCE = 180_000  # milliseconds, for a page to come; a busy machine is told by its figures, not by an error
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]

# Ticks a box and returns the milliseconds until the frame with the answer has been painted.
CLICK = """(index) => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("no answer within 30 seconds")), 30000);
  const root = document.querySelector(".borger-dashboard");
  const boxes = [...root.querySelectorAll(".filter input[type=checkbox]")];
  const begun = performance.now();
  const watcher = new MutationObserver(() => {
    if (root.dataset.shown !== root.dataset.asked) return;
    watcher.disconnect();
    setTimeout(() => done(performance.now() - begun), 0);
  });
  watcher.observe(root, { attributes: true, attributeFilter: ["data-shown"] });
  boxes[index % boxes.length].click();
})"""

# Leaves no box ticked.
UNTICK = """async (click) => {
  const boxes = [...document.querySelectorAll(".borger-dashboard .filter input[type=checkbox]")];
  for (const [index, box] of boxes.entries()) if (box.checked) await eval(click)(index);
}"""

CELL_BEGUN = (
    "[...document.querySelectorAll('.jp-InputPrompt')].some((prompt) => /[0-9*]/.test(prompt.textContent))"
)

USUAL = """(index) => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("no picture within 30 seconds")), 30000);
  const select = document.querySelector(".widget-dropdown select");
  const begun = performance.now();
  const watcher = new MutationObserver(() => {
    const image = document.querySelector(".jp-OutputArea img");
    if (!image || image.src === select.before) return;
    select.before = image.src;
    watcher.disconnect();
    const painted = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun), 0));
    image.decode().then(painted);
  });
  const every = { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] };
  watcher.observe(document.body, every);
  select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
  select.dispatchEvent(new Event("change", { bubbles: true }));
})"""

FLOOR_CELL = """
ready, hear = {}, dashboard._hear
def answer_at_once(content):
    if content["kind"] != "select":
        hear(content)
    elif repr(content["levels"]) in ready:
        dashboard.view = {**ready[repr(content["levels"])], "number": content["number"]}
    else:
        hear(content)
        ready[repr(content["levels"])] = dict(dashboard.view)
dashboard._hear = answer_at_once
"""

USUAL_CELL = """
import ipywidgets, pandas, seaborn
import matplotlib.pyplot as plt
from IPython.display import display
from borgerlib.interest.filters.cube import open_filter_cube
from borgerlib.view.citizens.sections import load_sections
cube = open_filter_cube("Odense", age_bands=load_sections().age_bands).protected.cube
out, age = ipywidgets.Output(), ipywidgets.Dropdown(options=list(cube.roles["age"]))
def shares_of(level):
    who = cube.select({"age": [level]})
    chose = cube.sums([cube.chose("topics", topic) & who for topic in cube.roles["topics"]])[:, 1]
    return pandas.DataFrame({"proportion": chose / chose.sum(), "option": cube.roles["topics"]})
shares = {level: shares_of(level) for level in cube.roles["age"]}
def draw(change):
    with out:
        out.clear_output(wait=True)
        figure, axes = plt.subplots(figsize=(7, 6))
        seaborn.barplot(shares[age.value], x="proportion", y="option", color="#0b4f6c", ax=axes)
        plt.show()
age.observe(draw, "value")
draw(None)
display(ipywidgets.VBox([age, out]))
"""


def repeated(workspace: Path, rows: int) -> float:
    """Prepare a simulated survey, repeat its respondents; return the seconds of the first start after it."""
    _, export = write_simulation("Odense", n=5000, seed=1)
    prepare("Odense", export)
    folder = processed_folder("Odense")
    repeat_file(folder / RESPONDENTS, rows)
    open_copy("Odense", chance=LOWEST_CHANCE)  # 'borger prepare' makes it
    begun = time.perf_counter()
    open_filter_cube("Odense", age_bands=load_sections().age_bands)
    return time.perf_counter() - begun


def repeat_file(path: Path, rows: int) -> None:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    told = json.loads(table.schema.metadata[b"borgerlib"])
    frame = table.to_pandas()
    frame = frame.iloc[np.resize(np.arange(len(frame)), rows)]
    frame.index = pd.Index([f"r{number:07d}" for number in range(rows)], name=frame.index.name)
    frame["svar_id"] = frame.index
    store.write_parquet(frame, path, told)


def memory(server: int, kind: str) -> dict[int, float]:
    """Return the memory (MB) of each process under a server.

    Of a kind: 'rss' is all of it, 'uss' what it shares with no other, 'pss' with its part of what is shared.
    """
    found = {}
    for process in psutil.Process(server).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found[process.pid] = getattr(process.memory_full_info(), kind) / 2**20
    return found


def processor_time(server: int) -> float:
    """Return the seconds of processor time that a server and all under it have taken."""
    found = 0.0
    for process in (psutil.Process(server), *psutil.Process(server).children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += sum(process.cpu_times()[:2])
    return found


def clicks(page: Any, script: str, count: int, *, each: int = 1) -> list[float]:
    """Return the milliseconds of clicks on one box after another, each box some times."""
    taken = []
    for index in range(count + WARM):
        taken.append(page.evaluate(script, index // each))
        page.wait_for_timeout(30)
    return taken[WARM:]


def boxes(page: Any, name: str, changes: int) -> dict[str, float]:
    """Return the figures of ordinary clicks, one box on and off again, and of box after box until all are.

    All of it is done twice, so that the floor has every answer ready the second time, which counts.
    """
    boxes_once(page, name, changes)
    page.evaluate(UNTICK, CLICK)
    return boxes_once(page, name, changes)


def boxes_once(page: Any, name: str, changes: int) -> dict[str, float]:
    one_box, all_boxes = (clicks(page, CLICK, 2 * (changes // 2), each=each) for each in (2, 1))
    return of_clicks(f"{name}_one_box", one_box) | of_clicks(name, all_boxes)


def of_clicks(name: str, taken: list[float]) -> dict[str, float]:
    return {f"{name}_median_ms": float(np.median(taken)), f"{name}_p95_ms": float(np.percentile(taken, 95))}


def new_page(browser: Any, width: int = 1280) -> Any:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.set_default_timeout(PATIENCE)
    return page


def open_page(browser: Any, address: str) -> tuple[Any, float]:
    page = new_page(browser)
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(".borger-dashboard[data-shown]")
    return page, time.perf_counter() - begun


def voila(browser: Any, options: argparse.Namespace) -> dict[str, float]:
    with dashboard_server("Odense", port=9300) as server:
        time.sleep(3)  # a meeting begins after the server: the first kernel stands ready
        page, first = open_page(browser, server.address)
        found = boxes(page, "voila", options.changes)
        before = memory(server.process.pid, "uss")
        heap = page.evaluate("performance.memory.usedJSHeapSize") / 2**20
        for index in range(CHANGES_IN_ALL):
            page.evaluate(CLICK, index)
            page.wait_for_timeout(1000 * 60 / MESSAGES_A_MINUTE)
        after = memory(server.process.pid, "uss")
        leak = max(after[pid] - before[pid] for pid in after if pid in before)
        heap_leak = page.evaluate("performance.memory.usedJSHeapSize") / 2**20 - heap
        resident = max(memory(server.process.pid, "rss").values())
        page.context.close()
        return {
            "voila_first_view_s": first,
            **found,
            "kernel_memory_mb": resident,
            "kernel_leak_mb": leak,
            "page_leak_mb": heap_leak,
        }


def visitors(options: argparse.Namespace) -> dict[str, float]:
    """Measure many visitors at once."""
    filters = open_answers("Odense").offer.filters
    levels = [(each.role, level.id) for each in filters for level in each.levels]
    with dashboard_server("Odense", port=9300) as server:
        time.sleep(3)
        here, used = [], []
        for _ in range(options.visitors):
            here.append(Visitor(server.address))
            time.sleep(1)  # the kernel that stands ready for the next
            used.append(sum(memory(server.process.pid, "pss").values()))
        before = processor_time(server.process.pid)
        taken = click_together(here, levels, max(5, options.changes // 5))
        busy = 1000 * (processor_time(server.process.pid) - before) / len(taken)
        used.append(sum(memory(server.process.pid, "pss").values()))
    each = (used[-1] - used[0]) / max(1, options.visitors - 1)
    return of_clicks("visitors", taken) | {"processor_a_click_ms": busy, "memory_a_visitor_mb": each}


@contextlib.contextmanager
def served(arguments: list[str], folder: Path, token: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            *[argument.format(port=port, token=token, folder=folder) for argument in arguments],
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={
            **os.environ,
            "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings"),
            "JUPYTER_CONFIG_DIR": str(folder),
        },
    )
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2).close()
            break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.1)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(20)


def run_all(page: Any) -> float:
    """Run the notebook and return when; again where JupyterLab, though it says it is ready, runs nothing."""
    from playwright.sync_api import TimeoutError

    for _ in range(10):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        begun = time.perf_counter()
        page.get_by_text("Run All Cells", exact=True).first.click()
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(CELL_BEGUN, timeout=3000)
            return begun
    raise TimeoutError("JupyterLab runs no cell.")


def floor(browser: Any, options: argparse.Namespace) -> dict[str, float]:
    """Measure the same pages with a kernel that works nothing out."""
    with tempfile.TemporaryDirectory() as name:
        notebook = nbformat.read(places.notebooks() / NOTEBOOK, as_version=4)
        notebook.cells.append(nbformat.v4.new_code_cell(FLOOR_CELL))
        nbformat.write(notebook, Path(name) / NOTEBOOK)
        with mock.patch.object(places, "notebooks", return_value=Path(name)):
            with dashboard_server("Odense", port=9300) as server:
                time.sleep(3)
                page, _ = open_page(browser, server.address)
                found = boxes(page, "voila", options.changes)
                page.context.close()
            found |= jupyterlab(browser, options)
    return {f"floor_{name}": value for name, value in found.items() if name.endswith("_ms")}


def jupyterlab(browser: Any, options: argparse.Namespace) -> dict[str, float]:
    token = secrets.token_urlsafe(12)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(places.notebooks() / NOTEBOOK, folder)
        settings = folder / ".settings" / "@jupyterlab" / "notebook-extension"
        settings.mkdir(parents=True)
        (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
        arguments = ["jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port={port}"]
        arguments += [
            "--IdentityProvider.token={token}",
            "--ServerApp.root_dir={folder}",
            "--LabApp.news_url=None",
        ]
        with served(arguments, folder, token) as port:
            page = new_page(browser, 1500)
            # On a busy machine JupyterLab asks, above the notebook, what to do about a kernel that is slow.
            page.add_locator_handler(page.locator("dialog.jp-Dialog"), lambda: page.keyboard.press("Enter"))
            page.goto(f"http://127.0.0.1:{port}/lab/workspaces/b/tree/{NOTEBOOK}?token={token}")
            page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
            begun = run_all(page)
            page.wait_for_selector(".borger-dashboard[data-shown]")
            first = time.perf_counter() - begun
            page.wait_for_timeout(1000)
            found = boxes(page, "jupyterlab", options.changes)
            page.context.close()
    return {"jupyterlab_first_view_s": first, **found}


def usual(browser: Any, options: argparse.Namespace) -> dict[str, float]:
    token = secrets.token_urlsafe(12)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(USUAL_CELL)])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(notebook, folder / "usual.ipynb")
        arguments = ["voila", "--no-browser", "--Voila.ip=127.0.0.1", "--port={port}", "--token={token}"]
        with served([*arguments, "{folder}/usual.ipynb"], folder, token) as port:
            page = new_page(browser)
            page.goto(f"http://127.0.0.1:{port}/?token={token}")
            page.wait_for_selector(".jp-OutputArea img")
            taken = clicks(page, USUAL, min(options.changes, 30))
            page.context.close()
    return {"seaborn_voila_median_ms": float(np.median(taken))}


def measured(parts: dict[str, Callable[[], dict[str, float]]]) -> tuple[dict[str, float], bool]:
    """Return the figures of all parts, told as they are found, and whether none of them failed."""
    found: dict[str, float] = {}
    whole = True
    for name, measure in parts.items():
        try:
            figures = measure()
        except Exception as error:
            print(f"{name} failed: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            whole = False
            continue
        for figure, value in figures.items():
            print(f"{figure:34} {value:12,.2f}", file=sys.stderr, flush=True)
        found |= figures
    return found, whole


def ratios(found: dict[str, float]) -> dict[str, float]:
    measured = ("voila", "voila_one_box", "jupyterlab", "jupyterlab_one_box")
    pairs = {"seaborn_over_voila": ("seaborn_voila_median_ms", "voila_median_ms")}
    pairs |= {f"{name}_p95_over_floor": (f"{name}_p95_ms", f"floor_{name}_p95_ms") for name in measured}
    return {
        name: found[top] / found[below] for name, (top, below) in pairs.items() if {top, below} <= {*found}
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--changes", type=int, default=60)
    parser.add_argument("--visitors", type=int, default=25)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as workspace, sync_playwright() as playwright:
        os.environ["BORGER_WORKSPACE"] = workspace
        start = {"rows": float(options.rows), "cube_build_s": repeated(Path(workspace), options.rows)}
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        in_browser = (voila, jupyterlab, floor, usual)
        parts = {part.__name__: partial(part, browser, options) for part in in_browser}
        parts["visitors"] = partial(visitors, options)
        found, whole = measured({"first_start": lambda: start, **parts})
        browser.close()
    found |= ratios(found)
    if options.json:
        print(json.dumps({name: round(value, 2) for name, value in found.items()}))
    else:
        print("\n".join(f"{name:34} {value:12,.2f}" for name, value in found.items()))
    sys.exit(0 if whole else 1)


if __name__ == "__main__":
    main()
