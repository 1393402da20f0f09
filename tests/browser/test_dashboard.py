"""The dashboard as a page, by real clicks."""

import contextlib
import io
import os
import re
import shutil
import urllib.request
from pathlib import Path

import openpyxl
import psutil
import pytest
from playwright.sync_api import expect
from processes import eventually

from borgerlib import danish
from borgerlib.dashboard.page.sentences import about_how_many
from borgerlib.dashboard.server.serve import dashboard_server
from borgerlib.interest.filters.selection import Selection
from borgerlib.interest.store import load, load_register, write_parquet


def share(answers, levels, role, option):
    """What the library says, as a reader sees it."""
    frame = answers.to(Selection(levels)).of(role).frame.set_index("option")
    row = frame.loc[option]
    return "skjult" if row["suppressed"] else danish.percent(row["proportion"])


class TestThreeQuestions:
    """Each in at most three clicks, by the filters and by the menu."""

    def test_how_engaged_are_the_60_to_69_year_olds_in_climate(self, open_board, answers):
        wanted = share(answers, {"age": ("60-69",)}, "topics", "klima_miljoe")
        board = open_board()
        # One click: the ages stand open.
        board.page.locator(".filters").get_by_text("60–69 år", exact=True).click()
        assert board.settled().value("topics", "klima_miljoe").startswith(wanted)
        board.click("Nulstil").ask("Hvor engagerede er de 60–69-årige i klima og miljø?")
        assert board.heading == "60–69 år"
        assert wanted in board.page.locator(".answer").text_content()

    def test_which_formats_do_the_young_want(self, open_board, answers):
        board = open_board().ask("Hvilke måder at være med på vil de unge helst have?")
        assert board.heading == "15–24 år"
        for option in ("digitalt_moede", "borgermoede", "workshop"):
            assert board.value("formats", option).startswith(
                share(answers, {"age": ("15-24",)}, "formats", option)
            )

    def test_how_much_time_will_the_towns_spend(self, open_board, answers):
        board = open_board().ask("Hvor meget tid vil borgerne i byerne bruge?")
        assert board.heading == "By"
        for option in ("ingen_tid", "uge"):
            assert board.value("time", option).startswith(
                share(answers, {"area_type": ("by",)}, "time", option)
            )
        assert board.click("Nulstil").heading == "Alle, der har svaret i Odense Kommune"
        assert board.tick("area_type", "By").heading == "By"

    def test_that_numbers_may_differ_from_the_reports_is_said_without_a_click(self, open_board):
        line = open_board().page.get_by_text("Tallene kan afvige et til to procentpoint fra rapportens")
        assert line.is_visible()


class TestTheWayBack:
    def test_undo_redo_and_reset(self, open_board):
        board = open_board().tick("age", "60–69 år").tick("sex", "Kvinde")
        assert board.heading == "60–69 år · Kvinde"
        assert board.click("Fortryd").heading == "60–69 år"
        assert board.click("Gentag").heading == "60–69 år · Kvinde"
        board.page.keyboard.press("Control+z")
        assert board.settled().heading == "60–69 år"
        assert board.click("Nulstil").heading == "Alle, der har svaret i Odense Kommune"
        assert board.click("Fortryd").heading == "60–69 år"

    def test_clicks_that_come_before_the_answer_to_the_first_all_count(self, open_board):
        board = open_board()
        board.page.evaluate(
            """() => { for (const name of ["15–24 år", "Mand", "By"])
            [...document.querySelectorAll(".box")].find((box) => box.textContent === name).click(); }"""
        )
        assert board.settled().heading == "15–24 år · Mand · By"
        assert board.click("Fortryd").heading == "15–24 år · Mand"

    def test_a_question_and_a_box_that_is_ticked_before_its_answer_both_count(self, open_board):
        board = open_board()
        board.context.grant_permissions(["clipboard-read", "clipboard-write"])
        board.page.evaluate(
            """() => { const click = (at, text) =>
                [...document.querySelectorAll(at)].find((one) => one.textContent === text).click();
            click(".questions button", "Hvor meget tid vil borgerne i byerne bruge?");
            click(".box", "Kvinde");
            click(".toolbar button", "Kopiér link"); }"""
        )
        board.page.wait_for_selector("text=Linket er kopieret")
        # What is ticked is copied, shown or not.
        assert board.page.evaluate("navigator.clipboard.readText()").endswith("/#koen=kvinde&omraadetype=by")
        assert board.settled().heading == "Kvinde · By"
        assert board.click("Fortryd").heading == "By"

    def test_clicks_count_while_a_message_comes_in_between(self, open_board, workspace):
        board = open_board()
        # The first box when a question is saved, the second when that is said, before the first is answered.
        board.page.evaluate("""() => new Promise((done) => {
          const boxes = document.querySelectorAll(".filters input[type=checkbox]");
          const form = document.querySelector("form.save");
          new MutationObserver((_, watcher) => {
            watcher.disconnect();
            boxes[1].click();
            done();
          }).observe(document.querySelector(".message"), { attributes: true });
          form.querySelector("input").value = "Imens der klikkes";
          form.requestSubmit();
          boxes[0].click();
        })""")
        assert board.settled().heading == "15–24 år eller 25–44 år"
        (workspace / "data" / "saved" / "odense" / "spoergsmaal.json").unlink()

    def test_a_step_back_and_forth_keeps_the_answer_to_a_question(self, open_board):
        board = open_board().ask("Hvor engagerede er de 60–69-årige i klima og miljø?")
        answer = board.page.locator(".answer").text_content()
        assert answer.startswith("60–69 år: ")
        board.page.locator(".sort select").first.select_option("size")
        assert board.settled().page.locator(".answer").text_content() == answer
        board.click("Fortryd").click("Gentag")
        assert board.page.locator(".answer").text_content() == answer
        assert board.chart("topics").locator(".row.focus").count() == 1
        board.tick("sex", "Kvinde")
        expect(board.page.locator(".answer")).to_be_hidden()

    def test_the_address_brings_the_selection_back(self, open_board):
        board = open_board().tick("age", "60–69 år").tick("topics", "Natur og grønne områder")
        board.wait_for_fragment("#alder=60-69&emner=natur")
        assert "token" not in board.page.url
        board.page.reload()
        board.page.wait_for_selector(".borger-dashboard[data-shown]")
        assert board.settled().heading == "60–69 år · Natur og grønne områder"
        assert board.page.get_by_role("checkbox", name="60–69 år").is_checked()

    def test_a_copied_link_leads_to_the_same(self, open_board):
        board = open_board()
        board.context.grant_permissions(["clipboard-read", "clipboard-write"])
        board.tick("sex", "Mand").click("Kopiér link")
        board.page.wait_for_selector("text=Linket er kopieret")
        link = board.page.evaluate("navigator.clipboard.readText()")
        assert link.endswith("/#koen=mand")
        board.page.goto("about:blank")
        board.page.goto(link)
        board.page.wait_for_selector(".borger-dashboard[data-shown]")
        assert board.settled().heading == "Mand"

    def test_a_link_with_an_answer_that_is_gone_says_so(self, open_board):
        board = open_board(fragment="#alder=60-69&emner=kernekraft").settled()
        assert board.heading == "60–69 år"
        assert "»kernekraft« findes ikke" in board.page.locator(".notice").text_content()


class TestShowing:
    def test_bars_are_moved_not_drawn_anew(self, open_board):
        board = open_board()
        board.page.evaluate("document.querySelectorAll('.bars g').forEach((g) => { g.kept = true; })")
        board.tick("age", "60–69 år")
        assert board.page.evaluate("[...document.querySelectorAll('.bars g')].every((g) => g.kept)")

    def test_nothing_jumps(self, open_board):
        board = open_board()
        places = """() => [...document.querySelectorAll(
            '.filter .box, [data-chart=topics] g, [data-chart=time] g')]
            .map((part) => Math.round(part.getBoundingClientRect().top))"""
        for width in (1280, 1920):
            board.page.set_viewport_size({"width": width, "height": 900})
            board.wait_for_columns(width)
            before = board.page.evaluate(places)
            board.tick("age", "60–69 år").tick("sex", "Kvinde")
            assert len(before) > 30
            assert board.page.evaluate(places) == before
            board.click("Nulstil")

    def test_the_text_alternative_follows(self, open_board):
        board = open_board()
        before = board.chart("topics").locator("svg").get_attribute("aria-label")
        board.tick("age", "15–24 år")
        after = board.chart("topics").locator("svg").get_attribute("aria-label")
        assert before != after
        assert board.value("topics", "natur").rstrip(" ▲▼") in after

    def test_chart_and_table_hold_the_same(self, open_board):
        board = open_board().tick("age", "60–69 år")
        board.chart("topics").get_by_role("button", name="Tabel").click()
        cells = board.chart("topics").locator("tbody tr").first.locator("th, td").all_text_contents()
        assert cells[0] == "Klima og miljø"
        assert board.value("topics", "klima_miljoe").startswith(cells[1])
        assert board.chart("topics").locator("svg").is_hidden()
        assert board.chart("time").locator("svg").is_visible()

    def test_sorting(self, open_board):
        board = open_board().tick("age", "60–69 år")
        board.page.get_by_label("Rækkefølge").select_option("Største først")
        board.settled()
        shown = board.chart("topics").locator("svg").get_attribute("aria-label")
        values = [
            int(part.split("\xa0pct.")[0].split()[-1])
            for part in shown.split("parentes: ")[1].split("; ")
            if "pct" in part
        ]
        assert values == sorted(values, reverse=True)

    def test_too_few_is_a_sentence(self, open_board):
        board = open_board(fragment="#alder=15-24&koen=mand&tid=uge&emner=integration").settled()
        assert board.page.locator(".notice").text_content().startswith("Der er færre end 30 svar i valget")
        assert board.value("topics", "natur") == "skjult"

    def test_presentation_and_out_again(self, open_board):
        board = open_board().tick("age", "60–69 år")
        board.page.set_viewport_size({"width": 1280, "height": 720})
        board.page.get_by_role("button", name="Præsentation").click()
        assert board.page.locator(".filter").first.is_hidden()
        for shown in ("topics", "time", "formats", "topics"):  # one a slide, whole, in letters of 24 pixels
            assert board.chart(shown).is_visible()
            assert board.page.locator(".chart:visible").count() == 1
            assert board.page.evaluate("document.documentElement.scrollHeight") <= 720
            sizes = board.page.evaluate(
                "[...document.querySelectorAll('.current :is(text, p), .who, .simulated, button')]"
                ".filter((of) => of.getClientRects().length)"
                ".map((of) => parseFloat(getComputedStyle(of).fontSize))"
            )
            assert min(sizes) >= 24
            whole = "of => of.scrollWidth <= of.clientWidth"
            assert board.chart(shown).locator(".caption").evaluate(whole)
            board.page.mouse.click(640, 700)  # beside everything: the keys are heard all the same
            board.page.keyboard.press("ArrowRight")
        board.page.locator(".fold > summary").click()  # the filters, as chips
        board.tick("sex", "Kvinde").page.keyboard.press("Escape")
        assert board.heading == "60–69 år · Kvinde"
        assert board.page.locator(".filter").first.is_hidden()
        board.page.get_by_role("button", name="Afslut præsentation").click()
        assert board.page.locator(".filter").first.is_visible()
        # Where the window becomes small a presentation ends, and the result stands before the filters.
        board.page.get_by_role("button", name="Præsentation").click()
        board.page.set_viewport_size({"width": 390, "height": 844})
        expect(board.page.locator(".presenting")).to_have_count(0)
        expect(board.page.locator(".filter").first).to_be_hidden()
        assert board.chart("formats").is_visible()

    @pytest.mark.parametrize(("width", "height"), [(760, 800), (900, 700)])
    def test_a_slide_is_whole_in_a_small_window(self, open_board, width, height):
        board = open_board(width=width, height=height).tick("age", "60–69 år")
        board.page.get_by_role("button", name="Præsentation").click()
        for _ in range(3):
            board.page.wait_for_function(
                "(height) => document.documentElement.scrollHeight <= height", arg=height
            )
            board.page.keyboard.press("ArrowRight")

    def test_a_presentation_that_is_left_at_once_leaves_the_full_screen_too(self, open_board):
        board = open_board()
        board.page.evaluate(
            """() => { const full = document.documentElement.requestFullscreen;
            document.documentElement.requestFullscreen = function () {
                return full.call(this).then(() => { window.filled = true; }); };
            const button = document.querySelector(".present");
            button.click();
            button.click(); }"""
        )
        board.page.wait_for_function("window.filled && !document.fullscreenElement")
        assert board.page.locator(".presenting").count() == 0

    @pytest.mark.parametrize("widths", [(320, 390), (768, 1280, 1920)])
    def test_it_fits_the_window_and_charts_stand_side_by_side_where_there_is_room(
        self, open_board, widths, pictures
    ):
        board = open_board(width=widths[0]).settled()
        for width in widths:
            board.page.set_viewport_size({"width": width, "height": 900})
            board.wait_for_columns(width)
            board.wait_for_width(width)
            if width <= 390:
                board.page.locator(".fold > summary").click()
                assert board.page.get_by_role("button", name="Præsentation").is_hidden()  # for a projector
                link = board.page.get_by_role("button", name="Kopiér link")
                assert link.is_hidden()  # the result first
                board.click("Flere")
                assert link.is_visible()
                board.click("Flere")
                assert board.tick("age", "60–69 år").heading == "60–69 år"
                board.wait_for_width(width)
            board.page.screenshot(path=pictures / f"oversigt-{width}.png", full_page=True)
            if width <= 390:
                board.click("Nulstil").page.locator(".fold > summary").click()


class TestTwoGroups:
    def test_young_and_old_side_by_side_in_picture_words_link_and_undo(self, open_board, answers, pictures):
        board = open_board().tick("age", "60–69 år")
        board.page.locator(".compare > summary").click()
        board.page.locator(".compare").get_by_role("button", name="15–24 år", exact=True).click()
        board.page.reload()  # at once: what was asked for is not lost
        board.page.wait_for_selector(".borger-dashboard.comparing")
        board.settled()
        wanted = {key: share(answers, {"age": (key,)}, "topics", "natur") for key in ("60-69", "15-24")}
        assert board.value("topics", "natur").startswith(wanted["60-69"])
        assert board.value("topics", "natur").endswith(f"· mod {wanted['15-24'].partition(chr(160))[0]}")
        said = board.page.locator(".answer[role=status]").text_content()
        assert said.startswith("60–69 år mod 15–24 år: ")
        board.wait_for_fragment("#alder=60-69&mod&alder=15-24")
        board.page.screenshot(path=pictures / "sammenlign-1280.png", full_page=True)
        board.page.locator(".compare > summary").click()
        assert board.click("Byt om").heading == "15–24 år"
        how_many = about_how_many(answers.to(Selection({"age": ("60-69",)})))
        assert board.page.locator(".versus").text_content() == f"mod 60–69 år ({how_many})"
        assert board.click("Fortryd").heading == "60–69 år"
        board.page.locator(".compare > summary").click()
        board.click("Afslut sammenligning")
        assert board.page.locator(".versus").is_hidden()
        board.click("Fortryd").page.set_viewport_size({"width": 1280, "height": 720})
        board.page.get_by_role("button", name="Præsentation").click()
        last = board.chart("topics").locator("g").last.bounding_box()
        assert last["y"] + last["height"] <= 720
        board.page.screenshot(path=pictures / "sammenlign-720.png")

    def test_a_table_of_everything_each_number_of_which_leads_to_its_people(
        self, open_board, answers, pictures
    ):
        width = 390
        board = open_board(width=width)
        board.page.locator(".overview > summary").click()
        board.page.wait_for_selector(".heat:visible")
        board.page.screenshot(path=pictures / f"tabel-{width}.png", full_page=True)
        table = board.page.get_by_role("table")
        assert table.get_by_role("columnheader").count() == 1 + 1 + len(answers.offer.filter("age").levels)
        assert table.get_by_role("rowheader").count() == len(answers.offer.filter("topics").levels)
        board.wait_for_width(width)
        cell = table.get_by_role("button", name="60–69 år, Natur og grønne områder: ")
        number = cell.text_content().partition(" ")[0]
        cell.click()
        assert board.settled().heading == "60–69 år"
        assert board.value("topics", "natur").startswith(f"{number}\xa0pct.")
        assert "vælger »Natur og grønne områder«" in board.page.locator(".answer").text_content()
        assert cell.evaluate("of => of === document.activeElement")


class TestKeeping:
    def test_each_format_is_downloaded(self, open_board):
        board, found = open_board().tick("age", "60–69 år"), {}
        chart = board.chart("topics")
        for kind in ("CSV (tal)", "Excel", "Billede til slides (PNG)", "Tegning (SVG)"):
            chart.locator(".dropdown > summary").click()
            with board.page.expect_download() as waiting:
                chart.get_by_role("button", name=kind).click()
            stem, _, extension = waiting.value.suggested_filename.partition(".")
            assert stem == "simulerede-data-odense-emner-60-69-aar"
            found[extension] = Path(waiting.value.path()).read_bytes()
        first = found["csv"].decode("utf-8-sig").splitlines()[1].split(";")
        assert first[0] == "Klima og miljø"
        share = round(float(first[1].replace(",", ".")) * 100)
        assert board.value("topics", "klima_miljoe").startswith(f"{share}\xa0")
        book = openpyxl.load_workbook(io.BytesIO(found["xlsx"]))
        assert book["SIMULEREDE DATA Emner"]["A2"].value == "Klima og miljø"
        assert any("SIMULEREDE DATA" in str(row[0].value) for row in book["Om tallene"])
        assert found["png"].startswith(b"\x89PNG")
        assert found["svg"].startswith(b"<?xml")

    def test_a_table_is_copied(self, open_board):
        board = open_board()
        board.context.grant_permissions(["clipboard-read", "clipboard-write"])
        board.chart("time").locator(".dropdown > summary").click()
        board.chart("time").get_by_role("button", name="Kopiér tabel").click()
        board.page.wait_for_selector("text=Tabellen er kopieret")
        assert board.page.evaluate("navigator.clipboard.readText()").startswith("Svar\tAndel\t")

    def test_a_question_is_saved_asked_and_deleted(self, open_board):
        board, other = open_board().tick("age", "15–24 år").tick("sex", "Kvinde"), open_board()
        board.page.locator(".questions > summary").click()
        board.page.get_by_label("Navn på spørgsmålet").fill("Unge kvinder på Sønderø")
        board.page.get_by_role("button", name="Gem", exact=True).click()
        board.page.wait_for_function("document.body.textContent.includes('Unge kvinder på Sønderø')")
        other.ask("Unge kvinder på Sønderø")  # another page, which stood open before
        assert other.heading == "15–24 år · Kvinde"
        other.page.locator(".questions > summary").click()
        delete = other.page.get_by_role("button", name="Slet spørgsmålet Unge kvinder på Sønderø")
        delete.click()
        assert delete.text_content() == "Slet for alle?"  # and only then
        delete.click()
        other.page.wait_for_function("!document.body.textContent.includes('Unge kvinder på Sønderø')")

    def test_the_report_holds_these_very_filters(self, open_board, workspace):
        board = open_board().tick("age", "60–69 år").tick("sex", "Kvinde")
        board.click("Gem som rapport")
        board.page.wait_for_selector("text=Rapporten er gemt")
        path = board.page.locator(".message a").text_content()
        assert re.fullmatch(r"reports/odense-valg/60-69-aar-kvinde-\w{8}/index.html", path)
        assert "60–69\xa0år · Kvinde" in (workspace / path).read_text()
        with board.context.expect_page() as waiting:
            board.page.locator(".message a").click()
        waiting.value.wait_for_load_state()
        assert "60–69\xa0år · Kvinde" in waiting.value.text_content("h1")


class TestKeyboard:
    def test_a_question_is_asked_without_a_mouse(self, open_board):
        board = open_board()
        press = board.page.keyboard.press
        board.page.locator(".questions > summary").focus()
        press("Enter")
        press("Tab")
        press("Enter")
        assert board.settled().heading == "60–69 år"
        assert board.page.evaluate("document.activeElement.textContent") == "Spørgsmål"
        press("Enter")
        press("Escape")
        assert board.page.evaluate("document.activeElement.textContent") == "Spørgsmål"
        assert board.page.locator(".questions").get_attribute("open") is None

    def test_every_control_is_reached_and_seen(self, open_board):
        board = open_board()
        reached, marked = [], []
        for _ in range(90):
            board.page.keyboard.press("Tab")
            name, outline, inside = board.page.evaluate(
                "() => { const e = document.activeElement;"
                " return [e.textContent.trim() || e.value || e.tagName,"
                " getComputedStyle(e).outlineStyle, !!e.closest('.borger-dashboard')]; }"
            )
            if not inside and reached:
                break
            reached.append(name)
            marked.append(outline)
        names = " ".join(reached)
        for wanted in (
            "Spørgsmål",
            "Fortryd",
            "Kopiér link",
            "Gem som rapport",
            "Præsentation",
            "60-69",
            "Tabel",
            "Hent",
        ):
            assert wanted in names, wanted
        assert set(marked) == {"solid"}

    def test_a_box_is_ticked_with_the_space_bar(self, open_board):
        board = open_board()
        board.page.get_by_role("checkbox", name="60–69 år").focus()
        board.page.keyboard.press("Space")
        assert board.settled().heading == "60–69 år"
        assert board.page.get_by_role("checkbox", name="60–69 år").evaluate(
            "e => e === document.activeElement"
        )
        assert "60–69 år" in board.page.locator("p.unseen[role=status]").text_content()


class TestOthers:
    def test_two_at_once_do_not_see_each_others_selections(self, open_board):
        one, other = open_board(), open_board()
        one.tick("age", "60–69 år")
        other.tick("sex", "Mand")
        assert (one.heading, other.heading) == ("60–69 år", "Mand")
        one.wait_for_fragment("#alder=60-69")

    def test_a_wrong_token_gets_nothing(self, browser, server):
        page = browser.new_context().new_page()
        sockets = []
        page.on("websocket", lambda socket: sockets.append(socket.url))
        answer = page.goto(f"http://127.0.0.1:{server.port}/?token=forkert")
        assert answer.status == 403
        assert "mangler den nøgle" in page.text_content("body")
        assert not page.locator(".borger-dashboard").count()
        assert not sockets
        request = urllib.request.Request(
            f"http://127.0.0.1:{server.port}/api/kernels/x/channels",
            headers={"Connection": "Upgrade", "Upgrade": "websocket"},
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert refused.value.code in (400, 403, 404)
        page.context.close()

    def test_nothing_of_a_single_person_is_sent(self, open_board):
        board = open_board().tick("age", "60–69 år").tick("topics", "Klima og miljø").click("Nulstil")
        sent = b"".join(board.received) + board.page.content().encode()
        register = load_register("Odense").astype(object)
        secrets = {v for column in register for v in register[column] if isinstance(v, str) and len(v) > 5}
        secrets |= {str(value) for value in load("Odense").get("svar_id", [])}
        assert len(board.received) > 5
        assert len(secrets) > 500
        assert not [secret for secret in secrets if secret.encode() in sent]


def below(server):
    """All processes that the server has started: what forks the kernels, then the kernels."""
    return psutil.Process(server.process.pid).children(recursive=True)


def kernels(server):
    return [process for process in below(server) if not process.children()]


ANSWERED = "15–24 år eller 60–69 år · Kvinde"


@pytest.mark.parametrize(
    ("killed", "is_told"), [pytest.param(kernels, False, marks=pytest.mark.thorough), (below, True)]
)
def test_a_kernel_killed_in_mid_meeting_brings_the_page_back_with_its_selection(
    open_board, server, killed, is_told
):
    board = open_board().tick("age", "60–69 år").tick("sex", "Kvinde")
    for process in killed(server):
        with contextlib.suppress(psutil.NoSuchProcess):  # a fork ends by itself when its server does
            process.kill()
    if is_told:  # the page has closed its way to the kernel by then, and the click is not to be lost
        eventually(lambda: board.has_heard(b'"restarting"'))
    board.page.locator(".filters").get_by_text("15–24 år", exact=True).click()
    # It comes back by itself, the click included. The kernel that stood ready was killed as well: the page
    # notices and asks for another.
    expect(board.page.locator(".who")).to_have_text(ANSWERED)
    expect(board.settled().page.locator(".alarm")).to_be_hidden()


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A workspace with the same survey that tests may change."""
    return tmp_path_factory.mktemp("changed")


@pytest.fixture(scope="module")
def own_server(workspace, changed):
    """The server of that workspace."""
    shutil.copytree(workspace / "data", changed / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORGER_WORKSPACE", str(changed))
        with dashboard_server("Odense", port=9200) as running:
            yield running


def test_a_survey_prepared_anew_reaches_the_pages_that_stand_open_and_those_to_come(
    open_board, own_server, changed
):
    board = open_board(at=own_server).tick("age", "60–69 år")
    assert board.page.locator(".filter[data-role=sex]").count() == 1
    respondents = load("Odense")
    path = changed / "data" / "processed" / "odense" / "respondents.parquet"
    write_parquet(respondents.drop(columns="koen"), path, dict(respondents.attrs))
    # What a reader meets on the way, however long it takes: a word of it, and no alarm.
    board.page.evaluate(
        """() => { window.met = [];
        const look = () => { for (const one of document.querySelectorAll('.message, .alarm'))
            if (!one.hidden) window.met.push(`${one.className}: ${one.textContent}`); };
        new MutationObserver(look).observe(document.querySelector('.borger-dashboard'),
            { subtree: true, attributes: true, childList: true, characterData: true }); }"""
    )
    board.page.locator(".filters").get_by_text("15–24 år", exact=True).click()
    expect(board.page.locator(".filter[data-role=sex]")).to_have_count(0)
    met = board.page.evaluate("window.met")
    assert any("Tallene regnes om" in one for one in met)
    assert not any(one.startswith("alarm") for one in met)
    assert board.heading == "15–24 år eller 60–69 år"
    news = board.page.locator(".message").get_by_text("Svarene er ændret siden sidst.")
    news.wait_for()
    assert board.page.locator(".borger-dashboard").count() == 1
    assert board.tick("age", "15–24 år").heading == "60–69 år"
    assert news.is_visible()  # until it is closed
    # Its kernel stood ready before the change.
    newer = open_board(at=own_server, fragment="#alder=60-69&koen=mand")
    expect(newer.page.locator(".filter[data-role=sex]")).to_have_count(0)
    assert newer.settled().heading == "60–69 år"
    assert "kan ikke filtreres efter »koen«" in newer.page.locator(".notice").text_content()


@pytest.mark.parametrize("is_torn", [True, False])
def test_answers_that_are_torn_or_vanish_are_told_in_danish(browser, own_server, changed, is_torn):
    """The server stands, but the respondents cannot be read when the next page is asked for."""
    folder = changed / "data" / "processed" / "odense"
    if is_torn:
        for name in ("respondents.parquet", "protected.parquet", "cube.npz"):
            os.truncate(folder / name, 5000)
    else:
        shutil.rmtree(folder)
    context = browser.new_context()
    page = context.new_page()
    page.goto(own_server.address)  # the kernel that stood ready may still know the answers
    page.goto(own_server.address)
    page.wait_for_selector("#borger-error:not([hidden])", timeout=35_000)  # not after two times 20 seconds
    assert "Oversigten kunne ikke åbnes" in page.locator("#borger-error").text_content()
    assert "gør svarene klar på ny" in page.locator("#borger-error").text_content()
    for foreign in ("Traceback", "error when executing", "Voilà"):
        assert foreign not in page.inner_text("body")
    context.close()
