"""What a share would be if those who gave the answer had answered the survey more readily than others."""

from __future__ import annotations

from borgerlib.interest.survey import InterestSurvey
from borgerlib.interest.weighting.plan import rakeable, targets_of
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.statistics.crosstabs import answers_of, with_nets
from borgerlib.statistics.models.nonresponse import nonresponse_range
from borgerlib.survey.codebook.model import Item

ODDS = (1.5, 2.0, 3.0)


def shares_if_eager(survey: InterestSurvey, item: Item, option: str) -> tuple[float, ...]:
    """Return the share of an answer among all citizens for each of the `ODDS`, 0–1.

    `ODDS` are the odds of answering of those who chose the option, relative to others alike in the margins.

    Ask only for an answer whose own share may be shown: the result follows from it, the margins and the rate.

    Parameters
    ----------
    survey : InterestSurvey
    item : Item
        Of its codebook.
    option : str
        One of the item's, or a net of them.

    Returns
    -------
    tuple of float
        Empty if the answers are not weighted: it is then unknown how many people did not answer.
    """
    targets = targets_of(survey.summary)
    if not targets:
        return ()
    people, margins = rakeable(survey.respondents, targets)
    answers = with_nets(answers_of(survey.respondents, item), item)
    people = people.assign(answer=answers[option].astype(float), **{WEIGHT: survey.respondents[WEIGHT]})
    found = nonresponse_range(people, ["answer"], margins=margins, odds=ODDS, weight=WEIGHT)
    return tuple(float(share) for share in found["proportion"])
