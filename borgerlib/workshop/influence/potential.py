"""The development potential: the map's answers to the three questions that guide the discussion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from borgerlib.lokaldemokrati.leaders import open_leaders_survey
from borgerlib.workshop.influence.elements import BARRIERS, Element
from borgerlib.workshop.influence.placements import HIGHEST, WHEN, InfluenceMap
from borgerlib.workshop.sessions.agreement import Agreement, agreement

MIDDLE = HIGHEST / 2


@dataclass(frozen=True)
class Cause:
    """A cause of failed dialogues, by figure 8.

    Parameters
    ----------
    id, label : str
    share, lower, upper : float
        Share (0–1) of the municipalities that named it, and its interval.
    frequent : bool
        Named more often than the average cause, with the whole interval.
    """

    id: str
    label: str
    share: float
    lower: float
    upper: float
    frequent: bool


@dataclass(frozen=True)
class Standing:
    """The position of an element: where the group placed it, else the median of the participants' placements.

    Parameters
    ----------
    element : Element
    influence, control : mapping of str to float
        'today' and 'wished', where known.
    apart : mapping of str to (Agreement, Agreement)
        How the participants' placements of influence and control agree, today and wished.
    """

    element: Element
    influence: Mapping[str, float]
    control: Mapping[str, float]
    apart: Mapping[str, tuple[Agreement, Agreement]]

    @property
    def gap(self) -> float:
        """How much more influence is wished than there is; 0 where one is not placed."""
        if not {"today", "wished"} <= set(self.influence):
            return 0.0
        return self.influence["wished"] - self.influence["today"]


Listed = tuple[Standing, Cause | None]
"""An element on a list, and the cause that put it there."""


def failure_causes() -> dict[str, Cause]:
    """Return the causes of failed dialogues by id, with the real shares of figure 8."""
    shown = open_leaders_survey().estimates(BARRIERS).frame
    shown = shown[~shown["suppressed"]]
    shown = shown.assign(frequent=shown["ci_lower"] > shown["proportion"].mean())
    fields = ["option", "label", "proportion", "ci_lower", "ci_upper", "frequent"]
    return {row[0]: Cause(*row) for row in shown[fields].itertuples(index=False)}


def standings(state: InfluenceMap, elements: Sequence[Element] | None = None) -> tuple[Standing, ...]:
    """Return where elements stand, to the question that is asked; by default all that are on the map."""
    return tuple(_standing(state, one) for one in (state.elements if elements is None else elements))


def potential(
    every: Sequence[Standing], picked: frozenset[str], causes: Mapping[str, Cause]
) -> dict[str, Sequence[Listed]]:
    """Return the list of each question, with what matters most first.

    'picked': what the group has picked itself, in the order of the map. 'wish': influence below the middle
    today, and more wished; the widest gap first. 'cause': influence above the middle today, and a frequent
    cause of failed dialogues; the most frequent first.

    Parameters
    ----------
    every : sequence of Standing
        As `standings` returns.
    picked : frozenset of str
        Ids.
    causes : mapping of str to Cause
        As `failure_causes` returns.
    """
    wish = [one for one in every if one.influence.get("today", MIDDLE) < MIDDLE and one.gap > 0]
    high = [one for one in every if one.influence.get("today", 0) > MIDDLE]
    named = [(one, causes[one.element.cause]) for one in high if one.element.cause in causes]
    cause = sorted((pair for pair in named if pair[1].frequent), key=lambda pair: -pair[1].share)
    return {
        "picked": [(one, None) for one in every if one.element.id in picked],
        "wish": [(one, None) for one in sorted(wish, key=lambda one: -one.gap)],
        "cause": cause,
    }


def _standing(state: InfluenceMap, element: Element) -> Standing:
    influence: dict[str, float] = {}
    control: dict[str, float] = {}
    apart = {}
    for when in WHEN:
        own = state.apart(element.id, when)
        of_influence = agreement((one.influence for one in own), steps=HIGHEST + 1)
        of_control = agreement((one.control for one in own), steps=HIGHEST + 1)
        apart[when] = of_influence, of_control
        together = state.together.get((element.id, when))
        if together is not None:
            influence[when], control[when] = together.influence, together.control
        elif of_influence.median is not None and of_control.median is not None:
            influence[when], control[when] = of_influence.median, of_control.median
    return Standing(element, influence, control, apart)
