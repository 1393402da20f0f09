"""Make a municipality's report: one folder of pages that opens anywhere, whole or not at all.

The folder is built beside its place and put there by one rename, so a reader never meets half a report,
and the old one stands until the new one is complete.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from borgerlib import danish
from borgerlib.errors import RunError
from borgerlib.runs.pages.export import (
    ExecutedPage,
    PageSetting,
    export_page,
    read_page,
    stylesheet,
)
from borgerlib.runs.pages.figures import templates

_MARK = '<meta name="generator" content="borgerlib">'
_ENDING = ".part"
_TRIES = 20
_ABANDONED_SECONDS = 3600
_EXCHANGE = 2
_AT_WORKING_FOLDER = -100


@dataclass(frozen=True)
class ReportCase:
    """A municipality's story on the front page.

    Parameters
    ----------
    municipality, title, text : str
        Danish.
    insights : tuple of int
        Numbers of the insights that it bears on.
    facts : tuple of (str, str)
        What is told in numbers: label and value.
    note : str
        Under the links.
    """

    municipality: str
    title: str
    text: str
    insights: tuple[int, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    note: str = ""

    @property
    def anchor(self) -> str:
        """Name of the case in an address: ``index.html#case-furesoe``."""
        return f"case-{danish.slug(self.municipality)}"


def write_report(
    municipality: str,
    notebooks: Sequence[Path],
    target: Path,
    *,
    day: date,
    title: str,
    source: str,
    introduction: str = "",
    cases: Sequence[ReportCase] = (),
    include_code: bool = False,
) -> Path:
    """Write the report of a municipality from its executed notebooks, replacing an older one.

    Parameters
    ----------
    municipality : str
        Its name; empty for the whole country.
    notebooks : sequence of Path
        Executed notebooks, each saying what its page is called (see `borgerlib.runs.pages.export`).
    target : Path
        The report's folder. What others have put there besides the report is kept.
    day : date
        The date on the report.
    title, source, introduction : str
        Name of the report, where its numbers come from (for every page's foot), and a first paragraph.
    cases : sequence of ReportCase
        Stories for the front page.
    include_code : bool
        Show the notebooks' code.

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
    pages = sorted((read_page(path) for path in notebooks), key=lambda page: page.number)
    _refuse_same_name(pages)
    where = municipality or "Hele landet"
    target = target.resolve()
    links = {page.source_name: page.file_name for page in pages}
    with _written_to(target) as folder:
        for position, page in enumerate(pages):
            before, after = _neighbours(pages, position)
            setting = PageSetting(title, where, danish.long_date(day), source, before, after, links)
            _write(folder / page.file_name, export_page(page, setting, include_code=include_code))
        setting = PageSetting(title, where, danish.long_date(day), source)
        _write(folder / "index.html", _front_page(pages, setting, cases, introduction))
        _keep_foreign_files(target, folder)
        _put_in_place(folder, target)
    return target / "index.html"


def _neighbours(
    pages: Sequence[ExecutedPage], position: int
) -> tuple[ExecutedPage | None, ExecutedPage | None]:
    """Return the pages before and after the one at `position`, where there are any."""
    before = pages[position - 1] if position > 0 else None
    after = pages[position + 1] if position + 1 < len(pages) else None
    return before, after


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
    pages: Sequence[ExecutedPage], setting: PageSetting, cases: Sequence[ReportCase], introduction: str
) -> str:
    insights = [page for page in pages if page.number > 0]
    by_number = {page.number: page for page in pages}
    count = danish.capitalise(danish.small_number(len(insights)))
    return (
        templates()
        .get_template("front.html.j2")
        .render(
            setting=setting,
            pages=pages,
            insights=insights,
            insights_heading=f"{count} {'indsigt' if len(insights) == 1 else 'indsigter'}",
            key_figures=[figure for page in pages for figure in page.key_figures],
            introduction=introduction,
            cases=[
                {
                    "anchor": case.anchor,
                    "municipality": case.municipality,
                    "title": case.title,
                    "text": case.text,
                    "facts": case.facts,
                    "note": case.note,
                    "pages": [by_number[number] for number in case.insights if number in by_number],
                }
                for case in cases
            ],
            style=stylesheet(),
        )
    )


def _is_ours(path: Path) -> bool:
    if path.suffix != ".html" or not path.is_file():
        return False
    with path.open("rb") as file:
        return _MARK.encode() in file.read(2000)


def refuse_foreign_folder(target: Path) -> None:
    """Refuse to replace a folder that holds files but no report: it may be someone's documents."""
    if not target.exists():
        return
    if not target.is_dir():
        raise RunError(
            f"{target} is a file, and the report is a folder.", hint="Name another folder for the report."
        )
    if any(target.iterdir()) and not _is_ours(target / "index.html"):
        raise RunError(
            f"The folder {target} holds files that are not a report.",
            hint="Name an empty or new folder: writing the report there would mix the two.",
        )


def _keep_foreign_files(target: Path, folder: Path) -> None:
    if not target.is_dir():
        return
    for path in target.iterdir():
        if not _is_ours(path) and not (folder / path.name).exists():
            copy = shutil.copytree if path.is_dir() else shutil.copy2
            copy(path, folder / path.name)


@contextmanager
def _written_to(target: Path) -> Iterator[Path]:
    """Give a folder beside the target to build in; remove it afterwards, and put trouble into a sentence."""
    folder = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{_ENDING}")
    try:
        refuse_foreign_folder(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        folder.mkdir()
        yield folder
    except OSError as error:
        raise RunError(
            f"The report cannot be written to {target}: {error.strerror or error}.",
            hint="Choose a folder that you may write to, on a disk with room.",
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _put_in_place(folder: Path, target: Path) -> None:
    """Let the new folder take the target's name, in one step where the system can."""
    for _ in range(_TRIES):
        if _exchange(folder, target):
            return
        old = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}{_ENDING}")
        with suppress(FileNotFoundError):
            os.rename(target, old)
        try:
            os.rename(folder, target)
        except OSError:
            if not target.exists():
                if old.exists():
                    os.rename(old, target)
                raise
            # Another writer was faster: its report is now the old one.
        finally:
            shutil.rmtree(old, ignore_errors=True)
        if not folder.exists():
            return
    raise RunError(
        f"The report {target} is being written by others all the time.", hint="Wait for them, and try again."
    )


def _sweep(target: Path) -> None:
    """Remove what writers that were killed have left beside the target."""
    for path in target.parent.glob(f".{target.name}.*{_ENDING}"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step where the system can (Linux); return False where it cannot."""
    if not sys.platform.startswith("linux"):
        return False
    with suppress(AttributeError, OSError):
        call = ctypes.CDLL(None).renameat2
        done: int = call(
            _AT_WORKING_FOLDER, os.fsencode(one), _AT_WORKING_FOLDER, os.fsencode(other), _EXCHANGE
        )
        return done == 0
    return False
