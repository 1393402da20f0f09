"""Notes on a coded item that a person should check: on its options, boxes, own words and codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from borgerlib.said import Said, said
from borgerlib.survey.codebook.matching import denies, is_unwilling, matcher, normalise
from borgerlib.survey.codebook.model import Item
from borgerlib.survey.codebook.outside import code_doubts, codes_outside, number_doubts
from borgerlib.survey.form.names import MARK, OWN_ID
from borgerlib.survey.mapping.choices import Coded, label_of
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.mapping.seen import FREQUENT
from borgerlib.survey.responses import Export

_NAMED = 4


def notes_of(item: Item, entry: ItemMapping, coded: Coded, export: Export, mapping: Mapping) -> Iterator[str]:
    """Yield the notes on a coded item."""
    yield from _not_offered(item, entry, coded)
    yield from _no_options(item, coded)
    yield from _unread_boxes(item, entry, export, mapping)
    yield from _own_words(item, coded)
    yield from _refusals(item, entry, export)
    yield from _passed_over(item, coded)
    yield from _codes(item, entry, export, coded)


def _not_offered(item: Item, entry: ItemMapping, coded: Coded) -> Iterator[Said]:
    columns = zip(item.options, item.columns, strict=True) if entry.layout == "indicators" else ()
    lacking = [option.id for option, column in columns if pd.isna(coded.columns[column]).all()]
    if lacking and coded.answers:
        yield of_item(item.id, "no_columns", options=", ".join(lacking))


def _no_options(item: Item, coded: Coded) -> Iterator[Said]:
    """Name frequent answers that are not an option; a rare one may be a person's name or address."""
    times = broken(coded, "unknown_option", "unknown_selection")
    frequent = [(text, count) for text, count in times.most_common(_NAMED) if count >= FREQUENT]
    if answers := [said("times", text=text[:40], count=count) for text, count in frequent]:
        yield of_item(item.id, "no_options", answers=answers)


def _unread_boxes(item: Item, entry: ItemMapping, export: Export, mapping: Mapping) -> Iterator[Said]:
    """Name boxes of a question that feed nothing: an option may be new this year."""
    asked = _boxes_asked(entry, export)
    if unread := [name for name, question in _unread(export, mapping) if question in asked]:
        yield of_item(item.id, "boxes_unread", columns=unread[:_NAMED])


def unread_columns(export: Export, mapping: Mapping) -> tuple[str, ...]:
    """Return columns that feed nothing though they hold answers: a question may be new this year.

    Boxes of a question that is read stand in its own note.
    """
    told = {question for entry in mapping.items for question in _boxes_asked(entry, export)}
    return tuple(name for name, question in _unread(export, mapping) if question not in told)


def _boxes_asked(entry: ItemMapping, export: Export) -> set[str]:
    return {export.column(name).question for name in entry.columns if entry.layout == "indicators"} - {""}


def _unread(export: Export, mapping: Mapping) -> list[tuple[str, str]]:
    """Return name and question of the columns that hold something and feed nothing.

    The platform's own and our page's are left out.
    """
    names = export.lasting_names()
    used = {MARK, OWN_ID, *(name for each in mapping.items for name in each.columns)}
    return [
        (names[column.name], column.question)
        for column in export.columns
        if not column.role and column.name not in used and export.counts(column.name)
    ]


def _own_words(item: Item, coded: Coded) -> Iterator[Said]:
    if item.catch_all and (written := broken(coded, "written_in").total()):
        yield of_item(item.id, "own_words", count=written, option=item.catch_all.text)


def _passed_over(item: Item, coded: Coded) -> Iterator[Said]:
    passed = [each for each in coded.problems if each.rule == "passed_over"]
    for column, _ in Counter(each.column for each in passed).most_common(1):
        option = item.option(column.removeprefix(f"{item.id}__")).text
        yield of_item(item.id, "boxes_passed_over", count=len({each.row for each in passed}), option=option)


def broken(coded: Coded, *rules: str) -> Counter[str]:
    """Return how often each value of an item breaks one of the given rules."""
    problems = sorted(coded.problems, key=lambda each: (each.row, each.column))
    return Counter(each.value for each in problems if each.rule in rules)


def _refusals(item: Item, entry: ItemMapping, export: Export) -> Iterator[Said]:
    """Report refusals that count as no answer although neither codebook nor mapping names them."""
    if item.kind == "date" or item.role == "id":
        # These have as many different texts as respondents.
        return
    options = matcher(item, entry.values)
    missing = {normalise(text) for text in entry.missing}
    refused: Counter[str] = Counter()
    for name in entry.columns:
        labels = export.column(name).labels
        for value, times in export.counts(name).items():
            cell = label_of(value, labels)
            pieces = cell.split(entry.separator) if entry.separator.strip() else [cell]
            for text in filter(is_unwilling, pieces if denies(cell) else ()):
                if options.match(text) is None and normalise(text) not in missing:
                    refused[text.strip()] += times
    if answers := [said("times", text=text, count=times) for text, times in refused.items()]:
        yield of_item(item.id, "no_answer", answers=answers)


def _codes(item: Item, entry: ItemMapping, export: Export, coded: Coded) -> Iterator[Said]:
    """Report numbers that may be codes for no answer, or shares among percentages; not for ages."""
    if item.kind != "number" or item.role in ("age", "birth_year"):
        return
    numbers = coded.columns[item.id].map("{:g}".format, na_action="ignore").value_counts()
    written = {text for name in entry.columns for text in export.counts(name)}
    for doubt in (*code_doubts(codes_outside(numbers.to_dict())), *number_doubts(written)):
        yield said("of_item", item=item.id, what=doubt)


def of_item(item_id: str, kind: str, **values: object) -> Said:
    """Return a note on an item."""
    return said("of_item", item=item_id, what=said(kind, **values))
