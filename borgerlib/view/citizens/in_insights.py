"""The answers of a municipality's citizens that are relevant to an insight of the leaders' survey."""

from __future__ import annotations

from dataclasses import dataclass

from borgerlib.danish import SIMULATED
from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.interest.prepared import is_prepared
from borgerlib.view.charts.chart import Chart
from borgerlib.view.citizens.interest import open_interest
from borgerlib.view.citizens.sections import load_sections
from borgerlib.view.words.text import Text


@dataclass(frozen=True)
class CitizensLayer:
    """The citizens' answers in an insight: a heading of their own, and a chart. A cell shows both.

    Parameters
    ----------
    heading : Text
    chart : Chart
    """

    heading: Text
    chart: Chart

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.heading)
        display(self.chart)


def citizens_layer(
    number: int, municipality: str, *, confidence: float = 0.95, min_cell: int = 5
) -> CitizensLayer | None:
    """Return the citizens' answers that an insight shows.

    Parameters
    ----------
    number : int
        The insight, 1 to 10.
    municipality : str
        Name or code; '' for the whole country, which has no such answers.
    confidence : float
        Level of the intervals, between 0 and 1.
    min_cell : int
        Smallest cell shown, at least 3.

    Returns
    -------
    CitizensLayer or None
        None where the insight shows no citizens' answers, the municipality has no prepared respondents, or
        they were not asked.

    Raises
    ------
    DataError
        The respondents are there, but damaged.
    """
    section = load_sections().of_insight(number)
    if section is None or not municipality or not is_prepared(municipality):
        return None
    page = open_interest(municipality, confidence=confidence, min_cell=min_cell)
    chart = page.figure(section.id)
    return CitizensLayer(_heading(page.survey), chart) if isinstance(chart, Chart) else None


def _heading(survey: LocalSurvey) -> Text:
    name = survey.municipality.full_name
    said = (
        f"**{SIMULATED}:** svarene er opfundet." if survey.simulated else f"{name} har spurgt sine borgere."
    )
    link = "[Borgernes interesse](borger_interesse.ipynb)"
    return Text(f"## Hvad siger borgerne i {name}?\n\n{said} Alle svar står i {link}.")
