"""What a user has decided about an export: a frozen state from which codebook, mapping and counts follow."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from borgerlib.errors import BorgerlibError
from borgerlib.survey.codebook.load import load_codebook, parse_codebook
from borgerlib.survey.codebook.matching import normalise
from borgerlib.survey.codebook.model import Codebook, Item, Kind
from borgerlib.survey.grid.workbook import sheet_names
from borgerlib.survey.importing.codebook_draft import codebook_text
from borgerlib.survey.importing.pieces import pieces_of
from borgerlib.survey.importing.question import MISSING, ImportedQuestion, one_option_a_sex
from borgerlib.survey.importing.questions import questions
from borgerlib.survey.mapping.coding import code_export
from borgerlib.survey.mapping.file import ItemMapping, Layout
from borgerlib.survey.mapping.file import Mapping as ColumnMapping
from borgerlib.survey.mapping.seen import Candidate, look
from borgerlib.survey.mapping.suggestion import mapping_toml, suggest_mapping, suggestion_of
from borgerlib.survey.readers.read import read_export
from borgerlib.survey.responses import Export, Responses

_MOST_OPTIONS = 60


@dataclass(frozen=True)
class Counted:
    """How often each option of a question is chosen, with the current decisions.

    Parameters
    ----------
    options : mapping of str to int
        Text → how many chose it; empty for a number, a date or a text.
    answered : int
        Respondents who answered.
    strange : int
        Answers that are not valid (no option, no number) and are left out.
    problem : BorgerlibError or None
        Why the question cannot be read with these decisions.
    """

    options: Mapping[str, int]
    answered: int = 0
    strange: int = 0
    problem: BorgerlibError | None = None


@dataclass(frozen=True)
class Decisions:
    """An export, and the questions that its columns are taken for.

    Parameters
    ----------
    path : Path
    export : Export
    asked : tuple of ImportedQuestion
        In the order of the file.
    sheet : str
        The worksheet that was named; '' for the default one.
    heading_rows : int, optional
        The number of heading rows, if it was given.
    sheets : tuple of str
        Worksheets of the file.
    """

    path: Path
    export: Export
    asked: tuple[ImportedQuestion, ...]
    sheet: str = ""
    heading_rows: int | None = None
    sheets: tuple[str, ...] = ()

    def mended(self, at: int, **changes: Any) -> Decisions:
        """Return the decisions with one question changed; that may also change its options."""
        before = self.asked[at]
        question = replace(before, **changes)
        no_sex_now = before.role == "sex" != question.role
        if no_sex_now or (question.kind, question.separator) != (before.kind, before.separator):
            question = replace(question, options=self._options(question), decided={})
        question = one_option_a_sex(question)
        return replace(self, asked=(*self.asked[:at], question, *self.asked[at + 1 :]))

    def together(self, at: int, other: int) -> Decisions:
        """Return the decisions with the columns of one question added to another of the same kind."""
        one, more = self.asked[other], self.asked[at]
        options = Counter(one.options)
        options.update(more.options)
        whole = replace(one, columns=(*one.columns, *more.columns), options=dict(options))
        whole = one_option_a_sex(replace(whole, decided={**more.decided, **one.decided}))
        asked = [whole if place == other else each for place, each in enumerate(self.asked) if place != at]
        return replace(self, asked=tuple(asked))

    def _options(self, question: ImportedQuestion) -> dict[str, int]:
        answers: Counter[str] = Counter()
        for name in question.columns:
            answers.update(look(self.export, self.export.column(name)).answers)
        if question.kind == "multiple" and question.separator:
            found = pieces_of(answers, question.separator).options
        elif question.kind == "single":
            found = dict(answers)
        else:
            return {}
        return dict(Counter(found).most_common(_MOST_OPTIONS))

    def codebook(self, survey: str) -> tuple[str, Codebook]:
        """Return the codebook of the questions that are kept, as TOML and parsed.

        Raises
        ------
        CodebookError
            Nothing is kept, or a question has no options.
        """
        text = codebook_text([each.settled for each in self.asked if not each.left_out], survey=survey)
        return text, parse_codebook(tomllib.loads(text), source=survey)

    def mapping(self, codebook: Codebook) -> ColumnMapping:
        """Return which column feeds which item of `codebook`, which must be made from these decisions."""
        kept = [each for each in self.asked if not each.left_out]
        entries = (self._entry(question, item) for question, item in zip(kept, codebook, strict=True))
        return ColumnMapping(codebook.id, tuple(entries), (), self.sheet, self.heading_rows)

    def _entry(self, question: ImportedQuestion, item: Item) -> ItemMapping:
        ids = {normalise(option.text): option.id for option in item.options}
        absent = (*question.absent, *(text for text, to in question.decided.items() if to == MISSING))
        values = {
            text: ids[normalise(question.final(text))]
            for text in question.decided
            if question.final(text) not in ("", text)
        }
        layout: Layout = "ranked" if question.ranked else "joined" if question.separator else "indicators"
        layout = layout if question.kind == "multiple" else "value"
        if layout != "indicators":
            separator = question.separator if layout == "joined" else ""
            return ItemMapping(item.id, question.columns, layout, {}, values, separator, absent)
        fed = {}
        for name in question.columns:
            column = self.export.column(name)
            if final := question.final(column.choice or column.label):
                fed[name] = ids[normalise(final)]
        return ItemMapping(item.id, tuple(fed), "indicators", options=fed, missing=question.absent)

    def counts(self, at: int) -> Counted:
        """Return how often each option of a question is chosen, by the code that will read the export."""
        try:
            alone = replace(self, asked=(replace(self.asked[at], left_out=False),))
            _, book = alone.codebook("x")
            responses = code_export(self.export, book, alone.mapping(book))
        except BorgerlibError as error:
            return Counted({}, problem=error)
        item = book.items[0]
        own = {"two_answers", "written_in", "passed_over", "formula", "error_cell", "text_too_long"}
        strange = int((~responses.problems["rule"].isin(own)).sum())
        answered = int(responses.frame[item.columns].notna().any(axis=1).sum())
        return Counted(_chosen(responses, item), answered, strange)

    def fits(self, survey: str) -> bool:
        """Return whether the unchanged file asks what a shipped survey asks: no decision is needed."""
        book = load_codebook(survey)
        try:
            suggest_mapping(self.export, book).require_sure(book)
        except BorgerlibError:
            return False
        return not self.sheet and self.heading_rows is None

    def files(self, survey: str) -> tuple[str, str]:
        """Return codebook and mapping as TOML, as the commands read them."""
        text, book = self.codebook(survey)
        mapping = self.mapping(book)
        used = {name for entry in mapping.items for name in entry.columns}
        unused = [text for name, text in self.export.lasting_names().items() if name not in used]
        decided = {entry.item: Candidate(entry, 1.0, True, "decided") for entry in mapping.items}
        whole = suggestion_of(book, decided, {}, unused)
        return text, mapping_toml(replace(whole, mapping=mapping.renamed(self.export.lasting_names())))


def _chosen(responses: Responses, item: Item) -> dict[str, int]:
    frame = responses.frame
    if item.kind == "multiple":
        columns = zip(item.options, item.columns, strict=True)
        return {option.text: int((frame[column] == 1).sum()) for option, column in columns}
    return {option.text: int((frame[item.id] == option.id).sum()) for option in item.options}


def open_decisions(path: str | Path, *, sheet: str = "", heading_rows: int | None = None) -> Decisions:
    """Read an export, with each question as it seems to be.

    Parameters
    ----------
    path, sheet, heading_rows :
        As `borgerlib.survey.readers.read_export`.

    Raises
    ------
    DataError
        As `borgerlib.survey.readers.read_export`.
    """
    path, export = Path(path), read_export(path, sheet=sheet, heading_rows=heading_rows)
    book = path / export.source.files[0] if path.is_dir() else path
    sheets = sheet_names(book) if export.source.sheet else ()
    return Decisions(path, export, tuple(questions(export)), sheet, heading_rows, sheets)


def kinds_for(question: ImportedQuestion) -> tuple[Kind, ...]:
    """Return the kinds a question may have: ticks in separate columns are always multiple choice."""
    if len(question.columns) > 1 and question.kind == "multiple" and not question.separator:
        return ("multiple",)
    return ("single", "multiple", "number", "date", "text")
