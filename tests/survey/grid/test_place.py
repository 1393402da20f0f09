from __future__ import annotations

import openpyxl
import pytest
from survey_exports import write_csv, write_xlsx

from borgerlib.errors import DataError
from borgerlib.survey.grid.place import find_table
from borgerlib.survey.readers.read import read_export

HEADINGS = ["Nr.", "Alder", "Køn", "Sport"]
ROWS = [[str(at), str(20 + at), "Mand" if at % 2 else "Kvinde", "Bold;Løb"] for at in range(1, 21)]


def read(tmp_path, rows, **options):
    return read_export(write_csv(tmp_path / "x.csv", rows), **options)


@pytest.mark.parametrize(
    "above",
    [[["Idrætsundersøgelse 2025"]], [["Rapport", "", "", ""], ["Trukket", "01-02-2025", "", ""]]],
    ids=["one short row", "two rows"],
)
def test_titles_above_the_headings_are_passed_over_and_told(tmp_path, above):
    export = read(tmp_path, [*above, HEADINGS, *ROWS])
    assert list(export.frame.columns) == HEADINGS
    assert len(export.frame) == 20
    assert "above the headings" in export.source.notes[0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["Nr.", "Alder", "Køn", "Sport", "", ""], ["", "", "", "Bold", "Løb", "Svømning"]),
        (["Nr.", "Alder", "Køn", "Sport", "", ""], ["Svar", "Svar", "Svar", "Bold", "Løb", "Svømning"]),
        (["Nr.", "Alder", "Køn", "Sport", "Sport", "Sport"], ["", "", "", "Bold", "Løb", "Svømning"]),
    ],
    ids=["blank under single questions", "a word under single questions", "the question repeated"],
)
@pytest.mark.parametrize("tick", ["text", "1"])
def test_a_second_heading_row_is_no_respondent(tmp_path, first, second, tick):
    # Every third ticks all three, every other one the first: 7 + 14 of 21.
    def ticks(at):
        marks = [text if tick == "text" else "1" for text in second[3:]]
        return marks if at % 3 == 0 else [marks[0], "", ""]

    people = [[str(at), str(30 + at), "Mand" if at % 2 else "Kvinde", *ticks(at)] for at in range(21)]
    export = read(tmp_path, [first, second, *people])
    assert len(export.frame) == 21
    assert [column.choice for column in export.columns[3:]] == ["Bold", "Løb", "Svømning"]
    assert {column.question for column in export.columns[3:]} == {"Sport"}
    assert export.frame.iloc[:, 4].notna().sum() == 7
    assert "rows 1 to 2 are taken for headings" in export.source.notes


@pytest.mark.parametrize("word", ["Response", "Svar", "Antwort"])
def test_few_answers_and_a_number_leave_a_second_heading_row_what_it_is(tmp_path, word):
    first, second = ["Nr.", "Alder", "Sport", "", "Mere"], ["", word, "Bold", "Løb", word]
    people = [["1", "42", "x", "x", "ja"], ["2", "61", "x", "", "måske"], ["3", "93", "", "", "nej"]]
    assert len(read(tmp_path, [first, second, *people]).frame) == 3


def test_two_options_of_one_name_leave_a_second_heading_row_what_it_is(tmp_path):
    # A box 'Andet', and beside it the text that says what.
    first = ["Nr.", "Emner", "", "", "", "", "Køn"]
    second = ["", "Klima", "Skole", "Veje", "Andet", "Andet", ""]
    people = [
        [str(at), "Klima" * (at % 2), "Skole" * (at % 3 > 0), "", "Andet", f"ønske {at}", "Mand"]
        for at in range(1, 31)
    ]
    export = read(tmp_path, [first, second, *people])
    assert len(export.frame) == 30
    assert [column.choice for column in export.columns[1:6]] == second[1:6]


def test_a_respondent_who_ticked_everything_is_no_heading(tmp_path):
    people = [
        ["1", "30", "Mand", "Bold", "Løb"],
        *[[str(at), "40", "Kvinde", "Bold", ""] for at in range(2, 9)],
    ]
    assert len(read(tmp_path, [["Nr.", "Alder", "Køn", "Sport 1", "Sport 2"], *people]).frame) == 8


def test_one_untidy_cell_in_the_first_answers_is_no_heading(tmp_path):
    rows = [["1", "tredive", "Mand", "Bold"], *ROWS[1:]]
    assert len(read(tmp_path, [HEADINGS, *rows]).frame) == 20


def test_names_over_texts_are_two_heading_rows(tmp_path):
    names, texts = ["V1", "V2", "V3", "V4"], ["Nr.", "Din alder", "Dit køn", "Hvilken sport?"]
    export = read(tmp_path, [names, texts, *ROWS])
    assert list(export.frame.columns) == names
    assert [column.label for column in export.columns] == texts


def test_totals_and_notes_below_the_answers_are_no_respondents(tmp_path):
    rows = [HEADINGS, *ROWS, ["I alt", "610", "", ""], [], ["Trukket 1. februar"]]
    export = read(tmp_path, rows)
    assert len(export.frame) == 20
    assert "2 rows below the answers are passed over (from row 22)" in export.source.notes


@pytest.mark.parametrize("word", ["I alt", "Sum", "Antal svar", "Procent", "Gennemsnit", "Total", ""])
def test_totals_are_no_respondents_whatever_the_ids_are(tmp_path, word):
    people = [[f"S{at:03}", "30" if at % 2 else "40", *"0110"] for at in range(20)]
    heads = ["Nr.", "Alder", "Bold", "Løb", "Dans", "Golf"]
    export = read(tmp_path, [heads, *people, [word, "35", "0", "20", "20", "9"]])
    assert len(export.frame) == 20
    assert "1 row below the answers is passed over (row 22)" in export.source.notes
    divided = [[word or "I alt", "20", *[""] * 4], ["S001", "10", *[""] * 4]]
    assert len(read(tmp_path, [heads, *people, *divided]).frame) == 20
    # Whoever lacks an id and answers as others do is a respondent.
    assert len(read(tmp_path, [heads, *people, ["", "93", *"0110"]]).frame) == 21


@pytest.mark.parametrize(
    "total", [["21", "I alt", "610", "20"], ["", "Sum", "", "20"], ["", "Total:", "100 %", "9"]]
)
def test_a_total_may_have_its_word_in_any_column(tmp_path, total):
    heads, people = ["Nr.", "Køn", "Alder", "Bold"], [[str(at), "Mand", "40", "1"] for at in range(1, 21)]
    assert len(read(tmp_path, [heads, *people, total]).frame) == 20
    # A word beside others' words is an answer.
    assert (
        len(read(tmp_path, [[*heads, "By"], *[[*each, "Å"] for each in people], [*total, "Å"]]).frame) == 21
    )


def test_a_total_without_a_word_or_above_the_answers_is_no_respondent(tmp_path):
    # 5 · (1 + 2 + 3 + 4) = 50 hours of 20 people.
    heads, people = ["Køn", "Alder", "Timer"], [["Mand", "15-29 år", str(1 + at % 4)] for at in range(20)]
    for total in ("50", "20"):
        assert len(read(tmp_path, [heads, *people, ["", "", total]]).frame) == 20
    assert len(read(tmp_path, [heads, *people, ["", "", "4"]]).frame) == 21
    export = read(tmp_path, [heads, ["Total", "", "50"], *people])
    assert len(export.frame) == 20
    assert "row 2, above the answers, is passed over as a total" in export.source.notes


def test_a_cell_merged_downwards_counts_for_every_row_beside_it(tmp_path):
    people = [["Nord" if at == 0 else "Syd" if at == 12 else None, at, "Mand"] for at in range(20)]
    path = write_xlsx(tmp_path / "x.xlsx", {"Svar": [["Bydel", "Nr.", "Køn"], *people]})
    book = openpyxl.load_workbook(path)
    for place in ("A2:A13", "A14:A21"):
        book["Svar"].merge_cells(place)
    book.save(path)
    export = read_export(path)
    assert export.frame["Bydel"].value_counts().to_dict() == {"Nord": 12, "Syd": 8}
    assert "18 rows stand beside a merged cell, and count with what it holds" in export.source.notes


def test_a_last_respondent_with_few_answers_stays(tmp_path):
    assert len(read(tmp_path, [HEADINGS, *ROWS, [], ["21", "", "", ""]]).frame) == 21


def test_headings_repeated_among_the_answers_are_passed_over(tmp_path):
    title = ["Svar på papir", "", "", ""]
    assert len(read(tmp_path, [HEADINGS, *ROWS[:10], title, HEADINGS, *ROWS[10:]]).frame) == 20
    export = read(tmp_path, [HEADINGS, *ROWS[:10], HEADINGS, *ROWS[10:]])
    assert len(export.frame) == 20
    assert "1 row that repeats the headings is passed over" in export.source.notes


def test_a_file_without_headings_is_refused_and_can_be_read_all_the_same(tmp_path):
    with pytest.raises(DataError, match=r"x\.csv has no headings: row 1 holds answers") as caught:
        read(tmp_path, ROWS)
    assert "--heading-rows 0" in caught.value.hint
    export = read(tmp_path, ROWS, heading_rows=0)
    assert list(export.frame.columns) == ["column 1", "column 2", "column 3", "column 4"]
    assert len(export.frame) == 20


def test_how_many_rows_head_the_columns_may_be_said(tmp_path):
    export = read(tmp_path, [HEADINGS, ["a", "b", "c", "d"], *ROWS], heading_rows=2)
    assert len(export.frame) == 20


def test_headings_that_stand_twice_are_kept_apart_by_their_place(tmp_path):
    export = read(tmp_path, [["Nr.", "Hvorfor?", "Køn", "Hvorfor?"], *ROWS])
    assert list(export.frame.columns) == ["Nr.", "Hvorfor? (column 2)", "Køn", "Hvorfor? (column 4)"]


def test_the_largest_sheet_is_read_and_another_may_be_named(tmp_path):
    small = [HEADINGS, *ROWS[:3]]
    path = write_xlsx(tmp_path / "x.xlsx", {"Prøve": small, "Svar": [HEADINGS, *ROWS]})
    export = read_export(path)
    assert len(export.frame) == 20
    assert export.source.notes == ("sheet 'Svar' is read; the workbook also has 'Prøve'",)
    assert len(read_export(path, sheet="Prøve").frame) == 3
    with pytest.raises(DataError, match=r"Unknown sheet 'Svare'\. Did you mean 'Svar'"):
        read_export(path, sheet="Svare")


@pytest.mark.parametrize(
    "rows",
    [
        [["Respondent ID", "Hvilke emner?", "", ""], ["", "Haver", "Havne", "Huse"]],
        [["Respondent ID", "Hvad er din alder?"], ["", "Open-Ended Response"]],
        [["StartDate", "ResponseId", "Q1"], ["Start Date", "Response ID", "Alder?"]],
        [["Alder", "Køn"]],
    ],
    ids=["options below questions", "a word below a question", "names and texts", "one row"],
)
def test_headings_that_nobody_stands_under_are_no_respondent(tmp_path, rows):
    with pytest.raises(DataError, match="headings but nothing below"):
        read(tmp_path, rows)


def test_one_respondent_is_one(tmp_path):
    assert len(read(tmp_path, [["Alder", "Køn", "Emner"], ["34", "Kvinde", "Haver"]]).frame) == 1


def test_a_total_that_says_its_number_in_words_is_no_respondent(tmp_path):
    people = [["Mand" if at % 2 else "Kvinde", str(20 + at), "Klima", "2"] for at in range(20)]
    total = ["Antal svar: 20", "", "", ""]
    assert len(read(tmp_path, [["Køn", "Alder", "Emne", "Timer"], *people, total]).frame) == 20


def test_sums_between_the_answers_are_passed_over_and_told(tmp_path):
    rows = [["Nr", "Køn", "Emner: Trafik"], *([str(at), "Mand", "x"] for at in range(12))]
    rows.insert(7, ["", "Delsum", "6"])
    rows.insert(9, ["", " ", ""])
    export = read_export(write_csv(tmp_path / "x.csv", rows))
    assert export.frame["Emner: Trafik"].dropna().tolist() == ["x"] * 12
    assert any(
        note.startswith("1 row between the answers holds sums (row 8)") for note in export.source.notes
    )


def found(rows):
    return find_table(rows, range(1, len(rows) + 1))


@pytest.mark.parametrize("label", ["Nord i alt", "Område Nord: total", "Sum for Nord", "Subtotal, Nord"])
@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize("ticks", ["x", "1"])
def test_sums_of_an_area_between_its_answers_are_no_respondents(label, place, ticks):
    # 10 people of Nord, 6 of whom ticked the first topic; 2 of Syd, 1 of whom did.
    people = [[str(at), "Nord", "44", ticks if at < 6 else "", ticks, ""] for at in range(10)]
    more = [[str(at), "Syd", "44", ticks if at < 11 else "", ticks, ""] for at in range(10, 12)]
    sums = ["", "", "44", "6", "10", "0"]
    sums[place] = label
    table = found([["Nr.", "Område", "Alder", "Natur", "Skoler", "Veje"], *people, sums, *more])
    assert table.data == (*range(1, 11), 12, 13)
    assert any("1 row between the answers holds sums (row 12)" in note for note in table.notes)


def test_an_answer_that_speaks_of_a_sum_is_one():
    people = [[str(1 + at % 5), str(at % 2), "44", ""] for at in range(20)]
    people[3][3], people[8][3] = "I alt er jeg glad", "Summen er for lille i alt"
    # 98 and 99 are nobody else's answers.
    people[4] = ["98", "99", "44", "I alt for dyrt"]
    assert len(found([["Tillid", "Sport", "Alder", "Mere"], *people]).data) == 20


def test_sums_of_small_areas_and_their_means_are_no_respondents():
    # 2 areas of 4 people, each with a row of counts and one of the mean age.
    def of(area):
        people = [[area, str(40 + at % 2), "x", "x" if at else ""] for at in range(4)]
        return [*people, [f"{area} i alt", "4", "4", "3"], [f"Gennemsnit {area}", "40,5", "", ""]]

    table = found([["Område", "Alder", "Veje", "Natur"], *of("Nord"), *of("Syd")])
    assert table.data == (1, 2, 3, 4, 7, 8, 9, 10)


@pytest.mark.parametrize(
    "sums",
    [["Nord", "I alt", "10", "6", ""], ["Nord i alt", "", "", "6", ""], ["Nord", "Total:", "", "7", ""]],
)
def test_a_sum_beside_its_area_or_of_one_number_is_no_respondent(sums):
    # 10 people of Nord, 6 of whom ticked the first topic; of Syd everybody.
    people = [["Nord" if at < 10 else "Syd", "Mand", "44", "1" if at not in (6, 7, 8, 9) else "", "1"]
              for at in range(14)]  # fmt: skip
    heads = ["Område", "Køn", "Alder", "Natur", "Skoler"]
    assert found([heads, *people[:10], sums, *people[10:]]).data == (*range(1, 11), *range(12, 16))
    # A word beside a word is an answer where the numbers are those of others.
    answer = ["Nord", "Total", "44", "1", "1"]
    assert len(found([heads, *people[:10], answer, *people[10:]]).data) == 15


def test_a_total_directly_under_the_headings_is_no_heading_row():
    people = [[str(at), "Mand" if at % 2 else "Kvinde", "x", ""] for at in range(20)]
    for label, place in (("I alt", 0), ("Alle områder i alt", 1)):
        total = ["", "", "77", "79"]
        total[place] = label
        table = found([["Nr.", "Køn", "Veje", "Natur"], total, *people])
        assert (table.headings, table.data) == ((0,), tuple(range(2, 22)))
