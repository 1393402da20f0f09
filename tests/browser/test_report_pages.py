"""WCAG 2.1 A and AA, as far as axe can tell, and what fits: the pages of a report."""

import os

import pymupdf
import pypdf
import pytest
from test_accessibility import violations

from borgerlib.dashboard.saved.save_report import save_report
from borgerlib.runs.reports.municipality import make_report
from borgerlib.runs.warm import WarmServer

LONGEST = 2500
# Dozens of pictures of a report take long to make.
KEPT = "BORGER_SCREENSHOTS" in os.environ


@pytest.mark.parametrize(
    ("municipality", "widths"),
    [
        pytest.param("Odense", (1280,), id="with citizens"),
        pytest.param("Odense", (1280, 390), marks=pytest.mark.thorough, id="with citizens, at all widths"),
        pytest.param("Vejle", (1280, 390), marks=pytest.mark.thorough, id="without"),
    ],
)
def test_the_pages_of_a_report(browser, workspace, pictures, municipality, widths):
    citizens = {"municipality": municipality, "confidence": 0.95, "min_cell": 5}
    parameters = {**citizens, "survey": "lokaldemokrati-2021", "own_answers": ""}
    look = workspace / "udseende.toml"
    look.write_text('afsender = "Borgmesterforvaltningen"\nmoede = 2026-12-10\n', encoding="utf-8")
    with WarmServer(citizens=citizens) as warm:
        folder = make_report(parameters, formats=("html", "pdf"), look=look, warm=warm).parent
    assert len(list(folder.glob("*.html"))) >= 15
    assert not problems_of(browser, folder, pictures, axe_at=widths)
    # Most pages and most before the appendix, for a council that prints it.
    [path] = folder.glob("*.pdf")
    for sheet in pymupdf.open(path) if KEPT else ():
        sheet.get_pixmap(dpi=80).save(pictures / f"rapport-{folder.name}-pdf-{sheet.number + 1:02d}.png")
    pdf = pypdf.PdfReader(path)
    assert path.stat().st_size <= 2_000_000
    [appendix] = [entry for entry in pdf.outline if getattr(entry, "title", "") == "Bilag"]
    assert len(pdf.pages) <= 40
    assert pdf.get_destination_page_number(appendix) <= 12


def test_the_page_of_a_selection(browser, answers, pictures):
    assert not problems_of(browser, save_report(answers, "alder=60-69&mod&alder=15-24").parent, pictures)


def problems_of(browser, folder, pictures, *, axe_at=(1280, 390)):
    """Return what axe finds on a folder's pages, and what does not fit; keep pictures where wanted."""
    found, page = {}, browser.new_page()
    for path in sorted(folder.glob("*.html")):
        page.goto(path.as_uri())
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            name = f"rapport-{folder.name}-{path.stem}-{width}"
            if KEPT:
                page.screenshot(path=pictures / f"{name}.png", full_page=True)
            found[name] = violations(page) if width in axe_at else []
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found[name].append("wider than the window")
            tall = page.evaluate("document.documentElement.scrollHeight")
            if width == 1280 and tall > LONGEST and page.locator("body.council").count():
                found[name].append(f"{tall} pixels: longer than a council reads")
    page.close()
    return {name: problems for name, problems in found.items() if problems}
