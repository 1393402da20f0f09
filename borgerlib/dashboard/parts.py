"""Filters and charts of the dashboard as separate widgets, for users' own notebooks."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape
from typing import Any

import ipywidgets
import traitlets

from borgerlib.dashboard.page import sentences
from borgerlib.dashboard.page.answers import Answers, open_answers
from borgerlib.dashboard.page.words import words
from borgerlib.dashboard.saved.pictures import picture
from borgerlib.errors import ParameterError, unknown_name
from borgerlib.interest.filters.selection import Selection, understood
from borgerlib.page_parts import OwnKeys
from borgerlib.view import theme

_ROWS = 6


class InterestFilters(ipywidgets.VBox):  # type: ignore[misc]
    """The dashboard's filters; `value` is the selection, which can be observed, linked and set.

    Parameters
    ----------
    municipality : str or Answers
        Name or code of a prepared municipality, or what `open_dashboard` answers from.
    roles : sequence of str, optional
        Which filters to show ('age', 'sex', 'topics' …); otherwise all that there are.
    value : Selection, optional
        Whom to select at first; otherwise everybody.

    Attributes
    ----------
    value : Selection
        Whom the filters select.

    Raises
    ------
    DataError
        The municipality has no prepared respondents.
    ParameterError
        There is no such filter, or `value` is set to what is not offered.

    See Also
    --------
    InterestChart : Shows a selection.
    open_dashboard : The whole page.

    Examples
    --------
    >>> import borgerlib
    >>> filters = borgerlib.InterestFilters("Ærø", roles=["age", "sex"])
    >>> filters.children[1].value = ("kvinde",)  # as a reader ticks it
    >>> filters.value.to_link()
    'koen=kvinde'
    """

    value = traitlets.Instance(Selection)

    def __init__(
        self, municipality: str | Answers, *, roles: Any = None, value: Selection | None = None, **layout: Any
    ) -> None:
        self.answers = _opened(municipality)
        offered = {filter_.role: filter_ for filter_ in self.answers.offer.filters}
        several = isinstance(roles, Iterable) and not isinstance(roles, str)
        shown = list(offered) if roles is None else list(roles) if several else [roles]
        for role in shown:
            if role not in [*offered]:
                raise ParameterError(unknown_name("filter", str(role), offered))
        self._follows = False
        self._boxes = {
            role: ipywidgets.SelectMultiple(
                description=words()("roles", role),
                options=[(level.label, level.id) for level in offered[role].levels],
                rows=min(_ROWS, len(offered[role].levels)),
                style={"description_width": "12em"},
            )
            for role in shown
        }
        super().__init__([*self._boxes.values(), OwnKeys()], value=Selection(), **layout)
        for box in self._boxes.values():
            box.observe(self._on_box, "value")
        self.value = value or Selection()

    @traitlets.validate("value")  # type: ignore[untyped-decorator]
    def _check(self, proposal: Any) -> Selection:
        return _offered(proposal["value"], self.answers)

    @traitlets.observe("value")  # type: ignore[untyped-decorator]
    def _on_value(self, change: Any) -> None:
        self._follows = True  # setting the boxes below must not set `value` again
        for role, box in self._boxes.items():
            box.value = change["new"].levels.get(role, ())
        self._follows = False

    def _on_box(self, _: Any) -> None:
        chosen = {role: box.value for role, box in self._boxes.items()}
        others = {role: of for role, of in self.value.levels.items() if role not in self._boxes}
        if not self._follows:
            self.value = Selection({**others, **chosen})


class InterestChart(ipywidgets.HTML):  # type: ignore[misc]
    """A chart of the dashboard that follows a selection.

    Parameters
    ----------
    item : {'topics', 'time', 'formats'}
        The question, by its role.
    municipality : str or Answers
        As `InterestFilters`; take its ``answers`` to open the survey once.
    selection : Selection, optional
        Whom to show at first; otherwise everybody.

    Attributes
    ----------
    selection : Selection
        Whom the chart shows; set it, or link it to the ``value`` of filters.

    Raises
    ------
    DataError
        The municipality has no prepared respondents.
    ParameterError
        There is no such question, or `selection` is set to what is not offered.

    See Also
    --------
    InterestFilters : Makes selections.
    open_selection : The numbers of a selection, without a widget.

    Examples
    --------
    >>> import borgerlib
    >>> import traitlets
    >>> filters = borgerlib.InterestFilters("Ærø")
    >>> chart = borgerlib.InterestChart("topics", filters.answers)
    >>> link = traitlets.dlink((filters, "value"), (chart, "selection"))
    >>> chart.selection.is_everybody
    True
    """

    selection = traitlets.Instance(Selection)

    def __init__(
        self, item: str, municipality: str | Answers, *, selection: Selection | None = None, **layout: Any
    ) -> None:
        self.item, self.answers = item, _opened(municipality)
        super().__init__(selection=selection or Selection(), **layout)

    @traitlets.validate("selection")  # type: ignore[untyped-decorator]
    def _check(self, proposal: Any) -> Selection:
        return _offered(proposal["value"], self.answers)

    @traitlets.observe("selection")  # type: ignore[untyped-decorator]
    def _show(self, change: Any) -> None:
        answer = self.answers.to(change["new"])
        drawn = picture(self.answers, answer, self.item, sort="asked")
        who, source = (
            escape(text) for text in (sentences.heading(self.answers, change["new"]), drawn.caption)
        )
        shown = base64.b64encode(drawn.png()).decode("ascii")
        self.value = (
            f"<p><strong>{who}</strong></p>"
            f'<img src="data:image/png;base64,{shown}" alt="{escape(drawn.alt_text)}" width="{theme.WIDE}">'
            f"<p>{source}</p>"
        )


def _offered(wanted: Selection, answers: Answers) -> Selection:
    found = understood(wanted.levels, answers.offer.filters)
    if found.problems:
        raise ParameterError("The selection cannot be met:", problems=found.problems)
    return found.selection


def _opened(municipality: str | Answers) -> Answers:
    return municipality if isinstance(municipality, Answers) else open_answers(municipality)
