"""Find numbers that are codes for no answer, such as 99 on a scale from 1 to 5, or may be meant otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from borgerlib.said import Said, said
from borgerlib.survey.grid.values import parse_number

HIGHEST = 10
"""Higher numbers are not a scale, but a quantity."""
_FAR = 50
_THREE_BEHIND = re.compile(r"[1-9]\d{0,2}[,.]\d{3}")
_DECIMAL_POINT = re.compile(r"\d+\.\d{1,2}")
_LIST = 2
_REPEATED = 3
# What surveys write for no answer, if it is outside the scale.
_HIGH = (7, 8, 9, 66, 77, 88, *range(96, 100), *range(996, 1000), *range(9996, 10_000))
_OUTSIDE = frozenset(map(float, (-99, -98, -97, *range(-9, 0), *_HIGH)))


def codes_outside(answers: Mapping[str, int]) -> dict[str, int]:
    """Return the usual codes for no answer, among texts or outside the other numbers, with their counts."""
    numbers = {text: code for text in answers if (code := parse_number(text)) is not None}
    codes = set(numbers.values())
    scale = codes - _OUTSIDE
    # If all numbers are codes, the options are words; 7, 8 and 9 may be options too if they are frequent.
    unusual = all(not 0 <= code <= HIGHEST for code in codes) and len(answers) - len(numbers) >= _LIST
    if not scale and (unusual or 2 * sum(answers[text] for text in numbers) < sum(answers.values())):
        return {text: answers[text] for text in numbers}
    if len(scale) < _LIST:
        # A tick is the number 1 alone; a -99 with it is not an option.
        below = scale and min(scale) >= 0
        return {text: answers[text] for text, code in numbers.items() if below and code < 0}
    if max(scale) > HIGHEST:
        # Among quantities, a code must be repeated and far from all other numbers.
        far = {
            code for code in codes & _OUTSIDE if code < 0 <= min(scale) or code > max(_FAR, 2 * max(scale))
        }
        return {
            text: answers[text]
            for text, code in numbers.items()
            if code in far and answers[text] >= _REPEATED
        }
    if not all(code == int(code) and code >= 0 for code in scale):
        return {}
    while (following := max(scale) + 1) in codes:
        scale.add(following)
    far = {code for code in _OUTSIDE - scale if code < 0 or code > max(scale)}
    return {text: answers[text] for text, code in numbers.items() if code in far}


def code_doubts(outside: Mapping[str, int]) -> tuple[Said, ...]:
    """Return the doubt about such codes; empty if there is none."""
    counted = [said("times", text=text, count=count) for text, count in outside.items()]
    return (said("codes_outside", codes=counted),) if counted else ()


def number_doubts(answers: Iterable[str]) -> tuple[Said, ...]:
    """Return the doubts about numbers that may be meant in another way than they are read.

    A spreadsheet's percentage cell contains the share, 0.1 next to '10 %'; '1,200' is 1.2 to a Dane,
    and '1.375' is 1375, also next to '2.5'.
    """
    texts = sorted(answers)
    commas = [text for text in texts if "," in text]
    if len(commas) >= _LIST and all(map(_THREE_BEHIND.fullmatch, commas)):
        return (said("thousands_or_decimals", texts=commas[:_LIST]),)
    points = [text for text in texts if "." in text]
    thousands, decimals = (
        [text for text in points if form.fullmatch(text)] for form in (_THREE_BEHIND, _DECIMAL_POINT)
    )
    if thousands and decimals:
        return (said("points_mixed", texts=[thousands[0], decimals[0]]),)
    percents = [text for text in texts if text.rstrip().endswith("%")]
    shares = [text for text in texts if "%" not in text and 0 < (parse_number(text) or 0) < 1]
    return (said("percents_and_shares", texts=[shares[0], percents[0]]),) if percents and shares else ()
