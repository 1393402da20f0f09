"""The report of a session: one HTML page that holds everything, and the same as PDF."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from borgerlib import danish
from borgerlib.errors import DataError, ParameterError
from borgerlib.files.pdf import save_pdf
from borgerlib.view import theme
from borgerlib.workshop.cards.rounds import Talk
from borgerlib.workshop.influence.placements import HIGHEST, WHEN, InfluenceMap
from borgerlib.workshop.influence.potential import standings
from borgerlib.workshop.page.cards import cards_view
from borgerlib.workshop.saved.table import as_csv, cards_table, influence_table
from borgerlib.workshop.sessions.agreement import FEWEST
from borgerlib.workshop.words import words

if TYPE_CHECKING:
    from jinja2 import Template

    from borgerlib.workshop.sessions.room import Room

DOWNLOADS = ("html", "pdf", "csv")
_TEMPLATE = "report.html.j2"


@dataclass(frozen=True)
class Download:
    """A file to be handed over."""

    name: str
    mime: str
    content: bytes


def download(room: Room, kind: str) -> Download:
    """Return a session as a file.

    Parameters
    ----------
    room : Room
    kind : {'csv', 'html', 'pdf'}

    Raises
    ------
    DataError
        Nothing has been said yet (in Danish).
    ParameterError
        There is no such kind (in Danish).
    RunError
        PDF is asked for, and WeasyPrint is not installed.
    """
    makers: Mapping[str, tuple[str, Callable[[], bytes]]] = {
        "csv": ("text/csv;charset=utf-8", lambda: as_csv(_table(room.state))),
        "html": ("text/html;charset=utf-8", lambda: session_html(room).encode()),
        "pdf": ("application/pdf", lambda: _pdf(session_html(room))),
    }
    if kind not in makers:
        raise ParameterError(words()("errors", "unknown"))
    if room.state == room.tool.start:
        raise DataError(words()("errors", "empty_session"))
    mime, make = makers[kind]
    return Download(f"{room.session.id}.{kind}", mime, make())


def session_html(room: Room, *, day: date | None = None) -> str:
    """Return the report of a session as a page that needs nothing from elsewhere.

    Parameters
    ----------
    room : Room
    day : date, optional
        When it is saved; today by default.
    """
    shared = {
        "title": words()("report", "title", vaerktoej=room.tool.config["title"], titel=room.session.title),
        "style": theme.css_variables(),
        "words": words(),
        "simulated": room.tool.config["simulated"],
        "anonymous": words()("report", "anonymous", mindst=danish.small_number(FEWEST)),
    }
    made = danish.long_date(day or date.today())
    if isinstance(room.state, Talk):
        about = words()("report", "made_cards", dato=made)
        return _template().render(**shared, about=about, rounds=cards_view(room.state)["summary"], map=None)
    return _template().render(**shared, **_map(room.state, room.view(), made), rounds=None)


def _map(state: InfluenceMap, view: Mapping[str, Any], made: str) -> dict[str, Any]:
    labels = {
        key: {entry.id: entry.label for entry in getattr(state.offered, key)} for key in ("role", "area")
    }
    marks = [
        {
            "number": number,
            "label": one.element.label,
            **{
                when: (one.control[when], one.influence[when]) if when in one.influence else ()
                for when in WHEN
            },
        }
        for number, one in enumerate(standings(state), start=1)
        if one.influence
    ]
    table = influence_table(state)
    head = list(table.columns)[:8]
    rows = [[_cell(value) for value in row] for row in table[head].itertuples(index=False)]
    said = [(one["label"], one["apart"]["today"]["said"]) for one in view["elements"]]
    return {
        "about": words()(
            "report", "made", dato=made, rolle=labels["role"][state.role], omraade=labels["area"][state.area]
        ),
        "map": marks,
        "highest": HIGHEST,
        "lists": view["lists"],
        "head": head,
        "rows": rows,
        "compared": [(label, text) for label, text in said if text],
        "caption": words()("table", "caption", hoejest=HIGHEST),
    }


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "–" if value != value else danish.number(value, 0 if value == int(value) else 2)


def _table(state: InfluenceMap | Talk) -> Any:
    return cards_table(state) if isinstance(state, Talk) else influence_table(state)


def _pdf(page: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="borger-workshop-") as folder:
        target = Path(folder) / "rapport.pdf"
        save_pdf(page, target)
        return target.read_bytes()


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, undefined=StrictUndefined, autoescape=True).get_template(_TEMPLATE)
