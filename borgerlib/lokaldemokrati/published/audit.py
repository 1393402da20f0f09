"""Check every number of the report against what can be computed, so that none is silently missing.

Eight statuses:

- *reproduced*: number and label are next to each other in the report, and the counts reproduce the value
(rounded half up).
- *inferred*: the same, but number and label are apart and were paired by their order.
- *derived*: the value is unreadable, but follows from the other values of the question.
- *quoted*: from outside the survey; its counts are not given.
- *bounded*: the value is unreadable, but known to lie between two numbers.
- *contradictory*: the report gives another value for the same thing elsewhere, and its text does not decide.
- *impossible*: no counts reproduce the value together with the other values of the question.
- *unreadable*: nothing is known of the value.
"""

from __future__ import annotations

from functools import cache

import pandas as pd

from borgerlib import danish
from borgerlib.lokaldemokrati.published.counts import RecoveredCount, option_label, recovered_count
from borgerlib.lokaldemokrati.published.feasible import rounded_percent
from borgerlib.lokaldemokrati.published.identification import identify
from borgerlib.lokaldemokrati.published.numbers import load_published
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import LEADERS, Codebook

COLUMNS = (
    "insight", "figure", "question", "item", "group", "published", "recomputed", "count", "n", "status",
    "reason",
)  # fmt: skip

# The report's two rates of response, as numbers of people in the codebook's [survey].
_RATES = {
    "svarprocent": ("respondents", "population"),
    "gennemfoerelsesprocent": ("completed", "respondents"),
}


def audit() -> pd.DataFrame:
    """Hold every published value against the value recomputed from the recovered counts.

    Returns
    -------
    DataFrame
        One row a published value, in the report's order. Columns: insight ('1' to '10', 'noegletal',
        'metode', 'om', 'case'), figure ('1' to '13', 'N1' to 'N4', 'tekst'), question, item and group
        (Danish: the question, the response option, the part of the respondents, '' for all), published and
        recomputed (Int64: whole percent, or counts in figure 6; missing where not known), count and n (Int64:
        respondents who chose it, and who answered), status (one of the eight),
        reason (Danish; never empty unless reproduced or inferred; of such a value it says which other N would
        do too).

    Raises
    ------
    DataError
        The published values are missing or damaged.

    See Also
    --------
    feasible_counts : Which counts a percentage can stand for.
    identify : What the numbers of a question tell.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.audit()[["question", "published", "recomputed", "count", "n"]].head(1).values.tolist()
    [['Svarprocent', 81, 81, 79, 98]]
    """
    return _audit().copy()


@cache
def _audit() -> pd.DataFrame:
    codebook = load_codebook(LEADERS)
    rows = [_audited(row, codebook) for _, row in load_published().iterrows()]
    whole = dict.fromkeys(("published", "recomputed", "count", "n"), "Int64")
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(whole)


def _audited(row: pd.Series, codebook: Codebook) -> tuple[object, ...]:
    if row["item"]:
        found = recovered_count(row["item"], row["option"], group=row["group"])
        question = codebook.item(row["item"]).text
        item = option_label(codebook, row["item"], row["option"])
    else:
        found = _rate(row, codebook)
        question, item = row["label"], ""
    recomputed = None
    if found is not None:
        recomputed = found.count if row["unit"] == "antal" else rounded_percent(found.count, found.n)
    status, reason = _verdict(row, found, recomputed)
    numbers = (recomputed, found.count, found.n) if found else (pd.NA, pd.NA, pd.NA)
    group = _group_label(codebook, row["group"])
    return (row["insight"], row["figure"], question, item, group, row["value"], *numbers, status, reason)


def _rate(row: pd.Series, codebook: Codebook) -> RecoveredCount | None:
    if row["value_id"] not in _RATES:
        return None
    part, whole = _RATES[row["value_id"]]
    return RecoveredCount(int(codebook.meta[part]), int(codebook.meta[whole]), "identified", "")


def _verdict(row: pd.Series, found: RecoveredCount | None, recomputed: int | None) -> tuple[str, str]:
    if row["certainty"] == "contradictory":
        return "contradictory", f"{row['note']} Teksten afgør det ikke; her er regnet med {recomputed} pct."
    if found is None:
        return (row["certainty"] if row["certainty"] in ("quoted", "bounded") else "unreadable"), row["note"]
    if pd.isna(row["value"]):
        return "derived", f"{row['note']} Her er det regnet ud af de øvrige tal."
    if row["value"] == recomputed:
        status = "inferred" if row["certainty"] == "inferred" else "reproduced"
        return status, _also_possible(row, found)
    if found.status == "impossible":
        return "impossible", found.why
    return "contradictory", f"De øvrige tal for det samme giver {recomputed}, ikke {row['value']}."


def _also_possible(row: pd.Series, found: RecoveredCount) -> str:
    if found.status == "impossible":
        return f"Regnet med N = {found.n}, det nærmeste: intet N giver alle spørgsmålets tal."
    if found.status != "set" or (pd.notna(row["n_stated"]) and row["n_stated"] == found.n):
        return ""
    others = [str(n) for n in identify(row["item"]).possible_n if n != found.n]
    return f"N kan også være {danish.listing(others, last='eller')}."


def _group_label(codebook: Codebook, group: str) -> str:
    if not group:
        return ""
    item, _, option = group.partition("=")
    return codebook.item(item).option(option).short
