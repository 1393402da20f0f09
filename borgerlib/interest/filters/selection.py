"""A selection of respondents: as levels, as the end of a web address, and checked against what is offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from borgerlib import danish
from borgerlib.interest.filters.choices import Filter
from borgerlib.said import said

KEYS: Mapping[str, str] = {
    "age": "alder",
    "sex": "koen",
    "area_type": "omraadetype",
    "area": "omraade",
    "topics": "emner",
    "time": "tid",
    "formats": "formater",
    "segment": "type",
    "saved": "segment",
}
"""Role → its name in a link, which Danes read and send each other."""

_LONGEST_LINK = 4000
_AGAINST = "mod"
_NAMED = 5


@dataclass(frozen=True)
class Selection:
    """Which respondents are selected: those in one of the levels of each role. No levels: everybody.

    Parameters
    ----------
    levels : mapping of str to tuple of str
        Role → levels; roles without levels are left out.
    """

    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        several = {role: [of] if isinstance(of, str) else of for role, of in self.levels.items() if of}
        kept = {role: tuple(dict.fromkeys(levels)) for role, levels in several.items()}
        object.__setattr__(self, "levels", kept)

    @property
    def is_everybody(self) -> bool:
        """Whether no role restricts the selection."""
        return not self.levels

    def as_json(self) -> dict[str, list[str]]:
        """Return the levels in a form that JSON can hold."""
        return {role: list(levels) for role, levels in self.levels.items()}

    def to_link(self) -> str:
        """Return the selection as the end of an address: 'alder=60-69&emner=klima_miljoe,natur'."""
        return "&".join(
            f"{KEYS[role]}={','.join(quote(level, safe='') for level in self.levels[role])}"
            for role in KEYS
            if role in self.levels
        )


@dataclass(frozen=True)
class Understood:
    """The part of a requested selection that could be met.

    Parameters
    ----------
    selection : Selection
    problems : tuple of str
        What could not be met; `in_danish` for a page.
    against : Selection or None
        A second selection to compare with the first.
    """

    selection: Selection
    problems: tuple[str, ...] = ()
    against: Selection | None = None


def link_of(selection: Selection, against: Selection | None) -> str:
    """Return the link of a selection and the one it is compared with: 'alder=60-69&mod&alder=15-24'."""
    parts = [selection.to_link(), *([_AGAINST, against.to_link()] if against else [])]
    return "&".join(filter(None, parts))


def read_link(text: str, filters: Sequence[Filter]) -> Understood:
    """Return the selection of a link; unknown parts are left out and reported.

    Parameters
    ----------
    text : str
        As `link_of` returns, with or without a leading '#' or '?'.
    filters : sequence of Filter
        What is offered.
    """
    if not isinstance(text, str) or len(text) > _LONGEST_LINK:
        return Understood(Selection(), (said("no_link"),))
    parts = text.lstrip("#?").split("&")
    end = parts.index(_AGAINST) if _AGAINST in parts else len(parts)
    own, problems = _levels_of(parts[:end])
    other, others = _levels_of(parts[end + 1 :])
    against = other if _AGAINST in parts else None
    return understood(own, filters, against, problems=(*problems, *others))


def _levels_of(parts: Sequence[str]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return the levels that each part of a link asks for, and the names that are no filter."""
    roles = {key: role for role, key in KEYS.items()}
    levels: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for part in filter(None, parts):
        key, equals, values = part.partition("=")
        if not equals or key not in roles:
            problems.append(said("no_filter", name=_short(key)))
            continue
        wanted = tuple(unquote(value) for value in values.split(",") if value)
        levels[roles[key]] = levels.get(roles[key], ()) + wanted
    return levels, problems


def understood(
    levels: Any, filters: Sequence[Filter], against: Any = None, *, problems: Sequence[str] = ()
) -> Understood:
    """Return the selection that levels ask for; levels that are not offered are left out and reported.

    Parameters
    ----------
    levels : mapping of str to sequence of str
        Role → levels, from a page or a file: anything else is reported as a problem.
    filters : sequence of Filter
        What is offered.
    against : mapping of str to sequence of str, optional
        The levels of a second selection.
    problems : sequence of str
        What is wrong already.
    """
    own, lost = _offered(levels, filters) or (Selection(), [said("no_selection")])
    unread = None, [said("no_second_selection")]
    other, others = (None, []) if against is None else _offered(against, filters) or unread
    told = list(dict.fromkeys((*problems, *lost, *others)))
    more = said("more_not_offered", count=len(told) - _NAMED)
    # Once unknown levels are left out, the two selections can be equal: there is nothing to compare.
    return Understood(own, tuple(_first(told, more)), None if told and other == own else other)


def _offered(levels: Any, filters: Sequence[Filter]) -> tuple[Selection, Sequence[str]] | None:
    """Return the selection that levels ask for, and what of them is not offered; None if they are none."""
    if not isinstance(levels, Mapping):
        return None
    offered = {filter_.role: filter_ for filter_ in filters}
    kept: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for role, wanted in levels.items():
        if role not in offered:
            name = KEYS.get(str(role), str(role))
            problems.append(said("not_asked", name=_short(name)))
            continue
        wanted = [str(level) for level in wanted] if isinstance(wanted, Iterable) else []
        known = [level.id for level in offered[role].levels]
        # In the order of the questionnaire, so that equal selections have the same levels.
        kept[role] = tuple(level for level in known if level in wanted)
        lost = [_short(level) for level in wanted if level not in known]
        if lost:
            named = _first(lost, said("more", count=len(lost) - _NAMED))
            problems.append(said("not_answered", levels=named))
    return Selection(kept), problems


def _first(texts: list[str], more: str) -> list[str]:
    """Return texts, or where they are many the first few and `more` in place of the others."""
    return texts if len(texts) <= _NAMED + 1 else [*texts[:_NAMED], more]


def _short(text: str) -> str:
    text = danish.without_invisible(text)
    return text if len(text) <= 40 else f"{text[:39]}…"
