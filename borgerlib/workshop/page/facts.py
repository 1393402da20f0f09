"""What is known beside the cards and elements: the figures of 2021, and what citizens have answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from borgerlib import danish
from borgerlib.interest.prepared import is_prepared
from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.workshop.cards.deck import FORMATS, FORMATS_USED, TOPICS
from borgerlib.workshop.influence.potential import Cause
from borgerlib.workshop.words import words

_ROLES = {TOPICS: "topics", FORMATS: "formats"}


@dataclass(frozen=True)
class Citizens:
    """What a municipality's citizens have answered, as sentences by (item, answer); from the protected copy.

    Parameters
    ----------
    simulated : bool
        SIMULEREDE DATA.
    said : mapping of (str, str) to str
    """

    simulated: bool = False
    said: Mapping[tuple[str, str], str] = field(default_factory=dict)


def published_formats() -> dict[str, str]:
    """Return how many municipalities used a format, as sentences by answer of figure N4."""
    shown = open_leaders_survey().estimates(FORMATS_USED).frame
    return {row["option"]: words()("facts", "published", **_share(row)) for row in shown.to_dict("records")}


def cause_said(cause: Cause) -> str:
    """Return the sentence on a cause of failed dialogues."""
    interval = danish.percent_range(cause.lower, cause.upper)
    return words()("facts", "cause", andel=danish.percent(cause.share), interval=interval, aarsag=cause.label)


def citizens_of(municipality: str) -> Citizens:
    """Return what the citizens have answered; empty where none have, or no municipality is named.

    Raises
    ------
    DataError
        The prepared answers are damaged.
    """
    if not municipality or not is_prepared(find_municipality(municipality).name):
        return Citizens()
    # Only here: it opens the protected copy, and most meetings have none.
    from borgerlib.dashboard.page.answers import open_answers

    answers = open_answers(municipality)
    place = answers.municipality.name
    said = {}
    for item, role in _ROLES.items():
        for row in answers.everybody.estimates.select(item=role).frame.to_dict("records"):
            if not row["suppressed"]:
                key = "topic" if item == TOPICS else "format"
                text = words()("facts", key, **_share(row), sted=place, svar=row["label"])
                mark = f" {words()('facts', 'simulated')}" if answers.offer.simulated else ""
                said[item, row["option"]] = text + mark
    return Citizens(answers.offer.simulated, said)


def _share(row: Mapping[Any, Any]) -> dict[str, str]:
    # Corrected for what was left to chance, a small share may come out below 0.
    interval = danish.percent_range(max(0.0, row["ci_lower"]), row["ci_upper"])
    return {"andel": danish.percent(max(0.0, row["proportion"])), "interval": interval}
