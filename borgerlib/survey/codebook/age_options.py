"""Ages asked in bands: read the years from an option's text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from borgerlib.said import said
from borgerlib.survey.codebook.matching import normalise, uncoded
from borgerlib.survey.codebook.model import Codebook, Item

Years = tuple[int, int]
"""Youngest and oldest age of a band; `OLDEST` if it has no upper end."""

OLDEST = 200
# Danish, Norwegian, Swedish, English, German.
_NOISE = re.compile(
    r"\b(?:år|aar|years?|jahren?|jahr|old|alt|mell[eo]m|mellan|between|fra|från|from|von|alder|age)\b"
    r"|-?årige?\b|(?<=\d)år\b"
)
_N = r"(\d{1,3})"
_OR, _THAN = r"(?:eller|og|och|or|and|oder|und)", r"(?:end|enn|än|than|als)"
_OLDER, _YOUNGER = r"(?:[æeä]ldre|older|älter)", r"(?:yngre|younger|jünger)"
_MORE, _FEWER = r"(?:mere|flere|more)", r"(?:mindre|færre|less|fewer)"
_PATTERNS: tuple[tuple[re.Pattern[str], int, int], ...] = tuple(
    (re.compile(pattern), low, high)
    for pattern, low, high in (
        # The pattern, then what is added to its numbers for the youngest and the oldest age (±OLDEST: open).
        (rf"{_N} ?(?:-|till?|to|bis|og|och|and|und) ?{_N}", 0, 0),
        (rf"(?:under|unter|below|{_FEWER} {_THAN}|{_YOUNGER} {_THAN}|<) ?{_N}", -OLDEST, -1),
        (rf"(?:til og med|opp? til|upp till|up to|bis|højst) ?{_N}", -OLDEST, 0),
        (rf"{_N} ?{_OR} (?:{_YOUNGER}|{_FEWER}|derunder|under|below)", -OLDEST, 0),
        (rf"(?:over|över|über|above|{_MORE} {_THAN}|{_OLDER} {_THAN}|>) ?{_N}", 1, OLDEST),
        (rf"{_N} ?(?:\+|-|{_OR})? ?(?:\+|{_OLDER}|{_MORE}|derover|opefter|oppover|over|above)", 0, OLDEST),
        (_N, 0, 0),
    )
)


def banded_item(codebook: Codebook) -> Item | None:
    """Return the item that asks for the age in bands, rather than in years; None if there is none."""
    return next(
        (item for item in codebook if item.role in ("age", "age_group") and item.kind == "single"), None
    )


def age_options(item: Item) -> dict[str, Years]:
    """Return option id → youngest and oldest age, youngest first; options without years are left out."""
    found = {
        option.id: years
        for option in item.options
        if (years := years_of(option.short) or years_of(option.text))
    }
    return dict(sorted(found.items(), key=lambda entry: entry[1]))


def age_option_problems(item: Item) -> list[str]:
    """Return the problems of an item's options as age bands: no years, overlaps, gaps."""
    bands = age_options(item)
    problems: list[str] = [
        said("no_years", item=item.id, option=option.id, text=option.text)
        for option in item.options
        if option.id not in bands and not option.missing
    ]
    return problems + [said("of_item", item=item.id, what=problem) for problem in _gaps_and_overlaps(bands)]


def _gaps_and_overlaps(bands: dict[str, Years]) -> Iterator[str]:
    for (one, (_, oldest)), (other, (youngest, _)) in itertools.pairwise(bands.items()):
        if youngest <= oldest:
            yield said("bands_overlap", age=youngest, one=one, other=other)
        elif youngest > oldest + 1:
            ages = f"{oldest + 1}" if youngest == oldest + 2 else f"{oldest + 1} to {youngest - 1}"
            yield said("bands_apart", ages=ages, one=one, other=other)
    if bands and (last := list(bands)[-1]) and bands[last][1] < OLDEST:
        yield said("bands_end", age=bands[last][1], last=last)


def years_of(text: str) -> Years | None:
    """Return the years that a text names ('15-19 år', 'Under 18', '60+', '80 år eller derover'), or None."""
    plain = " ".join(_NOISE.sub(" ", normalise(uncoded(text))).split())
    for pattern, low, high in _PATTERNS:
        if found := pattern.fullmatch(plain):
            first, last = int(found[1]), int(found[found.lastindex or 1])
            youngest, oldest = max(first + low, 0), min(last + high, OLDEST)
            return (youngest, oldest) if youngest <= oldest else None
    return None
