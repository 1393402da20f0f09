"""A municipality's own codebook: copied from one that ships, edited, checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from borgerlib import places
from borgerlib.errors import CodebookError, DataError
from borgerlib.files.toml import write_new
from borgerlib.interest.prepare.notes import unsure_lines, without_role
from borgerlib.population.table import SEXES
from borgerlib.said import said
from borgerlib.survey.codebook.age_options import age_option_problems, banded_item
from borgerlib.survey.codebook.load import codebook_file, load_codebook
from borgerlib.survey.codebook.model import Codebook

_WHAT_FOR = {
    "sex": "nothing is shown or weighted by sex",
    "age": "nothing is shown or weighted by age",
    "topics": "nothing is said of the topics people care about",
    "id": "the same respondent answering twice is not found by id",
    "submitted": "the survey's date must be given with --date, and speeding is not seen",
    "started": "speeding is not seen",
    "area": "nothing is shown or weighted by area",
    "time": "nothing is said of how much time people would give",
    "formats": "nothing is said of the formats people prefer",
    "consent": "nobody may be contacted",
}
_AGES = (
    "Say beside the text which ages an option stands for, each age in one of them and the oldest open above: "
    'text = "15-25 år", short = "15-24". Or delete the role: then nothing is shown or weighted by age.'
)
_TAGS = {"topics": ("climate", "welfare"), "formats": ("co_creation", "digital"), "area_type": ("town",)}

_KINDS = {
    "id": ("text",),
    "age": ("number", "single"),
    "age_group": ("single",),
    "birth_year": ("number",),
    "sex": ("single",),
    "area": ("text", "single"),
    "area_type": ("single",),
    "started": ("date",),
    "submitted": ("date",),
    "free_text": ("text",),
    "consent": ("single",),
}


def refuse_unusable(book: Codebook, problems: Sequence[str] = ()) -> None:
    """Raise `CodebookError` if kinds do not suit roles, age bands are unusable, or `problems` are given."""
    kinds = [
        said("wrong_kind", item=item.id, role=item.role, kind=item.kind, legal=" or ".join(_KINDS[item.role]))
        for item in book
        if item.role in _KINDS and item.kind not in _KINDS[item.role]
    ]
    age = banded_item(book)
    bands = age_option_problems(age) if age is not None else []
    if found := [*kinds, *bands, *problems]:
        raise CodebookError(
            said("unusable_codebook", codebook=book.id),
            problems=found,
            hint=_AGES if bands else "",
        )


def _tags(book: Codebook) -> list[str]:
    """Return what each tag is on, of the questions that are there."""
    notes = []
    for role, tags in _TAGS.items():
        item = book.with_role(role)
        for tag in tags if item else ():
            shorts = [option.short for option in item.options if tag in option.tags] if item else []
            lost = "none, so the report's figure on it is not drawn (give options tags = [\"" + tag + '"])'
            notes.append(f"tag '{tag}' of '{role}': {', '.join(shorts) or lost}")
    return notes


def new_codebook(file: str | Path, *, survey: str = "borgerinteresse") -> Path:
    """Copy a codebook that ships with the package to a file that can be edited.

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
    """Check a codebook for the citizens' survey; list what is left in doubt, and what roles are missing for.

    Raises
    ------
    CodebookError
        It breaks rules, or asks for sex or age in a way that the statistics cannot use; all is listed.
    """
    book = load_codebook(codebook)
    problems: list[str] = []
    sex = book.with_role("sex")
    if sex is not None:
        legal = {option.id for option in sex.options}
        problems += [said("no_sex_option", item=sex.id, option=name) for name in SEXES if name not in legal]
    refuse_unusable(book, problems)
    asks_age = any(book.with_role(role) for role in ("age", "age_group", "birth_year"))
    remarks: list[str] = [*unsure_lines(codebook_file(codebook)), *without_role(book)]
    remarks += [
        f"no item has the role '{role}': {lost}"
        for role, lost in _WHAT_FOR.items()
        if book.with_role(role) is None and not (role == "age" and asks_age)
    ]
    remarks += _tags(book)
    if not any(book.with_role(role) for role in ("sex", "area", "area_type")) and not asks_age:
        remarks.append("there is nothing to weight by: prepare it with --unweighted")
    return book, remarks
