"""What a batch would do: which municipalities, which notebooks, which runs are due and why."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from borgerlib import places
from borgerlib.errors import ParameterError, RunError, unknown_name
from borgerlib.population.municipalities import every_municipality, municipality
from borgerlib.runs.planning.contents import (
    CITIZENS,
    COMPARED,
    COUNCIL,
    WHOLE_COUNTRY,
    insight_notebooks,
    place_of,
    read_formats,
    report_notebooks,
)
from borgerlib.runs.planning.inputs import InputHashes, layout_hash, look_hash
from borgerlib.runs.planning.manifest import FOLDER, REPORT, History, Record, output_hash
from borgerlib.runs.planning.plan import (
    Wanted,
    WantedReport,
    made_from,
    reasons_to_report,
    reasons_to_run,
)

_EXECUTED = "executed"


@dataclass(frozen=True)
class BatchPlan:
    """What a batch would do.

    Attributes
    ----------
    due : tuple of Wanted
        The runs that are due, with reasons.
    current : int
        How many runs are up to date.
    reports : mapping
        Place → why its report is to be written though none of its runs is due.
    names : mapping
        Place → municipality's name, for every report in the batch.
    notebooks : mapping
        Place → the notebooks that its report needs.
    layout : str
        Hash of what turns notebooks into pages.
    formats : tuple of str
        html, pdf, xlsx.
    there : mapping
        Hash of what a run is made from → the record of a kept run with that hash, of any municipality.
    """

    due: tuple[Wanted, ...]
    current: int
    reports: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
    notebooks: Mapping[str, Sequence[Path]]
    layout: str
    formats: tuple[str, ...]
    there: Mapping[str, Record]

    def report_of(
        self, place: str, history: History, kept: Mapping[tuple[str, str], int]
    ) -> WantedReport | None:
        """Return the report that a place's runs allow; None if there are none or one did not succeed."""
        records = [history.latest.get((place, path.stem)) for path in self.notebooks[place]]
        known = [record for record in records if record is not None]
        pages = {record.notebook: record.output for record in known if record.key in kept}
        if not pages or any(record.state != "done" for record in known):
            return None
        look = look_hash(place)
        return WantedReport(place, self.names[place], pages, self.layout, self.formats, look)


def make_plan(
    names: Sequence[str],
    out: Path,
    history: History,
    *,
    only: Sequence[str] = (),
    forced: int | None = None,
    formats: Sequence[str] = ("html",),
    notebooks: Sequence[Path] | None = None,
) -> BatchPlan:
    """Say what is due for these municipalities.

    Parameters
    ----------
    names : sequence of str
        Names, codes or 'hele-landet'; checked by `read_names`.
    out : Path
        The folder of reports.
    history : History
        What its manifest says.
    only : sequence of str
        Prefixes of notebook names ('02'); all notebooks if empty.
    forced : int, optional
        Treat all runs as due, except those recorded after this number in the manifest.
    formats : sequence of str
        Formats in which the reports are wanted.
    notebooks : sequence of Path, optional
        Used instead of the shipped notebooks.

    Raises
    ------
    ParameterError
        A municipality, notebook or format is unknown.
    """
    wanted_formats = read_formats(formats)
    by_place = {place_of(name): name for name in map(settled_name, names)}
    hashes, kept = InputHashes(), kept_notebooks(out)
    expected = {place: tuple(notebooks or report_notebooks(name)) for place, name in by_place.items()}
    shipped = [*insight_notebooks(), *(places.notebooks() / name for name in (COUNCIL, CITIZENS, COMPARED))]
    chosen = _only(notebooks or shipped, only)

    def wanted(place: str, notebook: Path) -> Wanted:
        last, size = history.latest.get((place, notebook.stem)), kept.get((place, notebook.stem))
        parameters = hashes.parameters(notebook, by_place[place])
        inputs = hashes.of(notebook, parameters, read=last.reads if last else ())
        reasons = reasons_to_run(inputs, last, size, forced=forced) if notebook in chosen else ()
        return Wanted(place, by_place[place], notebook, parameters, inputs, reasons)

    runs = [wanted(place, notebook) for place in by_place for notebook in expected[place]]
    due = {run.key: run for run in runs if run.reasons}
    there = {
        made_from(record.notebook, record.inputs): record
        for record in history.latest.values()
        if forced is None and record.state == "done" and kept.get(record.key) == record.size
    }
    made = BatchPlan((), 0, {}, by_place, expected, layout_hash(), wanted_formats, there)
    reports = _reports_due(made, {run.place for run in due.values()}, out, history, kept)
    written = {run.place for run in due.values()} | reports.keys()
    # Check the content only of notebooks whose report is written; of the others the size was compared above.
    for run in runs:
        unchecked = run.place in written and run.key in kept and run.key not in due
        if unchecked and not is_whole(out, history.latest.get(run.key)):
            due[run.key] = replace(run, reasons=("its output was damaged",))
            reports.pop(run.place, None)
    current = sum(run.notebook in chosen and run.key not in due for run in runs)
    return replace(made, due=tuple(due.values()), current=current, reports=reports)


def _reports_due(
    made: BatchPlan, due: Set[str], out: Path, history: History, kept: Mapping[tuple[str, str], int]
) -> dict[str, tuple[str, ...]]:
    """Return the reports that are due although none of their runs is (`due`: the other places), and why."""
    reports = {}
    for place in made.names:
        report = None if place in due else made.report_of(place, history, kept)
        last = history.latest.get((place, REPORT))
        files = (last.files if last else ()) or ("index.html",)
        is_there = all((out / place / file).exists() for file in files)
        if report and (reasons := reasons_to_report(report, last, is_there=is_there)):
            reports[place] = reasons
    return reports


def is_whole(out: Path, run: Record | None) -> bool:
    """Return whether a run's executed notebook is unchanged since it was kept; True if the run kept none."""
    if run is None or run.state != "done":
        return True
    path = executed_folder(out) / run.place / f"{run.notebook}.ipynb"
    return path.is_file() and output_hash(path.read_bytes()) == run.output


def read_names(given: Sequence[str], *, everybody: bool = False) -> list[str]:
    """Return the requested municipalities: all of them, by name or code, or from a file.

    Parameters
    ----------
    given : sequence of str
        Names, codes, 'hele-landet', or files with one a line; of a CSV the first column, unless all cells
        of a line are names, or codes, of municipalities.
    everybody : bool
        All 98.

    Raises
    ------
    ParameterError
        Some are unknown (the error lists them all), or none is named.
    """
    named = [name for entry in given for name in (_lines(Path(entry)) if _is_file(entry) else [entry])]
    if everybody:
        named = [*(place.name for place in every_municipality()), *named]
    if not named:
        raise ParameterError(
            "No municipality is named.", hint="borger batch Odense Aarhus, or borger batch --all"
        )
    names, problems = [], []
    for name in named:
        try:
            names.append(settled_name(name))
        except ParameterError as error:
            problems.append(error.message)
    if problems:
        raise ParameterError(
            "Nothing was run:",
            problems=problems,
            hint="Give names or codes of municipalities, or a file that is there with one a line.",
        )
    return list(dict.fromkeys(names))


def settled_name(name: str) -> str:
    """Return the municipality's proper name; empty for the whole country."""
    return "" if name in ("", WHOLE_COUNTRY) else municipality(name).name


def kept_notebooks(out: Path) -> dict[tuple[str, str], int]:
    """Return the executed notebooks that are kept: (place, notebook) → bytes."""
    kept: dict[tuple[str, str], int] = {}
    try:
        for folder in executed_folder(out).iterdir():
            for path in folder.iterdir() if folder.is_dir() else ():
                if path.suffix == ".ipynb":
                    with suppress(FileNotFoundError):  # a batch that runs meanwhile removes files
                        kept[folder.name, path.stem] = path.stat().st_size
    except FileNotFoundError:
        pass
    except OSError as error:
        raise RunError(f"The folder {out} cannot be read: {error.strerror}.") from error
    return kept


def executed_folder(out: Path) -> Path:
    """Return the folder of the executed notebooks."""
    return out / FOLDER / _EXECUTED


def _only(notebooks: Sequence[Path], only: Sequence[str]) -> list[Path]:
    wanted = [part.strip() for entry in only for part in entry.split(",") if part.strip()]
    problems = [
        unknown_name("notebook", part, [path.stem for path in notebooks])
        for part in wanted
        if not any(path.stem.startswith(part) for path in notebooks)
    ]
    if problems:
        raise ParameterError("Nothing was run:", problems=problems, hint="borger batch --all --only 02,06")
    return [path for path in notebooks if not wanted or path.stem.startswith(tuple(wanted))]


def _is_file(entry: str) -> bool:
    # A plain word is always a municipality, even if there is a file of that name.
    path = Path(entry)
    return (path.suffix != "" or len(path.parts) > 1) and path.is_file()


def _lines(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [";".join(row).replace(",", ";").split(";") for row in csv.reader(file, delimiter=";")]
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(
            f"{path} cannot be read as text in UTF-8.", hint="Save it as UTF-8, one municipality a line."
        ) from error
    return [name for row in rows if not row[0].lstrip().startswith("#") for name in _named(row)]


def _named(row: Sequence[str]) -> list[str]:
    """Return the municipalities of a line: all if every cell is a name, or a code; else the first.

    A number beside a name may count something, and be the code of another municipality by chance.
    """
    cells = [cell.strip() for cell in row]
    filled = [cell for cell in cells if cell]
    alike = len({cell.isdigit() for cell in filled}) == 1
    return filled if alike and all(map(_is_municipality, filled)) else [*filter(None, cells[:1])]


def _is_municipality(name: str) -> bool:
    try:
        settled_name(name)
    except ParameterError:
        return False
    return True
