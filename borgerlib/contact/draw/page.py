"""One page, offline, where a citizen types her code and sees her chance and whether she was drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.danish import long_date, number, percent
from borgerlib.files.templates import template

_TEMPLATE = "page.html.j2"


def lottery_page(
    about: Mapping[str, Any],
    chances: pd.Series,
    panels: Sequence[Sequence[str]],
    quotas: pd.DataFrame,
    fingerprint: str,
    drawn: int | None,
    withdrawn: Sequence[str] = (),
    fallen: Sequence[int] = (),
) -> str:
    """Return the page of a published lottery: with its data, its fingerprint and, once drawn, its panel."""
    lowest, highest = float(chances.min()), float(chances.max())
    return str(
        template(_TEMPLATE, Path(__file__).parent).render(
            about=about,
            people=number(about["people"]),
            count=number(about["panels"]),
            day=long_date(date.fromisoformat(about["date"])),
            data=page_data(chances, panels, drawn),
            fingerprint=grouped(fingerprint),
            quotas=quotas.groupby("feature", sort=False),
            lowest=percent(lowest, 1),
            highest=percent(highest, 1),
            drawn=None if drawn is None else f"{drawn:03d}",
            seated=() if drawn is None else panels[drawn],
            withdrawn=withdrawn,
            fallen=[f"{each:03d}" for each in fallen],
        )
    )


def page_data(chances: pd.Series, panels: Sequence[Sequence[str]], drawn: int | None) -> str:
    """Return what the page looks codes up in, as it stands in the page."""
    position = {code: at for at, code in enumerate(chances.index)}
    data = {
        "codes": list(chances.index),
        "panels": [[position.get(code, -1) for code in panel] for panel in panels],
        "drawn": drawn,
    }
    # Codes are letters and digits, so nothing in it can end the script.
    return json.dumps(data, separators=(",", ":"))


def grouped(fingerprint: str) -> str:
    """Return a fingerprint in groups of eight, to be read aloud."""
    return " ".join(fingerprint[start : start + 8] for start in range(0, len(fingerprint), 8))
