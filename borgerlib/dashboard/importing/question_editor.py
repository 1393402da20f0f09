"""One question of an export: how it was read, its options and counts, and what the user decides."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from borgerlib.dashboard.importing import words
from borgerlib.survey.importing.decisions import Decisions, kinds_for
from borgerlib.survey.importing.question import MISSING, OTHER

_KEPT = (("Et svar for sig", ""), ("Ikke et svar", MISSING), ("»Andet«: egne ord tæller med her", OTHER))
_NO_ONE = -1


class QuestionEditor(widgets.VBox):  # type: ignore[misc]
    """The editor; calls `changed` with every new state.

    Parameters
    ----------
    changed : callable
        Takes the new `Decisions` and the position of the question to show next.
    """

    def __init__(self, changed: Callable[[Decisions, int], None]) -> None:
        self._changed = changed
        self._decisions: Decisions | None = None
        self._at = 0
        self._filling = False
        self._head = widgets.HTML()
        self._left_out = widgets.Checkbox(description="Udelad spørgsmålet", indent=False)
        self._kind = widgets.Dropdown(description="Hvad er det for et svar?")
        self._role = widgets.Dropdown(
            description="Hvad bruges det til?", options=[(text, role) for role, text in words.ROLES.items()]
        )
        self._separator = widgets.Dropdown(description="Hvad står mellem to valg?")
        self._absent = widgets.Text(
            description="Koder, der ikke er et svar (adskilt af komma)",
            placeholder="99, NA",
            continuous_update=False,
        )
        self._with = widgets.Dropdown(description="Er det samme spørgsmål som et andet?")
        self._options = widgets.VBox()
        self._counts = widgets.HTML()
        settings = (self._left_out, self._kind, self._role, self._separator, self._absent, self._with)
        for widget in settings:
            widget.observe(self._on_change, "value")
        left = widgets.VBox([*settings, self._options])
        columns = widgets.Box([left, widgets.VBox([self._counts])])
        columns.add_class("borger-columns")
        super().__init__([self._head, columns])

    def show(self, decisions: Decisions, at: int) -> None:
        """Show a question."""
        self._decisions, self._at, self._filling = decisions, at, True
        question = decisions.asked[at]
        columns = ", ".join(f"»{escape(name)}«" for name in question.columns[:4])
        more = f" og {len(question.columns) - 4} mere" if len(question.columns) > 4 else ""
        doubts = "".join(f"<li>{escape(doubt.danish)}</li>" for doubt in question.doubts)
        self._head.value = f"<h3>{at + 1}. {escape(question.text)}</h3><p>Kolonne: {columns}{more}</p>" + (
            f'<div class="borger-warning"><p>Se efter:</p><ul>{doubts}</ul></div>' if doubts else ""
        )
        self._left_out.value = question.left_out
        self._kind.options = [(words.KINDS[kind], kind) for kind in kinds_for(question)]
        self._kind.value = question.kind
        self._role.value = question.role
        signs = [(text, sign) for sign, text in words.SEPARATORS.items()]
        self._separator.options = signs if question.separator else [("–", ""), *signs]
        self._separator.value = question.separator
        self._absent.value = ", ".join(question.absent)
        others = [
            (f"{number + 1}. {other.text[:60]}", number)
            for number, other in enumerate(decisions.asked)
            if number != at and (other.kind, other.separator) == (question.kind, question.separator)
        ]
        self._with.options = [("Nej", _NO_ONE), *others]
        self._with.value = _NO_ONE
        self._show_options()
        self._filling = False
        self._recount()

    def _show_options(self) -> None:
        assert self._decisions is not None
        question = self._decisions.asked[self._at]
        rows = []
        for text in question.options:
            same = [(f"Det samme som »{other}«", other) for other in question.options if other != text]
            row = widgets.Dropdown(
                description=text, options=[*_KEPT, *same], value=question.decided.get(text, "")
            )
            row.observe(self._decide(text), "value")
            rows.append(row)
        head = [widgets.HTML("<h4>Svarmulighederne</h4>")] if rows else []
        self._options.children = [*head, *rows]
        self._separator.layout.display = None if question.separator else "none"
        self._kind.disabled = len(self._kind.options) == 1

    def _decide(self, text: str) -> Callable[[Any], None]:
        def decide(change: Any) -> None:
            assert self._decisions is not None
            before = self._decisions.asked[self._at].decided
            decided = {option: to for option, to in before.items() if option != text}
            if change["new"]:
                decided[text] = change["new"]
            self._take(self._decisions.mended(self._at, decided=decided))

        return decide

    def _on_change(self, _: Any) -> None:
        if self._filling or self._decisions is None:
            return
        if self._with.value not in (None, _NO_ONE):
            other = int(self._with.value)
            merged = self._decisions.together(self._at, other)
            self._changed(merged, other - (other > self._at))
            return
        before = self._decisions.asked[self._at]
        kind = self._kind.value
        separator = self._separator.value
        if kind != before.kind:
            separator = ";" if kind == "multiple" else ""
        absent = tuple(text.strip() for text in self._absent.value.split(",") if text.strip())
        mended = self._decisions.mended(
            self._at,
            kind=kind,
            separator=separator,
            role=self._role.value,
            left_out=self._left_out.value,
            absent=absent,
        )
        anew = mended.asked[self._at].options != before.options or kind != before.kind
        self._take(mended)
        if anew:
            self._filling = True
            self._separator.value = separator
            self._show_options()
            self._filling = False

    def _take(self, decisions: Decisions) -> None:
        self._decisions = decisions
        self._recount()
        self._changed(decisions, self._at)

    def _recount(self) -> None:
        assert self._decisions is not None
        self._counts.value = words.counted(self._decisions.counts(self._at))
