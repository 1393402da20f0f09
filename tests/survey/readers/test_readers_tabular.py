from __future__ import annotations

from datetime import datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from survey_exports import (
    CODEBOOK,
    PEOPLE,
    answers,
    check,
    expected,
    heading,
    joined,
    transposed,
    write_csv,
    write_xlsx,
)

from borgerlib.errors import DataError
from borgerlib.survey.codebook.load import parse_codebook
from borgerlib.survey.grid.tabular import question_columns
from borgerlib.survey.mapping.file import ItemMapping, Mapping
from borgerlib.survey.readers.read import read_export, read_responses

ITEMS = [item.id for item in CODEBOOK if item.id != "foedselsaar"]
MULTIPLE = ("emner", "formater", "kanaler")


def table(separator: str) -> list[list[object]]:
    return transposed({heading(i): joined(i, separator) if i in MULTIPLE else answers(i) for i in ITEMS})


@pytest.mark.long
@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "cp1252"), ("|", "utf-16")]
)
def test_reads_any_delimiter_and_encoding(tmp_path, delimiter, encoding):
    path = write_csv(tmp_path / "svar.csv", table("; "), delimiter=delimiter, encoding=encoding)
    responses = read_responses(path, CODEBOOK)
    check(responses.frame, ITEMS)
    assert responses.source.vendor == "table"


def test_utf_16_without_a_mark_is_told_from_its_zero_bytes(tmp_path):
    path = write_csv(tmp_path / "svar.csv", table("; "), encoding="utf-16-le")
    assert read_export(path).source.encoding == "utf-16-le"


def test_excels_declaration_of_the_delimiter_is_obeyed(tmp_path):
    path = write_csv(tmp_path / "svar.csv", table("|"), delimiter=";")
    path.write_bytes(b"sep=;\r\n" + path.read_bytes())
    check(read_responses(path, CODEBOOK).frame, ITEMS)


def test_letters_damaged_by_a_wrong_encoding_are_restored_and_noted(tmp_path):
    path = write_csv(tmp_path / "svar.csv", table("; "))
    path.write_bytes(path.read_bytes().decode("cp1252", errors="strict").encode("utf-8"))
    responses = read_responses(path, CODEBOOK)
    check(responses.frame, ITEMS)
    assert "restored" in responses.source.notes[0]


def test_reads_a_worksheet_with_typed_cells_and_a_front_page(tmp_path):
    rows = [[value if value != "" else None for value in row] for row in table(", ")]
    at = rows[0].index(heading("alder"))
    for row, person in zip(rows[1:], PEOPLE, strict=True):
        row[at] = person["alder"]
        row[1], row[2] = person["startet"], person["afsluttet"]
    path = write_xlsx(tmp_path / "svar.xlsx", {"Forside": [["Odense Kommune"]], "Svar": rows})
    responses = read_responses(path, CODEBOOK)
    check(responses.frame, ITEMS)
    assert responses.source.sheet == "Svar"


@pytest.mark.slow
def test_reads_back_its_own_parquet_and_csv(tmp_path):
    frame = expected(ITEMS)
    frame.to_parquet(tmp_path / "respondents.parquet")
    frame.to_csv(tmp_path / "respondents.csv", index=False)
    for name in ("respondents.parquet", "respondents.csv"):
        check(read_responses(tmp_path / name, CODEBOOK).frame, ITEMS)


def test_columns_named_question_and_option_are_one_question(tmp_path):
    columns = {"Køn": ["Mand", "Kvinde"], "Alder": ["30", "40"]}
    item = CODEBOOK.item("emner")
    for at, option in enumerate(item.options):
        columns[f"{item.text}: {option.text}"] = ["x" if at == 2 else "", "Nej" if at else "Ja"]
    responses = read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), CODEBOOK)
    assert responses.frame["emner__aeldre"].tolist() == [1, 0]
    assert responses.frame["emner__klima_miljoe"].tolist() == [0, 1]
    assert responses.problems.empty


def test_priorities_in_columns_of_their_own_are_joined(tmp_path):
    text = heading("emner")
    columns = {
        "Køn": ["Mand", "Kvinde", "Mand"],
        "Alder": ["30", "40", "50"],
        f"{text} [1. prioritet]": ["Klima og miljø", "Sundhed og forebyggelse", ""],
        f"{text} [2. prioritet]": ["Trafik, veje og cykelstier", "Klima og miljø", ""],
        f"{text} [3. prioritet]": ["Sundhed og forebyggelse", "Natur, parker og grønne områder", ""],
    }
    frame = read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), CODEBOOK).frame
    # The third named no priority.
    assert frame.loc[4, CODEBOOK.item("emner").columns].isna().all()
    frame = frame.loc[:3]
    assert frame["emner__klima_miljoe"].tolist() == [1, 1]
    assert frame["emner__trafik"].tolist() == [1, 0]
    assert frame["emner__natur"].tolist() == [0, 1]
    assert frame["emner__aeldre"].tolist() == [0, 0]


def test_numbers_and_times_as_danes_write_them(tmp_path):
    columns = {
        "Alder": ["34", "34,5", "71 år", "1.234", "ukendt"],
        "Påbegyndt": [
            "27-05-2024 12:01",
            "27.5.2024 kl. 9.05",
            "27. maj 2024",
            "2024-05-27T12:01:28Z",
            "x",
        ],
    }
    mapping = Mapping(CODEBOOK.id, (ItemMapping("alder", ("Alder",)), ItemMapping("startet", ("Påbegyndt",))))
    responses = read_responses(write_csv(tmp_path / "x.csv", transposed(columns)), CODEBOOK, mapping=mapping)
    assert responses.frame["alder"].fillna(-1).tolist() == [34, 34.5, 71, 1234, -1]
    assert responses.frame["startet"].tolist()[:4] == [
        datetime(2024, 5, 27, 12, 1),
        datetime(2024, 5, 27, 9, 5),
        datetime(2024, 5, 27),
        datetime(2024, 5, 27, 12, 1, 28),
    ]
    assert responses.problems.to_dict("records") == [
        {"row": 6, "column": "alder", "value": "ukendt", "rule": "not_a_number"},
        {"row": 6, "column": "startet", "value": "x", "rule": "not_a_date"},
    ]


@pytest.mark.parametrize(
    ("texts", "second"),
    [
        (["03/04/2024", "05/04/2024"], datetime(2024, 4, 5)),
        (["03/04/2024", "05/14/2024"], datetime(2024, 5, 14)),
        (["31/04/2024", "05/04/2024", "05/14/2024", "25/12/2024"], datetime(2024, 4, 5)),
        (["03/04/2024 9:05 AM", "05/04/2024 1:10 PM"], datetime(2024, 5, 4, 13, 10)),
        (["03-04-2024 9:05 AM", "05-04-2024 1:10 PM"], datetime(2024, 4, 5, 13, 10)),
    ],
    ids=[
        "day first",
        "month first, because a 14th month cannot be",
        "day first, because both occur",
        "month first, because of AM and strokes",
        "day first, because of dashes",
    ],
)
def test_the_order_of_day_and_month_is_that_of_the_column(tmp_path, texts, second):
    path = write_csv(tmp_path / "x.csv", transposed({"Afsluttet": texts, "Alder": ["1"] * len(texts)}))
    mapping = Mapping(CODEBOOK.id, (ItemMapping("afsluttet", ("Afsluttet",)),))
    assert read_responses(path, CODEBOOK, mapping=mapping).frame["afsluttet"].iloc[1] == second


@pytest.mark.parametrize(
    ("hidden", "read", "notes"),
    [
        (
            ["2021"],
            "2025",
            ["sheet '2025' is read; the workbook also has 'Forside', '2021'", "hidden sheets: '2021'"],
        ),
        (
            ["2021", "2025"],
            "2021",
            [
                "sheet '2021', which is read, is hidden",
                "sheet '2021' is read; the workbook also has 'Forside', '2025'",
                "hidden sheets: '2025'",
            ],
        ),
    ],
    ids=["a larger one is hidden", "only the front page is shown"],
)
def test_a_sheet_that_is_shown_goes_before_a_hidden_one(tmp_path, hidden, read, notes):
    head, person = ["Alder", "Køn"], [30, "Mand"]
    sheets = {"Forside": [["Undersøgelse"]], "2025": [head, *[person] * 4], "2021": [head, *[person] * 9]}
    path = write_xlsx(tmp_path / "x.xlsx", sheets)
    book = openpyxl.load_workbook(path)
    for name in hidden:
        book[name].sheet_state = "hidden"
    book.save(path)
    source = read_export(path).source
    assert (source.sheet, list(source.notes)) == (read, notes)


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Created at", "submitted"),
        ("Survey Timestamp", "submitted"),
        ("borger_timestamp", "submitted"),
        ("_submission_time", "submitted"),
        ("Start date", "started"),
        ("Hvornår startede du?", ""),
    ],
)
def test_when_an_answer_was_given_is_told_by_heading_and_times(tmp_path, heading, role):
    table = {
        heading: ["2023-11-13 10:00:00 +0100"] * 3,
        "Created on": ["i går"] * 3,
        "Alder": ["1", "2", "3"],
    }
    export = read_export(write_csv(tmp_path / "x.csv", transposed(table)))
    assert [column.role for column in export.columns] == [role, "", ""]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (["TEST", "test 2"], ["2 rows say that they are a test (the first is row 5)"]),
        (["Testsvar"], ["1 row says that it is a test (row 5)"]),
        (["Test af vandet"], []),
        (["test"] * 15, []),
    ],
)
def test_rows_that_say_they_are_a_test_are_told_unless_many_do(tmp_path, written, told):
    words = [*(f"ord {at}" for at in range(3)), *written, *(f"ord {at}" for at in range(17))][:20]
    table = {"Alder": [str(20 + at) for at in range(20)], "Andet?": words}
    notes = read_export(write_csv(tmp_path / "x.csv", transposed(table))).source.notes
    assert [note.split(":")[0] for note in notes if "a test" in note] == told


@pytest.mark.parametrize("ends", ["Afsluttet", "Completed at"])
def test_an_answer_was_created_when_it_was_begun_where_its_end_is_told(tmp_path, ends):
    times = {"Oprettet": ["20-11-2025 10:00"] * 3, ends: ["20-11-2025 10:09"] * 3}
    for order in (list(times), list(times)[::-1]):
        table = {name: times[name] for name in order} | {"Alder": ["1", "2", "3"]}
        export = read_export(write_csv(tmp_path / "x.csv", transposed(table)))
        assert [export.column(name).role for name in ("Oprettet", ends)] == ["started", "submitted"]


@pytest.mark.parametrize(
    ("begun", "ended", "first", "noted"),
    [
        ("03/04/2024 10:00", "04/14/2024 10:00", datetime(2024, 3, 4, 10), []),
        ("03/04/2024 10:00", "05/04/2024 10:00", datetime(2024, 4, 3, 10), ["startet", "afsluttet"]),
        ("03/04/2024 10.00.00", "05/04/2024 10.00.00", datetime(2024, 4, 3, 10), []),
        ("04/04/2024 10:00", "05/05/2024 10:00", datetime(2024, 4, 4, 10), []),
        ("25-02-01 10:00", "25-02-12 10:00", datetime(2025, 2, 1, 10), []),
        ("01-02-25 10:00", "13-02-25 10:00", datetime(2025, 2, 1, 10), []),
        ("22-02-25 10:00", "23-02-26 10:00", datetime(2025, 2, 22, 10), ["startet", "afsluttet"]),
        ("45-02-11 10:00", "45-02-12 10:00", datetime(2045, 2, 11, 10), []),
        ("25-02-25 10:00", "25-02-25 11:00", datetime(2025, 2, 25, 10), []),
    ],
    ids=[
        "the end tells it of the beginning",
        "nothing tells it",
        "a Danish clock",
        "either way the same",
        "a constant year of two digits first",
        "a constant year of two digits last",
        "no year is constant",
        "no day is the 45th",
        "either end the same",
    ],
)
def test_beginning_and_end_are_read_alike_and_what_nothing_tells_is_noted(
    tmp_path, begun, ended, first, noted
):
    table = {"Start": [begun, begun], "Afsluttet": [ended, ended], "Alder": ["1", "2"]}
    path = write_csv(tmp_path / "x.csv", transposed(table))
    entries = (ItemMapping("startet", ("Start",)), ItemMapping("afsluttet", ("Afsluttet",)))
    responses = read_responses(path, CODEBOOK, mapping=Mapping(CODEBOOK.id, entries))
    assert responses.frame["startet"].iloc[0] == first
    told = [note for note in responses.source.notes if "day or the month first" in note]
    assert [note.split("'")[1] for note in told] == noted


def test_row_numbers_count_blank_rows(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Alder;Køn\n30;Mand\n;\n\n40;Kvinde\n50;?\n")
    mapping = Mapping(CODEBOOK.id, (ItemMapping("koen", ("Køn",)),))
    responses = read_responses(path, CODEBOOK, mapping=mapping)
    # Heading 1, first 2, two blank rows 3 and 4, then 5 and 6.
    assert responses.frame.index.tolist() == [2, 5, 6]
    assert responses.problems["row"].tolist() == [6]


def test_wholly_blank_columns_without_heading_go_and_filled_ones_get_a_name(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Alder;;Køn;\n30;;Mand;a\n40;;Kvinde;b\n")
    assert list(read_export(path).frame.columns) == ["Alder", "Køn", "column 4"]


@pytest.mark.parametrize(
    ("yes", "no"), [("1", "0"), ("Ja", "Nej"), ("TRUE", "FALSE"), ("Yes", "No"), ("Valgt", "")]
)
def test_yes_and_no_are_known_in_the_words_of_platforms(tmp_path, yes, no):
    path = write_csv(tmp_path / "x.csv", transposed({"Samtykke": [yes, no, yes], "Alder": ["1", "2", "3"]}))
    mapping = Mapping(CODEBOOK.id, (ItemMapping("samtykke", ("Samtykke",)),))
    found = read_responses(path, CODEBOOK, mapping=mapping).frame["samtykke"].astype("object").fillna("")
    assert found.tolist() == ["ja", "nej" if no else "", "ja"]


def test_no_tick_is_no_answer_where_none_could_be_ticked_and_an_answer_where_not(tmp_path):
    item = {"id": "dyr", "text": "Dyr?", "kind": "multiple"}
    options = [{"id": "hund", "text": "Hund"}, {"id": "kat", "text": "Kat"}]
    none = {"id": "intet", "text": "Intet", "exclusive": True}
    path = write_csv(
        tmp_path / "x.csv",
        transposed({"h": ["1", "0", ""], "k": ["0", "0", ""], "i": ["0", "0", ""], "n": ["a", "b", "c"]}),
    )
    columns = {"h": "hund", "k": "kat"}
    found = {}
    for name, choices, offered in (
        ("without", options, columns),
        ("with", [*options, none], {**columns, "i": "intet"}),
        ("not offered", [*options, none], columns),
    ):
        content = {"survey": {"id": "x", "title": "X"}, "item": [{**item, "options": choices}]}
        mapping = Mapping("x", (ItemMapping("dyr", tuple(offered), "indicators", offered),))
        frame = read_responses(path, parse_codebook(content, source="x"), mapping=mapping).frame
        found[name] = frame["dyr__kat"].astype("object").fillna("missing").tolist()
    assert found == {
        "without": [0, 0, "missing"],
        "with": [0, "missing", "missing"],
        "not offered": [0, 0, "missing"],
    }


def test_what_is_neither_ticked_nor_not_is_recorded(tmp_path):
    path = write_csv(tmp_path / "x.csv", transposed({"m": ["1", "måske", "0"], "s": ["0", "1", "1"]}))
    mapping = Mapping(
        CODEBOOK.id, (ItemMapping("kanaler", ("m", "s"), "indicators", {"m": "mail", "s": "sms"}),)
    )
    responses = read_responses(path, CODEBOOK, mapping=mapping)
    assert responses.problems.to_dict("records") == [
        {"row": 3, "column": "kanaler", "value": "måske", "rule": "unknown_selection"}
    ]
    assert responses.frame["kanaler__mail"].tolist() == [1, 0, 0]


def test_text_that_only_looks_damaged_is_left_and_noted(tmp_path):
    rows = [["Alder", "Tekst"], ["30", "der stod smÃ¸r på skiltet"]]
    export = read_export(write_csv(tmp_path / "x.csv", rows))
    assert export.frame["Tekst"].tolist() == ["der stod smÃ¸r på skiltet"]
    assert "left as they are" in export.source.notes[0]


# The writer used here leaves a bare carriage return without quotation marks, which ends a row.
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff\r"), max_size=15)


@pytest.mark.long
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8), delimiter=st.sampled_from(",;\t|"))
def test_no_row_and_no_cell_is_lost(tmp_path_factory, rows, delimiter):
    path = tmp_path_factory.mktemp("celler") / "x.csv"
    numbered = [[str(at), *cells] for at, cells in enumerate(rows)]
    write_csv(path, [["Nr.", "Første", "Anden"], *numbered], delimiter=delimiter)
    frame = read_export(path).frame
    assert frame["Nr."].tolist() == [str(at) for at in range(len(rows))]
    for column, name in enumerate(("Første", "Anden")):
        wanted = [cells[column].strip(" \t\r\n\u00a0\u200b") for cells in rows]
        assert frame[name].fillna("").tolist() == wanted if name in frame else not any(wanted)


def test_label_numbers_of_enalyzer_are_proposed_not_assumed(tmp_path):
    columns = {heading("koen"): ["1", "2", "2"], "Alder": ["30", "40", "50"], heading("emner"): ["", "", ""]}
    path = write_csv(tmp_path / "x.csv", transposed(columns), delimiter=";")
    with pytest.raises(DataError) as caught:
        read_responses(path, CODEBOOK)
    assert "koen: unsure: some answers are guessed from their texts or numbers" in caught.value.problems


def test_the_value_format_of_enalyzer_reads_through_a_mapping(tmp_path):
    path = write_csv(tmp_path / "x.csv", [["q1", "q2"], ["1", "3"], ["2", "1"]], delimiter=";")
    mapping = Mapping(
        CODEBOOK.id,
        (
            ItemMapping("koen", ("q1",), values={"1": "mand", "2": "kvinde"}),
            ItemMapping("omraadetype", ("q2",), values={"1": "by", "2": "mindre_by", "3": "land"}),
        ),
    )
    frame = read_responses(path, CODEBOOK, mapping=mapping).frame
    assert frame["koen"].tolist() == ["mand", "kvinde"]
    assert frame["omraadetype"].tolist() == ["land", "by"]


@pytest.mark.parametrize("headings", [["E-mail", "Fornavn", "Efternavn"], ["CPR-nummer", "Navn"]])
def test_a_list_of_respondents_is_refused(tmp_path, headings):
    path = write_csv(tmp_path / "x.csv", [headings, ["a@example.dk", "Åse", "Ø"][: len(headings)]])
    with pytest.raises(DataError, match="is a list of respondents"):
        read_export(path)


def test_rows_and_columns_that_a_workbook_hides_are_told(tmp_path):
    path = write_xlsx(
        tmp_path / "x.xlsx", {"Svar": [["Nr", "Køn", "Alder"], ["1", "Mand", "40"], ["2", "Kvinde", "50"]]}
    )
    book = openpyxl.load_workbook(path)
    book["Svar"].row_dimensions[3].hidden = True
    book["Svar"].column_dimensions["B"].hidden = True
    book["Svar"].column_dimensions["F"].hidden = True
    book.save(path)
    export = read_export(path)
    assert export.frame["Alder"].tolist() == ["40", "50"]
    assert [note.partition(":")[0] for note in export.source.notes] == [
        "1 row that the workbook hides is read as well (row 3)",
        "columns that the workbook hides are read as well",
    ]
    assert export.source.notes[1].endswith(": 'B'")


def test_a_row_that_stands_twice_is_told_where_rows_can_be_told_apart(tmp_path):
    people = [[f"{at:02}-10-2025 10:{at:02}:07", "Mand", "40"] for at in range(1, 21)]
    heads = ["Tidspunkt", "Køn", "Alder"]
    export = read_export(write_csv(tmp_path / "x.csv", [heads, *people, people[4], people[7]]))
    assert export.column("Tidspunkt").role == "submitted"
    assert len(export.frame) == 22
    assert [note.partition(":")[0] for note in export.source.notes] == [
        "2 rows are the same as an earlier one in every column (the first is row 22)"
    ]
    # Two people may answer two questions alike.
    short = write_csv(tmp_path / "short.csv", [heads[1:], *([each[1:] for each in people])])
    assert read_export(short).source.notes == ()


def test_one_is_yes_and_two_is_no_in_boxes_that_all_are_filled(tmp_path):
    heads = ["Nr", "Emner [Bold]", "Emner [Løb]", "Emner [Dans]"]
    rows = [heads, ["a", "1", "2", "2"], ["b", "2", "2", "2"], ["c", "1", "1", "2"], ["d", "", "", ""]]
    export = read_export(write_csv(tmp_path / "x.csv", rows))
    assert [column.labels for column in export.columns[1:]] == [{"1": "Ja", "2": "Nej"}] * 3
    assert export.source.notes[0].startswith("1 is taken for yes and 2 for no in 'Emner [Bold]'")
    # First and second choice: nobody has two of the same, and the third is blank.
    ranks = [heads, ["a", "1", "2", ""], ["b", "2", "1", ""], ["c", "", "1", "2"]]
    assert read_export(write_csv(tmp_path / "y.csv", ranks)).source.notes == ()


@pytest.mark.parametrize(
    ("places", "told"),
    [
        (
            ["Odense", "Odense Kommune", "Aarhus"],
            ["'Kommune' names several municipalities: 'Odense' (2 times)"],
        ),
        (["0461", "461", "Odense"], []),
        (["Odense", "Nord", "Aarhus"], []),
    ],
)
def test_answers_of_several_municipalities_are_told(tmp_path, places, told):
    path = write_csv(tmp_path / "x.csv", transposed({"Kommune": places, "Alder": ["30", "40", "50"]}))
    assert [note.partition(",")[0] for note in read_export(path).source.notes] == told


@pytest.mark.parametrize(
    "heads",
    [("Respondent", "Spørgsmål", "Svar"), ("id", "question_id", "value"), ("Nr.", "Variabel", "Værdi")],
)
def test_a_row_for_each_answer_is_refused_with_the_way_out(tmp_path, heads):
    rows = [[str(at // 2), "Alder" if at % 2 else "Køn", "34" if at % 2 else "Mand"] for at in range(20)]
    with pytest.raises(DataError, match="a row for each answer, not for each respondent") as caught:
        read_export(write_csv(tmp_path / "x.csv", [list(heads), *rows]))
    assert "one row a respondent" in caught.value.hint
    # Questions that people ask, each another one, are answers themselves.
    own = [[str(at), f"Hvorfor {at}?", "Ja" if at % 2 else "Nej"] for at in range(20)]
    assert len(read_export(write_csv(tmp_path / "y.csv", [list(heads), *own])).frame) == 20


def test_a_box_for_none_of_these_is_of_the_question_before_it():
    names = ["Emner: Natur", "Emner: Skole", "Ingen af disse", "Måder: Møde", "Måder: Tur", "Ingen af disse"]
    names[2], names[5] = "Ingen af disse (column 3)", "Ingen af disse (column 6)"
    columns = question_columns(["Ingen af dem", *names])
    assert [(one.question, one.choice) for one in columns[3::3]] == [
        ("Emner", "Ingen af disse"),
        ("Måder", "Ingen af disse"),
    ]
    assert (columns[0].question, columns[0].label) == ("", "Ingen af dem")
