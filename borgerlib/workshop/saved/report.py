"""The report of a session: one HTML page that holds everything, and the same as PDF."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from borgerlib import danish
from borgerlib.errors import DataError, ParameterError
from borgerlib.files.document import new_document
from borgerlib.files.pdf import save_pdf
from borgerlib.files.templates import template
from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.runs.pages.formats.docx import write_html
from borgerlib.view import theme
from borgerlib.workshop.cards.rounds import Talk
from borgerlib.workshop.influence.placements import HIGHEST, WHEN, InfluenceMap
from borgerlib.workshop.influence.potential import standings
from borgerlib.workshop.page.cards import cards_view
from borgerlib.workshop.saved.picture import map_picture
from borgerlib.workshop.saved.table import as_csv, question_table, session_table
from borgerlib.workshop.sessions.agreement import FEWEST
from borgerlib.workshop.words import number_words, words

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
        "csv": ("text/csv;charset=utf-8", lambda: as_csv(session_table(room.state))),
        "html": ("text/html;charset=utf-8", lambda: session_html(room).encode()),
        "pdf": ("application/pdf", lambda: _pdf(_page(report_content(room), faces=_PRINTED))),
        "docx": (_DOCX, lambda: _docx(report_content(room))),
        "png": ("image/png", lambda: _picture_now(room)),
    }
    if kind not in downloads_of(room):
        raise ParameterError(words()("errors", "unknown"))
    if _is_empty(room):
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
    shared = {
        "title": words()("report", "title", vaerktoej=room.tool.config["title"], titel=room.session.title),
        "simulated": room.tool.config["simulated"],
        "look": room.tool.look,
        "anonymous": words()("report", "anonymous", mindst=danish.small_number(FEWEST)),
        "about": words()("report", "made", dato=danish.long_date(day or date.today())),
    }
    if isinstance(state, Talk):
        return {**shared, "rounds": cards_view(state.revealed)["summary"], "maps": []}
    maps = [_map(asked, room.tool.view(asked)) for asked in state.asked or (state,)]
    return {**shared, "rounds": None, "maps": maps}


def render(name: str, **content: Any) -> str:
    """Return a page of ours with its content filled in, all of it as text."""
    page = template(name, Path(__file__).parent)
    return str(page.render(**content, words=words(), style=theme.css_variables()))


def _page(content: Mapping[str, Any], *, faces: str = "") -> str:
    drawn = [base64.b64encode(_picture(content, one)).decode() for one in content["maps"]]
    return render(_TEMPLATE, **content, faces=Markup(faces), pictures=drawn)


def _map(state: InfluenceMap, view: Mapping[str, Any]) -> dict[str, Any]:
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
    table = question_table(state)[: len(state.elements)]
    head = list(table.columns)[:8]
    rows = [[number_words(value) for value in row] for row in table[head].itertuples(index=False)]
    said = [
        (f"{one['label']} ({words()('when', when).lower()})", one["apart"][when]["said"])
        for one in view["elements"]
        for when in WHEN
    ]
    return {
        "question": " · ".join(state.labels),
        "now": (view["role"], view["area"]),
        "marks": marks,
        "lists": view["lists"],
        "head": head,
        "rows": rows,
        "compared": [(label, text) for label, text in said if text],
        "caption": words()("table", "caption", hoejest=HIGHEST),
    }


def _is_empty(room: Room) -> bool:
    """Return whether there are no replies yet, only the question or the cards on the table."""
    state, start = room.state, room.tool.start
    if isinstance(state, Talk):
        return not (state.notes or state.votes)
    return not state.asked and (state.elements, state.left_out) == (start.elements, start.left_out)


def _pdf(page: str) -> bytes:
    with owned_temporary_folder() as folder:
        target = folder / "rapport.pdf"
        save_pdf(page, target)
        return target.read_bytes()


def _docx(content: Mapping[str, Any]) -> bytes:
    from bs4 import BeautifulSoup

    document = new_document(content["title"], content["look"])
    page = BeautifulSoup(_page(content), "html.parser").main
    assert page is not None, "the page is ours"
    for logo in page.select(".logo"):  # which the document has already
        logo.decompose()
    pictures = [base64.b64decode(str(one["src"]).partition(",")[2]) for one in page.find_all("img")]
    write_html(document, page, iter(pictures))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _picture(content: Mapping[str, Any], shown: Mapping[str, Any]) -> bytes:
    colours = content["look"].colours or (theme.COUNTRY,)
    return map_picture(shown["marks"], content["title"], shown["question"], colour=colours[0])


def _picture_now(room: Room) -> bytes:
    """Return the map of the current question, or the latest map if that question has no replies."""
    content = report_content(room)
    found = [one for one in content["maps"] if one["now"] == room.state.question]
    return _picture(content, (found or content["maps"])[-1])
