"""A municipality's own codebook: copied from one that ships, edited, checked."""

from __future__ import annotations

from pathlib import Path

from borgerlib import places
from borgerlib.errors import CodebookError, DataError
from borgerlib.files.toml import write_new
from borgerlib.population.table import SEXES
from borgerlib.survey.codebook.model import Codebook, load_codebook

_WHAT_FOR = {
    "id": "the same respondent answering twice is not found by id",
    "submitted": "the survey's date must be given with --date, and speeding is not seen",
    "started": "speeding is not seen",
    "area": "nothing is shown or weighted by area",
    "time": "nothing is said of how much time people would give",
    "formats": "nothing is said of the formats people prefer",
    "consent": "nobody may be contacted",
}


_KINDS = {
    "id": ("text",),
    "age": ("number",),
    "birth_year": ("number",),
    "sex": ("single",),
    "area": ("text", "single"),
    "area_type": ("single",),
    "started": ("date",),
    "submitted": ("date",),
    "free_text": ("text",),
    "consent": ("single",),
}


def wrong_kinds(book: Codebook) -> list[str]:
    """Return which items are of a kind that their role cannot be, as an age that is asked in bands."""
    return [
        f"item '{item.id}' has the role {item.role} but the kind {item.kind}; it must be "
        f"{' or '.join(_KINDS[item.role])}"
        for item in book
        if item.role in _KINDS and item.kind not in _KINDS[item.role]
    ]


def new_codebook(file: str | Path, *, survey: str = "borgerinteresse") -> Path:
    """Copy a codebook that ships to a file of one's own.

    Raises
    ------
    DataError
        The file is there already, is no .toml, or cannot be written.
    CodebookError
        No survey of that name ships.
    """
    path = Path(file)
    if path.suffix != ".toml":
        raise DataError(f"{path} should end in .toml: a codebook is a TOML file.")
    load_codebook(survey)
    return write_new(path, places.raw_data(survey, "codebook.toml").read_text(encoding="utf-8"))


def check_codebook(codebook: str | Path) -> tuple[Codebook, list[str]]:
    """Check a codebook for the citizens' survey, and say what it cannot do for want of a role.

    Raises
    ------
    CodebookError
        It breaks rules, or lacks what the statistics cannot do without; all is listed.
    """
    book = load_codebook(codebook)
    problems = wrong_kinds(book)
    if book.with_role("sex") is None:
        problems.append("no item has the role 'sex'")
    if book.with_role("age") is None and book.with_role("birth_year") is None:
        problems.append("no item has the role 'age' or 'birth_year'")
    if book.with_role("topics") is None:
        problems.append("no item has the role 'topics'")
    sex = book.with_role("sex")
    if sex is not None:
        legal = {option.id for option in sex.options}
        problems += [
            f"item '{sex.id}' has no option '{name}', which the population is counted by"
            for name in SEXES
            if name not in legal
        ]
    if problems:
        raise CodebookError(f"The codebook '{book.id}' cannot serve the citizens' survey:", problems=problems)
    return book, [
        f"no item has the role '{role}': {lost}"
        for role, lost in _WHAT_FOR.items()
        if book.with_role(role) is None
    ]
