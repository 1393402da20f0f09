"""Write a codebook from an export: what it seems to ask, for a person to check."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from zlib import crc32

from borgerlib.danish import slug
from borgerlib.errors import DataError
from borgerlib.files.toml import UNSURE, comment, quoted, write_new
from borgerlib.said import said
from borgerlib.survey.codebook.matching import SEXES, is_other, no_opinion, normalise, uncoded
from borgerlib.survey.importing.question import OTHER, ImportedQuestion, first_word
from borgerlib.survey.importing.questions import questions
from borgerlib.survey.importing.scales import steps
from borgerlib.survey.responses import PLATFORM, Export

_HEAD = """\
# What the export seems to ask. Look at every line marked UNSURE, at texts, kinds and roles, and delete the
# questions that nobody needs. A role says what a question is for: age, sex, area, topics, … (data/README.md).
# The number behind an option is how many chose it.
"""
_LONGEST_ID = 32
_FEWEST = 2
_NONE = re.compile(r"(ingen|intet|inget|none|keine?s?)( af| av| of|\b)", re.IGNORECASE)
# The option ids that the statistics use, and the first words of their texts.
_IDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sex": SEXES,
    "consent": {"ja": ("ja", "yes"), "nej": ("nej", "nei", "no", "nein")},
}


def draft_codebook(export: Export, *, survey: str) -> str:
    """Return a codebook (TOML) of what an export seems to ask.

    Parameters
    ----------
    export : Export
    survey : str
        Id and title of the survey.

    Raises
    ------
    DataError
        There is only one respondent, or there are only numbers: what was asked is unknown.
    """
    asked = questions(export)
    _refuse_what_tells_nothing(export, asked)
    parts = [_HEAD, codebook_text(asked, survey=survey)]
    own = [column.name for column in export.columns if column.role == PLATFORM]
    if own:
        parts.append(
            "# Columns of the platform, left out:\n" + "".join(f"#   {comment(name)}\n" for name in own)
        )
    return "\n".join(parts)


def codebook_text(asked: Sequence[ImportedQuestion], *, survey: str) -> str:
    """Return questions as a codebook (TOML)."""
    parts = [f"[survey]\nid = {quoted(_name(survey, set()))}\ntitle = {quoted(survey)}\n"]
    taken: set[str] = set()
    return "\n".join([*parts, *(_item(question, taken) for question in asked)])


def _refuse_what_tells_nothing(export: Export, asked: Sequence[ImportedQuestion]) -> None:
    file = ", ".join(export.source.files)
    if len(export.frame) < _FEWEST:
        raise DataError(said("single_respondent", file=file))
    numbers = all(question.kind in ("number", "date") or question.role == "id" for question in asked)
    if numbers and not any(column.labels for column in export.columns):
        raise DataError(said("numbers_alone", file=file))


def write_draft(export: Export, path: str | Path) -> Path:
    """Write `draft_codebook` to a file and return its path; the survey is named after the file.

    Raises
    ------
    DataError
        As for `draft_codebook`; or the file already exists, or cannot be written.
    """
    path = Path(path)
    return write_new(path, draft_codebook(export, survey=path.stem))


def _item(question: ImportedQuestion, taken: set[str]) -> str:
    text = question.text.strip() or question.columns[0]
    lines = [f"# {UNSURE}: {comment(doubt)}" for doubt in question.doubts]
    lines += ["[[item]]", f"id = {quoted(_name(text, taken))}", f"text = {quoted(text)}"]
    if question.heading and len(question.columns) == 1 and normalise(question.heading) != normalise(text):
        lines.append(f"aliases = [{quoted(question.heading)}]")
    lines.append(f"kind = {quoted(question.kind)}")
    if question.role:
        lines.append(f"role = {quoted(question.role)}  # guessed")
    options = list(_distinct(question.options.items()))
    if question.kind == "single" and (in_order := steps(options, role=question.role)):
        lines.append("ordered = true  # guessed")
        options = in_order
    if options:
        lines += ["options = [", *_options(question, options), "]"]
    return "\n".join(lines) + "\n"


def _options(question: ImportedQuestion, options: Sequence[tuple[str, int]]) -> Iterator[str]:
    taken: set[str] = set()
    others = (text for text, _ in options if is_other(text)) if question.own_words else ()
    own_option = next(iter(others), "")
    alike = Counter(_plain(text) for text, _ in options)
    for text, count in options:
        # Options are sorted by frequency, which changes with the next wave: ids must not depend on the order.
        own = f"_{crc32(normalise(text).encode()):08x}" if alike[_plain(text)] > 1 else ""
        name = _known(text, _IDS.get(question.role, {}), taken) or _name(text, taken, own)
        kind = no_opinion(uncoded(text))
        more = f', missing = "{kind}"' if kind else ""
        if text == own_option or question.decided.get(text) == OTHER:
            more = ", other = true"
        elif text in question.declared and not more:
            more = ', missing = "not_relevant"'
        if question.kind == "multiple" and _NONE.match(uncoded(text)):
            more += ", exclusive = true"
        yield f"  {{ id = {quoted(name)}, text = {quoted(text)}{more} }},  # {count}"
    if question.own_words and not own_option:
        yield f'  {{ id = {quoted(_name("eget svar", taken))}, text = "Andet (eget svar)", other = true }},'


def _distinct(options: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """Yield each text once, in its tidiest spelling: 'Helt enig' of 'HELT ENIG' and 'Helt enig'."""
    alike: dict[str, Counter[str]] = {}
    for text, count in options:
        alike.setdefault(normalise(text), Counter())[text] += count
    for texts in alike.values():
        yield (
            max(texts, key=lambda text: (text[:1].isupper(), not text.isupper(), texts[text])),
            texts.total(),
        )


def _known(text: str, words: Mapping[str, tuple[str, ...]], taken: set[str]) -> str:
    """Return the option id that the statistics use, if the text begins with one of its words."""
    first = first_word(text)
    found = next((name for name, known in words.items() if first in known and name not in taken), "")
    taken.update({found} - {""})
    return found


def _plain(text: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", slug(text)[:_LONGEST_ID]).strip("_")
    return plain if plain[:1].isalpha() else f"n_{plain}".strip("_")


def _name(text: str, taken: set[str], own: str = "") -> str:
    """Return a legal id for a text, with the ending `own`, and add it to `taken`."""
    name = _plain(text) + own
    number = 1
    unique = name
    while unique in taken:
        number += 1
        unique = f"{name}_{number}"
    taken.add(unique)
    return unique
