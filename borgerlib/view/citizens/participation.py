"""Who answered, against who lives here, as pictures, tables and sentences."""

from __future__ import annotations

from borgerlib import danish
from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import grouped_bar_chart
from borgerlib.view.citizens.sections import Section, load_sections, worded
from borgerlib.view.tables.html import Table
from borgerlib.view.words import alt_text

ROLE_WORDS = {"age": "alder", "sex": "køn", "area_type": "områdetype", "area": "område", "segment": "type"}
_SMALL_RATE = 0.01
_EVEN = "Forskellene i, hvem der har svaret, er ikke større, end tilfældigheden kan forklare"


def participation_chart(section: Section, survey: LocalSurvey) -> Chart | None:
    """Return each group's share of those who answered beside its share of the people; None if not asked."""
    rates = survey.participation.rates
    if section.role not in set(rates.frame["item"]):
        return None
    answered = rates.select(item=section.role)
    people = survey.participation.people[section.role]
    none = float("nan")
    living = answered.frame[["item", "option", "label", "group", "group_label"]].assign(
        proportion=(people / people.sum()).reindex(answered.frame["option"]).to_numpy(),
        **dict.fromkeys(("n", "count", "ci_lower", "ci_upper"), none),
    )
    public = as_published(living, base=rates.base, source=rates.source)
    return grouped_bar_chart(
        _named(answered.counted(), "svarende", "af de svarende").together(
            _named(public, "befolkning", "af befolkningen"), base="de svarende og af befolkningen"
        ),
        title=_title(section, survey),
        question=f"Hvem har svaret, og hvem bor her? Efter {ROLE_WORDS[section.role]}.",
        note=section.note,
        sort=False,
    )


def _named(estimates: DisclosedEstimates, group: str, label: str) -> DisclosedEstimates:
    return estimates.relabel("group", {"": group}).relabel("group_label", {"": label})


def participation_table(survey: LocalSurvey) -> Table:
    """Return answers, people and participation rate with its interval, group by group."""
    rates = survey.participation.rates
    rows = []
    decimals = 1 if rates.frame["proportion"].min() >= _SMALL_RATE else 2
    for _, row in rates.frame.iterrows():
        group = f"{danish.capitalise(ROLE_WORDS[row['item']])}: {row['label']}"
        people = danish.number(survey.participation.people[row["item"]][row["option"]])
        if row["suppressed"]:
            rows.append((group, alt_text.TOO_FEW, people, "", "", ""))
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
    return Table(
        caption=alt_text.titled("Deltagelse efter gruppe", rates),
        columns=(
            "Gruppe",
            "Svar",
            "Indbyggere",
            "Deltagelse",
            danish.capitalise(alt_text.uncertainty(rates.confidence)),
            "Andel af svarende ÷ andel af befolkning",
        ),
        rows=tuple(rows),
        numeric=(False, True, True, True, True, True),
        note=alt_text.source_line(rates.source),
    )


def evenness_sentences(survey: LocalSurvey) -> list[str]:
    """Return, for each role, how the lowest participation compares with the highest, and how sure that is."""
    sentences = []
    for record in survey.participation.evenness.to_dict("records"):
        role = str(record["column"])
        ratio = danish.number(record["ratio"], 2)
        span = f"{danish.number(record['ratio_lower'], 2)}–{danish.number(record['ratio_upper'], 2)}"
        lowest, highest = (_group_words(survey, role, record[end]) for end in ("lowest", "highest"))
        sure = alt_text.uncertainty(survey.participation.rates.confidence)
        text = (
            f"**{danish.capitalise(ROLE_WORDS[role])}:** laveste deltagelse delt med højeste er {ratio} "
            f"({sure}: {span}), {lowest} mod {highest}."
        )
        if record["ratio_upper"] >= 1:
            text += " Det kan være tilfældigt."
        sentences.append(text)
    return sentences


def _title(section: Section, survey: LocalSurvey) -> str:
    evenness = survey.participation.evenness
    found = evenness[evenness["column"] == section.role] if len(evenness) else evenness
    if found.empty:
        return "Hvem har svaret, og hvem bor her?"
    record = found.iloc[0]
    if record["ratio_upper"] >= 1:
        return _EVEN
    return worded(
        section.title[0],
        survey,
        lavest=_group_words(survey, section.role, record["lowest"]),
        hoejest=_group_words(survey, section.role, record["highest"]),
    )


def _group_words(survey: LocalSurvey, role: str, level: object) -> str:
    """Return a group as it is called inside a sentence: 'de 60–69-årige', 'kvinderne'."""
    frame = survey.participation.rates.frame
    label = str(frame.loc[(frame["item"] == role) & (frame["option"] == level), "label"].iloc[0])
    return load_sections().group_words(f"{role}={level}", label)
