"""The dashboard as a widget: a page that asks for selections and shows what `screen` returns for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from borgerlib.dashboard.page import questions, screen
from borgerlib.dashboard.page.answers import Answers, open_answers
from borgerlib.dashboard.page.words import words
from borgerlib.dashboard.saved import downloads, save_report
from borgerlib.errors import BorgerlibError, DataError, ParameterError, command
from borgerlib.files.look import look_of
from borgerlib.interest.filters.selection import Selection, Understood, link_of, read_link, understood
from borgerlib.interest.prepared import is_prepared
from borgerlib.population.municipalities import municipality as find_municipality
from borgerlib.said import in_danish
from borgerlib.statistics.selections.randomised import LOWEST_CHANCE
from borgerlib.view import theme

_ASSETS = Path(__file__).with_name("assets")
_NO_FOCUS = ("", "")
_RENEW_AGAIN = 60.0  # seconds


@cache
def script() -> str:
    """Return the page's script: its parts, in order."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(_ASSETS.glob("*.js")))


@cache
def style() -> str:
    """Return the page's style: the theme's values, then the layout."""
    return theme.style(_ASSETS / "dashboard.css")


class InterestDashboard(anywidget.AnyWidget):  # type: ignore[misc]
    """The interest dashboard of one municipality; made by `open_dashboard`.

    What the page and a saved notebook hold is what `borgerlib.dashboard.page.screen` says: text and rounded
    numbers. Respondents stay in the kernel.

    Attributes
    ----------
    selection : Selection
        Whom the page shows; may be set.
    link : str
        The same as the end of an address.

    See Also
    --------
    open_dashboard : Opens one.

    Examples
    --------
    >>> import borgerlib
    >>> borgerlib.open_dashboard("Ærø").layout is not None
    True
    """

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)
    config = traitlets.Dict().tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    menu = traitlets.List().tag(sync=True)

    def __init__(self, answers: Answers, *, link: str = "") -> None:
        self._answers = answers
        self._sort, self._number, self._renew_after = "asked", 0, 0.0
        self._selection = Selection()
        self._against: Selection | None = None
        self._table: tuple[str, str] | None = None
        self._reports = save_report.Reports()
        self._news = ""
        css = f"{style()}\n{look_of(answers.municipality.name).css}"
        super().__init__(_esm=script(), _css=css, config=screen.setting(answers))
        self._show_menu()
        self._show(read_link(link, answers.offer.filters), notices=self._opening())
        self.on_msg(lambda _, content, buffers: self._hear(content))

    @property
    def selection(self) -> Selection:
        """Whom the page shows."""
        return self._selection

    @selection.setter
    def selection(self, wanted: Selection) -> None:
        self._show(understood(getattr(wanted, "levels", None), self._answers.offer.filters))

    @property
    def link(self) -> str:
        """The selection as the end of an address."""
        return link_of(self._selection, self._against)

    def _opening(self) -> tuple[str, ...]:
        origin, offer = self._answers.origin, self._answers.offer
        anew = () if origin in ("kept", "first") else (words()("page", f"rebuilt_{origin}"),)
        damaged = questions.damaged(self._answers.municipality.name)
        return tuple(filter(None, (*anew, *offer.problems, damaged)))

    def _hear(self, content: Any) -> None:
        """Answer a message of the page. Errors are shown as sentences, never as a traceback."""
        kinds: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
            "select": self._on_select,
            "link": self._on_link,
            "question": self._on_question,
            "save_question": self._on_save,
            "delete_question": self._on_delete,
            "download": self._on_download,
            "report": self._on_report,
            "ping": lambda _: self._pong(),
        }
        message = content if isinstance(content, Mapping) else {}
        hear = kinds.get(str(message.get("kind")))
        if hear is None:
            self._refuse(words()("errors", "unknown"))
            return
        if message.get("sort") in screen.SORTS:
            self._sort = str(message["sort"])
        if "table" in message:
            of = message["table"]
            self._table = (str(of.get("item")), str(of.get("by"))) if isinstance(of, Mapping) else None
        number = message.get("number")
        self._number = number if isinstance(number, int) else self._number
        try:
            # Send all changes of the page in one message.
            with self.hold_sync():
                self._renew()
                hear(message)
            if self._news:  # a message of its own, because the next answer replaces the view
                self.send({"kind": "news", "text": self._news})
                self._news = ""
        except BorgerlibError as error:
            self._refuse(in_danish(error.message))
        except Exception:
            self._refuse(words()("errors", "failed"))
            raise

    def _renew(self) -> None:
        """Reload a survey that was prepared again while the page was open or its kernel waited."""
        if time.monotonic() < self._renew_after or not self._answers.outdated:
            return
        # Finding the kinds of citizens again takes longer than the page waits without a message.
        self.send({"kind": "working", "text": words()("page", "renewing")})
        try:
            renewed = self._answers.renewed()
        except DataError:
            # Keep showing the old survey, and try again only later, so that the next clicks are quick.
            self._renew_after, self._news = time.monotonic() + _RENEW_AGAIN, words()("page", "not_renewed")
            return
        self._answers = renewed
        self._news = " ".join((words()("page", "rebuilt_outdated"), *renewed.offer.problems))
        self.config = screen.setting(renewed)
        self._show_menu()
        against = None if self._against is None else self._against.levels
        self._show(understood(self._selection.levels, renewed.offer.filters, against))

    def _pong(self) -> None:
        """Answer that the kernel is alive, and update the menu: others may have saved questions."""
        self._show_menu()
        self.send({"kind": "pong"})

    def _on_select(self, message: Mapping[str, Any]) -> None:
        filters, focus = self._answers.offer.filters, message.get("focus")
        asked = (str(focus[0]), str(focus[1])) if isinstance(focus, list) and len(focus) == 2 else _NO_FOCUS
        self._show(understood(message.get("levels"), filters, message.get("against")), focus=asked)

    def _on_link(self, message: Mapping[str, Any]) -> None:
        self._show(read_link(str(message.get("text", "")), self._answers.offer.filters))

    def _on_question(self, message: Mapping[str, Any]) -> None:
        asked = next((one for one in self._questions() if one.id == message.get("id")), None)
        if asked is None:
            self._show_menu()
            raise ParameterError(words()("errors", "question_gone"))
        lost = " ".join(map(in_danish, asked.meant.problems))
        said = words()("errors", "saved_lost", navn=asked.label, hvorfor=lost) if lost else ""
        self._show(replace(asked.meant, problems=(said,) if said else ()), focus=asked.focus)

    def _on_save(self, message: Mapping[str, Any]) -> None:
        name, municipality = str(message.get("label", "")), self._answers.municipality.name
        damaged = questions.damaged(municipality)
        saved = questions.save_question(municipality, name, self._selection, self._against)
        self._show_menu()
        self._say(f"{words()('strings', 'saved', navn=saved.label)} {damaged}".strip())

    def _on_delete(self, message: Mapping[str, Any]) -> None:
        questions.delete_question(self._answers.municipality.name, str(message.get("id", "")))
        self._pong()

    def _on_download(self, message: Mapping[str, Any]) -> None:
        # The first picture takes longer than the page waits without a message.
        self.send({"kind": "working", "text": words()("strings", "file_working")})
        made = downloads.download(
            self._answers,
            self._answers.to(self._selection, against=self._against),
            str(message.get("chart")),
            str(message.get("format")),
            sort=self._sort,
        )
        self.send({"kind": "file", "name": made.name, "mime": made.mime}, [made.content])

    def _on_report(self, message: Mapping[str, Any]) -> None:
        self._pong()
        self._reports.start(self._answers, self.link, on_done=self._tell_report)

    def _tell_report(self, outcome: save_report.ReportOutcome) -> None:
        if outcome.error:
            self._say(words()("errors", "report_failed", hvorfor=outcome.error))
            return
        message = {
            "kind": "file",
            "name": outcome.shown_path,
            "mime": "text/html",
            "open": True,
            "text": words()("strings", "report_done"),
        }
        self.send(message, [outcome.content])

    def _refuse(self, text: str) -> None:
        """Say why there is no answer, and to which request: whatever the page asks later still counts."""
        self.send({"kind": "said", "text": text, "refused": self._number})

    def _say(self, text: str) -> None:
        self.send({"kind": "said", "text": text})

    def _questions(self) -> tuple[questions.MenuQuestion, ...]:
        filters = self._answers.offer.filters
        saved = questions.saved_questions(self._answers.municipality.name, filters)
        return (*questions.own_questions(filters), *saved)

    def _show_menu(self) -> None:
        self.menu = screen.menu(self._questions())

    def _show(
        self,
        wanted: Understood,
        *,
        focus: tuple[str, str] = _NO_FOCUS,
        notices: tuple[str, ...] = (),
    ) -> None:
        self._selection, self._against = wanted.selection, wanted.against
        answer = self._answers.to(wanted.selection, against=wanted.against)
        self.view = screen.view(
            self._answers,
            answer,
            number=self._number,
            sort=self._sort,
            focus=focus,
            table=self._table,
            notices=(*notices, *map(in_danish, wanted.problems), *screen.of_copy(self._answers, answer)),
        )


def open_dashboard(
    municipality: str, *, selection: str = "", confidence: float = 0.95, chance: float = LOWEST_CHANCE
) -> InterestDashboard:
    """Open the interest dashboard of a municipality.

    Parameters
    ----------
    municipality : str
        Name or code; it must have been prepared (``borger prepare``).
    selection : str
        Whom to show at first, as the end of a dashboard's address: ``alder=60-69&emner=klima_miljoe``.
    confidence : float
        Level of the intervals, between 0 and 1.
    chance : float
        How much of each answer in the protected copy is left to chance, from 0.1 to 0.3.

    Returns
    -------
    InterestDashboard
        A widget: filters beside the answers of those selected.

    Raises
    ------
    DataError
        The municipality has no prepared respondents (in Danish: the notebook's readers see it), or they are
        damaged.
    ParameterError
        The municipality or a level is not legal.

    See Also
    --------
    open_selection : One selection, without clicking.

    Examples
    --------
    >>> import borgerlib
    >>> type(borgerlib.open_dashboard("Ærø")).__name__
    'InterestDashboard'
    """
    name = find_municipality(municipality).name
    if not is_prepared(name):
        raise DataError(words()("errors", "not_prepared", sted=name), hint=command("import", name))
    answers = open_answers(name, confidence=confidence, chance=chance)
    return InterestDashboard(answers, link=selection)
