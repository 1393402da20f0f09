"""The Danish texts around a picture: base, caption, numbers in words, alternative text.

One place for them, so that report, table and dashboard say the same thing in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from borgerlib.danish import capitalise, listing, marked, number, percent, percent_range
from borgerlib.statistics.disclosure.columns import WITHHELD as WITHHELD
from borgerlib.statistics.disclosure.gate import DisclosedEstimates

Unit = Literal["pct", "antal"]
# A row of a frame, or a record with the same values, which is faster to make.
Row = pd.Series | Mapping[Any, Any]

_BETWEEN, _ABOUT = "mellem ", "ca. "
NO_VALUE = "kan ikke aflæses"
KINDS = {
    "bar": "Vandret søjlediagram",
    "grouped": "Vandret søjlediagram med en søjle for hver gruppe",
    "heat": "Varmekort med en række for hvert svar og en kolonne for hver gruppe",
    "scale": "Opdelt vandret søjle, fra skalaens negative ende til venstre til den positive til højre",
}
GROUP_BASE = (
    "for alle under ét dem, der har svaret på spørgsmålet; for en gruppe hele gruppen, så tallene ikke kan "
    "lægges sammen"
)


def question_of(estimates: DisclosedEstimates) -> str:
    """Return the question that the estimates answer, as it was asked; without a codebook the item's id."""
    frame = estimates.frame
    return listing([str(text) for text in frame.get("item_label", frame["item"]).unique()])


def titled(title: str, estimates: DisclosedEstimates) -> str:
    """Return the title, preceded by a warning if the data are simulated."""
    return marked(title, estimates.origin == "simulated")


def uncertainty(confidence: float) -> str:
    """Return the name of intervals, the same everywhere: 'statistisk usikkerhed (95 pct.)'."""
    return f"statistisk usikkerhed ({percent(confidence)})"


def people(frame: pd.DataFrame) -> str:
    """Return the number of respondents behind the rows: '72', or 'mellem 69 og 72' where it differs.

    By group where there are two or three: '45 og 33'. 'ca. 70' where rounded; empty where it is not known.
    """
    by_group = [_span(rows["n"]) for _, rows in frame.groupby("group", sort=False)]
    count = listing([count for count in by_group if count]) if len(by_group) <= 3 else _span(frame["n"])
    return f"{_ABOUT}{count}" if count and "n_is_rounded" in frame else count


def _span(counts: pd.Series) -> str:
    known = counts.dropna()
    if known.empty:
        return ""
    lowest, highest = int(known.min()), int(known.max())
    return number(lowest) if lowest == highest else f"{_BETWEEN}{number(lowest)} og {number(highest)}"


def base_line(estimates: DisclosedEstimates, unit: Unit, base_note: str) -> str:
    """Return the base of the shares: 'Andel af 72 kommunaldirektører.'."""
    several = estimates.frame["group"].nunique() > 1
    count = "" if several else people(estimates.frame)
    # Leave out 'i hver gruppe' (in each group) if the base names the groups itself.
    each = (", " if ", " in estimates.base else " ") + "i hver gruppe"
    whom = f"{count} {estimates.base}".strip() + each * (several and " og af " not in estimates.base)
    if count.startswith(_BETWEEN):
        # In front of the noun, 'mellem 69 og 72' would not read as a number of answers.
        whom = f"{estimates.base}, der har svaret ({count})"
    lead = f"Andel af {whom}" if unit == "pct" else f"Antal svar fra {whom}"
    return ", ".join(part for part in (lead, base_note.strip().rstrip(".")) if part) + "."


def caption(estimates: DisclosedEstimates, interval: str, marks: Sequence[str], note: str, unit: Unit) -> str:
    """Return the line under a picture: N, how intervals are shown, what is left out, source.

    Parameters
    ----------
    estimates : DisclosedEstimates
        What is drawn.
    interval : str
        What shows the intervals (Danish); empty where nothing does.
    marks : sequence of str
        What else the picture's marks mean, a sentence each.
    note : str
        More to say, a Danish sentence.
    unit : {'pct', 'antal'}
        Shares, which have intervals, or counts, which have not.
    """
    frame = estimates.frame
    count = people(frame)
    parts = [f"N {'' if count.startswith((_BETWEEN, _ABOUT)) else '= '}{count}" if count else ""]
    if interval and unit == "pct" and frame["ci_lower"].notna().any():
        parts.append(f"{interval}: {uncertainty(estimates.confidence)}")
    hidden = hidden_line(estimates)
    parts.append(f"Skraveret: {hidden[:1].lower()}{hidden[1:]}" if hidden else counts_line(estimates))
    return sentences([*parts, *marks, note, source_line(estimates.source)])


def hidden_line(estimates: DisclosedEstimates) -> str:
    """Return why some numbers are not shown; '' if all are."""
    if not estimates.n_suppressed:
        return ""
    few = f"færre end {estimates.min_cell}" if estimates.min_cell else "for få"
    return f"{capitalise(WITHHELD)}, hvor tallet bygger på {few} svar eller kunne røbe et andet skjult tal"


def withheld_counts(estimates: DisclosedEstimates) -> pd.Series[bool]:
    """Return which counts are withheld, where any are known."""
    frame = estimates.frame
    untold = frame["count"].isna() & frame["n"].notna() & (estimates.origin != "published")
    return (untold | frame["suppressed"].astype(bool)) & bool(frame["count"].notna().any())


def counts_line(estimates: DisclosedEstimates) -> str:
    """Return why counts are not shown where their shares are; empty where all are shown."""
    withheld = withheld_counts(estimates).any()
    return f"Antallet er {WITHHELD}, hvor det kunne røbe et andet skjult tal" if withheld else ""


def value_words(row: Row, unit: Unit) -> str:
    """Return what a row shows: '67 pct.', '21' of counts, 'skjult', or why there is no value."""
    if row["suppressed"]:
        return WITHHELD
    value = row["proportion" if unit == "pct" else "count"]
    if pd.isna(value):
        return str(row["note"]) or NO_VALUE
    return percent(float(value)) if unit == "pct" else number(float(value))


def total_words(row: Row) -> str:
    """Return how many people a row stands for: ', anslået 904'; '' if that is not estimated."""
    total = row.get("total")
    return "" if total is None or pd.isna(total) or row["suppressed"] else f", anslået {number(float(total))}"


def interval_words(row: Row) -> str:
    """Return a row's interval in whole percent without the unit: '55–77'; '' if there is none."""
    if pd.isna(row["ci_lower"]) or row["suppressed"]:
        return ""
    return percent_range(float(row["ci_lower"]), float(row["ci_upper"])).partition("\u00a0")[0]


def describe(
    kind: str,
    rows: Sequence[Mapping[Any, Any]],
    confidence: float,
    title: str,
    question: str,
    *,
    unit: Unit = "pct",
    own: Iterable[tuple[str, str]] = (),
    highlighted: Sequence[str] = (),
) -> str:
    """Return the alternative text: kind of picture, finding, question and base, every number in order.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    rows : sequence of mapping
        The rows as drawn, in order, as records.
    confidence : float
        Of the intervals.
    title, question : str
        As shown; the question with its base.
    unit : {'pct', 'antal'}
        Shares or counts.
    own : iterable of (name, label)
        The own municipality and the row that it belongs to.
    highlighted : sequence of str
        Labels of the rows that stand out.
    """
    groups: dict[Any, list[str]] = {}
    for row in rows:
        groups.setdefault((row["group"], row["group_label"]), []).append(_number(row, unit))
    numbers = [f"{f'{label}: ' if label else ''}{'; '.join(said)}" for (_, label), said in groups.items()]
    has_interval = unit == "pct" and any(not pd.isna(row["ci_lower"]) for row in rows)
    scope = f"Tallene, med {uncertainty(confidence)} i parentes" if has_interval else "Tallene"
    marks = [f"Fremhævet: {listing([f'»{label}«' for label in highlighted])}"] if highlighted else []
    marks += [f"{name} har svaret »{label}«" for name, label in own]
    return sentences([KINDS[kind], title, question, f"{scope}: {sentences(numbers)}", *marks])


def _number(row: Row, unit: Unit) -> str:
    interval = interval_words(row) if unit == "pct" else ""
    return f"{row['label']} {value_words(row, unit)}{total_words(row)}" + (
        f" ({interval})" if interval else ""
    )


def source_line(source: str) -> str:
    """Return the source line under pictures and tables: 'Kilde: …'."""
    return f"Kilde: {source}" if source and not source.lower().startswith("kilde") else source


def sentences(parts: Iterable[str]) -> str:
    """Join parts as sentences, each with a full stop; empty parts are left out."""
    texts = [part.strip() for part in parts if part.strip()]
    return " ".join(text if text[-1] in ".?!" else f"{text}." for text in texts)
