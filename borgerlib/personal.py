"""Find, mask or refuse what identifies a person: CPR numbers, e-mail addresses, telephone numbers.

Cleaning and the check of what is published use the same definitions.

A CPR number is a birth date (DDMMYY) and four digits, the first of which (the seventh of all) gives the
century. The control digit is not checked: numbers issued since 2007 need not satisfy it.
Source of the rule: CPR-kontoret, "Personnummeret i CPR-systemet", 2008.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import pandas as pd

from borgerlib.errors import DataError
from borgerlib.said import said

MASK = "[CPR-nummer fjernet]"
CONTACT_MASK = "[kontaktoplysning]"

# Starts only at a word's start and limits the lengths, so that the search is linear in the text's length.
_LOCAL = r"\w.%+'&-"
MAIL = re.compile(
    rf"(?<![{_LOCAL}])[{_LOCAL}]{{1,64}}@(?:[\w-]{{1,63}}\.){{0,8}}"
    # Not the file name of a picture (logo@2x.png).
    r"(?!(?:png|jpe?g|svg|gif)\b)[^\W\d_][\w-]{1,62}(?![\w-])"
)
PHONE_NUMBER = (
    r"(?<![0-9])(?:(?:\+|00)[0-9]{2}[ .-]?|45[ .-]?)?"
    r"(?:[0-9]{8}|[0-9]{2}(?:[ .-][0-9]{2}){3}|[0-9]{4} [0-9]{4})(?![0-9])"
)
_PHONE = re.compile(PHONE_NUMBER)
_LONGEST_NUMBER = 15  # digits of a telephone number, including the country code (ITU-T E.164)

CONTACT_HEADINGS = frozenset(
    ["navn", "fornavn", "efternavn", "fuldenavn", "borgernavn", "firstname", "lastname", "email", "mail",
     "mailadresse", "emailadresse", "telefon", "telefonnummer", "telefonnr", "tlf", "tlfnr", "mobil",
     "mobilnummer", "mobilnr", "mobiltelefon", "phone", "adresse", "vejnavn", "postadresse", "bopæl", "cpr",
     "cprnummer", "cprnr", "cprno", "personnummer", "personnr"]
)  # fmt: skip
"""Headings of columns with contact details of people; letters only, in lower case."""
CONTACT_HINTS: Mapping[str, tuple[str, ...]] = {
    "mail": ("mail", "e-post", "epost"),
    "phone": ("telefon", "tlf", "mobil", "phone", "sms"),
    "name": ("(?<!vej)(?<!gade)navn", "name"),
}
"""Contact detail → words of headings and questions that ask for it, as patterns in lower case."""
# Words of a heading that say whose or which, but not what the column contains.
_FILLERS = frozenset(
    ["kontakt", "borger", "borgers", "borgerens", "privat", "arbejde", "hjem", "din", "dit", "jeres"]
)
_LETTERS = re.compile(r"[^a-zæøå]+")

_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2212"
# [0-9] rather than \d (which takes any script's digits), and digits rather than word boundaries:
# a number next to æ, ø, å or '_' is still a number.
_CANDIDATE = re.compile(
    r"(?<![0-9])"
    r"(?P<day>[0-9]{2})(?P<separator>[ ./\-]?)(?P<month>[0-9]{2})(?P=separator)(?P<year>[0-9]{4}|[0-9]{2})"
    rf"(?P<joint>\s{{0,2}}[{_HYPHENS}]?\s{{0,2}})"
    r"(?P<serial>[0-9]{4})(?![0-9])"
)
_CPR_HEADING = re.compile(r"(?<![a-zæøå])(cpr|person-?n(umme)?r|civil registration)", re.IGNORECASE)
_DIGITS, _LONGEST_CPR = 10, 24


def mask_contact(text: str) -> str:
    """Return a text with e-mail addresses and telephone numbers replaced by `CONTACT_MASK`."""
    return _PHONE.sub(CONTACT_MASK, mask_mail(text))


def mask_mail(text: str) -> str:
    """Return a text with e-mail addresses replaced by `CONTACT_MASK`."""
    return MAIL.sub(CONTACT_MASK, text)


def blurred(text: str) -> str:
    """Return enough of a text to find it by, and not the whole of what may be a person's."""
    return repr(text if len(text) <= 4 else f"{text[:3]}…")


def tells_nobody(text: str) -> str:
    """Return an id as it is; only its beginning where it reaches a person or is a CPR number."""
    return text if _is_nobodys(text) else blurred(text)


def shown_headings(headings: Iterable[object]) -> list[str]:
    """Return the headings of a table of people for a message; a remark where they are the first person."""
    texts = list(map(str, headings))
    return texts if all(map(_is_nobodys, texts)) else ["none: the first row is a person's"]


def _is_nobodys(text: str) -> bool:
    return mask_contact(mask_cpr(text)) == text


def contact_key(text: str) -> str | None:
    """Return an e-mail address or telephone number in normal form; None for a name or anything else.

    A number may be among words ('tlf. 20 11 22 33'); for two numbers, or a CPR number, None is returned.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(text.split())
    if MAIL.fullmatch(plain):
        return plain if "." in plain.partition("@")[2] else None
    # Spreadsheets add '.0'; '(0)' is only dialled within the country.
    digits = re.sub(r"\.0$|\(0\)|[-+.()/]", "", plain)
    if not digits.isdecimal():
        among = [found.group() for found in _PHONE.finditer(text)]
        return contact_key(among[0]) if len(among) == 1 and not any(cpr_numbers(text)) else None
    danish = re.fullmatch(r"(?:(?:00)?45)+([0-9]{8})", digits)
    digits = danish[1] if danish else digits.removeprefix("00")
    abroad = 9 <= len(digits) <= _LONGEST_NUMBER and not digits.startswith("45") and not is_cpr(text)
    # People who do not want to give a number write 00000000 and the like.
    return digits if (len(digits) == 8 or abroad) and len(set(digits)) > 1 else None


def contact_mark(key: str) -> str:
    """Return a hash by which a `contact_key` can be recognised without storing it (SHA-256)."""
    return hashlib.sha256(key.encode()).hexdigest()


def contact_kinds(words: str) -> tuple[str, ...]:
    """Return what a contact question asks for, by its words: some of 'mail', 'phone' and 'name'."""
    plain = words.casefold()
    return tuple(kind for kind, hints in CONTACT_HINTS.items() if re.search("|".join(hints), plain))


def is_contact_heading(heading: str) -> bool:
    """Return True for the heading of a column of contact details ('Borgerens e-mail:')."""
    if len(heading) > 400:
        return False
    plain = heading.casefold().replace("e-mail", "email")
    words = [word for word in _LETTERS.split(plain) if word and word not in _FILLERS]
    return bool(words) and len(words) <= 3 and "".join(words) in CONTACT_HEADINGS


def mask_cpr(text: str) -> str:
    """Return the text with every CPR number replaced by `MASK`.

    Numbers are found with and without hyphen or spaces (``010190-1234``, ``0101901234``, ``01 01 90 1234``),
    and with points, slashes or a four-digit year if a hyphen precedes the last four digits
    (``01.01.1990-1234``). Longer runs of digits, telephone numbers and dates that do not exist are kept.
    """
    return _CANDIDATE.sub(lambda found: MASK if _is_number(found) else found.group(), text)


def cpr_numbers(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of CPR numbers in a text, as `mask_cpr` finds them."""
    return filter(_is_number, _CANDIDATE.finditer(text))


def is_cpr(text: str) -> bool:
    """Return True if the whole text, apart from spaces around it, is one CPR number."""
    found = _CANDIDATE.fullmatch(text.strip())
    return found is not None and _is_number(found)


def mask_cpr_column(column: pd.Series) -> pd.Series:
    """Return a column of text with CPR numbers masked (the same object if it has none)."""
    has_serial = column.astype("string").str.contains("[0-9]{4}").fillna(False).to_numpy(dtype=bool)
    suspects = column[has_serial]
    masked = suspects.map({cell: mask_cpr(str(cell)) for cell in suspects.unique().tolist()})
    changed = (masked != suspects.astype("string")).to_numpy(dtype=bool)
    if not changed.any():
        return column
    cells = column.astype("object").to_numpy(copy=True)
    cells[np.flatnonzero(has_serial)[changed]] = masked[changed].to_numpy()
    return pd.Series(cells, index=column.index, name=column.name, dtype="string")


def refuse_cpr_columns(
    frame: pd.DataFrame,
    *,
    source: str = "The frame",
    labels: Mapping[str, str] | None = None,
    fewest: int = 3,
) -> None:
    """Raise `DataError` if a column holds CPR numbers.

    It does if its heading or label says so ('CPR', 'cpr_nr', 'Personnummer'), or if at least half of its
    filled cells, and at least `fewest`, are only a CPR number, as text or as a number without its leading
    zero.

    Parameters
    ----------
    frame : DataFrame
    source : str
        What contains the columns, for the message.
    labels : mapping of str to str, optional
        Column → the question as the respondent read it.
    fewest : int
        Fewer numbers may be chance, or a respondent's mistake, which cleaning masks.

    Raises
    ------
    DataError
        The message names the columns, never their content.
    """
    names = [
        str(name)
        for at, name in enumerate(frame.columns)
        if _CPR_HEADING.search(f"{name} {(labels or {}).get(str(name), '')}".replace("_", " "))
        or _holds_cpr_numbers(frame.iloc[:, at], fewest)
    ]
    if names:
        raise DataError(
            said("cpr_columns", file=source),
            problems=[said("cpr_column", column=name) for name in names],
            hint="Delete the column in the platform or the file (and the file where it should not be), "
            "and export again.",
        )


def _is_number(found: re.Match[str]) -> bool:
    joined = any(hyphen in found["joint"] for hyphen in _HYPHENS)
    if (len(found["year"]) == 4 or found["separator"] in (".", "/", "-")) and not joined:
        return False
    year = _birth_year(int(found["year"][-2:]), int(found["serial"][0]))
    if len(found["year"]) == 4 and int(found["year"]) != year:
        return False
    day, month = int(found["day"]), int(found["month"])
    return 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _birth_year(year: int, seventh_digit: int) -> int:
    if seventh_digit <= 3:
        return 1900 + year
    if seventh_digit in (4, 9):
        return (2000 if year <= 36 else 1900) + year
    return (2000 if year <= 57 else 1800) + year


def _holds_cpr_numbers(column: pd.Series, fewest: int) -> bool:
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_bool_dtype(column):
        return False
    values = column.dropna()
    filled = len(values)
    if pd.api.types.is_numeric_dtype(column):
        values = values[(values >= 1e8) & (values < 1e10) & (values % 1 == 0)]
        texts = values.map(lambda value: f"{int(value):010d}").astype("string")
    else:
        texts = values.astype("string")
    likely = (text for text in texts.unique().tolist() if _DIGITS <= len(text) <= _LONGEST_CPR)
    numbers = list(filter(is_cpr, likely))
    found = int(texts.isin(numbers).sum()) if numbers else 0
    return found >= fewest and 2 * found >= filled
