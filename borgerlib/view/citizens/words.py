"""The texts of the citizens' charts, and sentences on how a group differs from the others."""

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
    ("topics", "sex"),
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
    """Return the texts of a chart: those of its figure or, without one, the question as asked.

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
    # A note that tells of what stands out is left out where nothing does.
    own = section.note if section and (highlight or not section.settings.get("highlight")) else ""
    return {
        "title": title,
        "question": question if title != question else "",
        "note": sentences([own, note]),
    }


def difference_sentence(survey: LocalSurvey, role: str, group: str) -> str:
    """Return what a group chooses significantly more and less often than the rest; '' if it is hidden."""
    found = _difference(survey, role, group)
    if found is None:
        return ""
    who, rest, chosen = found
    if chosen is None:
        return f"Blandt {who} er der for få svar til at sige, om de svarer anderledes end {rest}."
    if not chosen:
        return f"Forskellene mellem {who} og {rest} kan være tilfældige."
    both = " og ".join(f"{how} {what}" for how, what in chosen.items())
    return f"Sammenlignet med {rest} vælger {who} {both}."


def differences_text(survey: LocalSurvey, role: str, groups: Sequence[str]) -> str:
    """Return the same for several groups: a list of those that differ, and who does not.

    Of two groups one is enough: where it chooses more, the other chooses less.
    """
    if len(groups) == _PAIR:
        return difference_sentence(survey, role, groups[1])
    found = [one for group in groups if (one := _difference(survey, role, group))]
    lines = [
        f"- **{who}** {'; '.join(f'{how}: {what}' for how, what in chosen.items())}"
        for who, _, chosen in found
        if chosen
    ]
    if lines:
        lines = ["Sammenlignet med alle andre vælger", "", *lines, ""]
    few = "er der for få svar til at sige, om de svarer anderledes"
    for said, as_found in (("kan forskellene være tilfældige", {}), (few, None)):
        others = [who for who, _, chosen in found if chosen == as_found]
        lines += [f"Blandt {danish.listing(others)} {said}."] if others else []
    return "\n".join(lines)


def _difference(survey: LocalSurvey, role: str, group: str) -> tuple[str, str, dict[str, str] | None] | None:
    """Return a group, the rest, and what it chooses 'oftere' and 'sjældnere' beyond chance.

    The choices are None where too few answered for a test; None alone where the group is hidden.
    """
    frame = survey.estimates.frame
    frame = frame[(frame["item"] == role) & ~frame["net"]]
    rows = frame[frame["group"] == group]
    if rows.empty or rows["suppressed"].all():
        return None
    who, rest = _groups_words(frame, group)
    if rows["direction"].isna().all():
        return who, rest, None
    of_all = frame[frame["group"] == ""].set_index("option")["proportion"]
    apart = (rows["proportion"] - rows["option"].map(of_all)).abs()
    clearest = rows.loc[apart.sort_values(ascending=False, kind="stable").index]
    chosen = {
        how: _listed(list(clearest.loc[clearest["direction"] == sign, "label"]))
        for how, sign in (("oftere", 1), ("sjældnere", -1))
    }
    return who, rest, {how: what for how, what in chosen.items() if what}


def differences_sentence(survey: LocalSurvey) -> str:
    """Return how many of the comparisons in the page's tables are marked as significant."""
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
    return _how_many_differ(int((tested != 0).sum()), len(tested))


def _how_many_differ(apart: int, tested: int) -> str:
    how_many = {0: "ingen af", 1: "én af", tested: "begge" if tested == _PAIR else "alle"}.get(
        apart, f"{danish.small_number(apart)} af"
    )
    of = "" if how_many == "begge" else f" {danish.number(tested)}"
    where = f"{how_many}{of} sammenligninger" if tested > 1 else "den ene sammenligning"
    size = "ikke større" if tested == 1 and not apart else "større"
    said = [f"I {where} af en gruppe med de øvrige er forskellen {size}, end tilfældet kan forklare."]
    if apart:
        falsely = int(danish.round_half_up(FALSE_DISCOVERY_RATE * apart))
        here = f", her omkring {danish.small_number(falsely)}" if falsely > 1 else ""
        said.append(
            f"Det er markeret i tabellerne. Op mod {danish.percent(FALSE_DISCOVERY_RATE)} af markerede "
            f"forskelle kan alligevel være tilfældige{here}."
        )
    if apart < tested:
        which = "De andre forskelle" if apart else "Forskellene" if tested > 1 else "Forskellen"
        said.append(f"{which} kan skyldes, hvem der tilfældigvis svarede.")
    return " ".join(said)


def _each_once(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the tested rows; of two groups only one, because each is the other's rest."""
    tested = frame[frame["direction"].notna()]
    groups = frame.groupby(["item", "domain"])["group"].transform("nunique")
    again = (groups[tested.index] == _PAIR) & tested.duplicated(["item", "domain", "option"])
    return tested[~again]


def who_sentence(survey: LocalSurvey) -> str:
    """Return how many answered, and which two age groups differ most in participation."""
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
    """Return the names of a group and the rest for use inside a sentence: 'kvinderne' and 'mændene'."""
    division = frame.loc[frame["group"] == group, "domain"].iloc[0]
    labels = frame[frame["domain"] == division].groupby("group", sort=False)["group_label"].first()
    words = {name: load_sections().group_words(str(name), str(label)) for name, label in labels.items()}
    who = words.pop(group)
    return who, next(iter(words.values())) if len(words) == 1 else "de øvrige"


def _listed(labels: list[str]) -> str:
    named = danish.listing([f"»{label}«" for label in labels[:_NAMED]])
    return named if len(labels) <= _NAMED else f"bl.a. {named}"


def _verdict(frame: pd.DataFrame, groups: Sequence[str]) -> str:
    """Return whether the highlighted groups differ significantly from the others."""
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
