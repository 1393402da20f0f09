"""Several sessions of the influence map as one table: over time, or over municipalities."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import date

import pandas as pd

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.view import theme
from borgerlib.view.charts.bars import lay_out_bars
from borgerlib.view.charts.files import svg
from borgerlib.view.charts.marks import Bar, Bars
from borgerlib.view.charts.pictures import PictureWords
from borgerlib.workshop.influence.compare import Compared, compared, shared
from borgerlib.workshop.influence.placements import HIGHEST
from borgerlib.workshop.saved.report import render
from borgerlib.workshop.saved.table import as_csv
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.words import number_words, words

_MOST_BESIDE = 4
"""Sessions that have columns of their own on a page."""


def comparison_table(rooms: Sequence[Room]) -> pd.DataFrame:
    """Return the sessions beside one another.

    Returns
    -------
    DataFrame
        One row a question and an element that somebody has placed, under Danish headings: whose influence, on
        what, the element; influence today and wished (0–10) a session; median, lowest and highest of today,
        and how many sessions have it; for two sessions, the change from the first to the second.

    Raises
    ------
    ParameterError
        There are fewer than two sessions, or no two of them share a question (role and area).
    """
    head, names = words().sections["table"], _names(rooms)
    rows = []
    for one in _compared(rooms):
        spread = one.spread or (None, None)
        role, area = one.question
        values: dict[str, str | float | None] = {head["role"]: role, head["area"]: area}
        values[head["element"]] = one.label
        for at, name in enumerate(names):
            values[f"{name}: {words()('when', 'today')}"] = one.today[at]
            values[f"{name}: {words()('when', 'wished')}"] = one.wished[at]
        values |= {head["median"]: one.median, head["lowest"]: spread[0], head["highest"]: spread[1]}
        values[head["maps"]] = len(one.maps)
        if len(rooms) == 2:
            values[head["change"]] = one.change
        rows.append(values)
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys(table.columns[3:], float)).astype({head["maps"]: int})


def comparison_html(rooms: Sequence[Room], *, day: date | None = None) -> str:
    """Return the sessions beside one another as a page that needs nothing from elsewhere."""
    table, say = comparison_table(rooms), words()
    heads = [say("table", key) for key in ("role", "area")]
    if len(rooms) > _MOST_BESIDE:  # the file of numbers has every session
        table = table.drop(columns=table.columns[3 : 3 + 2 * len(rooms)])
    cells = table.drop(columns=heads).astype(object).where(table.notna(), None)
    found = _compared(rooms)
    parts = [
        {
            "question": " · ".join(question),
            "drawn": _drawn([one for one in found if one.question == question]),
            "rows": [
                [number_words(value) for value in row]
                for one, row in zip(found, cells.itertuples(index=False), strict=True)
                if one.question == question
            ],
        }
        for question in dict.fromkeys(one.question for one in found)
    ]
    about = say("report", "made", dato=danish.long_date(day or date.today()))
    return render(
        "comparison.html.j2",
        title=say("report", "comparison"),
        about=f"{about} {say('report', 'compared', kort='; '.join(_names(rooms)))}",
        parts=parts,
        drawn_caption=say("table", "drawn", hoejest=HIGHEST),
        heading=say("table", "picture"),
        caption=say("table", "caption", hoejest=HIGHEST),
        head=list(cells.columns),
    )


def _compared(rooms: Sequence[Room]) -> tuple[Compared, ...]:
    if len(rooms) < 2:
        raise ParameterError("A comparison takes two sessions or more.", hint="borger workshop sessions")
    rows = compared([room.state for room in rooms])
    if not shared(rows):
        asked = [[" · ".join(one.labels) for one in room.state.asked] for room in rooms]
        raise ParameterError(
            "No two of the sessions share a question: maps of one role and area are compared.",
            problems=[
                f"{name}: {'; '.join(each) or 'nothing is placed'}"
                for name, each in zip(_names(rooms), asked, strict=True)
            ],
            hint="Place elements under the same role and area, or compare other sessions.",
        )
    return rows


def comparison_file(rooms: Sequence[Room], ending: str) -> bytes:
    """Return the sessions beside one another as a file.

    Parameters
    ----------
    rooms : sequence of Room
    ending : {'.html', '.csv'}

    Raises
    ------
    ParameterError
        The ending is another, or there are fewer than two sessions.
    """
    if ending == ".csv":
        return as_csv(comparison_table(rooms))
    if ending == ".html":
        return comparison_html(rooms).encode()
    raise ParameterError(f"A comparison is no '{ending}' file.", hint="Write an .html or a .csv.")


def _drawn(rows: Sequence[Compared]) -> list[dict[str, str]]:
    """Return the picture of median, lowest and highest, for a page and for a phone; nothing without any."""
    bars = tuple(
        Bar(
            one.label,
            f"{number_words(one.median)} ({number_words(low)}–{number_words(high)})",
            one.median,
            low,
            high,
        )
        for one in rows
        if one.spread is not None
        for low, high in [one.spread]
    )
    if not bars:
        return []
    marks, lead = Bars(bars, HIGHEST), words()("table", "picture_alt")
    alt = f"{lead} {'; '.join(f'{bar.label}: {bar.words}' for bar in bars)}."
    return [
        {
            "kind": kind,
            "alt": alt,
            "address": f"data:image/svg+xml;base64,{b64encode(drawn).decode()}",
        }
        for kind, width in (("wide", theme.WIDE), ("narrow", theme.NARROW))
        for drawn in [svg(marks, lay_out_bars, PictureWords(), width=width, margin=0)]
    ]


def _names(rooms: Sequence[Room]) -> list[str]:
    """Return a name for each session: municipality and title, and the day where two are alike."""
    short = [" · ".join(filter(None, (r.session.municipality, r.session.title))) for r in rooms]
    dated = [f"{name}, {room.session.made[:10]}" for name, room in zip(short, rooms, strict=True)]
    names = short if len(set(short)) == len(short) else dated
    return names if len(set(names)) == len(names) else [f"{n} ({at})" for at, n in enumerate(names, start=1)]
