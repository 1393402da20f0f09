"""Writes the same eight answers as each platform exports them, so that each must read the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from borgerlib.survey.codebook.load import load_codebook
from borgerlib.survey.codebook.model import Codebook, Item

CODEBOOK = load_codebook("borgerinteresse")


def _person(number: int, **answers: Any) -> dict[str, Any]:
    return {
        "svar_id": str(number),
        "startet": datetime(2025, 11, 20, 8, number, 5),
        "afsluttet": datetime(2025, 11, 20, 8, number + 9, 30),
        **answers,
    }


# What eight citizens answered; an item that is not here was left blank.
PEOPLE = [
    _person(1, alder=34, koen="kvinde", omraade="Næsby", omraadetype="by", emner=["klima_miljoe", "trafik"],
            tid="aarligt", formater=["workshop"], kanaler=["mail", "sms"],
            fritekst="Flere cykelstier, tak; også på Ærøvej", samtykke="ja", kontakt_mail="åse@example.dk",
            kontakt_telefon="12 34 56 78", kontakt_navn="Åse Sørensen"),
    _person(2, alder=71, koen="mand", omraade="Bellinge", omraadetype="land", emner=["intet"],
            tid="ingen_tid", formater=["intet"], kanaler=["intet"], samtykke="nej"),
    _person(3, alder=19, koen="andet", omraade="Næsby", omraadetype="mindre_by",
            emner=["byudvikling", "trafik", "natur"], tid="ved_ikke",
            formater=["borgersamling", "borgerbudget"], kanaler=["opslag"], fritekst='Han sagde: "nej"'),
    _person(4, alder=52, koen="oensker_ikke", tid="uge", emner=["skole_dagtilbud"]),
    _person(5, alder=45, koen="kvinde", omraade="Sanderum", omraadetype="by", formater=["hoering"],
            kanaler=["digital_post"]),
    _person(6, alder=63, koen="mand", omraade="Højby", omraadetype="mindre_by", emner=["aeldre", "sundhed"],
            tid="maaned", formater=["borgermoede", "lokalraad", "frivillig"], kanaler=["lokalavis"],
            samtykke="ja", kontakt_mail="ole@example.dk"),
    _person(7, alder=28, koen="kvinde", omraade="Højby", omraadetype="by", emner=["kultur_fritid"],
            tid="en_gang", formater=["digitalt_moede", "spoergeskema"],
            kanaler=["sociale_medier", "hjemmeside"]),
    _person(8, alder=88, koen="mand", omraade="Bellinge", omraadetype="land",
            emner=["social_handicap", "oekonomi"], tid="kvartal", formater=["opgaveudvalg"],
            kanaler=["mail"], samtykke="nej"),
]  # fmt: skip


def expected(items: Iterable[str], codebook: Codebook = CODEBOOK) -> pd.DataFrame:
    """The frame that reading must give for these items."""
    columns: dict[str, Any] = {}
    for item_id in items:
        item = codebook.item(item_id)
        answers = [person.get(item_id) for person in PEOPLE]
        if item.kind == "multiple":
            for option, column in zip(item.options, item.columns, strict=True):
                chosen = [None if given is None else int(option.id in given) for given in answers]
                columns[column] = pd.array(chosen, dtype="Int8")
        elif item.kind == "single":
            ids = [option.id for option in item.options]
            columns[item_id] = pd.Categorical(answers, categories=ids, ordered=item.ordered)
        else:
            dtype = {"number": "Float64", "date": "datetime64[us]", "text": "string"}[item.kind]
            columns[item_id] = pd.array(answers, dtype=dtype)
    return pd.DataFrame(columns)


def check(frame: pd.DataFrame, items: Iterable[str]) -> None:
    """Assert that a frame holds what the eight people answered to these items."""
    wanted = expected(items)
    found = frame[list(wanted.columns)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, wanted, check_index_type=False)


def text_of(item: Item, option_id: str) -> str:
    return item.option(option_id).text


def joined(item_id: str, separator: str, *, end: str = "") -> list[str]:
    """The chosen texts of each person in one cell."""
    item = CODEBOOK.item(item_id)
    cells = []
    for person in PEOPLE:
        chosen = [text_of(item, option) for option in person.get(item_id, [])]
        cells.append(separator.join(chosen) + end if chosen else "")
    return cells


def answers(item_id: str) -> list[str]:
    """The text that each person chose or wrote; blank where nothing."""
    item = CODEBOOK.item(item_id)
    given = [person.get(item_id, "") for person in PEOPLE]
    return [text_of(item, answer) if item.kind == "single" and answer else str(answer) for answer in given]


def times(item_id: str, pattern: str) -> list[str]:
    return [person[item_id].strftime(pattern) for person in PEOPLE]


def heading(item_id: str) -> str:
    return CODEBOOK.item(item_id).text


def write_csv(
    path: Path,
    rows: Iterable[Sequence[Any]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
    end: str = "\n",
) -> Path:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator=end).writerows(rows)
    path.write_bytes(buffer.getvalue().encode(encoding))
    return path


def write_xlsx(path: Path, sheets: dict[str, Iterable[Sequence[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def transposed(columns: dict[str, Sequence[Any]]) -> list[Sequence[Any]]:
    return [list(columns), *zip(*columns.values(), strict=True)]


def surveyxact_parts(items: Iterable[str]) -> dict[str, list[Sequence[Any]]]:
    """SurveyXact's dataset, labels (no heading) and structure."""
    dataset: dict[str, list[Any]] = {}
    labels: list[Sequence[Any]] = []
    structure: list[Sequence[Any]] = [
        (
            "questionName",
            "variableName",
            "questionType",
            "subType",
            "questionText",
            "choiceValue",
            "choiceText",
        )
    ]
    for number, item_id in enumerate(items, start=1):
        item = CODEBOOK.item(item_id)
        given = [person.get(item_id) for person in PEOPLE]
        if item.kind == "multiple":
            for code, option in enumerate(item.options, start=1):
                variable = f"s_{number}_{code}"
                dataset[variable] = [int(option.id in (answer or [])) for answer in given]
                labels += [(variable, 0, "Ikke valgt"), (variable, 1, "Valgt")]
                structure.append(
                    (f"s_{number}", variable, "Closed", "Multiple", item.text, code, f"{option.text} \n")
                )
            continue
        variable = f"s_{number}"
        if item.kind == "single":
            codes = {option.id: code for code, option in enumerate(item.options, start=1)}
            dataset[variable] = [codes.get(answer, "") for answer in given]
            labels += [(variable, codes[option.id], f"{option.text}  ") for option in item.options]
            structure.append((variable, variable, "Closed", "Single", item.text, "", ""))
        else:
            dataset[variable] = ["" if answer is None else str(answer) for answer in given]
            structure.append((variable, variable, "Open", "String", f"{item.text} ", "", ""))
    return {"dataset": transposed(dataset), "labels": labels, "structure": structure}


Writer = Callable[[Path], Path]
