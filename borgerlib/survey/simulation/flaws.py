"""Put flaws of real exports into simulated responses, so that cleaning has known counts to find."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.simulation.people import Simulation, asked_items, contact_kind, item_with_role

# No real mail domain can end with this (RFC 2606).
MAIL_DOMAIN = "simuleret.invalid"
ADDED = ("duplicate_id", "duplicate_contact", "below_age_limit")
_IMPOSSIBLE_AGES = (-4, 130, 199, 999)
_CONTROL_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)

Frame = pd.DataFrame
Rows = np.ndarray


def spoil(frame: Frame, world: Simulation, random: np.random.Generator) -> tuple[Frame, dict[str, int], Rows]:
    """Give each flaw to different responses.

    Returns
    -------
    frame : DataFrame
        The responses with flaws; their number is unchanged.
    counts : dict of str to int
        How many responses got each flaw.
    untouched : ndarray
        Positions of complete responses without a flaw.
    """
    codebook, rates, year = world.codebook, world.assumptions["flaws"], world.reference_date.year
    alone = (
        [f"{item.id}__{option.id}" for option in item.options if option.exclusive]
        for item in asked_items(codebook)
    )
    exclusive = next(filter(None, alone), [])
    age, area = (item_with_role(codebook, role).id for role in ("age", "area"))
    # Flaw → the columns, and a function from the affected responses to the columns' new values.
    flaws: dict[str, tuple[list[str], Callable[[Frame], object]]] = {
        "no_answer": (_answers(codebook), lambda some: None),
        "impossible_age": ([age], lambda some: random.choice(_IMPOSSIBLE_AGES, size=len(some))),
        "birth_year_as_age": ([age], lambda some: year - some[age].to_numpy(dtype=int)),
        "whitespace": ([area], lambda some: (some[area] + "  ").to_numpy()),
    }
    if exclusive:
        flaws["exclusive_option"] = exclusive[:1], lambda some: 1
    if text := codebook.with_role("free_text"):
        told = "SIMULERET: Ring til mig, mit nummer er {}."
        flaws["cpr"] = [text.id], lambda some: [told.format(_made_up_cpr(random)) for _ in some.index]
    if (started := codebook.with_role("started")) and (submitted := codebook.with_role("submitted")):
        begun = started.id
        flaws["speeding"] = [submitted.id], lambda some: _hurried(some[begun], random)
    left = random.permutation(np.flatnonzero(_is_complete(frame, codebook, exclusive)))
    counts = {name: min(round(len(frame) * rates[name]), len(left) // (len(flaws) + 1)) for name in flaws}
    for name, (columns, made) in flaws.items():
        rows, left = left[: counts[name]], left[counts[name] :]
        for column in columns:
            frame = _put(frame, rows, column, made(frame.iloc[rows]))
    return frame, counts, left


def add_rows(
    frame: Frame, world: Simulation, added: Mapping[str, int], untouched: Rows, random: np.random.Generator
) -> Frame:
    """Add the responses that should not be there: the same person again, and people below the age limit."""
    codebook, age_limit = world.codebook, world.age_limit
    parts = dict(zip(ADDED, np.split(untouched, np.cumsum([added[name] for name in ADDED])), strict=False))
    frame = _give_contact(frame, parts["duplicate_contact"], codebook)
    again = _less_complete(frame.iloc[parts["duplicate_id"]], codebook)
    elsewhere = _less_complete(frame.iloc[parts["duplicate_contact"]], codebook)
    elsewhere = _renumber(elsewhere, codebook, "SIM-IGEN-")
    contacts = [item.id for item in codebook if item.role == "contact"]
    elsewhere = elsewhere.assign(**{name: elsewhere[name].str.upper() for name in contacts})
    young = _renumber(frame.iloc[parts["below_age_limit"]], codebook, "SIM-UNG-")
    ages = random.integers(max(age_limit - 6, 0), age_limit, size=len(young))
    young = young.assign(
        **{name: _blank(young[name]) for name in (*contacts, item_with_role(codebook, "consent").id)},
        **{item_with_role(codebook, "age").id: pd.array(ages, dtype="Int64")},
    )
    return pd.concat([frame, again, elsewhere, young], ignore_index=True)


def _is_complete(frame: Frame, codebook: Codebook, exclusive: list[str]) -> np.ndarray:
    names = [item.columns[0] for item in asked_items(codebook)] + [item_with_role(codebook, "area").id]
    alone = frame[exclusive].eq(1).any(axis=1).to_numpy(dtype=bool)
    return np.asarray(frame[names].notna().all(axis=1).to_numpy() & ~alone)


def _put(frame: Frame, rows: Rows, column: str, values: object) -> Frame:
    new = frame[column].copy()
    new.iloc[rows] = values
    return frame.assign(**{column: new})


def _answers(codebook: Codebook) -> list[str]:
    silent = {"free_text", "contact", "consent"}
    items = asked_items(codebook) + [item for item in codebook if item.role in silent]
    return [name for item in items for name in item.columns]


def _blank(column: pd.Series) -> pd.Series:
    return column.mask(np.ones(len(column), dtype=bool))


def _made_up_cpr(random: np.random.Generator) -> str:
    """Return a number with an existing date and a control digit that nobody born then can have.

    Numbers without a valid control digit are only issued to people born later than these years (1930-1959).
    """
    day, month, year = random.integers(2, 29), random.integers(1, 13), random.integers(30, 60)
    while True:
        digits = f"{day:02d}{month:02d}{year:02d}{random.integers(0, 4000):04d}"
        control = sum(weight * int(digit) for weight, digit in zip(_CONTROL_WEIGHTS, digits, strict=True))
        if control % 11:
            return f"{digits[:6]}-{digits[6:]}"


def _hurried(started: pd.Series, random: np.random.Generator) -> np.ndarray:
    return (started + pd.to_timedelta(random.integers(15, 60, size=len(started)), unit="s")).to_numpy()


def _less_complete(frame: Frame, codebook: Codebook) -> Frame:
    """Return responses without the last question, so that the earlier, complete ones are kept."""
    return frame.assign(**{name: _blank(frame[name]) for name in asked_items(codebook)[-1].columns})


def _give_contact(frame: Frame, rows: Rows, codebook: Codebook) -> Frame:
    """Give responses a contact address and consent, so that duplicates can be recognised by it."""
    consent = item_with_role(codebook, "consent").id
    mail = next(item.id for item in codebook if item.role == "contact" and contact_kind(item) == "mail")
    frame = _put(frame, rows, consent, "ja")
    return _put(frame, rows, mail, [f"igen{row:06d}@{MAIL_DOMAIN}" for row in rows])


def _renumber(frame: Frame, codebook: Codebook, prefix: str) -> Frame:
    ids = [f"{prefix}{number:06d}" for number in range(1, len(frame) + 1)]
    return frame.assign(**{item_with_role(codebook, "id").id: pd.array(ids, dtype="string")})
