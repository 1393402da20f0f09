"""Cards on paper: four to a sheet, both sides in step, and what is too long is named."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from borgerlib.commands.workshop import app
from borgerlib.errors import DataError, ParameterError
from borgerlib.workshop.cards.deck import CardSection, read_decks, shipped_decks
from borgerlib.workshop.page.cards import cards_for_print
from borgerlib.workshop.page.citizens import Citizens
from borgerlib.workshop.saved.report import download

weasyprint = pytest.importorskip("weasyprint")

from accessible_pdf import pdf_problems  # noqa: E402

from borgerlib.workshop.cards.print import print_cards, sheets_html, too_long  # noqa: E402


@pytest.fixture(scope="module")
def cards():
    return cards_for_print(read_decks(), Citizens())


@pytest.mark.long
def test_ours_fit_on_sheets_that_a_screen_reader_can_read(cards, tmp_path):
    target = print_cards(cards, tmp_path / "kort.pdf")
    assert pdf_problems(target) == ()
    pages = pypdf.PdfReader(target).pages
    assert len(pages) == 2 * len(cards) / 4
    width, height = (float(x) for x in pages[0].mediabox[2:])
    assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (210, 297)


def test_turned_over_the_long_edge_left_lies_behind_right(cards):
    sheets = weasyprint.HTML(string=sheets_html(cards[:5])).render().pages
    assert len(sheets) == 4
    for front, back in (sheets[:2], sheets[2:]):
        fronts, backs = titles(front), titles(back)
        # An A4 sheet is 794 × 1123 pixels.
        assert {title: (x < 397, y < 561) for title, (x, y) in fronts.items()} == {
            title: (x > 397, y < 561) for title, (x, y) in backs.items()
        }
    assert set(titles(sheets[0])) == {printed.card.title for printed in cards[:4]}


def titles(page):
    """Where the titles of the cards stand on a sheet, in pixels."""
    return {
        "".join(box.element.itertext()).strip(): (box.position_x, box.position_y)
        for box in page._page_box.descendants(placeholders=True)
        if box.element_tag in ("h1", "h2") and type(box).__name__ == "BlockBox"
    }


@pytest.mark.long
def test_a_card_too_long_says_by_how_many_lines(cards):
    one = cards[0]

    def of(lines):  # each paragraph is one line of its own
        text = "\n".join(f"Linje {number}" for number in range(lines))
        return replace(one, card=replace(one.card, text=text))

    long = of(60)
    (problem,) = too_long([long, cards[1]])
    count = int(problem.removeprefix("theme 'skolestruktur', front: ").split()[0])
    # So many lines fewer fit, and no line less will do.
    assert too_long([of(60 - count)]) == ()
    assert too_long([of(61 - count)]) == ("theme 'skolestruktur', front: 1 line too long",)
    assert too_long([of(62)]) == (f"theme 'skolestruktur', front: {count + 2} lines too long",)
    # And of lines that run on: those that a text fills beside what it is given room for.
    counts = range(60, 260, 4)
    words = [replace(one, card=replace(one.card, id=f"{count}", text="ord " * count)) for count in counts]
    said = {line.split("'")[1]: int(line.split()[-4]) for line in too_long(words)}
    told = [said.get(f"{count}", 0) for count in counts]
    assert told[0] == 0 < told[-1]
    assert {later - earlier for earlier, later in pairwise(told)} == {0, 1}
    with pytest.raises(DataError, match="do not fit on A6") as caught:
        print_cards([long], Path("never.pdf"))
    assert caught.value.problems == (problem,)


def test_the_check_of_a_deck_looks_at_the_paper_too(tmp_path):
    text = shipped_decks()["role"].read_text(encoding="utf-8")
    file = tmp_path / "roller.toml"
    file.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(file)])
    assert done.output == "8 cards: all in order.\n"
    file.write_text(
        text.replace("Opdager, hvor", "Opdager, hvor " + "det går galt og " * 120), encoding="utf-8"
    )
    with pytest.raises(DataError) as caught:
        CliRunner().invoke(app, ["check", str(file)], catch_exceptions=False)
    assert caught.value.problems[0].startswith("role 'sagsbaereren', back: ")


@pytest.mark.slow
def test_the_report_of_a_map_is_one_that_a_screen_reader_can_read(influence_room, tmp_path):
    spot = {"id": "mandat", "when": "today", "influence": 3, "control": 2}
    influence_room.keep([influence_room.check("", "place", spot)])
    file = tmp_path / "rapport.pdf"
    file.write_bytes(download(influence_room, "pdf").content)
    assert pdf_problems(file) == ()


def test_a_word_wider_than_a_card_is_broken_and_counted(cards):
    short = (CardSection("Rammer", ("Få.",)),)
    wide = replace(cards[0], card=replace(cards[0].card, title="W" * 40, text="W" * 90, back=short))
    assert too_long([wide]) == ()
    for sheet in weasyprint.HTML(string=sheets_html([wide])).render().pages:
        for box in sheet._page_box.descendants(placeholders=True):
            if type(box).__name__ == "TextBox":
                assert box.position_x + box.width <= sheet.width
    (problem,) = too_long([replace(wide, card=replace(wide.card, text="W" * 900))])
    assert "lines too long" in problem


def test_the_cards_are_a_pdf_and_nothing_else(tmp_path):
    for name in ("kort.docx", "kort"):
        with pytest.raises(ParameterError, match=r"The cards are no '.*' file") as caught:
            CliRunner().invoke(app, ["cards", str(tmp_path / name)], catch_exceptions=False)
        assert caught.value.hint == f"Write {tmp_path / 'kort.pdf'}."
    assert not list(tmp_path.glob("kort*"))
