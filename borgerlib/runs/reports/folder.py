"""Make a municipality's report: one folder of pages that opens anywhere, whole or not at all.

A reader never finds half a report: the old one stays until the new one is complete.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

from borgerlib import danish
from borgerlib.errors import RunError
from borgerlib.files.atomic import replacing_folder, unwritable
from borgerlib.files.look import Look, look_of
from borgerlib.lokaldemokrati.insights.cases import Case
from borgerlib.runs.pages.appendix import with_appendix
from borgerlib.runs.pages.export import export_page, read_pages
from borgerlib.runs.pages.figures import rendered
from borgerlib.runs.pages.formats.docx import write_docx
from borgerlib.runs.pages.formats.pdf import write_pdf
from borgerlib.runs.pages.formats.xlsx import write_tables_workbook
from borgerlib.runs.pages.overview_page import is_ours
from borgerlib.runs.pages.page import ExecutedPage, PageSetting, stylesheet
from borgerlib.runs.planning.contents import other_formats
from borgerlib.said import said


def write_report(
    municipality: str,
    notebooks: Sequence[Path],
    target: Path,
    *,
    day: date | None = None,
    title: str,
    source: str,
    introduction: str = "",
    cases: Sequence[Case] = (),
    include_code: bool = False,
    formats: Sequence[str] = ("html",),
    inside: Path | None = None,
    look: Look | None = None,
) -> Path:
    """Write the report of a municipality from its executed notebooks, replacing an older one.

    Parameters
    ----------
    municipality : str
        Its name; empty for the whole country.
    notebooks : sequence of Path
        Executed notebooks, each saying what its page is called (see `borgerlib.runs.pages.export`).
    target : Path
        The report's folder. Files of others in it, which are not part of the report, are kept.
    day : date, optional
        The date on the report; by default today, when it is whole: none of its parts says a later one.
    title, source, introduction : str
        Name of the report, where its numbers come from (for every page's foot), and a first paragraph.
    cases : sequence of Case
        Stories for the front page.
    include_code : bool
        Show the notebooks' code.
    formats : sequence of {"html", "pdf", "xlsx", "docx"}
        A PDF and a document of the pages and a workbook of their tables are written next to them; older ones
        that are not requested are deleted, because they show the older pages.
    inside : Path, optional
        A folder on the same disk to build in; by default that of the target.
    look : Look, optional
        The municipality's look; by default the one it has saved.

    Returns
    -------
    Path
        The report's ``index.html``.

    Raises
    ------
    RunError
        If a notebook cannot be made into a page, the folder holds something that is no report, or it
        cannot be written. An older report then stays as it was.
    """
    read = [page for path in notebooks for page in read_pages(path)]
    pages = with_appendix(sorted(read, key=lambda page: page.number))
    _refuse_same_name(pages)
    look, day = look_of(municipality) if look is None else look, day or date.today()
    if look.meeting and look.meeting < day:
        warnings.warn(
            f"The meeting in udseende.toml (moede = {look.meeting}) is before the report's day, {day}.",
            stacklevel=2,
        )
    where = look.name or municipality or "Hele landet"
    titled = f"{where} · {title}"
    target = target.resolve()
    links = {page.source_name: page.file_name for page in reversed(pages)}
    # Links to a further page of a notebook name its number.
    links |= {f"{page.source_name}#{page.number}": page.file_name for page in pages}
    with _written_to(target, municipality, inside) as folder:
        around = [None, *pages, None]
        for before, page, after in zip(around, pages, around[2:], strict=False):
            setting = PageSetting(title, where, danish.long_date(day), source, before, after, links, look)
            _write(folder / page.file_name, export_page(page, setting, include_code=include_code))
        setting = PageSetting(title, where, danish.long_date(day), source, look=look)
        _write(folder / "index.html", _front_page(pages, setting, cases, introduction))
        others = {kind: folder / name for kind, (_, name) in other_formats(municipality).items()}
        if "pdf" in formats:
            files = [folder / name for name in ("index.html", *(page.file_name for page in pages))]
            write_pdf(files, others["pdf"], day=day)
        if "xlsx" in formats:
            write_tables_workbook(pages, others["xlsx"], title=titled)
        if "docx" in formats:
            written = [(page, folder / page.file_name) for page in pages]
            front = folder / "index.html"
            write_docx(written, others["docx"], front=front, title=titled, day=day, look=look)
    return target / "index.html"


def _refuse_same_name(pages: Sequence[ExecutedPage]) -> None:
    names = [page.file_name for page in pages]
    twice = sorted({page.source_name for page in pages if names.count(page.file_name) > 1})
    if twice:
        raise RunError(
            f"The notebooks {', '.join(twice)} would write the same page.",
            hint="Give each its own number and slug.",
        )
    if not pages:
        raise RunError("A report needs at least one executed notebook.", hint="Run the notebooks first.")


def _front_page(
    pages: Sequence[ExecutedPage], setting: PageSetting, cases: Sequence[Case], introduction: str
) -> str:
    insights = [page for page in pages if page.part == "insight" and page.number]
    by_number = {page.number: page for page in pages}
    count = danish.capitalise(danish.small_number(len(insights)))
    return rendered(
        "front.html.j2",
        setting=setting,
        pages=pages,
        council=[page for page in pages if page.part == "council"],
        citizens=[page for page in pages if page.part == "citizens"],
        insights=insights,
        insights_heading=f"{count} {'indsigt' if len(insights) == 1 else 'indsigter'}",
        key_figures=[figure for page in pages for figure in page.key_figures],
        introduction=introduction,
        cases=[
            (case, [by_number[number] for number in case.insights if number in by_number]) for case in cases
        ],
        style=stylesheet(),
    )


def make_room(target: Path) -> None:
    """Make the parent folders of a report; refuse if it cannot be written or would mix with other files.

    Files that are not a report may be someone's documents.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=target.parent).close()
    except OSError as error:
        raise unwritable(target, error, what="The report", kind=RunError) from error
    if not target.exists():
        return
    if not target.is_dir():
        raise RunError(
            f"{target} is a file, and the report is a folder.", hint="Name another folder for the report."
        )
    # While another process replaces the folder, it has no front page for a moment: look several times.
    if all(_looks_foreign(target) for _ in range(5)):
        raise RunError(
            said("foreign_folder", folder=target),
            hint="Name an empty or new folder: writing the report there would mix the two.",
        )


def _looks_foreign(target: Path) -> bool:
    with suppress(FileNotFoundError):
        if any(target.iterdir()) and not is_ours(target / "index.html"):
            time.sleep(0.02)
            return True
    return False


@contextmanager
def _written_to(target: Path, municipality: str, inside: Path | None) -> Iterator[Path]:
    """Yield a folder to build in that then replaces the target; turn an OSError into a RunError."""
    made = {name for _, name in other_formats(municipality).values()}
    try:
        make_room(target)
        with replacing_folder(
            target, inside=inside, keep=lambda path: path.name not in made and not is_ours(path)
        ) as folder:
            yield folder
    except OSError as error:
        raise unwritable(target, error, what="The report", kind=RunError) from error


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
