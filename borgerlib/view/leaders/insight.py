"""An insight as a notebook shows it: each cell calls one method, which returns one thing to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.lokaldemokrati.insights.cases import load_cases
from borgerlib.lokaldemokrati.insights.claims import Verdict, verdict, with_chance
from borgerlib.lokaldemokrati.insights.registry import Registry, load_registry
from borgerlib.lokaldemokrati.insights.sentences import fill
from borgerlib.lokaldemokrati.leaders import LeadersSurvey, open_leaders_survey
from borgerlib.lokaldemokrati.own_answers import OwnAnswers, kept_own_answers, load_own_answers
from borgerlib.population.municipalities import Municipality
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.said import in_danish
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.survey.codebook.model import LEADERS
from borgerlib.view.charts.chart import Chart
from borgerlib.view.citizens.in_insights import CitizensLayer, citizens_layer
from borgerlib.view.leaders import overview
from borgerlib.view.leaders.figures import chart_words, draw, own_line, wave_comparison
from borgerlib.view.tables.html import Table
from borgerlib.view.words.method import bullets, leaders_data, leaders_method, run_stamp
from borgerlib.view.words.text import Text, page_text

OVERVIEW = 0
_OUTCOMES = {
    "holds": "Holder",
    "within chance": "Ikke afgjort",
    "contradicted": "Holder ikke",
    "not known": "Kan ikke prøves",
}


@dataclass(frozen=True)
class InsightPage:
    """One insight, opened for one municipality and one survey; made by `open_insight`.

    Parameters
    ----------
    number : int
        1 to 10; 0 is the overview.
    survey : LeadersSurvey
    registry : Registry
    municipality : Municipality or None
        The municipality that the page is for; None for the whole country.
    own : OwnAnswers or None
        Its own answers.

    See Also
    --------
    open_insight : Opens one.
    open_leaders_survey : The numbers behind it.

    Examples
    --------
    >>> import borgerlib
    >>> insight = borgerlib.open_insight(2, survey=borgerlib.open_leaders_survey())
    >>> insight.number, insight.finding().markdown.startswith("58")
    (2, True)
    """

    number: int
    survey: LeadersSurvey
    registry: Registry = field(repr=False)
    municipality: Municipality | None = None
    own: OwnAnswers | None = None

    def finding(self) -> Text:
        """Return the finding in a sentence or two, and what a report's front page needs to know."""
        if self.number == OVERVIEW:
            return overview.page(self.survey)
        insight = self.registry.insight(self.number)
        return page_text(
            self.sentence(insight.finding).markdown,
            number=insight.number,
            slug=insight.slug,
            title=insight.title,
            kicker=f"Indsigt {insight.number}",
            source=self.survey.everything.source,
        )

    def sentence(self, template: str) -> Text:
        """Return a Danish sentence whose numbers are filled in from the estimates.

        Parameters
        ----------
        template : str
            Numbers are named: ``"{strategi.ja:count} af {strategi.ja:n} har en strategi"``. Forms: pct,
            pct_ci (with its interval), count, n, label.

        Raises
        ------
        CodebookError
            A number that the survey does not have, or an unknown form.
        """
        return Text(
            fill(template, self.survey.everything, verdict=lambda claim: verdict(claim, self.survey).sentence)
        )

    def words(self, estimates: DisclosedEstimates, *, figure: str = "") -> dict[str, Any]:
        """Return the words of a chart of some estimates, to be given to a chart function with ``**``.

        Parameters
        ----------
        estimates : DisclosedEstimates
            What the chart shows: ``survey.estimates(…)``.
        figure : str
            The figure of the report whose words are wanted: '3'. Without it, and where the estimates are of
            other items or groups than the figure's, the title is the question as the codebook has it.

        Returns
        -------
        dict
            title (a Danish finding, made from the numbers), question, base_note, note (what is to be known
            of these numbers) and own (the municipality's own answers): arguments of `borgerlib.bar_chart`,
            `borgerlib.scale_chart` and their like.

        Raises
        ------
        ParameterError
            There is no such figure.

        Examples
        --------
        >>> insight = open_insight(2)
        >>> strategi = insight.survey.estimates("strategi")
        >>> insight.words(strategi)["title"]
        'Har din kommune en strategi for borgerinddragelse?'
        """
        described = self.registry.figure(figure) if figure else None
        return chart_words(estimates, self.survey, described, self.own)

    def figure(self, figure_id: str) -> Chart:
        """Return a figure of the report, drawn again from the estimates as the notebooks do.

        Raises
        ------
        ParameterError
            There is no such figure.
        """
        return draw(self.registry.figure(figure_id), self.survey, self.own)

    def own_position(self) -> Text | None:
        """Return where the municipality stands on this page's questions; None without own answers."""
        if self.own is None:
            return None
        figures = self.registry.figures_of(self.number)
        said = list(dict.fromkeys(filter(None, (own_line(f, self.survey, self.own) for f in figures))))
        if not said:
            return None
        name = find_municipality(self.own.municipality).full_name
        return Text(f"## Hvor står {name}?\n\n{bullets(said)}")

    def citizens(self) -> CitizensLayer | None:
        """Return what the municipality's citizens answered that bears on the insight.

        None for the whole country, for a municipality whose citizens' survey has not been prepared, and for
        an insight that the citizens were not asked about.
        """
        if self.municipality is None:
            return None
        return citizens_layer(
            self.number,
            self.municipality.name,
            confidence=self.survey.everything.confidence,
            min_cell=self.survey.min_cell,
        )

    def claims(self) -> Text:
        """Return every claim of the insight with a plain verdict; `method` tells of the tests."""
        return bullets(
            f"**{_OUTCOMES[v.outcome]}: {v.claim.statement}** {v.sentence}" for v in self._verdicts()
        )

    def comparison(self) -> Table:
        """Return what the report published against what is recomputed, or what a later wave says now."""
        if self.survey.kind == "published":
            return overview.audit_table(insight=self.number)
        return wave_comparison(self.survey, self.registry.figures_of(self.number))

    def cases(self) -> Text | None:
        """Return the cases that bear on the insight; None when there are none."""
        paragraphs = [
            f"**[{case.municipality}: {case.title}](index.html#case-{danish.slug(case.municipality)}).** "
            f"{case.summary}"
            for case in load_cases()
            if self.number in case.insights
        ]
        if not paragraphs:
            return None
        return Text("## Eksempler fra kommunerne\n\n" + "\n\n".join(paragraphs))

    def feasible_sizes(self) -> Table:
        """Return, for every question of 2021, which numbers of answers its percentages allow."""
        return overview.feasible_sizes()

    def audit_summary(self) -> Text:
        """Return in words how many published values hold."""
        return Text(overview.audit_summary())

    def audit(self) -> Table:
        """Return every published value with its status and reason, folded away until wanted."""
        return overview.audit_table()

    def audit_open(self) -> Table:
        """Return the published values that are not reproduced, each with its reason."""
        return overview.open_values_table()

    def method(self) -> Text:
        """Return how the page's numbers came about and how sure they are, and each claim's test."""
        figures = [figure for figure in self.registry.figures_of(self.number) if not figure.by]
        method = leaders_method(self.survey, [item for figure in figures for item in figure.items])
        tested = [v for v in self._verdicts() if v.p_value is not None]
        lines = [
            f"- **Prøve:** »{v.claim.statement}« {with_chance(v)} Prøvet med {in_danish(v.method)}."
            for v in tested
        ]
        return Text("\n".join([method.markdown, *lines]))

    def _verdicts(self) -> list[Verdict]:
        return [verdict(claim.id, self.survey) for claim in self.registry.claims_of(self.number)]

    def run_stamp(self) -> Text:
        """Return when and with what the page was made."""
        return run_stamp(leaders_data(self.survey))


def open_insight(
    number: int,
    *,
    survey: str | LeadersSurvey = LEADERS,
    municipality: str = "",
    own_answers: str = "",
    confidence: float = 0.95,
    min_cell: int = 5,
) -> InsightPage:
    """Open one of the ten insights, or the overview (0), for a municipality and a survey.

    Parameters
    ----------
    number : int
        1 to 10, or 0.
    survey : str or LeadersSurvey
        As `borgerlib.open_leaders_survey` returns or takes it: 'lokaldemokrati-2021', or a later wave by the
        path of a .csv or .parquet file, or by a folder's name.
    municipality : str
        Name or code; '' for the whole country.
    own_answers : str
        Path of the municipality's own answers (TOML); '' for those that are kept of it, if any.
    confidence : float
        Level of the intervals, between 0 and 1, of a survey that is not opened yet.
    min_cell : int
        Smallest cell that is shown of microdata, likewise.

    Returns
    -------
    InsightPage
        A method a part of the insight: its figures, claims, cases and own answers.

    Raises
    ------
    ParameterError
        The number, the survey, the municipality or a level is not legal.
    DataError
        The wave or the own answers cannot be used.

    See Also
    --------
    open_leaders_survey : The survey behind it.

    Examples
    --------
    >>> import borgerlib
    >>> print(borgerlib.open_insight(3, municipality="Odense").finding().markdown)
    63... af kommunerne har arbejdet med samskabelse af offentlig velfærd i valgperioden.
    """
    registry = load_registry()
    if number != OVERVIEW:
        registry.insight(number)
    found = find_municipality(municipality) if municipality else None
    opened = open_leaders_survey(survey, confidence=confidence, min_cell=min_cell)
    own = None
    if own_answers and found is None:
        raise ParameterError(
            "Own answers belong to a municipality: name it with the parameter 'municipality'."
        )
    if found is not None:
        kept = kept_own_answers(found.name)
        if own_answers or kept.exists():
            own = load_own_answers(own_answers or kept, opened.codebook, expected=found.name)
    return InsightPage(number, opened, registry, found, own)
