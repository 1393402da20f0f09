import numpy as np
import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from borgerlib.errors import DataError, DisclosureError
from borgerlib.statistics.crosstabs import banner_table
from borgerlib.statistics.disclosure.gate import DisclosedEstimates
from borgerlib.survey.codebook.load import parse_codebook
from borgerlib.view.tables.banner import Banner, banner

CODEBOOK = parse_codebook(
    {
        "survey": {"id": "proeve", "title": "Prøve"},
        "item": [
            {
                "id": "koen",
                "text": "Hvad er dit køn?",
                "kind": "single",
                "role": "sex",
                "options": [{"id": "mand", "text": "Mand"}, {"id": "kvinde", "text": "Kvinde"}],
            },
            {
                "id": "emner",
                "text": "Hvilke <emner>?",
                "kind": "multiple",
                "options": [
                    {"id": "natur", "text": '=HYPERLINK("http://x")'},
                    {"id": "skole", "text": "Skole & børn"},
                    {"id": "havn", "text": "Havn"},
                ],
            },
        ],
    },
    source="prøve",
)


def respondents():
    """200 women, 100 men, by place; topics with known counts, drawn by position and not at random.

    natur: 150 of 200 women, 25 of 100 men. skole: every other one. havn: 30 women, 2 men.
    """
    woman = np.arange(300) < 200
    place = np.arange(300) % 3
    within = np.where(woman, np.arange(300), np.arange(300) - 200)
    return pd.DataFrame(
        {
            "koen": pd.Categorical(np.where(woman, "kvinde", "mand"), categories=["mand", "kvinde"]),
            "alder": pd.Categorical(
                np.array(["15-17", "18-24", "80+"])[place], categories=["15-17", "18-24", "80+"]
            ),
            "unge_klima": pd.array(place < 2, dtype="boolean"),
            "emner__natur": (within < np.where(woman, 150, 25)).astype("int8"),
            "emner__skole": (within % 2).astype("int8"),
            "emner__havn": (within < np.where(woman, 30, 2)).astype("int8"),
            "w": np.where(woman, 0.75, 1.5),
        }
    )


def made(by=("koen", "alder"), simulated=False, frame=None, **options) -> Banner:
    table = banner_table(
        respondents() if frame is None else frame, CODEBOOK, by=list(by), items=["emner"], weight="w"
    )
    return banner(
        table, CODEBOOK, base="borgere i Prøvby", source="Egen måling", simulated=simulated, **options
    )


def cells(soup, label):
    found = next(line for line in soup.select("tbody tr") if label in line.th.text)
    return [cell.get_text(" ", strip=True) for cell in found.select("td")]


def test_html_says_in_the_head_who_and_how_many():
    soup = BeautifulSoup(made().to_html(), "html.parser")
    assert soup.caption.text == "Hvilke <emner>?"
    head = soup.thead.find_all("tr")
    assert [th.text for th in head[0].find_all("th")] == ["Svar", "Alle", "Køn", "Alder"]
    assert [th.get("colspan") for th in head[0].find_all("th", scope="colgroup")] == ["2", "3"]
    assert [th.text for th in head[1].find_all("th", scope="col")] == [
        "Mand", "Kvinde", "15–17 år", "18–24 år", "80 år og derover",
    ]  # fmt: skip
    assert [cell.text for cell in head[2].find_all(["th", "td"])][:4] == ["n", "300", "100", "200"]
    # Kish: weights 200 × 0.75 and 100 × 1.5 sum to 300, their squares to 112.5 + 225 = 337.5; 90,000/337.5.
    assert [cell.text for cell in head[3].find_all(["th", "td"])][:4] == ["Effektivt n", "267", "100", "200"]
    assert all(th.get("scope") for th in soup.find_all("th"))
    assert len(soup.tbody.find_all("th", scope="row")) == 3


def test_marks_are_said_in_words_to_who_does_not_see_them():
    soup = BeautifulSoup(made().to_html(), "html.parser")
    # natur: 25 of 100 men, 150 of 200 women; all: (25 × 1.5 + 150 × 0.75) / 300 = 0.5.
    total, men, women = cells(soup, "HYPERLINK")[:3]
    assert total.startswith("50\u00a0pct.")
    assert "▲" not in total
    assert "▼" not in total
    assert men.startswith("25\u00a0pct. ▼ færre end i resten")
    assert women.startswith("75\u00a0pct. ▲ flere end i resten")
    assert all(mark["aria-hidden"] == "true" for mark in soup.find_all("span", string=["▲", "▼"]))
    # Half of both chose skole: no mark.
    assert [cell.split()[1] for cell in cells(soup, "Skole & børn")[:3]] == ["pct.", "pct.", "pct."]
    assert not any(mark in " ".join(cells(soup, "Skole & børn")) for mark in "▲▼")


def test_small_counts_are_hidden_everywhere(tmp_path):
    shown = made()
    frame = shown.estimates.frame
    hidden = frame[frame["suppressed"]]
    # Two men chose havn; their number follows from the total and the women, so the women's is hidden too.
    assert {("havn", "koen=mand"), ("havn", "koen=kvinde")} <= set(
        zip(hidden["option"], hidden["group"], strict=True)
    )
    assert hidden[["count", "proportion", "n_effective"]].isna().all(axis=None)
    assert (hidden["mark"] == "").all()
    soup = BeautifulSoup(shown.to_html(), "html.parser")
    assert cells(soup, "Havn")[1:3] == ["· skjult", "· skjult"]
    assert "færre end 5 svar" in soup.select_one("p.borger-note").text
    book = openpyxl.load_workbook(shown.to_xlsx(tmp_path / "b.xlsx"))
    line = next(row for row in book["1 emner"].iter_rows(values_only=True) if row[0] == "Havn")
    assert line[2:4] == ("· skjult", "· skjult")
    numbers = [row for row in book["Alle tal"].iter_rows(values_only=True) if row[1] == "Havn"]
    assert [row[6:9] for row in numbers[1:3]] == [(None, "· skjult", "· skjult")] * 2


def test_nothing_shown_tells_the_share_of_the_rest():
    columns = set(made().estimates.frame.columns)
    assert not columns & {"difference", "p_value", "q_value", "standard_error"}


def test_a_group_too_small_is_hidden_with_its_size(tmp_path):
    frame = respondents()
    frame["alder"] = frame["alder"].cat.add_categories(["25-34"])
    frame.loc[[0, 1, 2], "alder"] = "25-34"
    shown = made(by=["alder"], frame=frame)
    soup = BeautifulSoup(shown.to_html(), "html.parser")
    sizes = [[cell.text for cell in line.find_all("td")] for line in soup.thead.find_all("tr")[2:]]
    assert sizes[0][4] == sizes[1][4] == "· skjult"
    sheet = openpyxl.load_workbook(shown.to_xlsx(tmp_path / "b.xlsx"))["1 emner"]
    assert sheet.cell(6, 6).value == sheet.cell(7, 6).value == "· skjult"


def test_workbook_has_danish_heads_formats_and_frozen_panes(tmp_path):
    path = made().to_xlsx(tmp_path / "banner.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["1 emner", "Alle tal"]
    sheet = book["1 emner"]
    assert sheet.freeze_panes == "B8"
    assert [cell.value for cell in sheet[4]][:5] == [None, None, "Køn", None, "Alder"]
    assert [cell.value for cell in sheet[5]][:4] == ["Svar", "Alle", "Mand", "Kvinde"]
    assert [cell.value for cell in sheet[6]][:4] == ["n", 300, 100, 200]
    assert [cell.value for cell in sheet[7]][:4] == ["Effektivt n", 267, 100, 200]
    assert [cell.value for cell in sheet[8]][1:4] == [0.5, 0.25, 0.75]
    assert [cell.number_format for cell in sheet[8]][1:4] == ["0%", '0%" ▼"', '0%" ▲"']
    numbers = book["Alle tal"]
    assert numbers.freeze_panes == "A2"
    assert [cell.value for cell in numbers[1]][4:10] == [
        "n", "Effektivt n", "Antal", "Andel", "Nedre grænse", "Øvre grænse",
    ]  # fmt: skip
    assert [cell.value for cell in numbers[5]][3:8] == ["Mand", 100, 100, 25, 0.25]
    assert numbers["K5"].value == "færre end i resten"
    assert numbers["H5"].number_format == "0.0%"


def test_no_text_is_a_formula(tmp_path):
    book = openpyxl.load_workbook(made().to_xlsx(tmp_path / "banner.xlsx"))
    assert book["1 emner"]["A8"].value == '=HYPERLINK("http://x")'
    texts = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)
    ]
    assert {cell.data_type for cell in texts} == {"s"}


def test_segments_are_shown_as_yes_and_no_under_their_heading():
    soup = BeautifulSoup(
        made(by=["unge_klima"], headings={"unge_klima": "Unge og klima"}).to_html(), "html.parser"
    )
    head = soup.thead.find_all("tr")
    assert [th.text for th in head[0].find_all("th", scope="colgroup")] == ["Unge og klima"]
    assert [th.text for th in head[1].find_all("th")] == ["Nej", "Ja"]
    plain = BeautifulSoup(made(by=["unge_klima", "emner__skole"]).to_html(), "html.parser")
    assert [th.text for th in plain.thead.find_all("th", scope="colgroup")] == ["Unge klima", "Skole & børn"]


def test_simulated_data_are_named_in_every_caption(tmp_path):
    shown = made(simulated=True)
    assert BeautifulSoup(shown.to_html(), "html.parser").caption.text.startswith("SIMULEREDE DATA: ")
    book = openpyxl.load_workbook(shown.to_xlsx(tmp_path / "b.xlsx"))
    assert book["1 emner"]["A1"].value.startswith("SIMULEREDE DATA: ")
    assert book["Alle tal"]["A2"].value.startswith("SIMULEREDE DATA: ")
    assert shown.to_text().startswith("SIMULEREDE DATA: ")


def test_a_notebook_gets_html_and_text():
    bundle = made()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert "Køn: Mand: 25\u00a0pct. ▼" in bundle["text/plain"]
    assert "Kilde: Egen måling." in bundle["text/plain"]
    assert isinstance(made().estimates, DisclosedEstimates)


def test_the_table_is_left_as_it_was():
    table = banner_table(respondents(), CODEBOOK, by=["koen"], items=["emner"])
    before = table.copy(deep=True)
    banner(table, CODEBOOK, base="borgere", source="Måling")
    pd.testing.assert_frame_equal(table, before)


def test_what_is_no_whole_banner_table_is_refused():
    table = banner_table(respondents(), CODEBOOK, by=["koen"], items=["emner"])
    words = {"base": "borgere", "source": "Måling"}
    with pytest.raises(DataError, match="there is no column 'n_effective'"):
        banner(table.drop(columns="n_effective"), CODEBOOK, **words)
    with pytest.raises(DataError, match="rows of all respondents"):
        banner(table[table["domain"] != ""], CODEBOOK, **words)
    with pytest.raises(DisclosureError, match="no row for option 'natur' in group 'koen=mand'"):
        banner(table.drop(index=3), CODEBOOK, **words)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"cannot be written to .*ingen"):
        made().to_xlsx(tmp_path / "ingen" / "banner.xlsx")
    assert list(tmp_path.iterdir()) == []
