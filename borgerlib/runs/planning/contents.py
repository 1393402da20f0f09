"""What a report is made of: its folder, its notebooks, the formats it is written in."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from borgerlib import danish, places
from borgerlib.errors import ParameterError, RunError, unknown_name
from borgerlib.interest.prepared import compared_with, is_prepared

WHOLE_COUNTRY, WHOLE_COUNTRY_NAME = "hele-landet", "Hele landet"
CITIZENS = "borger_interesse.ipynb"
COMPARED = "sammenlign.ipynb"
COUNCIL = "til_byraadet.ipynb"
FORMATS = ("html", "pdf", "xlsx", "docx")
_FILES = {
    "pdf": ("PDF", "{}.pdf"),
    "xlsx": ("Tabeller (XLSX)", "{}-tabeller.xlsx"),
    "docx": ("Dokument (DOCX)", "{}.docx"),
}


def place_of(name: str) -> str:
    """Return the folder of a municipality's report; the name is empty for the whole country."""
    return danish.slug(name) or WHOLE_COUNTRY


def other_formats(name: str) -> dict[str, tuple[str, str]]:
    """Return the files that a report may have in addition to its pages: format → (Danish word, file name)."""
    return {kind: (word, file.format(place_of(name))) for kind, (word, file) in _FILES.items()}


def report_notebooks(name: str) -> list[Path]:
    """Return the notebooks of a report.

    The council's, the insights', the citizens' if their survey is prepared, and then the comparison, if the
    municipality also keeps an earlier wave or its council's targets.
    """
    council = [places.notebooks() / COUNCIL] if name else []
    citizens = [places.notebooks() / CITIZENS] if name and is_prepared(name) else []
    compared = citizens and any(path.exists() for path in compared_with(name))
    return [*council, *insight_notebooks(), *citizens, *([places.notebooks() / COMPARED] if compared else [])]


@cache
def insight_notebooks() -> tuple[Path, ...]:
    """Return the overview and the ten insights, in order."""
    found = tuple(sorted(places.notebooks().glob("[01][0-9]_*.ipynb")))
    if not found:
        raise RunError(
            f"There are no notebooks in {places.notebooks()}.",
            hint="They ship with borgerlib: reinstall it, or restore them with 'git checkout notebooks'.",
        )
    return found


def read_formats(given: Iterable[str]) -> tuple[str, ...]:
    """Return the requested formats, always including html: the other formats are made from the pages.

    Raises
    ------
    ParameterError
        One is unknown.
    """
    wanted = {part.strip().lower() for entry in given for part in entry.split(",") if part.strip()}
    problems = [unknown_name("format", part, FORMATS) for part in sorted(wanted - set(FORMATS))]
    if problems:
        raise ParameterError("Nothing was run:", problems=problems, hint="--format html,pdf,xlsx,docx")
    return tuple(name for name in FORMATS if name in wanted | {"html"})
