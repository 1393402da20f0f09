"""A running batch: what is waiting, what has ended, and what that means for the reports.

The order keeps the manifest true: an executed notebook is on the disk under its name before the manifest says
so, and the manifest says so before anything counts as done. However the batch ends, everything in the
manifest exists, and everything else is run again.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from borgerlib.errors import RunError
from borgerlib.files.atomic import share
from borgerlib.runs.batch.pool import Crew
from borgerlib.runs.batch.task import PASSING, Task, executed
from borgerlib.runs.planning.due import BatchPlan, executed_folder, is_whole
from borgerlib.runs.planning.inputs import InputHashes
from borgerlib.runs.planning.manifest import History, Manifest, Record, State
from borgerlib.runs.planning.plan import Wanted, made_from

_WAIT_SECONDS = 0.5
_ATTEMPTS = 2


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch is.

    Attributes
    ----------
    done, failed, held, skipped : int
        Runs; skipped ones were up to date.
    total, alike : int
        Runs that were due, and how many of the ended ones took over the result of another run.
    reports, failed_reports : int
        Reports written, and those that could not be.
    seconds_left : float or None
        An estimate; None while nothing is known.
    record : Record or None
        The run or report that has just ended.
    others : int
        How many more municipalities have the same result.
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
    alike: int = 0
    others: int = 0

    @property
    def well(self) -> bool:
        """Whether nothing failed and nothing was held back."""
        return not (self.failed or self.held or self.failed_reports)


class BatchWork:
    """A running batch.

    Parameters
    ----------
    folder, work : Path
        The folder of reports, and an empty folder on the same disk.
    manifest, history : Manifest, History
        What has been run so far; the history is kept up to date.
    made : BatchPlan
        What is due.
    on_progress : callable or None
        Called whenever a run or report has ended.
    timeout, memory_limit : float, int
        Seconds and bytes that a notebook or a report may use.
    """

    def __init__(
        self,
        folder: Path,
        *,
        work: Path,
        manifest: Manifest,
        history: History,
        made: BatchPlan,
        on_progress: Callable[[BatchProgress], None] | None,
        timeout: float,
        memory_limit: int,
    ) -> None:
        self.folder, self.work, self.manifest, self.history, self.plan = folder, work, manifest, history, made
        self._on_progress = on_progress
        self._count: Counter[str] = Counter()
        self._start = time.monotonic()
        self._number = 0
        self._given: dict[str, tuple[str, int]] = {}
        self._open = Counter(run.place for run in made.due)
        self._timeout, self._memory_limit = timeout, memory_limit
        self._runs: deque[Task] = deque()
        self._reports: deque[Task] = deque()
        self._busy = 0
        # Runs with the same inputs are done once, for the first municipality; the others share the result.
        self._alike: dict[str, list[Wanted]] = defaultdict(list)
        for run in made.due:
            self._alike[made_from(run.notebook.stem, run.inputs)].append(run)
        for alike in self._alike.values():
            self._ask_for_run(alike[0])
        for place in made.reports:
            self._ask_for_report(place)

    @property
    def waiting(self) -> int:
        """How many runs wait for a worker."""
        return len(self._runs)

    @property
    def has_work(self) -> bool:
        """Whether anything is waiting or running."""
        return bool(self._runs or self._reports or self._busy)

    def take_over(self) -> None:
        """Take over results of other municipalities' runs with the same inputs, before giving out work."""
        for key, there in self.plan.there.items():
            if key in self._alike and is_whole(self.folder, there):
                first = self._alike[key][0]
                self._runs = deque(task for task in self._runs if (task.place, task.stem) != first.key)
                home = executed_folder(self.folder) / there.place
                self._count["alike"] += 1
                self._run_ended(self._alike[key], home, replace(there, seconds=0.0))

    def work_through(self, crew: Crew) -> None:
        """Let the crew do everything, and record each result as it comes."""
        while self.has_work:
            self._give(crew)
            for task, outcome in crew.outcomes(_WAIT_SECONDS):
                self._settle(task, outcome)

    def settle_rest(self, crew: Crew) -> None:
        """Record what has ended since the batch was told to stop."""
        with suppress(RunError):
            for task, outcome in crew.outcomes(0):
                if outcome.state != "failed":
                    self._settle(task, outcome)

    def progress(self, record: Record | None, *, others: int = 0) -> BatchProgress:
        """Return the progress of the batch."""
        count, total = self._count, len(self.plan.due)
        ended = count["done"] + count["failed"] + count["held"]
        elapsed = time.monotonic() - self._start
        return BatchProgress(
            done=count["done"],
            failed=count["failed"],
            held=count["held"],
            skipped=self.plan.current,
            total=total,
            reports=count["reports"],
            failed_reports=count["failed reports"],
            alike=count["alike"],
            seconds_left=elapsed / run * len(self._runs) if (run := ended - count["alike"]) else None,
            record=record,
            others=others,
        )

    def tell(self, record: Record | None, *, others: int = 0) -> None:
        """Report the progress to the caller, if wanted."""
        if self._on_progress is not None:
            self._on_progress(self.progress(record, others=others))

    def _give(self, crew: Crew) -> None:
        # Reports first: a municipality that is finished should be available to its readers.
        for waiting in (self._reports, self._runs):
            while waiting and crew.free(waiting[0]):
                task = waiting.popleft()
                self._number += 1
                folder = self.work / f"task-{self._number}"
                folder.mkdir()
                given = replace(task, folder=str(folder))
                attempt = 1 + bool(task.folder)  # a task that is tried again already has a folder
                self._given[given.folder] = datetime.now(UTC).isoformat(timespec="milliseconds"), attempt
                self._busy += 1
                crew.give(given)

    def _ask_for_run(self, wanted: Wanted) -> None:
        self._runs.append(
            Task(
                wanted.place,
                wanted.name,
                str(wanted.notebook),
                dict(wanted.parameters),
                timeout=self._timeout,
                memory_limit=self._memory_limit,
                inputs=wanted.inputs,
            )
        )

    def _settle(self, task: Task, outcome: Record) -> None:
        self._busy -= 1
        started, attempt = self._given.pop(task.folder)
        try:
            if outcome.cause in PASSING and max(attempt, outcome.attempts) < _ATTEMPTS:
                (self._runs if task.notebook else self._reports).appendleft(task)
                return
            record = replace(outcome, started=started, attempts=max(attempt, outcome.attempts))
            if task.notebook:
                alike = self._alike[made_from(task.stem, task.inputs)]
                made_of = replace(record, inputs=_inputs_after(task, outcome))
                self._run_ended(alike, Path(task.folder), made_of)
            else:
                self._keep(record)
        finally:
            shutil.rmtree(task.folder, ignore_errors=True)

    def _run_ended(self, alike: Sequence[Wanted], folder: Path, record: Record) -> None:
        """Record a run for all municipalities that share it; for all but the first it took no time."""
        try:
            self._put_in_place(alike, record.state, folder)
        except OSError as error:
            reason = f"The executed notebook cannot be written to {self.folder}: {error.strerror or error}."
            record = replace(record, state="failed", error=reason, cause="disk", output="", size=0)
        first, *others = (replace(record, place=wanted.place, name=wanted.name) for wanted in alike)
        self._keep(first, *(replace(other, seconds=0.0) for other in others))
        for wanted in alike:
            self._open[wanted.place] -= 1
            if not self._open[wanted.place]:
                self._ask_for_report(wanted.place)

    def _put_in_place(self, alike: Sequence[Wanted], state: State, folder: Path) -> None:
        """Put an executed notebook, or what there is of a failed one, where each municipality keeps it."""
        stem = alike[0].notebook.stem
        homes = [executed_folder(self.folder) / wanted.place for wanted in alike]
        for home in homes:
            home.mkdir(parents=True, exist_ok=True)
        names = {"done": f"{stem}.ipynb", "failed": f"{stem}.failed.ipynb", "held": f"{stem}.held.ipynb"}
        kept = names.pop(state)
        path = executed(folder, stem, state)
        if state == "done" or path.is_file():  # one that is done and not there is an error of the disk
            share(path, [home / kept for home in homes])
        for left in (home / name for home in homes for key, name in names.items() if key != "done"):
            left.unlink(missing_ok=True)

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

    def _keep(self, *records: Record) -> None:
        """Put records of the same event into the manifest, and report the first."""
        kept = self.manifest.append(*records)
        for record in kept:
            self.history.latest[record.key] = record
        if kept[0].notebook:
            self._count[kept[0].state] += len(kept)
            self._count["alike"] += len(kept) - 1
        elif kept[0].state == "done":
            self._count["reports"] += 1
        else:
            self._count["failed reports"] += 1
        self.tell(kept[0], others=len(kept) - 1)


def _inputs_after(task: Task, outcome: Record) -> dict[str, str]:
    """Return a run's input hashes; '' for inputs that changed meanwhile, so that it is due again."""
    hashes = InputHashes(library=task.inputs["library"])
    now = hashes.of(Path(task.notebook), task.parameters, read=outcome.reads)
    return {
        name: value if name == "read" or value == task.inputs[name] else "" for name, value in now.items()
    }
