"""Numbers and words as a Dane reads them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

SIMULATED = "SIMULEREDE DATA"
"""The mark on everything that is made from simulated answers."""

_MONTHS = [
    "januar",
    "februar",
    "marts",
    "april",
    "maj",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "december",
]
_SMALL = ["nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti", "elleve", "tolv"]
_PARTS = {
    1 / 10: "en tiendedel",
    1 / 8: "en ottendedel",
    1 / 6: "en sjettedel",
    1 / 5: "en femtedel",
    1 / 4: "en fjerdedel",
    3 / 10: "tre tiendedele",
    1 / 3: "en tredjedel",
    2 / 5: "to femtedele",
    1 / 2: "halvt",
    3 / 5: "tre femtedele",
    2 / 3: "to tredjedele",
    3 / 4: "tre fjerdedele",
    4 / 5: "fire femtedele",
    9 / 10: "ni tiendedele",
}
_HALF_A_PERCENT = 0.005
_NEARLY_ALL = 0.95
_MARKS = str.maketrans(",.-", ".,−")
# A number and the word that it counts or numbers, but not a conjunction, preposition or verb after it.
_COUNTED = re.compile(r"(\d\.?) (?!(?:og|eller|i|er|på|til|ud|men|som|har|giver)\b)(?=[a-zæøå])")
_BEFORE_NUMBERS = "|".join([r"figur|indsigt|side|N|p|af|den|kl\.|stk\.|§|±|=|<", *_MONTHS])
_NUMBERED = re.compile(rf"(?<!\w)({_BEFORE_NUMBERS}) (?=[\d=<])", re.IGNORECASE)
# Thousands separated by point or space, as Danish systems write them; decimals only if they are zero.
_COUNT = re.compile(r"([1-9]\d{0,2}(?:[. \u00a0\u202f]\d{3})+|\d+)(?:,0+)?")
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
_JOINERS = "\u200c\u200d"  # shape the letters and emoji on either side
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa", "–": "-"})


def round_half_up(value: float, decimals: int = 0) -> float:
    """Round half away from zero for positive values, as survey reports do (62.5 → 63).

    Guards against binary representation: a share that is 0.625 except for the last bit still rounds up.
    """
    scale = 10.0**decimals
    size = int(abs(value) * scale + 0.5 + 1e-9) / scale
    return size if value >= 0 or size == 0 else -size


def number(value: float, decimals: int = 0) -> str:
    """Return a number with decimal comma and thousands point: 5822763 → '5.822.763', 1.5 → '1,5'."""
    return f"{round_half_up(value, decimals):,.{decimals}f}".translate(_MARKS)


def plain_count(text: str) -> str:
    """Return a count in digits alone: '1.234' → '1234', '7,0' → '7'; any other text as it is."""
    found = _COUNT.fullmatch(text.strip())
    return re.sub(r"\D", "", found.group(1)) if found else text


def percent(share: float, decimals: int = 0) -> str:
    """Return a share (0–1) as text: 0.58 → '58 pct.' (with a no-break space)."""
    return f"{number(100 * share, decimals)}\u00a0pct."


def percent_range(lower: float, upper: float) -> str:
    """Return two shares (0–1) as a range in whole percent: '52–63 pct.' (with a no-break space)."""
    return f"{number(100 * lower)}–{number(100 * upper)}\u00a0pct."


def as_often(ratio: float) -> str:
    """Return a ratio of frequencies in words: 0.23 → 'knap en fjerdedel så ofte'.

    Raises
    ------
    ValueError
        The ratio is not between 0 and 1: compare the rarer with the more frequent.
    """
    if not 0 <= ratio <= 1:
        raise ValueError(f"Expected a ratio between 0 and 1, got {ratio!r}.")
    if ratio >= 1 - _HALF_A_PERCENT:
        return "lige så ofte"
    if ratio >= _NEARLY_ALL:
        return "næsten lige så ofte"
    nearest = min(_PARTS, key=lambda part: abs(part - ratio))
    if ratio < min(_PARTS) - _HALF_A_PERCENT:
        return f"under {_PARTS[nearest]} så ofte"
    off = ratio - nearest
    about = "" if abs(off) <= _HALF_A_PERCENT else "godt " if off > 0 else "knap "
    return f"{about}{_PARTS[nearest]} så ofte"


def small_number(value: int) -> str:
    """Return a count in words up to twelve ('tre'), in digits above."""
    return _SMALL[value] if 0 <= value < len(_SMALL) else number(value)


def listing(words: Sequence[str], *, last: str = "og") -> str:
    """Join words as in a sentence: ['a', 'b', 'c'] → 'a, b og c'."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def tied(text: str) -> str:
    """Return the text with no-break spaces between numbers and their words: '20 af 21'."""
    return _NUMBERED.sub("\\1\u00a0", _COUNTED.sub("\\1\u00a0", text))


def squeezed(text: str) -> str:
    """Return the text with one space for each run of white space; no-break spaces stay."""
    return " ".join(filter(None, re.split(r"[ \t\n\r]+", text)))


def long_date(day: date) -> str:
    """Return a date as written in Danish: '23. november 2026'."""
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}"


def marked(text: str, simulated: bool) -> str:
    """Return the text, with `SIMULATED` before it if it is made from simulated answers."""
    return f"{SIMULATED}: {text}" if simulated else text


def capitalise(text: str) -> str:
    """Return the text with its first letter in upper case and the rest untouched."""
    return text[:1].upper() + text[1:]


def is_read(text: str) -> bool:
    """Return whether a text has a visible character: not only spaces, zero-width marks and fillers."""
    return any(letter.isprintable() and not letter.isspace() and letter not in _FILLERS for letter in text)


def without_invisible(text: str) -> str:
    """Return a text without invisible characters, which may turn it around; joiners inside a word stay.

    Each letter is one character: a Mac may write 'å' as two.
    """
    whole = unicodedata.normalize("NFC", text)
    kept = (letter for letter in whole if letter.isprintable() or letter.isspace() or letter in _JOINERS)
    return re.sub(rf"(?<!\S)[{_JOINERS}]+|[{_JOINERS}]+(?!\S)", "", "".join(kept))


def sort_key(name: str) -> str:
    """Return a key that sorts names in Danish order: Æ, Ø, Å last, and Aa as Å ('Aarhus' after 'Ærø')."""
    plain = unicodedata.normalize("NFC", name).casefold().replace("aa", "å")
    return plain.translate(str.maketrans("æøå", "{|}"))


def slug(name: str) -> str:
    """Return a name for files and addresses: 'Ærø' → 'aeroe', 'Faaborg-Midtfyn' → 'faaborg-midtfyn'."""
    plain = unicodedata.normalize("NFC", name).translate(_LETTERS)
    ascii_only = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")
