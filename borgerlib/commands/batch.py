"""The commands of scheduled runs: parse, call, print."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from typer import Argument, Option

from borgerlib import places
from borgerlib.commands import console
from borgerlib.errors import ParameterError, RunError

if TYPE_CHECKING:
    from borgerlib.runs.batch.work import BatchProgress
    from borgerlib.runs.planning.due import BatchPlan
    from borgerlib.runs.planning.status import Status

app = typer.Typer(add_completion=False)
_COLOURS = {"done": "green", "failed": "bold red", "held": "bold yellow", "unfinished": "yellow"}

Out = Annotated[Path | None, Option(help="Folder of all reports. Default: reports.")]
Only = Annotated[list[str] | None, Option(help="Notebooks, by how their names begin: 02,06. Default: all.")]
Format = Annotated[list[str] | None, Option("--format", help="html (default), pdf, xlsx, docx. Repeatable.")]
Jobs = Annotated[int, Option(min=1, help="Notebooks to run at the same time.")]
All = Annotated[bool, Option("--all", help="All 98 municipalities.")]


@app.command()
def batch(
    municipalities: Annotated[
        list[str] | None,
        Argument(help="Names or codes, 'hele-landet', or a file with one or more a line."),
    ] = None,
    everybody: All = False,
    jobs: Jobs = 2,
    force: Annotated[bool, Option("--force", help="Also run what is up to date.")] = False,
    only: Only = None,
    out: Out = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Say what is due and why; run nothing.")] = False,
    scheduler: Annotated[str, Option(help="Address of a dask cluster to run on: tcp://host:8786.")] = "",
    formats: Format = None,
    wait: Annotated[bool, Option("--wait", help="Wait for another batch in the folder to end.")] = False,
    timeout: Annotated[float, Option(min=1, max=864_000, help="Most seconds a notebook may take.")] = 600,
    memory: Annotated[int, Option(min=0, help="Most megabytes that each may use; 0: no limit.")] = 4000,
    cold: Annotated[bool, Option("--cold", help="Start a fresh Python process for every notebook.")] = False,
) -> None:
    """Run the notebooks that are due, for many municipalities, and write their reports.

    Ctrl-C stops it; what is finished is kept, and the same command continues.
    """
    from borgerlib.runs.batch.run import plan_batch, run_batch
    from borgerlib.runs.planning.due import read_names

    names = read_names(municipalities or [], everybody=everybody)
    wanted: dict[str, Any] = {"only": only or (), "force": force, "formats": formats or ("html",)}
    if dry_run:
        _print_plan(plan_batch(names, out=out, **wanted))
        return
    # Set explicitly: a shell that starts us in the background makes us ignore Ctrl-C.
    console.heed(signal.SIGINT, signal.SIGTERM)
    kept: list[BatchProgress] = []
    try:
        with _shown(kept) as on_progress:
            run_batch(
                names,
                out=out,
                jobs=jobs,
                scheduler=scheduler,
                wait=wait,
                timeout=timeout,
                memory_limit=memory * 1_000_000,
                cold=cold,
                on_progress=on_progress,
                **wanted,
            )
    except KeyboardInterrupt:
        done = kept[-1].done if kept else 0
        console.err.print(f"Stopped. {done} finished runs are kept; the same command goes on from here.")
        raise SystemExit(130) from None
    end = kept[-1]
    written = f"{end.reports} {'report' if end.reports == 1 else 'reports'} written"
    console.out.print(f"{progress_line(end).removesuffix(', 0 s left')}; {written}.")
    console.made((out or places.reports()) / "index.html")
    if not end.well:
        raise SystemExit(1)


@app.command("status")
def status_command(
    municipalities: Annotated[list[str] | None, Argument(help="Names or codes. Default: all so far.")] = None,
    out: Out = None,
    as_json: Annotated[bool, Option("--json", help="Print everything as JSON, for monitoring.")] = False,
    max_age: Annotated[float | None, Option(min=0, help="Most hours since a batch finished.")] = None,
) -> None:
    """Show which reports are done, failed, held back or unfinished.

    Exit code 0: all well, 1: some failed or were held back, 2: usage, 3: a batch broke off or lines of the
    manifest are damaged, 4: it cannot be read, 5: no batch finished within --max-age, or none was run.
    """
    from borgerlib.runs.planning.contents import place_of
    from borgerlib.runs.planning.due import settled_name
    from borgerlib.runs.planning.manifest import Manifest
    from borgerlib.runs.planning.status import status

    manifest = Manifest(out or places.reports())
    try:
        wanted = {place_of(settled_name(name)): name for name in municipalities or ()}
        history = manifest.read()
    except (ParameterError, RunError) as error:
        console.err.print(escape(str(error)))
        raise SystemExit(4 if isinstance(error, RunError) else 2) from None
    if history.damaged and not history.latest:
        console.err.print(f"The manifest {escape(str(manifest.path))} is damaged: nothing in it can be read.")
        raise SystemExit(4)
    found = status(history, only=frozenset(wanted), ended=manifest.ended(), broke_off=manifest.broke_off())
    known = {place.place for place in found.places}
    never = {name: name for place, name in wanted.items() if place not in known}
    if not wanted and not known and not found.broke_off:
        never = {"Odense": str(manifest.folder)}
    stale = max_age is not None and found.is_stale(max_age)
    if as_json:
        console.as_json(found.as_json())
    else:
        if known:
            _print_status(found)
            if stale:
                console.out.print(f"No batch has come to its end within {max_age:g} hours.")
        there = ("--out", str(out)) if out else ()
        if found.broke_off:
            console.out.print("A batch has broken off; the same command goes on from there.")
        for name, where in never.items():
            console.command(
                "batch", name, *there, before=f"No batch has been run for {where} yet. To run one: "
            )
    broke_off = found.damaged or not found.finished
    code = 1 if not found.well else 3 if broke_off else 5 if stale or never else 0
    if code:
        raise SystemExit(code)


@app.command("schedule")
def schedule_command(
    municipalities: Annotated[list[str] | None, Argument(help="Names or codes. Default: all.")] = None,
    at: Annotated[str, Option(help="Time of day.")] = "02:00",
    jobs: Jobs = 2,
    out: Out = None,
    formats: Format = None,
) -> None:
    """Print what to paste so that this machine runs the batch every night: systemd, cron or Windows."""
    from borgerlib.runs.planning.contents import WHOLE_COUNTRY, read_formats
    from borgerlib.runs.planning.due import read_names
    from borgerlib.runs.planning.schedule import schedule

    names = [name or WHOLE_COUNTRY for name in read_names(municipalities)] if municipalities else ["--all"]
    arguments = [*names, "--jobs", str(jobs)]
    arguments += ["--out", str(out.expanduser().resolve())] if out else []
    arguments += ["--format", ",".join(read_formats(formats))] if formats else []
    # Print unwrapped: a wrapped line cannot be pasted into a shell.
    console.data(schedule(arguments, at=at).text())


@contextmanager
def _shown(kept: list[BatchProgress]) -> Iterator[Callable[[BatchProgress], None]]:
    """Show the progress: a bar if there is a terminal, and a line for each error."""
    bar = console.progress()
    task = bar.add_task("Starting", total=None)

    def show(progress: BatchProgress) -> None:
        kept[:] = [progress]
        ended = progress.done + progress.failed + progress.held
        bar.update(task, total=progress.total, completed=ended, description=progress_line(progress))
        record = progress.record
        if record is not None and record.state != "done":
            who, what = record.name or record.place, record.notebook or "report"
            who += f" and {progress.others} others" if progress.others else ""
            where = escape(f"{who}, {what}: {record.error}")
            bar.console.print(f"  [{_COLOURS[record.state]}]{record.state}[/] {where}")

    with bar:
        yield show


def progress_line(progress: BatchProgress) -> str:
    """Return a batch's progress in words: done, failed, skipped, time left."""
    parts = [f"{progress.done} done", f"{progress.failed + progress.failed_reports} failed"]
    parts += [f"{progress.held} held back"] if progress.held else []
    parts += [f"{progress.skipped} skipped"]
    parts += [f"{progress.alike} alike"] if progress.alike else []
    if progress.seconds_left is not None:
        parts.append(f"{_duration(progress.seconds_left)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    return f"{round(whole / 60)} min" if whole < 5400 else f"{whole / 3600:.1f} h"


def _print_plan(plan: BatchPlan) -> None:
    runs: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for run in plan.due:
        runs.setdefault(run.place, []).append((run.notebook.stem, run.reasons))
    for place, parts in (runs | {place: [("report", why)] for place, why in plan.reports.items()}).items():
        console.out.print(f"[bold]{escape(plan.names[place] or 'Hele landet')}[/bold]")
        for what, reasons in parts:
            console.out.print(f"  {escape(what):<24} {', '.join(reasons)}")
    numbers = len(plan.due), plan.current
    due, current = (f"{count} {'is' if count == 1 else 'are'}" for count in numbers)
    console.out.print(f"Of the runs {due} due, {current} up to date.")


def _print_status(found: Status) -> None:
    lines = []
    for place in found.places:
        seconds = sum(run.seconds for run in place.runs)
        took = f"{seconds:.1f} s" if seconds else "shared"
        when = (place.report.started if place.report else "")[:16].replace("T", " ")
        lines.append(
            f"[{_COLOURS[place.state]}]{place.state:<10}[/] {escape(place.name or 'Hele landet'):<20} "
            f"{len(place.runs):>3} notebook{'s' if len(place.runs) != 1 else ' '} {took:>9}  {when}"
        )
        lines += [f"           {escape(line)}" for error in place.errors for line in error.splitlines()]
    if lines:
        console.out.print("\n".join(lines))
    nights = found.nights_since
    ago = "" if not nights else f", {nights} {'night' if nights == 1 else 'nights'} ago"
    when = f"{found.ended:%Y-%m-%d %H:%M} UTC{ago}" if found.ended else "never"
    console.out.print(f"A batch last came to its end: {when}.")
    counts = found.counts()
    parts = [f"{counts[f'places_{state}']} {state}" for state in _COLOURS if counts[f"places_{state}"]]
    count = len(found.places)
    reports = f"{count} {'report' if count == 1 else 'reports'}"
    console.out.print(f"{reports}: {', '.join(parts) or 'none'}.")
    if found.damaged:
        lost = "1 damaged line" if found.damaged == 1 else f"{found.damaged} damaged lines"
        console.out.print(f"Left out of the manifest: {lost}. What was told there is run again.")
