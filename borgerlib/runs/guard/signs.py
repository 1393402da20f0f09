"""Find what identifies a person in a plain text: CPR numbers, e-mail addresses, telephone numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from itertools import pairwise

from borgerlib.personal import MAIL, PHONE_NUMBER, cpr_numbers, is_cpr
from borgerlib.population.municipalities import municipalities

_COLOURS = re.compile(r"\x1b\[[0-9;:]*+[a-zA-Z]|\x1b\][^\x07\x1b]*+(?:\x07|\x1b\\)?")
_UNUSUAL = re.compile(r"[^\x00-\xac\xae-\xff]")
# But not ten digits with only letters around them: that may be a number joined to a word (faf0101901234).
_HASH = re.compile(
    r"(?<![0-9A-Za-z])(?:0x[0-9a-fA-F]++|(?=[0-9a-f]*[a-f])(?![a-f]*[0-9]{10}[a-f]*(?![0-9a-f]))[0-9a-f]{12,})"
    r"(?![0-9A-Za-z])"
)
# Ten digits after a comma are a field of a CSV file: nobody shows ten decimals.
_DECIMALS = re.compile(r"[0-9]\.[0-9]{5,}|[0-9],(?![0-9]{10}(?![0-9]))[0-9]{5,}")
_DIGITS = re.compile(r"[0-9]{4}")
# A point is a separator only if the day is below 10; otherwise it is a decimal point.
_OTHER_CPR = re.compile(
    r"(?<![0-9.,])([0-9]{2})([ ./_-]?)([0-9]{2})\2((?:19|20)?[0-9]{2})"
    r"(\s{0,2}[-_/:·•*~]{1,2}\s{0,2}|(?<=0[1-9][0-9]{4})\.|-\s{0,2}\n)([0-9]{4})(?![0-9])"
)
_NAMED_CPR = re.compile(
    r"(?:cpr|person-?n(?:umme)?r)[^0-9\n]{0,25}(?<![0-9])[0-9](?:[ ._/-]{0,2}[0-9]){9}(?![0-9])"
    # Read as a number, it has lost its leading 0.
    r"|\bcpr(?:-?n(?:umme)?r)?['\"]?\s?[:=]\s?['\"]?[0-9]{9}(?![0-9])",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"(?<=[0-9])[*`~]{1,3}+|[*`~]{1,3}+(?=[0-9])")
_SPACED_CPR = re.compile(r"(?<![0-9])(?:[0-9] ){5}[0-9] ?[-\u2013] ?(?:[0-9] ){3}[0-9](?![0-9])")
_AMOUNT = re.compile(
    r"[0-9]\s?(?:kr\b|kroner|dkk|eur\b|euro|€|usd|mio|mia|bytes?\b|visninger|indbyggere|borgere|besøg|ms\b|ns\b"
    r"|sek|kwh|m2|m²)",
    re.IGNORECASE,
)
_NAMED_NUMBER = re.compile(
    r"(?:\bkr\.?|dkk|eur|€|budget\w*|beløb\w*|udgift\w*|indtægt\w*|omsætning|bevilling\w*|p-?n(?:umme)?r\.?|\bean|\bisbn"
    r"|\bdoi|tidsstempel|timestamp|epoch|seed|random_state|ordren\w*|fakturan\w*|konto\w*)\W{0,3}(?:er\s|på\s|nr\.?\s?)?\Z",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(
    # Not the end of another word (Hjørring).
    r"(?:[☎📞📱]|(?<![A-Za-zæøåÆØÅ])(?:tlf(?:nr)?|tel|t(?=:)|telefon(?:en|nummer|nummeret|nr)?|mobil(?:en|nummer|nummeret|nr)?|mob|phone|mobile"
    r"|ring|sms|call|kontakt|direkte|whatsapp|fastnet)(?![A-Za-zæøåÆØÅ]))[^0-9\n+]{0,25}"
    # Not two years (2021 2022, 2018-2021), and not shares.
    r"(?!(?:199|20[0-2])[0-9][ -](?:199|20[0-2])[0-9](?![0-9]))"
    rf"(?:{PHONE_NUMBER}|[0-9]{{2}}(?:[./][0-9]{{2}}){{3}}(?![0-9.,])"
    r"|[2-9](?:[0-9]{3}-[0-9]{4}|[0-9]{2} [0-9]{3} [0-9]{2}|[0-9]/[0-9]{6})(?![0-9.,-]))"
    r"(?!\s?(?:kr\b|pct|procent|%|hentninger|visninger))",
    re.IGNORECASE,
)
_ABROAD = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:\+|\b00) ?\(?45\)?(?:[ ./()-]{0,2}[0-9]){8}"
    r"|\+(?!45)[1-9][0-9]{0,2}(?![0-9])(?! [0-9]{3}(?: [0-9]{3})+(?! ?[0-9]))(?:[ -]\(?0?\)?[0-9]{2,8}){1,4}"
    r"|\(\+?45\) ?(?:[ .-]?[0-9]){8}|\+[1-9][0-9]{9,14})(?![0-9])"
)
_NAMED = re.compile(
    r"\b([A-ZÆØÅ][a-zæøåé]+)(?: [A-ZÆØÅ]\.?)? ([A-ZÆØÅ][a-zæøåé]+)[,:(]? \(?"
    r"([2-9][0-9](?: ?[0-9]{2}){3})(?![0-9.,]| [0-9])"
)
_SAID_AFTER = re.compile(
    r"(?<![0-9.,])(?<![0-9] )[2-9][0-9](?: ?[0-9]{2}){3} ?[(,]? ?"
    r"(?:mobil|tlf|telefon|privat|arbejde|fastnet|sms)\b",
    re.IGNORECASE,
)
_TOWN = (
    r",? (?:nr\.? ?)?[0-9]{1,3}(?: ?- ?[0-9]{1,3})? ?[A-Za-z]?"
    r"(?:,? ?(?:st(?:uen)?|kl|kld|[0-9]{1,2})\b\.? ?(?:sal\b)?,? ?(?:(?:th|tv|mf)\b\.?)?)?"
)
_ROAD = (
    r"[\w. ]{0,30}?(?:vej|gade|[aA]ll[ée]|stræde|vænget|parken|torvet?|plads|bakken|toften|haven)(?:en|n)?"
)
_STREET = re.compile(
    rf"\b[A-Za-zÆØÅæøå]{_ROAD}{_TOWN}(?: ?[,;·|] ?|\n ?| )(?:DK-)?[0-9]{{4}} ([A-Za-zÆØÅæøå][a-zæøå]+)"
    # Street names have many endings. Any other ending needs a separator and a postal code that is not a year.
    rf"|\b[A-ZÆØÅ][\w.]{{2,30}}(?: [A-ZÆØÅ][\w.]{{1,30}}){{0,3}}{_TOWN} ?[,;·|] ?"
    r"(?:DK-)?(?!19|20[0-3])[1-9][0-9]{3} ([A-ZÆØÅ][a-zæøå]+)"
)
# A floor and a side mean a dwelling, even without a postal code.
_DWELLING = re.compile(
    rf"\b[A-ZÆØÅ]{_ROAD}"
    r" (?:nr\.? ?)?[0-9]{1,3} ?[A-Za-z]?,? (?:st|kl|[0-9]{1,2})\b\.? ?(?:sal\b)?,? ?(?:th|tv|mf)\b"
)
_LINK = re.compile(
    r"(?:(?:tel|sms|callto|whatsapp):|wa\.me/)[\s/]{0,3}\+?[0-9](?:[ .()-]?[0-9]){7}", re.IGNORECASE
)
_ALONE = re.compile(r"(?:^|[\n:,;>|])[ \t]*+([2-9][0-9](?: [0-9]{2}){3})[ \t]*+(?=$|[\n;<|])")
_PAIRS = re.compile(r"[0-9]{2}(?: [0-9]{2}){3}")
_AT = re.compile(r"\s?[(\[{<]\s?(?:at|a|@|snabel-?a|snabela)\s?[)\]}>]\s?|\s(?:snabel-?a)\s", re.IGNORECASE)
# Separates two texts of a picture, which may be lines of one text; and gaps next to an address's @.
BREAK = "\v"
_GAPS = re.compile(r"(?<!\s)\s+(?=@)|(?<=@)\s+")
_DOT = re.compile(
    r"\s?[(\[{]\s?(?:dot|punktum|\.)\s?[)\]}]\s?|(?<=\w)\s(?:dot|punktum)\s(?=\w)", re.IGNORECASE
)
# Addresses of code, not of people: the part before a repository's host, and a package's version.
_CODE = re.compile(r"(?:\bgit@|\b(?:ssh|https?)://[\w.-]{1,64}@|(?<=@)[\w-]+:/|\bnpm:@)", re.IGNORECASE)


def plain(text: str) -> str:
    """Return a text without terminal colours and invisible characters, its digits and signs normalised."""
    text = unicodedata.normalize("NFKC", _COLOURS.sub("", text))
    return _UNUSUAL.sub(_usual, text)


def _usual(found: re.Match[str]) -> str:
    character = found.group()
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    return {"Cf": "", "Pd": "-", "Zs": " "}.get(kind, "-" if character == "\u2212" else character)


def has_cpr(text: str) -> bool:
    """Return whether a plain text contains a CPR number."""
    if not _DIGITS.search(text) and not _SPACED_CPR.search(text):
        return False
    searched = _DECIMALS.sub(" ", _HASH.sub(" ", _EMPHASIS.sub("", text)))
    return (
        bool(_NAMED_CPR.search(searched))
        or any(not _is_amount(found, searched) for found in cpr_numbers(searched))
        or any(is_cpr(_usual_cpr(found)) for found in _OTHER_CPR.finditer(searched))
        or any(is_cpr(found.group().replace(" ", "")) for found in _SPACED_CPR.finditer(searched))
    )


def has_mail(text: str, public: Collection[str]) -> bool:
    """Return whether a plain text contains an e-mail address that is not `public` (in lower case).

    An address may be broken at its @: by a line break, or by the end of one text of a picture.
    """
    if any(mark in text for mark in ("(", "[", "{", "snabel")):
        text = _DOT.sub(".", _AT.sub("@", text))
    if "@" not in text:
        return False
    text = _GAPS.sub(lambda gap: "" if BREAK in gap[0] else gap[0], text.replace("@\n", "@"))
    return any(found.casefold() not in public for found in MAIL.findall(_CODE.sub(" ", text)))


def has_phone(text: str) -> bool:
    """Return whether a plain text has a telephone number: announced, with country code, linked, or alone."""
    return bool(
        _ANNOUNCED.search(text)
        or _ABROAD.search(text)
        or _LINK.search(text)
        or _SAID_AFTER.search(text)
        or any(not _is_scale(found[1]) for found in _ALONE.finditer(text))
        or any(
            not {found[1].casefold(), found[2].casefold()} & place_words() for found in _NAMED.finditer(text)
        )
    )


def is_phone(cell: str) -> bool:
    """Return whether the whole text of a table's cell is a telephone number in pairs."""
    return bool(_PAIRS.fullmatch(plain(cell).strip()))


def has_street_address(text: str) -> bool:
    """Return whether a plain text has a street and a number, with a postal code or a floor and a side."""
    if _DWELLING.search(text):
        return True
    towns = (found[1] or found[2] for found in _STREET.finditer(text))
    return any(town[0].isupper() or town in place_words() for town in towns)


@cache
def place_words() -> frozenset[str]:
    """Return the words in names of municipalities and regions, and of what tables list with them."""
    places = municipalities()
    names = [
        *places["name"],
        *places["region"],
        *places["province"],
        *places["group"],
        "Kommune",
        "Hele landet",
    ]
    return frozenset(word for name in names for word in re.findall(r"\w+", str(name).casefold()))


def _is_amount(found: re.Match[str], text: str) -> bool:
    if not found.group().isdecimal():
        return False
    before, after = text[max(0, found.start() - 30) : found.start()], text[found.end() - 1 : found.end() + 12]
    return bool(_AMOUNT.match(after) or _NAMED_NUMBER.search(before))


def _usual_cpr(found: re.Match[str]) -> str:
    day, separator, month, year, _, serial = found.groups()
    return f"{day}.{month}.{year}-{serial}" if separator else f"{day}{month}{year}-{serial}"


def _is_scale(pairs: str) -> bool:
    """Return whether four pairs are evenly spaced, like the ticks of an axis."""
    numbers = [int(pair) for pair in pairs.split()]
    return len({after - before for before, after in pairwise(numbers)}) == 1
