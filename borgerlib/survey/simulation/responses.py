"""The simulated export: who of the population responds, with the flaws of real exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pandas as pd

from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.responses import dtype_of
from borgerlib.survey.simulation.people import Simulation, asked_items, contact_kind, item_with_role

# No real mail domain can end with this (RFC 2606).
MAIL_DOMAIN = "simuleret.invalid"
ADDED = ("duplicate_id", "duplicate_contact", "below_age_limit")
_IMPOSSIBLE_AGES = (-4, 130, 199, 999)
_CONTROL_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
# No real number: Danish telephone numbers begin with 2 to 9.
PHONE_PREFIX = "10"
FIRST_ROW = 2
SURVEY_DAYS = 21
MEDIAN_SECONDS = 340
_TEXTS = (
    "SIMULERET: Hold møderne tættere på, hvor vi bor.",
    "SIMULERET: Fortæl os, hvad der blev ud af forslagene.",
    "SIMULERET: Skriv kortere og i god tid.",
    "SIMULERET: Jeg arbejder om aftenen, så gerne noget om dagen eller på nettet.",
)

Frame = pd.DataFrame
Rows = np.ndarray


def respond(world: Simulation, *, n: int, random: np.random.Generator) -> tuple[pd.DataFrame, dict[str, int]]:
    """Let people respond, and spoil some of the responses.

    Each flaw is given to different responses, so that cleaning must find exactly the returned counts.

    Parameters
    ----------
    world : Simulation
        Who may respond, and the share of the responses with each flaw.
    n : int
        Rows of the export.
    random : Generator

    Returns
    -------
    responses : DataFrame
        Columns as the codebook's items; index 'row' from 2.
    flaws : dict of str to int
        Number of responses with each flaw.
    """
    codebook, rates = world.codebook, world.assumptions["flaws"]
    added = {name: round(n * rates[name]) for name in ADDED}
    distinct = n - sum(added.values())
    # Take the smallest exponential waiting times: a sample without replacement, by propensity.
    waiting = random.exponential(size=len(world.people)) / world.propensity
    # Sorted, because the order depends on the processor, and a seed must give the same result everywhere.
    who = np.sort(np.argpartition(waiting, distinct - 1)[:distinct])
    frame = world.people.iloc[random.permutation(who)].reset_index(drop=True)
    frame = _leave_out(frame, codebook, rates, random)
    frame = frame.assign(**_technical(codebook, distinct, world.reference_date, random))
    frame = frame.assign(**_contact(codebook, distinct, rates["consent"], random))
    frame = frame.assign(**_free_text(codebook, distinct, random))
    frame, flaws, untouched = _spoil(frame, world, random)
    frame = _add_rows(frame, world, added, untouched, random)
    frame = frame.iloc[random.permutation(len(frame))]
    frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame), name="row")
    age = item_with_role(codebook, "age").id
    frame = frame.assign(**_absent(frame, codebook), **{age: frame[age].astype("Float64")})
    return frame[[name for item in codebook for name in item.columns]], flaws | added


def _leave_out(
    frame: pd.DataFrame, codebook: Codebook, rates: Mapping[str, float], random: np.random.Generator
) -> pd.DataFrame:
    """Leave single questions unanswered, never all of them, and let some withhold their sex."""
    items = asked_items(codebook)
    left_out = random.random((len(frame), len(items))) < rates["item_nonresponse"]
    left_out[left_out.all(axis=1)] = False
    new = {
        name: frame[name].mask(left_out[:, number])
        for number, item in enumerate(items)
        for name in item.columns
    }
    area, sex = item_with_role(codebook, "area").id, item_with_role(codebook, "sex")
    new[area] = frame[area].mask(random.random(len(frame)) < rates["item_nonresponse"])
    withheld = next((option.id for option in sex.options if option.missing), None)
    new[sex.id] = frame[sex.id].mask(random.random(len(frame)) < rates["sex_withheld"], withheld)
    return frame.assign(**new)


def _technical(
    codebook: Codebook, rows: int, first_day: date, random: np.random.Generator
) -> dict[str, pd.Series]:
    started = pd.Series(
        np.datetime64(first_day, "s") + random.integers(SURVEY_DAYS * 86_400, size=rows)
    ).astype("datetime64[us]")
    # Ordinary respondents stay above a third of the median, so that only simulated speeding is found.
    seconds = np.maximum(MEDIAN_SECONDS * np.exp(0.35 * random.standard_normal(rows)), 0.4 * MEDIAN_SECONDS)
    columns = {
        "id": pd.Series(_numbered("SIM-", np.arange(1, rows + 1)), dtype="string"),
        "started": started,
        "submitted": started + pd.to_timedelta(np.round(seconds), unit="s"),
    }
    return {item.id: columns[item.role] for item in codebook if item.role in columns}


def _contact(
    codebook: Codebook, rows: int, consent: float, random: np.random.Generator
) -> dict[str, pd.Series]:
    """Return consent and, for those who gave it, an address that cannot exist."""
    given = random.random(rows) < consent
    by_mail = random.random(rows) < 0.8
    number = random.permutation(rows)
    ways = {
        "mail": (given & by_mail, _numbered("svarperson", number, f"@{MAIL_DOMAIN}")),
        "phone": (given & ~by_mail, _numbered(PHONE_PREFIX, number)),
        "name": (given, _numbered("Simuleret Person ", number)),
    }
    columns = {}
    for item in codebook:
        if item.role == "consent":
            said = pd.Categorical(np.where(given, "ja", "nej"), [option.id for option in item.options])
            columns[item.id] = pd.Series(said)
        elif item.role == "contact":
            told, texts = ways[contact_kind(item)]
            columns[item.id] = pd.Series(texts, dtype="string").where(told)
    return columns


def _numbered(before: str, numbers: np.ndarray, after: str = "") -> list[str]:
    return [f"{before}{number:06d}{after}" for number in numbers.tolist()]


def _free_text(codebook: Codebook, rows: int, random: np.random.Generator) -> dict[str, pd.Series]:
    item = codebook.with_role("free_text")
    if item is None:
        return {}
    texts = pd.Series(random.choice(np.array(_TEXTS, dtype=object), rows), dtype="string")
    return {item.id: texts.where(random.random(rows) < 0.1)}


def _absent(frame: pd.DataFrame, codebook: Codebook) -> dict[str, pd.Series]:
    """Return the columns of items that this survey did not ask, all missing, with their types."""
    return {
        name: pd.Series(pd.NA, index=frame.index, dtype=object).astype(dtype_of(item))
        for item in codebook
        for name in item.columns
        if name not in frame
    }


def _spoil(
    frame: Frame, world: Simulation, random: np.random.Generator
) -> tuple[Frame, dict[str, int], Rows]:
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


def _add_rows(
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
