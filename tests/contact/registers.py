"""A register to fill: its place, its key, and people made up."""

from datetime import date

import pandas as pd

from borgerlib.contact.register.consents import Wording
from borgerlib.contact.register.people import enter
from borgerlib.contact.register.store import Register

KEY = "0123456789abcdef" * 4
DAY = date(2026, 3, 2)
PLAIN = Wording("invitation", "2026-1", "Må kommunen kontakte dig?", False)
BY_ANSWERS = Wording("invitation", "2026-2", "Må kommunen kontakte dig ud fra dine svar?", True)


def new_register(folder):
    return Register(folder / "data" / "contact" / "register" / "samtykker.db", KEY, create=True, actor="Åse")


def made_up_people(count, *, start=0):
    numbers = range(start, start + count)
    return pd.DataFrame(
        {
            "name": [f"Borger {n}" for n in numbers],
            "mail": [f"borger{n}@example.dk" for n in numbers],
            "phone": [f"{20000000 + n}" for n in numbers],
            "consent": "Ja",
        },
        index=list(numbers),
    )


def filled(register, count=20, *, wording=BY_ANSWERS, day=DAY, start=0, survey="s"):
    return enter(register, made_up_people(count, start=start), wording=wording, survey=survey, day=day)
