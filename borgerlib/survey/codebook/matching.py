"""Which response option a text stands for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from borgerlib.survey.codebook.model import Item

SELECTED = frozenset(
    {"1", "valgt", "ja", "yes", "y", "true", "sand", "x", "selected", "checked", "quoted", "1.0", "1,0"}
)
NOT_SELECTED = frozenset(
    {
        "0",
        "ikke valgt",
        "nej",
        "no",
        "n",
        "false",
        "falsk",
        "not selected",
        "unchecked",
        "not quoted",
        "0.0",
        "0,0",
    }
)
NO_ANSWER = frozenset({"n/a", "na", "#n/a", "#null", "null", "nan", "<na>", "{question_not_shown}"})
_WHOLE = re.compile(r"(\d+)[.,]0+\Z")
_DASHES = str.maketrans({"‐": "-", "‑": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "”": '"', "“": '"'})
_FANCY = re.compile("[‐‑–—’‘”“]")
_SPACES = re.compile(r"\s+")
_OUTER = " .,:;*!?\"'"
_CUT = re.compile(r"(\.\.+|…)\s*$")
_SHORTEST_CUT = 6
_LIMESURVEY_OTHER = "-oth-"


def plain(text: str) -> str:
    """Return a text with plain dashes and quotes, and single spaces."""
    composed = unicodedata.normalize("NFKC", text)
    if _FANCY.search(composed):
        composed = composed.translate(_DASHES)
    return _SPACES.sub(" ", composed).strip()


def normalise(text: str) -> str:
    """Return a text without what platforms change in passing: case, spaces, dashes, quotes, outer points."""
    return plain(text).strip(_OUTER).casefold()


@dataclass(frozen=True)
class OptionMatcher:
    """Finds the option of one item that a text stands for.

    Parameters
    ----------
    known : mapping of str to str
        Normalised text → option id.
    texts : mapping of str to str
        Normalised full text → option id, for texts that the platform has cut off with '..'.
    """

    known: Mapping[str, str]
    texts: Mapping[str, str]

    def match(self, text: str) -> str | None:
        """Return the option id, or None when the text is that of no option."""
        found = self.known.get(normalise(text))
        whole = _WHOLE.match(text.strip()) if found is None else None
        if whole:
            # A column with blanks is numbers with a point to some programs: '5.0'.
            found = self.known.get(whole[1])
        if found is not None or not _CUT.search(text):
            return found
        start = normalise(_CUT.sub("", text))
        if len(start) < _SHORTEST_CUT:
            return None
        fits = {option for full, option in self.texts.items() if full.startswith(start)}
        return fits.pop() if len(fits) == 1 else None


def is_no_answer(text: str) -> bool:
    """Return whether a text is a program's mark for 'no answer' (N/A, {question_not_shown})."""
    # Most texts are told by their first letter: a column of ids has a hundred thousand different ones.
    return text[:1] in "nN#<{" and normalise(text) in NO_ANSWER


def matcher(item: Item, values: Mapping[str, str] | None = None) -> OptionMatcher:
    """Return the matcher of an item: by the mapping's `values`, the option's text, its short text, its id."""
    texts = {normalise(option.text): option.id for option in item.options}
    other = {_LIMESURVEY_OTHER: item.catch_all.id} if item.catch_all else {}
    ids = {normalise(option.id): option.id for option in item.options}
    shorts = {normalise(option.short): option.id for option in item.options}
    given = {normalise(value): option for value, option in (values or {}).items()}
    return OptionMatcher({**_yes_no(item), **other, **ids, **shorts, **texts, **given}, texts)


def _yes_no(item: Item) -> dict[str, str]:
    if not {"ja", "nej"} <= {option.id for option in item.options}:
        return {}
    return {**dict.fromkeys(SELECTED, "ja"), **dict.fromkeys(NOT_SELECTED, "nej")}
