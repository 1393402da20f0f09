"""The page of a lottery, as a citizen uses it: by keyboard, on a phone, without the net."""

from datetime import date

import pandas as pd
import pytest
from axe_core_python.sync_playwright import Axe
from pools import quotas_of

import borgerlib
from borgerlib.contact.draw.check import draw
from borgerlib.contact.draw.publication import publish

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    people = pd.DataFrame({"køn": ["k"] * 9 + ["m"] * 7})
    result = borgerlib.leximin_chances(people, quotas_of(("køn", "k", 2, 2), ("køn", "m", 2, 2)), 4)
    listed = borgerlib.list_panels(result, panels=100, seed=1)
    root = tmp_path_factory.mktemp("lottery")
    publish(root / "ud", root / "koder", result, listed, title="Klima", day=date(2026, 3, 2), seed=1)
    return root / "ud"


def asked(page, code):
    page.fill("#kode", code)
    page.keyboard.press("Enter")
    return page.inner_text("#svar")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_citizen_sees_her_chance_and_whether_she_was_drawn(browser, folder, width):
    from borgerlib.contact.draw.publication import read_publication

    page = browser.new_page(viewport={"width": width, "height": 800}, offline=True)
    page.goto(folder.joinpath("index.html").as_uri())
    published = read_publication(folder)
    code = published.panels[7][0]
    seats = sum(code in panel for panel in published.panels)
    told = asked(page, code.lower().replace("-", " "))
    assert f"{seats} pct.: du er med i {seats} af 100 paneler" in told
    assert "ikke med i lodtrækningen" in asked(page, "AAAA-AAAA")
    draw(folder, 7)
    page.reload()
    assert "Du har fået en plads: panel 007" in asked(page, code)
    other = next(code for code in published.chances.index if code not in published.panels[7])
    assert "Du har ikke fået en plads denne gang" in asked(page, other)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page)["violations"] == []
    page.close()
    (folder / "resultat.json").unlink()
    from borgerlib.contact.draw.publication import write_page

    write_page(folder, read_publication(folder))
