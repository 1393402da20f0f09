"""From a figure's description to its chart: the citizens' survey."""

from __future__ import annotations

from typing import Any

import pandas as pd

from borgerlib import danish
from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import bar_chart, grouped_bar_chart
from borgerlib.view.citizens.participation import participation_chart
from borgerlib.view.citizens.sections import Section, load_sections, told, worded
from borgerlib.view.words.alt_text import sentences

_NAMED = 3


def draw_section(section: Section, survey: LocalSurvey) -> Chart | None:
    """Return the chart of a section; None where the survey did not ask for what it shows."""
    if section.kind == "participation":
        return participation_chart(section, survey)
    estimates = {"bars": _of_all, "compared": _compared, "across": _across}[section.kind](section, survey)
    title, rows = told(section.title, survey), estimates.frame
    if rows.empty or not title:
        return None
    item = survey.item(section.role)
    assert item is not None
    shared: dict[str, Any] = {
        "title": title if title.endswith("pct.") else title.removesuffix("."),
        "question": item.text,
        "note": sentences([section.note, _verdict(section, survey)]),
    }
    if section.kind == "compared":
        return grouped_bar_chart(estimates, sort=section.sort, **shared)
    if section.kind == "across":
        option = item.option(section.option).short
        shared["question"] = f"{item.text} Andel, der svarer »{option}«."
        highlight = [level for level in section.highlight if level in set(rows["option"])]
        return bar_chart(estimates, sort=False, highlight=highlight, **shared)
    highlight = [option for option in section.highlight if option in set(rows["option"])]
    return bar_chart(estimates, sort=section.sort, highlight=highlight, **shared)


def more_and_less(survey: LocalSurvey, role: str, group: str) -> tuple[list[str], list[str]]:
    """Return the options that a group chooses more and less often than the rest, the clearest first."""
    frame = survey.estimates.frame
    frame = frame[(frame["item"] == role) & ~frame["net"]]
    of_all = frame[frame["group"] == ""].set_index("option")["proportion"]
    rows = frame[frame["group"] == group]
    apart = (rows["proportion"] - rows["option"].map(of_all)).abs()
    rows = rows.loc[apart.sort_values(ascending=False, kind="stable").index]
    more, less = (
        [inside(str(label)) for label in rows.loc[rows["direction"] == d, "label"]] for d in (1, -1)
    )
    return more, less


def difference_sentence(survey: LocalSurvey, role: str, group: str) -> str:
    """Return what a group chooses more and less often than the rest, beyond chance; '' where it is hidden."""
    frame = survey.estimates.frame
    rows = frame[(frame["item"] == role) & (frame["group"] == group) & ~frame["net"]]
    if rows.empty or rows["suppressed"].all():
        return ""
    who = load_sections().group_words(group, str(rows["group_label"].iloc[0]))
    more, less = more_and_less(survey, role, group)
    if rows["direction"].isna().all():
        return f"Blandt {who} er der for få svar til at sige, om de svarer anderledes end de øvrige."
    if not more and not less:
        return f"Blandt {who} skiller ingen svar sig ud fra de øvriges, når der tages højde for tilfældighed."
    parts = [f"oftere {_listed(more)}"] if more else []
    parts += [f"sjældnere {_listed(less)}"] if less else []
    return f"{danish.capitalise(who)} vælger {', og '.join(parts)}, end de øvrige gør."


def inside(label: str) -> str:
    """Return a label as it stands inside a sentence."""
    return f"»{label}«"


def _listed(labels: list[str]) -> str:
    named = labels[:_NAMED]
    return danish.listing(named) if len(labels) <= _NAMED else f"især {danish.listing(named)}"


def _of_all(section: Section, survey: LocalSurvey) -> DisclosedEstimates:
    frame = survey.estimates.frame
    rows = (frame["item"] == section.role) & (frame["group"] == "") & ~frame["net"]
    return survey.estimates.take(rows & (frame["option"].isin(section.options) | (not section.options)))


def _compared(section: Section, survey: LocalSurvey) -> DisclosedEstimates:
    frame = survey.estimates.frame
    group = worded(section.group, survey).lower()
    rows = (frame["item"] == section.role) & ~frame["net"]
    of_group = survey.estimates.take(rows & (frame["group"] == group))
    if of_group.frame.empty:
        return of_group
    of_all = survey.estimates.take(rows & (frame["group"] == ""))
    return of_group.together(of_all.relabel("group", {"": "alle"}).relabel("group_label", {"": "alle"}))


def _across(section: Section, survey: LocalSurvey) -> DisclosedEstimates:
    frame = survey.estimates.frame
    wanted = (frame["item"] == section.role) & (frame["option"] == section.option)
    across = survey.estimates.take(wanted & (frame["domain"] == section.domain)).groups_as_options()
    return across.relabel("option", {name: name.partition("=")[2] for name in across.frame["option"]})


def _verdict(section: Section, survey: LocalSurvey) -> str:
    """Return whether what the section compares differs by more than chance."""
    if section.kind == "compared":
        return difference_sentence(survey, section.role, worded(section.group, survey).lower())
    if section.kind != "across" or not section.highlight:
        return ""
    frame = survey.estimates.frame
    group = f"{section.domain}={section.highlight[0]}"
    rows = frame[
        (frame["item"] == section.role) & (frame["option"] == section.option) & (frame["group"] == group)
    ]
    if rows.empty or pd.isna(rows["direction"].iloc[0]):
        return ""
    who = load_sections().group_words(group, str(rows["group_label"].iloc[0]))
    verdict = {
        1: "er større, end tilfældigheden kan forklare: det er flere",
        -1: "er større, end tilfældigheden kan forklare: det er færre",
        0: "er ikke større, end tilfældigheden kan forklare",
    }[int(rows["direction"].iloc[0])]
    return f"Forskellen mellem {who} og de øvrige {verdict}."
