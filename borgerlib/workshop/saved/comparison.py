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
from borgerlib.view.charts.pictures import Words
from borgerlib.workshop.influence.compare import compared
from borgerlib.workshop.influence.placements import HIGHEST
from borgerlib.workshop.saved.report import render
from borgerlib.workshop.saved.table import as_csv
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.words import told_number, words


def comparison_table(rooms: Sequence[Room]) -> pd.DataFrame:
    """Return the sessions beside one another.

    Returns
    -------
    DataFrame
        One row an element that somebody has placed, under Danish headings: influence today and wished
        (0–10) a session; median, lowest and highest of today; for two sessions, the change from the first
        to the second.

    Raises
    ------
    ParameterError
        There are fewer than two sessions.
    """
    if len(rooms) < 2:
        raise ParameterError("A comparison takes two sessions or more.", hint="borger workshop sessions")
    head, names = words().sections["table"], _names(rooms)
    rows = []
    for one in compared([room.state for room in rooms]):
        spread = one.spread or (None, None)
        values: dict[str, str | float | None] = {head["element"]: one.label}
        for at, name in enumerate(names):
            values[f"{name}: {words()('when', 'today')}"] = one.today[at]
            values[f"{name}: {words()('when', 'wished')}"] = one.wished[at]
        values |= {head["median"]: one.median, head["lowest"]: spread[0], head["highest"]: spread[1]}
        if len(rooms) == 2:
            values[head["change"]] = one.change
        rows.append(values)
    table = pd.DataFrame(rows)
    return table.astype(dict.fromkeys(table.columns[1:], float))


def comparison_html(rooms: Sequence[Room], *, day: date | None = None) -> str:
    """Return the sessions beside one another as a page that needs nothing from elsewhere."""
    table = comparison_table(rooms)
    cells = table.astype(object).where(table.notna(), None)
    rows = [[told_number(value) for value in row] for row in cells.itertuples(index=False)]
    return render(
        "comparison.html.j2",
        title=words()("report", "comparison"),
        about=words()("report", "made_cards", dato=danish.long_date(day or date.today())),
        drawn=_drawn(rooms),
        drawn_caption=words()("table", "drawn", hoejest=HIGHEST),
        heading=words()("table", "picture"),
        caption=words()("table", "caption", hoejest=HIGHEST),
        head=list(table.columns),
        rows=rows,
    )


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


def _drawn(rooms: Sequence[Room]) -> list[dict[str, str]]:
    """Return the picture of median, lowest and highest, for a page and for a phone; nothing without any."""
    bars = tuple(
        Bar(
            one.label,
            f"{told_number(one.median)} ({told_number(low)}–{told_number(high)})",
            one.median,
            low,
            high,
        )
        for one in compared([room.state for room in rooms])
        if one.spread is not None
        for low, high in [one.spread]
    )
    if not bars:
        return []
    marks, told = Bars(bars, HIGHEST), words()("table", "picture_alt")
    alt = f"{told} {'; '.join(f'{bar.label}: {bar.words}' for bar in bars)}."
    return [
        {
            "kind": kind,
            "alt": alt,
            "address": f"data:image/svg+xml;base64,{b64encode(drawn).decode()}",
        }
        for kind, width in (("wide", theme.WIDE), ("narrow", theme.NARROW))
        for drawn in [svg(marks, lay_out_bars, Words(), width=width, margin=0)]
    ]


def _names(rooms: Sequence[Room]) -> list[str]:
    """Return a name for each session: municipality and title, and the day where two are alike."""
    short = [" · ".join(filter(None, (r.session.municipality, r.session.title))) for r in rooms]
    dated = [f"{name}, {room.session.made[:10]}" for name, room in zip(short, rooms, strict=True)]
    names = short if len(set(short)) == len(short) else dated
    return names if len(set(names)) == len(names) else [f"{n} ({at})" for at, n in enumerate(names, start=1)]
