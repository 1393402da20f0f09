"""The list in the form for merging into letters, e-mails or text messages, with how to withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

import pandas as pd

from borgerlib import danish
from borgerlib.contact.register.lists.make import Reach
from borgerlib.danish import long_date
from borgerlib.errors import ParameterError

Channel = Literal["all", "letter", "mail", "sms", "digital_post"]
_HEADINGS = {"name": "Navn", "mail": "E-mail", "phone": "Telefon", "code": "Kode"}


class Way(NamedTuple):
    """A channel: its name in file names, the contact detail that it needs, and the columns of its list."""

    called: str
    reach: Reach
    holds: tuple[str, ...]


CHANNELS: dict[Channel, Way] = {
    "all": Way("alle", "", ("name", "mail", "phone", "code")),
    "letter": Way("brev", "", ("name", "code")),
    "mail": Way("e-mail", "mail", ("name", "mail", "code")),
    "sms": Way("sms", "phone", ("name", "phone", "code")),
    # The sender looks up CPR numbers by the survey's number; the register holds neither.
    "digital_post": Way("digital-post", "", ("code",)),
}


@dataclass(frozen=True)
class ListRequest:
    """What a list is for, and how it is made.

    Attributes
    ----------
    purpose, maker : str
        What it is for, and who makes it, in words.
    contact : str
        Where people withdraw: an address, a telephone number, or a link in which {kode} becomes the code.
    channel : {'all', 'letter', 'mail', 'sms', 'digital_post'}
    ending : {'.csv', '.xlsx'}
    """

    purpose: str
    maker: str
    contact: str
    channel: Channel = "letter"
    ending: Literal[".csv", ".xlsx"] = ".csv"

    def require_complete(self) -> None:
        """Raise a `ParameterError` in Danish that names what is missing."""
        told = {
            "hvad listen er til": self.purpose,
            "hvem der laver den": self.maker,
            "hvor man kan melde fra": self.contact,
        }
        if lacking := [what for what, text in told.items() if not text.strip()]:
            raise ParameterError(f"Skriv {danish.listing(lacking)}.")


def mailing(people: pd.DataFrame, wanted: ListRequest, day: date) -> pd.DataFrame:
    """Return a list with Danish headings and only the details that the channel needs.

    Parameters
    ----------
    people : DataFrame
        As `borgerlib.contact.register.lists.make_list` returns it; further columns are put last.
    wanted : ListRequest
        Its purpose and maker are written in every row, because files get passed on.
    day : date

    Returns
    -------
    DataFrame
        One row a person, in Danish: how to reach her, her code, the words on how to withdraw, further
        columns, purpose, maker, day.
    """
    held = people[list(CHANNELS[wanted.channel].holds)].rename(columns=_HEADINGS)
    further, short = people.drop(columns=list(_HEADINGS)), wanted.channel == "sms"
    texts = [withdrawal_text(code, contact=wanted.contact, short=short) for code in people["code"]]
    told = {"Formål": wanted.purpose.strip(), "Lavet af": wanted.maker.strip(), "Dato": long_date(day)}
    return held.assign(Afmelding=texts).join(further).assign(**told)


def withdrawal_text(code: str, *, contact: str, short: bool = False) -> str:
    """Return the words that tell a citizen how to withdraw, for the letter.

    Parameters
    ----------
    code : str
        Hers, as `borgerlib.contact.register.key.withdrawal_code` gives it.
    contact : str
        As `ListRequest`.
    short : bool
        For a text message.
    """
    if "{kode}" in contact:
        way = contact.replace("{kode}", code)
        return f"Afmeld: {way}" if short else f"Vil du ikke inviteres mere? Afmeld dig her: {way}"
    if short:
        return f"Afmeld: {contact}, kode {code}"
    return (
        f"Vil du ikke inviteres mere? Kontakt {contact}, og oplys koden {code}. Du behøver ikke sige hvorfor."
    )
