"""Small files of each platform, with counts that were counted by hand."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from survey_exports import CODEBOOK as SHIPPED
from survey_exports import transposed, write_csv

from borgerlib.survey.cleaning.ages import CleaningRules
from borgerlib.survey.cleaning.clean import clean
from borgerlib.survey.codebook.load import parse_codebook
from borgerlib.survey.codebook.model import Codebook
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.readers.read import read_export, read_responses
from borgerlib.survey.responses import PLATFORM

SPORTS = ("Bold", "Løb", "Svømning, alene")


def codebook() -> Codebook:
    return parse_codebook(
        {
            "survey": {"id": "sport", "title": "Sport"},
            "item": [
                {"id": "nr", "text": "Nummer", "kind": "text", "role": "id"},
                {"id": "start", "text": "Begyndt", "kind": "date", "role": "started"},
                {"id": "slut", "text": "Sluttet", "kind": "date", "role": "submitted"},
                {"id": "alder", "text": "Hvor gammel er du?", "kind": "number", "role": "age"},
                {
                    "id": "bolig",
                    "text": "Hvor bor du?",
                    "kind": "single",
                    "options": [{"id": "by", "text": "I byen"}, {"id": "land", "text": "På landet"}],
                },
                {
                    "id": "sport",
                    "text": "Hvilken sport - hvis nogen - dyrker du?",
                    "aliases": ["sport"],
                    "kind": "multiple",
                    "options": [
                        {"id": option_id, "text": text}
                        for option_id, text in zip(("bold", "loeb", "svoem"), SPORTS, strict=True)
                    ],
                },
            ],
        },
        source="sport",
    )


# Twelve people: every second plays ball, every third runs, the last swims; one a day from 1 March.
TICKED = [(at % 2 == 0, at % 3 == 0, at == 11) for at in range(12)]
COUNTS = {"sport__bold": 6, "sport__loeb": 4, "sport__svoem": 1}
TIMES = [f"2025-03-{at + 1:02d} 10:00:00" for at in range(12)]
AGES = [str(20 + at) for at in range(12)]
HOMES = ["I byen" if at < 5 else "På landet" for at in range(12)]
QUESTION = "Hvilken sport - hvis nogen - dyrker du?"


def ticks(mark: str = "", blank: str = "") -> list[list[str]]:
    return [
        [(mark or text) if tick else blank for tick, text in zip(person, SPORTS, strict=True)]
        for person in TICKED
    ]


def joined(separator: str, names: tuple[str, ...] = SPORTS) -> list[str]:
    return [
        separator.join(text for tick, text in zip(person, names, strict=True) if tick) for person in TICKED
    ]


def beside(*columns: list[str] | list[list[str]]) -> list[list[str]]:
    rows = []
    for cells in zip(*columns, strict=True):
        rows.append([text for cell in cells for text in (cell if isinstance(cell, list) else [cell])])
    return rows


NUMBERS = [f"R_{at}" for at in range(12)]
IMPORTS = [f'{{"ImportId":"QID{at}"}}' for at in range(8)]
QUALTRICS = ["StartDate", "EndDate", "ResponseId", "Q1", "Q2"]
QUALTRICS_TEXTS = ["Start Date", "End Date", "Response ID", "Hvor gammel er du?", "Hvor bor du?"]
MONKEY = ["Respondent ID", "Collector ID", "Start Date", "End Date", "Hvor gammel er du?", "Hvor bor du?"]
KOBO = [
    "start",
    "end",
    "om/alder",
    "om/bolig",
    "om/sport",
    "om/sport/bold",
    "om/sport/loeb",
    "om/sport/svoem",
]
ASKED = ["Hvor gammel er du?", "Hvor bor du?"]
TYPEFORM_END = ["Start Date (UTC)", "Submit Date (UTC)", "Network ID"]
LIMESURVEY = ["G1. Hvor gammel er du?", "G2. Hvor bor du?"]
OPTIONS = ("bold", "loeb", "svoem")

FILES = {
    "Qualtrics, a column an option": (
        "Qualtrics",
        [
            [*QUALTRICS, "Q3_1", "Q3_2", "Q3_3"],
            [*QUALTRICS_TEXTS, *[f"{QUESTION} - Selected Choice - {text}" for text in SPORTS]],
            IMPORTS,
            *beside(TIMES, TIMES, NUMBERS, AGES, HOMES, ticks()),
        ],
    ),
    "Qualtrics without ImportIds, options in one cell": (
        "Qualtrics",
        [
            [*QUALTRICS, "Q3"],
            [*QUALTRICS_TEXTS, QUESTION],
            *beside(TIMES, TIMES, NUMBERS, AGES, HOMES, joined(",")),
        ],
    ),
    "SurveyMonkey": (
        "SurveyMonkey",
        [
            [*MONKEY, QUESTION, "", ""],
            ["", "", "", "", "Open-Ended Response", "Response", *SPORTS],
            *beside(NUMBERS, ["77"] * 12, TIMES, TIMES, AGES, HOMES, ticks()),
        ],
    ),
    "KoboToolbox": (
        "KoboToolbox",
        [KOBO, *beside(TIMES, TIMES, AGES, HOMES, joined(" ", OPTIONS), ticks("1", "0"))],
    ),
    "Typeform": (
        "Typeform",
        [
            ["#", *ASKED, *SPORTS, *TYPEFORM_END],
            *beside(NUMBERS, AGES, HOMES, ticks(), TIMES, TIMES, ["n"] * 12),
        ],
    ),
    "REDCap, labelled": (
        "REDCap",
        [
            ["Record ID", *ASKED, *[f"{QUESTION} (choice={text})" for text in SPORTS]],
            *beside(NUMBERS, AGES, HOMES, ticks("Checked", "Unchecked")),
        ],
    ),
    "REDCap, raw": (
        "REDCap",
        [
            ["record_id", *ASKED, *[f"sport___{name}" for name in OPTIONS]],
            *beside(NUMBERS, AGES, HOMES, ticks("1", "0")),
        ],
    ),
    "LimeSurvey without columns of its own": (
        "LimeSurvey",
        [
            [*LIMESURVEY, *[f"G3[{at}]. {QUESTION} [{t}]" for at, t in enumerate(SPORTS)]],
            *beside(AGES, HOMES, ticks("Ja", "Nej")),
        ],
    ),
    "LimeSurvey VV": (
        "LimeSurvey",
        [
            ["Svar", "Sendt", "Side", "Sprog", *ASKED, *[f"{QUESTION} [{t}]" for t in SPORTS]],
            ["id", "submitdate", "lastpage", "startlanguage", "G1", "G2", *[f"G3_{at}" for at in range(3)]],
            *beside(AGES, TIMES, ["3"] * 12, ["da"] * 12, AGES, HOMES, ticks("Y", "")),
        ],
    ),
    "Google Forms": (
        "Google Forms",
        [
            ["Tidsstempel", "Hvor gammel er du?", "Hvor bor du?", QUESTION],
            *beside([f"2025/03/{at + 1} 1:05:09 PM GMT+1" for at in range(12)], AGES, HOMES, joined(", ")),
        ],
    ),
    "1KA": (
        "table",
        [
            ["recnum", "Q1", "Q2", "Q3a", "Q3b", "Q3c"],
            ["Record number", *ASKED, *[f"{QUESTION} : {text}" for text in SPORTS]],
            *beside(AGES, AGES, HOMES, ticks("1", "0")),
        ],
    ),
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_platform_gives_the_counts_of_the_hand(tmp_path, name, delimiter):
    vendor, rows = FILES[name]
    responses = read_responses(write_csv(tmp_path / "x.csv", rows, delimiter=delimiter), codebook())
    frame = responses.frame
    assert responses.source.vendor == vendor
    assert len(frame) == 12
    assert frame[list(COUNTS)].sum().to_dict() == COUNTS
    assert frame["bolig"].value_counts().to_dict() == {"by": 5, "land": 7}
    assert frame["alder"].tolist() == [20 + at for at in range(12)]
    assert responses.problems.empty
    timed = [item for item in ("start", "slut") if item not in responses.absent]
    assert all(frame[item].notna().all() for item in timed)
    assert bool(timed) == (
        vendor not in ("REDCap", "table") and name != "LimeSurvey without columns of its own"
    )


@pytest.mark.parametrize(
    ("begun", "ended", "told"),
    [
        (["11/03/2025 09:00:10 AM"] * 2, ["11/03/2025 09:09:10 AM"] * 2, False),
        (["11/03/2025 09:00:10"] * 2, ["11/03/2025 09:09:10"] * 2, True),
        (
            ["11/03/2025 09:00:10", "11/12/2025 23:59:00"],
            ["11/03/2025 09:09:10", "11/13/2025 00:04:00"],
            False,
        ),
    ],
    ids=["AM and PM", "nothing tells but the platform", "one 13th tells it for all"],
)
def test_surveymonkey_writes_the_month_first_in_beginning_and_end_alike(tmp_path, begun, ended, told):
    head = [[*MONKEY, QUESTION, "", ""], ["", "", "", "", "Open-Ended Response", "Response", *SPORTS]]
    people = [[str(at), "77", begun[at], ended[at], "30", "I byen", *SPORTS] for at in range(2)]
    responses = read_responses(write_csv(tmp_path / "x.csv", [*head, *people]), codebook())
    assert responses.frame["start"].iloc[0] == datetime(2025, 11, 3, 9, 0, 10)
    assert responses.frame["slut"].iloc[0] == datetime(2025, 11, 3, 9, 9, 10)
    assert any("month first" in note for note in responses.source.notes) == told


def test_tries_of_the_survey_are_rejected_and_unfinished_answers_told(tmp_path):
    # Of four, one is a preview; of the three others one is not finished.
    columns = {
        "StartDate": ["2025-11-13 10:00:00"] * 4,
        "Status": ["Survey Preview", "IP Address", "IP Address", "IP Address"],
        "Finished": ["False", "True", "False", "True"],
        "ResponseId": ["R_1", "R_2", "R_3", "R_4"],
        "Hvad er dit køn?": ["Mand", "Kvinde", "Mand", "Kvinde"],
        "Tid": ["Ved ikke"] * 4,
    }
    path = write_csv(tmp_path / "x.csv", transposed(columns))
    entries = (ItemMapping("svar_id", ("ResponseId",)), ItemMapping("tid", ("Tid",)))
    responses = read_responses(path, SHIPPED, mapping=Mapping(SHIPPED.id, entries))
    assert responses.source.notes[:2] == (
        "1 answer is a try of the survey (a preview): it is rejected",
        "1 of 3 answers were not finished: they count as far as they go",
    )
    result = clean(
        responses.frame,
        SHIPPED,
        rules=CleaningRules(reference_date=date(2025, 11, 20)),
        problems=responses.problems,
    )
    assert result.respondents["svar_id"].tolist() == ["R_2", "R_3", "R_4"]
    assert result.rejected["reasons"].tolist() == ["test_answer"]


@pytest.mark.parametrize(
    "columns",
    [
        {"#": "ab", "Response Type": ["started", "completed"], "Network ID": "ab", "Tid": "cd"},
        {"recnum": "12", "status": "56", "lurker": "00", "Tid": "cd"},
        {
            "Record ID": "12",
            "E (choice=A)": "01",
            "E (choice=B)": "01",
            "Complete?": ["Incomplete", "Complete"],
        },
        {"Svarstatus": ["Delvist", "Gennemført"], "Tid": "cd"},
        {"Status": ["Delvist gennemført", "Gennemført"], "Tid": "cd"},
        {"Status": ["Ikke afsluttet", "Afsluttet"], "Tid": "cd"},
        {"Status": ["Partially completed", "Completed"], "Tid": "cd"},
    ],
)
def test_each_platform_tells_what_was_not_finished(tmp_path, columns):
    export = read_export(write_csv(tmp_path / "x.csv", transposed({k: list(v) for k, v in columns.items()})))
    assert "1 of 2 answers were not finished: they count as far as they go" in export.source.notes


def test_odk_central_and_1ka_are_told_by_their_own_columns(tmp_path):
    odk = {
        "SubmissionDate": ["2025-11-20T10:00:00.000Z"] * 4,
        "grp-valg": ["bus tog", "bus", "tog", ""],
        "meta-instanceID": [f"uuid:{at}" for at in range(4)],
        "SubmitterID": ["1"] * 4,
        "FormVersion": ["1"] * 4,
    }
    export = read_export(write_csv(tmp_path / "odk.csv", transposed(odk)))
    assert export.source.vendor == "ODK Central"
    assert [column.role for column in export.columns] == ["submitted", "", "id", "platform", "platform"]
    ka = [
        ["recnum", "status", "lurker", "Q1", "D"],
        ["Nr.", "Status", "Lurker", "Hvad?", "Dato"],
        *[[str(at), "6" if at else "5", "0", "-1" if at % 2 else "Ja", "20.11.2025"] for at in range(6)],
    ]
    export = read_export(write_csv(tmp_path / "1ka.csv", ka))
    assert export.source.vendor == "1KA"
    assert [column.role for column in export.columns] == ["id", "platform", "platform", "", "submitted"]
    assert export.column("Q1").declared_missing("-1")
    assert "1 of 6 answers were not finished: they count as far as they go" in export.source.notes


def boxes(name: str, *cells: str) -> dict[str, list[str]]:
    return {f"{name}{at}": list(each) for at, each in enumerate(cells, start=1)}


def test_redcaps_boxes_for_missing_data_are_no_options_and_leave_no_answer(tmp_path):
    # The third ticked the box of -99 alone: no answer, rather than nothing chosen.
    columns = {"record_id": list("123"), **boxes("sport___", "100", "010"), "sport____99": list("001")}
    path = write_csv(tmp_path / "x.csv", transposed({**columns, "skema_complete": list("222")}))
    export = read_export(path)
    assert [column.choice for column in export.columns if column.question] == ["1", "2"]
    assert export.frame["sport___1"].isna().tolist() == [False, False, True]
    assert export.source.notes[0] == "boxes for codes of missing data are left out: 'sport____99'"
    assert export.column("skema_complete").role == export.column("sport____99").role == PLATFORM


def test_redcaps_boxes_are_no_answer_of_whoever_left_before_them(tmp_path):
    # Boxes are never blank: the second has not come so far, the third has ticked none and finished.
    # Another form, which nobody has filled yet, says nothing of this one.
    columns = {"record_id": list("123"), **boxes("sport___", "100", "000"), "skema_complete": list("002")}
    columns["senere_complete"] = list("000")
    export = read_export(write_csv(tmp_path / "x.csv", transposed(columns)))
    assert export.frame["sport___2"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("own", "place", "vendor"),
    [
        (
            ["SubmissionDate", "meta-instanceID", "SubmitterID"],
            ["sted-Latitude", "sted-Longitude"],
            "ODK Central",
        ),
        (["start", "_uuid"], ["sted", "_sted_latitude", "_sted_longitude"], "KoboToolbox"),
    ],
)
def test_places_by_gps_are_no_answers_and_names_joined_beside_boxes_say_the_same(
    tmp_path, own, place, vendor
):
    columns = {name: ["2025-03-01", "2025-03-02"] for name in [*own, *place]}
    columns |= {"emner": ["bus", "bus tog"], "emner/bus": list("11"), "emner/tog": list("01")}
    export = read_export(write_csv(tmp_path / "x.csv", transposed(columns)))
    assert export.source.vendor == vendor
    assert {export.column(name).role for name in [*place, "emner"]} == {PLATFORM}
    assert [column.choice for column in export.columns if column.question] == ["bus", "tog"]
    assert any(note.kind == "gps_left_out" for note in export.source.notes)


def test_two_times_and_a_number_make_no_microsoft_form_of_questions(tmp_path):
    # The fourth and fifth column of Microsoft's are the account; here they are answers.
    times = {"Id": list("12"), "Fra": TIMES[:2], "Til": TIMES[:2]}
    own = {"Mail": ["anonymous", "a@b.dk"], "Navn": ["", "A"], "Tid": ["Ja", "Nej"]}
    asked = {"Bolig": ["Hus", "Lejlighed"], "Bil": ["Ja", "Nej"], "Tid": ["Ja", "Nej"]}
    found = [
        read_export(write_csv(tmp_path / "x.csv", transposed(times | more))).source.vendor
        for more in (own, asked)
    ]
    assert found == ["Microsoft Forms", "table"]


@pytest.mark.parametrize(
    ("vendor", "own"),
    [
        ("Jotform", {"Submission Date": ["Nov 27, 2025", "Nov 28, 2025"], "Submission IP": ["1.1.1.1"] * 2}),
        ("Decidim", {"Created At": TIMES[:2], "IP Hash": ["a", "b"], "User Status": ["Registered"] * 2}),
        ("table", {"Startet": TIMES[:2], "Status": ["Gennemført", "Delvist"]}),
        ("table", {"Startet": TIMES[:2], "Status": ["Gennemført", "Delvist gennemført"]}),
        ("table", {"Besvarelsen påbegyndt": TIMES[:2], "Besvarelsen afsluttet": TIMES[:2]}),
        (
            "Microsoft Forms",
            {"ID": list("12"), "Start": TIMES[:2], "Slut": TIMES[:2], "Mail": ["anonymous"] * 2}
            | {"Navn": ["", ""], "Samlede point": list("00"), "Point - Tid": ["", ""]},
        ),
    ],
)
def test_what_platforms_add_of_themselves_is_no_question(tmp_path, vendor, own):
    export = read_export(write_csv(tmp_path / "x.csv", transposed(own | {"Tid": ["Ja", "Nej"]})))
    assert export.source.vendor == vendor
    assert [column.name for column in export.columns if not column.role] == ["Tid"]
