"""What only a browser can tell about a report: what fits, what is fetched, what the keyboard reaches."""

from datetime import date
from pathlib import Path

import pytest
from nbformat.v4 import new_output
from sample_notebooks import chart_output, executed, page_output

from borgerlib.runs.reports.folder import write_report
from borgerlib.view.theme import WIDE

pytestmark = pytest.mark.browser
WIDE_TABLE = "".join(f"<th>Kolonne nummer {n}</th>" for n in range(12))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    table = f"<table><thead><tr>{WIDE_TABLE}</tr></thead></table>"
    outputs = [
        page_output(1, title="Speciallægepraksisplanlægningsstabiliseringsperiode og andre lange ord"),
        "## Svar",
        chart_output(),
        new_output("display_data", data={"text/html": table}),
    ]
    notebooks = [executed(tmp_path / "01.ipynb", outputs), executed(tmp_path / "02.ipynb", [page_output(2)])]
    return write_report(
        "Odense", notebooks, tmp_path / "r", day=date(2026, 11, 23), title="Indsigter", source="Kilde"
    ).parent


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_pages_fit_the_window_and_fetch_nothing(browser, folder, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in sorted(folder.glob("*.html")):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name
    assert len([url for url in asked if url.startswith("file:")]) == 3
    assert all(url.startswith(("file:", "data:")) for url in asked)
    page.close()


@pytest.mark.parametrize(("width", "natural"), [(390, 70), (1280, 192)])
def test_a_phone_gets_the_picture_drawn_for_it(browser, folder, width, natural):
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto((folder / "01_emne_1.html").as_uri())
    assert page.evaluate("document.querySelector('figure img').naturalWidth") == natural
    page.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_text_is_smaller_than_14_pixels(browser, folder, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    own = "[...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim())"
    small = f"e => {own} && e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 14"
    for path in sorted(folder.glob("*.html")):
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
        found = f"[...document.querySelectorAll('body *')].filter({small}).map(e => e.outerHTML)"
        assert page.evaluate(found) == [], path.name
    page.close()


def test_text_is_set_for_reading(browser, folder):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((folder / "index.html").as_uri())
    style = "getComputedStyle(document.body)"
    assert page.evaluate(f"{style}.fontSize") == "17px"
    assert page.evaluate(f"{style}.lineHeight") == "26.35px"  # 17 × 1.55
    page.close()


def test_the_letters_of_a_council_s_chart_are_no_smaller_than_14_pixels(browser, tmp_path):
    notebook = executed(tmp_path / "01.ipynb", [page_output(-3, kicker=""), chart_output()])
    index = write_report(
        "Odense", [notebook], tmp_path / "r", day=date(2026, 11, 23), title="Indsigter", source="Kilde"
    )
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(next(index.parent.glob("emne*.html")).as_uri())
    # The smallest letters of a chart have 14 of the pixels that it is drawn in.
    assert page.evaluate("document.querySelector('.chart img').width") >= WIDE
    page.close()


def test_the_keyboard_comes_first_to_the_way_past_the_head_and_shows_where_it_is(browser, folder):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((folder / "01_emne_1.html").as_uri())
    page.keyboard.press("Tab")
    box = page.locator(".skip").bounding_box()
    assert box["x"] >= 0
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "indhold"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    assert page.locator("figure table").is_visible()
    page.close()


def test_a_printed_figure_stays_whole_and_nobody_prints_the_navigation(browser, folder):
    page = browser.new_page()
    page.goto((folder / "01_emne_1.html").as_uri())
    page.emulate_media(media="print")
    shown = "[...document.querySelectorAll('nav, summary')].filter(e => e.checkVisibility()).length"
    assert page.evaluate(shown) == 0
    assert page.evaluate("getComputedStyle(document.querySelector('figure')).breakInside") == "avoid"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.close()
