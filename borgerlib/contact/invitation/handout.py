"""Make the list by the register's rules, as a file that only its owner can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

import pandas as pd

from borgerlib import danish
from borgerlib.contact.invitation.candidates import Candidates
from borgerlib.contact.invitation.mailing import CHANNELS, Channel, ListRequest, mailing
from borgerlib.contact.register.consents import INVITATION
from borgerlib.contact.register.lists.apart import require_apart
from borgerlib.contact.register.lists.file import write_list
from borgerlib.contact.register.lists.make import able_to, make_list, require_enough
from borgerlib.contact.register.store import Register
from borgerlib.interest.store import contact_folder


@dataclass(frozen=True)
class Handout:
    """A finished list: its file, how many are on it, and how many could not be reached in that way."""

    path: Path
    people: int
    unreached: int


def lists_folder(municipality: str) -> Path:
    """Return the folder of a municipality's lists, which only its owner can read; make it if necessary."""
    folder = contact_folder(municipality)
    lists = folder.with_name(f"{folder.name}-lister")
    lists.mkdir(mode=0o700, parents=True, exist_ok=True)
    return lists


def hand_out(
    register: Register,
    candidates: Candidates,
    wanted: ListRequest,
    *,
    day: date,
    among: Iterable[int] | None = None,
    seats: pd.DataFrame | None = None,
) -> Handout:
    """Make a list, log it, and write it.

    Parameters
    ----------
    register : Register
        Open, with the maker as its actor.
    candidates : Candidates
    wanted : ListRequest
    day : date
        Today.
    among : iterable of int, optional
        The people chosen by their answers or drawn by lot; by default everybody.
    seats : DataFrame, optional
        Further columns on those drawn, one row per person: Plads (seat or place as a reserve) and others.

    Raises
    ------
    ParameterError
        Information is missing in `wanted` (in Danish).
    DisclosureError
        As `borgerlib.contact.register.lists.make_list`.
    """
    wanted.require_complete()
    people = make_list(
        register,
        consent=INVITATION,
        purpose=wanted.purpose,
        day=day,
        among=None if among is None else set(among),
        reach=CHANNELS[wanted.channel].reach,
        reachable=_reachable(candidates, wanted.channel),
        by_lot=seats is not None,
    )
    if seats is not None:
        people = people.join(seats).sort_values("Plads", kind="stable", key=_order)
    if wanted.channel == "digital_post":
        people = people.assign(Svarnummer=candidates.responses.reindex(people.index))
    made = mailing(people, wanted, day)
    path = _free_path(lists_folder(candidates.municipality.name), wanted, day)
    write_list(made, path)
    asked = len(candidates.able) if among is None else len(set(among))
    return Handout(path, len(made), asked - len(made))


def require_listable(
    register: Register, candidates: Candidates, wanted: ListRequest, panels: Sequence[set[int]], *, day: date
) -> None:
    """Raise if the list of one of these panels, should it be drawn, would be refused.

    Raises
    ------
    DisclosureError
        As `borgerlib.contact.register.lists.make.make_list`.
    """
    reach, reachable = CHANNELS[wanted.channel].reach, _reachable(candidates, wanted.channel)
    able = able_to(register, INVITATION, day=day, by_answers=True, reach=reach, reachable=reachable)
    chosen = [panel & able for panel in panels]
    require_enough(min(chosen, key=len))
    require_apart(register, chosen, able, consent=INVITATION, by_lot=True)


def _reachable(candidates: Candidates, channel: Channel) -> set[int] | None:
    """Return who can be reached by Digital Post, through the survey's numbers; None for other channels."""
    return set(candidates.responses.dropna().index) if channel == "digital_post" else None


def _order(seats: pd.Series) -> pd.Series:
    """Seats first, then the reserves by their numbers."""
    return seats.astype(str).str.extract(r"(\d+)$", expand=False).fillna("0").astype(int)


def _free_path(folder: Path, wanted: ListRequest, day: date) -> Path:
    called = CHANNELS[wanted.channel].called
    stem = f"{day.isoformat()}-{danish.slug(wanted.purpose)[:40] or 'liste'}-{called}"
    paths = (folder / f"{stem}{f'-{number}' * (number > 1)}{wanted.ending}" for number in count(1))
    return next(path for path in paths if not path.exists())
