"""What is taken to a slide: pictures of 16:9, and a presentation that says what the page says."""

import csv
import io
from datetime import datetime

import pytest
from PIL import Image
from pptx import Presentation

from borgerlib import danish
from borgerlib.dashboard.page import screen
from borgerlib.dashboard.saved.downloads import download
from borgerlib.dashboard.saved.pictures import picture, slide_chart
from borgerlib.interest.filters.selection import Selection


@pytest.fixture(scope="module")
def pair(answers):
    return answers.to(Selection({"age": ("60-69",)}), against=Selection({"age": ("15-24",)}))


@pytest.fixture(scope="module")
def deck(answers, pair):
    return Presentation(io.BytesIO(download(answers, pair, "topics", "pptx", sort="size").content))


@pytest.mark.long
@pytest.mark.parametrize("chart", ["topics", "time"])
def test_a_picture_is_as_wide_and_high_as_a_slide(answers, pair, chart):
    picture = Image.open(io.BytesIO(download(answers, pair, chart, "png", sort="asked").content))
    assert picture.width * 9 == picture.height * 16


def test_the_tables_of_a_presentation_are_those_of_the_page(answers, pair, deck):
    tables = [shape.table for slide in deck.slides for shape in slide.shapes if shape.has_table]
    for table, chart in zip(tables, ("topics", "time", "formats"), strict=True):
        shown = [[cell.text for cell in row.cells] for row in table.rows]
        of_page = screen.chart(answers, pair, chart, sort="size")
        assert shown[0][3:] == of_page["heads"]
        assert [row[:2] for row in shown[1:]] == [[row["label"], row["text"]] for row in of_page["rows"]]


def test_a_presentation_names_nobody_and_the_day_when_it_was_made(deck):
    told = deck.core_properties
    assert (told.author, told.last_modified_by, told.comments, told.language) == ("", "", "", "da-DK")
    assert abs((told.created - datetime.now()).days) <= 1
    assert told.modified == told.created


def test_every_slide_has_a_title_and_every_picture_its_words(answers, deck):
    assert all(slide.shapes.title.text.startswith("SIMULEREDE DATA: ") for slide in deck.slides)
    pictures = [
        shape
        for slide in deck.slides
        for shape in slide.shapes
        if shape.shape_type and shape.shape_type == 13
    ]
    told = [picture._element.nvPicPr.cNvPr.get("descr") for picture in pictures]
    assert len(told) == 3
    assert all("Til sammenligning 15–24 år" in words for words in told)
    assert all(picture.left + picture.width <= deck.slide_width for picture in pictures)
    about = "\n".join(shape.text_frame.text for shape in list(deck.slides)[-1].shapes)
    assert "beskyttet kopi" in about
    assert "Kilde: " in about
    assert "60–69 år mod 15–24 år" in about
    assert "\n15–24 år. Svar: ca. " in about


def test_a_picture_says_about_how_many_are_meant_and_compared_with(answers, pair):
    drawn = slide_chart(answers, pair, "topics", sort="size")
    counts = [danish.number(one.size.n) for one in (pair, pair.against)]
    assert f"ca. {counts[0]} borgere" in drawn.question
    assert f"N ca. {counts[0]}." in drawn.caption
    assert drawn.question.startswith(f"60–69 år (ca. {counts[0]} svar) mod 15–24 år (ca. {counts[1]} svar). ")
    both = picture(answers, pair, "topics")
    assert f"N ca. {counts[0]} og {counts[1]}." in both.caption


def test_the_numbers_of_both_groups_have_their_ends_or_what_is_known(answers, pair):
    file = download(answers, pair, "topics", "csv", sort="asked").content.decode("utf-8-sig")
    heads, *rows = csv.reader(file.split("\r\n\r\n")[0].splitlines(), delimiter=";")
    assert heads[6:] == ["Nedre grænse, 15–24 år", "Øvre grænse, 15–24 år", "Bemærkning"]
    of_page = screen.chart(answers, pair, "topics")["rows"]
    for row, shown in zip(rows, of_page, strict=True):
        assert row[4] != "" or row[8].endswith(f"15–24 år: {shown['whole_text']}")
        assert [bool(end) for end in row[6:8]] == [shown["whole_lower"] is not None] * 2


def test_selections_whose_names_are_cut_have_files_of_their_own(answers):
    ages = [level.id for level in answers.offer.filter("age").levels]
    names = set()
    for sex in ("mand", "kvinde"):
        of = Selection({"age": tuple(ages), "area_type": ("by", "land"), "topics": ("natur", "trafik")})
        other = Selection({**of.levels, "sex": (sex,)})
        names.add(download(answers, answers.to(of, against=other), "topics", "csv", sort="asked").name)
    assert len(names) == 2
    assert max(map(len, names)) < 130
