"""Cards for print: A6, four to an A4 sheet with cutting marks, backs aligned with their fronts.

The sheets are for duplex printing over the long edge: the columns of a back are those of its front,
mirrored. A card that is too long is not cut off but reported, with its number of excess lines.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from borgerlib.errors import DataError
from borgerlib.files.look import USUAL, Look
from borgerlib.files.pdf import laid_out, save_pdf
from borgerlib.files.templates import template
from borgerlib.view import theme
from borgerlib.workshop.cards.deck import Card
from borgerlib.workshop.words import words

_A_SHEET = 4
# For each position on a sheet of backs, the position of its card on the sheet of fronts.
_MIRRORED = (1, 0, 3, 2)
# Where the text of a card must end, in pixels from its top: A6 less a margin of 9 mm.
_LOWEST = (148.5 - 9) * 96 / 25.4
_ROUNDED = 0.1
_TOO_LONG = "Shorten it, or move a sentence to another card."


@dataclass(frozen=True)
class PrintedCard:
    """A card with what is printed of it.

    Parameters
    ----------
    card : Card
    deck : str
        The deck's title.
    facts : tuple of str
        What is known of its topic or format.
    """

    card: Card
    deck: str
    facts: tuple[str, ...] = ()


def print_cards(cards: Sequence[PrintedCard], target: Path, look: Look = USUAL) -> Path:
    """Write cards as a tagged PDF (PDF/UA), in a municipality's look, and return its path.

    Raises
    ------
    DataError
        Cards are too long for their size: each side, and by how many lines.
    RunError
        WeasyPrint is not installed, or the file cannot be written.
    """
    refuse_too_long(cards, look)
    save_pdf(sheets_html(cards, look), target)
    return target


def sheets_html(cards: Sequence[PrintedCard], look: Look = USUAL) -> str:
    """Return the sheets as HTML for print: of each four cards a page of fronts, then one of backs."""
    sheets = [cards[at : at + _A_SHEET] for at in range(0, len(cards), _A_SHEET)]
    return _rendered("sheets.html.j2", look, sheets=[_sides(sheet) for sheet in sheets])


def refuse_too_long(cards: Sequence[PrintedCard], look: Look = USUAL) -> None:
    """Raise `DataError` where cards are too long for their size; see `print_cards`."""
    problems = too_long(cards, look)
    if problems:
        raise DataError("These cards do not fit on A6:", problems=problems, hint=_TOO_LONG)


def too_long(cards: Sequence[PrintedCard], look: Look = USUAL) -> tuple[str, ...]:
    """Return what does not fit on A6, in English: each side of a card, and by how many lines.

    Raises
    ------
    RunError
        WeasyPrint is not installed.
    """
    problems = []
    with laid_out(_rendered("measure.html.j2", look, cards=cards)) as document:
        sheets = document.pages
    for sheet in sheets:
        count = _lines_over(sheet)
        if count:
            (side,) = sheet.anchors
            kind, _, rest = side.partition("/")
            name, _, face = rest.rpartition("/")
            problems.append(f"{kind} '{name}', {face}: {count} line{'s' * (count > 1)} too long")
    return tuple(problems)


def _lines_over(side: Any) -> int:
    """Return how many lines of the side's running text must be cut so that the last one fits."""
    # WeasyPrint has no public API for lines.
    lines = [box for box in side._page_box.descendants() if type(box).__name__ == "LineBox"]
    last = max(lines, key=lambda line: line.position_y + line.height)
    over: float = last.position_y + last.height - _LOWEST
    tops = sorted({line.position_y for line in lines})
    steps = [round(below - above, 3) for above, below in pairwise(tops)]
    usual: float = statistics.mode(steps or [last.height])
    return max(0, math.ceil((over - _ROUNDED) / usual))


def _sides(sheet: Sequence[PrintedCard]) -> list[list[tuple[int, PrintedCard]]]:
    """Return where the fronts and the backs of a sheet lie."""
    return [list(enumerate(sheet)), [(_MIRRORED[at], card) for at, card in enumerate(sheet)]]


def _rendered(name: str, look: Look, **content: Any) -> str:
    faces = "".join(theme.font_face(weight, theme.font_file(weight).as_uri()) for weight in theme.FONT_STYLES)
    shared = {"words": words(), "faces": faces, "look": look}
    shared["variables"] = f"{theme.css_variables()} {look.css}"
    return str(template(name, Path(__file__).with_name("paper")).render(**shared, **content))
