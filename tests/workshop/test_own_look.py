"""The municipality's look on cards, pages and files."""

import io

import pytest
from PIL import Image
from served import Visitor, serving

from borgerlib import places
from borgerlib.files.look import USUAL
from borgerlib.workshop.page.citizens import Citizens
from borgerlib.workshop.page.open import open_room
from borgerlib.workshop.saved.report import download
from borgerlib.workshop.widget import WorkshopWidget

PURPLE, GREEN = "#7a1f5c", "#1c6b2a"
LOOK = f"""
navn = "Ærø Kommune"
logo = "logo.png"
farver = ["{PURPLE}", "{GREEN}"]
afsender = "Borgmesterens Afdeling"
kontakt = "demokrati@eksempel.dk"
"""


@pytest.fixture
def room(workspace):
    """The map of a municipality that has saved its look."""
    folder = places.saved_data("aeroe")
    folder.mkdir(parents=True)
    Image.new("RGB", (8, 4), PURPLE).save(folder / "logo.png")
    (folder / "udseende.toml").write_text(LOOK, encoding="utf-8")
    room = open_room("indflydelse", municipality="Ærø", title="Dagen")
    spot = {"id": "mandat", "when": "today", "influence": 3, "control": 2}
    room.keep([room.check("", "place", spot)])
    return room


def test_a_page_has_it(room):
    with serving(room, 9720) as served:
        visitor = Visitor(served)
        assert f"--borger-country: {PURPLE}" in visitor.get("/style.css")[1]
        gate = visitor.get("/deltag")[1]
        assert f"--borger-own: {GREEN}" in gate
        assert 'alt="Ærø Kommune"' in gate
        assert room.tool.look.logo in visitor.get(f"/?token={served.token}")[1]
    board = WorkshopWidget(room)
    assert PURPLE in board._css
    assert board.config["name"] == "Ærø Kommune"
    usual = open_room("indflydelse", title="Uden")
    assert usual.tool.look is USUAL
    assert PURPLE not in WorkshopWidget(usual)._css


def test_a_report_has_it(room):
    page = download(room, "html").content.decode()
    assert f"--borger-country: {PURPLE}" in page
    assert f'src="{room.tool.look.logo}" alt="Ærø Kommune"' in page
    assert "Borgmesterens Afdeling: demokrati@eksempel.dk" in page
    picture = Image.open(io.BytesIO(download(room, "png").content)).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(1 << 24)}
    assert tuple(bytes.fromhex(PURPLE[1:])) in colours
    assert (0x0B, 0x4F, 0x6C) not in colours


def test_a_document_has_it(room):
    docx = pytest.importorskip("docx")
    document = docx.Document(io.BytesIO(download(room, "docx").content))
    assert str(document.styles["Heading 1"].font.color.rgb) == PURPLE[1:].upper()
    assert document.inline_shapes[0]._inline.docPr.get("descr") == "Ærø Kommune"
    assert document.paragraphs[-1].text.endswith("demokrati@eksempel.dk")


@pytest.mark.long
def test_cards_have_it(room, tmp_path):
    pytest.importorskip("weasyprint")
    from accessible_pdf import pdf_problems

    from borgerlib.workshop.cards.deck import read_decks
    from borgerlib.workshop.cards.print import print_cards, sheets_html
    from borgerlib.workshop.page.cards import cards_for_print

    cards, look = cards_for_print(read_decks(), Citizens()), room.tool.look
    assert f"--borger-country: {PURPLE}" in sheets_html(cards, look)
    # All of ours still fit with a logo, and the logo is read out.
    assert pdf_problems(print_cards(cards, tmp_path / "kort.pdf", look)) == ()
    assert sheets_html(cards, look).count('alt="Ærø Kommune"') == len(cards)
