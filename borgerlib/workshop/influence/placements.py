"""The influence map of a session: from changes to the positions of all elements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from borgerlib.danish import is_read
from borgerlib.errors import ParameterError
from borgerlib.workshop.influence.elements import LONGEST_LABEL, Element, Elements
from borgerlib.workshop.sessions.change import TOGETHER, Change, one_of, step, text
from borgerlib.workshop.words import words

WHEN = ("today", "wished")
HIGHEST = 10
"""Influence from 0 to 10; control from 0 (conditions, vilkår) to 10 (kontrol)."""

QUESTIONS = ("picked", "wish", "cause")
"""The three questions that guide the talk; the first list is what the group itself picks."""

PARTICIPANTS_MAY = ("place", "unplace")
_MOST_ELEMENTS, _LONGEST_TEXT = 60, 400
# The page creates the id of a new element, so that a message sent twice adds one element.
_OWN = re.compile(r"eget_[a-z0-9]{8}")


@dataclass(frozen=True)
class Position:
    """Where an element stands, both from 0 to 10."""

    influence: int
    control: int


@dataclass(frozen=True)
class Decision:
    """What the group decided of an element."""

    what: str = ""
    who: str = ""
    when: str = ""


Spot = tuple[str, str]
"""Element and 'today' or 'wished'."""

Question = tuple[str, str]
"""Role and area: whose influence, and on what. Each question has a map of its own."""


@dataclass(frozen=True)
class Replies:
    """The replies to a question.

    Parameters
    ----------
    placed : mapping of str to mapping
        Participant (`TOGETHER` for the group) → (element, when) → `Place`.
    picked : frozenset of str
        Elements that the group wants to work on.
    decisions : mapping of (list, element) to Decision
    shown : mapping
        `placed` as it was when the leader last showed the answers, so that no answer is seen to arrive.
    shown_at : str
        When (ISO 8601, UTC) that was; '' if they have not been shown.
    """

    placed: Mapping[str, Mapping[Spot, Position]] = field(default_factory=dict)
    picked: frozenset[str] = frozenset()
    decisions: Mapping[tuple[str, str], Decision] = field(default_factory=dict)
    shown: Mapping[str, Mapping[Spot, Position]] = field(default_factory=dict)
    shown_at: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of it."""
        decided = any(decision != Decision() for decision in self.decisions.values())
        return not (self.picked or any(self.placed.values()) or decided)


@dataclass(frozen=True)
class InfluenceMap:
    """The state of a session, as seen from the current question.

    Parameters
    ----------
    offered : Elements
        Roles, areas and elements to begin with.
    role, area : str
        Whose influence, and on what.
    elements : tuple of Element
        What is on the map, the group's own among them.
    left_out : tuple of Element
        What the group has taken off; its placements are kept.
    answers : mapping of (role, area) to Answers
    """

    offered: Elements = field(repr=False)
    role: str
    area: str
    elements: tuple[Element, ...]
    left_out: tuple[Element, ...] = ()
    answers: Mapping[Question, Replies] = field(default_factory=dict)

    @property
    def question(self) -> Question:
        """The role and the area."""
        return self.role, self.area

    @property
    def labels(self) -> tuple[str, str]:
        """The same in words."""
        kinds = zip((self.offered.role, self.offered.area), self.question, strict=True)
        role, area = (next(one.label for one in known if one.id == name) for known, name in kinds)
        return role, area

    @property
    def said(self) -> Replies:
        """The replies to the current question."""
        return self.answers.get(self.question, Replies())

    @property
    def asked(self) -> tuple[InfluenceMap, ...]:
        """The session as seen from each question that has replies, with all answers shown."""
        return tuple(
            replace(self, role=role, area=area, answers={(role, area): replace(said, shown=said.placed)})
            for (role, area), said in self.answers.items()
            if not said.is_empty
        )

    @property
    def participants(self) -> tuple[str, ...]:
        """Those who have placed for themselves."""
        return tuple(who for who, placed in self.said.placed.items() if who != TOGETHER and placed)

    @property
    def together(self) -> Mapping[Spot, Position]:
        """What the group has placed."""
        return self.said.placed.get(TOGETHER, {})

    def apart(self, element: str, when: str) -> list[Position]:
        """Return the participants' placements of an element when last shown, sorted to identify nobody."""
        found = [
            placed[element, when]
            for who, placed in self.said.shown.items()
            if who != TOGETHER and (element, when) in placed
        ]
        return sorted(found, key=lambda one: (one.influence, one.control))


def empty_map(elements: Elements) -> InfluenceMap:
    """Return the map that nobody has placed anything on."""
    return InfluenceMap(elements, elements.role[0].id, elements.area[0].id, elements.element)


def checked(state: InfluenceMap, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a message in the form in which it is stored.

    Raises
    ------
    ParameterError
        It is no message of this tool, names what is not on the map, or is off the scale (in Danish).
    """
    if kind == "setting":
        key = one_of(content, "key", ("role", "area"))
        return {"key": key, "value": one_of(content, "value", _offered(state, key))}
    # A reply names its question: the question may have changed while the message was on its way.
    now = {"role": state.role, "area": state.area, **content}
    if kind == "reveal":
        return {key: one_of(now, key, _offered(state, key)) for key in ("role", "area")}
    known = {element.id for element in (*state.elements, *state.left_out)}
    name = {"id": content.get("id")}
    if kind == "element" and name["id"] not in known and _OWN.fullmatch(str(name["id"])):
        if len(known) >= _MOST_ELEMENTS:
            raise ParameterError(words()("errors", "full", antal=_MOST_ELEMENTS))
        return {**name, "label": _label(content)}
    if not isinstance(name["id"], str) or name["id"] not in known:
        raise ParameterError(words()("errors", "no_element"))
    match kind:
        case "element":
            return {**name, "label": _label(content)}
        case "leave_out":
            return {**name, "on": content.get("on") is True}
    name |= {key: one_of(now, key, _offered(state, key)) for key in ("role", "area")}
    match kind:
        case "pick":
            return {**name, "on": content.get("on") is True}
        case "unplace":
            return {**name, "when": one_of(content, "when", WHEN)}
        case "place":
            spot = {key: step(content, key, 0, HIGHEST) for key in ("influence", "control")}
            return {**name, "when": one_of(content, "when", WHEN), **spot}
        case "decide":
            said = {key: text(content, key, _LONGEST_TEXT) for key in ("what", "who", "by")}
            return {**name, "question": one_of(content, "question", QUESTIONS), **said}
    raise ParameterError(words()("errors", "unknown"))


def applied(state: InfluenceMap, change: Change) -> InfluenceMap:
    """Return the map after a change. Unknown roles and areas are ignored."""
    said = change.content
    match change.kind:
        case "setting":
            known = said["value"] in _offered(state, said["key"])
            return replace(state, **{said["key"]: said["value"]}) if known else state
        case "element":
            return _renamed(state, said["id"], _label(said))
        case "leave_out":
            return _left_out(state, said["id"], on=said["on"])
    question = said.get("role", state.role), said.get("area", state.area)
    before = state.answers.get(question, Replies())
    after = _answered(before, change)
    return state if after is before else replace(state, answers={**state.answers, question: after})


def _answered(answers: Replies, change: Change) -> Replies:
    """Return the replies to a question after one more change."""
    said = change.content
    match change.kind:
        case "reveal":
            return replace(answers, shown=answers.placed, shown_at=change.at)
        case "pick":
            picked = answers.picked | {said["id"]} if said["on"] else answers.picked - {said["id"]}
            return replace(answers, picked=picked)
        case "place" | "unplace":
            own = dict(answers.placed.get(change.who, {}))
            own.pop((said["id"], said["when"]), None)
            if change.kind == "place":
                own[said["id"], said["when"]] = Position(said["influence"], said["control"])
            return replace(answers, placed={**answers.placed, change.who: own})
        case "decide":
            decision = Decision(said["what"], said["who"], said["by"])
            decisions = {**answers.decisions, (said["question"], said["id"]): decision}
            return replace(answers, decisions=decisions)
    return answers


def _offered(state: InfluenceMap, key: str) -> set[str]:
    return {entry.id for entry in getattr(state.offered, key)}


def _label(content: Mapping[str, Any]) -> str:
    label = " ".join(text(content, "label", LONGEST_LABEL).split())
    if not is_read(label):
        raise ParameterError(words()("errors", "no_label"))
    return label


def _renamed(state: InfluenceMap, name: str, label: str) -> InfluenceMap:
    def with_name(elements: tuple[Element, ...]) -> tuple[Element, ...]:
        return tuple(replace(each, label=label) if each.id == name else each for each in elements)

    if all(element.id != name for element in (*state.elements, *state.left_out)):
        return replace(state, elements=(*state.elements, Element(name, label)))
    return replace(state, elements=with_name(state.elements), left_out=with_name(state.left_out))


def _left_out(state: InfluenceMap, name: str, *, on: bool) -> InfluenceMap:
    source, target = (state.elements, state.left_out) if on else (state.left_out, state.elements)
    moved = tuple(element for element in source if element.id == name)
    kept = tuple(element for element in source if element.id != name)
    elements, left_out = (kept, (*target, *moved)) if on else ((*target, *moved), kept)
    order = {element.id: at for at, element in enumerate(state.offered.element)}
    shown = sorted(elements, key=lambda element: order.get(element.id, len(order)))
    return replace(state, elements=tuple(shown), left_out=left_out)
