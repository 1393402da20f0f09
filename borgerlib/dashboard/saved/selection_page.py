"""The page of one selection: what each cell of the saved report shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from borgerlib import danish
from borgerlib.dashboard.page import screen, sentences
from borgerlib.dashboard.page.answers import Answer, Answers, open_answers
from borgerlib.dashboard.page.words import words
from borgerlib.dashboard.saved.pictures import picture
from borgerlib.errors import ParameterError
from borgerlib.interest.filters.selection import read_link
from borgerlib.statistics.selections.randomised import LOWEST_CHANCE
from borgerlib.view.charts.chart import Chart
from borgerlib.view.tables.html import Table
from borgerlib.view.words import alt_text
from borgerlib.view.words.method import bullets, run_stamp
from borgerlib.view.words.text import Text


@dataclass(frozen=True)
class SelectionPage:
    """A selection of a municipality's citizens, opened; made by `open_selection`.

    Parameters
    ----------
    answers : Answers
    answer : Answer
        What may be shown of the selection.

    See Also
    --------
    open_selection : Opens one.

    Examples
    --------
    >>> import borgerlib
    >>> page = borgerlib.open_selection("Ærø", "koen=kvinde")
    >>> print(page.finding().markdown)
    SIMULEREDE DATA: ...
    """

    answers: Answers = field(repr=False)
    answer: Answer

    def finding(self) -> Text:
        """Return who is meant and the main finding, with the facts for the report's front page."""
        who = sentences.who(self.answers, self.answer)
        shown = screen.view(self.answers, self.answer, number=0)
        some = all(
            any(not row["suppressed"] for of in one.records.values() for row in of)
            for one in self.answer.pair
        )
        chart = shown["charts"][0]
        finding = f"{chart['heading']}: {chart['title']}." if some else shown["notice"]
        sentence = alt_text.titled(finding, self.answer.estimates)
        page = {
            "number": 1,
            "slug": danish.slug(who)[:60],
            "title": alt_text.titled(who, self.answer.estimates),
            "kicker": words()("page", "place", sted=self.answers.municipality.full_name),
            "finding": sentence,
            "key_figures": [{"value": fact["value"], "label": fact["label"]} for fact in shown["facts"][:3]],
        }
        return Text(sentence, page=page)

    def facts(self) -> Table:
        """Return how many are meant."""
        pair = self.answer.pair
        facts = [{fact["label"]: fact["value"] for fact in screen.facts(self.answers, one)} for one in pair]
        heads = [sentences.heading(self.answers, one.selection) for one in pair]
        return Table(
            caption=words()("page", "facts_heading"),
            columns=("", *(heads if self.answer.against else ["Antal"])),
            rows=tuple(
                (label, *(of.get(label, "") for of in facts))
                for label in dict.fromkeys(label for of in facts for label in of)
            ),
            numeric=(False, *[True] * len(pair)),
            note=alt_text.source_line(self.answers.offer.source),
        )

    def figure(self, role: str) -> Chart | Text:
        """Return the chart of a question ('topics', 'time', 'formats'), or a note that it was not asked.

        Raises
        ------
        ParameterError
            There is no such question.
        """
        if role not in words().sections["charts"]:
            raise ParameterError(f"There is no question '{role}'. Legal: topics, time, formats.")
        if role not in [filter_.role for filter_ in self.answers.charts]:
            return Text("Det har kommunen ikke spurgt om.")
        return picture(self.answers, self.answer, role)

    def method(self) -> Text:
        """Return how the numbers were made, and the link that opens the selection again."""
        link = [f"Valget i oversigten: `#{self.answer.link}`"] if self.answer.link else []
        return bullets([*screen.about(self.answers, self.answer), *link, run_stamp("").markdown])


def open_selection(
    municipality: str, selection: str = "", *, confidence: float = 0.95, chance: float = LOWEST_CHANCE
) -> SelectionPage:
    """Open a selection of a municipality's citizens.

    Parameters
    ----------
    municipality : str
        Name or code; it must have been prepared (``borger prepare``).
    selection : str
        As the end of a dashboard's address: ``alder=60-69&emner=klima_miljoe``; '' for everybody. After
        ``&mod&`` a second one to stand beside it.
    confidence : float
        Level of the intervals, between 0 and 1.
    chance : float
        How much of each answer in the protected copy is left to chance, from 0.1 to 0.3.

    Returns
    -------
    SelectionPage
        A method a part of the page on those selected.

    Raises
    ------
    DataError
        The municipality has no prepared respondents.
    ParameterError
        A parameter is not legal; the selection names what is not offered.

    See Also
    --------
    open_dashboard : The same by clicking.

    Examples
    --------
    >>> import borgerlib
    >>> page = borgerlib.open_selection("Ærø", "koen=kvinde")
    >>> page.figure("topics").title.startswith("SIMULEREDE DATA")
    True
    """
    answers = open_answers(municipality, confidence=confidence, chance=chance)
    read = read_link(selection, answers.offer.filters)
    if read.problems:
        raise ParameterError("The selection cannot be met:", problems=read.problems)
    return SelectionPage(answers, answers.to(read.selection, against=read.against))
