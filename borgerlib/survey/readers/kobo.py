"""KoboToolbox and ODK: headings are paths (group/question/choice), choices also joined by spaces."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from borgerlib.said import Said, said
from borgerlib.survey.grid.cells import HeadedGrid
from borgerlib.survey.grid.tabular import export_of
from borgerlib.survey.grid.values import all_match
from borgerlib.survey.responses import PLATFORM, Column, Export

VENDOR = "KoboToolbox"
_TICKS = r"[01]|(?i:true|false)"
_PLACE = re.compile(
    r"(?P<path>.*/)?_?(?P<place>.+)[_-](?P<part>latitude|longitude|altitude|accuracy|precision)\Z", re.I
)
_ROLES = {
    "start": "started", "end": "submitted", "_uuid": "id", "meta/instanceid": PLATFORM, "keyid": PLATFORM,
    "submissiondate": PLATFORM,
}  # fmt: skip


def _choices(table: HeadedGrid) -> set[str]:
    """Return the headings of choices: 'question/choice', 0/1, at least two of a question."""
    ticks = [name for name in table.headings if _is_tick(table, name)]
    parents = Counter(map(_parent, ticks))
    return {name for name in ticks if parents[_parent(name)] > 1}


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _is_tick(table: HeadedGrid, name: str) -> bool:
    is_path = "/" in name and not name.endswith("/") and " / " not in name
    return is_path and all_match(table.frame[name], _TICKS)


def read(table: HeadedGrid) -> Export | None:
    """Read the paths of a KoboToolbox table; None if no choices have their own columns, named with '/'."""
    if not _choices(table):
        return None
    return export_of(table, VENDOR, columns_of(table), notes=places_left_out(table.headings))


def places_left_out(headings: Sequence[str]) -> list[Said]:
    """Return the note on GPS positions: they are not answers, and may identify a person."""
    found = _places(headings)
    return [said("gps_left_out", columns=found)] if found else []


def _places(headings: Sequence[str]) -> list[str]:
    """Return the columns of each GPS position: its parts, and the column that combines them."""
    parts = {
        name: (found["path"] or "", found["place"]) for name in headings if (found := _PLACE.match(name))
    }
    both = {part for part, times in Counter(parts.values()).items() if times > 1}
    whole = {"".join(part) for part in both}
    return [name for name in headings if parts.get(name) in both or name in whole]


def columns_of(table: HeadedGrid) -> list[Column]:
    """Return the columns by their paths; the joined column of a question repeats its choices' columns."""
    choices = _choices(table)
    places = _places(table.headings)
    questions = {_parent(name) for name in choices}
    columns = []
    for name in table.headings:
        text = name.rpartition("/")[2]
        if name in choices:
            question = _parent(name)
            columns.append(Column(name, question.rpartition("/")[2], text, question))
        elif name in questions or name in places or (name.startswith("_") and name != "_uuid"):
            columns.append(Column(name, text, role=PLATFORM))
        else:
            columns.append(Column(name, text, role=_ROLES.get(name.casefold(), "")))
    return columns
