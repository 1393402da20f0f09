"""The citizens' survey of a municipality as a notebook shows it: a cell is one call, one thing to look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

import pandas as pd

from borgerlib import danish
from borgerlib.errors import ParameterError
from borgerlib.interest.answers.local_survey import LocalSurvey
from borgerlib.view.charts.chart import Chart
from borgerlib.view.citizens.in_insights import open_citizens
from borgerlib.view.citizens.method import method_lines, weighting_lines
from borgerlib.view.citizens.participation import ROLE_WORDS, evenness_sentences, participation_table
from borgerlib.view.citizens.section_charts import difference_sentence, draw_section
from borgerlib.view.citizens.sections import load_sections, told
from borgerlib.view.tables.html import Table
from borgerlib.view.words import alt_text
from borgerlib.view.words.text import Text

TITLE = "Borgernes interesse"
NUMBER = 11
_MORE, _LESS = "▲", "▼"


@dataclass(frozen=True)
class InterestPage:
    """The citizens' survey, opened for one municipality; made by `open_interest`.

    Parameters
    ----------
    survey : LocalSurvey
        What may be shown of it.
    """

    survey: LocalSurvey

    def finding(self) -> Text:
        """Return the finding in a sentence or two, and what a report's front page needs to know."""
        survey = self.survey
        sentence = _marked(told(load_sections().finding, survey), survey)
        title = _marked(TITLE, survey)
        page = {
            "number": NUMBER,
            "slug": danish.slug(title),
            "title": title,
            "kicker": "Borgernes svar",
            "finding": sentence,
            "key_figures": [
                {
                    "value": danish.number(survey.respondents),
                    "label": _marked("borgere har svaret", survey),
                }
            ],
        }
        return Text(sentence, page=page)

    def figure(self, figure_id: str) -> Chart | Text:
        """Return a figure of the survey, or why it cannot be shown.

        Raises
        ------
        ParameterError
            There is no such figure.
        """
        section = load_sections().figure(figure_id)
        divided = section.domain or section.group.partition("=")[0]
        return draw_section(section, self.survey) or self._why_not(section.role, divided)

    def participation(self) -> Table:
        """Return answers, people and participation rate of every group."""
        return participation_table(self.survey)

    def evenness(self) -> Text:
        """Return how evenly the groups took part, and what weighting mended and what not."""
        lines = [*evenness_sentences(self.survey), *weighting_lines(self.survey)]
        return Text("\n".join(f"- {line}" for line in lines))

    def by_group(self, role: str, domain: str) -> Table | Text:
        """Return the shares of every answer in every group, or why they cannot be shown.

        Parameters
        ----------
        role : str
            What was asked: 'topics', 'time', 'formats', 'channels'; or 'segment', the kinds of citizens.
        domain : str
            What divides the citizens: 'age', 'sex', 'area_type', 'area', 'segment'.

        Raises
        ------
        ParameterError
            The answers are not divided like that.
        """
        rows = self._rows(role, domain)
        if rows.empty:
            return self._why_not(role, domain)
        groups = rows.drop_duplicates("group")
        of_all = rows[rows["group"] == ""].sort_values("proportion", ascending=False, kind="stable")
        item = self.survey.item(role)
        order = list(of_all["option"]) if item is not None and not item.ordered else list(item_options(rows))
        cells = {(row["option"], row["group"]): _cell(row) for _, row in rows.iterrows()}
        labels = dict(zip(of_all["option"], of_all["label"], strict=True))
        body = [(str(labels[o]), *(cells[o, group] for group in groups["group"])) for o in order]
        sizes = ("N", *(_size(n) for n in groups["n"]))
        estimates = self.survey.estimates
        tested = rows["direction"].notna().any()
        legend = f"{_MORE} flere, {_LESS} færre end blandt de øvrige, ud over tilfældighed" if tested else ""
        return Table(
            caption=alt_text.titled(item.text if item is not None else role, estimates),
            columns=("Svar", *(str(label) or "Alle" for label in groups["group_label"])),
            rows=(*body, sizes),
            numeric=(False, *(True for _ in range(len(groups)))),
            note=alt_text.sentences(
                [
                    f"Procent, med {alt_text.uncertainty(estimates.confidence)} i parentes",
                    legend,
                    alt_text.source_line(estimates.source),
                ]
            ),
        )

    def differences(self, role: str, domain: str) -> Text | None:
        """Return in words how the groups of a domain differ from the rest; None where they are not shown.

        Parameters and errors as `by_group`.
        """
        rows = self._rows(role, domain)
        if domain == "segment":
            # Kinds are made of the answers: that they differ in them is no finding.
            return None
        groups = [str(group) for group in rows["group"].unique() if group]
        if len(groups) == 2:
            # Where one of two chooses more, the other chooses less: once is enough.
            groups = groups[1:]
        lines = [difference_sentence(self.survey, role, group) for group in groups]
        said = [f"- {line}" for line in lines if line]
        return Text("\n".join(said)) if said else None

    def method(self) -> Text:
        """Return how the page's numbers came about and how sure they are."""
        return Text("\n".join(f"- {line}" for line in method_lines(self.survey)))

    def run_stamp(self) -> Text:
        """Return when and with what the page was made."""
        now, attributes = datetime.now(), self.survey.weighting["respondents"]
        return Text(
            _marked(
                f"Kørt {danish.long_date(now.date())} kl. {now:%H.%M} med borgerlib {version('borgerlib')}; "
                f"data {attributes['source_sha256'][:12]}.",
                self.survey,
            )
        )

    def _why_not(self, role: str, domain: str) -> Text:
        if "segment" in (role, domain) and self.survey.item("segment") is None:
            return Text("Svarene deler ikke borgerne i tydelige typer.")
        if (role, domain) in self.survey.left_out:
            return Text(f"Der er for få svar til at dele dem op efter {ROLE_WORDS[domain]}.")
        return Text("Det har kommunen ikke spurgt om.")

    def _rows(self, role: str, domain: str) -> pd.DataFrame:
        divisions = load_sections().divisions
        if domain not in divisions.get(role, ()):
            legal = [f"{asked} by {by}" for asked, domains in divisions.items() for by in domains]
            raise ParameterError(
                f"The citizens' answers on '{role}' are not divided by '{domain}'.",
                hint=f"Legal: {', '.join(legal)}.",
            )
        frame = self.survey.estimates.frame
        rows = frame[(frame["item"] == role) & ~frame["net"]]
        found = rows[rows["domain"].isin(["", domain])]
        return found if (found["domain"] == domain).any() else found.iloc[:0]


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

    Raises
    ------
    DataError
        The municipality has no prepared respondents.
    ParameterError
        The municipality or a level is not legal.
    """
    return InterestPage(open_citizens(municipality, confidence=confidence, min_cell=min_cell))


def item_options(rows: pd.DataFrame) -> list[str]:
    """Return the options of one item's rows in the order of the questionnaire."""
    return [str(option) for option in dict.fromkeys(rows["option"])]


def _marked(text: str, survey: LocalSurvey) -> str:
    return f"{alt_text.SIMULATED}: {text}" if survey.simulated else text


def _cell(row: pd.Series) -> str:
    if row["suppressed"]:
        return f"· {alt_text.TOO_FEW}"
    if pd.isna(row["proportion"]):
        return "–"
    mark = "" if pd.isna(row["direction"]) else {1: f" {_MORE}", -1: f" {_LESS}"}.get(row["direction"], "")
    return f"{danish.number(100 * row['proportion'])} ({alt_text.interval_words(row)}){mark}"


def _size(n: object) -> str:
    return alt_text.TOO_FEW if pd.isna(n) else danish.number(float(str(n)))  # type: ignore[call-overload]
