"""A municipality's report from its executed notebooks, in every format asked for, put in place at once."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from borgerlib import danish
from borgerlib.interest.answers.local_survey import LocalSurvey, is_prepared
from borgerlib.lokaldemokrati.insights.cases import load_cases
from borgerlib.lokaldemokrati.leaders import LeadersSurvey, open_leaders_survey
from borgerlib.lokaldemokrati.published.numbers import SURVEY
from borgerlib.runs.reports import folder as report
from borgerlib.runs.reports import leaders_report
from borgerlib.view.citizens.in_insights import open_citizens

FORMATS = ("html", "pdf", "xlsx")


def write_municipality_report(
    name: str, notebooks: Sequence[Path], target: Path, *, work: Path, day: date, formats: Sequence[str]
) -> Path:
    """Write the report of a municipality.

    Parameters
    ----------
    name : str
        The municipality; empty for the whole country.
    notebooks : sequence of Path
        Its executed notebooks.
    target : Path
        The report's folder. An older report is replaced whole, its PDF and XLSX included.
    work : Path
        An empty folder on the same disk, to build in.
    day : date
        The date on the report.
    formats : sequence of {"html", "pdf", "xlsx"}
        The pages are always written; the other two stand beside them.

    Returns
    -------
    Path
        The report's ``index.html``.

    Raises
    ------
    RunError
        As `borgerlib.runs.reports.folder.write_report`. An older report then stays as it was.
    """
    report.refuse_foreign_folder(target)
    built = work / target.name
    citizens = _citizens(name)
    sources = [_national().estimates.source, citizens.estimates.source if citizens else ""]
    report.write_report(
        name,
        notebooks,
        built,
        day=day,
        title=leaders_report.TITLE,
        source=" ".join(filter(None, sources)),
        introduction=leaders_report._introduction(name, citizens),
        cases=[leaders_report._told(case) for case in load_cases()],
    )
    if "pdf" in formats:
        from borgerlib.runs.pages.pdf import write_pdf

        write_pdf(built, built / pdf_name(name), day=day)
    if "xlsx" in formats:
        from borgerlib.runs.pages.xlsx import write_tables_workbook

        write_tables_workbook(notebooks, built / xlsx_name(name))
    _swap(built, target, name)
    return target / "index.html"


def pdf_name(name: str) -> str:
    """Return the name of a report's PDF."""
    return f"{place_of(name)}.pdf"


def xlsx_name(name: str) -> str:
    """Return the name of a report's workbook of tables."""
    return f"{place_of(name)}-tabeller.xlsx"


def place_of(name: str) -> str:
    """Return the folder of a municipality's report."""
    return danish.slug(name) or leaders_report.WHOLE_COUNTRY


def _swap(built: Path, target: Path, name: str) -> None:
    """Put the built report in place; keep what others have put beside the old one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    absent = [path for path in (pdf_name(name), xlsx_name(name)) if not (built / path).exists()]
    report._keep_foreign_files(target, built)
    for stale in absent:
        # Made from the pages that are now replaced.
        (built / stale).unlink(missing_ok=True)
    report._put_in_place(built, target)
    shutil.rmtree(built, ignore_errors=True)


@lru_cache(maxsize=1)
def _national() -> LeadersSurvey:
    return open_leaders_survey(SURVEY)


def _citizens(name: str) -> LocalSurvey | None:
    return open_citizens(name) if name and is_prepared(name) else None
