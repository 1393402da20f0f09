"""Several sessions of the influence map as one table: over time, or over municipalities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.workshop.influence.compare import compared
from borgerlib.workshop.influence.placements import HIGHEST
from borgerlib.workshop.saved.report import render
from borgerlib.workshop.saved.table import as_csv
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.words import words


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
    rows = [[_cell(value) for value in row] for row in cells.itertuples(index=False)]
    return render(
        "comparison.html.j2",
        title=words()("report", "comparison"),
        about=words()("report", "made_cards", dato=danish.long_date(day or date.today())),
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


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    return (
        "–" if value is None else danish.number(float(str(value)), 0 if float(str(value)).is_integer() else 1)
    )


def _names(rooms: Sequence[Room]) -> list[str]:
    """Return a name for each session: municipality and title, and the day where two are alike."""
    short = [" · ".join(filter(None, (r.session.municipality, r.session.title))) for r in rooms]
    dated = [f"{name}, {room.session.made[:10]}" for name, room in zip(short, rooms, strict=True)]
    names = short if len(set(short)) == len(short) else dated
    return names if len(set(names)) == len(names) else [f"{n} ({at})" for at, n in enumerate(names, start=1)]
