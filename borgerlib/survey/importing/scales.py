"""Find options that are steps of a scale, and their order: agreement, degree, frequency, bands, ages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from borgerlib.survey.codebook.age_options import years_of
from borgerlib.survey.codebook.matching import no_opinion, normalise, uncoded

_FEWEST_STEPS = 3
_LESS = r"\bunder\b|mindre|højst|op til|yngre|less|below|weniger|upp till"
# Position on the scale → words of a frequency, in the order of the search: 'en dag om året' is yearly.
_OFTEN: Mapping[float, str] = {
    5.5: r"14\. ?dag|fjortende dag|hver anden uge",
    3: r"halvår|half.year|halbjahr",
    4: r"kvartal|quarter|quartal|hver tredje måned",
    2: r"\bår|årlig|year|jahr|jähr",
    5: r"måned|månad|month|monat",
    6: r"\buge|\buke|veck|week|woche|wöch",
    7: r"\bdag|day|daily|täg",
    1: r"en(kelt)? gang|engang|once|one time|einmal|en gång",
    0: r"ikke|ingen|intet|inte|inget|\bno\b|not\b|kein|nicht",
}
# How many times a day, a week …
_TIMES = (
    (0, _OFTEN[0]),
    (0.5, r"hver anden|every other"),
    (1, r"\ben gang\b|\bhver\b|(dag|ugent|måned|år)lig|daily|weekly|monthly"),
)
# A word of a frequency alone; in 'ugeavis' and 'dagblad' the calendar is no frequency.
_CALENDAR = re.compile(
    r"\b(hvert?|hver anden|om|i|pr\.?|per|a|every|each|varje|jede[ns]?) (14\. )?(dag|uge|uke|måned|kvartal"
    r"|halvår|år|day|week|month|year|vecka|månad|tag|woche|monat|jahr)|(dag|ugent|måned|månat|år|täg|jähr)lig"
    r"|(daily|weekly|monthly|yearly)"
)
_HOW_OFTEN = (
    (0, r"(?:næsten |stort set )?aldrig?\b.*|(?:almost )?never|nie(?:mals)?"),
    (
        1,
        r"(?:meget )?(?:sjæld|sjeld|sällan|seldom|rarely|selten|mindre ofte|less often)\w*(?: end .*)?",
    ),
    (4, r"(?:nogle|noen) gange?r?|a[fv] og til|nu og da|indimellem|(?:en )?gang imellem|somme tider"),
    (4, r"sometimes|ibland|manchmal"),
    (5, r"jævnligt|regelmæssigt|regularly|regelbundet"),
    (8, r"ofte|tit|often|oft"),
    (8.2, r"(?:for )?det meste|næsten altid"),
    (8.5, r"meget ofte|very often|sehr oft"),
    (9, r"altid|alltid|always|immer"),
)
# How much of it, and what follows: 'helt enig', 'i nogen grad', 'slet ikke vigtigt'.
_HOW_MUCH = (
    (-4, r"(?:slet|overhovedet) ikke|på ingen måde|inte alls|not at all|(?:gar|überhaupt) nicht"),
    (-3.5, r"i meget (?:ringe|lav|lille|liten|låg) grad"),
    (-3, r"(?:kun )?i (?:ringe|lav|lille|liten|låg|begrænset) grad"),
    (-3, r"ikke(?: særligt?| ret| så)?|inte särskilt"),
    (-2, r"(?:kun )?i mindre grad|mindre"),
    (1, r"i no[eg]e?n grad|i viss mån|lidt|en smule|noget|nogenlunde|delvist?|til dels"),
    (1, r"somewhat|slightly|partly|eher|teilweise"),
    (2, r"ret|temmelig|ganske|rimeligt?|overvejende|quite|rather|ziemlich"),
    (4, r"i h[øö][jyg] grad|helt|fuldstændigt?|fuldt(?: ud)?|meget|særdeles|yderst|stærkt|svært(?= )|mycket"),
    (4, r"very|strongly|fully|completely|totally|sehr|voll(?: und ganz)?"),
    (5, r"i (?:meget|svært|mycket) h[øö][jyg] grad"),
)
_YES_OR_NO = re.compile(r"\A(?:ja|nej|nei|yes|no), ")
_BETWEEN = re.compile(r"(?:hverken|varken|neither|weder)\b.*|neutralt?|nøytral|middel|teils teils|både og")
_NEGATIONS = ("u", "un", "o", "dis")
_OPPOSITES = {
    "dårlig": "god", "svær": "let", "negativ": "positiv", "missnöjd": "nöjd", "imod": "for", "bad": "good",
    "poor": "good", "schlecht": "gut",
}  # fmt: skip
_UNITS = re.compile(
    r" ?\b(timer?|gange?|dage?|uger?|måneder|minutter|km|børn|personer)\b"
    r"| ?\b(t\.? ?kr|tkr|kr(oner)?)\b\.?( (om året|om måneden|pr\.? (år|måned)|årligt|månedligt))?"
)
_THOUSANDS = re.compile(r"(?<=\d)[. ](?=\d{3}\b)")
_NUMBER = re.compile(r"\d{1,15}")


def steps(options: Sequence[tuple[str, int]], *, role: str = "") -> list[tuple[str, int]]:
    """Return options (text, count) in the order of their scale; none if they are not steps of one.

    Ages and frequencies begin with the lowest, other scales with the most ('Helt enig'), unless the file has
    its options in the reverse order; those that are not an opinion come last.
    """
    places: Mapping[str, float | tuple[float, float]]
    told = [text for text, _ in options if not no_opinion(uncoded(text))]
    if role == "age":
        places, most_first = {text: _place_of_number(text)[1] for text in told}, False
    elif role == "time":
        places, most_first = {text: _place_of_number(text) for text in told}, False
    elif found := _bands(told):
        places, most_first = found, False
    else:
        places, most_first = _amounts(told) or _frequencies(told), True
    if not places or (role not in ("age", "time") and len({*places.values()}) < _FEWEST_STEPS):
        return []
    given = [option for option in options if option[0] in places]
    # Options that are not in the order of their frequency are in the order of the file.
    of_file = [count for _, count in given] != sorted((count for _, count in given), reverse=True)
    up, down = (
        sorted(given, key=lambda option: places[option[0]], reverse=falling) for falling in (False, True)
    )
    in_order = given if of_file and given in (up, down) else down if most_first else up
    return [*in_order, *(option for option in options if option[0] not in places)]


def _place_of_number(text: str) -> tuple[float, float]:
    """Return a sort key for ages, and for frequencies from never to daily."""
    often = next((at for at, words in _OFTEN.items() if re.search(words, text, re.IGNORECASE)), 0)
    found = re.search(r"\d+", text)
    beside = -0.5 if re.search(_LESS, text, re.IGNORECASE) else 0
    often_said = next((times for times, words in _TIMES if re.search(words, text, re.IGNORECASE)), 999)
    return often, (int(found[0]) if found else often_said) + beside


def _bands(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return the places of bands of numbers: 'Ingen', 'Under 5 år', '200.000-399.999 kr.', 'Over 10 år'."""
    plain = {text: _THOUSANDS.sub("", _UNITS.sub("", normalise(text))) for text in texts}
    # By the order of their numbers, because incomes are higher than ages; room is left below the lowest.
    numbers = sorted({int(number) for each in plain.values() for number in _NUMBER.findall(each)})
    found = {}
    for text, each in plain.items():
        ranked = _NUMBER.sub(lambda number: str(numbers.index(int(number[0])) + 2), each)
        if years := years_of("0" if ranked.startswith("ingen") else ranked):
            found[text] = years
    wide = sum(low < high for low, high in found.values())
    return {**found} if len(found) == len(texts) <= 2 * wide else {}


def _frequencies(texts: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Return the places of frequencies from never to daily; none if a text is something else."""
    found: dict[str, tuple[float, float]] = {}
    for text in texts:
        plain = normalise(uncoded(text))
        word = next((at for at, words in _HOW_OFTEN if re.fullmatch(words, plain)), None)
        if word is None and not _CALENDAR.search(plain):
            return {}
        found[text] = _place_of_number(plain) if word is None else (word, 0)
    return found


def _amounts(texts: Sequence[str]) -> dict[str, float]:
    """Return the places of 'Helt enig', 'Enig', …: all say how much of one thing, or of its opposite."""
    parts = {text: _amount(_YES_OR_NO.sub("", normalise(uncoded(text)))) for text in texts}
    things = {thing for _, thing in parts.values()} - {""}
    against = {
        thing
        for thing in things
        if _OPPOSITES.get(thing) in things
        or any(f"{no}{one}" == thing for no in _NEGATIONS for one in things)
    }
    if len(things - against) > 1 or len(against) > 1:
        return {}
    if things - against == set() and not any(how in (-4, 4, 5) for how, _ in parts.values()):
        return {}
    return {text: -how if thing in against else how for text, (how, thing) in parts.items()}


def _amount(text: str) -> tuple[float, str]:
    """Return how much a text says, and of what: 'Meget utilfreds' is (4, 'utilfreds')."""
    if _BETWEEN.fullmatch(text):
        return 0, ""
    for how, words in _HOW_MUCH:
        if found := re.fullmatch(rf"(?:{words})(?: (?P<thing>.+))?", text):
            return how, _thing(found["thing"] or "")
    return 3, _thing(text)


def _thing(text: str) -> str:
    return text.removesuffix("t") if len(text) > 3 else text
