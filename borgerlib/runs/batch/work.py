"""A batch at work: what waits, what has ended, and what that means for the reports.

The order makes it truthful: an executed notebook is on the disk under its name before the manifest says so,
and the manifest says so before anything counts as done. Whatever ends the batch, what is in the manifest is
there, and what is not is run again.
"""

from __future__ import annotations

import os
import shutil
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from borgerlib.errors import RunError
from borgerlib.files.atomic import sync
from borgerlib.runs.batch.pool import Crew
from borgerlib.runs.batch.task import PASSING, Outcome, Task
from borgerlib.runs.planning.due import BatchPlan, executed_folder
from borgerlib.runs.planning.manifest import History, Manifest, Record
from borgerlib.runs.planning.plan import as_mapping

_WAIT_SECONDS = 0.5
_ATTEMPTS = 2


@dataclass(frozen=True)
class Progress:
    """How far a batch is.

    Attributes
    ----------
    done, failed, held, skipped : int
        Runs; skipped ones were up to date.
    total : int
        Runs that were due.
    reports, failed_reports : int
        Reports written, and those that could not be.
    seconds_left : float or None
        An estimate; None while nothing is known.
    record : Record or None
        What has just ended.
    """

    done: int
    failed: int
    held: int
    skipped: int
    total: int
    reports: int
    failed_reports: int
    seconds_left: float | None
    record: Record | None

    @property
    def well(self) -> bool:
        """Whether nothing failed and nothing was held back."""
        return not (self.failed or self.held or self.failed_reports)


class BatchWork:
    """A batch at work.

    Parameters
    ----------
    folder, work : Path
        The folder of reports, and an empty one on the same disk.
    manifest, history : Manifest, History
        What has been run so far; the history is kept up to date.
    made : BatchPlan
        What is due.
    on_progress : callable or None
        Told of everything that ends.
    timeout, memory_limit : float, int
        What a notebook may take, and a report.
    """

    def __init__(
        self,
        folder: Path,
        *,
        work: Path,
        manifest: Manifest,
        history: History,
        made: BatchPlan,
        on_progress: Callable[[Progress], None] | None,
        timeout: float,
        memory_limit: int,
    ) -> None:
        self.folder, self.work, self.manifest, self.history, self.plan = folder, work, manifest, history, made
        self._on_progress = on_progress
        self._count: Counter[str] = Counter()
        self._start = time.monotonic()
        self._number = 0
        self._given: dict[str, tuple[str, int]] = {}
        self._open = Counter(run.wanted.place for run in made.runs.due)
        self._runs = deque(
            Task(
                run.wanted.place,
                run.wanted.name,
                str(run.wanted.notebook),
                dict(run.wanted.parameters),
                timeout=timeout,
                memory_limit=memory_limit,
                inputs=as_mapping(run.wanted.inputs),
            )
            for run in made.runs.due
        )
        self._timeout, self._memory_limit = timeout, memory_limit
        self._reports: deque[Task] = deque()
        self._busy = 0
        for place in made.reports:
            self._ask_for_report(place)

    @property
    def has_work(self) -> bool:
        """Whether anything waits or goes on."""
        return bool(self._runs or self._reports or self._busy)

    def work_through(self, crew: Crew) -> None:
        """Let the crew do everything, and keep each result as it ends."""
        while self.has_work:
            self._give(crew)
            for task, outcome in crew.outcomes(_WAIT_SECONDS):
                self._settle(task, outcome)

    def settle_rest(self, crew: Crew) -> None:
        """Keep what has ended while the batch was told to stop."""
        with suppress(RunError):
            for task, outcome in crew.outcomes(0):
                if outcome.state != "failed":
                    self._settle(task, outcome)

    def progress(self, record: Record | None) -> Progress:
        """Return how far the batch is."""
        count, total = self._count, len(self.plan.runs.due)
        ended = count["done"] + count["failed"] + count["held"]
        elapsed = time.monotonic() - self._start
        return Progress(
            done=count["done"],
            failed=count["failed"],
            held=count["held"],
            skipped=len(self.plan.runs.current),
            total=total,
            reports=count["reports"],
            failed_reports=count["failed reports"],
            seconds_left=elapsed / ended * (total - ended) if ended else None,
            record=record,
        )

    def tell(self, record: Record | None) -> None:
        """Tell whoever wants to know."""
        if self._on_progress is not None:
            self._on_progress(self.progress(record))

    def _give(self, crew: Crew) -> None:
        # Reports first: a municipality that is finished should be there for its readers.
        for waiting in (self._reports, self._runs):
            while waiting and crew.free(waiting[0]):
                task = waiting.popleft()
                self._number += 1
                folder = self.work / f"task-{self._number}"
                folder.mkdir()
                given = replace(task, folder=str(folder))
                self._given[given.folder] = (_now(), self._attempt(task))
                self._busy += 1
                crew.give(given)

    def _attempt(self, task: Task) -> int:
        return 1 + int(bool(task.folder))  # a task that comes a second time has had a folder

    def _settle(self, task: Task, outcome: Outcome) -> None:
        self._busy -= 1
        started, attempt = self._given.pop(task.folder)
        try:
            if outcome.cause in PASSING and max(attempt, outcome.attempts) < _ATTEMPTS:
                (self._runs if task.notebook else self._reports).appendleft(task)
                return
            known = asdict(outcome) | {"attempts": max(attempt, outcome.attempts)}
            known["seconds"] = round(outcome.seconds, 3)
            known["files"] = tuple(outcome.files)
            del known["path"]
            record = Record(
                task.place,
                task.name,
                task.stem,
                started=started,
                inputs=dict(task.inputs),
                timeout=task.timeout,
                memory_limit=task.memory_limit,
                formats=task.formats,
                **known,
            )
            if task.notebook:
                self._run_ended(task, outcome, record)
            else:
                self._keep(record)
        finally:
            shutil.rmtree(task.folder, ignore_errors=True)

    def _run_ended(self, task: Task, outcome: Outcome, record: Record) -> None:
        try:
            self._put_in_place(task, outcome)
        except OSError as error:
            reason = f"The executed notebook cannot be written to {self.folder}: {error.strerror or error}."
            record = replace(record, state="failed", error=reason, cause="disk", output="", size=0)
        self._keep(record)
        self._open[task.place] -= 1
        if not self._open[task.place]:
            self._ask_for_report(task.place)

    def _put_in_place(self, task: Task, outcome: Outcome) -> None:
        """Move the executed notebook to where it is kept; of a run that failed, what there is of it."""
        home = executed_folder(self.folder) / task.place
        home.mkdir(parents=True, exist_ok=True)
        partial = {state: home / f"{task.stem}.{state}.ipynb" for state in ("failed", "held")}
        if outcome.state == "done":
            os.replace(outcome.path, home / f"{task.stem}.ipynb")
            sync(home)
        elif outcome.path:
            os.replace(outcome.path, partial[outcome.state])
        for state, path in partial.items():
            if state != outcome.state:
                path.unlink(missing_ok=True)

    def _ask_for_report(self, place: str) -> None:
        home = executed_folder(self.folder) / place
        kept = {(place, path.stem): path.stat().st_size for path in home.glob("*.ipynb")}
        wanted = self.plan.report_of(place, self.history, kept)
        if wanted is None:
            return
        self._reports.append(
            Task(
                place,
                wanted.name,
                pages=tuple(str(home / f"{stem}.ipynb") for stem in sorted(wanted.pages)),
                target=str(self.folder / place),
                formats=wanted.formats,
                inputs=wanted.inputs,
                timeout=self._timeout,
                memory_limit=self._memory_limit,
            )
        )

    def _keep(self, record: Record) -> None:
        [record] = self.manifest.append(record)
        self.history.latest[record.key] = record
        if record.notebook:
            self._count[record.state] += 1
        elif record.state == "done":
            self._count["reports"] += 1
        else:
            self._count["failed reports"] += 1
        self.tell(record)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
