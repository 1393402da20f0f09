"""A page of widgets to look for oneself: a question, groups, a filter, a picture, and its code."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd

from borgerlib import danish
from borgerlib.errors import BorgerlibError
from borgerlib.interest.survey import InterestSurvey, open_survey
from borgerlib.interest.weighting.ages import AGE_BAND
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.statistics.disclosure.gate import DEFAULT_MIN_CELL, DisclosedEstimates, disclose
from borgerlib.statistics.disclosure.named import base_of
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.statistics.models.margins import adjusted_means
from borgerlib.statistics.models.regression import regress
from borgerlib.survey.codebook.labels import level_label
from borgerlib.view.charts.charts import bar_chart, grouped_bar_chart
from borgerlib.view.explore.heat import heat_map
from borgerlib.view.tables.html import Table, estimates_table, public_table
from borgerlib.view.words.alt_text import TOO_FEW, source_line, titled, uncertainty

_ROLES = ("sex", "area_type", "area")
_NOBODY = "Alle"
_CHARTS = {"Billede": "chart", "Tabel": "table", "Andre forhold lige": "model"}
_CALL = {1: "bar_chart", 2: "grouped_bar_chart"}


@dataclass(frozen=True)
class Choice:
    """What is on the screen.

    Attributes
    ----------
    item : str
        The question.
    by : str
        What divides the citizens; '' for all together.
    who : tuple of str
        Column and level of those who are shown; empty for all.
    """

    item: str
    by: str = ""
    who: tuple[str, str] | tuple[()] = ()


class Explorer(widgets.VBox):  # type: ignore[misc]
    """The page; made by `explore`. Everything on it has passed disclosure control.

    Attributes
    ----------
    item, by, who, chart, answer : Dropdown or ToggleButtons
        The choices, which can be set from code, too.
    code : str
        The lines that make what is on the screen.

    See Also
    --------
    explore : Opens it.
    open_dashboard : For meetings: any selection, protected so that it can be shown to all.

    Examples
    --------
    >>> import borgerlib
    >>> page = borgerlib.explore("Ærø")
    >>> page.by.value = "koen"
    >>> "grouped_bar_chart" in page.code or "heat_map" in page.code
    True
    """

    def __init__(self, survey: InterestSurvey) -> None:
        self._survey = survey
        book, people = survey.codebook, survey.respondents
        items = {
            item.text: item.id
            for item in book
            if item.options and item.role not in _ROLES and set(item.columns) <= set(people)
        }
        columns = [AGE_BAND, *(item.id for role in _ROLES if (item := book.with_role(role)))]
        self._columns = [name for name in columns if name in people and people[name].nunique() > 1]
        headings = {name: _heading(survey, name) for name in self._columns}
        levels = {
            f"{headings[name]}: {level_label(book, name, level)}": (name, str(level))
            for name in self._columns
            for level in pd.unique(people[name].dropna())
        }
        self.item = _dropdown("Spørgsmål", items)
        self.by = _dropdown("Delt efter", {_NOBODY: "", **{word: name for name, word in headings.items()}})
        self.who = _dropdown("Kun", {_NOBODY: (), **levels})
        self.chart = widgets.ToggleButtons(
            options=_CHARTS, description="Vis", tooltips=["Diagram", "Tal med usikkerhed", "Model"]
        )
        self.answer = _dropdown("Svar i modellen", {"–": ""})
        self._shown = widgets.HTML()
        self._code = widgets.Textarea(
            description="Koden",
            disabled=False,
            layout={"width": "100%", "height": "110px", "display": "none"},
        )
        show = widgets.ToggleButton(description="Vis koden", tooltip="De linjer, der laver det, du ser")
        show.observe(lambda change: self._toggle(bool(change["new"])), "value")
        self.item.observe(lambda _: self._offer_answers(), "value")
        for choice in (self.item, self.by, self.who, self.chart, self.answer):
            choice.observe(lambda _: self._show(), "value")
        self._offer_answers()
        super().__init__(
            [
                widgets.HBox([self.item, self.by, self.who], layout={"flex_flow": "row wrap"}),
                widgets.HBox([self.chart, self.answer, show], layout={"flex_flow": "row wrap"}),
                self._code,
                self._shown,
            ]
        )
        self._show()

    @property
    def choice(self) -> Choice:
        """What is on the screen."""
        return Choice(self.item.value, self.by.value, tuple(self.who.value))

    @property
    def code(self) -> str:
        """The lines that make what is on the screen."""
        return str(self._code.value)

    @property
    def page(self) -> str:
        """What is on the screen, as HTML."""
        return str(self._shown.value)

    def _toggle(self, shown: bool) -> None:
        self._code.layout.display = "" if shown else "none"

    def _offer_answers(self) -> None:
        item = self._survey.codebook.item(self.item.value)
        self.answer.options = [(option.short, option.id) for option in item.options]

    def _show(self) -> None:
        try:
            html, code = self._made()
        except BorgerlibError as error:
            html, code = f"<p>{escape(error.message)}</p>", ""
        self._shown.value, self._code.value = html, code

    def _made(self) -> tuple[str, str]:
        choice, municipality = self.choice, danish.slug(self._survey.municipality.name)
        read = (f'borgerlib.{name}("{municipality}")' for name in ("load", "load_weighting"))
        lines = [f"people, weighting = {', '.join(read)}"]
        if self.chart.value == "model":
            return self._model(lines)
        shown = estimates_of(self._survey, choice)
        lines.append(_call(choice))
        if self.chart.value == "table":
            lines[-1] += ".pipe(borgerlib.disclose).pipe(borgerlib.estimates_table)"
            return estimates_table(shown).to_html(), _whole(lines)
        groups = shown.frame["group"].nunique()
        lines[-1] += f".pipe(borgerlib.disclose).pipe(borgerlib.{_CALL.get(groups, 'heat_map')})"
        return _picture(shown, groups), _whole(lines)

    def _model(self, lines: list[str]) -> tuple[str, str]:
        """Return what each group would answer, the other columns held equal, and the code."""
        if not self.by.value:
            return "<p>Vælg, hvad borgerne skal deles efter: modellen holder resten lige.</p>", ""
        choice, option = self.choice, self.answer.value
        table = model_table(self._survey, choice, option, self._columns)
        asked = self._survey.codebook.item(choice.item)
        outcome = (
            f'people["{choice.item}__{option}"]'
            if asked.kind == "multiple"
            else (f'(people["{choice.item}"] == "{option}").where(people["{choice.item}"].notna())')
        )
        formula = f"svar ~ {' + '.join(self._columns)}"
        lines.append(f"people = people.assign(svar={outcome}.astype(float))")
        lines.append(
            f'borgerlib.regress(people, "{formula}", family="binomial", raked_to=weighting)'
            f'.adjusted_shares("{choice.by}")'
        )
        return table.to_html(), _whole(lines)


def explore(municipality: str) -> Explorer:
    """Open a page of widgets on a municipality's prepared survey, to look for oneself.

    Questions, groups and a filter are chosen by mouse or keyboard; 'Vis koden' gives the lines that make what
    is on the screen. It works in JupyterLab, VS Code and Voilà.

    Parameters
    ----------
    municipality : str
        Name, code or folder; prepared (``borger prepare``).

    Returns
    -------
    Explorer

    Raises
    ------
    DataError
        The municipality has not been prepared.

    See Also
    --------
    open_interest : The pages of the report.
    open_dashboard : For meetings.

    Examples
    --------
    >>> import borgerlib
    >>> page = borgerlib.explore("Ærø")
    >>> page.item.value = "tid"
    >>> page.code.splitlines()[1]
    'people, weighting = borgerlib.load("aeroe"), borgerlib.load_weighting("aeroe")'
    """
    return Explorer(open_survey(municipality))


def estimates_of(survey: InterestSurvey, choice: Choice) -> DisclosedEstimates:
    """Return what a choice shows: shares of the question, by group, of those who are meant."""
    by = [name for name in (*choice.who[:1], choice.by) if name]
    shares = estimate_proportions(
        survey.respondents, choice.item, by=list(dict.fromkeys(by)) or None, **_weights(survey)
    )
    base = None
    if choice.who:
        column, level = choice.who
        shares = shares[shares[column].astype(str) == level]
        if column != choice.by:
            shares = shares.drop(columns=column)
        base = f"{base_of(shares.attrs)}, {level_label(survey.codebook, column, level).lower()}"
    return disclose(shares, base=base, codebook=survey.codebook)


def model_table(survey: InterestSurvey, choice: Choice, option: str, columns: list[str]) -> Table:
    """Return each group's share of an answer with all other columns held equal, small groups hidden."""
    people, item = survey.respondents, survey.codebook.item(choice.item)
    if item.kind == "multiple":
        answer = people[f"{item.id}__{option}"].astype("Float64")
    else:
        answer = (people[item.id] == option).astype("Float64").where(people[item.id].notna())
    formula = f"svar ~ {' + '.join(columns)}"
    model = regress(people.assign(svar=answer), formula, family="binomial", **_weights(survey))
    found = adjusted_means(model, choice.by)
    shown = estimates_of(survey, Choice(choice.item, choice.by)).select(option=option)
    rows = shown.frame
    hidden = set(rows.loc[rows["suppressed"], "group"].str.partition("=")[2])
    small = found[choice.by].astype(str).isin(hidden) | (found["n"] < DEFAULT_MIN_CELL)
    rows = pd.DataFrame(
        {
            "group": [level_label(survey.codebook, choice.by, level) for level in found[choice.by]],
            "share": [
                TOO_FEW if few else danish.percent(share)
                for few, share in zip(small, found["adjusted"], strict=True)
            ],
            "interval": [
                "" if few else danish.percent_range(low, high)
                for few, low, high in zip(small, found["ci_lower"], found["ci_upper"], strict=True)
            ],
        }
    )
    headings = {"group": _heading(survey, choice.by), "share": "Andel", "interval": uncertainty(0.95)}
    short = item.option(option).short
    others = danish.listing([_heading(survey, name).lower() for name in columns if name != choice.by])
    caption = titled(f"»{short}«, når {others} er ens", shown)
    return public_table(rows, caption=caption, columns=headings, note=source_line("Logistisk regression"))


def _weights(survey: InterestSurvey) -> dict[str, Any]:
    if survey.raked_to is not None:
        return {"raked_to": survey.raked_to}
    return {"weight": WEIGHT} if WEIGHT in survey.respondents else {}


def _call(choice: Choice) -> str:
    by = [name for name in dict.fromkeys([*choice.who[:1], choice.by]) if name]
    told = f", by={by!r}" if len(by) > 1 else f', by="{by[0]}"' if by else ""
    made = f'borgerlib.estimate_proportions(people, "{choice.item}"{told}, raked_to=weighting)'
    if choice.who:
        made += f".query({f'{choice.who[0]} == {choice.who[1]!r}'!r})"
        if choice.who[0] != choice.by:
            made += f'.drop(columns="{choice.who[0]}")'
    return made


def _whole(lines: list[str]) -> str:
    return "\n".join(["import borgerlib", *lines])


def _picture(shown: DisclosedEstimates, groups: int) -> str:
    """Return the estimates as an image with its alternative text, and as a table that can be folded out."""
    table = f"<details><summary>Tallene</summary>{estimates_table(shown).to_html()}</details>"
    if groups > 2:
        buffer = io.BytesIO()
        heat_map(shown).savefig(buffer, format="png", dpi=144)
        data, kind, alt = buffer.getvalue(), "png", "Varmekort; tallene står i tabellen nedenunder"
    else:
        chart = (bar_chart if groups == 1 else grouped_bar_chart)(shown)
        data, kind, alt = chart.svg().encode(), "svg+xml", chart.alt_text
        head = f"<h3>{escape(chart.title)}</h3><p>{escape(chart.caption)}</p>"
        table = head + table
    image = base64.b64encode(data).decode()
    return f'<img style="max-width:100%" src="data:image/{kind};base64,{image}" alt="{escape(alt)}">{table}'


def _dropdown(name: str, options: dict[str, Any]) -> widgets.Dropdown:
    return widgets.Dropdown(
        options=list(options.items()), description=name, style={"description_width": "initial"}
    )


def _heading(survey: InterestSurvey, column: str) -> str:
    if column == AGE_BAND:
        return "Alder"
    words = {"sex": "Køn", "area_type": "Områdetype", "area": "Område"}
    return words.get(survey.codebook.item(column).role, column)
