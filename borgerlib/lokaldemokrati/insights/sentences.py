"""Sentences with numbers, filled in from the estimates and never typed by hand.

A template names its numbers: ``{strategi.ja:pct} har en strategi``, so the same sentence is correct for the
report of 2021 and for a later wave.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.errors import CodebookError, unknown_name
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.statistics.models.first_places import first_places

FIRST = "first"
UNKNOWN = "ikke kendt"
# Replaces a missing number. It must read well before a verb, so it has no clause that needs a comma.
_HIDDEN = {"share": "en skjult andel", "count": "et skjult antal"}
_NOT_ASKED = {"share": "en ikke målt andel", "count": "et ikke målt antal"}
_UNREADABLE = {"share": "en ulæselig andel", "count": "et ulæseligt antal"}
_FORMS = ("pct", "pct_ci", "count", "n", "label")
_NAMED_FIRST = 3


def fill(
    template: str,
    estimates: DisclosedEstimates,
    *,
    verdict: Callable[[str], str] | None = None,
) -> str:
    """Fill a Danish template from estimates.

    Parameters
    ----------
    template : str
        Fields are ``{item.option:form}``, ``{item.option@group:form}``, ``{item.#1:form}`` (the largest
        share, even if only by chance), ``{item.first:subject}`` (see `first_sentence`) and
        ``{claim:id}``. Forms: pct, pct_ci, count, n, label.
    estimates : DisclosedEstimates
        Where the numbers are looked up.
    verdict : callable, optional
        Gives the sentence of a claim by its id.

    Raises
    ------
    CodebookError
        A field names no estimate, or an unknown form.
    """
    return danish.capitalise(_Filler(estimates, verdict).vformat(template, (), {}))


def find(estimates: DisclosedEstimates, reference: str) -> pd.Series[Any]:
    """Return the row of ``item.option``, ``item.option@group`` or ``item.#rank`` (else `CodebookError`)."""
    path, _, group = str(reference).partition("@")
    item, _, option = path.partition(".")
    frame = estimates.frame
    rows = frame[(frame["item"] == item) & (frame["group"] == group)]
    found = _ranked(rows, option[1:]) if option.startswith("#") else rows[rows["option"] == option]
    if found.empty:
        known = (frame["item"] + "." + frame["option"]).unique()
        raise CodebookError(unknown_name("estimate", reference, known))
    return found.iloc[0]


def first_sentence(
    subject: str, rows: Sequence[Mapping[Any, Any]], *, confidence: float, exclusive: bool = False
) -> str:
    """Return which answer comes first, or which may; no other code may call an answer the most frequent.

    Parameters
    ----------
    subject : str
        Danish: what the first one is, 'Det mest valgte emne'.
    rows : sequence of mapping
        The answers to one question: label and what `first_places` needs, or may_be_first.
    confidence, exclusive
        As of `first_places`.

    Returns
    -------
    str
        Danish, without full stop; '' if nothing is known, or all answers may be first.
    """
    # With microdata, `may_be_first` is known from who gave which answers together.
    known = [row.get("may_be_first") for row in rows]
    if any(pd.isna(one) for one in known):
        known = first_places(rows, confidence=confidence, exclusive=exclusive).tolist()
    sharing = [row for row, is_first in zip(rows, known, strict=True) if is_first]
    sharing.sort(key=lambda row: -float(row["proportion"]))
    if not sharing or (len(sharing) == len(rows) > 1):
        return ""
    names = [f"»{row['label']}« ({danish.percent(row['proportion'])})" for row in sharing]
    if len(names) == 1:
        return f"{subject} er {names[0]}"
    if len(names) > _NAMED_FIRST:
        names = [*names[:2], f"et af {danish.small_number(len(names) - 2)} andre svar"]
    return f"{subject} kan være {danish.listing(names, last='eller')}; forskellen kan være tilfældig"


def answers_to(estimates: DisclosedEstimates, reference: str) -> list[dict[Any, Any]]:
    """Return the answers to 'item' or 'item@group', one record an option (`CodebookError`: no such item)."""
    path, _, group = str(reference).partition("@")
    item = path.partition(".")[0]
    frame = estimates.frame
    rows = frame[(frame["item"] == item) & (frame["group"] == group) & ~frame["net"].astype(bool)]
    if rows.empty:
        raise CodebookError(unknown_name("item", item, frame["item"].unique()))
    return [dict(row) for row in rows.to_dict("records")]


def _ranked(rows: pd.DataFrame, rank: str) -> pd.DataFrame:
    """Return the option of a rank, as a frame of one row; an empty frame if there is no such rank."""
    options = rows[~rows["net"].astype(bool)]
    ordered = options.sort_values(["proportion", "count"], ascending=False, kind="stable")
    position = int(rank) - 1 if rank.isdecimal() else -1
    found = ordered.iloc[position : position + 1] if position >= 0 else ordered.iloc[:0]
    # Options without numbers have no order: none of them may be named as the most frequent.
    return found.assign(label=found["label"].where(found["proportion"].notna(), UNKNOWN))


class _Filler(string.Formatter):
    def __init__(self, estimates: DisclosedEstimates, verdict: Callable[[str], str] | None) -> None:
        self._estimates = estimates
        self._verdict = verdict

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if field_name == "claim":
            return None, field_name
        if field_name.partition("@")[0].endswith(f".{FIRST}"):
            return answers_to(self._estimates, field_name), field_name
        return find(self._estimates, field_name), field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return self._verdict(format_spec) if self._verdict else ""
        if isinstance(value, list):
            exclusive = any(row.get("exclusive", False) for row in value)
            confidence = self._estimates.confidence
            said = first_sentence(format_spec, value, confidence=confidence, exclusive=exclusive)
            return said or "Intet svar skiller sig sikkert ud"
        return _form(value, format_spec)


def _form(row: pd.Series[Any], form: str) -> str:
    if form not in _FORMS:
        raise CodebookError(unknown_name("form", form, _FORMS))
    if form == "label":
        return _inside(str(row["label"]))
    column, kind = {"n": ("n", "count"), "count": ("count", "count")}.get(form, ("proportion", "share"))
    if pd.isna(row[column]):
        return _missing(row)[kind]
    if kind == "count":
        return danish.number(row[column])
    share = danish.percent(row["proportion"])
    if form == "pct" or pd.isna(row["ci_lower"]):
        return share
    return f"{share} ({danish.percent_range(row['ci_lower'], row['ci_upper'])})"


def _missing(row: pd.Series[Any]) -> Mapping[str, str]:
    if row["suppressed"]:
        return _HIDDEN
    return _NOT_ASKED if pd.isna(row["n"]) else _UNREADABLE


def _inside(label: str) -> str:
    """Lower-case the first letter of a label inside a sentence, unless it is a name or an abbreviation."""
    is_name = any(word[:1].isupper() for word in label.split()[1:])
    return label if is_name or label[:2].isupper() else label[:1].lower() + label[1:]
