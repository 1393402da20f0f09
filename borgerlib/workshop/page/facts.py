"""What is known beside the cards and elements: the figures of 2021, as sentences."""

from __future__ import annotations

from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.workshop.cards.deck import FORMATS_USED
from borgerlib.workshop.influence.potential import Cause
from borgerlib.workshop.page.citizens import share_words
from borgerlib.workshop.words import words


def published_formats() -> dict[str, str]:
    """Return how many municipalities used a format, as sentences by answer of figure N4."""
    shown = open_leaders_survey().estimates(FORMATS_USED).frame
    return {
        row["option"]: words()("facts", "published", **share_words(row)) for row in shown.to_dict("records")
    }


def cause_said(cause: Cause) -> str:
    """Return the sentence on a cause of failed dialogues."""
    return words()("facts", "cause", **cause_words(cause), aarsag=cause.label)


def cause_words(cause: Cause) -> dict[str, str]:
    """Return a cause's share and interval in words."""
    return share_words({"proportion": cause.share, "ci_lower": cause.lower, "ci_upper": cause.upper})
