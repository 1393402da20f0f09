from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest
from survey_exports import (
    CODEBOOK,
    PEOPLE,
    answers,
    check,
    heading,
    joined,
    times,
    transposed,
    write_csv,
    write_xlsx,
)

from borgerlib.survey.readers.read import read_export, read_responses

MULTIPLE = ("emner", "formater", "kanaler")
ASKED = [item.id for item in CODEBOOK if item.id not in ("svar_id", "startet", "afsluttet", "foedselsaar")]


def questions(separator: str, *, end: str = "") -> dict[str, list[str]]:
    return {
        heading(item): joined(item, separator, end=end) if item in MULTIPLE else answers(item)
        for item in ASKED
    }


def google(path: Path, *, encoding: str = "utf-8") -> Path:
    columns = {"Tidsstempel": times("afsluttet", "%d/%m/%Y %H.%M.%S"), **questions(", ")}
    return write_csv(path, transposed(columns), encoding=encoding, end="\r\n")


def microsoft(path: Path, headings: tuple[str, str, str, str, str], *, typed: bool = True) -> Path:
    number, start, end, address, name = headings
    as_time = (
        (lambda item: [person[item] for person in PEOPLE])
        if typed
        else (lambda item: times(item, "%d-%m-%Y %H:%M:%S"))
    )
    columns = {
        number: [int(person["svar_id"]) for person in PEOPLE],
        start: as_time("startet"),
        end: as_time("afsluttet"),
        address: ["anonymous"] * len(PEOPLE),
        name: [""] * len(PEOPLE),
        **questions(";", end=";"),
    }
    return write_xlsx(path, {"Sheet1": transposed(columns)})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_reads_google_forms(tmp_path, encoding):
    # The texts of the options hold commas, and so does the separator.
    assert any(", " in option.text for option in CODEBOOK.item("emner").options)
    responses = read_responses(google(tmp_path / "svar.csv", encoding=encoding), CODEBOOK)
    check(responses.frame, ["afsluttet", *ASKED])
    assert responses.source.vendor == "Google Forms"
    assert responses.problems.empty
    assert responses.absent == ("svar_id", "startet", "foedselsaar")


def test_google_times_have_the_day_first(tmp_path):
    rows = [
        ["Tidsstempel", "Køn", "Alder"],
        ["03/05/2024 9.01.28", "Mand", "20"],
        ["27/05/2024 12.01", "", ""],
    ]
    export = read_export(write_csv(tmp_path / "x.csv", rows))
    assert export.column("Tidsstempel").role == "submitted"


@pytest.mark.parametrize(
    "headings",
    [
        ("ID", "Start time", "Completion time", "Email", "Name"),
        ("Id", "Starttidspunkt", "Fuldførelsestidspunkt", "Mail", "Navn"),
    ],
)
@pytest.mark.parametrize("typed", [True, False], ids=["times typed", "times as text"])
def test_reads_microsoft_forms_in_any_language(tmp_path, headings, typed):
    responses = read_responses(microsoft(tmp_path / "x.xlsx", headings, typed=typed), CODEBOOK)
    check(responses.frame, ["svar_id", "startet", "afsluttet", *ASKED])
    assert responses.source.vendor == "Microsoft Forms"
    assert responses.problems.empty


def test_the_signed_in_account_of_microsoft_forms_is_no_contact_detail(tmp_path):
    columns = {
        "ID": [1, 2],
        "Start time": [datetime(2025, 1, 1, 8), datetime(2025, 1, 1, 9)],
        "Completion time": [datetime(2025, 1, 1, 8, 5), datetime(2025, 1, 1, 9, 5)],
        "E-mail": ["medarbejder@example.dk", "anonymous"],
        "Navn": ["En medarbejder", ""],
        "Hvad er dit køn?": ["Mand", "Kvinde"],
        "Hvor gammel er du?": [40, 50],
        heading("emner"): ["Klima og miljø;", "Sundhed og forebyggelse;"],
    }
    responses = read_responses(write_xlsx(tmp_path / "x.xlsx", {"Ark": transposed(columns)}), CODEBOOK)
    assert responses.frame["kontakt_mail"].isna().all()
    assert responses.frame["kontakt_navn"].isna().all()


def go_vocal(path: Path, **changed: list[str]) -> Path:
    ids = [str(UUID(int=person_number, version=4)) for person_number in range(1, len(PEOPLE) + 1)]
    authors = [str(UUID(int=1000 + person_number, version=4)) for person_number in range(1, len(PEOPLE) + 1)]
    items = [item for item in ASKED if item not in ("alder", "koen")]
    columns = {
        "ID": ids,
        **{heading(i): joined(i, ";") if i in MULTIPLE else answers(i) for i in items},
        "Author name": ["Anonym"] * len(PEOPLE),
        "Author email": [""] * len(PEOPLE),
        "Author ID": authors,
        "Published at": [person["afsluttet"] for person in PEOPLE],
        "Project": ["Nærdemokrati"] * len(PEOPLE),
        "Køn": answers("koen"),
        "Fødselsår": [2025 - person["alder"] for person in PEOPLE],
        **changed,
    }
    return write_xlsx(path, {"Besvarelser": transposed(columns)})


def test_reads_go_vocal(tmp_path):
    responses = read_responses(go_vocal(tmp_path / "x.xlsx"), CODEBOOK)
    check(responses.frame, ["afsluttet", "koen", *[item for item in ASKED if item != "alder"]])
    assert responses.source.vendor == "Go Vocal"
    # 2025 − 34 = 1991 for the first of the eight, 2025 − 88 = 1937 for the last.
    assert responses.frame["foedselsaar"].iloc[[0, 7]].tolist() == [1991, 1937]
    assert responses.frame["svar_id"].is_unique


def test_go_vocal_escapes_are_undone(tmp_path):
    texts = ["'=2+2", "'+1 fra mig", "'- et punkt", "'@kommunen", "'citat'", "", "ok", "''"]
    responses = read_responses(go_vocal(tmp_path / "x.xlsx", **{heading("fritekst"): texts}), CODEBOOK)
    assert responses.frame["fritekst"].tolist()[:5] == [
        "=2+2",
        "+1 fra mig",
        "- et punkt",
        "@kommunen",
        "'citat'",
    ]
    assert responses.problems.empty
