"""A table of the answers to one question by one division of the citizens, within a selection."""

from __future__ import annotations

import math
from typing import Any

from borgerlib import danish
from borgerlib.dashboard.page.answers import Answers, Record, missing_last
from borgerlib.dashboard.page.sentences import about_how_many, direction_key, heading, share_words
from borgerlib.dashboard.page.words import words
from borgerlib.files.look import mix
from borgerlib.interest.filters.choices import Level
from borgerlib.interest.filters.district_map import squares
from borgerlib.interest.filters.selection import Selection
from borgerlib.view import theme

_DIVISIONS = ("age", "sex", "area_type", "area", "segment")
_DEEPEST = 0.75  # share of the soft blue in the darkest cell; more would make its number hard to read
_MARKS = {"more": " ▲", "less": " ▼"}


def divisions(answers: Answers) -> tuple[str, ...]:
    """Return the roles that a table can divide citizens by."""
    return tuple(role for role in _DIVISIONS if answers.offer.filter(role))


def overview(answers: Answers, selection: Selection, item: str, by: str) -> dict[str, Any] | None:
    """Return a question by a division within a selection; None if there is no such question or division.

    Parameters
    ----------
    answers : Answers
    selection : Selection
        Whom the table is about. Its levels of the division itself do not restrict; they are marked instead.
    item, by : str
        Roles of the question and of the division.

    Returns
    -------
    dict or None
        caption, note, columns (id, label, size, levels: the selection that a click leads to, square: the
        area's place on the municipality's map, if there is one), rows (id, label and cells: text, told,
        share, heat: a darker colour for a larger share). The first column is the whole selection. Rows are
        sorted by their share in it, the largest first; the steps of a scale stay in order.
    """
    asked, division = answers.offer.filter(item), answers.offer.filter(by)
    if by not in divisions(answers) or asked is None or asked not in answers.charts or division is None:
        return None
    say, within = words(), {role: levels for role, levels in selection.levels.items() if role != by}
    all_within = Selection(within)
    groups = [(Level("", say("overview", "all")), all_within)]
    groups += [(level, Selection({**within, by: (level.id,)})) for level in division.levels]
    shown = [answers.to_one(item, one) for _, one in groups]
    found = [{row["option"]: row for row in answer.records[item]} for answer in shown]
    order = [level.id for level in asked.levels]
    if item != "time":
        order.sort(key=lambda option: missing_last(-found[0][option]["proportion"]))
    largest = max(
        (row["proportion"] for of in found for row in of.values() if row["proportion"] > 0), default=1
    )
    places, wrong = squares(answers.municipality.name, division.levels) if by == "area" else ({}, "")
    labels = {level.id: level.label for level in asked.levels}
    copied = say("overview", "copied") if any(map(answers.in_copy, shown)) else ""
    return {
        "item": item,
        "by": by,
        "caption": say(
            "overview",
            "caption",
            hvem=heading(answers, all_within),
            emne=say("charts", item),
            inddeling=say("roles", by).lower(),
        ),
        "note": " ".join(filter(None, (say("overview", "note"), copied, wrong))),
        "columns": [
            {
                "id": group.id,
                "label": group.label,
                "size": about_how_many(answer),
                "levels": one.as_json(),
                "square": places.get(group.id),
                "chosen": group.id in selection.levels.get(by, ()),
            }
            for (group, one), answer in zip(groups, shown, strict=True)
        ],
        "rows": [
            {
                "id": option,
                "label": labels[option],
                "cells": [
                    _cell(of[option], group.label, largest)
                    for of, (group, _) in zip(found, groups, strict=True)
                ],
            }
            for option in order
        ],
    }


def _cell(row: Record, group: str, largest: float) -> dict[str, Any]:
    key, share = direction_key(row["direction"]), row["proportion"]
    shown = not math.isnan(share)
    differs = f", {words()('table', key)[2:]}" if key in _MARKS else ""
    return {
        "text": f"{danish.number(100 * share)}{_MARKS.get(key, '')}"
        if shown
        else words()("overview", "none"),
        "told": f"{group}, {row['label']}: {share_words(row)}{differs}",
        "share": round(share, 4) if shown else None,
        "heat": mix(theme.PAPER, theme.COUNTRY_SOFT, _DEEPEST * share / largest) if shown else theme.PAPER,
    }
