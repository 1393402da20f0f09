"""The page's words and pictures as HTML, and its plainest widgets."""

from __future__ import annotations

from collections.abc import Collection
from html import escape
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from borgerlib import danish
from borgerlib.contact.invitation.overview import Overview
from borgerlib.view import theme


def style() -> str:
    """Return the page's style."""
    return theme.style(Path(__file__).with_name("page.css"))


def text_field(description: str, placeholder: str) -> widgets.Text:
    """Return a field that is read once it is left."""
    return widgets.Text(description=description, placeholder=placeholder, continuous_update=False)


def display(widget: widgets.Widget, shown: bool) -> None:
    """Show a widget, or take it out of the page."""
    widget.layout.display = None if shown else "none"


def chances_words(chances: pd.Series) -> str:
    """Return the chances of a seat in words."""
    lowest, highest = danish.percent(chances.min(), 1), danish.percent(chances.max(), 1)
    return f"Chancen for en plads var fra {lowest} til {highest}"


def paragraphs(lines: Collection[str], kind: str = "", *, role: str = "status") -> str:
    """Return lines of HTML as paragraphs that a screen reader announces; nothing for none."""
    text = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div role="{role}" class="{kind}">{text}</div>' if text else ""


def overview_html(shown: Overview) -> str:
    """Return what may be told of a choice, with its chart."""
    first, *more = (escape(line) for line in shown.sentences)
    text = f'<div role="status"><p class="borger-count">{first}</p>{paragraphs(more)}</div>'
    if shown.chart is None:
        return text
    return (
        f'{text}<figure><div role="img" aria-label="{escape(shown.chart.alt_text)}">'
        f"{shown.chart.svg('narrow', framed=False)}</div>"
        f"<figcaption>{escape(shown.chart.title)}. {escape(shown.chart.question)}</figcaption></figure>"
    )
