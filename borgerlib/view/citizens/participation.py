"""Who answered, against who lives here, as a table and as sentences."""

from __future__ import annotations

from borgerlib import danish
from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.view.citizens.sections import load_sections
from borgerlib.view.tables.html import Table
from borgerlib.view.words import alt_text
from borgerlib.view.words.method import ROLE_WORDS

_SMALL_RATE = 0.01


def participation_table(survey: LocalSurvey) -> Table:
    """Return answers, people and participation rate with its interval, group by group."""
    rates = survey.participation.rates
    rows, numbers = [], []
    decimals = 1 if rates.frame["proportion"].min() >= _SMALL_RATE else 2
    for _, row in rates.frame.iterrows():
        group = f"{danish.capitalise(ROLE_WORDS[row['item']])}: {row['label']}"
        count = int(survey.participation.people[row["item"]][row["option"]])
        people = danish.number(count)
        if row["suppressed"]:
            rows.append((group, alt_text.WITHHELD, people, "", "", ""))
            numbers.append([group, alt_text.WITHHELD, count, "", "", "", ""])
            continue
        lower, upper = (danish.number(100 * row[end], decimals) for end in ("ci_lower", "ci_upper"))
        rows.append(
            (
                group,
                danish.number(row["count"]),
                people,
                danish.percent(row["proportion"], decimals),
                f"{lower}–{upper}",
                danish.number(row["representation"], 2),
            )
        )
        shares = [round(float(row[name]), decimals + 2) for name in ("proportion", "ci_lower", "ci_upper")]
        numbers.append([group, int(row["count"]), count, *shares, round(float(row["representation"]), 2)])
    sure = danish.capitalise(alt_text.uncertainty(rates.confidence))
    relative = "Andel af svarende divideret med andel af befolkning"
    percent = f"0.{'0' * decimals}%"
    return Table(
        caption=alt_text.titled("Deltagelse efter gruppe", rates),
        columns=(
            "Gruppe",
            "Svar",
            "Indbyggere",
            "Deltagelse",
            sure,
            relative,
        ),
        rows=tuple(rows),
        numeric=(False, True, True, True, True, True),
        note=alt_text.source_line(rates.source),
        numbers={
            "columns": [
                "Gruppe",
                "Svar",
                "Indbyggere",
                "Deltagelse",
                f"{sure}: fra",
                f"{sure}: til",
                relative,
            ],
            "formats": ["", "#,##0", "#,##0", percent, percent, percent, "0.00"],
            "rows": numbers,
        },
    )


def evenness_sentences(survey: LocalSurvey) -> list[str]:
    """Return, for each role, how the lowest participation compares with the highest, and how sure that is."""
    sentences = []
    for record in survey.participation.evenness.to_dict("records"):
        role = str(record["column"])
        found = lowest_and_highest(survey, role)
        assert found is not None
        lowest, highest, by_chance = found
        ratio, lower, upper = (danish.number(record[f"ratio{end}"], 2) for end in ("", "_lower", "_upper"))
        sure = alt_text.uncertainty(survey.participation.rates.confidence)
        sentences.append(
            f"**{danish.capitalise(ROLE_WORDS[role])}:** {lowest} har deltaget {ratio} gange så ofte som "
            f"{highest} ({sure}: {lower}–{upper}).{' Det kan være tilfældigt.' if by_chance else ''}"
        )
    return sentences


def lowest_and_highest(survey: LocalSurvey, role: str) -> tuple[str, str, bool] | None:
    """Return the groups that took part least and most, in words, and whether chance can explain it.

    None where fewer than two groups are shown.
    """
    evenness = survey.participation.evenness
    found = evenness[evenness["column"] == role] if len(evenness) else evenness
    if found.empty:
        return None
    rates, record = survey.participation.rates.frame, found.iloc[0]
    labels = rates[rates["item"] == role].set_index("option")["label"]
    lowest, highest = (
        load_sections().group_words(f"{role}={record[end]}", str(labels[record[end]]))
        for end in ("lowest", "highest")
    )
    return lowest, highest, bool(record["ratio_upper"] >= 1)
