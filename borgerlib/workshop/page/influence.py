"""The page of the influence map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from borgerlib.files.look import USUAL, Look
from borgerlib.workshop.cards.deck import TOPICS
from borgerlib.workshop.influence import placements
from borgerlib.workshop.influence.elements import Element, Elements
from borgerlib.workshop.influence.placements import HIGHEST, QUESTIONS, WHEN, Decision, InfluenceMap
from borgerlib.workshop.influence.potential import (
    Cause,
    Listed,
    Standing,
    failure_causes,
    potential,
    standings,
)
from borgerlib.workshop.page.citizens import Citizens, share_words
from borgerlib.workshop.sessions.agreement import FEWEST, Agreement
from borgerlib.workshop.sessions.room import Tool
from borgerlib.workshop.words import number_words, words

NAME = "indflydelse"


def influence_tool(elements: Elements, citizens: Citizens, *, place: str = "", look: Look = USUAL) -> Tool:
    """Return the influence map as a tool of the page.

    Parameters
    ----------
    elements : Elements
        What is on the map to begin with.
    citizens : Citizens
        What they have answered; an area whose id is a topic of the survey shows it.
    place : str
        The municipality's name.
    look : Look
    """
    causes = failure_causes()
    said = {area.id: citizens.said.get((TOPICS, area.id), "") for area in elements.area}
    say = words()
    config = {
        **shared_config(NAME, "influence", citizens, place),
        "highest": HIGHEST,
        "when": [{"id": when, "label": say("when", when)} for when in WHEN],
        "position": dict(say.sections["position"]),
        "roles": [vars(role) for role in elements.role],
        "areas": [{**vars(area), "said": said[area.id]} for area in elements.area],
    }
    return Tool(
        NAME,
        config,
        start=placements.empty_map(elements),
        checked=placements.checked,
        applied=placements.applied,
        may=placements.PARTICIPANTS_MAY,
        view=lambda state: influence_view(state, causes),
        shared=lambda state: _shared(state, causes),
        own=_own,
        look=look,
    )


def shared_config(tool: str, title: str, citizens: Citizens, place: str) -> dict[str, Any]:
    """Return the initial configuration that both tools' pages share."""
    say = words()
    return {
        "tool": tool,
        "title": say("page", f"{title}_place", sted=place) if place else say("page", title),
        "simulated": say("page", "simulated") if citizens.simulated else "",
        "strings": dict(say.sections["strings"]),
    }


def influence_view(state: InfluenceMap, causes: Mapping[str, Cause]) -> dict[str, Any]:
    """Return what the leader sees: no individual placements, and no comparison of fewer than 4."""
    every = standings(state)
    found = potential(every, state.said.picked, causes)
    lists = [_list(question, found[question], state) for question in QUESTIONS]
    return {
        **_asked(state),
        "elements": [
            {
                **_element(one.element, causes),
                "picked": one.element.id in state.said.picked,
                "placed": _spots(state.together, one.element.id),
                "apart": {when: _apart(state, one, when) for when in WHEN},
            }
            for one in every
        ],
        "shown_at": _clock(state.said.shown_at),
        "left_out": [{"id": element.id, "label": element.label} for element in state.left_out],
        "lists": [*lists, *_other_decisions(state, lists)],
    }


def _shared(state: InfluenceMap, causes: Mapping[str, Cause]) -> dict[str, Any]:
    elements = [{**_element(element, causes), "placed": {}, "apart": {}} for element in state.elements]
    return {**_asked(state), "elements": elements}


def _clock(at: str) -> str:
    return f"{datetime.fromisoformat(at).astimezone():%H.%M}" if at else ""


def _asked(state: InfluenceMap) -> dict[str, Any]:
    return {"role": state.role, "area": state.area, "participants": len(state.participants)}


def _element(element: Element, causes: Mapping[str, Cause]) -> dict[str, Any]:
    cause = causes.get(element.cause)
    return {
        "id": element.id,
        "label": element.label,
        "help": element.help,
        "cause": words()("facts", "cause", **_cause_words(cause)) if cause else "",
    }


def _cause_words(cause: Cause) -> dict[str, str]:
    return {"aarsag": cause.label, **share_words(cause.share, cause.lower, cause.upper)}


def _why(question: str, one: Standing, cause: Cause | None) -> str:
    """Return why an element stands on the list of a question."""
    say = words()
    today = number_words(one.influence.get("today", 0))
    if question == "picked":
        return say("lists", "why_picked")
    if cause is None:
        wished, gap = map(number_words, (one.influence["wished"], one.gap))
        return say("lists", "why_gap", i_dag=today, oensket=wished, forskel=gap)
    return say("lists", "why_cause", **_cause_words(cause), i_dag=today)


def compared_words(agreement: Agreement, key: str, highest: int) -> str:
    """Return what may be shown of individual answers, in words."""
    if agreement.median is None or agreement.lower is None or agreement.upper is None:
        return words()("agreement", "few", antal=agreement.n, mindst=FEWEST) if agreement.n else ""
    median, lower, upper = map(number_words, (agreement.median, agreement.lower, agreement.upper))
    agreed = words()("agreement", agreement.word)
    return words()(
        "agreement",
        key,
        antal=agreement.n,
        median=median,
        nedre=lower,
        oevre=upper,
        enighed=agreed,
        hoejest=highest,
    )


def _apart(state: InfluenceMap, one: Standing, when: str) -> dict[str, Any]:
    influence, control = one.apart[when]
    told = {"n": influence.n, "said": compared_words(influence, "placed", HIGHEST)}
    if influence.median is None:
        return told
    return {
        **told,
        "median": [influence.median, control.median],
        "spread": [[influence.lower, influence.upper], [control.lower, control.upper]],
        "dots": [[one.influence, one.control] for one in state.apart(one.element.id, when)],
    }


def _spots(placed: Mapping[placements.Spot, placements.Position], element: str) -> dict[str, list[int]]:
    found = {when: placed.get((element, when)) for when in WHEN}
    return {when: [spot.influence, spot.control] for when, spot in found.items() if spot is not None}


def _own(state: InfluenceMap, who: str) -> dict[str, Any]:
    """Return a participant's placements by question: the page knows the current question."""
    own = {question: said.placed.get(who, {}) for question, said in state.answers.items()}
    return {
        "\n".join(question): {element: _spots(placed, element) for element in sorted({e for e, _ in placed})}
        for question, placed in own.items()
        if placed
    }


def _list(question: str, found: Sequence[Listed], state: InfluenceMap) -> dict[str, Any]:
    say = words()
    return {
        "question": question,
        "title": say("lists", question),
        "asked": say("lists", f"{question}_question"),
        "empty": say("lists", f"{question}_empty"),
        "items": [_item(state, question, one.element, _why(question, one, cause)) for one, cause in found],
    }


def _item(state: InfluenceMap, question: str, element: Element, reason: str) -> dict[str, Any]:
    decision = state.said.decisions.get((question, element.id), Decision())
    decided = {"what": decision.what, "who": decision.who, "by": decision.when}
    return {
        "id": element.id, "label": element.label, "question": question, "why": reason, "decision": decided,
    }  # fmt: skip


def _other_decisions(state: InfluenceMap, lists: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a list of the decisions whose elements are no longer on their list; empty if there are none."""
    listed = {(one["question"], item["id"]) for one in lists for item in one["items"]}
    say, elements = words(), {element.id: element for element in (*state.elements, *state.left_out)}
    items = [
        _item(state, question, elements[name], say("lists", "why_other", liste=say("lists", question)))
        for (question, name), decision in state.said.decisions.items()
        if decision != Decision() and (question, name) not in listed and name in elements
    ]
    other = {"question": "other", "title": say("lists", "other"), "asked": say("lists", "other_asked")}
    return [{**other, "empty": "", "items": items}] if items else []
