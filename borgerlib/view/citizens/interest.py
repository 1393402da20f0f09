"""The citizens' survey of a municipality as a notebook shows it: a cell is one call, one thing to look at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from borgerlib import danish
from borgerlib.errors import ParameterError, check_known
from borgerlib.interest.answers.local_survey import LocalSurvey, open_local_survey
from borgerlib.interest.survey import open_survey, state_of
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.statistics.disclosure.named import UNWEIGHTED
from borgerlib.view.charts.chart import Chart
from borgerlib.view.charts.charts import bar_chart, grouped_bar_chart
from borgerlib.view.citizens.answers import answers_by_group, eager_sentence, some_answers, who_answered
from borgerlib.view.citizens.participation import evenness_sentences, participation_table
from borgerlib.view.citizens.sections import first_known, load_sections, tagged, worded
from borgerlib.view.citizens.words import chart_words, differences_sentence, differences_text, who_sentence
from borgerlib.view.tables.html import Table, estimates_table
from borgerlib.view.words.method import bullets, citizens_method, run_stamp, weighting_lines
from borgerlib.view.words.text import Text, page_text

TITLE = "Borgernes interesse"
NUMBER = 11
_KICKER = "Borgernes svar"
_PAGES = {"svarede": (12, "Hvem har svaret?"), "forskelle": (13, "Forskelle mellem borgerne")}


@dataclass(frozen=True)
class InterestPage:
    """The citizens' survey, opened for one municipality; made by `open_interest`.

    Parameters
    ----------
    survey : LocalSurvey
        What may be shown of it.

    See Also
    --------
    open_interest : Opens one.
    open_dashboard : The same answers for a meeting.

    Examples
    --------
    >>> import borgerlib
    >>> interest = borgerlib.open_interest("Ærø")  # simulated citizens
    >>> chart = interest.chart(interest.estimates("topics"), figure="emner")
    >>> chart.simulated
    True
    """

    survey: LocalSurvey

    def finding(self) -> Text:
        """Return the finding in a sentence or two, and what a report's front page needs to know."""
        survey = self.survey
        found = first_known(load_sections().finding, survey) if survey.item("topics") else ""
        found = found or _nothing_found(survey)
        if not survey.weighting["targets"]:
            found = f"{found} {UNWEIGHTED}"
        found, title, label = (
            danish.marked(text, survey.simulated) for text in (found, TITLE, "borgere har svaret")
        )
        figures = [{"value": danish.number(survey.respondents), "label": label}]
        source = survey.estimates.source
        return page_text(
            found, number=NUMBER, title=title, kicker=_KICKER, source=source, key_figures=figures
        )

    def page(self, name: str) -> Text:
        """Return the finding of a further page, and what the report needs to know of it.

        Parameters
        ----------
        name : str
            'svarede' (who answered) or 'forskelle' (how groups differ).

        Raises
        ------
        ParameterError
            There is no such page.
        """
        check_known("page", name, _PAGES)
        number, title = _PAGES[name]
        said = who_sentence(self.survey) if name == "svarede" else differences_sentence(self.survey)
        title, said = (danish.marked(text, self.survey.simulated) for text in (title, said))
        source = self.survey.estimates.source
        return page_text(said, number=number, title=title, kicker=_KICKER, source=source)

    def estimates(self, *answers: str, by: str = "", group: str = "") -> DisclosedEstimates | Text:
        """Return the estimates of one question: what a chart or table shows.

        Parameters
        ----------
        *answers : str
            The question by its id in the codebook ('emner') or its role: 'topics', 'time', 'formats',
            'channels', or 'segment' (the kinds of citizens). Or some answers to it: 'emner.natur',
            'emner.kultur'.
        by : str
            What divides the citizens, by id ('koen', 'aldersgruppe') or role: 'age', 'sex', 'area_type',
            'area' or 'segment'. All citizens come first, then each group.
        group : str
            One group, as `groups` names it ('sex=kvinde'); all citizens come after it.

        Returns
        -------
        DisclosedEstimates or Text
            ``.frame`` has one row an answer and group, weighted; ``direction`` says whether the group gives
            the answer more (1) or less often (-1) than the others, beyond chance. Where the municipality did
            not ask, or too few answered, a Danish sentence that says so; `chart` and `table` hand it on.

        Raises
        ------
        ParameterError
            There is no such question, answer or group, or the answers are not divided like that.
        """
        return some_answers(self.survey, answers, load_sections().divisions, by=by, group=group)

    def groups(self, by: str) -> list[str]:
        """Return the groups that `estimates` knows of a division, in order: 'age=15-24', 'age=25-44', …."""
        if by == "age":
            return [f"age={label}" for label in self.survey.age_labels]
        frame = self.survey.estimates.frame
        return [str(group) for group in frame.loc[frame["domain"] == by, "group"].unique()]

    def participation(self, by: str) -> DisclosedEstimates | Text:
        """Return each group's share of those who answered beside its share of the people.

        Parameters
        ----------
        by : str
            'age', 'sex', 'area' or 'area_type'.
        """
        return who_answered(self.survey, by)

    def chart(
        self, estimates: DisclosedEstimates | Text, *, figure: str = "", **settings: Any
    ) -> Chart | Text:
        """Return a chart of estimates with its Danish words, or the sentence that says why there is none.

        All citizens are drawn by `borgerlib.bar_chart`, and so is one answer across groups; a group beside
        all citizens, or respondents beside people, by `borgerlib.grouped_bar_chart`.

        Parameters
        ----------
        estimates : DisclosedEstimates or Text
            What `estimates` or `participation` returned.
        figure : str
            The figure of the report whose words fit ('emner'). Without it the question is the title.
        **settings
            Further arguments of the chart's function: sort, highlight, title, note.

        Raises
        ------
        ParameterError
            There is no such figure, it is about another question, or there are too many groups to draw.
        """
        section = load_sections().figure(figure) if figure else None
        if isinstance(estimates, Text):
            return estimates
        frame = estimates.frame
        words = chart_words(self.survey, estimates, section, settings.get("highlight", ())) | settings
        if frame["group"].nunique() == 1:
            return bar_chart(estimates, **words)
        if frame["option"].nunique() == 1 and "" in set(frame["group"]):
            # A group without respondents, or of other age bands than the figure's, has no bar to highlight.
            usual = section.settings.get("highlight", ()) if section else ()
            empty = {*self.groups(str(frame["domain"].iloc[-1])), *usual} - {*frame["group"]}
            words["highlight"] = [name for name in settings.get("highlight", ()) if name not in empty]
            return bar_chart(estimates.take(frame["group"] != "").groups_as_options(), **words)
        if frame["group"].nunique() == 2:
            return grouped_bar_chart(estimates, **words)
        raise ParameterError(
            "A chart shows all citizens, one group beside them, or one answer across groups; these are "
            f"{frame['option'].nunique()} answers in {frame['group'].nunique()} groups.",
            hint="Show them by interest.table(estimates), or take one group: interest.estimates(…, group=…).",
        )

    def figure(self, figure_id: str) -> Chart | Text:
        """Return a figure of the report as the notebook draws it, or why it cannot be shown.

        Raises
        ------
        ParameterError
            There is no such figure.
        """
        section = load_sections().figure(figure_id)
        if section.participation:
            estimates = self.participation(section.participation)
        else:
            group = worded(section.group, self.survey).lower()
            estimates = self.estimates(*section.answers, by=section.by, group=group)
        settings = dict(section.settings)
        if "highlight" in settings and isinstance(estimates, DisclosedEstimates):
            # Do not highlight answers that this municipality did not offer.
            shown = {*estimates.frame["option"], *estimates.frame["group"]}
            wanted = [
                option for name in settings["highlight"] for option in tagged(self.survey, section.role, name)
            ]
            settings["highlight"] = [name for name in wanted if name in shown]
        return self.chart(estimates, figure=figure_id, **settings)

    def if_eager(self, answer: str, *, who: str = "") -> Text | None:
        """Return how a number would be if those who gave the answer had answered more readily than others.

        Parameters
        ----------
        answer : str
            A role, for the answer that most gave ('topics'), or an answer of one ('time.vil_bruge_tid').
        who : str
            Who gave it, Danish, ending with a comma; without it they are named by the answer's words.

        Returns
        -------
        Text or None
            None where the answers are not weighted, or the number is not shown.
        """
        return eager_sentence(self.survey, open_survey(self.survey.municipality.name), answer, who)

    def table(
        self, estimates: DisclosedEstimates | Text, *, quiet: bool = False, fold: str = ""
    ) -> Table | Text | None:
        """Return estimates as a table, by group with ▲▼ where a group differs from the others beyond chance.

        Parameters
        ----------
        estimates : DisclosedEstimates or Text
            What ``estimates(…)`` returned; a sentence that says why there are none is handed on.
        quiet : bool
            Return None in place of that sentence, where it has been said.
        fold : str
            Words to click for a table that is folded away until wanted; '' shows it at once.
        """
        if isinstance(estimates, Text):
            return None if quiet else estimates
        item = self.survey.item(str(estimates.frame["item"].iloc[0]))
        assert item is not None
        if not estimates.frame["domain"].any():
            return estimates_table(estimates, caption=item.text)
        return answers_by_group(estimates, item, fold=fold)

    def differences(self, estimates: DisclosedEstimates | Text) -> Text | None:
        """Return in words how each group differs from the others; None where there is nothing to compare.

        Parameters
        ----------
        estimates : DisclosedEstimates or Text
            As of `table`.
        """
        if isinstance(estimates, Text):
            return None
        frame = estimates.frame
        role = str(frame["item"].iloc[0])
        # Kinds are defined by the answers, so that they differ in them is no finding.
        groups = [str(group) for group in frame.loc[~frame["domain"].isin(["", "segment"]), "group"].unique()]
        said = differences_text(self.survey, role, groups)
        return Text(said) if said else None

    def participation_table(self) -> Table:
        """Return answers, people and participation rate of every group."""
        return participation_table(self.survey)

    def evenness(self) -> Text:
        """Return how evenly the groups took part, and what weighting mended and what not."""
        return bullets([*evenness_sentences(self.survey), *weighting_lines(self.survey)])

    def method(self) -> Text:
        """Return how the page's numbers came about and how sure they are."""
        return citizens_method(self.survey)

    def run_stamp(self) -> Text:
        """Return when and with what the page was made."""
        data = self.survey.weighting["respondents"]["source_sha256"][:12]
        return Text(danish.marked(run_stamp(f"; data {data}").markdown, self.survey.simulated))


def open_interest(municipality: str, *, confidence: float = 0.95, min_cell: int = 5) -> InterestPage:
    """Open the citizens' survey of a municipality.

    Parameters
    ----------
    municipality : str
        Name or code; it must have been prepared (``borger prepare``).
    confidence : float
        Level of the intervals, between 0 and 1.
    min_cell : int
        Smallest cell shown, at least 3.

    Returns
    -------
    InterestPage
        A method a part of the survey's page.

    Raises
    ------
    DataError
        The municipality has no prepared respondents.
    ParameterError
        The municipality or a level is not legal.

    See Also
    --------
    load : The respondents.
    open_dashboard : Any selection of them.

    Examples
    --------
    >>> import borgerlib
    >>> interest = borgerlib.open_interest("Ærø")
    >>> interest.estimates("emner").frame["label"].iloc[0]
    'Klima og miljø'
    """
    return InterestPage(open_citizens(municipality, confidence=confidence, min_cell=min_cell))


def open_citizens(municipality: str, *, confidence: float = 0.95, min_cell: int = 5) -> LocalSurvey:
    """Open a municipality's survey as the notebooks divide it; parameters and errors as `open_interest`.

    The notebook on the citizens and the insights open it alike: what one hides, the other hides too. What was
    opened last is kept as long as its files are the same.
    """
    return _opened(municipality, confidence, min_cell, state_of(municipality))


@lru_cache(maxsize=1)
def _opened(municipality: str, confidence: float, min_cell: int, state: object) -> LocalSurvey:
    sections = load_sections()
    return open_local_survey(
        municipality,
        divisions=sections.divisions,
        age_bands=sections.age_bands,
        confidence=confidence,
        min_cell=min_cell,
    )


def _nothing_found(survey: LocalSurvey) -> str:
    words = {"topics": "emner", "time": "tid", "formats": "måder at være med på", "channels": "kanaler"}
    missing = [word for role, word in words.items() if survey.item(role) is None]
    if not missing:
        return "Der er for få svar til at sige, hvad borgerne helst vil."
    return f"Kommunen har ikke spurgt om {danish.listing(missing, last='eller')}."
