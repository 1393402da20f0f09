"""What answers mean, by the tags of the codebook: never by an option's id, which is a municipality's own."""

from __future__ import annotations

import re

from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import CITIZENS, TAGS, Item

TAG_WORDS = {
    "climate": "klima",
    "welfare": "velfærd",
    "digital": "digital deltagelse",
    "co_creation": "samskabelse",
    "town": "by",
}
_REFERENCE = re.compile(rf"\b([a-z_]+)([.=])({'|'.join(TAGS)})\b")


def tagged(survey: LocalSurvey, role: str, name: str) -> tuple[str, ...]:
    """Return the options of a role's item that a tag names; a name that is no tag stands for itself."""
    if name not in TAGS:
        return (name,)
    item = _item(survey, role)
    if item is None:
        return ()
    if any(option.tags for option in item.options):
        return item.tagged(name)
    # A codebook older than the tags: what reads as in the one that ships means the same.
    standard = load_codebook(CITIZENS).with_role(role)
    texts = {option.id: option.text for option in item.options}
    usual = standard.options if standard else ()
    return tuple(o.id for o in usual if name in o.tags and texts.get(o.id) == o.text)


def tagged_answer(survey: LocalSurvey, role: str, name: str) -> str:
    """Return the one answer that a tag names: the option, or the net of several; '' where none has it."""
    options, item = tagged(survey, role, name), _item(survey, role)
    if len(options) < 2 or item is None:
        return "".join(options)
    return next((net for net, members in item.nets.items() if set(members) == {*options}), "")


def without_tags(text: str, survey: LocalSurvey) -> str:
    """Return a template with answers in place of tags: {topics.climate:pct} → {topics.klima_miljoe:pct}."""

    def answer(found: re.Match[str]) -> str:
        role, mark, tag = found.groups()
        return f"{role}{mark}{tagged_answer(survey, role, tag) or tag}"

    return _REFERENCE.sub(answer, text)


def _item(survey: LocalSurvey, role: str) -> Item | None:
    return None if role in ("age", "segment") else survey.codebook.with_role(role)
