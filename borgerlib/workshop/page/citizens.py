"""What a municipality's citizens have answered, as sentences with the numbers of its report.

They are put into words by a process of its own: what opens the answers takes more memory than a whole
meeting, and is needed once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from borgerlib import danish
from borgerlib.errors import BorgerlibError, DataError, command
from borgerlib.interest.prepared import is_prepared
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.said import said
from borgerlib.workshop.cards.deck import FORMATS, TOPICS
from borgerlib.workshop.words import words

SHARE = ["option", "label", "proportion", "ci_lower", "ci_upper"]
_ROLES = {TOPICS: "topics", FORMATS: "formats"}


@dataclass(frozen=True)
class Citizens:
    """What a municipality's citizens have answered, as sentences by (item, answer).

    Parameters
    ----------
    simulated : bool
        SIMULEREDE DATA.
    said : mapping of (str, str) to str
    """

    simulated: bool = False
    said: Mapping[tuple[str, str], str] = field(default_factory=dict)


def citizens_of(municipality: str) -> Citizens:
    """Return what the citizens have answered; empty where none have, or no municipality is named.

    Raises
    ------
    DataError
        The prepared answers are damaged.
    """
    place = find_municipality(municipality).name if municipality else ""
    if not place or not is_prepared(place):
        return Citizens()
    wording = [sys.executable, "-m", "borgerlib.workshop.page.citizens", place]
    made = subprocess.run(wording, capture_output=True, text=True, encoding="utf-8", check=False)
    if made.returncode:
        raise DataError(
            said("citizens_unreadable", why=(made.stderr.strip().splitlines() or [""])[-1]),
            hint=said("run_again", command=command("import", place)),
        )
    printed = json.loads(made.stdout)
    return Citizens(printed["simulated"], {(item, answer): text for item, answer, text in printed["said"]})


def share_words(share: float, lower: float, upper: float) -> dict[str, str]:
    """Return a share and its interval in words."""
    return {"andel": danish.percent(share), "interval": danish.percent_range(lower, upper)}


def _said(municipality: str) -> str:
    from borgerlib.view.citizens.interest import open_citizens

    survey = open_citizens(municipality)
    mark = f" {words()('facts', 'simulated')}" if survey.simulated else ""
    frame = survey.estimates.frame
    frame = frame[(frame["group"] == "") & ~frame["suppressed"] & ~frame["net"]]
    sentences = []
    for item, role in _ROLES.items():
        key = "topic" if item == TOPICS else "format"
        for option, label, *share in frame.loc[frame["item"] == role, SHARE].itertuples(index=False):
            text = words()("facts", key, **share_words(*share), sted=survey.municipality.name, svar=label)
            sentences.append((item, option, text + mark))
    return json.dumps({"simulated": survey.simulated, "said": sentences})


if __name__ == "__main__":
    try:
        print(_said(sys.argv[1]))
    except (BorgerlibError, OSError) as error:
        sys.exit(str(error).splitlines()[0])
