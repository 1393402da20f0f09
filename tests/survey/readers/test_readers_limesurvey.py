from __future__ import annotations

from pathlib import Path

import pytest
from survey_exports import CODEBOOK, PEOPLE, check, heading, times, transposed, write_csv

from borgerlib.errors import DataError
from borgerlib.survey.codebook.model import Item
from borgerlib.survey.importing.questions import questions
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.mapping.suggestion import suggest_mapping
from borgerlib.survey.readers.read import read_export, read_responses

ASKED = [item for item in CODEBOOK if item.id not in ("svar_id", "startet", "afsluttet", "foedselsaar")]
SYSTEM_CODES = ("id", "submitdate", "lastpage", "startlanguage", "seed")
SYSTEM_TEXTS = ("Svar-ID", "Dato for indsendelse", "Sidste side", "Startsprog", "Seed")


def head(style: str, number: int, item: Item, choice: tuple[str, str] | None) -> str:
    """Head a column as LimeSurvey does; `choice` is (code, text) of a subquestion."""
    code = f"Q{number}" + (f"[{choice[0]}]" if choice else "")
    text = item.text + (f" [{choice[1]}]" if choice else "")
    cut = f"{item.text[:15]}.. " + (f" [{choice[1][:15]}.. ]" if choice else "")
    return {"code": code, "full": text, "both": f"{code}. {text}", "abbreviated": cut}[style]


def limesurvey(path: Path, *, style: str, by_code: bool, codes_are_ids: bool = False) -> Path:
    system = SYSTEM_CODES if style in ("code", "both") else SYSTEM_TEXTS
    columns: dict[str, list[str]] = dict(
        zip(
            system,
            [
                [person["svar_id"] for person in PEOPLE],
                times("afsluttet", "%Y-%m-%d %H:%M:%S"),
                ["5"] * len(PEOPLE),
                ["da"] * len(PEOPLE),
                [str(1_000_000_007 + 13 * number) for number in range(len(PEOPLE))],
            ],
            strict=True,
        )
    )
    for number, item in enumerate(ASKED, start=1):
        given = [person.get(item.id) for person in PEOPLE]
        if item.kind == "multiple":
            for at, option in enumerate(item.options, start=1):
                code = option.id if codes_are_ids else f"SQ{at:03d}"
                ticked = [answer is not None and option.id in answer for answer in given]
                if by_code:
                    cells = ["Y" if tick else "" for tick in ticked]
                else:
                    cells = [
                        "N/A" if answer is None else "Ja" if tick else "Nej"
                        for answer, tick in zip(given, ticked, strict=True)
                    ]
                columns[head(style, number, item, (code, option.text))] = cells
        elif item.kind == "single":
            ids = [option.id for option in item.options]
            texts = {
                option.id: (
                    f"AO{ids.index(option.id) + 1:02d}" if by_code and not codes_are_ids else option.text
                )
                for option in item.options
            }
            if codes_are_ids:
                texts = {option_id: option_id for option_id in ids}
            columns[head(style, number, item, None)] = [texts.get(answer or "", "") for answer in given]
        else:
            columns[head(style, number, item, None)] = [
                "" if answer is None else str(answer) for answer in given
            ]
    return write_csv(path, transposed(columns))


ITEMS = ["svar_id", "afsluttet", *[item.id for item in ASKED]]


@pytest.mark.long
@pytest.mark.parametrize("style", ["full", "both"])
@pytest.mark.parametrize("by_code", [False, True], ids=["answers by text", "ticks as Y"])
def test_reads_headings_by_full_text(tmp_path, style, by_code):
    path = limesurvey(tmp_path / "x.csv", style=style, by_code=False)
    if by_code:
        path.write_text(path.read_text().replace(",Ja", ",Y").replace(",Nej", ",").replace("N/A", ""))
    responses = read_responses(path, CODEBOOK)
    # The same words answer the consent question, whose 'Nej' went blank with the ticks.
    check(responses.frame, [item for item in ITEMS if not (by_code and item == "samtykke")])
    assert responses.source.vendor == "LimeSurvey"
    assert responses.problems.empty


def test_codes_that_are_the_codebooks_ids_need_no_mapping_for_choices(tmp_path):
    path = limesurvey(tmp_path / "x.csv", style="code", by_code=True, codes_are_ids=True)
    suggestion = suggest_mapping(read_export(path), CODEBOOK)
    entries = {
        item.id: ItemMapping(item.id, (f"Q{number}",))
        for number, item in enumerate(ASKED, start=1)
        if item.kind != "multiple"
    }
    found = {item.id: suggestion.mapping.item(item.id) for item in ASKED if item.kind == "multiple"}
    found = {item_id: entry for item_id, entry in found.items() if entry is not None}
    assert set(found) == {"emner", "formater", "kanaler"}
    mapping = Mapping(CODEBOOK.id, (*entries.values(), *found.values()))
    check(read_responses(path, CODEBOOK, mapping=mapping).frame, [item.id for item in ASKED])


def test_bare_codes_ask_for_a_mapping(tmp_path):
    path = limesurvey(tmp_path / "x.csv", style="code", by_code=True)
    with pytest.raises(DataError, match="not recognised beyond doubt"):
        read_responses(path, CODEBOOK)


def test_abbreviated_headings_find_the_options_that_they_begin(tmp_path):
    path = limesurvey(tmp_path / "x.csv", style="abbreviated", by_code=False)
    export = read_export(path)
    assert export.source.vendor == "LimeSurvey"
    entry = suggest_mapping(export, CODEBOOK).mapping.item("formater")
    assert entry is not None
    wanted = {option.id for option in CODEBOOK.item("formater").options}
    assert set(entry.options.values()) == wanted


def test_a_question_that_was_not_shown_is_missing_and_one_without_ticks_too(tmp_path):
    columns = {
        "id": ["1", "2", "3"],
        "submitdate": ["2025-11-20 10:00:00", "", "2025-11-20 11:00:00"],
        "lastpage": ["3", "1", "3"],
        "startlanguage": ["da", "da", "da"],
        "Q1[mail]": ["Y", "", ""],
        "Q1[sms]": ["", "N/A", ""],
    }
    mapping = Mapping(
        CODEBOOK.id,
        (
            ItemMapping(
                "kanaler", ("Q1[mail]", "Q1[sms]"), "indicators", {"Q1[mail]": "mail", "Q1[sms]": "sms"}
            ),
        ),
    )
    frame = read_responses(
        write_csv(tmp_path / "x.csv", transposed(columns)), CODEBOOK, mapping=mapping
    ).frame
    assert frame["kanaler__mail"].tolist()[0] == 1
    assert frame["kanaler__sms"].tolist()[0] == 0
    assert frame.iloc[1:][["kanaler__mail", "kanaler__sms"]].isna().all(axis=None)
    # Options for which the export has no column were not offered: missing for everybody.
    assert frame["kanaler__lokalavis"].isna().all()


def test_an_export_that_a_danish_spreadsheet_has_saved_is_still_known(tmp_path):
    columns = {
        "Svar-ID": ["1", "2", "3"],
        "Dato indsendt": ["20-11-2025 10:00", "", "21-11-2025 11:00"],
        "Sidste side": ["3", "1", "3"],
        "Startsprog": ["da", "da", "da"],
        "Startdato": ["20-11-2025 09:50", "20-11-2025 09:55", "21-11-2025 10:50"],
        "Hvad er dit køn?": ["Kvinde", "Mand", "Kvinde"],
    }
    export = read_export(write_csv(tmp_path / "x.csv", transposed(columns), delimiter=";"))
    assert export.source.vendor == "LimeSurvey"
    assert [column.role for column in export.columns] == [
        "id",
        "submitted",
        "platform",
        "platform",
        "started",
        "",
    ]
    assert "1 of 3 answers were not finished: they count as far as they go" in export.source.notes


def test_a_heading_with_a_mark_for_html_is_matched_by_its_text(tmp_path):
    columns = {
        "id": ["1", "2"],
        "submitdate": ["2025-11-20 10:00:00", "2025-11-20 10:05:00"],
        "lastpage": ["3", "3"],
        "startlanguage": ["da", "da"],
        f"Q1. {heading('koen')}": ["Mand", "Kvinde"],
        f"Q2. {heading('alder')}": ["30", "40"],
        f"Q3[SQ001]. {heading('emner')} [Klima og miljø]": ["Y", ""],
        f"Q3[SQ002]. {heading('emner')} [Sundhed og forebyggelse]": ["", "Y"],
    }
    responses = read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), CODEBOOK)
    assert responses.frame["emner__sundhed"].tolist() == [0, 1]
    assert responses.source.notes[0].startswith("item 'emner': the export has no column for skole_dagtilbud")


@pytest.mark.parametrize("other", ["SQ003", "other"])
def test_comments_beside_options_are_no_options_of_the_question(tmp_path, other):
    codes = ["SQ001", "SQ001comment", "SQ002", "SQ002comment", other, f"{other}comment"]
    columns = {
        "id": [str(at) for at in range(12)],
        "submitdate": ["2025-11-20 10:00:00"] * 12,
        "lastpage": ["1"] * 12,
        "startlanguage": ["da"] * 12,
        **{f"Q3[{code}]": ["Y", "", ""] * 4 for code in codes},
        **{f"Q3[{code}]": ["fordi", "", "derfor"] * 4 for code in codes if code.endswith("comment")},
    }
    export = read_export(write_csv(tmp_path / "x.csv", transposed(columns), delimiter=","))
    asked = next(question for question in questions(export) if question.kind == "multiple")
    assert asked.columns == ("Q3[SQ001]", "Q3[SQ002]", f"Q3[{other}]")
    assert [doubt.kind for doubt in asked.doubts] == ["no_role"]
