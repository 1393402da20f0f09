"""Answers of a citizens' survey, of all citizens or by group, or the reason why they cannot be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from borgerlib import danish
from borgerlib.errors import ParameterError, check_known
from borgerlib.interest.answers.eagerness import ODDS, shares_if_eager
from borgerlib.interest.answers.local_survey import ASKED, DIVIDING, LocalSurvey
from borgerlib.interest.survey import InterestSurvey
from borgerlib.interest.weighting.ages import AGE_BAND
from borgerlib.statistics.disclosure.gate import DisclosedEstimates, as_published
from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import CITIZENS, TAGS, Item
from borgerlib.view.citizens.sections import TAG_WORDS, tagged, tagged_answer, without_tags
from borgerlib.view.tables.groups import groups_table
from borgerlib.view.tables.html import Table
from borgerlib.view.words.alt_text import GROUP_BASE
from borgerlib.view.words.method import ROLE_WORDS, TOO_MUCH_HIDDEN
from borgerlib.view.words.text import Text

_TIMES = {1.5: "halvanden", 2: "to", 3: "tre"}
RESPONDENTS, PEOPLE, ALL = "svarende", "befolkning", "alle"


def some_answers(
    survey: LocalSurvey,
    answers: Sequence[str],
    divisions: Mapping[str, Sequence[str]],
    *,
    by: str = "",
    group: str = "",
) -> DisclosedEstimates | Text:
    """Return the estimates of one question's answers, or a Danish sentence on why there are none.

    Parameters
    ----------
    survey : LocalSurvey
    answers : sequence of str
        A role ('topics': every answer), or answers of one role ('topics.natur').
    divisions : mapping of str to sequence of str
        What each role's answers are divided by.
    by : str
        What divides the citizens ('age'): all citizens come first, then every group.
    group : str
        One group ('age=15-24'), with all citizens after it.

    Raises
    ------
    ParameterError
        There is no such role, answer, division or group.
    """
    role, wanted = _asked([role_of(survey, answer, ".") for answer in answers])
    by, group = role_of(survey, by, "="), without_tags(role_of(survey, group, "="), survey)
    division = by or group.partition("=")[0]
    if division and division not in divisions.get(role, ()):
        legal = [f"{asked} by {name}" for asked, names in divisions.items() for name in names]
        raise ParameterError(
            f"The citizens' answers on '{role}' are not divided by '{division}'.",
            hint=f"Legal: {', '.join(legal)}.",
        )
    item = survey.item(role)
    known = [option.id for option in item.options] if item else []
    _refuse_unknown(role, wanted, known)
    # By group only one answer is shown, so sum the options of a tag.
    options = [
        option
        for name in wanted
        for option in ((tagged_answer(survey, role, name),) if by else tagged(survey, role, name))
    ]
    unmarked = [name for name in [*wanted, group.partition("=")[2]] if name in TAGS]
    if item and unmarked and not (wanted and any(options)):
        return _not_marked(survey, role, division, unmarked[0])
    frame = survey.estimates.frame
    rows = (frame["item"] == role) & frame["option"].isin(options or known)
    of_all, in_division = rows & (frame["group"] == ""), rows & (frame["domain"] == division)
    if not in_division.any():
        return why_not(survey, role, division)
    shown = in_division & (frame["group"] == group) if group else in_division
    if group:
        if not shown.any() and _is_possible(survey, group):
            return Text("Ingen i gruppen har svaret.")
        check_known("group", group, map(str, frame.loc[in_division, "group"].unique()))
        whole = survey.estimates.take(of_all).as_group(ALL, ALL)
        return survey.estimates.take(shown).together(whole)
    return survey.estimates.take(of_all | shown)


def role_of(survey: LocalSurvey, name: str, mark: str) -> str:
    """Return a name by role: 'emner.natur' → 'topics.natur', 'koen=kvinde' → 'sex=kvinde'."""
    name = str(name)
    item, sign, rest = name.partition(mark)
    if item == AGE_BAND:
        return f"age{sign}{rest}"
    known = survey.codebook.item(item) if item in survey.codebook else None
    return f"{known.role}{sign}{rest}" if known is not None and known.role in {*ASKED, *DIVIDING} else name


def who_answered(survey: LocalSurvey, role: str) -> DisclosedEstimates | Text:
    """Return each group's share of respondents and of the population, or the reason why not."""
    rates = survey.participation.rates
    if role not in set(rates.frame["item"]):
        return why_not(survey, role, "")
    answered = rates.select(item=role)
    people = survey.participation.people[role]
    living = answered.frame[["item", "option", "label", "group", "group_label"]].assign(
        proportion=(people / people.sum()).reindex(answered.frame["option"]).to_numpy(),
        **dict.fromkeys(("n", "count", "ci_lower", "ci_upper"), float("nan")),
    )
    source = "; ".join((rates.source.partition(";")[0], survey.participation.sources[role]))
    public = as_published(living, base=rates.base, source=source)
    return (
        answered.counted()
        .as_group(RESPONDENTS, "af de svarende")
        .together(
            public.as_group(PEOPLE, "af befolkningen"),
            base="de svarende og af befolkningen",
            source=source,
        )
    )


def answers_by_group(estimates: DisclosedEstimates, item: Item, *, fold: str = "") -> Table:
    """Return one question's answers, divided by a role, as a table; `fold` as in `Table`."""
    division = str(estimates.frame["domain"].iloc[-1])
    base = GROUP_BASE
    if division == "segment":
        # Kinds are made of people who chose topics, so by kind 'no topic' is 0 by definition: leave it out.
        none = [option.id for option in item.options if option.exclusive]
        estimates = estimates.take(~estimates.frame["option"].isin(none))
        base = "for alle under ét dem, der har svaret på spørgsmålet; for en type dem, der ligner den mest"
    caption = f"{item.text} Efter {ROLE_WORDS[division]}"
    return groups_table(estimates, caption=caption, base=base, sort=not item.ordered, fold=fold)


def why_not(survey: LocalSurvey, role: str, division: str) -> Text:
    """Return the Danish reason why a question, or its answers by group, cannot be shown."""
    if "segment" in (role, division) and survey.item("segment") is None:
        if survey.segment_agreement is not None:
            return Text(
                "Typerne vises ikke. Leder man efter dem i tilfældige udtræk af svarene, er det ikke de "
                "samme, der kommer igen."
            )
        if survey.codebook.with_role("topics") is None:
            return Text("Typerne findes ud fra emner, og dem har kommunen ikke spurgt om.")
        return Text("Svarene deler ikke borgerne i tydelige typer.")
    if (role, division) in survey.left_out:
        return Text(f"Svarene vises ikke efter {ROLE_WORDS[division]}: {TOO_MUCH_HIDDEN}.")
    if division == "arrival":
        return Text("Det ved vi ikke: svarene har ingen tidspunkter, eller der er for få af dem.")
    asked = survey.item(role) if role in ASKED else survey.codebook.with_role(role)
    if asked is None:
        return Text("Det har kommunen ikke spurgt om.")
    if role not in ASKED:
        return Text(f"Kommunens folketal efter {ROLE_WORDS[role]} mangler.")
    if division:
        return Text(f"Svarene kan ikke deles op efter {ROLE_WORDS[division]}.")
    return Text("Ingen har svaret på det.")


def _not_marked(survey: LocalSurvey, role: str, division: str, tag: str) -> Text:
    if tag == "town" and survey.codebook.with_role("area_type") is None:
        return why_not(survey, role, division)
    return Text(f"Ingen af svarmulighederne er markeret som {TAG_WORDS[tag]} i kommunens kodebog.")


def _is_possible(survey: LocalSurvey, group: str) -> bool:
    division, _, level = group.partition("=")
    item = survey.codebook.with_role(division) if division not in ("age", "segment") else None
    return level in survey.age_labels or (item is not None and level in [o.id for o in item.options])


def _asked(answers: Sequence[str]) -> tuple[str, list[str]]:
    roles = list(dict.fromkeys(answer.partition(".")[0] for answer in answers))
    if len(roles) != 1:
        raise ParameterError(
            f"Answers to one question are shown together; {len(roles)} are named.",
            hint=f"Name one of {', '.join(ASKED)}, or some answers of it: 'topics.natur', 'topics.kultur'.",
        )
    check_known("question", roles[0], ASKED)
    return roles[0], [answer.partition(".")[2] for answer in answers if "." in answer]


def _refuse_unknown(role: str, options: Sequence[str], known: Sequence[str]) -> None:
    """Refuse unknown answers; accept all of the standard questionnaire: a municipality may omit some."""
    standard = load_codebook(CITIZENS).with_role(role) if role != "segment" else None
    legal = {*known, *TAGS, *(option.id for option in (standard.options if standard else ()))}
    for option in options:
        check_known(f"answer to '{role}'", option, sorted(legal))


def eager_sentence(survey: LocalSurvey, answers: InterestSurvey, answer: str, who: str = "") -> Text | None:
    """Return the sentence; None where the answers are not weighted, or the number is not shown.

    Parameters
    ----------
    survey : LocalSurvey
        What may be shown.
    answers : InterestSurvey
        The same municipality's respondents.
    answer : str
        A role, for the answer that most gave ('topics'), or an answer of one ('time.vil_bruge_tid').
    who : str
        Who gave it, Danish, ending with a comma; without it they are named by the answer's words.
    """
    shown = _shown_answer(survey, answer)
    if shown is None:
        return None
    role, option, label = shown
    item = answers.codebook.with_role(role)
    shares = shares_if_eager(answers, item, option) if item is not None else ()
    if not shares:
        return None
    times = danish.listing([_TIMES[odds] for odds in ODDS], last="eller")
    numbers = danish.listing([danish.number(100 * share) for share in shares], last="eller")
    return Text(
        "**Hvor sikkert er det?** Tallet gælder dem, der har svaret. Hvis "
        f"{who or f'de, der valgte {label},'} var {times} gange så tilbøjelige til at svare som andre, "
        f"ville det være {numbers} pct. af alle borgere. Til hvert tal er svarene vægtet på ny, "
        "så de stadig passer med befolkningen."
    )


def _shown_answer(survey: LocalSurvey, answer: str) -> tuple[str, str, str] | None:
    """Return role, option and words of an answer of all citizens that may be shown; None where none may."""
    role, _, option = answer.partition(".")
    frame = survey.estimates.frame
    rows = frame[(frame["item"] == role) & (frame["group"] == "") & ~frame["suppressed"]]
    rows = rows[rows["option"] == option] if option else rows[~rows["net"]]
    if rows.empty:
        return None
    first = rows.sort_values("proportion", ascending=False, kind="stable").iloc[0]
    return role, str(first["option"]), f"»{first['label']}« ({danish.percent(first['proportion'])})"
