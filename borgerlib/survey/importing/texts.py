"""Find options in the texts of one column, several joined per cell or one; own words are not options."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from borgerlib.personal import mask_contact
from borgerlib.said import Said, said
from borgerlib.survey.codebook.joined import SEPARATORS
from borgerlib.survey.codebook.matching import OTHERS, is_other, no_opinion, normalise
from borgerlib.survey.codebook.outside import code_doubts, codes_outside
from borgerlib.survey.importing.pieces import pieces_of, recombine
from borgerlib.survey.importing.question import ImportedQuestion
from borgerlib.survey.mapping.seen import Seen

_MOST_OPTIONS = 60
_LONGEST_OPTION = 120
_LIST = 2
_REPEATED = 3
_FEW = 5
_MANY = 10
_MANY_PEOPLE = 30
_BY_HAND = ("/", "+", "&")
# Codes of LimeSurvey's answers, exported without texts: A1, AO02.
_CODE = re.compile(r"[A-Z]{1,2}\d{1,3}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMES = re.compile(r"[a-z][a-z0-9_]*( [a-z][a-z0-9_]*)*")
_OWN_WORDS = re.compile(rf"({'|'.join(OTHERS)}) ?[:–-] ?\w", re.IGNORECASE)


def from_texts(asked: ImportedQuestion, seen: Seen) -> ImportedQuestion:
    """Return a question as multiple or single choice, or as text if answers do not recur."""
    return _joined(asked, seen) or _single(asked, seen)


def _joined(asked: ImportedQuestion, seen: Seen) -> ImportedQuestion | None:
    """Return a multiple question if cells contain several of a few texts."""
    for sign in SEPARATORS:
        found = pieces_of(seen.answers, sign)
        options = found.options
        if not found.joined or found.is_one_option:
            continue
        once = 1 in options.values() and seen.total >= _MANY_PEOPLE
        if (once or any(map(_OWN_WORDS.match, options))) and (own := _with_own_words(asked, seen, (sign,))):
            return own
        if _are_options(options) and sum(options.values()) >= _REPEATED * len(options):
            doubts = (*found.doubts(), *_seldom(options, times=_MANY))
            return replace(asked, kind="multiple", options=options, doubts=doubts, separator=sign)
    return _with_own_words(asked, seen, SEPARATORS[:-1]) or _named(asked, seen)


def _with_own_words(asked: ImportedQuestion, seen: Seen, signs: Sequence[str]) -> ImportedQuestion | None:
    """Return a multiple question if some respondents add their own words to the options."""
    for sign in signs:
        found = pieces_of(seen.answers, sign)
        often = _often(found.options)
        said_so = {text for text in found.options if _OWN_WORDS.match(text)}
        own = sum(count for pieces, count in found.cells if not often.keys() >= set(pieces))
        unsaid = sum(count for pieces, count in found.cells if not often.keys() | said_so >= set(pieces))
        usual = [(pieces, count) for pieces, count in found.cells if often.keys() >= set(pieces)]
        whole = replace(found, cells=usual, joined=found.often and recombine(usual))
        if (
            not whole.joined
            or whole.is_one_option
            or not _are_options(often)
            or not own
            or unsaid * 4 > seen.total
        ):
            continue
        doubts = (*whole.doubts(), said("own_words_left_out", count=own), *_seldom(often, times=_LIST))
        return replace(asked, kind="multiple", options=often, doubts=doubts, separator=sign, own_words=True)
    return None


def _named(asked: ImportedQuestion, seen: Seen) -> ImportedQuestion | None:
    """Return a multiple question if each part of the cells also occurs alone.

    Parts are option names separated by spaces, as ODK exports them, or texts that somebody joined by hand
    with '/', '+' or '&'.
    """
    for sign in (" ",) if all(_NAMES.fullmatch(text) for text in seen.answers) else _BY_HAND:
        found = pieces_of(seen.answers, sign)
        alone = {pieces[0] for pieces, _ in found.cells if len(pieces) == 1}
        many = len(found.cells) > len(found.options) + _LIST
        if found.joined and not found.is_one_option and many and alone >= set(found.options):
            by = said("by_spaces") if sign == " " else said("by_sign", sign=sign)
            doubts = (by, *found.doubts())
            return replace(asked, kind="multiple", options=found.options, doubts=doubts, separator=sign)
    return None


def _single(asked: ImportedQuestion, seen: Seen) -> ImportedQuestion:
    """Return a single choice if answers recur, else a text."""
    unsaid = {text: count for text, count in seen.answers.items() if not _OWN_WORDS.match(text)}
    often = _often(seen.answers)
    rare = sum(unsaid.values()) - sum(often.values())
    options = often if len(unsaid) - len(often) >= _REPEATED else unsaid
    own_words = len(options) < len(seen.answers) and len(often) >= _LIST
    if own_words and rare * 4 <= seen.total and _are_options(options):
        left_out = said("own_words_left_out", count=seen.total - sum(options.values()))
        doubts = (left_out, *_seldom(often, times=_LIST))
        return replace(asked, kind="single", options=options, doubts=doubts, own_words=True)
    few = len(seen.answers) <= max(_LIST, seen.total // _REPEATED)
    if few and _are_options(seen.answers):
        doubts = (
            *code_doubts(codes_outside(seen.answers)),
            *_date_doubts(seen.answers),
            *_short_doubts(seen.answers),
            *((said("codes_alone"),) if all(map(_CODE.fullmatch, seen.answers)) else ()),
        )
        return replace(asked, kind="single", options=dict(seen.answers), doubts=doubts)
    return asked


def _often(options: Mapping[str, int]) -> dict[str, int]:
    """Return frequent options, without marked own words ('Andet: havnen'), even if these are frequent."""
    return {
        text: count for text, count in options.items() if count >= _REPEATED and not _OWN_WORDS.match(text)
    }


def _seldom(options: Mapping[str, int], *, times: int) -> tuple[Said, ...]:
    """Return the doubt about options that hardly anybody chose, while others are chosen far more often."""
    fewest = min(_FEW, max(options.values()) / times)
    few = [
        said("times", text=text, count=count)
        for text, count in options.items()
        if count <= fewest and not is_other(text) and not no_opinion(text)
    ]
    return (said("seldom_chosen", texts=few[:_FEW]),) if few else ()


def _date_doubts(answers: Mapping[str, int]) -> tuple[Said, ...]:
    """Return the doubt about dates among other options: a spreadsheet converts '2-4' to a date."""
    dates = [text for text in answers if _DATE.fullmatch(text)]
    return (said("dates_for_options", texts=dates),) if 0 < len(dates) < len(answers) else ()


def _short_doubts(answers: Mapping[str, int]) -> tuple[Said, ...]:
    """Return the doubt about options in a short and a long form: 'M' and 'mand', '2' and '2 timer'."""
    texts = {normalise(text): text for text in answers}
    pairs = [
        f"{texts[short]} = {texts[long]}"
        for short in texts
        for long in texts
        if (len(short) == 1 and short.isalpha() and long != short and long.isalpha() and long[0] == short)
        or (short.isdigit() and re.fullmatch(rf"{short} ?[a-zæøå]+\.?", long))
    ]
    return (said("short_and_long", pairs=pairs),) if len(pairs) >= _LIST else ()


def _are_options(answers: Mapping[str, int]) -> bool:
    if any(mask_contact(text) != text for text in answers):
        return False
    return len(answers) <= _MOST_OPTIONS and max(map(len, answers)) <= _LONGEST_OPTION
