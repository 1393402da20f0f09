"""One page, offline, where a citizen types her code and sees her chance and whether she was drawn."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from borgerlib.danish import long_date, number, percent
from borgerlib.files.templates import template

if TYPE_CHECKING:
    from borgerlib.contact.draw.publication import Publication

_TEMPLATE = "page.html.j2"


def lottery_page(published: Publication) -> str:
    """Return the page of a published lottery: with its data, its fingerprint and, once drawn, its panel."""
    about, drawn = published.about, published.drawn
    return str(
        template(_TEMPLATE, Path(__file__).parent).render(
            about=about,
            people=number(about.people),
            count=number(about.panels),
            day=long_date(date.fromisoformat(about.date)),
            data=page_data(published),
            fingerprint=grouped(published.fingerprint),
            quotas=published.quotas.groupby("feature", sort=False),
            lowest=percent(float(published.chances.min()), 1),
            highest=percent(float(published.chances.max()), 1),
            drawn=None if drawn is None else f"{drawn:03d}",
            seated=() if drawn is None else published.panels[drawn],
            withdrawn=published.withdrawn,
            fallen=[f"{each:03d}" for each in published.fallen],
        )
    )


def page_data(published: Publication) -> str:
    """Return what the page looks codes up in, as it stands in the page."""
    position = {code: at for at, code in enumerate(published.chances.index)}
    data = {
        "codes": list(position),
        "panels": [[position.get(code, -1) for code in panel] for panel in published.panels],
        "drawn": published.drawn,
        "withdrawn": published.withdrawn,
        "fallen": published.fallen,
    }
    # Codes are letters and digits, so nothing in it can end the script.
    return json.dumps(data, separators=(",", ":"))


def grouped(fingerprint: str) -> str:
    """Return a fingerprint in groups of eight, to be read aloud."""
    return " ".join(fingerprint[start : start + 8] for start in range(0, len(fingerprint), 8))
