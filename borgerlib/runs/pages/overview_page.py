"""The overview page of all municipalities' reports: one row each, searchable, readable without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from pathlib import Path

from borgerlib import danish
from borgerlib.errors import DataError, ParameterError, RunError
from borgerlib.files.atomic import replacing
from borgerlib.interest.prepared import is_prepared
from borgerlib.population.municipalities import municipality, squares
from borgerlib.runs.pages.figures import page_template, rendered
from borgerlib.runs.pages.page import PageSetting, stylesheet
from borgerlib.runs.planning.contents import WHOLE_COUNTRY_NAME, other_formats, place_of
from borgerlib.runs.planning.manifest import History, Manifest, Record
from borgerlib.runs.planning.status import PlaceStatus, status

PAGE = "index.html"
TITLE = "Lokaldemokrati i tal"
SOURCE = "Siden er lavet af borgerlib efter hver kørsel."
_ALL = "Alle rapporter"
_TITLE = re.compile(rf"<title>([^<]+) · {TITLE}</title>")
_MARK = b'<meta name="generator" content="borgerlib">'
_WORDS = {
    "done": "Klar",
    "failed": "Fejlede",
    "held": "Holdt tilbage",
    "unfinished": "Undervejs",
}


@dataclass(frozen=True)
class OverviewRow:
    """A municipality's row on the page.

    Attributes
    ----------
    name, region : str
        Its name, and its region.
    link : str
        Address of its report; empty where there is none.
    state : str
        As `PlaceStatus.state`.
    note : str
        A remark for the reader: that an older report is shown, that personal data were found.
    day : date or None
        When the report was written.
    others : tuple of (str, str)
        The report in other formats: name and address.
    survey : str
        How many citizens have answered, and when they were asked; empty if they were not asked.
    """

    name: str
    region: str
    link: str
    state: str
    note: str
    day: date | None
    others: tuple[tuple[str, str], ...]
    survey: str = ""

    @property
    def asked(self) -> bool:
        """Whether real citizens have answered, not a simulation."""
        return bool(self.survey) and not self.survey.startswith(danish.SIMULATED)


def write_overview(folder: Path, history: History, *, day: date | None = None) -> Path:
    """Write the page over all reports of a folder, whole or not at all.

    Parameters
    ----------
    folder : Path
        The folder of reports.
    history : History
        What its manifest says.
    day : date, optional
        The date on the page; today's by default.

    Raises
    ------
    RunError
        The page cannot be written, or would replace one that is not ours.
    """
    target = folder / PAGE
    if target.exists() and not is_ours(target):
        raise RunError(
            f"{target} is not a page of borgerlib, so the overview of reports was not written over it.",
            hint="Move it away, or choose another folder with --out.",
        )
    text = overview_html(overview_rows(folder, history), day=day or date.today())
    with replacing(target, what="The overview", error=RunError) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")
    return target


def keep_overview_in_step(folder: Path) -> None:
    """Rewrite the page after a single report was made; a page that is not ours is left alone."""
    if not (folder / PAGE).exists() or is_ours(folder / PAGE):
        write_overview(folder, Manifest(folder).read())


def overview_rows(folder: Path, history: History) -> list[OverviewRow]:
    """Return the rows of the reports in a manifest and of those made singly, the country first."""
    places = status(history).places
    rows = [_row(folder, place) for place in [*places, *_made_singly(folder, {one.place for one in places})]]
    return sorted(rows, key=lambda row: (row.region != "", danish.sort_key(row.name)))


def overview_html(rows: list[OverviewRow], *, day: date) -> str:
    """Return the page: offline, with its one script inside, and complete without it."""
    ready = sum(row.state == "done" for row in rows)
    named = {row.name: row for row in rows}
    return rendered(
        "overview.html.j2",
        rows=rows,
        tiles=[(square, named.get(square["name"])) for square in squares()],
        summary=f"{_summary(len(rows), ready)} {_asked(sum(row.asked for row in rows))}".strip(),
        words={state: word for state, word in _WORDS.items() if any(row.state == state for row in rows)},
        long_date=danish.long_date,
        setting=PageSetting(TITLE, _ALL, danish.long_date(day), SOURCE),
        style=f"{stylesheet()}\n{page_template('overview.css')}",
    )


def _summary(total: int, ready: int) -> str:
    if not total:
        return "Der er endnu ingen rapporter."
    reports = "1 rapport" if total == 1 else f"{danish.number(total)} rapporter"
    if ready == total:
        return f"{reports} er klar."
    return f"{reports}, heraf {danish.number(ready)} klar."


def _asked(municipalities: int) -> str:
    if not municipalities:
        return ""
    if municipalities == 1:
        return "En kommune har spurgt sine borgere."
    return f"{danish.capitalise(danish.small_number(municipalities))} kommuner har spurgt deres borgere."


def _row(folder: Path, place: PlaceStatus) -> OverviewRow:
    there = (folder / place.place / PAGE).exists()
    return OverviewRow(
        name=_name(place),
        region=_region(place.name),
        link=f"{place.place}/{PAGE}" if there else "",
        state=place.state,
        note=_note(place, there=there),
        day=_day_written(folder / place.place / PAGE, place.report) if there else None,
        others=tuple(
            (word, f"{place.place}/{file}")
            for word, file in other_formats(place.name).values()
            if (folder / place.place / file).exists()
        ),
        survey=_survey(place.name) if place.name and place.place == place_of(place.name) else "",
    )


def _survey(name: str) -> str:
    """Return how many citizens have answered, and when they were asked; empty if they were not asked."""
    with suppress(ParameterError, DataError):
        if is_prepared(name):
            from borgerlib.interest.store import read_summary  # imports pandas

            summary = read_summary(name)
            day = danish.long_date(date.fromisoformat(summary["respondents"]["survey_date"]))
            simulated = f"{danish.SIMULATED}: " if summary["respondents"]["simulated"] else ""
            return f"{simulated}{danish.number(summary['n'])} svar omkring {day}"
    return ""


def _region(name: str) -> str:
    # A manifest may name a municipality that no longer exists.
    with suppress(ParameterError):
        return municipality(name).region if name else ""
    return "Ukendt"


def _name(place: PlaceStatus) -> str:
    name = place.name or WHOLE_COUNTRY_NAME
    # A later wave has its own report, in addition to the one of 2021.
    wave = place.place.removeprefix(place_of(place.name)).strip("-")
    return f"{name} ({wave})" if wave else name


def _note(place: PlaceStatus, *, there: bool) -> str:
    if place.state == "done":
        return ""
    standing = "Den tidligere rapport står ved magt." if there else "Der er endnu ingen rapport."
    if place.state == "held":
        return f"Der blev fundet personoplysninger. {standing}"
    if place.state == "failed":
        return f"Den seneste kørsel gik ikke godt. {standing}"
    return standing


def _day_written(page: Path, report: Record | None) -> date | None:
    """Return the day of the run that wrote a page, else of the file; None if it has just been deleted."""
    if report and report.state == "done":
        with suppress(ValueError):
            return datetime.fromisoformat(report.started).astimezone().date()
    with suppress(OSError):
        return date.fromtimestamp(page.stat().st_mtime)
    return None


def is_ours(path: Path) -> bool:
    """Return whether a file is a page that borgerlib has written."""
    return path.suffix == ".html" and path.is_file() and _MARK in _head(path)


def _made_singly(folder: Path, known: set[str]) -> Iterator[PlaceStatus]:
    """Yield the reports of a folder that no batch made, by what their front pages say."""
    for page in sorted(folder.glob(f"[!.]*/{PAGE}")):
        found = _TITLE.search(_head(page).decode("utf-8", errors="replace")) if is_ours(page) else None
        name = unescape(found[1]) if found else ""
        # Skip a copy of this page itself, which has the same heading.
        if name not in ("", _ALL) and page.parent.name not in known:
            yield PlaceStatus(page.parent.name, "" if name == WHOLE_COUNTRY_NAME else name, "done", (), None)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(2000)
