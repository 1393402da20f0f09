"""Find the response option that a text stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from borgerlib.survey.codebook.model import Item

SELECTED = frozenset(
    ["1", "1.0", "1,0", "x", "v", "✓", "✔", "☑", "☒", "√", "*", "+", "on", "ok", "valgt", "vald", "gewählt",
     "selected", "checked", "quoted", "nævnt", "ja", "j", "yes", "y", "true", "sand", "sann", "sant", "wahr"]
)  # fmt: skip
NOT_SELECTED = frozenset(
    ["0", "0.0", "0,0", "☐", "off", "ikke valgt", "ej vald", "inte vald", "nicht gewählt", "not selected",
     "unchecked", "not quoted", "ikke nævnt", "nej", "nei", "nein", "no", "n", "false", "falsk", "usann",
     "usant", "falskt", "falsch"]
)  # fmt: skip
NO_ANSWER = frozenset(
    ["n/a", "na", "n.a", "#n/a", "#null", "null", "nan", "<na>", "{question_not_shown}", "[not completed]",
     "-", "--", "---", ".", "(tom)", "(blank)", "(empty)", "no answer", "no response", "not answered",
     "missing", "not asked", "skipped", "uoplyst", "ubesvaret", "ikke besvaret", "ej besvaret", "intet svar",
     "ingen svar", "inget svar", "keine antwort", "ikke stillet", "ikke spurgt", "ikke vist", "sprunget over"]
)  # fmt: skip
# Longer than any mark, because marks may have spaces around them.
_LONGEST_MARK = 40
POLITE_YES = frozenset({"ja tak", "ja, tak", "ja gerne", "ja, gerne", "ja takk", "yes please", "yes, please"})
POLITE_NO = frozenset({"nej tak", "nej, tak", "nej ellers tak", "nei takk", "no thanks", "no, thanks"})
OTHERS = ("andet", "annet", "annat", "other", "sonstiges")
SEXES: Mapping[str, tuple[str, ...]] = {
    "kvinde": (
        *("kvinde", "kvinne", "kvinna", "woman", "female", "frau", "weiblich", "pige"),
        *("k", "f", "w", "hun", "hon"),
    ),
    "mand": ("mand", "mann", "man", "male", "männlich", "dreng", "m", "han"),
}
"""The ids by which the statistics know the sexes, and the words that begin their texts."""
REFUSAL = (
    r"(?:jeg )?(?:ønsker|vil(?: helst)?) ikke (?:(?:at |å )?(?:oplyse|svare|angive|sige|oppgi)|oplyst)"
    r"(?: ?/ ?(?:svare|oplyse))?(?: (?:det|dette|på (?:det|dette|spørgsmålet)|(?:mit |min )?(?:køn|alder)))?"
    r"|(?:jag )?vill inte (?:svara|uppge|ange)|keine angaben?"
    r"|(?:i )?(?:would )?prefer not(?: to (?:say|answer|disclose|state))?"
)
_REFUSAL = re.compile(REFUSAL)
_OTHER_OR_REFUSAL = re.compile(rf"({'|'.join(OTHERS)})(?: ?[/,&] ?| (?:eller|og|or|and) )(?:{REFUSAL})")
_OTHER = re.compile(rf"({'|'.join(OTHERS)})( ?\(.*\)?)?", re.IGNORECASE)
_BELOW_NOUGHT = re.compile(r"[-−]\d+(?:[.,]0+)?")
_CODE_BEFORE = re.compile(r"\A\s*\d{1,3}(?: ?[=:)] ?|\. | ?- ?(?=[^\W\d]))(?=\w)")
_WHOLE = re.compile(r"(\d+)[.,]0+\Z")
_DASHES = str.maketrans({"‐": "-", "‑": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "”": '"', "“": '"'})
_FANCY = re.compile("[‐‑–—’‘”“]")
_SPACES = re.compile(r"\s+")
_OUTER = " .,:;*!?\"'•◦▪"
_CUT = re.compile(r"(\.\.+|…)\s*$")
_SHORTEST_CUT = 6
_LIMESURVEY_OTHER = "-oth-"
# Cache size: a survey has few options, which occur in a hundred thousand cells.
_REMEMBERED = 4096


@lru_cache(_REMEMBERED)
def plain(text: str) -> str:
    """Return a text with plain dashes and quotes, and single spaces."""
    composed = unicodedata.normalize("NFKC", text)
    if _FANCY.search(composed):
        composed = composed.translate(_DASHES)
    return _SPACES.sub(" ", composed).strip()


@lru_cache(_REMEMBERED)
def normalise(text: str) -> str:
    """Return a text without what platforms may change: case, spaces, dashes, quotes, outer punctuation.

    A text that is only punctuation ('*') is kept.
    """
    whole = plain(text)
    return whole.strip(_OUTER).casefold() or whole


@dataclass(frozen=True)
class OptionMatcher:
    """Finds the option of one item that a text stands for.

    Parameters
    ----------
    known : mapping of str to str
        Normalised text → option id.
    texts : mapping of str to str
        Normalised full text → option id, for texts that the platform has cut off with '..'.
    refused : str or None
        The option that any refusal ('Vil ikke svare') stands for.
    """

    known: Mapping[str, str]
    texts: Mapping[str, str]
    refused: str | None = None

    def match(self, text: str) -> str | None:
        """Return the option id, or None if no option has the text."""
        found = self.known.get(normalise(text))
        whole = _WHOLE.match(text.strip()) if found is None else None
        if whole:
            # Some programs read a column of codes with blanks as floats: '5.0'.
            found = self.known.get(whole[1])
        if found is None and text[:1].isdigit():
            found = self.known.get(normalise(uncoded(text)))
        if found is None and self.refused and is_refusal(text):
            return self.refused
        if found is not None or not _CUT.search(text):
            return found
        start = normalise(_CUT.sub("", text))
        if len(start) < _SHORTEST_CUT:
            return None
        fits = {option for full, option in self.texts.items() if full.startswith(start)}
        return fits.pop() if len(fits) == 1 else None


_NO_OPINION = (
    ("dont_know", r"ved (det )?ikke|vet ikke|vet (ej|inte)|don.?t know|weiß (es )?nicht"),
    ("refused", REFUSAL),
    ("not_relevant", r"ikke relevant|inte relevant|not (relevant|applicable)|trifft nicht zu"),
)


def no_opinion(text: str) -> str:
    """Return why a text is not an opinion, as in `Option.missing`; '' if it is one."""
    return next((kind for kind, pattern in _NO_OPINION if re.match(pattern, text, re.IGNORECASE)), "")


def uncoded(text: str) -> str:
    """Return 'Kvinde' of '1 = Kvinde' and 'Ja' of '1 - Ja'; any other text as it is."""
    return _CODE_BEFORE.sub("", text)


def is_unticked(text: str) -> bool:
    """Return whether a box with this text was skipped: platforms then write a negative code (-99)."""
    return bool(_BELOW_NOUGHT.fullmatch(text))


def is_no_answer(text: str) -> bool:
    """Return whether a text is a program's mark for 'no answer' (N/A, {question_not_shown})."""
    # Check the first letter first, for speed: a column of ids has a hundred thousand different texts.
    return (
        text[:1] in "nN#<{[(.-–uUiIeEmMkKsS" and len(text) <= _LONGEST_MARK and normalise(text) in NO_ANSWER
    )


def is_refusal(text: str) -> bool:
    """Return whether a text is a refusal to answer, in whatever words, and nothing else."""
    return denies(text) and bool(_REFUSAL.fullmatch(normalise(text)))


def is_other(text: str) -> bool:
    """Return whether a text is the option for own words: 'Andet', 'Other (please specify)'."""
    return bool(_OTHER.fullmatch(text.strip(_OUTER)))


def other_or_refusal(text: str) -> str:
    """Return the 'Andet' of a text that means either ('Andet/ønsker ikke at svare'); else ''."""
    found = _OTHER_OR_REFUSAL.fullmatch(normalise(text)) if denies(text) else None
    return found[1] if found else ""


def is_unwilling(text: str) -> bool:
    """Return whether a text is a refusal to answer, or either that or 'Andet'."""
    return denies(text) and (is_refusal(text) or bool(other_or_refusal(text)))


def denies(text: str) -> bool:
    """Return whether a text may be a refusal to answer: whether it contains a 'not'."""
    if text[:1].isdigit():
        return False
    # Hardly any of a hundred thousand texts does, so this check must be faster than a regular expression.
    lower = text.lower()
    swedish = "inte" in lower and "vill" in lower  # 'Integration' contains 'inte'
    return "ikke" in lower or swedish or "not" in lower or "keine" in lower


def matcher(item: Item, values: Mapping[str, str] | None = None) -> OptionMatcher:
    """Return the matcher of an item, by the mapping's `values`, the options' texts, short texts and ids."""
    english = {normalise(option.text_en): option.id for option in item.options if option.text_en}
    texts = {normalise(option.text): option.id for option in item.options}
    other = {_LIMESURVEY_OTHER: item.catch_all.id} if item.catch_all else {}
    ids = {normalise(option.id): option.id for option in item.options}
    shorts = {normalise(option.short): option.id for option in item.options}
    given = {normalise(value): option for value, option in (values or {}).items()}
    known = {**english, **_yes_no(item), **_sexes(item), **other, **ids, **shorts, **texts, **given}
    refused = [option.id for option in item.options if option.missing == "refused"]
    return OptionMatcher(known, english | texts, refused[0] if len(refused) == 1 else None)


def _yes_no(item: Item) -> dict[str, str]:
    if not {"ja", "nej"} <= {option.id for option in item.options}:
        return {}
    return {**dict.fromkeys(SELECTED | POLITE_YES, "ja"), **dict.fromkeys(NOT_SELECTED | POLITE_NO, "nej")}


def _sexes(item: Item) -> dict[str, str]:
    ids = {option.id for option in item.options} if item.role == "sex" else set()
    return {word: sex for sex, words in SEXES.items() if sex in ids for word in words}
