"""The list as it is merged into letters, e-mails or text messages, with how to withdraw for each person."""

from __future__ import annotations

from datetime import date
from typing import Literal

import pandas as pd

from borgerlib.contact.register.lists.make import Reach
from borgerlib.danish import long_date

Channel = Literal["all", "letter", "mail", "sms", "digital_post"]
REACH: dict[Channel, Reach] = {"all": "", "letter": "", "mail": "mail", "sms": "phone", "digital_post": ""}
"""Channel → what a person must have given."""
_HEADINGS = {"name": "Navn", "mail": "E-mail", "phone": "Telefon", "code": "Kode"}
_HOLDS: dict[Channel, tuple[str, ...]] = {
    "all": ("name", "mail", "phone", "code"),
    "letter": ("name", "code"),
    "mail": ("name", "mail", "code"),
    "sms": ("name", "phone", "code"),
    "digital_post": ("code",),  # whoever sends joins CPR by the survey's number; neither is held here
}


def mailing(
    people: pd.DataFrame, channel: Channel, *, purpose: str, maker: str, contact: str, day: date
) -> pd.DataFrame:
    """Return a list with Danish headings, no more of each person than the channel needs.

    Parameters
    ----------
    people : DataFrame
        As `borgerlib.contact.register.lists.make_list` returns; further columns follow at the end.
    channel : {'all', 'letter', 'mail', 'sms', 'digital_post'}
    purpose, maker : str
        What the list is for, and who makes it: they stand in every row, since files travel.
    contact : str
        Where to withdraw: an address to write to, a telephone number, or a link in which {kode} is the code.
    day : date

    Returns
    -------
    DataFrame
        One row a person, in Danish: how to reach her, her code, the words on how to withdraw, further
        columns, purpose, maker, day.
    """
    held = people[list(_HOLDS[channel])].rename(columns=_HEADINGS)
    further = people.drop(columns=list(_HEADINGS))
    texts = [withdrawal_text(code, contact=contact, short=channel == "sms") for code in people["code"]]
    details = {"Formål": purpose.strip(), "Lavet af": maker.strip(), "Dato": long_date(day)}
    return held.assign(Afmelding=texts).join(further).assign(**details)


def withdrawal_text(code: str, *, contact: str, short: bool = False) -> str:
    """Return the words that tell a citizen how to withdraw, for the letter.

    Parameters
    ----------
    code : str
        Hers, as `borgerlib.contact.register.key.withdrawal_code` gives it.
    contact : str
        See `mailing`.
    short : bool
        For a text message.
    """
    if "{kode}" in contact:
        way = contact.replace("{kode}", code)
        return f"Afmeld: {way}" if short else f"Vil du ikke inviteres mere? Afmeld dig her: {way}"
    if short:
        return f"Afmeld: {contact}, kode {code}"
    return (
        f"Vil du ikke inviteres mere? Skriv eller ring til {contact} og oplys koden {code}. "
        "Du behøver ikke sige hvorfor."
    )
