"""What a register of many people takes of a processor: to enter, to choose from, to list, to erase, to check.

Filter and preview are those of the page that invites, on answers made up for all of the people.

Usage: python -m benchmarks.register [--json] [--people 100000]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from borgerlib.contact.invitation.balance import balance
from borgerlib.contact.invitation.candidates import Candidates
from borgerlib.contact.invitation.overview import overview
from borgerlib.contact.register.consents import Wording, covered
from borgerlib.contact.register.lists.file import write_list
from borgerlib.contact.register.lists.make import make_list
from borgerlib.contact.register.people import enter, erase, find
from borgerlib.contact.register.store import Register
from borgerlib.interest.filters.choices import filterable
from borgerlib.interest.filters.selection import Selection
from borgerlib.population.municipalities import municipality
from borgerlib.population.table import population
from borgerlib.survey.simulation.simulate import simulate_export
from borgerlib.view.citizens.sections import load_sections

DAY = date(2026, 3, 2)
WORDING = Wording("invitation", "1", "Må kommunen kontakte dig?", True)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor's seconds that something takes, and what it gives."""
    begun = time.process_time()
    given = work()
    return time.process_time() - begun, given


def candidates_of(people: int) -> Candidates:
    """Return so many who may be invited, with the answers of simulated citizens."""
    world = simulate_export("Odense", population("Odense"), n=1000, seed=1)
    copy = world.people.sample(people, random_state=1).reset_index(drop=True).assign(weight=1.0)
    told = {"municipality": "Odense", "min_age": 15, "simulated": True, "raked_by": [], "areas": {}}
    copy.attrs.update(told)
    ready = filterable(copy, world.codebook, age_bands=load_sections().age_bands)
    answers = ready.copy.set_axis(range(1, people + 1)).assign(response="1")
    items = {role: item for role, item in ready.items.items() if ready.offer.filter(role) is not None}
    able = frozenset(answers.index)
    return Candidates(municipality("Odense"), able, answers, items, answers["response"], ready.offer)


def measured(people: int, folder: Path) -> dict[str, float]:
    """Return seconds by what is done."""
    numbers = range(people)
    table = pd.DataFrame(
        {
            "name": [f"Borger {number}" for number in numbers],
            "mail": [f"borger{number}@example.dk" for number in numbers],
            "phone": [str(20_000_000 + number) for number in numbers],
            "consent": "Ja",
        }
    )
    found = {}
    candidates = candidates_of(people)
    chosen = Selection({"topics": ("klima_miljoe", "natur"), "time": ("kvartal", "maaned")})
    overview(candidates, Selection()).chart.svg(
        "narrow", framed=False
    )  # the first picture loads the libraries
    with Register(folder / "contact" / "r" / "r.db", "0" * 64, create=True) as register:
        work = {
            "enter all": lambda: enter(register, table, wording=WORDING, survey="s", day=DAY),
            "filter": lambda: candidates.chosen(chosen),
            "filter and preview, picture included": lambda: overview(candidates, chosen).chart.svg(
                "narrow", framed=False
            ),
            "can 99 be drawn so": lambda: balance(candidates, candidates.chosen(chosen), 99).why_not(),
            "who may be invited": lambda: covered(register, "invitation", day=DAY, by_answers=True),
            "list all": lambda: write_list(
                make_list(register, consent="invitation", purpose="Møde", day=DAY), folder / "liste.csv"
            ),
            "list all again, compared with the first": lambda: make_list(
                register, consent="invitation", purpose="Møde", day=DAY
            ),
            "erase one": lambda: erase(register, find(register, "borger7@example.dk"), day=date.today()),
            "check pages and log": register.check,
        }
        for name, job in work.items():
            found[name], _ = timed(job)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(options.people, Path(folder))
    if options.json:
        print(json.dumps({name: round(value, 3) for name, value in found.items()}))
        return
    for name, value in found.items():
        print(f"{name:42} {value:8.3f} s")


if __name__ == "__main__":
    main()
