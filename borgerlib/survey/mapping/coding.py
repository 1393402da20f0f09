"""From an export and a mapping to responses in the codebook's terms."""

from __future__ import annotations

import collections.abc as abc
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from borgerlib.errors import DataError, nearest
from borgerlib.said import Said, said
from borgerlib.survey.codebook.matching import (
    denies,
    is_unwilling,
    matcher,
    no_opinion,
    normalise,
)
from borgerlib.survey.codebook.model import Codebook, Item, Option
from borgerlib.survey.codebook.outside import code_doubts, codes_outside, percent_doubts
from borgerlib.survey.grid.values import first_part, parse_dates, parse_number, parse_numbers, parse_years
from borgerlib.survey.mapping.candidate import FREQUENT, reworded
from borgerlib.survey.mapping.choices import (
    Coded,
    categorical,
    indicated_choices,
    joined_choices,
    label_of,
    no_answers,
    ranked_choices,
    single_choice,
)
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.responses import Export, Responses, join_problems, problem_frame

_OLDEST = 130
_NAMED = 4
_TIMES = ("started", "submitted")
_AGAIN = "Correct the mapping file, or let 'borger map' write a new one."
_REFUSED = (
    ("mixed_up", _AGAIN),
    (
        "two_readings",
        'Say in the mapping under \'values\' which it is: "A, B" = "…" for the one option; or '
        '"A" = "…" and "B" = "…" for the two.',
    ),
    (
        "reworded",
        "Say under 'values' in the mapping which option each text stands for, or name it under 'missing' "
        "where it stands for none; 'borger map' writes a mapping to begin with.",
    ),
)
"""What codings are refused for (mixed up, read in two ways, reworded), and what to do."""


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
        All respondents of the export; values that are not recognised are missing and stand in `problems`.

    Raises
    ------
    DataError
        The mapping names columns that the export has not, or feeds an item from a column most of whose values
        are no answers to it (columns mixed up). All such items are listed at once.
    """
    _refuse_absent_columns(export, mapping)
    columns: dict[str, Any] = {}
    problems = [export.problems]
    mixed_up: list[str] = []
    reworded_items: list[str] = []
    unclear: list[str] = []
    orders = _orders(export, codebook, mapping)
    notes: list[str] = [_of_item(item_id, "either_way") for item_id, order in orders.items() if not order]
    for item in codebook:
        entry = mapping.item(item.id)
        if entry is not None and mapping.missing:
            entry = replace(entry, missing=(*entry.missing, *mapping.missing))
        order = orders.get(item.id) or "day"
        coded = _empty(item, export) if entry is None else _code(item, entry, export, first=order)
        columns.update(coded.columns)
        problems += coded.problems
        unclear += [f"items.{item.id}: {each}" for each in coded.unclear]
        if entry is not None:
            mixed_up += _doubts(item, entry, coded, export, codebook)
            reworded_items += _reworded(item, entry, coded)
            notes += [
                *_not_offered(item, entry, coded),
                *_no_options(item, coded),
                *_unread_boxes(item, entry, export, mapping),
                *_own_words(item, coded),
                *_refusals(item, entry, export),
                *_passed_over(item, coded),
                *_codes(item, entry, export, coded),
            ]
    for found, (message, hint) in zip((mixed_up, unclear, reworded_items), _REFUSED, strict=True):
        if found:
            raise DataError(said(message), problems=found, hint=hint)
    return Responses(
        frame=pd.DataFrame(columns, index=export.frame.index),
        problems=join_problems(problems),
        codebook=codebook,
        source=replace(export.source, notes=(*export.source.notes, *notes)),
        absent=tuple(item.id for item in codebook if mapping.item(item.id) is None),
    )


def _refuse_absent_columns(export: Export, mapping: Mapping) -> None:
    headings = list(export.frame.columns)
    known = set(headings)
    problems = []
    for entry in mapping.items:
        for column in entry.columns:
            if column not in known:
                close = nearest(column, headings)
                kind = "column_absent_near" if close else "column_absent"
                problems.append(said(kind, item=entry.item, column=column, near=close))
    if problems:
        raise DataError(
            said("mapping_unfit", files=", ".join(export.source.files)),
            problems=problems,
            hint=_AGAIN,
        )


def _orders(export: Export, codebook: Codebook, mapping: Mapping) -> dict[str, str]:
    """Return what each date begins with ('' where nothing tells); times of an answer are written alike."""
    alike: dict[str, dict[str, list[pd.Series]]] = {}
    for item in codebook:
        if item.kind == "date" and (entry := mapping.item(item.id)) is not None:
            group = alike.setdefault("" if item.role in _TIMES else item.id, {})
            group[item.id] = [export.frame[column] for column in entry.columns]
    orders: dict[str, str] = {}
    for group in alike.values():
        orders |= dict.fromkeys(
            group, first_part(pd.concat([each for values in group.values() for each in values]))
        )
    return orders


def _code(item: Item, entry: ItemMapping, export: Export, *, first: str) -> Coded:
    if item.kind == "single":
        return single_choice(item, entry, export)
    if item.kind == "multiple":
        layouts = {"indicators": indicated_choices, "joined": joined_choices, "ranked": ranked_choices}
        return layouts[entry.layout](item, entry, export)
    values, twice = _first_answers(item, entry, export)
    if item.kind == "number":
        parse = parse_years if item.role == "birth_year" else parse_numbers
        coded = _parsed(item, values, parse, "not_a_number")
    elif item.kind == "date":
        coded = _parsed(item, values, partial(parse_dates, first=first), "not_a_date")
    else:
        answers = int(values.notna().sum())
        coded = Coded({item.id: values.replace(dict(entry.values))}, [], answers, answers)
    return replace(coded, problems=[*coded.problems, twice])


def _first_answers(item: Item, entry: ItemMapping, export: Export) -> tuple[pd.Series, pd.DataFrame]:
    """Return the answers, of several columns the first that holds one, and the others that disagree."""
    values = pd.Series(pd.NA, index=export.frame.index, dtype="string")
    twice = []
    for name in entry.columns:
        column = export.frame[name]
        known = export.column(name)
        absent = no_answers(entry, known)
        held = export.counts(name)
        texts = _no_numbers(held, known.labels) if item.kind == "number" else []
        lost = [value for value in texts if not absent(value) and not no_opinion(known.labels[value])]
        left = column[column.isin(lost)]
        shown = [f"{value} ({known.labels[value]})" for value in left]
        twice.append(problem_frame(list(left.index), item.id, shown, "not_a_number"))
        none = [value for value in held if value in texts or absent(value)]
        column = column.mask(column.isin(none)) if none else column
        other = values.notna() & column.notna() & (column != values)
        twice.append(problem_frame(list(column.index[other]), item.id, list(column[other]), "two_answers"))
        values = values.fillna(column)
    return values, join_problems(twice)


def _no_numbers(answers: Iterable[str], labels: abc.Mapping[str, str]) -> list[str]:
    """Return the codes that stand for their label ('99 = Ved ikke'), not for a number of the scale.

    A label is of the scale where it names a number ('70 år eller ældre'), or where its code lies within the
    numbers without a label or less than half their range from them: of many scales the ends alone are named.
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
        # Nobody need have answered close to an end; codes of no answer stand above the scale or below nought.
        return named or 0 <= number <= highest or lowest - beyond <= number <= highest + beyond

    return [code for code, label in labels.items() if not is_number(code, label)]


def _empty(item: Item, export: Export) -> Coded:
    size = len(export.frame)
    if item.kind == "single":
        return Coded({item.id: categorical(item, np.full(size, -1, dtype=np.int64))}, [], 0, 0)
    dtype = {"multiple": "Int8", "number": "Float64", "date": "datetime64[us]", "text": "string"}[item.kind]
    empty = pd.Series([None] * size, index=export.frame.index, dtype=dtype)
    return Coded(dict.fromkeys(item.columns, empty), [], 0, 0)


def _parsed(item: Item, values: pd.Series, parse: Callable[[pd.Series], pd.Series], rule: str) -> Coded:
    parsed = parse(values)
    wrong = values.notna() & parsed.isna()
    problems = problem_frame(list(values.index[wrong]), item.id, list(values[wrong]), rule)
    answers = int(values.notna().sum())
    return Coded({item.id: parsed}, [problems], answers, answers - int(wrong.sum()))


def _not_offered(item: Item, entry: ItemMapping, coded: Coded) -> list[str]:
    if entry.layout != "indicators" or not coded.answers:
        return []
    columns = zip(item.options, item.columns, strict=True)
    lacking = [option.id for option, column in columns if pd.isna(coded.columns[column]).all()]
    return [_of_item(item.id, "no_columns", options=", ".join(lacking))] if lacking else []


def _doubts(item: Item, entry: ItemMapping, coded: Coded, export: Export, codebook: Codebook) -> list[str]:
    named = ", ".join(f"'{column}'" for column in entry.columns[:3]) + ", …" * (len(entry.columns) > 3)
    if coded.recognised * 2 < coded.answers:
        return [
            f"items.{item.id}: {coded.answers - coded.recognised} of {coded.answers} answers in {named} "
            f"are no {'option' if item.options else item.kind}{_examples(entry, export)}{_legal(item)}"
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
    """Name frequent answers that are no option where options never occur: a wrong nought otherwise."""
    texts = _broken(coded, "unknown_option", "unknown_selection", "written_in")["value"]
    never = _never(item, entry, coded)
    occurring = {option.id for option in item.options if option not in never}
    strange = {str(text): times for text, times in texts.value_counts().items()}
    doubt = reworded(item, strange, occurring)
    return [f"items.{item.id}: {doubt}"] if doubt else []


def _never(item: Item, entry: ItemMapping, coded: Coded) -> list[Option]:
    if item.kind == "single":
        chosen = set(pd.Series(coded.columns[item.id]).dropna().unique())
        return [option for option in item.options if option.id not in chosen]
    if item.kind != "multiple":
        return []
    offered = set(entry.options.values()) if entry.layout == "indicators" else None
    return [
        option
        for option, column in zip(item.options, item.columns, strict=True)
        if (offered is None or option.id in offered) and not (pd.Series(coded.columns[column]) == 1).any()
    ]


def _no_options(item: Item, coded: Coded) -> list[str]:
    """Name frequent answers that are no option; a rare one may be a person's name or address."""
    times = _broken(coded, "unknown_option", "unknown_selection")["value"].value_counts()
    frequent = times[times >= FREQUENT].head(_NAMED)
    answers = [said("times", text=str(text)[:40], count=int(count)) for text, count in frequent.items()]
    return [_of_item(item.id, "no_options", answers=answers)] if answers else []


def _unread_boxes(item: Item, entry: ItemMapping, export: Export, mapping: Mapping) -> list[str]:
    """Name boxes that stand beside those of a question and feed nothing: an option that is new this year."""
    if entry.layout != "indicators":
        return []
    asked = {export.column(name).question for name in entry.columns} - {""}
    used = {name for each in mapping.items for name in each.columns}
    unread = [
        column.name
        for column in export.columns
        if column.question in asked and column.name not in used and export.counts(column.name)
    ]
    return [_of_item(item.id, "boxes_unread", columns=unread[:_NAMED])] if unread else []


def _own_words(item: Item, coded: Coded) -> list[str]:
    written = len(_broken(coded, "written_in"))
    if not written or item.catch_all is None:
        return []
    return [_of_item(item.id, "own_words", count=written, option=item.catch_all.text)]


def _passed_over(item: Item, coded: Coded) -> list[str]:
    passed = _broken(coded, "passed_over")
    if passed.empty:
        return []
    most = str(passed["column"].value_counts().idxmax()).removeprefix(f"{item.id}__")
    return [_of_item(item.id, "boxes_passed_over", count=passed["row"].nunique(), option=most)]


def _broken(coded: Coded, *rules: str) -> pd.DataFrame:
    problems = join_problems(coded.problems)
    return problems[problems["rule"].isin(rules)]


def _refusals(item: Item, entry: ItemMapping, export: Export) -> list[str]:
    """Tell of unwilling wordings that count as no answer though neither codebook nor mapping names them."""
    if item.kind == "date" or item.role == "id":
        # As many different texts as respondents.
        return []
    options = matcher(item, entry.values)
    missing = {normalise(text) for text in entry.missing}
    counts: Counter[str] = Counter()
    for name in entry.columns:
        labels = export.column(name).labels
        for value, times in export.counts(name).items():
            cell = label_of(value, labels)
            if not denies(cell):
                continue
            for text in cell.split(entry.separator) if entry.separator.strip() else [cell]:
                counts[text] += times
    refused: Counter[str] = Counter()
    for text, times in counts.items():
        if is_unwilling(text) and options.match(text) is None and normalise(text) not in missing:
            refused[text.strip()] += times
    answers = [said("times", text=text, count=times) for text, times in refused.items()]
    return [_of_item(item.id, "no_answer", answers=answers)] if answers else []


def _codes(item: Item, entry: ItemMapping, export: Export, coded: Coded) -> list[str]:
    """Tell of numbers that may be codes of no answer, or shares among per cent; ages are told elsewhere."""
    if item.kind != "number" or item.role in ("age", "birth_year"):
        return []
    numbers = coded.columns[item.id].map("{:g}".format, na_action="ignore").value_counts()
    written = {text for name in entry.columns for text in export.counts(name)}
    doubts = (*code_doubts(codes_outside(numbers.to_dict())), *percent_doubts(written))
    return [said("of_item", item=item.id, what=each) for each in doubts]


def _of_item(item_id: str, kind: str, **values: object) -> Said:
    return said("of_item", item=item_id, what=said(kind, **values))


def _examples(entry: ItemMapping, export: Export) -> str:
    """Name frequent values only: a rare one may be a person's name or address."""
    counts = pd.concat([export.frame[column] for column in entry.columns]).value_counts()
    frequent = counts[counts >= FREQUENT].index[:4]
    return f" (such as {', '.join(repr(str(value)[:40]) for value in frequent)})" if len(frequent) else ""


def _legal(item: Item) -> str:
    return f"; legal: {', '.join(option.text for option in item.options)}" if item.options else ""
