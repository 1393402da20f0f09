"""What the page says in Danish of what cannot be done, and of what was."""

from __future__ import annotations

from collections.abc import Sequence

from borgerlib import danish
from borgerlib.contact.lottery.infeasible import Infeasible, QuotaChange
from borgerlib.contact.lottery.relaxation import CapTooLowError
from borgerlib.errors import BorgerlibError
from borgerlib.said import in_danish

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
    if isinstance(reason, CapTooLowError):
        return (
            f"Loftet kan ikke holdes: nogle må nødvendigvis have mindst {danish.number(reason.possible, 1)} "
            "gange gennemsnittets chance. Vælg et højere loft, intet loft eller bredere kvoter."
        )
    return " ".join(map(in_danish, [reason.message, *reason.problems]))


def _only(have: int) -> str:
    return "ingen" if not have else f"kun {have}"
