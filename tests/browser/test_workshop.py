"""The tools of a meeting, by real clicks, drags and keys: whoever leads, and three who take part."""

import os
import re
from contextlib import contextmanager

import pytest
from axe_core_python.sync_playwright import Axe
from lab import open_notebook, served_lab
from playwright.sync_api import expect
from served import serving

from borgerlib.workshop.page.open import open_room
from borgerlib.workshop.sessions.store import list_sessions, open_session

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
PORT = 9750 + 10 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
MANDATE = "Borgerne har et reelt mandat"


@pytest.fixture
def meeting(browser, tmp_path, monkeypatch):
    """Serve a session, and open pages of it as the people of a meeting do."""
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    opened, errors = [], []

    class Meeting:
        def __init__(self, served, room):
            self.served, self.room = served, room

        alive = True

        def tab(self, address, *, width=1280, height=720):
            context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
            page = context.new_page()
            page.route_web_socket("**/ws*", self.carry)
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(address)
            opened.append(context)
            return page

        def carry(self, line):
            """Carry what a page says to the server, unless the line is dead."""
            server = line.connect_to_server()
            line.on_message(lambda text: server.send(text) if self.alive else None)

        def lead(self, **size):
            page = self.tab(self.served.leader, **size)
            page.wait_for_selector("[data-shown]")
            page.evaluate("document.fonts.ready.then(() => true)")  # larger letters move what is dragged
            return page

        def take_part(self):
            page = self.tab(f"{self.served.address}/deltag", width=390, height=844)
            page.get_by_label("Skriv koden fra skærmen").fill(self.served.code.lower())
            page.get_by_role("button", name="Vær med").click()
            page.wait_for_selector("[data-shown]")
            return page

    @contextmanager
    def opener(tool, **options):
        room = open_room(tool, **options)
        with serving(room, PORT) as served:
            yield Meeting(served, room)
            for context in opened:
                context.close()
        assert not errors

    return opener


def is_accessible(page):
    found = [
        (one["id"], one["nodes"][0]["html"][:200]) for one in Axe().run(page, options=RULES)["violations"]
    ]
    return not found, found


def saved(page):
    page.locator(".kept", has_text="Alt er gemt.").wait_for()
    return page


def place(page, element, influence, control=5):
    for name, number in (("Indflydelse", influence), ("Kontrol", control)):
        field = page.get_by_label(f"{name} 0–10: {element}")
        field.fill(str(number))
        field.press("Tab")
    return saved(page)


def test_a_map_by_drag_by_keyboard_and_by_number(meeting):
    with meeting("indflydelse", title="Dagen") as now:
        page = now.lead()
        badge, plane = (page.locator(one).first.bounding_box() for one in (".badge", ".plane"))
        page.mouse.move(badge["x"] + 10, badge["y"] + 10)
        page.mouse.down()
        page.mouse.move(plane["x"] + 0.7 * plane["width"], plane["y"] + 0.2 * plane["height"], steps=4)
        page.mouse.up()
        saved(page)
        assert now.room.view()["elements"][0]["placed"] == {"today": [8, 7]}
        marker = page.locator("button.marker").first
        marker.press("ArrowDown")
        marker.press("ArrowLeft")
        saved(page)
        assert marker.get_attribute("aria-label") == (
            "1. Formålet og rammerne er klare fra starten. "
            "I dag: indflydelse 7 af 10, mere kontrol end vilkår."
        )
        place(page, MANDATE, 3)
        page.get_by_role("button", name="Ønsket").click()
        place(page, MANDATE, 8)
        wish = page.locator("[data-question=wish]")
        wish.get_by_text("fra 3 til 8 (+5)").wait_for()
        wish.get_by_label(f"Hvad gør vi? {MANDATE}").fill("Nyt kommissorium")
        page.get_by_role("button", name=f"Peg på {MANDATE} som udviklingsområde").click()
        page.locator("[data-question=picked]").get_by_text(MANDATE).wait_for()
        page.get_by_label("Nyt element").fill("Bedre kaffe")
        page.get_by_role("button", name="Tilføj").click()
        page.locator("li[data-id^=eget]").get_by_text("Bedre kaffe").wait_for()
        saved(page)
        assert is_accessible(page) == (True, [])
        page.reload()
        page.wait_for_selector("[data-shown]")
        expect(page.get_by_label(f"Hvad gør vi? {MANDATE}").first).to_have_value("")
        written = page.locator("[data-question=wish]").get_by_label("Hvad gør vi?")
        expect(written).to_have_value("Nyt kommissorium")
        page.get_by_text("Hent", exact=True).click()
        with page.expect_download() as file:
            page.get_by_role("button", name="CSV").click()
        assert "Bedre kaffe" in file.value.path().read_text(encoding="utf-8-sig")
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_function("document.documentElement.scrollWidth <= 390")
        assert is_accessible(page) == (True, [])


def test_three_take_part_at_once_and_the_fourth_opens_the_comparison(meeting):
    with meeting("indflydelse", title="Hver for sig") as now:
        lead = now.lead()
        three = [now.take_part() for _ in range(3)]
        for page, influence in zip(three, (2, 4, 9), strict=True):
            place(page, MANDATE, influence)
        told = lead.locator("li[data-id=mandat] .apart")
        lead.get_by_text("3 har svaret for sig selv", exact=True).wait_for()
        lead.get_by_role("button", name="Vis svar hver for sig").click()
        expect(told).to_contain_text("3 har svaret for sig selv. Svarene vises, når mindst 4")
        assert lead.locator(".plane .marker.dot, .plane .marker.median").count() == 0
        fourth = now.take_part()
        place(fourth, MANDATE, 5)
        lead.get_by_text("4 har svaret for sig selv", exact=True).wait_for()
        # What is shown stands still until the latest is asked for: nobody's answer is seen to arrive.
        assert told.text_content().startswith("3 har svaret for sig selv.")
        lead.get_by_role("button", name="Vis de nyeste").click()
        lead.get_by_text("4 for sig selv: indflydelse 4,5 (midterste halvdel 3,5–6), uenige").wait_for()
        lead.locator("li[data-id=mandat] input").first.focus()
        assert lead.locator(".plane .marker.dot").count() == 4
        # Nobody sees the others' placements as their own, and who leaves finds the own map again.
        three[0].reload()
        three[0].wait_for_selector("button.marker")
        expect(three[0].get_by_label(f"Indflydelse 0–10: {MANDATE}")).to_have_value("2")
        assert three[0].locator("button.marker").count() == 1
        assert three[0].get_by_role("button", name="Tilføj").count() == 0
        assert is_accessible(three[0]) == (True, [])
        assert is_accessible(lead) == (True, [])


def test_on_a_telephone_an_element_far_down_is_chosen_and_its_place_pointed_at(meeting):
    with meeting("indflydelse", title="På telefonen") as now:
        page = now.take_part()
        last = page.locator("li[data-id]").last
        last.locator(".name").click()  # scrolls there
        plane = page.locator(".plane")
        expect(plane).to_be_in_viewport(ratio=1)
        box = plane.bounding_box()
        plane.click(position={"x": 0.3 * box["width"], "y": 0.1 * box["height"]})
        saved(page)
        (placed,) = now.room.state.said.placed.values()
        assert [(spot.influence, spot.control) for spot in placed.values()] == [(9, 3)]
        # What is on the map is moved by its marker alone: a slip of the finger moves nothing.
        plane.click(position={"x": 0.8 * box["width"], "y": 0.8 * box["height"]})
        expect(last.locator("input").first).to_have_value("9")
        lead = now.lead(width=390, height=844)
        lead.locator("li[data-id]").nth(1).get_by_text("Mere").click()
        panel = lead.locator("li[data-id]").nth(1).locator(".panel").bounding_box()
        assert panel["x"] >= 0
        assert panel["x"] + panel["width"] <= 390


def test_what_is_typed_while_the_line_is_cut_is_kept_when_it_is_back(meeting):
    with meeting("indflydelse", title="Afbrudt") as now:
        page = now.lead()
        now.alive = False
        page.get_by_label(f"Kontrol 0–10: {MANDATE}").fill("5")
        field = page.get_by_label(f"Indflydelse 0–10: {MANDATE}")
        field.fill("6")
        field.press("Tab")
        page.locator(".kept", has_text="Forbindelsen er afbrudt").wait_for()
        assert field.input_value() == "6"
        assert [change.kind for change in now.room.session.changes()] == ["material"]
        now.alive = True
        page.reload()  # even the page itself may go
        page.wait_for_selector("button.marker")
        saved(page)
        expect(page.get_by_label(f"Indflydelse 0–10: {MANDATE}")).to_have_value("6")
        assert now.room.view()["elements"][4]["placed"] == {"today": [6, 5]}


def test_what_was_never_kept_in_one_meeting_stays_out_of_the_next(meeting):
    with meeting("indflydelse", title="Først") as now:
        page = now.lead()
        now.alive = False
        page.get_by_label(f"Kontrol 0–10: {MANDATE}").fill("5")
        field = page.get_by_label(f"Indflydelse 0–10: {MANDATE}")
        field.fill("6")
        field.press("Tab")
        kept = page.evaluate("history.state")
        assert list(kept) == [f"borger-workshop-unsaved-{now.room.session.id}"]
    with meeting("indflydelse", title="Så") as now:
        page = now.lead()
        page.evaluate("kept => history.replaceState(kept, '')", kept)
        page.reload()
        page.wait_for_selector("[data-shown]")
        saved(page)
        assert [change.kind for change in now.room.session.changes()] == ["material"]


def test_a_number_being_typed_stays_while_others_place(meeting):
    with meeting("indflydelse", title="Samtidig") as now:
        page = now.lead()
        field = page.get_by_label(f"Indflydelse 0–10: {MANDATE}")
        field.fill("7")
        other = now.lead()
        place(other, MANDATE, 2)
        page.locator("button.marker").wait_for()
        assert field.input_value() == "7"
        field.press("Tab")
        saved(page)
        assert now.room.view()["elements"][4]["placed"]["today"][0] == 7


def test_a_number_that_cannot_be_kept_is_said_beside_it_and_never_called_saved(meeting):
    with meeting("indflydelse", title="Tal") as now:
        page = now.lead()
        influence, control = (
            page.get_by_label(f"{one} 0–10: {MANDATE}") for one in ("Indflydelse", "Kontrol")
        )
        note, kept = page.locator("li[data-id=mandat] .off"), page.locator(".kept")
        for typed, told in (
            ("7", "Skriv begge tal"),
            ("11", "Skriv et helt tal"),
            ("2.5", "Skriv et helt tal"),
        ):
            influence.fill(typed)
            influence.press("Tab")
            expect(note).to_contain_text(told)
            expect(kept).to_have_text("Et tal mangler eller ligger uden for kortet. Det er ikke gemt.")
            place(now.lead(), "Hele byrådet bakker op", 3) if typed == "11" else None
            expect(influence).to_have_value(typed)
        assert is_accessible(page) == (True, [])
        influence.fill("7")
        control.fill("2")
        control.press("Tab")
        saved(page)
        expect(note).to_be_hidden()
        assert now.room.view()["elements"][4]["placed"] == {"today": [7, 2]}


def test_each_question_has_its_own_map_and_telephones_say_which(meeting):
    with meeting("indflydelse", title="Spørgsmål") as now:
        lead, phone = now.lead(), now.take_part()
        place(phone, MANDATE, 2)
        place(lead, MANDATE, 3)
        lead.get_by_role("button", name="Ønsket").click()
        place(lead, MANDATE, 8)
        wish = lead.locator("[data-question=wish]")
        wish.get_by_label(f"Hvad gør vi? {MANDATE}").fill("Nyt kommissorium")
        lead.get_by_label("Hvis indflydelse?").select_option(label="Byrådet")
        phone.get_by_text("Hvis indflydelse? Byrådet. På hvad? Borgerdialog i almindelighed.").wait_for()
        for page in (lead, phone):
            expect(page.get_by_label(f"Indflydelse 0–10: {MANDATE}")).to_have_value("")
        assert wish.locator("li").count() == 0
        place(phone, MANDATE, 9)
        lead.get_by_label("Hvis indflydelse?").select_option(label="Kommunaldirektøren")
        expect(phone.get_by_label(f"Indflydelse 0–10: {MANDATE}")).to_have_value("2")
        # What was typed just before the question changed is kept where it was typed.
        expect(wish.get_by_label(f"Hvad gør vi? {MANDATE}")).to_have_value("Nyt kommissorium")
        saved(lead)
        assert [asked.labels[0] for asked in now.room.state.asked] == ["Kommunaldirektøren", "Byrådet"]


def test_cards_are_drawn_turned_filtered_noted_and_voted_on(meeting):
    with meeting("dialogkort", title="Temadag") as now:
        lead = now.lead()
        theme, shape, role = lead.locator(".slot").all()
        theme.get_by_label("Emne").select_option(label="Integration")
        theme.get_by_role("button", name=re.compile("^Træk")).click()
        theme.get_by_role("heading", name="Nye borgere, gamle møder").wait_for()
        theme.get_by_role("button", name=re.compile("^Vend")).press("Enter")
        theme.get_by_text("Integrationsloven, § 42").wait_for()
        shape.get_by_label("Vælg kort: Format").select_option(label="Borgersamling")
        shape.get_by_text("43 pct. (38–49 pct.) af kommunerne brugte det").wait_for()
        role.get_by_role("button", name=re.compile("^Næste")).click()
        lead.get_by_label("Hvordan vil I som byråd handle?").fill("Vi flytter mødet.")
        lead.locator(".round h3").get_by_text(
            "Nye borgere, gamle møder + Borgersamling + Brobyggeren"
        ).wait_for()
        for fit in (2, 4, 5, 5):
            page = now.take_part()
            page.get_by_role("heading", name="Nye borgere, gamle møder").wait_for()
            page.get_by_label(re.compile(f"^{fit}")).check()
            saved(page)
        assert is_accessible(page) == (True, [])
        # On a telephone the vote stands with its theme, before the other cards.
        vote, format_card = (page.locator(one).bounding_box() for one in (".vote", "[data-kind=format]"))
        assert vote["y"] < format_card["y"]
        lead.get_by_role("button", name="Vis stemmerne").click()
        lead.locator(".round").get_by_text("4 stemmer: 4,5 af 5").wait_for()
        theme.get_by_role("button", name=re.compile("^Læg væk")).click()
        expect(lead.locator("#borger-note")).to_have_value("")
        assert is_accessible(lead) == (True, [])


def test_a_note_of_two_windows_is_one(meeting):
    with meeting("dialogkort", title="To vinduer") as now:
        now.room.keep([now.room.check("", "draw", {"card_kind": "theme", "id": "demens"})])
        first, second = (now.lead().locator("#borger-note") for _ in range(2))
        first.focus()
        second.fill("Vi holder et borgermøde")
        # Whoever has gone to the field and typed nothing sees what another wrote.
        expect(first).to_have_value("Vi holder et borgermøde")
        expect(first).to_be_focused()
        first.press("End")
        first.press_sequentially(" til maj")
        expect(second).to_have_value("Vi holder et borgermøde til maj")
        (noted,) = open_session(now.room.session.id).changes()[-1:]
        assert noted.content["text"] == "Vi holder et borgermøde til maj"


# Texts that are seen and are smaller than 24 pixels.
SMALL = """() => [...document.querySelectorAll('.borger-workshop *')].filter((one) =>
  [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())
  && one.checkVisibility() && !one.closest('.unseen') && parseFloat(getComputedStyle(one).fontSize) < 24)
  .map((one) => one.textContent)"""
# Whether nothing goes beyond the screen.
ROOM = """() => (({ scrollWidth, scrollHeight }) => scrollWidth === 1280 && scrollHeight === 720)(
  document.querySelector('.presenting'))"""


# What the button to end a presentation lies on top of.
COVERED = """() => {
  const button = document.querySelector('.present').getBoundingClientRect();
  return [...document.querySelectorAll('header > *')].filter((one) => {
    const { right, bottom } = one.getBoundingClientRect();
    return right > button.left && bottom > button.top && one.getBoundingClientRect().top < button.bottom;
  }).map((one) => one.textContent);
}"""
MADE_UP = """() => document.querySelector('header').append(Object.assign(document.createElement('p'),
  { className: 'simulated', textContent: 'SIMULEREDE DATA: borgernes svar er opfundet af et program.' }))"""


@pytest.mark.parametrize(
    ("width", "height", "title"), [(1280, 720, "Direktionens dag"), (1024, 768, "Byrådets temadag " * 4)]
)
def test_a_presentation_covers_neither_its_badge_nor_its_title(meeting, width, height, title):
    with meeting("dialogkort", title=title) as now:
        page = now.lead(width=width, height=height)
        page.evaluate(MADE_UP)
        page.get_by_role("button", name="Præsentation").click()
        page.get_by_role("button", name="Afslut præsentation").wait_for()
        assert page.evaluate(COVERED) == []
        assert page.evaluate("document.querySelector('.presenting').scrollWidth") == width
        page.get_by_role("heading", name="Dialogformater").wait_for()


@pytest.mark.parametrize("leads", [True, False])
def test_a_narrow_map_names_the_ends_of_its_axes_beside_them(meeting, leads):
    with meeting("indflydelse", title="Dagen") as now:
        page = now.lead(width=390, height=844) if leads else now.take_part()
        plane = page.locator(".plane").bounding_box()
        left, right = (
            page.get_by_text(name, exact=True).first.bounding_box() for name in ("Vilkår", "Kontrol")
        )
        assert 0 <= left["x"] <= left["x"] + left["width"] <= plane["x"]
        assert plane["x"] + plane["width"] <= right["x"] <= right["x"] + right["width"] <= 390
        middle = plane["y"] + plane["height"] / 2
        for end in (left, right):
            assert abs(end["y"] + end["height"] / 2 - middle) < 3


@pytest.mark.parametrize("tool", ["indflydelse", "dialogkort"])
def test_a_projector_shows_what_is_spoken_of_on_one_screen(meeting, tool):
    with meeting(tool, title="På væggen") as now:
        for kind, card in (("theme", "skolestruktur"), ("format", "borgersamling"), ("role", "lytteren")):
            if tool == "dialogkort":
                now.room.keep([now.room.check("", "draw", {"card_kind": kind, "id": card})])
        page = now.lead()
        page.get_by_role("button", name="Præsentation").click()
        assert page.evaluate(SMALL) == []
        page.wait_for_function(ROOM)
        assert is_accessible(page) == (True, [])
        if tool == "dialogkort":
            turn = page.get_by_role("button", name="Vend: Tema, Forside")
            turn.click()
            page.get_by_text("Dilemmaer").wait_for()
            page.get_by_text("Lytteren").first.wait_for(state="hidden")
            page.wait_for_function(ROOM)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Præsentation").wait_for()
        page.get_by_text("Hent", exact=True).wait_for()


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("indflydelseskort", "indflydelse"),
        pytest.param("dialogkort", "dialogkort", marks=pytest.mark.thorough),
    ],
)
def test_the_notebook_in_jupyterlab(browser, tmp_path, monkeypatch, name, tool):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    (tmp_path / "lab").mkdir()
    with served_lab(name, tmp_path, tmp_path / "lab") as address:
        page = open_notebook(browser, address)
        page.wait_for_selector(".borger-workshop[data-shown]")
        if name == "indflydelseskort":
            place(page, MANDATE, 3)
            # The arrow keys move the marker, not the notebook's cells.
            page.locator("button.marker").press("ArrowUp")
            said = ["place", "place"]
        else:
            page.locator(".slot").last.get_by_role("button", name=re.compile("^Næste")).click()
            page.locator("#borger-note").fill("Vi flytter mødet.")
            page.locator(".round").get_by_text("Vi flytter mødet.").wait_for()
            said = ["draw", "note"]
        saved(page)
        page.get_by_text("Hent", exact=True).click()
        with page.expect_download() as file:
            page.get_by_role("button", name="HTML").click()
        assert "<html" in file.value.path().read_text(encoding="utf-8")
        (session,) = list_sessions(tool)
        assert [change.kind for change in open_session(session.id).changes()] == ["material", *said]
        page.context.close()
