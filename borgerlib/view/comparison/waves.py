"""The changes between two waves, as a table, as a chart and in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.comparison.matching import WAVE
from borgerlib.comparison.waves import WaveComparison
from borgerlib.view import theme
from borgerlib.view.charts.bars import Bar
from borgerlib.view.charts.chart import Chart
from borgerlib.view.comparison.marks import Changes
from borgerlib.view.tables.html import Table, public_table, require_disclosed
from borgerlib.view.words.alt_text import WITHHELD, sentences, source_line, titled, value_words
from borgerlib.view.words.text import Text

_SIGNS = {1: "▲", -1: "▼", 0: ""}


def changes_table(comparison: WaveComparison) -> Table:
    """Return the waves' shares beside each other, ▲▼ where the change is beyond chance.

    Parameters
    ----------
    comparison : WaveComparison
        What `compare_waves` returned.

    Returns
    -------
    Table
        One row an answer: question, answer, the share in each wave, the change in percentage points with its
        interval.

    See Also
    --------
    changes_text : The same in words.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens; here one half after the other
    >>> found = borgerlib.compare_waves(people[::2], people[1::2], ["tid"], names=("2021", "2025"))
    >>> borgerlib.changes_table(found).columns
    ('Spørgsmål', 'Svar', '2021', '2025', 'Ændring (procentpoint)')
    """
    was, now = _side_by_side(comparison)
    earlier, later = comparison.names
    estimates = comparison.estimates
    rows = pd.DataFrame(
        {
            "Spørgsmål": now["item_label"],
            "Svar": now["label"],
            earlier: [value_words(row, "pct") for _, row in was.iterrows()],
            later: [value_words(row, "pct") for _, row in now.iterrows()],
            "Ændring (procentpoint)": [_change(row) for _, row in now.iterrows()],
        }
    )
    note = sentences(
        [
            "▲▼: mere, end tilfældet kan forklare, når der tages højde for antallet af sammenligninger",
            *comparison.notes,
            source_line(estimates.source),
        ]
    )
    caption = titled(f"Fra {earlier} til {later}", estimates)
    return public_table(rows, caption=caption, note=note)


def change_chart(comparison: WaveComparison, item: str, *, title: str = "") -> Chart:
    """Return how much each answer to a question has changed, with its uncertainty, about a line at no change.

    Parameters
    ----------
    comparison : WaveComparison
        What `compare_waves` returned.
    item : str
        The question's id or role.
    title : str
        The finding, a Danish sentence; by default what has changed beyond chance.

    Returns
    -------
    Chart
        Blue: beyond chance. Answers whose share is hidden in a wave are hatched.

    Raises
    ------
    DisclosureError
        The comparison's estimates have not passed the gate.
    ParameterError
        There is no such question.

    See Also
    --------
    changes_table : The numbers.
    compare_waves : Makes the comparison.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens; here one half after the other
    >>> found = borgerlib.compare_waves(people[::2], people[1::2], ["tid"], names=("2021", "2025"))
    >>> borgerlib.change_chart(found, "tid").title
    'SIMULEREDE DATA: Intet har ændret sig fra 2021 til 2025 ud over tilfældet.'
    """
    require_disclosed(comparison.estimates, "change_chart")
    estimates = comparison.estimates.select(item=comparison.roles.get(item, item))
    part = replace(comparison, estimates=estimates, notes=())
    _, now = _side_by_side(part)
    bars = tuple(_change_bar(row) for _, row in now.iterrows())
    earlier, later = comparison.names
    said = titled(title or _found(part)[0], part.estimates)
    table = changes_table(part)
    question = f"{now['item_label'].iloc[0]} Ændring fra {earlier} til {later} i procentpoint."
    of_each = [f"{bar.label} {bar.words}" for bar in bars]
    return Chart(
        title=said,
        question=question,
        caption=table.note,
        alt_text=sentences([f"Prikker om en lodret streg, der er ingen ændring. {said}", question, *of_each]),
        frame=now,
        table=table,
        marks=Changes(bars, 0.0),
        simulated=part.estimates.origin == "simulated",
    )


def _change_bar(row: pd.Series) -> Bar:
    if pd.isna(row["change"]):
        return Bar(str(row["label"]), WITHHELD, state="suppressed")
    beyond = pd.notna(row["direction"]) and row["direction"] != 0
    change, lower, upper = (float(row[f"change{end}"]) for end in ("", "_lower", "_upper"))
    style: Any = {"colour": theme.COUNTRY if beyond else theme.COMPARISON, "stands_out": bool(beyond)}
    return Bar(str(row["label"]), _change(row), change, lower, upper, **style)


def changes_text(comparison: WaveComparison) -> Text:
    """Return in Danish what has changed beyond chance, and what stands in the way of comparing.

    Parameters
    ----------
    comparison : WaveComparison
        What `compare_waves` returned.

    Returns
    -------
    Text
        Markdown: a sentence a change, then what hinders comparing.

    See Also
    --------
    changes_table : All numbers.

    Examples
    --------
    >>> import borgerlib
    >>> people = borgerlib.load("Ærø")  # simulated citizens; here one half after the other
    >>> found = borgerlib.compare_waves(people[::2], people[1::2], ["tid"], names=("2021", "2025"))
    >>> print(borgerlib.changes_text(found).markdown)
    SIMULEREDE DATA: Intet har ændret sig fra 2021 til 2025 ud over tilfældet.
    """
    lines = [*_found(comparison), *comparison.notes]
    lines[0] = titled(lines[0], comparison.estimates)
    return Text("\n".join(f"- {line}" for line in lines) if len(lines) > 1 else lines[0])


def changed_sentence(comparison: WaveComparison) -> str:
    """Return the changes in one Danish sentence: the only change, or their number."""
    found = _found(comparison)
    if len(found) == 1:
        return found[0]
    many = danish.capitalise(danish.small_number(len(found)))
    before, after = comparison.names
    return f"{many} andele har ændret sig mere fra {before} til {after}, end tilfældet kan forklare."


def _found(comparison: WaveComparison) -> list[str]:
    """Return one sentence per answer with a significant change, or a sentence that there is none."""
    was, now = _side_by_side(comparison)
    lines = []
    for (_, before), (_, after) in zip(was.iterrows(), now.iterrows(), strict=True):
        if pd.notna(after["direction"]) and after["direction"] != 0:
            more = "Flere" if after["direction"] > 0 else "Færre"
            lines.append(
                f"{more} svarer »{after['label']}«: {danish.percent(after['proportion'])} mod "
                f"{danish.percent(before['proportion'])} i {comparison.names[0]}."
            )
    if lines:
        return lines
    between = f"fra {comparison.names[0]} til {comparison.names[1]}"
    if now["direction"].isna().all():
        return [f"Der er for få svar til at sige, om noget har ændret sig {between}."]
    return [f"Intet har ændret sig {between} ud over tilfældet."]


def _side_by_side(comparison: WaveComparison) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = comparison.estimates.frame
    was, now = (frame[frame["group"] == f"{WAVE}={name}"].reset_index(drop=True) for name in comparison.names)
    return was, now


def _change(row: pd.Series) -> str:
    if pd.isna(row["change"]):
        return "–"
    ends = [f"{danish.number(100 * row[end])}" for end in ("change_lower", "change_upper")]
    sign = _SIGNS[0 if pd.isna(row["direction"]) else int(row["direction"])]
    return f"{danish.number(100 * row['change'])} ({ends[0]} til {ends[1]}) {sign}".strip()
