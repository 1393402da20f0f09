"""A simulation as files: a SurveyXact export, marked as SIMULEREDE DATA."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from borgerlib.danish import SIMULATED
from borgerlib.survey.codebook.model import Codebook, Item
from borgerlib.survey.readers.surveyxact import STRUCTURE
from borgerlib.survey.simulation.people import Simulation, item_with_role

PREFIX = SIMULATED.replace(" ", "_")
TRUTH = "sandhed.json"
ENCODING = "cp1252"
MARKER = "simuleret"
"""The column that marks simulated answers."""
_NOTICE = f"{SIMULATED}: intet svar er afgivet af en rigtig person"
_SUBTYPES = {"single": "Single", "multiple": "Multiple", "number": "Number", "date": "Date", "text": "String"}


def write_surveyxact(simulation: Simulation, folder: Path) -> None:
    """Write a simulation as SurveyXact exports a survey, together with the truth.

    The files use semicolons and Windows-1252: dataset (codes), labels (texts of the codes) and structure
    (questions). Every file name begins with SIMULEREDE_DATA, and the dataset has a column `simuleret`. A
    folder SIMULEREDE_DATA next to them marks the export, and contains the truth, the seed and the number of
    flaws (sandhed.json), and the population by district and by kind of place, for weighting.

    Parameters
    ----------
    simulation : Simulation
    folder : Path
        Made if it does not exist.
    """
    aside = folder / PREFIX
    aside.mkdir(parents=True, exist_ok=True)
    items = [
        item for item in simulation.codebook if simulation.responses[item.columns].notna().any(axis=None)
    ]
    variables = _variables(items, simulation.codebook)
    _write(folder / f"{PREFIX}_dataset.csv", _dataset(simulation.responses, items, variables))
    _write(folder / f"{PREFIX}_labels.csv", _labels(items, variables))
    _write(folder / f"{PREFIX}_structure.csv", _structure(items, variables))
    (aside / TRUTH).write_text(_truth(simulation), encoding="utf-8")
    for role in ("area", "area_type"):
        column = simulation.people[item_with_role(simulation.codebook, role).id]
        _write(aside / f"befolkning_{column.name}.csv", _population(column))


def is_simulated(path: Path) -> bool:
    """Return True if a file or folder is marked as simulated, by its name or by the folder next to it."""
    folder = path if path.is_dir() else path.parent
    named = path.name.startswith(PREFIX) or folder.name.startswith(PREFIX)
    return named or (folder / PREFIX / TRUTH).is_file()


def population_files(folder: Path) -> list[Path]:
    """Return the files of the population by district and by kind of place next to a simulated export."""
    return sorted((folder / PREFIX).glob("befolkning_*.csv"))


def _variables(items: Sequence[Item], codebook: Codebook) -> dict[str, str]:
    """Return SurveyXact's name of each column: s_4, or s_4_1, s_4_2 … for the choices of a question."""
    numbers = {item.id: number for number, item in enumerate(codebook, start=1)}
    variables = {}
    for item in items:
        for number, column in enumerate(item.columns, start=1):
            suffix = f"_{number}" if item.kind == "multiple" else ""
            variables[column] = f"s_{numbers[item.id]}{suffix}"
    return variables


def _dataset(
    responses: pd.DataFrame, items: Sequence[Item], variables: dict[str, str]
) -> Iterable[Sequence[str]]:
    columns = [_codes(responses[column], item) for item in items for column in item.columns]
    yield [*(variables[column] for item in items for column in item.columns), MARKER]
    for values in zip(*columns, strict=True):
        yield [*values, "1"]


def _codes(column: pd.Series, item: Item) -> list[str]:
    """Return a column as SurveyXact writes it: codes from 1, times with the day first, '' for no answer."""
    if item.kind == "single":
        codes = column.cat.codes
        return [str(code + 1) if code >= 0 else "" for code in codes.tolist()]
    if item.kind == "date":
        return [str(text) for text in column.dt.strftime("%d-%m-%Y %H:%M:%S").fillna("")]
    if item.kind == "number":
        numbers = column.astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
        return ["" if number != number else f"{number:.15g}".replace(".", ",") for number in numbers.tolist()]
    return column.astype("string").fillna("").tolist()


def _labels(items: Sequence[Item], variables: dict[str, str]) -> Iterable[Sequence[str]]:
    for item in items:
        if item.kind == "single":
            for code, option in enumerate(item.options, start=1):
                yield variables[item.id], str(code), option.text
        elif item.kind == "multiple":
            for column in item.columns:
                yield variables[column], "0", "Ikke valgt"
                yield variables[column], "1", "Valgt"
    yield MARKER, "1", SIMULATED


def _structure(items: Sequence[Item], variables: dict[str, str]) -> Iterable[Sequence[str]]:
    yield STRUCTURE
    for item in items:
        kind = "Closed" if item.options else "Open"
        question = variables[item.columns[0]].removesuffix("_1") if item.kind == "multiple" else ""
        for number, column in enumerate(item.columns, start=1):
            choice = (str(number), item.options[number - 1].text) if item.kind == "multiple" else ("", "")
            variable = variables[column]
            yield question or variable, variable, kind, _SUBTYPES[item.kind], item.text, *choice
    yield MARKER, MARKER, "Closed", "Single", _NOTICE, "", ""


def _population(column: pd.Series) -> Iterable[Sequence[str]]:
    yield str(column.name), "antal"
    for level, people in column.value_counts().sort_index().items():
        yield str(level), str(people)


def _truth(simulation: Simulation) -> str:
    content = {
        "simulated": True,
        "notice": _NOTICE,
        "municipality": simulation.municipality,
        "survey": simulation.codebook.id,
        "title": f"{SIMULATED}: {simulation.codebook.title}",
        "seed": simulation.seed,
        "rows": len(simulation.responses),
        "people": len(simulation.people),
        "reference_date": simulation.reference_date.isoformat(),
        "flaws": dict(simulation.flaws),
        "truth": simulation.truth.to_dict(orient="records"),
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding=ENCODING, newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
