"""The coding page: shows one answer after another, is used by keyboard, and saves after each answer."""

from __future__ import annotations

from html import escape
from pathlib import Path

import ipywidgets as widgets
import pandas as pd

from borgerlib.danish import SIMULATED
from borgerlib.dashboard.coding import codings as kept
from borgerlib.dashboard.coding import tables
from borgerlib.dashboard.coding.field import CodesField
from borgerlib.dashboard.importing import words
from borgerlib.errors import BorgerlibError, ParameterError
from borgerlib.files.temporary import folder_of_this_process
from borgerlib.page_parts import OwnKeys
from borgerlib.said import in_danish
from borgerlib.statistics.models.agreement import coding_agreement
from borgerlib.survey.codebook.open_answers.code_suggestion import suggest_codes
from borgerlib.survey.codebook.open_answers.coding_frame import CodingFrame, coded_answers, load_coding_frame

_EXAMPLE = Path(__file__).with_name("example.csv")
_NONE, _BACK = "0", "f"
_SUGGEST_AFTER = 10


class CodingPage(widgets.VBox):  # type: ignore[misc]
    """The page; made by `open_coding`. Each answer's codes are on the disk before the next is shown.

    Attributes
    ----------
    frame : CodingFrame
        What is coded by.
    folder : Path
        Where the codings are.
    answer : str or None
        Id of the answer that is shown; None when all are coded.
    codings : DataFrame
        What everybody has coded: one row an answer × coder × code; columns answer, coder, code, version.
    agreement : DataFrame
        `coding_agreement` of the answers that two have coded; empty where there are none.
    coded : DataFrame
        `coded_answers` of what is finished: coded alike by all who coded it, or settled; by the respondents'
        index: ``people.join(page.coded)``.

    See Also
    --------
    open_coding : Opens it.
    coded_answers : What codes become.

    Examples
    --------
    >>> import borgerlib
    >>> page = borgerlib.open_coding(coder="Mette")
    >>> page.give("1")
    >>> page.codings.query("coder == 'Mette'")["code"].tolist()
    ['velfaerd']
    """

    def __init__(
        self,
        answers: pd.Series,
        frame: CodingFrame,
        folder: Path,
        coder: str,
        *,
        order: list[str],
        double: frozenset[str],
        simulated: bool,
    ) -> None:
        self._ids = {str(at): at for at in answers.index}
        self._answers = answers.set_axis(list(self._ids))
        self.frame, self.folder, self._coder = frame, folder, coder
        self._order, self._double, self._simulated = order, double, simulated
        self._before: list[str] = []
        self._suggested: dict[str, list[str]] = {}
        self._no_suggestions = ""
        self._asked = widgets.HTML()
        self._result = widgets.HTML()
        names = [f"{at}. {code.text}: {code.rule}" for at, code in enumerate(frame.codes, 1)]
        self._ticks = [
            widgets.Checkbox(description=name, indent=False)
            for name in [*names, f"{_NONE}. Ingen af koderne passer"]
        ]
        self._typed = CodesField()
        self._typed.on_msg(lambda _, typed, __: self._take(typed))
        following, back = (widgets.Button(description=word) for word in ("Gem og næste", "Forrige"))
        following.on_click(lambda _: self._save(self._ticked()))
        back.on_click(lambda _: self._go_back())
        self._controls = widgets.VBox([self._typed, *self._ticks, widgets.HBox([following])])
        mark = f"{SIMULATED}: opdigtede svar. " if simulated else ""
        head = (
            f"<style>{words.style()}</style><h2>{escape(frame.question)}</h2>"
            f"<p>{mark}Skriv numrene på de koder, der passer, og tryk Enter. »{_NONE}« er ingen af dem, "
            f"»{_BACK}« er forrige svar. Hvert svar gemmes med det samme.</p>"
            "<p>CPR-numre, e-mail, telefonnumre og adresser er skjult, og navne, hvor ordene foran viser, "
            "at der kommer et. Andre navne findes ikke.</p>"
        )
        super().__init__([widgets.HTML(head), self._asked, self._controls, back, self._result, OwnKeys()])
        self.add_class("borger-import")
        self._suggest()
        self._show()

    @property
    def codings(self) -> pd.DataFrame:
        """What everybody has coded."""
        return kept.read_codings(self.folder, self.frame)

    @property
    def agreement(self) -> pd.DataFrame:
        """How far coders agree, without the settled answers."""
        found = self.codings
        by_people = found[found["coder"] != kept.ADJUDICATOR]
        twice = by_people.groupby("answer")["coder"].transform("nunique") > 1
        return coding_agreement(by_people[twice]) if twice.any() else pd.DataFrame()

    @property
    def coded(self) -> pd.DataFrame:
        """The answers that are finished, as columns of 0 and 1."""
        found = self.codings
        finished = found[~found["answer"].isin(kept.left_to_settle(found, list(found["answer"].unique())))]
        coded = coded_answers(finished, self.frame, adjudicator=kept.ADJUDICATOR)
        return coded.set_axis(coded.index.map(self._ids).rename("answer"))

    def agreement_table(self) -> widgets.HTML:
        """Return `agreement` as a table in Danish, or a sentence if no answer was coded by two people."""
        found = self.agreement
        if found.empty:
            return _shown("<p>Ingen svar er kodet af to endnu.</p>")
        return _shown(tables.agreement_table(found, self.frame, simulated=self._simulated).to_html())

    def shares_table(self) -> widgets.HTML:
        """Return how often each code was given, small counts hidden, or a sentence if nothing is coded."""
        coded = self.coded
        if coded.empty:
            return _shown("<p>Ingen svar er kodet færdigt endnu.</p>")
        return _shown(tables.shares_table(coded, self.frame, simulated=self._simulated).to_html())

    def give(self, typed: str) -> None:
        """Give the answer that is shown these codes ('1 5'; '0': none; 'f': back), and go on."""
        words = typed.replace(",", " ").split()
        if words == [_BACK]:
            self._go_back()
            return
        unknown = [word for word in words if word != _NONE and word not in self._numbers]
        if unknown:
            self._refuse(f"Der er ingen kode {', '.join(unknown)}. Skriv 0–{len(self.frame.codes)}.")
            return
        self._save(words)

    def _take(self, typed: str) -> None:
        try:
            self.give(typed)
        finally:
            # Set this last: the field ignores Enter until the next answer is shown.
            self._typed.taken += 1

    @property
    def _numbers(self) -> dict[str, str]:
        return {str(at): code.id for at, code in enumerate(self.frame.codes, 1)}

    def _ticked(self) -> list[str]:
        numbers = [*self._numbers, _NONE]
        return [number for number, tick in zip(numbers, self._ticks, strict=True) if tick.value]

    def _refuse(self, words: str) -> None:
        self._result.value = f'<p role="alert" class="borger-warning">{escape(words)}</p>'

    def _save(self, numbers: list[str]) -> None:
        if self.answer is None:
            return
        if not numbers or (_NONE in numbers and len(set(numbers)) > 1):
            self._refuse(f"Vælg de koder, der passer, eller {_NONE} alene, hvis ingen gør.")
            return
        codes = [self._numbers[number] for number in dict.fromkeys(numbers) if number != _NONE]
        try:
            kept.save_codes(self.folder, self._coder, self.answer, codes, self.frame)
        except BorgerlibError as reason:
            self._refuse(in_danish(reason.message))
            return
        self._before.append(self.answer)
        if len(self._before) % _SUGGEST_AFTER == 0:
            self._suggest()
        saved = self._words(codes)
        self._show()
        self._result.value = f'<p role="status" class="borger-done">Gemt: {escape(saved)}.</p>'

    def _words(self, codes: list[str] | frozenset[str]) -> str:
        return "; ".join(code.text for code in self.frame.codes if code.id in codes) or "ingen af koderne"

    def _go_back(self) -> None:
        self._result.value = ""
        self._show(self._before.pop() if self._before else None)

    def _show(self, answer: str | None = None) -> None:
        """Show an answer, by default the next one that has to be coded."""
        found = self.codings
        settles = self._coder == kept.ADJUDICATOR
        left = (
            kept.left_to_settle(found, self._order)
            if settles
            else kept.left_to_code(found, self._coder, self._order, self._double)
        )
        self.answer = answer or (left[0] if left else None)
        given = found[(found["coder"] == self._coder) & (found["answer"] == self.answer)]
        ticked = {*given["code"].dropna()} if len(given) else set()
        for number, tick in zip([*self._numbers, _NONE], self._ticks, strict=True):
            tick.value = self._numbers[number] in ticked if number != _NONE else len(given) > 0 and not ticked
        self._controls.layout.display = None if self.answer else "none"
        if self.answer is None:
            self._asked.value = (
                f"<p>{'Alt er afgjort.' if settles else 'Der er ikke flere svar at kode.'}</p>"
            )
            return
        remark = self._differing(found) if settles else self._suggestion()
        self._asked.value = (
            f"<p>Svar {escape(self.answer)}; {len(left)} tilbage.</p>"
            f"<blockquote><strong>{escape(self._answers[self.answer])}</strong></blockquote><p>{remark}</p>"
        )

    def _differing(self, found: pd.DataFrame) -> str:
        sets = kept.people_sets(found)[str(self.answer)].values()
        return "Uenige: " + " · ".join(f"»{escape(self._words(codes))}«" for codes in sets)

    def _suggestion(self) -> str:
        if self.answer in self._double:
            return "To koder dette svar hver for sig, uden forslag."
        if codes := self._suggested.get(str(self.answer)):
            numbers = {code: number for number, code in self._numbers.items()}
            named = "; ".join(f"{numbers[code]}. {escape(self._words([code]))}" for code in codes)
            return f"Forslag efter de kodede svar, som kun gælder, hvis du vælger dem: {named}"
        return self._no_suggestions

    def _suggest(self) -> None:
        try:
            found = suggest_codes(self._answers, self.codings, self.frame)
        except BorgerlibError as reason:
            self._no_suggestions = escape(f"Ingen forslag: {reason.message} {reason.hint or ''}")
            return
        self._suggested = {str(at): list(codes) for at, codes in found.groupby("answer")["code"]}


def open_coding(
    answers: pd.Series | str | Path = "",
    *,
    column: str = "",
    frame: CodingFrame | str | Path = "",
    folder: str | Path = "",
    coder: str = "mig",
    double_share: float = 0.2,
    adjudicate: bool = False,
    seed: int = 1,
) -> CodingPage:
    """Open a page on which open answers are coded by keyboard.

    A random part comes first: two code it, neither seeing the other's codes nor a suggestion. The rest is
    coded by one, with suggestions from what is coded where the extra ``coding`` is installed; they are shown,
    and nothing is counted that a person has not chosen. Several code at once when they share the folder.

    Parameters
    ----------
    answers : Series, str or Path
        By the respondents' index; or an export. '' for made-up ones (SIMULEREDE DATA), some of them coded.
    column : str
        Of the export: the heading of the question.
    frame : CodingFrame, str or Path
        What to code by, or its file; '' for that of figure 6.
    folder : str or Path
        Where codings are kept, a file a coder, without the answers; '' for one beside the export. A Series
        needs it; the example's are not kept.
    coder : str
        Who codes.
    double_share : float
        The part that two code, 0–1.
    adjudicate : bool
        Settle what coders differ on, instead of coding.
    seed : int
        Of the order and the part; all coders of a survey take the same.

    Returns
    -------
    CodingPage

    Raises
    ------
    DataError
        No answers; codings of another version of the frame, or codes that it does not have.
    ParameterError
        Another column, coder or share; a Series without a folder.

    See Also
    --------
    load_coding_frame : What to code by.
    suggest_codes : The suggestions.
    coding_agreement : How far coders agree.

    Examples
    --------
    >>> import borgerlib
    >>> page = borgerlib.open_coding(adjudicate=True)
    >>> page.answer  # the only one on which the two made-up coders differ
    '8'
    >>> page.give("2 4")
    >>> len(page.coded)
    12
    """
    kept.check_coder(coder)
    own = frame if isinstance(frame, CodingFrame) else load_coding_frame(frame or None)
    example = not isinstance(answers, pd.Series) and not str(answers)
    texts = kept.read_answers(_EXAMPLE if example else answers, "svar" if example else column)
    if folder:
        target = Path(folder).expanduser()
    elif isinstance(answers, pd.Series):
        raise ParameterError("folder= is missing.", hint="Say where the codings are to be kept.")
    elif example:
        target = folder_of_this_process()
    else:
        target = Path(answers).with_name(f"{Path(answers).stem}_kodning")
    target.mkdir(parents=True, exist_ok=True)
    if example and not frame:
        kept.save_example(_EXAMPLE, target, own)
    kept.check_answers(texts, kept.read_codings(target, own), target)
    order, double = kept.in_order(texts, double_share, seed)
    return CodingPage(
        texts,
        own,
        target,
        kept.ADJUDICATOR if adjudicate else coder,
        order=order,
        double=double,
        simulated=example or (isinstance(answers, pd.Series) and bool(answers.attrs.get("simulated"))),
    )


def _shown(html: str) -> widgets.HTML:
    """Return a table or a sentence in the page's style; a table that is too wide gets its own scroll bar."""
    region = f'<div role="region" aria-label="Tabel" tabindex="0" style="overflow-x:auto">{html}</div>'
    shown = widgets.HTML(region)
    shown.add_class("borger-import")
    return shown
