"""Small exports of real (that is: not simulated) answers, as a plain CSV and its mapping."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

SEX = {"k": "Kvinde", "m": "Mand", "a": "Andet", "": ""}
HEADING = ("Nr", "Alder", "Køn", "Område", "Emner", "Kommentar", "Mail", "Samtykke", "Sendt")
MAPPING = """\
survey = "borgerinteresse"
[items.svar_id]
columns = ["Nr"]
[items.alder]
columns = ["Alder"]
[items.koen]
columns = ["Køn"]
[items.omraade]
columns = ["Område"]
[items.emner]
columns = ["Emner"]
layout = "joined"
separator = ";"
[items.fritekst]
columns = ["Kommentar"]
[items.kontakt_mail]
columns = ["Mail"]
[items.samtykke]
columns = ["Samtykke"]
[items.afsluttet]
columns = ["Sendt"]
"""


def row(
    number: int,
    age: object,
    sex: str,
    *,
    area: str = "Nord",
    topics: str = "Sundhed og forebyggelse",
    text: str = "",
    mail: str = "",
    consent: str = "Nej",
    sent: str = "2025-12-01 12:00:00",
) -> tuple[str, ...]:
    """Return one answer."""
    return (str(number), str(age), SEX[sex], area, topics, text, mail, consent, sent)


def mixed(count: int = 60) -> list[tuple[str, ...]]:
    """Return answers of people of both sexes and all ages from 15 to 84, in two areas."""
    return [
        row(number, 15 + 13 * number % 70, "km"[number % 2], area=["Nord", "Syd"][number % 3 % 2])
        for number in range(1, count + 1)
    ]


def write_export(folder: Path, rows: Sequence[Sequence[str]]) -> tuple[Path, Path]:
    """Write answers and mapping; return both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    export, mapping = folder / "svar.csv", folder / "svar.mapping.toml"
    with export.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADING, *rows])
    mapping.write_text(MAPPING, encoding="utf-8")
    return export, mapping
