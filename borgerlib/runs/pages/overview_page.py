"""The page over all municipalities' reports: one row each, to search in, readable without scripts."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from borgerlib import danish
from borgerlib.errors import RunError
from borgerlib.population.municipalities import municipality
from borgerlib.runs.planning.manifest import History
from borgerlib.runs.planning.status import PlaceStatus, status

PAGE = "index.html"
TITLE = "Lokaldemokrati i tal"
SOURCE = "Siden er lavet af borgerlib efter hver kørsel."
_MARK = b'<meta name="generator" content="borgerlib">'
_WORDS = {
    "done": "Klar",
    "failed": "Fejlede",
    "held": "Holdt tilbage",
    "unfinished": "Undervejs",
}


@dataclass(frozen=True)
class OverviewRow:
    """A municipality as the page shows it.

    Attributes
    ----------
    name, region : str
        Its name, and its region.
    link : str
        Address of its report; empty where there is none.
    state, state_word : str
        As `PlaceStatus.state`, and in Danish.
    note : str
        What a reader should know: an older report stands, personal data were found.
    day, day_text : str
        When the report was written, for sorting and for reading; empty where there is none.
    others : tuple of (str, str)
        The report in other formats: name and address.
    """

    name: str
    region: str
    link: str
    state: str
    state_word: str
    note: str
    day: str
    day_text: str
    others: tuple[tuple[str, str], ...]


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
    if target.exists() and not _is_ours(target):
        raise RunError(
            f"{target} is not a page of borgerlib, so the overview of reports was not written over it.",
            hint="Move it away, or choose another folder with --out.",
        )
    text = overview_html(overview_rows(folder, history), day=day or date.today())
    beside = folder / f".{PAGE}.{uuid.uuid4().hex[:8]}.part"
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except OSError as error:
        raise RunError(f"The overview {target} cannot be written: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            beside.unlink()
    return target


def overview_is_missing(folder: Path) -> bool:
    """Return whether the folder has no page at all by the overview's name."""
    return not (folder / PAGE).exists()


def overview_rows(folder: Path, history: History) -> list[OverviewRow]:
    """Return the municipalities of a manifest as the page shows them, the whole country first."""
    rows = [_row(folder, place) for place in status(history).places]
    return sorted(rows, key=lambda row: (row.region != "", danish.sort_key(row.name)))


def overview_html(rows: list[OverviewRow], *, day: date) -> str:
    """Return the page: offline, with its one script inside, and whole without it."""
    from borgerlib.runs.pages.export import PageSetting, stylesheet
    from borgerlib.runs.pages.figures import TEMPLATES, templates

    ready = sum(row.state == "done" for row in rows)
    own_style = (TEMPLATES / "pages" / "overview.css").read_text(encoding="utf-8")
    return (
        templates()
        .get_template("overview.html.j2")
        .render(
            rows=rows,
            summary=_summary(len(rows), ready),
            states=[(state, word) for state, word in _WORDS.items() if any(r.state == state for r in rows)],
            setting=PageSetting(TITLE, "Alle rapporter", danish.long_date(day), SOURCE),
            style=f"{stylesheet()}\n{own_style}",
        )
    )


def _summary(total: int, ready: int) -> str:
    if not total:
        return "Der er endnu ingen rapporter."
    reports = "1 rapport" if total == 1 else f"{danish.number(total)} rapporter"
    if ready == total:
        return f"{reports}, {'den er' if total == 1 else 'alle'} klar."
    return f"{reports}, heraf {danish.number(ready)} klar."


def _row(folder: Path, place: PlaceStatus) -> OverviewRow:
    there = (folder / place.place / PAGE).exists()
    written = _day(place.report.started) if there and place.report and place.report.state == "done" else None
    if there and written is None:
        written = _file_day(folder / place.place / PAGE)
    return OverviewRow(
        name=place.name or "Hele landet",
        region=municipality(place.name).region if place.name else "",
        link=f"{place.place}/{PAGE}" if there else "",
        state=place.state,
        state_word=_WORDS[place.state],
        note=_note(place, there=there),
        day=written.isoformat() if written else "",
        day_text=danish.long_date(written) if written else "",
        others=tuple(
            (word, f"{place.place}/{place.place}{ending}")
            for word, ending in (("PDF", ".pdf"), ("Tabeller (XLSX)", "-tabeller.xlsx"))
            if (folder / place.place / f"{place.place}{ending}").exists()
        ),
    )


def _note(place: PlaceStatus, *, there: bool) -> str:
    if place.state == "done":
        return ""
    standing = "Den tidligere rapport står ved magt." if there else "Der er endnu ingen rapport."
    if place.state == "held":
        return f"Der blev fundet personoplysninger. {standing}"
    if place.state == "failed":
        return f"Den seneste kørsel gik ikke godt. {standing}"
    return standing


def _day(moment: str) -> date | None:
    try:
        return datetime.fromisoformat(moment).astimezone().date()
    except ValueError:
        return None


def _file_day(path: Path) -> date | None:
    try:
        return date.fromtimestamp(path.stat().st_mtime)
    except OSError:
        return None


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK in file.read(2000)
