"""What is imported before a fork, and how a fork becomes a kernel like a newly started one.

A fork must behave like a cold kernel: whatever early imports or forking change is corrected here, before the
notebook's first cell. Each line stands for a difference that would otherwise go unnoticed.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import pkgutil
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import borgerlib

# The rooms that notebooks use, and what these import only on first use. Matplotlib's inline backend is left
# out, because its import needs the notebook's shell, which does not exist yet; so is `_TOO_EARLY`.
_ROOMS = ("survey", "population", "statistics", "lokaldemokrati", "interest", "view")
_LIBRARIES = (
    "pandas.io.formats.style",
    "pyarrow.parquet",
    "fontTools.subset",
    "matplotlib.backends.backend_svg",
    "mpl_toolkits.axes_grid1",
    "seaborn.objects",
    "statsmodels.stats.multitest",
    "statsmodels.stats.proportion",
    "font_source_sans_pro",
)
_KERNEL = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
)
# On import ipywidgets registers with the kernel the handler for a page that asks for widgets: without a
# kernel there would be no handler, and the page would wait for ever. polars starts threads on import;
# statsmodels imports it if it is installed, but does not need it.
_TOO_EARLY = ("ipywidgets", "polars")
# Of prctl(2): PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER.
_DEATH_OF_PARENT, _ADOPT = 1, 36
_PATIENCE = 5.0

_INSIGHTS = 10
_PLAIN = 1  # this insight needs no library that the others do not


def import_everything(also: Iterable[str] = ()) -> None:
    """Import what notebooks use; what is not installed is left for the notebook to report."""
    names = [*_KERNEL, *_LIBRARIES]
    for room in _ROOMS:
        package = importlib.import_module(f"borgerlib.{room}")
        names += [module.name for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    _import(names, without=_TOO_EARLY)
    _import(also, without=_TOO_EARLY[1:])  # pages use ipywidgets; `become_kernel` registers them
    from matplotlib.backends.registry import backend_registry

    backend_registry.list_all()  # type: ignore[no-untyped-call]  # searches all installed packages, once


def _import(names: Iterable[str], *, without: Sequence[str]) -> None:
    with _absent(without):
        for name in names:
            with suppress(ImportError):
                importlib.import_module(name)


@contextmanager
def _absent(names: Sequence[str]) -> Iterator[None]:
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # importing them raises ImportError
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def show_insight(municipality: str) -> bool:
    """Open the published survey and show an insight of it; return whether its pictures were cached.

    If they were, so are the others, and the drawing libraries, which take longest to import, are left to the
    notebook that draws. Problems with the municipality's own answers are left for the notebooks to report.
    """
    _import(_KERNEL, without=_TOO_EARLY)
    with _absent(_TOO_EARLY), suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from borgerlib.view.leaders.insight import open_insight

        insight = open_insight(_PLAIN, municipality=municipality)
        for part in _parts(insight, _PLAIN):
            shown = part()
            getattr(shown, "for_page", shown._repr_mimebundle_)()
    return "matplotlib.figure" not in sys.modules


def draw_ahead() -> Iterator[None]:
    """Draw, part by part, what notebooks show of the whole country.

    borgerlib's own caches keep only what is made from shipped data, so a kernel finds in them what it would
    have computed itself.
    """
    from borgerlib.view.leaders.insight import open_insight

    for number in range(_INSIGHTS + 1):
        insight = open_insight(number)
        parts = _parts(insight, number)
        if number == 0:
            parts += [insight.feasible_sizes, insight.audit_summary, insight.audit]
        for part in parts:
            # Not around the yield: a kernel that is forked there must not inherit the filter.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                shown = part()
                if shown is not None:  # not every insight has cases
                    shown._repr_mimebundle_()
            yield


def _parts(insight: Any, number: int) -> list[Callable[[], Any]]:
    from borgerlib.lokaldemokrati.insights.registry import load_registry

    figures = [partial(insight.figure, figure.id) for figure in load_registry().figures_of(number)]
    return [insight.finding, *figures, insight.comparison, insight.claims, insight.cases]


def open_ahead(citizens: Mapping[str, Any]) -> None:
    """Open the citizens' survey of a report, which kernels then find open while its files are unchanged.

    Problems with it are left for the notebooks to report, and only what may be shown is kept in memory.
    """
    from borgerlib.interest.prepared import is_prepared

    if not citizens.get("municipality") or not is_prepared(citizens["municipality"]):
        return
    from tqdm import tqdm

    # A search for kinds of citizens shows its progress with tqdm, which starts a monitor thread.
    watches, tqdm.monitor_interval = tqdm.monitor_interval, 0
    try:
        with _absent(_TOO_EARLY), suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from borgerlib.view.citizens.interest import open_citizens

            open_citizens(**citizens)
    finally:
        tqdm.monitor_interval = watches


def shipped_state() -> float:
    """Return the time of the last change to borgerlib's code and data, so that no kernel uses old ones."""
    from borgerlib import places

    newest = 0.0
    for top in (*borgerlib.__path__, str(places.raw_data())):
        for folder, folders, files in os.walk(top):
            folders[:] = [name for name in folders if name not in ("__pycache__", places.BUNDLED)]
            for name in files:
                with suppress(FileNotFoundError):  # an editor is just replacing it
                    newest = max(newest, os.stat(os.path.join(folder, name)).st_mtime)
    return newest


def become_kernel(request: dict[str, Any]) -> None:
    """Turn this process into a kernel; return when the kernel has ended normally.

    Parameters
    ----------
    request : dict
        As `client` sends it: ``arguments`` of ipykernel, ``env``, ``cwd``, ``log`` and ``memory_limit``;
        ``heeds_interrupts``, whether the server was started with interrupts enabled; and
        ``keeper``, the process that the kernel dies with.
    """
    die_with(request["keeper"], signal.SIGKILL)
    for number in (signal.SIGTERM, signal.SIGCONT):
        signal.signal(number, signal.SIG_DFL)
    heeds = request["heeds_interrupts"]
    signal.signal(signal.SIGINT, signal.default_int_handler if heeds else signal.SIG_IGN)
    _take_over_surroundings(request)
    _forget_the_server()
    if request["memory_limit"] is not None:
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (request["memory_limit"], request["memory_limit"]))
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin if launcher else "ipykernel_launcher"), *request["arguments"]]
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(request["arguments"])
    if "ipywidgets" in sys.modules:
        # Its import needed the notebook's shell, which did not exist yet when a room imported it.
        sys.modules["ipywidgets"].register_comm_target()
    app.start()


def die_with(parent: int, number: int) -> None:
    """Let the system send this process a signal when its parent dies."""
    dying_with(parent, number)()


def dying_with_us(*, woken: bool = False, thread_stays: bool = False) -> Callable[[], None] | None:
    """Return `die_with` prepared for a child of this process, or None where the system does not support it.

    Parameters
    ----------
    woken : bool
        The child ends by itself, and only has to be woken if it is stopped.
    thread_stays : bool
        The thread that starts the child outlives it, as the main thread does: Linux ends both together.
    """
    if sys.platform != "linux" or not (thread_stays or threading.current_thread() is threading.main_thread()):
        return None
    return dying_with(os.getpid(), signal.SIGCONT if woken else signal.SIGKILL)


def dying_with(parent: int, number: int) -> Callable[[], None]:
    """Return `die_with` with all it needs loaded: between fork and exec a child may load nothing."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def die() -> None:
        prctl(_DEATH_OF_PARENT, number, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the call
            os._exit(1)

    return die


def adopt_orphans() -> None:
    """Become the parent of all orphaned descendants of this process, in whichever session."""
    ctypes.CDLL(None, use_errno=True).prctl(_ADOPT, 1, 0, 0, 0)


def end_children() -> None:
    """Kill the children of this process, and their children, which it inherits as their parents end."""
    children, end = f"/proc/self/task/{os.getpid()}/children", time.monotonic() + _PATIENCE
    with suppress(OSError):
        while time.monotonic() < end:
            with open(children, encoding="ascii") as listed:
                found = [int(child) for child in listed.read().split()]
            if not found:
                return
            for child in found:
                with suppress(ProcessLookupError, ChildProcessError, PermissionError):
                    os.kill(child, signal.SIGKILL)
                    os.waitpid(child, os.WNOHANG)
            time.sleep(0.001)


def _take_over_surroundings(request: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    if request["log"]:
        log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)


def _forget_the_server() -> None:
    import numpy as np
    import pandas as pd

    np.random.seed()  # a fork continues its parent's random numbers: every kernel would draw the same ones
    # On import pandas took the server for a terminal, where the width decides how many columns are shown.
    pd.set_option("display.max_columns", 20)
    # The backend that ipykernel and matplotlib would have chosen if matplotlib were imported now.
    if matplotlib := sys.modules.get("matplotlib"):
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]
