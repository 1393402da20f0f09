"""How a number of the citizens' survey would be if those who gave the answer had answered more readily."""

from __future__ import annotations

from borgerlib import danish
from borgerlib.danish import SIMULATED
from borgerlib.interest.answers.eagerness import ODDS, shares_if_eager
from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.interest.survey import InterestSurvey
from borgerlib.view.words.text import Text

_TIMES = {1.5: "halvanden", 2: "to", 3: "tre"}


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
    simulated = f"{SIMULATED}: " if survey.simulated else ""
    return Text(
        f"**Hvor sikkert er det?** {simulated}Tallet gælder dem, der har svaret. Hvis "
        f"{who or f'de, der valgte »{label}«,'} svarede {times} gange så gerne som andre, er det {numbers} "
        "pct. af alle borgere."
    )


def _shown_answer(survey: LocalSurvey, answer: str) -> tuple[str, str, str] | None:
    """Return role, option and label of an answer of all citizens that may be shown; None where none may."""
    role, _, option = answer.partition(".")
    frame = survey.estimates.frame
    rows = frame[(frame["item"] == role) & (frame["group"] == "") & ~frame["suppressed"]]
    rows = rows[rows["option"] == option] if option else rows[~rows["net"]]
    if rows.empty:
        return None
    first = rows.sort_values("proportion", ascending=False, kind="stable").iloc[0]
    return role, str(first["option"]), str(first["label"])
