"""What everybody sees, and what is saved."""

import io
import json

import pandas as pd
import pytest
from docx import Document
from PIL import Image

from borgerlib.errors import DataError, ParameterError
from borgerlib.workshop.saved.report import download, session_html
from borgerlib.workshop.sessions.change import Change

ASKED = "kommunaldirektoer\ngenerelt"
PLACED = {"id": "formaal", "when": "today", "influence": 7, "control": 4}


def place_apart(room, influences):
    room.keep(
        [
            room.check(f"secret{at}", "place", {**PLACED, "influence": influence})
            for at, influence in enumerate(influences)
        ]
    )
    room.keep([room.check("", "reveal", {})])


def formaal(room):
    return next(one for one in room.view()["elements"] if one["id"] == "formaal")["apart"]["today"]


def test_three_are_counted_and_four_are_told_without_who(influence_room):
    place_apart(influence_room, (9, 1, 5))
    assert formaal(influence_room) == {
        "n": 3,
        "said": "3 har svaret for sig selv. Svarene vises, når mindst 4 har svaret.",
    }
    place_apart(influence_room, (9, 1, 5, 3))
    shown = formaal(influence_room)
    assert shown["dots"] == [[1, 4], [3, 4], [5, 4], [9, 4]]
    # Quartiles of 1, 3, 5, 9 (inclusive): 2.5, 4, 6.
    assert shown["said"] == "4 for sig selv: indflydelse 4 (midterste halvdel 2,5–6), uenige"
    assert "secret" not in json.dumps(influence_room.view())
    assert influence_room.own("secret0") == {ASKED: {"formaal": {"today": [9, 4]}}}
    assert influence_room.own("") == {}


def test_what_is_shown_stands_still_on_every_list_until_it_is_asked_for(influence_room):
    def place(who, when, influence):
        influence_room.keep(
            [influence_room.check(who, "place", {**PLACED, "when": when, "influence": influence})]
        )

    for at in range(4):
        place(f"p{at}", "today", 2)
        place(f"p{at}", "wished", 6)
    assert influence_room.view()["lists"][1]["items"] == []
    influence_room.keep([influence_room.check("", "reveal", {})])
    before = influence_room.view()
    assert before["lists"][1]["items"][0]["why"] == "fra 2 til 6 (+4)"
    place("p5", "today", 0)
    place("p5", "wished", 10)
    after = influence_room.view()
    assert (after.pop("participants"), before.pop("participants")) == (5, 4)
    assert after == before
    # What is handed over has every answer.
    assert next(line for line in csv_of(influence_room) if "Formålet" in line).split(";")[8] == "5"


def test_the_lists_say_why_and_keep_what_was_decided(influence_room):
    say = influence_room.check
    influence_room.keep(
        [
            say("", "place", {"id": "mandat", "when": "today", "influence": 3, "control": 2}),
            say("", "place", {"id": "mandat", "when": "wished", "influence": 7, "control": 6}),
            say("", "place", {"id": "mobilisering", "when": "today", "influence": 8, "control": 6}),
            say("", "pick", {"id": "opbakning", "on": True}),
            say(
                "",
                "decide",
                {"id": "mandat", "question": "wish", "what": "Nyt kommissorium", "who": "KD", "by": "Maj"},
            ),
        ]
    )
    picked, wish, cause = influence_room.view()["lists"]
    assert [item["label"] for item in picked["items"]] == ["Hele byrådet bakker op"]
    assert wish["items"][0]["why"] == "fra 3 til 7 (+4)"
    assert wish["items"][0]["decision"] == {"what": "Nyt kommissorium", "who": "KD", "by": "Maj"}
    assert cause["items"][0]["why"] == (
        "»Ikke mobiliseret nok borgere«: nævnt af 67\xa0pct. (60–72\xa0pct.) i figur 8; indflydelse 8 i dag"
    )
    table = pd.read_csv(
        io.BytesIO(download(influence_room, "csv").content), sep=";", decimal=",", encoding="utf-8-sig"
    ).set_index("Element")
    assert table.loc["Borgerne har et reelt mandat", "Forskel"] == 4
    assert table.loc["Borgerne har et reelt mandat", "Hvad vi gør"] == "Nyt kommissorium"
    page = session_html(influence_room)
    for text in ("Nyt kommissorium · KD · Maj", "fra 3 til 7 (+4)", "Direktionens dag", "Kommunaldirektøren"):
        assert text in page


def test_what_people_type_stays_text(influence_room):
    typed = "<script>alert(1)</script>"
    influence_room.keep([influence_room.check("", "element", {"id": "formaal", "label": typed})])
    assert typed not in session_html(influence_room)
    assert "&lt;script&gt;" in session_html(influence_room)
    influence_room.keep([influence_room.check("", "element", {"id": "formaal", "label": "=1+1"})])
    assert b"'=1+1" in download(influence_room, "csv").content


def test_the_style_of_a_page_is_whole(influence_room):
    influence_room.keep([influence_room.check("", "place", PLACED)])
    assert "'Segoe UI'" in session_html(influence_room)


def test_the_minutes_of_the_cards(cards_room):
    note = {"table": ["demens", "borgersamling", "lytteren"], "text": "Vi prøver.\nTil maj."}
    cards_room.keep([cards_room.check("", "note", note)])
    cards_room.keep(
        [Change(f"p{at}", "vote", {"id": "demens", "fit": fit}) for at, fit in enumerate((2, 4, 4, 5))]
    )
    assert cards_room.view()["summary"][0]["fit"] == ""
    cards_room.keep([cards_room.check("", "reveal", {"id": "demens"})])
    (noted,) = cards_room.view()["summary"]
    # s² = 1.58 against 2 by chance on five steps.
    assert noted["fit"] == "4 stemmer: 4 af 5 (midterste halvdel 3,5–4,25), uenige"
    assert "<p>Vi prøver.</p><p>Til maj.</p>" in session_html(cards_room)
    assert "En by, hvor man kan fare vild + Borgersamling + Lytteren" in download(
        cards_room, "csv"
    ).content.decode("utf-8-sig")


def test_an_empty_session_and_an_unknown_format_are_said(influence_room):
    with pytest.raises(DataError, match="ikke sagt noget"):
        download(influence_room, "csv")
    with pytest.raises(ParameterError, match="ikke kender"):
        download(influence_room, "exe")


def test_the_report_as_document_and_picture(influence_room, cards_room):
    docx = pytest.importorskip("docx")
    influence_room.keep(
        [
            influence_room.check("", "place", {"id": "mandat", "when": when, "influence": x, "control": 2})
            for when, x in (("today", 3), ("wished", 7))
        ]
    )
    document = docx.Document(io.BytesIO(download(influence_room, "docx").content))
    said = [paragraph.text for paragraph in document.paragraphs]
    assert "fra 3 til 7 (+4)" in said
    cells = [cell.text for cell in document.tables[0].rows[5].cells]
    assert cells == ["5. Borgerne har et reelt mandat", "3", "7", "2", "2", "4", "0", "–"]
    assert document.inline_shapes[0]._inline.docPr.get("descr").startswith("Hvor elementerne står")
    picture = Image.open(io.BytesIO(download(influence_room, "png").content))
    assert picture.size == (1800, 1080)
    note = {"table": ["demens", "", ""], "text": "Vi prøver.\nI maj."}
    cards_room.keep([cards_room.check("", "note", note)])
    document = docx.Document(io.BytesIO(download(cards_room, "docx").content))
    assert {"Vi prøver.", "I maj."} <= {paragraph.text for paragraph in document.paragraphs}
    with pytest.raises(ParameterError, match="ikke kender"):
        download(cards_room, "png")


def test_what_was_decided_stays_in_the_report_when_its_element_leaves_the_list(influence_room):
    def say(kind, **content):
        influence_room.keep([influence_room.check("", kind, {"id": "formaal", **content})])

    say("pick", on=True)
    say("decide", question="picked", what="Nyt kommissorium", who="Anna", by="maj")
    assert "Øvrige aftaler" not in session_html(influence_room)
    say("leave_out", on=True)
    page = session_html(influence_room)
    assert "Øvrige aftaler" in page
    assert "Aftalt under »Konkrete udviklingsområder«." in page
    assert "Nyt kommissorium · Anna · maj" in page
    written = Document(io.BytesIO(download(influence_room, "docx").content))
    assert "Aftalt: Nyt kommissorium · Anna · maj" in [line.text for line in written.paragraphs]
    row = next(line for line in csv_of(influence_room) if "Formålet" in line)
    assert row.endswith(";Nyt kommissorium;Anna;maj;ja")
    other = influence_room.view()["lists"][-1]
    assert [(item["question"], item["decision"]["what"]) for item in other["items"]] == [
        ("picked", "Nyt kommissorium")
    ]


def test_answers_to_the_wished_alone_are_counted_with_how_far_they_agree(influence_room):
    influence_room.keep(
        [
            influence_room.check(f"p{at}", "place", {**PLACED, "when": "wished", "influence": 6 + at})
            for at in range(4)
        ]
    )
    head, row = (line.split(";") for line in csv_of(influence_room)[:2])
    told = dict(zip(head, row, strict=True))
    assert (told["Ønsket indflydelse"], told["Indflydelse i dag"]) == ("7,5", "")
    assert (told["Svar hver for sig, i dag"], told["Enighed i dag"]) == ("0", "")
    # s² of 6, 7, 8, 9 = 5/3 against (11² - 1) / 12 = 10 by chance on eleven steps.
    assert (told["Svar hver for sig, ønsket"], told["Enighed ønsket"][:6]) == ("4", "0,8333")
    assert "4 for sig selv: indflydelse 7,5 (midterste halvdel 6,75–8,25), enige" in session_html(
        influence_room
    )


def test_what_is_asked_and_what_lies_on_the_table_is_nothing_to_hand_over(influence_room, cards_room):
    influence_room.keep([influence_room.check("", "setting", {"key": "role", "value": "byraad"})])
    cards_room.keep([cards_room.check("", "draw", {"card_kind": "theme", "id": "demens"})])
    for room, kinds in ((influence_room, ("html", "csv", "png")), (cards_room, ("html", "csv"))):
        for kind in kinds:
            with pytest.raises(DataError, match="Der er ikke sagt noget i sessionen endnu"):
                download(room, kind)


def csv_of(room):
    return download(room, "csv").content.decode("utf-8-sig").splitlines()


def test_every_format_has_a_part_for_each_role_and_area_and_says_which(influence_room):
    def say(kind, **content):
        influence_room.keep([influence_room.check("", kind, content)])

    say("place", **PLACED)
    say("setting", key="role", value="byraad")
    say("place", **{**PLACED, "influence": 2})
    placed = [line.split(";")[:5] for line in csv_of(influence_room) if "Formålet" in line]
    assert [(line[0], line[3]) for line in placed] == [("Kommunaldirektøren", "7,0"), ("Byrådet", "2,0")]
    page = session_html(influence_room)
    for role in ("Kommunaldirektøren", "Byrådet"):
        assert f"<h2>{role} · Borgerdialog i almindelighed</h2>" in page
    assert page.count('<img class="picture"') == 2
    written = Document(io.BytesIO(download(influence_room, "docx").content))
    assert len(written.tables) == len(written.inline_shapes) == 2


def test_a_long_word_stays_on_the_page_of_a_report(influence_room):
    weasyprint = pytest.importorskip("weasyprint")
    word = "W" * 80
    influence_room.keep([influence_room.check("", "element", {"id": "formaal", "label": word})])
    influence_room.keep(
        [
            influence_room.check("", "place", PLACED),
            influence_room.check("", "pick", {"id": "formaal", "on": True}),
        ]
    )
    for page in weasyprint.HTML(string=session_html(influence_room)).render().pages:
        for box in page._page_box.descendants():
            if type(box).__name__ == "TextBox":
                assert box.position_x + box.width <= page.width
