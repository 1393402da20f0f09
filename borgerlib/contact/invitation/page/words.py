"""What the page says in Danish of what cannot be done, and of what was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from borgerlib import danish
from borgerlib.contact.draw.check import DrawnAlreadyError, FallsOutError
from borgerlib.contact.lottery.infeasible import Infeasible, QuotaChange
from borgerlib.contact.lottery.relaxation import CapTooLowError
from borgerlib.contact.register.lists.apart import FEWEST, FEWEST_APART, TooAlikeError
from borgerlib.contact.register.lists.make import TooFewError
from borgerlib.contact.register.people import SharedContactError, UnknownPersonError
from borgerlib.errors import BorgerlibError

_BOUNDS = {"min": "mindst", "max": "højst"}


def infeasible(reason: Infeasible) -> list[str]:
    """Return which quotas cannot be kept, by how many people, and the smallest change that mends it."""
    lines = [
        f"{danish.capitalise(value)}: der skal være mindst {wanted}, men {_only(have)} kan trækkes."
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
    """Return an error in Danish, where the page knows it; otherwise its own words."""
    if isinstance(reason, TooFewError):
        return (
            f"Listen ville få færre end {FEWEST} personer og røbe, hvad den enkelte har svaret. "
            "Vælg bredere, eller en anden måde at sende på."
        )
    if isinstance(reason, TooAlikeError):
        named = danish.listing(
            [
                f"liste {number} fra {danish.long_date(date.fromisoformat(day))}"
                for number, day in reason.lists
            ]
        )
        return (
            f"Ved siden af {named} ville listen røbe, hvad færre end {FEWEST_APART} personer har svaret. "
            "Vælg som dengang, eller vælg noget, der adskiller sig mere."
        )
    if isinstance(reason, CapTooLowError):
        return (
            f"Loftet kan ikke holdes: nogle må nødvendigvis have mindst {danish.number(reason.possible, 1)} "
            "gange gennemsnittets chance. Vælg et højere loft, intet loft eller bredere kvoter."
        )
    if isinstance(reason, FallsOutError):
        return (
            f"Panel {reason.number:03d} falder ud: en af dem har trukket sit samtykke tilbage. "
            f"{danish.number(reason.left)} paneler er tilbage. Kast terningerne igen."
        )
    if isinstance(reason, DrawnAlreadyError):
        return f"Panel {reason.number:03d} er allerede trukket. Der trækkes kun én gang."
    if isinstance(reason, UnknownPersonError):
        return "Ingen i registret har den kode, e-mail eller det telefonnummer."
    if isinstance(reason, SharedContactError):
        return "Flere deler det telefonnummer. Skriv koden eller e-mailen."
    return " ".join([reason.message, *reason.problems])


def _only(have: int) -> str:
    return "ingen" if not have else f"kun {have}"
