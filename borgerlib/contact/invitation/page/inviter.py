"""The invitation page: whom, how many, what for. The list is written next to the register, not shown."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from datetime import date
from functools import partial
from html import escape
from pathlib import Path

import ipywidgets as widgets
import pandas as pd
from ipywidgets.widgets.widget_bool import CheckboxStyle
from ipywidgets.widgets.widget_string import HTMLStyle

from borgerlib import danish
from borgerlib.contact.invitation.balance import Balance, balance, draw_balanced
from borgerlib.contact.invitation.candidates import Candidates, open_candidates
from borgerlib.contact.invitation.dice import LaidOut, lay_out, read_dice, seated, waiting
from borgerlib.contact.invitation.handout import Handout, hand_out, lists_folder, require_listable
from borgerlib.contact.invitation.mailing import ListRequest
from borgerlib.contact.invitation.overview import overview
from borgerlib.contact.invitation.page import words
from borgerlib.contact.invitation.page.how_many import HowMany, set_shown
from borgerlib.contact.register.consents import withdraw
from borgerlib.contact.register.key import withdrawal_code
from borgerlib.contact.register.people import find
from borgerlib.contact.register.store import Register, opened
from borgerlib.danish import SIMULATED
from borgerlib.errors import DataError, ParameterError
from borgerlib.interest.filters.selection import Selection
from borgerlib.page_parts import OwnKeys, working_button
from borgerlib.said import said
from borgerlib.view import theme

_GROUPS = {
    "topics": "Emner",
    "formats": "Måder at være med på",
    "time": "Tid",
    "age": "Alder",
    "sex": "Køn",
    "area_type": "By og land",
    "area": "Område",
    "saved": "Gemte segmenter",
}
_CHANNELS = (("Brev", "letter"), ("E-mail", "mail"), ("Sms", "sms"), ("Digital Post", "digital_post"))
_NO_CHANCE = 1e-9
_STYLE = Path(__file__).with_name("page.css")
_FILES = (("CSV", ".csv"), ("Excel (XLSX)", ".xlsx"))


class Inviter(widgets.VBox):  # type: ignore[misc]
    """The page; made by `open_inviter`. Names and addresses stay in the register and its lists.

    Attributes
    ----------
    selection : Selection
        Who is chosen.

    See Also
    --------
    open_inviter : Opens it.

    Examples
    --------
    >>> import borgerlib
    >>> issubclass(borgerlib.Inviter, object)  # borgerlib.open_inviter("Odense", key_file="../noegle")
    True
    """

    def __init__(self, candidates: Candidates, connect: Callable[[str], Register], today: date) -> None:
        self._candidates, self._connect, self._today = candidates, connect, today
        self._laid_out: LaidOut | None = None
        self._button = partial(working_button, refused=words.refused)
        # The page fetches each model in a request of its own, so let similar widgets share layout and style.
        self._plain = widgets.Layout()
        style_of_box, style_of_text = CheckboxStyle(), HTMLStyle()
        self._box = partial(widgets.VBox, layout=self._plain)
        self._html = partial(widgets.HTML, layout=self._plain, style=style_of_text)
        tick = partial(widgets.Checkbox, indent=False, layout=self._plain, style=style_of_box)
        self._ticks = {
            role: {level.id: tick(description=level.label) for level in filter_.levels}
            for role in _GROUPS
            if (filter_ := candidates.offer.filter(role)) is not None
        }
        self._who = self._html()
        self._many = HowMany(self._drawable, self._show_way)
        # Text fields report their value only when the user leaves them.
        text_field = partial(widgets.Text, continuous_update=False)
        self._purpose = text_field(
            description="Hvad er listen til?", placeholder="Borgermøde om klima, 4. marts"
        )
        self._maker = text_field(description="Hvem laver listen?", placeholder="Navn og afdeling")
        self._contact = text_field(
            description="Hvor kan borgeren melde fra?", placeholder="E-mail, telefon eller link med {kode}"
        )
        self._channel = widgets.Dropdown(options=_CHANNELS, description="Sendes som")
        self._file = widgets.Dropdown(options=_FILES, description="Fil")
        self._made = self._html()
        self._make = self._button("Lav listen", self._on_make, self._made)
        # Empty until the dice have been read: a default number could be drawn by a single click.
        self._dice = text_field(description="Terningerne viser (000–999)", placeholder="De tre tal, fx 042")
        self._throw = self._button("Træk panelet", self._on_throw, self._made)
        self._person = text_field(description="Borgerens kode, e-mail eller telefon", placeholder="")
        self._gone = self._html()
        super().__init__(self._layout())
        self.add_class("borger-inviter")
        for box in [box for group in self._ticks.values() for box in group.values()]:
            box.observe(self._show, "value")
        self._show()
        self._take_up_throw()

    @property
    def selection(self) -> Selection:
        """Who is chosen."""
        return Selection(
            {
                role: tuple(level for level, box in boxes.items() if box.value)
                for role, boxes in self._ticks.items()
            }
        )

    def _layout(self) -> list[widgets.Widget]:
        style, name = theme.style(_STYLE), escape(self._candidates.municipality.full_name)
        simulated = self._candidates.offer.simulated
        mark = f'<p class="borger-simulated">{SIMULATED}</p>' if simulated else ""
        groups = [self._group(role) for role in self._ticks]
        columns = widgets.Box([self._box(groups), self._box([self._who])])
        columns.add_class("borger-columns")
        withdrawal = self._button("Træk samtykket tilbage", self._on_withdraw, self._gone)
        return [
            self._html(f"<style>{style}</style><h1>Invitér borgere i {name}</h1>{mark}"),
            self._html(
                "<h2>1. Hvem?</h2><p>Sæt flueben ved det, invitationen handler om. Uden flueben er alle med, "
                "der har sagt ja.</p>"
            ),
            columns,
            self._html("<h2>2. Hvor mange?</h2>"),
            self._many,
            self._html("<h2>3. Listen</h2>"),
            *(self._purpose, self._maker, self._contact, self._channel, self._file, self._make),
            *(self._made, self._dice, self._throw),
            self._html(
                "<h2>Vil nogen ikke være med længere?</h2><p>Koden står i borgerens brev. Fra nu af "
                "kommer borgeren ikke på flere lister.</p>"
            ),
            *(self._person, withdrawal, self._gone, OwnKeys()),
        ]

    def _group(self, role: str) -> widgets.VBox:
        boxes = list(self._ticks[role].values())
        group = self._box([self._html(f"<h3>{_GROUPS[role]}</h3>"), *boxes])
        group.add_class("borger-group")
        return group

    def _show(self, _: object = None) -> None:
        self._show_who()
        self._many.show()

    def _show_who(self) -> None:
        self._who.value = words.overview(overview(self._candidates, self.selection))

    def _show_way(self) -> None:
        self._laid_out = None
        set_shown(self._dice, self._throw, shown=False)
        dice = self._many.way.value == "dice"
        self._make.description = "Læg lodtrækningen frem" if dice else "Lav listen"
        self._made.value = ""

    def _wanted(self) -> ListRequest:
        fields = (self._purpose, self._maker, self._contact, self._channel, self._file)
        return ListRequest(*(field.value for field in fields))

    def _drawable(self, seats: int, quotas: pd.DataFrame | None, cap: float | None) -> Balance:
        people = self._candidates.chosen(self.selection)
        if len(people) < seats:
            raise DataError(said("fewer_than_seats", seats=seats))
        return balance(self._candidates, people, seats, quotas=quotas, cap=cap)

    def _on_make(self) -> None:
        wanted = self._wanted()
        wanted.require_complete()
        if self._many.way.value == "all":
            everybody = self.selection.is_everybody
            among = None if everybody else self._candidates.chosen(self.selection).index
            self._say_made(self._hand_out(wanted, among))
        elif self._many.way.value == "lot":
            drawn = draw_balanced(
                self._many.balance(), reserves=self._many.reserves.value, seed=secrets.randbelow(2**31)
            )
            made = self._hand_out(wanted, drawn.seats.index, drawn.seats.to_frame("Plads"))
            lines = [f"{words.chances(drawn.chances)} Lodtrækningens nummer: {drawn.seed}."]
            if hopeless := int((drawn.chances < _NO_CHANCE).sum()):
                lines.append(f"{hopeless} kunne ikke få en plads: kvoterne er fyldt af andre grupper.")
            if drawn.mended is not None:
                lines.append(f"Reserverne kunne ikke ligne helt: {words.changes(drawn.mended.changes)}.")
            if drawn.uncapped:
                lines.append("Loftet kunne ikke holdes for reserverne, så de er trukket uden loft.")
            self._say_made(made, lines)
        else:
            self._lay_out(wanted)

    def _lay_out(self, wanted: ListRequest) -> None:
        wished, simulated = self._many.balance(), self._candidates.offer.simulated
        with self._connect("") as register:
            laid_out = lay_out(
                wished,
                lists_folder(self._candidates.municipality.name),
                title=f"{SIMULATED}: {wanted.purpose}" if simulated else wanted.purpose,
                day=self._today,
                seed=secrets.randbelow(2**31),
                letters={person: withdrawal_code(register.key, person) for person in wished.people.index},
                check=partial(require_listable, register, self._candidates, wanted, day=self._today),
            )
        self._await_throw(laid_out)

    def _take_up_throw(self) -> None:
        """Continue with panels that were published before the page was opened again."""
        try:
            laid_out = waiting(lists_folder(self._candidates.municipality.name))
        except DataError as error:  # the lottery's files were changed; other lists can still be made
            self._made.value = words.refused(error)
            return
        if laid_out is not None:
            self._purpose.value = laid_out.published.about.title.removeprefix(f"{SIMULATED}: ")
            self._await_throw(laid_out)

    def _await_throw(self, laid_out: LaidOut) -> None:
        """Ask for the dice of a published lottery."""
        self._laid_out, published = laid_out, laid_out.published
        self._dice.value = ""
        set_shown(self._dice, self._throw, shown=True)
        lines = [
            f"1.000 paneler er lagt frem i <code>{escape(str(laid_out.public))}</code>. Vis mappen til alle, "
            f"og læs fingeraftrykket op: <code>{published.fingerprint[:16]}</code>. "
            + words.chances(published.chances),
            "Den kode, som siden i mappen spørger om, er en anden end den i brevet: hver deltagers står i "
            "<code>koder.csv</code> i mappen <code>fortrolig</code> ved siden af.",
            "Kast så tre terninger med ti sider, og skriv, hvad de viser.",
        ]
        self._made.value = words.paragraphs(lines, "borger-done")

    def _on_throw(self) -> None:
        if self._laid_out is None:  # a click on its way when another choice took the button away
            raise ParameterError(said("not_laid_out"))
        thrown = read_dice(self._dice.value)
        self._reopen()
        seats = seated(self._laid_out, thrown, able=self._candidates.able)
        made = self._hand_out(self._wanted(), seats.index, seats)
        page = self._laid_out.public / "index.html"
        drawn = f"Panel {thrown:03d} er trukket. Enhver kan slå sin lodtrækningskode op i"
        self._say_made(made, [f"{drawn} <code>{escape(str(page))}</code>."])

    def _on_withdraw(self) -> None:
        with self._connect(self._maker.value.strip()) as register:
            withdraw(register, find(register, self._person.value), day=self._today)
        self._reopen()
        self._person.value = ""
        self._show_who()
        # Published panels stay, for the fingerprint has been read aloud; those with this person become void.
        if self._laid_out is None:
            self._many.show()
        self._gone.value = words.paragraphs(["Samtykket er trukket tilbage."], "borger-done")

    def _hand_out(
        self, wanted: ListRequest, among: Collection[int] | None, seats: pd.DataFrame | None = None
    ) -> Handout:
        with self._connect(wanted.maker.strip()) as register:
            return hand_out(register, self._candidates, wanted, day=self._today, among=among, seats=seats)

    def _reopen(self) -> None:
        with self._connect("") as register:
            self._candidates = open_candidates(self._candidates.municipality.name, register, day=self._today)

    def _say_made(self, made: Handout, more: Collection[str] = ()) -> None:
        left_out = f" {danish.number(made.unreached)} kan ikke nås på den måde." if made.unreached > 0 else ""
        where = f"Den ligger i <code>{escape(str(made.path))}</code>."
        first = f"{danish.number(made.people)} er på listen.{left_out} {where}"
        self._made.value = words.paragraphs([first, *more], "borger-done")


def open_inviter(municipality: str, *, key_file: str = "") -> Inviter:
    """Open the page that invites citizens of a municipality.

    Parameters
    ----------
    municipality : str
        Name or code; prepared (``borger prepare``), and with a register (``borger register import``).
    key_file : str
        File with the register's key; '' takes the environment variable BORGER_REGISTER_KEY.

    Returns
    -------
    Inviter
        A widget.

    Raises
    ------
    DataError
        There are no prepared answers, there is no register, or its key is another.

    See Also
    --------
    load : The prepared answers.

    Examples
    --------
    >>> import borgerlib
    >>> try:
    ...     borgerlib.open_inviter("Ærø", key_file="nowhere")
    ... except borgerlib.DataError as error:
    ...     print(type(error).__name__)
    DataError
    """
    path, today = Path(key_file) if key_file else None, date.today()
    connect = partial(opened, municipality, path)
    with connect() as register:
        candidates = open_candidates(municipality, register, day=today)
    return Inviter(candidates, lambda actor: connect(actor=actor), today)
