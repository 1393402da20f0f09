"""Histories of consents made up at random, what must come of them, and a process that writes them down."""

import random
import sys
from calendar import TUESDAY, monthcalendar
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from registers import BY_ANSWERS, KEY, filled

from borgerlib.contact.register.consents import covered, withdraw
from borgerlib.contact.register.people import erase, find
from borgerlib.contact.register.store import Register
from borgerlib.errors import DataError

START = date(2026, 1, 1)
PEOPLE = 12


def history(seed, length):
    """Steps of (what, who, which day), the days not falling."""
    generator, day = random.Random(seed), START
    for _ in range(length):
        day += timedelta(days=generator.choice([0, 0, 1, 40]))
        yield generator.choices(["yes", "no", "erase"], [6, 4, 1])[0], generator.randrange(PEOPLE), day


def expected(steps):
    """Who may be invited after these steps, on the last day; worked out from the steps alone."""
    latest, last = {}, START
    for what, person, day in steps:
        last = day
        known = latest.get(person, ("erase", None))[0] != "erase"
        if what == "yes" and latest.get(person) not in (("no", day), ("erase", day)):
            latest[person] = ("yes", day)
        elif what != "yes" and known:
            latest[person] = (what, day)
    return {person for person, (what, day) in latest.items() if what == "yes" and _lasts(day, last)}, last


def _lasts(day, last):
    """Until the end of the year in which the council is elected that comes after it."""
    return last.year <= next(year for year in count(2025, 4) if day < _election(year))


def _election(year):
    tuesdays = [week[TUESDAY] for week in monthcalendar(year, 11) if week[TUESDAY]]
    return date(year, 11, tuesdays[2])


def take(register, number, step):
    """Do one step; every yes comes from answers of its own."""
    what, person, day = step
    if what == "yes":
        filled(register, 1, start=person, survey=f"s{number}", day=day, wording=BY_ANSWERS)
        return
    try:
        found = find(register, f"borger{person}@example.dk")
    except DataError:
        return
    if what == "no":
        withdraw(register, found, day=day)
    else:
        erase(register, found, day=day)


def invited(register, day):
    numbers = covered(register, "invitation", day=day, by_answers=True)
    mails = dict(register.rows("SELECT id, mail FROM person"))
    return {int(mails[number].removeprefix("borger").partition("@")[0]) for number in numbers}


if __name__ == "__main__":
    path, seed, first, length = Path(sys.argv[1]), *map(int, sys.argv[2:])
    with Register(path, KEY) as writing:
        for number, step in enumerate(history(seed, length)):
            if number >= first:
                take(writing, number, step)
                print(number, flush=True)
