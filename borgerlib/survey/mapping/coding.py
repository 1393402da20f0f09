"""From an export and a mapping to responses in the codebook's terms."""

from __future__ import annotations

import collections.abc as abc
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, nearest
from borgerlib.said import said
from borgerlib.survey.codebook.matching import no_opinion, normalise
from borgerlib.survey.codebook.model import Codebook, Item
from borgerlib.survey.grid.values import first_part, parse_dates, parse_number, parse_numbers, parse_years
from borgerlib.survey.mapping.choices import (
    Coded,
    indicated_choices,
    label_of,
    no_answers,
    several_choices,
    shown,
    single_choice,
)
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.mapping.notes import broken, notes_of, of_item, unread_columns
from borgerlib.survey.mapping.seen import FREQUENT, reworded
from borgerlib.survey.responses import Export, Problem, Responses, dtype_of, problem_frame, problems_of

_OLDEST = 130
_TIMES = ("started", "submitted")
_REFUSED = ("boxes_moved", "mixed_up", "two_readings", "reworded")
"""Reasons to refuse a coding."""


def code_export(export: Export, codebook: Codebook, mapping: Mapping) -> Responses:
    """Put an export into the codebook's terms.

    Parameters
    ----------
    export : Export
    codebook : Codebook
    mapping : Mapping

    Returns
    -------
    Responses
        All respondents of the export; unknown values are missing and recorded in `problems`.

    Raises
    ------
    DataError
        The mapping names columns that the export lacks, feeds an item from a column whose values are
        mostly not answers to it (columns mixed up), or an option from the box of another (boxes moved). All
        such items are listed at once.
    """
    mapping = mapping.renamed({text: name for name, text in export.lasting_names().items()})
    _refuse_absent_columns(export, mapping)
    columns: dict[str, Any] = {}
    problems = [*map(Problem._make, export.problems.to_numpy())]
    refused: dict[str, list[str]] = {kind: [] for kind in _REFUSED}
    orders = _orders(export, codebook, mapping)
    notes: list[str] = [of_item(item_id, "either_way") for item_id, order in orders.items() if not order]
    for item in codebook:
        entry = mapping.item(item.id)
        if entry is not None and mapping.missing:
            entry = replace(entry, missing=(*entry.missing, *mapping.missing))
        order = orders.get(item.id) or "day"
        coded = _empty(item, export) if entry is None else _code(item, entry, export, first=order)
        columns.update(coded.columns)
        problems += coded.problems
        refused["two_readings"] += [f"items.{item.id}: {each}" for each in coded.unclear]
        if entry is not None:
            refused["boxes_moved"] += _moved(item, entry, export, codebook)
            refused["mixed_up"] += _doubts(item, entry, coded, export, codebook)
            refused["reworded"] += _reworded(item, entry, coded)
            notes += notes_of(item, entry, coded, export, mapping)
    for kind, found in refused.items():
        if found:
            raise DataError(said(kind), problems=found)
    return Responses(
        frame=pd.DataFrame(columns, index=export.frame.index),
        problems=problem_frame(problems),
        codebook=codebook,
        source=replace(export.source, notes=(*export.source.notes, *notes)),
        absent=tuple(item.id for item in codebook if mapping.item(item.id) is None),
        unread=unread_columns(export, mapping),
    )


def _refuse_absent_columns(export: Export, mapping: Mapping) -> None:
    headings = export.frame.columns
    absent = [(entry.item, name) for entry in mapping.items for name in entry.columns if name not in headings]
    problems = []
    for item, column in absent:
        close = nearest(column, list(headings))
        kind = "column_absent_near" if close else "column_absent"
        problems.append(said(kind, item=item, column=column, near=close))
    if problems:
        raise DataError(said("mapping_unfit", files=", ".join(export.source.files)), problems=problems)


def _orders(export: Export, codebook: Codebook, mapping: Mapping) -> dict[str, str]:
    """Return what each date begins with ('' if unclear); start and end times share one format."""
    alike: dict[str, list[ItemMapping]] = {}
    for item in codebook:
        if item.kind == "date" and (entry := mapping.item(item.id)) is not None:
            alike.setdefault("" if item.role in _TIMES else item.id, []).append(entry)
    orders: dict[str, str] = {}
    for entries in alike.values():
        texts = pd.concat([export.frame[name] for entry in entries for name in entry.columns])
        orders |= dict.fromkeys((entry.item for entry in entries), first_part(texts))
    return orders


def _code(item: Item, entry: ItemMapping, export: Export, *, first: str) -> Coded:
    if item.kind == "single":
        return single_choice(item, entry, export)
    if item.kind == "multiple":
        return (indicated_choices if entry.layout == "indicators" else several_choices)(item, entry, export)
    values, twice = _first_answers(item, entry, export)
    if item.kind == "number":
        parse = parse_years if item.role == "birth_year" else parse_numbers
        coded = _parsed(item, values, parse, "not_a_number")
    elif item.kind == "date":
        coded = _parsed(item, values, partial(parse_dates, first=first), "not_a_date")
    else:
        answers = int(values.notna().sum())
        coded = Coded({item.id: values.replace(dict(entry.values))}, [], answers, answers)
    return replace(coded, problems=[*coded.problems, *twice])


def _first_answers(item: Item, entry: ItemMapping, export: Export) -> tuple[pd.Series, list[Problem]]:
    """Return the answers, from the first column that has one, and the later answers that disagree."""
    values = pd.Series(pd.NA, index=export.frame.index, dtype="string")
    twice: list[Problem] = []
    for name in entry.columns:
        column = export.frame[name]
        known = export.column(name)
        absent = no_answers(entry, known)
        held = export.counts(name)
        texts = _no_numbers(held, known.labels) if item.kind == "number" else []
        lost = [value for value in texts if not absent(value) and not no_opinion(known.labels[value])]
        left = column[column.isin(lost)]
        twice += problems_of(left.map(partial(shown, column=known)), item.id, "not_a_number")
        none = [value for value in held if value in texts or absent(value)]
        column = column.mask(column.isin(none)) if none else column
        if item.kind == "text":
            column = _in_words(column, entry, known.labels)
        other = values.notna() & column.notna() & (column != values)
        twice += problems_of(column[other], item.id, "two_answers")
        values = values.fillna(column)
    return values, twice


def _in_words(column: pd.Series, entry: ItemMapping, labels: abc.Mapping[str, str]) -> pd.Series:
    """Return the texts that codes stand for: an area may have been chosen from a list.

    A code for which the mapping's `values` say something else stays as it is.
    """
    if not labels:
        return column
    given = dict(entry.values)
    return column.map(lambda value: value if value in given else label_of(value, labels), na_action="ignore")


def _no_numbers(answers: Iterable[str], labels: abc.Mapping[str, str]) -> list[str]:
    """Return the codes that stand for their label ('99 = Ved ikke'), not for a number of the scale.

    A labelled code belongs to the scale if its label names a number ('70 år eller ældre'), or if the code is
    within the unlabelled numbers or at most half their range from them: many scales only label the ends.
    """
    given = (parse_number(value) for value in answers if value not in labels)
    scale = [number for number in given if number is not None]
    lowest, highest = min(scale, default=-np.inf), max(scale, default=np.inf)
    beyond = max(1.0, (highest - lowest) / 2)

    def is_number(code: str, label: str) -> bool:
        number = parse_number(code)
        if number is None or no_opinion(label) or number < 0 <= lowest:
            return False
        named = parse_number(label) is not None or code in re.findall(r"\d+", label)
        # There may be no answers close to an end; codes for no answer are above the scale or negative.
        return named or 0 <= number <= highest or lowest - beyond <= number <= highest + beyond

    return [code for code, label in labels.items() if not is_number(code, label)]


def _empty(item: Item, export: Export) -> Coded:
    empty = pd.Series([None] * len(export.frame), index=export.frame.index, dtype=dtype_of(item))
    return Coded(dict.fromkeys(item.columns, empty), [], 0, 0)


def _parsed(item: Item, values: pd.Series, parse: Callable[[pd.Series], pd.Series], rule: str) -> Coded:
    parsed = parse(values)
    wrong = values.notna() & parsed.isna()
    problems, answers = problems_of(values[wrong], item.id, rule), int(values.notna().sum())
    return Coded({item.id: parsed}, problems, answers, answers - len(problems))


def _moved(item: Item, entry: ItemMapping, export: Export, codebook: Codebook) -> Iterator[str]:
    """Name columns that are something else than the mapping says, where it knows them by position alone.

    Under two rows of headings the second box of a question is 'column 13' in every year.
    """
    texts = {normalise(text): option.id for option in item.options for text in (option.text, option.text_en)}
    for name, option in entry.options.items() if entry.layout == "indicators" else ():
        answers = export.counts(name)
        says = [export.column(name).choice, *(answers if len(answers) == 1 else ())]
        meant = {texts[normalise(text)]: text for text in says if text and normalise(text) in texts}
        if meant and option not in meant:
            yield f"items.{item.id}: '{name}' is '{next(iter(meant.values()))}', not '{option}'"
    asked = {normalise(each.text): each.id for each in codebook}
    names = export.lasting_names()
    for name in entry.columns if entry.layout != "indicators" else ():
        other = asked.get(normalise(names[name])) if names[name] != name else None
        if other and other != item.id:
            yield f"items.{item.id}: '{name}' is '{names[name]}', which feeds '{other}'"


def _doubts(item: Item, entry: ItemMapping, coded: Coded, export: Export, codebook: Codebook) -> list[str]:
    named = ", ".join(f"'{column}'" for column in entry.columns[:3]) + ", …" * (len(entry.columns) > 3)
    if coded.recognised * 2 < coded.answers:
        legal = f"; legal: {', '.join(option.text for option in item.options)}" if item.options else ""
        return [
            f"items.{item.id}: {coded.answers - coded.recognised} of {coded.answers} answers in {named} "
            f"are no {'option' if item.options else item.kind}{_examples(entry, export)}{legal}"
        ]
    if item.role in ("age", "birth_year") and item.kind == "number" and coded.recognised:
        middle = float(coded.columns[item.id].median())
        if (middle > _OLDEST) == (item.role == "age"):
            other = codebook.with_role("birth_year" if item.role == "age" else "age")
            instead = f"; are they for '{other.id}'?" if other else ""
            kind = "ages" if item.role == "age" else "years of birth"
            return [f"items.{item.id}: the values in {named} are no {kind} (median {middle:g}){instead}"]
    return []


def _reworded(item: Item, entry: ItemMapping, coded: Coded) -> list[str]:
    """Name frequent unknown answers if options never occur: these would wrongly be counted as 0."""
    strange = broken(coded, "unknown_option", "unknown_selection", "written_in")
    if item.kind == "single":
        occurring = set(pd.Series(coded.columns[item.id]).dropna().unique())
    else:
        # An option without a box was not offered: it is no surprise that nobody chose it.
        boxes = set(entry.options.values()) if entry.layout == "indicators" else None
        occurring = {
            option.id
            for option, column in zip(item.options, item.columns, strict=False)
            if (boxes is not None and option.id not in boxes) or (coded.columns[column] == 1).any()
        }
    doubt = reworded(item, strange, occurring)
    return [f"items.{item.id}: {doubt}"] if doubt else []


def _examples(entry: ItemMapping, export: Export) -> str:
    """Name only frequent values: a rare one may be a person's name or address."""
    counts = pd.concat([export.frame[column] for column in entry.columns]).value_counts()
    frequent = counts[counts >= FREQUENT].index[:4]
    return f" (such as {', '.join(repr(str(value)[:40]) for value in frequent)})" if len(frequent) else ""
