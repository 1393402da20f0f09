"""Recognise an export of one of our forms: its headings are known, so no column has to be guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from borgerlib.errors import CodebookError
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.form.names import (
    MARK,
    OWN_ID,
    answer_codes,
    limesurvey_codes,
    odk_names,
    subquestion_codes,
)
from borgerlib.survey.form.questionnaire import FormQuestion, Questionnaire, questionnaire
from borgerlib.survey.form.texts import DANISH, load_texts
from borgerlib.survey.grid.cells import one_line
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.responses import Export

# Our page puts an apostrophe before a text that a spreadsheet would take for a formula.
_QUOTED_FORMULA = r"\A'(?='*[=+\-@])"
_POINT = r"\A(-?\d+)\.(\d+)\Z"
_LIMESURVEY, _SURVEYJS = "LimeSurvey", "SurveyJS"


def recognised(
    export: Export, codebook: Codebook, *, areas: Sequence[str] = ()
) -> tuple[Export, Mapping] | None:
    """Return export and mapping for the export of a form made from the codebook; None if it is not one.

    It is one if every question of the form has its column. The returned export has a decimal comma in its
    numbers, whatever the platform, and no apostrophe before what a spreadsheet might take for a formula.

    Parameters
    ----------
    export : Export
    codebook : Codebook
    areas : sequence of str
        The areas that the form offered, if any.
    """
    try:
        form = questionnaire(codebook, replace(load_texts(), areas=tuple(areas)))
    except CodebookError:
        return None
    headings = set(export.frame.columns)
    vendor = export.source.vendor
    # LimeSurvey has its own column 'id', and a question may have the same name.
    by_id = [] if vendor == _LIMESURVEY else [_by_id(form, vendor)]
    by_text = (False, True) if vendor == _LIMESURVEY else (False,)
    for entries in (*by_id, *(_limesurvey(form, by_text=each) for each in by_text)):
        # Use the first way whose columns all exist.
        ways = [[way for way in entries[each.id] if headings.issuperset(way.columns)] for each in form.all]
        found = [there[0] for there in ways if there and _fits(there[0], export)]
        # SurveyJS's results lack questions that nobody answered.
        rest = headings - {entry.columns[0] for entry in found} - set(form.technical.values())
        if len(found) == len(form.all) or (vendor == _SURVEYJS and found and not rest):
            return _plain(form, export, found), Mapping(
                codebook.id, (*_technical(form, export, found), *found)
            )
    return None


def _fits(entry: ItemMapping, export: Export) -> bool:
    """Return whether cells of joined choices contain only ids, joined as on the form's platform."""
    if entry.layout != "joined":
        return True
    cells = export.frame[entry.columns[0]].dropna().unique()
    return all(set(cell.split(entry.separator)) <= set(entry.values) for cell in cells)


def _by_id(form: Questionnaire, vendor: str) -> dict[str, list[ItemMapping]]:
    """Return how to read an export whose headings are ids: our page, ODK and KoboToolbox, SurveyJS."""
    names = odk_names(form)
    return {
        question.id: [
            way
            for name in dict.fromkeys((question.id, names[question.id]))
            for way in _named(question, name, ";" if vendor == _SURVEYJS else " ")
        ]
        for question in form.all
    }


def _named(question: FormQuestion, name: str, separator: str) -> Iterator[ItemMapping]:
    # An option's id may be the text of another option: here it is always the id.
    ids = {choice.id: choice.id for choice in question.choices} if question.kind != "area" else {}
    if question.kind != "multiple":
        yield ItemMapping(question.id, (name,), values=ids)
        return
    for stroke in ("__", "/"):
        options = {f"{name}{stroke}{choice}": choice for choice in ids}
        yield ItemMapping(question.id, tuple(options), "indicators", options)
    yield ItemMapping(question.id, (name,), "joined", values=ids, separator=separator)


def _limesurvey(form: Questionnaire, *, by_text: bool) -> dict[str, list[ItemMapping]]:
    """Return how to read LimeSurvey's export with codes or texts as headings; answers may be either."""
    codes, ways = limesurvey_codes(form), {}
    for question in form.all:
        if by_text:
            name, gap = one_line(question.text[DANISH]), " "
            parts = {choice.id: one_line(choice.text[DANISH]) for choice in question.choices}
        else:
            name, gap, parts = codes[question.id], "", subquestion_codes(question)
        if question.kind == "multiple":
            options = {f"{name}{gap}[{part}]": choice for choice, part in parts.items()}
            entry = ItemMapping(question.id, tuple(options), "indicators", options)
        else:
            values = {code: choice for choice, code in answer_codes(question).items()}
            entry = ItemMapping(question.id, (name,), values=values)
        ways[question.id] = [entry]
    return ways


def _technical(form: Questionnaire, export: Export, found: Sequence[ItemMapping]) -> Iterator[ItemMapping]:
    """Yield what the platform recorded, under the item's name or in the platform's own column."""
    asked = {name for entry in found for name in entry.columns}
    noted = [column for column in export.columns if column.name not in asked]
    for role, item in form.technical.items():
        named = [column.name for column in noted if column.name == item]
        known = [column.name for column in noted if column.role == role]
        if columns := named or known:
            yield ItemMapping(item, tuple(columns[:1]))


def _plain(form: Questionnaire, export: Export, found: Sequence[ItemMapping]) -> Export:
    kinds = {question.id: question.kind for question in form.all}
    frame = export.frame
    if MARK in frame and OWN_ID in frame:
        # Answers may have been fetched twice. If the codebook has an item for the id, cleaning removes them.
        frame = frame[~frame[OWN_ID].duplicated()]
    columns = {entry.item: entry.columns[0] for entry in found}
    for item, name in columns.items():
        if kinds[item] == "number":
            # On platforms the point in '1.234' is a decimal point, never a thousands separator.
            frame = frame.assign(**{name: frame[name].str.replace(_POINT, r"\1,\2", regex=True)})
        elif kinds[item] == "text" and MARK in frame:
            frame = frame.assign(**{name: frame[name].str.replace(_QUOTED_FORMULA, "", regex=True)})
    return replace(export, frame=frame)
