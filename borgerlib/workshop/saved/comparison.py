"""Several sessions of the influence map as one table: over time, or over municipalities."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import date

import pandas as pd

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.view import theme
from borgerlib.view.charts.bars import Bar, Bars
from borgerlib.view.charts.files import svg
from borgerlib.view.charts.pictures import PictureWords
from borgerlib.workshop.influence.placements import HIGHEST, WHEN, InfluenceMap
from borgerlib.workshop.influence.potential import standings
from borgerlib.workshop.saved.report import render
from borgerlib.workshop.saved.table import as_csv
from borgerlib.workshop.sessions.room import Room
from borgerlib.workshop.words import number_words, words

_MOST_BESIDE = 4
"""Sessions that have columns of their own on a page."""
_NAMES = ["role", "area", "element"]


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
    head, found = words().sections["table"], _compared(rooms)
    today = found[["today"]].droplevel(0, axis=1)
    table = found.index.to_frame().rename(columns=head)
    for at, name in enumerate(_names(rooms)):
        for when in WHEN:
            table[f"{name}: {words()('when', when)}"] = found[when, at]
    table[head["median"]] = today.median(axis=1)
    table[head["lowest"]], table[head["highest"]] = today.min(axis=1), today.max(axis=1)
    table[head["maps"]] = _maps(found).sum(axis=1)
    if len(rooms) == 2:
        table[head["change"]] = today[1] - today[0]
    return table.reset_index(drop=True)


def comparison_html(rooms: Sequence[Room], *, day: date | None = None) -> str:
    """Return the sessions beside one another as a page that needs nothing from elsewhere."""
    table, say = comparison_table(rooms), words()
    role, area = (say("table", key) for key in ("role", "area"))
    shown = table.drop(columns=[role, area])
    if len(rooms) > _MOST_BESIDE:  # the file of numbers has every session
        shown = shown.drop(columns=shown.columns[1 : 1 + 2 * len(rooms)])
    parts = [
        {
            "question": " · ".join(map(str, question)),
            "drawn": _drawn(rows),
            "rows": [
                [number_words(value) for value in row]
                for row in shown.loc[rows.index].itertuples(index=False)
            ],
        }
        for question, rows in table.groupby([role, area], sort=False)
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
        head=list(shown.columns),
    )


def compared(maps: Sequence[InfluenceMap]) -> pd.DataFrame:
    """Return the elements that any of the maps has placed, by question, in the order in which they are met.

    What is compared is the same to those who placed it: the words of role, area and element are alike. Of
    two elements in one map that are called the same, the first is compared with the first.

    Returns
    -------
    DataFrame
        One row an element, indexed by role, area and element in words; a column for influence 'today' and
        'wished' (0–10) in each map, by its number: missing where it is not placed.
    """
    rows = [
        (at, *asked.labels, one.element.label, *(one.influence.get(when) for when in WHEN))
        for at, state in enumerate(maps)
        for asked in state.asked
        for one in standings(asked)
    ]
    every = pd.DataFrame(rows, columns=["map", *_NAMES, *WHEN]).astype(dict.fromkeys(WHEN, float))
    alike = [every[name].str.casefold() for name in _NAMES]
    every["nth"] = every.groupby(["map", *alike]).cumcount()
    placed = every.dropna(subset=list(WHEN), how="all")
    alike = [each[placed.index] for each in alike]
    placed = placed.assign(
        row=placed.groupby([*alike, "nth"], sort=False).ngroup(),
        question=placed.groupby(alike[:2], sort=False).ngroup(),
    )
    first = placed.drop_duplicates("row").set_index("row").sort_values("question", kind="stable")
    again = first["nth"] > 0
    first.loc[again, "element"] += " (" + (first["nth"] + 1).astype(str) + ")"
    each = pd.MultiIndex.from_product([WHEN, range(len(maps))])
    values = placed.pivot(index="row", columns="map", values=list(WHEN)).reindex(first.index, columns=each)
    return values.set_axis(pd.MultiIndex.from_frame(first[_NAMES]))


def _compared(rooms: Sequence[Room]) -> pd.DataFrame:
    if len(rooms) < 2:
        raise ParameterError("A comparison takes two sessions or more.", hint="borger workshop sessions")
    found = compared([room.state for room in rooms])
    if not (_maps(found).groupby(level=["role", "area"]).any().sum(axis=1) > 1).any():
        asked = [[" · ".join(one.labels) for one in room.state.asked] for room in rooms]
        raise ParameterError(
            "No two of the sessions share a question: maps of one role and area are compared.",
            problems=[
                f"{name}: {'; '.join(each) or 'nothing is placed'}"
                for name, each in zip(_names(rooms), asked, strict=True)
            ],
            hint="Place elements under the same role and area, or compare other sessions.",
        )
    return found


def _maps(found: pd.DataFrame) -> pd.DataFrame:
    """Return which maps have an element: elements x maps."""
    return found.notna().T.groupby(level=1).any().T


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


def _drawn(rows: pd.DataFrame) -> list[dict[str, str]]:
    """Return the picture of median, lowest and highest, for a page and for a phone; nothing without any."""
    numbers = [words()("table", key) for key in ("element", "median", "lowest", "highest")]
    bars = tuple(
        Bar(label, f"{number_words(median)} ({number_words(low)}–{number_words(high)})", median, low, high)
        for label, median, low, high in rows[numbers].dropna().itertuples(index=False)
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
        for drawn in [svg(marks, PictureWords(), width)]
    ]


def _names(rooms: Sequence[Room]) -> list[str]:
    """Return a name for each session: municipality and title, and the day where two are alike."""
    short = [" · ".join(filter(None, (r.session.municipality, r.session.title))) for r in rooms]
    dated = [f"{name}, {room.session.made[:10]}" for name, room in zip(short, rooms, strict=True)]
    names = short if len(set(short)) == len(short) else dated
    return names if len(set(names)) == len(names) else [f"{n} ({at})" for at, n in enumerate(names, start=1)]
