"""The simulated export: who of the population responds, with the flaws of real exports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.responses import dtype_of
from borgerlib.survey.simulation.flaws import ADDED, MAIL_DOMAIN, add_rows, spoil
from borgerlib.survey.simulation.people import Simulation, asked_items, contact_kind, item_with_role

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
    frame, flaws, untouched = spoil(frame, world, random)
    frame = add_rows(frame, world, added, untouched, random)
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
