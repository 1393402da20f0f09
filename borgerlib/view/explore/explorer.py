"""A page of widgets for exploring: a question, groups, a filter, a picture, and the code that makes it."""

from __future__ import annotations

import base64
from html import escape
from typing import Any, get_args

import ipywidgets as widgets

from borgerlib import danish
from borgerlib.errors import BorgerlibError
from borgerlib.interest.survey import InterestSurvey, open_survey
from borgerlib.interest.weighting.ages import AGE_BAND
from borgerlib.interest.weighting.rules import WEIGHT
from borgerlib.page_parts import OwnKeys
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.statistics.levels import levels_of
from borgerlib.survey.codebook.labels import level_label
from borgerlib.view.charts.chart import Width
from borgerlib.view.charts.charts import bar_chart, grouped_bar_chart
from borgerlib.view.explore.choice import (
    Choice,
    estimates_of,
    heading_of,
    model_table,
    title_of,
    varying,
    weights_of,
)
from borgerlib.view.explore.heat import heat_map
from borgerlib.view.tables.html import estimates_table

_ROLES = ("sex", "area_type", "area")
_NOBODY = "Alle"
_CHARTS = {"Billede": "chart", "Tabel": "table", "Andre forhold lige": "model"}
_CANNOT = "Det kan ikke vises: der er for få svar til det, eller alle svarer ens. Vælg noget andet."
_DRAWN_BY: dict[int, Any] = {1: bar_chart, 2: grouped_bar_chart}


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
        headings = {name: heading_of(survey, name) for name in self._columns}
        levels = {
            f"{headings[name]}: {level_label(book, name, level)}": (name, str(level))
            for name in self._columns
            for level in levels_of(people[name]).values
        }
        self.item = _dropdown("Spørgsmål", items)
        self.by = _dropdown("Delt efter", {_NOBODY: "", **{word: name for name, word in headings.items()}})
        self.who = _dropdown("Kun", {_NOBODY: (), **levels})
        self.chart = widgets.ToggleButtons(
            options=_CHARTS,
            description="Vis",
            tooltips=["Diagram", "Tal med usikkerhed", "Model"],
            style={"description_width": "initial", "button_width": "auto"},
            layout={"width": "auto", "display": "flex"},
        )
        self.answer = _dropdown("Svar i modellen", {"–": ""})
        self._shown = widgets.HTML()
        self._code = widgets.Textarea(
            description="Koden",
            layout={"width": "auto", "height": "110px", "display": "none"},
        )
        show = widgets.ToggleButton(description="Vis koden", tooltip="De linjer, der laver det, du ser")
        show.observe(lambda change: self._toggle(bool(change["new"])), "value")
        self.item.observe(lambda _: self._offer_answers(), "value")
        for choice in (self.item, self.by, self.who, self.chart, self.answer):
            choice.observe(lambda _: self._show(), "value")
        self._offer_answers()
        super().__init__(
            [
                self.item,
                widgets.HBox([self.by, self.who], layout={"flex_flow": "row wrap"}),
                widgets.HBox([self.chart, self.answer, show], layout={"flex_flow": "row wrap"}),
                self._code,
                self._shown,
                OwnKeys(),
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
        self.answer.layout.display = "" if self.chart.value == "model" else "none"
        try:
            html, lines = self._made()
        except BorgerlibError:
            # Do not give the reason: it could reveal that everybody in some group answered the same.
            html, lines = f"<p>{_CANNOT}</p>", []
        self._shown.value = html
        self._code.value = "\n".join(["import borgerlib", *lines]) if lines else ""

    def _made(self) -> tuple[str, list[str]]:
        """Return the shown result as HTML, and the lines of code that make it."""
        choice, municipality = self.choice, danish.slug(self._survey.municipality.name)
        raked = self._survey.raked_to is not None
        read = [f'borgerlib.{name}("{municipality}")' for name in ("load", *(["load_weighting"] * raked))]
        lines = [f"people{', weighting' * raked} = {', '.join(read)}"]
        if self.chart.value == "model":
            return self._model(lines)
        shown, heading = estimates_of(self._survey, choice), title_of(self._survey, choice)
        base = f', base="{shown.base}"' if choice.who else ""
        groups = shown.frame["group"].nunique()
        as_table = self.chart.value == "table"
        drawn = "estimates_table" if as_table else _DRAWN_BY.get(groups, heat_map).__name__
        called = f', {"caption" if as_table else "title"}="{heading}"' if heading else ""
        lines.append(_call(choice, self._weighting()))
        lines[-1] += f".pipe(borgerlib.disclose{base}).pipe(borgerlib.{drawn}{called})"
        if as_table:
            return estimates_table(shown, caption=heading).to_html(), lines
        return _picture(shown, groups, heading), lines

    def _weighting(self) -> str:
        """Return the argument of the shown code that says how people are weighted."""
        names = {"raked_to": ", raked_to=weighting", "weight": f', weight="{WEIGHT}"'}
        return "".join(names[name] for name in weights_of(self._survey))

    def _model(self, lines: list[str]) -> tuple[str, list[str]]:
        """Return what each group would answer with the other columns held constant, and the code."""
        choice, option = self.choice, self.answer.value
        if not choice.by or choice.who[:1] == (choice.by,):
            return "<p>Vælg, hvad borgerne skal deles efter: modellen holder resten lige.</p>", []
        columns = varying(self._survey, choice, self._columns)
        table = model_table(self._survey, choice, option, columns)
        asked = self._survey.codebook.item(choice.item)
        outcome = (
            f'people["{choice.item}__{option}"]'
            if asked.kind == "multiple"
            else (f'(people["{choice.item}"] == "{option}").where(people["{choice.item}"].notna())')
        )
        some = 'subpopulation=people["{}"].astype(str) == "{}", '.format(*choice.who) if choice.who else ""
        lines.append(f"people = people.assign(svar={outcome}.astype(float))")
        lines.append(
            f'borgerlib.regress(people, "svar ~ {" + ".join(columns)}", {some}family="binomial"'
            f'{self._weighting()}).adjusted_shares("{choice.by}")'
        )
        return table.to_html(), lines


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


def _call(choice: Choice, weighting: str) -> str:
    by = [name for name in dict.fromkeys([*choice.who[:1], choice.by]) if name]
    divided = f", by={by!r}" if len(by) > 1 else f', by="{by[0]}"' if by else ""
    made = f'borgerlib.estimate_proportions(people, "{choice.item}"{divided}{weighting})'
    if choice.who:
        made += f".query({f'{choice.who[0]} == {choice.who[1]!r}'!r})"
        if choice.who[0] != choice.by:
            made += f'.drop(columns="{choice.who[0]}")'
    return made


def _picture(shown: DisclosedEstimates, groups: int, heading: str) -> str:
    """Return the estimates as an image with its alternative text, and as a table that can be unfolded."""
    table = (
        f"<details><summary>Tallene</summary>{estimates_table(shown, caption=heading).to_html()}</details>"
    )
    chart = _DRAWN_BY.get(groups, heat_map)(shown, title=heading)
    wide, narrow = (_data(chart.svg(width, framed=False)) for width in get_args(Width))
    return (
        f"<h3>{escape(chart.title)}</h3><p>{escape(chart.question)}</p>"
        f'<picture><source media="(max-width: 600px)" srcset="{narrow}">'
        f'<img style="max-width:100%" src="{wide}" alt="{escape(chart.alt_text)}"></picture>'
        f"<p>{escape(chart.caption)}</p>{table}"
    )


def _data(picture: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.encode()).decode()}"


def _dropdown(name: str, options: dict[str, Any]) -> widgets.Dropdown:
    return widgets.Dropdown(
        options=list(options.items()),
        description=name,
        style={"description_width": "initial"},
        layout={"width": "auto", "max_width": "min(100%, 700px)"},
    )
