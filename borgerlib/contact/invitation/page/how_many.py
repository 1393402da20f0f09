"""How many to invite and how: everybody, some by lot, or by dice; and whether that draw is possible."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd

from borgerlib import danish
from borgerlib.contact.draw.quotas import read_quotas
from borgerlib.contact.invitation.balance import Balance
from borgerlib.contact.invitation.page import words
from borgerlib.contact.register.lists.apart import FEWEST
from borgerlib.errors import DataError
from borgerlib.files.temporary import owned_temporary_folder
from borgerlib.said import said

_WAYS = (
    ("Alle, der passer", "all"),
    ("Nogle, udvalgt ved lodtrækning, så de ligner befolkningen", "lot"),
    ("Nogle, udvalgt med terninger, mens alle ser på", "dice"),
)
_CAPS = (
    ("Intet loft", 0.0),
    *((f"{danish.number(cap, 1)} gange gennemsnittet", cap) for cap in (1.5, 2, 3)),
)

Drawable = Callable[[int, pd.DataFrame | None, float | None], Balance]
"""Seats, quotas of one's own, cap → the draw; raises `DataError` where it cannot be."""


def set_shown(*parts: widgets.Widget, shown: bool) -> None:
    """Show widgets, or remove them from the page."""
    for part in parts:
        part.layout.display = None if shown else "none"


class HowMany(widgets.VBox):  # type: ignore[misc]
    """The choice of how many.

    Parameters
    ----------
    drawable : callable
        See `Drawable`.
    on_change : callable
        Called when the way, the seats, the quotas or the chances change.
    """

    def __init__(self, drawable: Drawable, on_change: Callable[[], None]) -> None:
        self._drawable, self._on_change = drawable, on_change
        self.way = widgets.RadioButtons(options=_WAYS, description="Hvor mange skal inviteres?")
        self.seats = widgets.BoundedIntText(value=99, min=FEWEST, max=10_000, description="Antal pladser")
        self.reserves = widgets.BoundedIntText(value=20, min=0, max=10_000, description="Reserver")
        self.quotas = widgets.FileUpload(
            accept=".csv,.xlsx,.toml",
            description="Egne kvoter fra en fil",
            tooltip="En tabel med kolonnerne feature, value, min og max",
        )
        self.cap = widgets.Dropdown(options=_CAPS, description="Loft over den enkeltes chance")
        self.mend = widgets.Checkbox(description="Godtag den mindste ændring", indent=False)
        self.notice = widgets.HTML()
        super().__init__([self.way, self.seats, self.reserves, self.quotas, self.cap, self.notice, self.mend])
        for widget in (self.way, self.seats, self.reserves, self.quotas, self.cap, self.mend):
            widget.observe(self.show, "value")

    def show(self, _: object = None) -> None:
        """Show the options, and whether the draw is possible."""
        drawn = self.way.value != "all"
        set_shown(self.seats, self.quotas, self.cap, shown=drawn)
        set_shown(self.reserves, shown=self.way.value == "lot")
        lines, mendable = self._feasibility() if drawn else ([], False)
        set_shown(self.mend, shown=mendable)
        self.notice.value = words.paragraphs(lines, "borger-warning" if mendable else "")
        self._on_change()

    def balance(self) -> Balance:
        """Return the balance to draw with: as asked for, or with the change that the user has accepted."""
        wanted = self._wanted()
        reason = wanted.why_not()
        if reason is None:
            return wanted
        if not self.mend.value:
            raise DataError(" ".join(words.infeasible(reason)))
        return wanted.mended(reason)

    def _wanted(self) -> Balance:
        return self._drawable(self.seats.value, self._own_quotas(), self.cap.value or None)

    def _feasibility(self) -> tuple[list[str], bool]:
        """Return sentences on whether the draw is possible, and whether changed quotas would make it so."""
        try:
            wanted = self._wanted()
            reason = wanted.why_not()
            if reason is not None:
                return words.infeasible(reason), True
            wanted.require_cap()
        except DataError as error:
            return [words.error(error)], False
        by = danish.listing([str(name) for name in wanted.people])
        like = "ligne befolkningen" if not self.quotas.value else "udvælges"
        return [f"Det kan lade sig gøre: de udtrukne kan {like} efter {by}."], False

    def _own_quotas(self) -> pd.DataFrame | None:
        if not self.quotas.value:
            return None
        file: dict[str, Any] = self.quotas.value[0]
        with owned_temporary_folder() as folder:
            path = (folder / "kvoter").with_suffix(Path(file["name"]).suffix)
            path.write_bytes(file["content"])
            try:
                return read_quotas(path)
            except DataError as error:
                raise DataError(said("quotas_unreadable", file=file["name"])) from error
