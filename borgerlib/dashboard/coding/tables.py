"""Danish tables of the coding: whether coders agree, and how often each code was given."""

from __future__ import annotations

import pandas as pd

from borgerlib import danish
from borgerlib.danish import SIMULATED
from borgerlib.statistics.disclosure.gate import disclose
from borgerlib.statistics.estimation.proportions import estimate_proportions
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.codebook.open_answers.coding_frame import CodingFrame
from borgerlib.view.tables.html import Table, estimates_table, public_table

_RELIABLE = {"yes": "ja", "tentative": "foreløbigt", "no": "nej", "": "kan ikke siges"}


def agreement_table(agreement: pd.DataFrame, frame: CodingFrame, *, simulated: bool) -> Table:
    """Return `coding_agreement` as a table: Krippendorff's alpha by code, and whether to rely on it."""
    texts = {"": "Alle koder"} | {code.id: code.text for code in frame.codes}
    rows = pd.DataFrame(
        {
            "code": agreement["code"].map(texts),
            "n": agreement["n"],
            "alpha": agreement["alpha"].map(_number),
            "interval": agreement["ci_lower"].map(_number) + " til " + agreement["ci_upper"].map(_number),
            "reliable": agreement["reliable"].map(_RELIABLE),
        }
    )
    return public_table(
        rows,
        caption=f"{_mark(simulated)}Koder de ens?",
        columns={
            "code": "Kode",
            "n": "Svar, to har kodet",
            "alpha": "Alfa",
            "interval": "95 pct. usikkerhed",
            "reliable": "Til at stole på",
        },
        note="Ja: den nedre grænse er mindst 0,8; foreløbigt: mindst to tredjedele (Krippendorff 2019).",
    )


def shares_table(coded: pd.DataFrame, frame: CodingFrame, *, simulated: bool) -> Table:
    """Return the share of answers that were given each code, with small counts hidden."""
    shown = disclose(
        estimate_proportions(coded, frame.id),
        base="svar, der er færdigt kodet",
        source="Åbne svar, kodet.",
        simulated=simulated,
        codebook=Codebook(frame.id, frame.question, (frame.item,), {}),
    )
    return estimates_table(shown)


def _number(value: float) -> str:
    return "–" if pd.isna(value) else danish.number(value, decimals=2)


def _mark(simulated: bool) -> str:
    return f"{SIMULATED}: " if simulated else ""
