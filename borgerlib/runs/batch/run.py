"""Run what is due for many municipalities: several notebooks at a time, each result saved as it comes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from borgerlib import places
from borgerlib.errors import RunError
from borgerlib.files.temporary import sweep_temporary_folders
from borgerlib.runs.batch.pool import Crew, LocalCrew
from borgerlib.runs.batch.work import BatchProgress, BatchWork
from borgerlib.runs.kernels.attempt import MEMORY
from borgerlib.runs.pages.overview_page import keep_overview_in_step, write_overview
from borgerlib.runs.planning.due import BatchPlan, make_plan
from borgerlib.runs.planning.folder_lock import folder_lock
from borgerlib.runs.planning.manifest import BEGUN, FOLDER, LOCK, History, Manifest
from borgerlib.runs.warm.client import Ahead

_WORK = "work"
_TWO_REPORTS = 24


def plan_batch(
    names: Sequence[str], *, out: Path | None = None, force: bool = False, **options: Any
) -> BatchPlan:
    """Return what `run_batch` would do; options as there (only, formats, notebooks)."""
    folder = (out or places.reports()).resolve()
    history = Manifest(folder).read()
    forced = _forced_since(folder, history) if force else None
    return make_plan(names, folder, history, forced=forced, **options)


def run_batch(
    names: Sequence[str],
    *,
    out: Path | None = None,
    jobs: int = 2,
    only: Sequence[str] = (),
    force: bool = False,
    formats: Sequence[str] = ("html",),
    notebooks: Sequence[Path] | None = None,
    scheduler: str = "",
    wait: bool = False,
    timeout: float = 600,
    memory_limit: int = MEMORY,
    cold: bool = False,
    crew: Crew | None = None,
    on_progress: Callable[[BatchProgress], None] | None = None,
) -> BatchProgress:
    """Run what is due, write the reports that follow, and the overview of all.

    Parameters
    ----------
    names : sequence of str
        Municipalities, by name or code; 'hele-landet' for the whole country.
    out : Path, optional
        The folder of reports; by default the workspace's.
    jobs : int
        Notebooks run at the same time on this machine.
    only : sequence of str
        Prefixes of notebook names; all if empty. A report keeps its other pages as they are.
    force : bool
        Also run what is up to date; a forced batch that broke off continues where it was.
    formats : sequence of {"html", "pdf", "xlsx", "docx"}
        Formats in which the reports are written.
    notebooks : sequence of Path, optional
        Used instead of the shipped notebooks.
    scheduler : str
        Address of a dask scheduler whose workers run the notebooks.
    wait : bool
        Wait for another batch on the folder instead of refusing.
    timeout, memory_limit : float, int
        Seconds and bytes that a notebook or a report may use; 0 bytes for no limit.
    cold : bool
        Run every notebook in a fresh kernel.
    crew : Crew, optional
        Does the work, instead of worker processes.
    on_progress : callable, optional
        Called in this thread with the `BatchProgress`, the first time before anything is run.

    Returns
    -------
    BatchProgress
        How it ended.

    Raises
    ------
    ParameterError
        A name is unknown; nothing was run.
    FolderBusyError
        Another batch works on the folder.
    RunError
        The folder cannot be written, or no workers are available. What is finished is kept.
    KeyboardInterrupt
        It was told to stop; everything finished is kept, and the same call continues from there.
    """
    folder = (out or places.reports()).resolve()
    with _held(folder, wait=wait) as work:
        manifest = Manifest(folder)
        history = manifest.read()
        forced = _forced_since(folder, history) if force else None
        made = make_plan(
            names, folder, history, only=only, forced=forced, formats=formats, notebooks=notebooks
        )
        begun = folder / FOLDER / BEGUN
        begun.touch()  # of a forced batch that broke off, it keeps the number
        if forced is not None:
            begun.write_text(str(forced), encoding="ascii")
        batch = BatchWork(
            folder,
            work=work,
            manifest=manifest,
            history=history,
            made=made,
            on_progress=on_progress,
            timeout=timeout,
            memory_limit=memory_limit,
        )
        batch.tell(None)
        batch.take_over()
        if batch.has_work:
            places.processed_data().mkdir(parents=True, exist_ok=True)  # pictures are cached there
            # To draw pictures ahead pays off from two reports on.
            ahead: Ahead = "pictures" if batch.waiting > _TWO_REPORTS else "survey"
            hands = crew or _crew(scheduler, jobs=jobs, work=work, cold=cold, ahead=ahead)
            try:
                batch.work_through(hands)
            finally:
                batch.settle_rest(hands)
                hands.stop()
                write_overview(folder, batch.history)
        else:
            keep_overview_in_step(folder)
        manifest.note_end()
        return batch.progress(None)


def _forced_since(folder: Path, history: History) -> int:
    """Return the manifest's number at which a forced batch begins, or began if one broke off."""
    try:
        return int((folder / FOLDER / BEGUN).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return history.sequence


@contextmanager
def _held(folder: Path, *, wait: bool) -> Iterator[Path]:
    """Lock the folder of reports, delete what a killed batch left, and yield a folder to work in."""
    own = folder / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Executed notebooks are only for the user who runs the batch, not for a web server.
        own.mkdir(mode=0o700, exist_ok=True)
        lock = folder_lock(own / LOCK, folder=folder, wait=wait)
        with lock:
            work = own / _WORK
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            for left in own.rglob("*.part"):
                left.unlink(missing_ok=True)
            sweep_temporary_folders()
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise RunError(
            f"The folder of reports {folder} cannot be written: {error.strerror or error}.",
            hint="Choose one that you may write to, on a disk with room: --out FOLDER",
        ) from error


def _crew(scheduler: str, *, jobs: int, work: Path, cold: bool, ahead: Ahead) -> Crew:
    # With a cluster the notebooks run there, and only the reports are written on this machine.
    local = LocalCrew(jobs, folder=work, cold=cold or bool(scheduler), ahead=ahead)
    if not scheduler:
        return local
    from borgerlib.runs.batch.dask import DaskCrew

    return DaskCrew(scheduler, reports=local, cold=cold)
