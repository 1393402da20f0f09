"""Find the columns that could feed a multiple item: ticks, joined texts, or a column per choice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import filterfalse

from borgerlib.said import said
from borgerlib.survey.codebook.joined import joined_text
from borgerlib.survey.codebook.matching import is_unwilling, matcher, normalise
from borgerlib.survey.codebook.model import Item
from borgerlib.survey.mapping.choices import said_otherwise
from borgerlib.survey.mapping.file import ItemMapping
from borgerlib.survey.mapping.seen import (
    NEARLY_ALL,
    OTHER_TEXT,
    RELATED,
    Candidate,
    Seen,
    asks,
    guess,
    is_indicator,
    is_ranking,
    likeness,
    reworded,
    without_place,
)

_SEPARATORS = (";", ",", "|", " ", "\n", "/", "+", "&")
_FEW_ANSWERS = 10
_ORDER_CODE = re.compile(r"(?:SQ|A|AO)0*(\d+)\Z", re.IGNORECASE)


def joined_candidate(item: Item, seen: Seen, alike: float, *, asked: bool) -> Candidate | None:
    """Propose a column whose cells join the texts of all chosen options, with the best separator."""
    absent = [sign for sign in _SEPARATORS if not any(sign in text for text in seen.answers)]
    splits = [_split(item, seen, sign) for sign in _SEPARATORS if sign not in absent[1:]]
    best = max(splits, key=lambda each: (each.several and each.share >= RELATED, each.share))
    if best.share < RELATED:
        return None
    entry = ItemMapping(item.id, (seen.column.name,), "joined", separator=best.separator)
    score = (best.share + alike) / 2
    strange = sum(best.strange.values())
    doubt = best.unclear or reworded(item, best.strange, best.known)
    if doubt:
        return Candidate(entry, score, False, doubt)
    if best.share < NEARLY_ALL and item.catch_all is None:
        return Candidate(entry, score, False, f"{best.share:.0%} of the chosen texts are options")
    if not asked:
        return Candidate(entry, score, False, OTHER_TEXT)
    if not best.several and seen.total >= _FEW_ANSWERS and item.max_choices != 1:
        reason = "no answer holds several options: is this a column of one option, or of the first choice?"
        return Candidate(entry, score, False, reason)
    kept = f"count as '{item.catch_all.text}'" if item.catch_all else "are no option"
    reason = "its text and its answers" + (f"; {strange} {kept}" if strange else "")
    return Candidate(entry, score, True, reason)


@dataclass(frozen=True)
class _Split:
    """A column split by a separator: options, unknown pieces, and whether a cell has several."""

    separator: str
    share: float
    several: bool
    known: frozenset[str]
    strange: Mapping[str, int]
    unclear: str


def _split(item: Item, seen: Seen, separator: str) -> _Split:
    parts = joined_text(item, separator)
    found: dict[str, int] = {}
    strange: dict[str, int] = {}
    several = False
    unclear = ""
    cells = []
    for text, count in seen.answers.items():
        reading = parts.read(text)
        cells.append((reading.options, count))
        several = several or len(reading.options) > 1
        unclear = unclear or (said_otherwise(item, reading) if reading.otherwise else "")
        for name in reading.options:
            found[name] = found.get(name, 0) + count
        for piece in filterfalse(is_unwilling, reading.strange):
            strange[piece] = strange.get(piece, 0) + count
    if not unclear and is_ranking(cells):
        unclear = said("ranking", count=len(found))
    known = sum(found.values())
    share = known / (known + sum(strange.values())) if known else 0.0
    return _Split(separator, share, several, frozenset(found), strange, unclear)


def ranked_candidates(item: Item, seen: Sequence[Seen]) -> Iterator[Candidate]:
    """Propose the columns 'first priority', 'second priority', … of one question."""
    options = matcher(item)
    fitting = []
    for each in seen:
        known = sum(count for text, count in each.answers.items() if options.match(text) is not None)
        label = each.column.label if not each.column.choice else each.column.question
        # The last of many choices may have one answer only; otherwise a column with one text is a tick.
        one_of_many = len(each.answers) > 1 or without_place(label) != label
        if one_of_many and known >= NEARLY_ALL * each.total and known:
            fitting.append((each, (label, each.column.name, without_place(label))))
    if len(fitting) < 2:
        return
    alike = min(likeness(texts, item) for _, texts in fitting)
    entry = ItemMapping(item.id, tuple(each.column.name for each, _ in fitting), "ranked")
    sure = all(asks(texts, item) for _, texts in fitting)
    reason = f"{len(fitting)} columns hold its options"
    yield Candidate(entry, (1 + alike) / 2, sure, reason if sure else f"{reason}, but their texts do not fit")


def indicator_candidates(item: Item, seen: Sequence[Seen]) -> Iterator[Candidate]:
    """Propose the 0/1 columns of one question, each for the option in its heading."""
    groups: dict[str, list[Seen]] = {}
    runs: list[list[Seen]] = [[]]
    for each in (_parted(item, one) for one in seen):
        if not each.column.role and (is_indicator(each) or _is_other(item, each)):
            groups.setdefault(each.column.question, []).append(each)
            if not each.column.question:
                runs[-1].append(each)
        elif runs[-1]:
            runs.append([])
    # Options without their question: prefer adjacent columns to the first columns with the same text.
    for question, members in [*(("", run) for run in runs if run), *groups.items()]:
        found = _indicator_candidate(item, question, members)
        if found:
            yield found


def _parted(item: Item, seen: Seen) -> Seen:
    """Split a column's text after the item's text, if an option follows: 'Emner? - Klima: byen'."""
    text, question = normalise(seen.column.text), normalise(item.text)
    if not text.startswith(question) or normalise(seen.column.question) == question:
        return seen
    choice = text[len(question) :].lstrip(" ?:-/|")
    if matcher(item).match(choice) is None:
        return seen
    return replace(seen, column=replace(seen.column, label=item.text, question=item.text, choice=choice))


def _is_other(item: Item, seen: Seen) -> bool:
    """Return whether a column is the text that belongs to the catch-all option of an item."""
    if item.catch_all is None:
        return False
    return matcher(item).match(seen.column.choice or seen.column.label) == item.catch_all.id


def _indicator_candidate(item: Item, question: str, members: Sequence[Seen]) -> Candidate | None:
    options = matcher(item)
    fed: dict[str, str] = {}
    guessed = False
    for each in members:
        choice = each.column.choice or each.column.label
        option = options.match(choice)
        if option is None and question:
            option = guess(item, [choice]).get(choice)
            guessed = guessed or option is not None
        if option is not None and option not in fed.values():
            fed[each.column.name] = option
    label = members[0].column.label if question else ""
    alike = likeness((label, question), item)
    if not fed and alike >= RELATED:
        return _by_order(item, members, alike)
    share = len(fed) / len(item.options)
    if len(fed) < 2 or (share < 0.5 and alike < RELATED):
        return None
    whole = len(fed) == len(members) if question else True
    # If headings are only option texts, and all options are there, no other question can be meant.
    asked = asks((label, question), item) if question else share == 1.0
    sure = whole and not guessed and asked
    entry = ItemMapping(item.id, tuple(fed), "indicators", options=fed)
    left_out = len(members) - len(fed)
    reason = f"{len(fed)} of {len(item.options)} options have a column"
    if not sure:
        reason += f"; {OTHER_TEXT}" if question and not asked else ""
        reason += ", some by likeness" if guessed else ""
        reason += f"; {left_out} columns of the question are no option" if question and left_out else ""
    return Candidate(entry, (share + max(alike, share)) / 2, sure, reason)


def _by_order(item: Item, members: Sequence[Seen], alike: float) -> Candidate | None:
    """Match numbered subquestions (SQ001, SQ002, …) with the options in the questionnaire's order."""
    if len(members) != len(item.options) or not all(
        _ORDER_CODE.match(each.column.choice) for each in members
    ):
        return None
    fed = {each.column.name: option.id for each, option in zip(members, item.options, strict=True)}
    entry = ItemMapping(item.id, tuple(fed), "indicators", options=fed)
    return Candidate(entry, alike / 2, False, "options are guessed from the order of the columns")
