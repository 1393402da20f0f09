"""The words of a chart of the citizens' survey, and how a group differs from the others, as sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.statistics.crosstabs import FALSE_DISCOVERY_RATE
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.view.citizens.answers import ALL, PEOPLE
from borgerlib.view.citizens.participation import lowest_and_highest
from borgerlib.view.citizens.sections import Section, first_known, load_sections
from borgerlib.view.words.alt_text import GROUP_BASE, sentences
from borgerlib.view.words.method import ROLE_WORDS

COMPARED = [
    ("topics", "age"),
    ("formats", "age"),
    ("formats", "sex"),
    ("formats", "area_type"),
    ("segment", "age"),
]
"""The tables of the page over differences: a question's role, and what divides the citizens."""

_NAMED, _PAIR = 3, 2
_EVEN = "Forskellene i, hvem der har svaret, er ikke større, end tilfældet kan forklare"


def chart_words(
    survey: LocalSurvey,
    estimates: DisclosedEstimates,
    section: Section | None = None,
    highlight: Sequence[str] = (),
) -> dict[str, str]:
    """Return the words of a chart: those of a described figure, or, without one, the question as asked.

    Parameters
    ----------
    survey : LocalSurvey
    estimates : DisclosedEstimates
        What the chart shows, as `some_answers` and `who_answered` return it.
    section : Section, optional
    highlight : sequence of str
        Where groups are set side by side: those that are tested against the others in the caption.

    Returns
    -------
    dict
        title, question and note: arguments of borgerlib's chart functions.

    Raises
    ------
    ParameterError
        The figure is about another question than the estimates.
    """
    frame = estimates.frame
    role = str(frame["item"].iloc[0])
    if section is not None and section.role != role:
        raise ParameterError(
            f"The words of figure '{section.id}' are about '{section.role}', the estimates of '{role}'.",
            hint="Leave out figure= to get the question as it was asked, or write a title yourself.",
        )
    groups = [group for group in dict.fromkeys(frame["group"]) if group not in ("", ALL)]
    if PEOPLE in groups:
        question = f"Hvem har svaret, og hvem bor her? Efter {ROLE_WORDS[role]}."
        title, note = _participation_title(survey, role, section), ""
    else:
        item = survey.item(role)
        assert item is not None
        question, verdict = item.text, ""
        if frame["option"].nunique() == 1 and groups:
            question += f" Andel, der svarer »{frame['label'].iloc[0]}«."
            verdict = _verdict(frame, [group for group in groups if group in highlight])
        elif groups:
            verdict = difference_sentence(survey, role, groups[0])
        base = f"N: {GROUP_BASE}" if groups else ""
        title, note = first_known(section.title, survey) if section else item.text, sentences([verdict, base])
    title = title if title.endswith("pct.") else title.removesuffix(".")
    return {
        "title": title,
        "question": question if title != question else "",
        "note": sentences([_note(section, highlight), note]),
    }


def _note(section: Section | None, highlight: Sequence[str]) -> str:
    """Return a figure's own note; '' where it tells of what stands out, and nothing does."""
    if section is None or (section.settings.get("highlight") and not highlight):
        return ""
    return section.note


def difference_sentence(survey: LocalSurvey, role: str, group: str) -> str:
    """Return what a group chooses more and less often than the rest, beyond chance; '' where it is hidden."""
    frame = survey.estimates.frame
    frame = frame[(frame["item"] == role) & ~frame["net"]]
    rows = frame[frame["group"] == group]
    if rows.empty or rows["suppressed"].all():
        return ""
    who, rest = _groups_words(frame, group)
    if rows["direction"].isna().all():
        return f"Blandt {who} er der for få svar til at sige, om de svarer anderledes end {rest}."
    of_all = frame[frame["group"] == ""].set_index("option")["proportion"]
    apart = (rows["proportion"] - rows["option"].map(of_all)).abs()
    clearest = rows.loc[apart.sort_values(ascending=False, kind="stable").index]
    more, less = (list(clearest.loc[clearest["direction"] == sign, "label"]) for sign in (1, -1))
    if not more and not less:
        return f"Blandt {who} skiller ingen svar sig ud fra dem, {rest} giver, mere end tilfældigt."
    parts = [f"oftere {_listed(more)}"] if more else []
    parts += [f"sjældnere {_listed(less)}"] if less else []
    return f"Sammenlignet med {rest} vælger {who} {' og '.join(parts)}."


def differences_sentence(survey: LocalSurvey) -> str:
    """Return how many of the comparisons in the page's tables are marked as more than chance."""
    frame = survey.estimates.frame
    frame = frame[~frame["net"]]
    shown = [pair in COMPARED for pair in zip(frame["item"], frame["domain"], strict=True)]
    tested = _each_once(frame.loc[shown])["direction"]
    if tested.empty:
        if not (survey.item("topics") or survey.item("formats")):
            return (
                "Grupper er ikke sammenlignet: kommunen har ikke spurgt om emner eller måder at være med på."
            )
        return "Der er for få svar til at sige, om grupper svarer forskelligt."
    apart = int((tested != 0).sum())
    share = f"{danish.small_number(apart) if apart else 'ingen'} af {danish.number(len(tested))}"
    marked = ""
    if apart:
        they = "Den er" if apart == 1 else "De er"
        marked = (
            f" {they} markeret i tabellerne. Grænsen er sat sådan, at op mod "
            f"{danish.percent(FALSE_DISCOVERY_RATE)} af de markerede forskelle alligevel kan være tilfældige"
            f"{_in_count(FALSE_DISCOVERY_RATE * apart)}."
        )
    return (
        f"I {share} sammenligninger af en gruppe med de øvrige er forskellen større, end tilfældet kan "
        f"forklare.{marked} De andre forskelle kan skyldes, hvem der tilfældigvis svarede."
    )


def _each_once(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that were tested; of two groups one, since each is the other's rest."""
    tested = frame[frame["direction"].notna()]
    groups = frame.groupby(["item", "domain"])["group"].transform("nunique")
    again = (groups[tested.index] == _PAIR) & tested.duplicated(["item", "domain", "option"])
    return tested[~again]


def _in_count(expected: float) -> str:
    """Return an expected number as words to add: 5.6 → ', altså omkring seks'; '' below two."""
    whole = int(danish.round_half_up(expected))
    return f", altså omkring {danish.small_number(whole)}" if whole > 1 else ""


def who_sentence(survey: LocalSurvey) -> str:
    """Return how many answered, and which two age groups are furthest apart in taking part."""
    weighting = survey.weighting
    sentence = f"{danish.number(survey.respondents)} borgere har svaret."
    if weighting["targets"]:
        rate = danish.percent(survey.respondents / weighting["population"], 1)
        counted = weighting["population_date"]
        when = f" (folketal fra {danish.long_date(date.fromisoformat(counted))})" if counted else ""
        sentence = f"{sentence[:-1]}, {rate} af dem, der kunne svare{when}."
    found = lowest_and_highest(survey, "age")
    if found is None or found[2]:
        return sentence
    least, most = danish.capitalise(found[0]), found[1]
    return f"{sentence} {least} har svaret sjældnere end {most}, set i forhold til, hvor mange de er."


def _groups_words(frame: pd.DataFrame, group: str) -> tuple[str, str]:
    """Return a group and the rest as they are called inside a sentence: 'kvinderne' and 'mændene'."""
    domain = frame.loc[frame["group"] == group, "domain"].iloc[0]
    labels = frame[frame["domain"] == domain].groupby("group", sort=False)["group_label"].first()
    words = {name: load_sections().group_words(str(name), str(label)) for name, label in labels.items()}
    who = words.pop(group)
    return who, next(iter(words.values())) if len(words) == 1 else "de øvrige"


def _listed(labels: list[str]) -> str:
    named = danish.listing([f"»{label}«" for label in labels[:_NAMED]])
    return named if len(labels) <= _NAMED else f"bl.a. {named}"


def _verdict(frame: pd.DataFrame, groups: Sequence[str]) -> str:
    """Return whether the groups that stand out differ from the others by more than chance."""
    verdicts = {
        1: "{} vælger det oftere end de øvrige, og forskellen er større, end tilfældet kan forklare",
        -1: "{} vælger det sjældnere end de øvrige, og forskellen er større, end tilfældet kan forklare",
        0: "Forskellen mellem {} og de øvrige er ikke større, end tilfældet kan forklare",
    }
    rows = frame[frame["group"].isin(groups) & frame["direction"].notna()]
    words = [
        load_sections().group_words(str(row["group"]), str(row["group_label"])) for _, row in rows.iterrows()
    ]
    return sentences(
        danish.capitalise(verdicts[int(direction)].format(who))
        for who, direction in zip(words, rows["direction"], strict=True)
    )


def _participation_title(survey: LocalSurvey, role: str, section: Section | None) -> str:
    found = lowest_and_highest(survey, role)
    if found is None or section is None:
        return "Hvem har svaret, og hvem bor her?"
    lowest, highest, by_chance = found
    return _EVEN if by_chance else first_known(section.title, survey, lavest=lowest, hoejest=highest)
