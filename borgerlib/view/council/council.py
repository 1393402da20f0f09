"""The first pages of a report: what a council needs to know about its own municipality."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Annotated

import pandas as pd
from annotated_types import Len

from borgerlib import danish, places
from borgerlib.errors import ParameterError
from borgerlib.files.toml import read_toml
from borgerlib.interest.prepared import is_prepared
from borgerlib.interest.survey import InterestSurvey, open_survey
from borgerlib.lokaldemokrati.leaders import LeadersSurvey, open_leaders_survey
from borgerlib.population.municipalities import Municipality
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.survey.codebook.model import CITIZENS, LEADERS
from borgerlib.view.charts.chart import Chart
from borgerlib.view.citizens.answers import eager_sentence
from borgerlib.view.citizens.interest import InterestPage, open_interest
from borgerlib.view.citizens.words import who_sentence
from borgerlib.view.council import municipality_facts as facts
from borgerlib.view.leaders.insight import open_insight
from borgerlib.view.tables.html import Table
from borgerlib.view.words.text import Text, page_text

FIRST, CONTINUED, OF_THE_PLACE = -3, -2, -1
_KICKER = "Til byrådet"


@dataclass(frozen=True)
class CouncilPoint:
    """A question that a council may ask, the figure that answers it, and what to do.

    Parameters
    ----------
    figure : str
        Of ``sections.toml`` or ``insights.toml``.
    heading, advice : str
        Danish.
    answer : str
        The citizens' answer that the point is about: a role for the one that stands first ('topics'), or an
        answer of one ('time.vil_bruge_tid').
    who : str
        Who gave that answer, Danish; without it they are named by the answer's words.
    """

    figure: str
    heading: str
    advice: str
    answer: str = ""
    who: str = ""


@dataclass(frozen=True)
class _File:
    citizens: Annotated[tuple[CouncilPoint, ...], Len(3, 3)]
    leaders: Annotated[tuple[CouncilPoint, ...], Len(3, 3)]


@dataclass(frozen=True)
class CouncilPage:
    """What a council reads first; made by `open_council`.

    Parameters
    ----------
    place : Municipality
    survey : LeadersSurvey
        What chief executives have answered.
    interest : InterestPage or None
        What its citizens have answered; None where they have not been asked.

    See Also
    --------
    open_council : Opens one.
    open_interest : The citizens' pages behind it.

    Examples
    --------
    >>> import borgerlib
    >>> council = borgerlib.open_council("Ærø", survey=borgerlib.open_leaders_survey())
    >>> council.municipality.name
    'Ærø'
    """

    municipality: Municipality
    survey: LeadersSurvey
    interest: InterestPage | None

    @cached_property
    def _answers(self) -> InterestSurvey:
        return open_survey(self.municipality.name)

    def finding(self) -> Text:
        """Return the finding of the first page, and what the report needs to know of it."""
        if self.interest is not None:
            said = self.interest.finding().markdown
        else:
            said = open_insight(6, survey=self.survey).finding().markdown
            said = f"Her er endnu ingen svar fra borgerne i {self.municipality.full_name}. {said}"
        return self._page(
            said, number=FIRST, slug="til-byraadet", title=f"Til byrådet i {self.municipality.full_name}"
        )

    def continued(self) -> Text:
        """Return the finding of the second page, and what the report needs to know of it."""
        if self.interest is None:
            said = open_insight(8, survey=self.survey).finding().markdown
            return self._page(said, number=CONTINUED, slug="indflydelsen", title="Borgernes indflydelse")
        said = f"{who_sentence(self.interest.survey)} Andre kan mene noget andet."
        weighting = self.interest.survey.weighting
        surveyed = weighting["respondents"]["survey_date"] if weighting["targets"] else ""
        if surveyed:
            said += f" Svarene er givet omkring den {danish.long_date(date.fromisoformat(surveyed))}."
        said = danish.marked(said, self.interest.survey.simulated)
        title = "Hvordan borgerne vil være med, og hvem der har svaret"
        return self._page(said, number=CONTINUED, slug="formen", title=title)

    def question(self, number: int) -> Text:
        """Return the heading of a point, 1 to 3."""
        return Text(f"## {self._point(number).heading}")

    def figure(self, number: int) -> Chart | Text:
        """Return the picture of a point, 1 to 3, or why there is none."""
        point = self._point(number)
        if self.interest is not None:
            return self.interest.figure(point.figure)
        return open_insight(0, survey=self.survey).figure(point.figure)

    def advice(self, number: int) -> Text:
        """Return what a council can do about a point, 1 to 3."""
        return Text(f"**Hvad kan I gøre?** {self._point(number).advice}")

    def if_eager(self, number: int) -> Text | None:
        """Return how a point's number would be if those who gave the answer had answered more readily.

        None where no citizens were asked, the answers are not weighted, or the number is not shown.
        """
        point = self._point(number)
        if self.interest is None or not point.answer:
            return None
        return eager_sentence(self.interest.survey, self._answers, point.answer, point.who)

    def about_the_municipality(self) -> Text:
        """Return the finding of the last page, and what the report needs to know of it."""
        people = danish.number(int(self._adults.sum()))
        said = (
            f"{self.municipality.full_name} havde {people} borgere på 15 år og derover den "
            f"{danish.long_date(facts.counted())}. Sådan er de fordelt, og så mange svar skal en måling have."
        )
        return self._page(
            said, number=OF_THE_PLACE, slug="kommunen", title="Kommunen og en måling", of_the_place=True
        )

    def population(self) -> Chart:
        """Return how old the municipality's women and men are."""
        return facts.population_chart(self.municipality, self._adults)

    def areas(self) -> Chart | None:
        """Return how many live in each area; None where the municipality has not counted them."""
        shown = self.interest.survey.participation if self.interest is not None else None
        if shown is None or "area" not in shown.people:
            return None
        labels = shown.rates.select(item="area").frame.set_index("option")["label"]
        return facts.areas_chart(
            self.municipality,
            shown.people["area"].rename(labels.to_dict()),
            shown.sources["area"],
            simulated=self.interest is not None and self.interest.survey.simulated,
        )

    def neighbours(self) -> Table:
        """Return municipalities of the same kind and about the same size."""
        return facts.neighbours(self.municipality)

    def needed(self) -> Table:
        """Return how many answers a survey of the citizens must have for ±3 and ±5 percentage points."""
        return facts.needed(self._adults, confidence=self.survey.everything.confidence)

    def due(self, *, today: date | None = None) -> Text:
        """Return when the next council is elected, and when a survey has to be made to serve it."""
        election = facts.next_election(today or date.today())
        return Text(
            f"Næste kommunalvalg er den {danish.long_date(election)}. En måling i foråret "
            f"{election.year - 1} når at få betydning for budgettet for {election.year}, valgperiodens "
            f"sidste år, og en måling i "
            f"foråret {election.year + 1} giver det nye byråd et udgangspunkt."
        )

    @cached_property
    def _adults(self) -> pd.Series:
        return facts.adults(self.municipality)

    def _point(self, number: int) -> CouncilPoint:
        points = _points().citizens if self.interest is not None else _points().leaders
        if number not in range(1, len(points) + 1):
            raise ParameterError(f"There is no point {number!r}. Legal: 1 to {len(points)}.")
        return points[number - 1]

    def _page(self, said: str, *, number: int, slug: str, title: str, of_the_place: bool = False) -> Text:
        citizens = None if of_the_place or self.interest is None else self.interest.survey
        source = facts.source() if of_the_place else self.survey.everything.source
        source = source if citizens is None else citizens.estimates.source
        title = danish.marked(title, citizens is not None and citizens.simulated)
        return page_text(said, number=number, slug=slug, title=title, kicker=_KICKER, source=source)


def open_council(
    municipality: str,
    *,
    survey: str | LeadersSurvey = LEADERS,
    confidence: float = 0.95,
    min_cell: int = 5,
) -> CouncilPage:
    """Open what a council reads first.

    Parameters
    ----------
    municipality : str
        Name or code. Where its citizens' survey has been prepared, the page is about that.
    survey : str or LeadersSurvey
        As `borgerlib.open_insight` takes it.
    confidence : float
        Level of the intervals, between 0 and 1.
    min_cell : int
        Smallest cell shown, at least 3.

    Returns
    -------
    CouncilPage
        A method a part of what the council reads.

    Raises
    ------
    ParameterError
        The municipality, the survey or a level is not legal.
    DataError
        The respondents or the wave are there, but damaged.

    See Also
    --------
    open_insight : One insight.
    open_interest : The citizens.

    Examples
    --------
    >>> import borgerlib
    >>> print(borgerlib.open_council("Odense").advice(1).markdown)
    **Hvad kan I gøre?** Spørg først, hvem beslutningen rammer. ...
    """
    found = find_municipality(municipality)
    opened = open_leaders_survey(survey, confidence=confidence, min_cell=min_cell)
    interest = None
    if is_prepared(found.name):
        interest = open_interest(found.name, confidence=confidence, min_cell=min_cell)
    return CouncilPage(found, opened, interest)


@cache
def _points() -> _File:
    file = read_toml(places.raw_data(CITIZENS, "byraad.toml"), "points for a council")
    return file.validated(_File)
