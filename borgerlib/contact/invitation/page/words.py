"""What the page says in Danish, as text and as HTML."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape

import pandas as pd

from borgerlib import danish
from borgerlib.contact.invitation.overview import Overview
from borgerlib.contact.lottery.infeasible import Infeasible, QuotaChange
from borgerlib.contact.lottery.relaxation import CapTooLowError
from borgerlib.errors import BorgerlibError
from borgerlib.said import in_danish

_BOUNDS = {"min": "mindst", "max": "højst"}


def infeasible(reason: Infeasible) -> list[str]:
    """Return which quotas cannot be kept, by how many people, and the smallest change that allows a draw."""
    lines = [
        f"{danish.capitalise(value)}: der skal være mindst {wanted}, men "
        f"{f'kun {have}' if have else 'ingen'} kan trækkes."
        for _, value, wanted, have in reason.short
    ]
    if not lines:
        lines.append("Hver gruppe er stor nok for sig, men ikke alle på én gang.")
    return [*lines, f"Den mindste ændring, der gør det muligt: {changes(reason.changes)}."]


def changes(found: Sequence[QuotaChange]) -> str:
    """Return changes of quotas in words: 'mindst 18 (ikke 19) fra 15–24 år'."""
    return danish.listing(
        [f"{_BOUNDS[change.bound]} {change.becomes} (ikke {change.was}) {change.value}" for change in found]
    )


def error(reason: BorgerlibError) -> str:
    """Return an error in Danish if the page has a translation; otherwise its own words."""
    if isinstance(reason, CapTooLowError):
        return (
            f"Loftet kan ikke holdes: nogle må nødvendigvis have mindst {danish.number(reason.possible, 1)} "
            "gange gennemsnittets chance. Vælg et højere loft, intet loft eller bredere kvoter."
        )
    return " ".join(map(in_danish, [reason.message, *reason.problems]))


def chances(chances: pd.Series) -> str:
    """Return the chances of a seat in words."""
    lowest, highest = danish.percent(chances.min(), 1), danish.percent(chances.max(), 1)
    return f"Chancen for en plads var fra {lowest} til {highest}"


def refused(reason: BorgerlibError) -> str:
    """Return an error in Danish as HTML that screen readers announce at once."""
    return paragraphs([escape(error(reason))], "borger-warning", role="alert")


def paragraphs(lines: Collection[str], kind: str = "", *, role: str = "status") -> str:
    """Return lines of HTML as paragraphs that screen readers announce; '' for no lines."""
    text = "".join(f"<p>{line}</p>" for line in lines)
    return f'<div role="{role}" class="{kind}">{text}</div>' if text else ""


def overview(shown: Overview) -> str:
    """Return what may be shown of a choice, with its chart."""
    first, *more = (escape(line) for line in shown.sentences)
    text = f'<div role="status"><p class="borger-count">{first}</p>{paragraphs(more)}</div>'
    if shown.chart is None:
        return text
    return (
        f'{text}<figure><div role="img" aria-label="{escape(shown.chart.alt_text)}">'
        f"{shown.chart.svg('narrow', framed=False)}</div>"
        f"<figcaption>{escape(shown.chart.title)}. {escape(shown.chart.question)}</figcaption></figure>"
    )
