"""The report of a session: one HTML page that holds everything, and the same as PDF."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from borgerlib import danish
from borgerlib.errors import DataError, ParameterError
from borgerlib.files.pdf import save_pdf
from borgerlib.files.templates import template
from borgerlib.view import theme
from borgerlib.workshop.cards.rounds import Talk
from borgerlib.workshop.influence.placements import HIGHEST, WHEN, Decision, InfluenceMap
from borgerlib.workshop.influence.potential import standings
from borgerlib.workshop.page.cards import cards_view
from borgerlib.workshop.saved.table import as_csv, cards_table, influence_table
from borgerlib.workshop.sessions.agreement import FEWEST
from borgerlib.workshop.words import told_number, words

if TYPE_CHECKING:
    from borgerlib.workshop.sessions.room import Room

DOWNLOADS = ("html", "pdf", "docx", "png", "csv")
"""The files that a session is handed over as; a picture is of the map alone."""
_TEMPLATE = "report.html.j2"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# On paper there are no fonts of a system.
_PRINTED = "".join(theme.font_face(weight, theme.font_file(weight).as_uri()) for weight in theme.FONT_STYLES)
_PRINTED += f"body {{ font-family: '{theme.FONT_FAMILY}'; }}"


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
    kind : {'html', 'pdf', 'docx', 'png', 'csv'}

    Raises
    ------
    DataError
        Nothing has been said yet (in Danish).
    ParameterError
        There is no such kind (in Danish).
    RunError
        What makes a PDF or a document is not installed.
    """
    makers: Mapping[str, tuple[str, Callable[[], bytes]]] = {
        "csv": ("text/csv;charset=utf-8", lambda: as_csv(_table(room.state))),
        "html": ("text/html;charset=utf-8", lambda: session_html(room).encode()),
        "pdf": ("application/pdf", lambda: _pdf(_page(report_content(room), faces=_PRINTED))),
        "docx": (_DOCX, lambda: _docx(report_content(room))),
        "png": ("image/png", lambda: _picture(report_content(room))),
    }
    if kind not in downloads_of(room):
        raise ParameterError(words()("errors", "unknown"))
    if room.state == room.tool.start:
        raise DataError(words()("errors", "empty_session"))
    mime, make = makers[kind]
    return Download(f"{room.session.id}.{kind}", mime, make())


def downloads_of(room: Room) -> tuple[str, ...]:
    """Return the files that a session can be handed over as."""
    return tuple(kind for kind in DOWNLOADS if kind != "png" or not isinstance(room.state, Talk))


def session_html(room: Room, *, day: date | None = None) -> str:
    """Return the report of a session as a page that needs nothing from elsewhere.

    Parameters
    ----------
    room : Room
    day : date, optional
        When it is saved; today by default.
    """
    return _page(report_content(room, day=day))


def report_content(room: Room, *, day: date | None = None) -> dict[str, Any]:
    """Return what a report says: texts and rows, the same for every format."""
    state = room.state
    made = danish.long_date(day or date.today())
    shared = {
        "title": words()("report", "title", vaerktoej=room.tool.config["title"], titel=room.session.title),
        "simulated": room.tool.config["simulated"],
        "look": room.tool.look,
        "anonymous": words()("report", "anonymous", mindst=danish.small_number(FEWEST)),
    }
    if isinstance(state, Talk):
        about = words()("report", "made_cards", dato=made)
        return {**shared, "about": about, "rounds": cards_view(state)["summary"], "map": None}
    return {**shared, **_map(state, room.view(), made), "rounds": None}


def render(name: str, **content: Any) -> str:
    """Return a page of ours with its content filled in, all of it as text."""
    page = template(name, Path(__file__).parent)
    return str(page.render(**content, words=words(), style=theme.css_variables()))


def _page(content: Mapping[str, Any], *, faces: str = "") -> str:
    drawn = None if content["map"] is None else base64.b64encode(_picture(content)).decode()
    return render(_TEMPLATE, **content, faces=Markup(faces), picture=f"data:image/png;base64,{drawn}")


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
    rows = [[told_number(value) for value in row] for row in table[head].itertuples(index=False)]
    said = [(one["label"], one["apart"]["today"]["said"]) for one in view["elements"]]
    return {
        "about": words()(
            "report", "made", dato=made, rolle=labels["role"][state.role], omraade=labels["area"][state.area]
        ),
        "map": marks,
        "lists": [*view["lists"], *_other_decisions(state, view["lists"])],
        "head": head,
        "rows": rows,
        "compared": [(label, text) for label, text in said if text],
        "caption": words()("table", "caption", hoejest=HIGHEST),
    }


def _other_decisions(state: InfluenceMap, lists: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a list of the decisions whose elements no longer stand on theirs; none where all do."""
    listed = {(one["question"], item["id"]) for one in lists for item in one["items"]}
    labels = {element.id: element.label for element in (*state.elements, *state.left_out)}
    told = words()
    items = [
        {
            "label": labels.get(name, name),
            "why": told("lists", "why_other", liste=told("lists", question)),
            "decision": {"what": decision.what, "who": decision.who, "by": decision.when},
        }
        for (question, name), decision in state.decisions.items()
        if decision != Decision() and (question, name) not in listed
    ]
    return [{"title": told("lists", "other"), "asked": told("lists", "other_asked"), "items": items}] * bool(
        items
    )


def _table(state: InfluenceMap | Talk) -> Any:
    return cards_table(state) if isinstance(state, Talk) else influence_table(state)


def _pdf(page: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="borger-workshop-") as folder:
        target = Path(folder) / "rapport.pdf"
        save_pdf(page, target)
        return target.read_bytes()


def _picture(content: Mapping[str, Any]) -> bytes:
    # Only here: most sessions make none, and matplotlib is heavy.
    from borgerlib.workshop.saved.picture import map_picture

    colours = content["look"].colours or (theme.COUNTRY,)
    return map_picture(content["map"], content["title"], colour=colours[0])


def _docx(content: Mapping[str, Any]) -> bytes:
    from borgerlib.workshop.saved.document import as_docx

    return as_docx(content, None if content["map"] is None else _picture(content))
