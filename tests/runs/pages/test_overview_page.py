"""The page over all reports: every municipality with state and date, whole without scripts and network."""

import sys
from datetime import date

import pytest
from bs4 import BeautifulSoup

from borgerlib import danish, places
from borgerlib.errors import RunError
from borgerlib.interest import store
from borgerlib.runs.pages.overview_page import (
    keep_overview_in_step,
    overview_html,
    overview_rows,
    write_overview,
)
from borgerlib.runs.planning.manifest import History, Record
from borgerlib.runs.reports.folder import write_report

DAY = date(2026, 11, 24)
WRITTEN = "2026-11-23T12:00:00+00:00"


def past(*records):
    numbered = [
        Record(**{"started": WRITTEN, "sequence": k} | record) for k, record in enumerate(records, start=1)
    ]
    return History({record.key: record for record in numbered})


def run(place, name, state="done", **told):
    return {"place": place, "name": name, "notebook": "01_emne", "state": state} | told


def report(place, name, state="done", **told):
    return run(place, name, state, **told) | {"notebook": ""}


HISTORY = past(
    run("odense", "Odense"), report("odense", "Odense"),
    run("aeroe", "Ærø", "failed", error="01_emne.ipynb, cell 3 failed"),
    run("aarhus", "Aarhus", "held", error="e-mail"), report("aarhus", "Aarhus"),
    run("hele-landet", ""), report("hele-landet", ""),
    run("vejle", "Vejle"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def nobody_has_asked(tmp_path_factory, monkeypatch):
    # Whoever tries it out has citizens of Odense in the checkout.
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path_factory.mktemp("workspace")))


@pytest.fixture
def folder(tmp_path):
    for place in ("odense", "aarhus", "hele-landet"):
        (tmp_path / place).mkdir()
        (tmp_path / place / "index.html").write_text("rapport")
    (tmp_path / "odense" / "odense.pdf").write_text("")
    return tmp_path


@pytest.fixture
def page(folder):
    return BeautifulSoup(overview_html(overview_rows(folder, HISTORY), day=DAY), "html.parser")


def cells(page):
    return [
        [" ".join(cell.stripped_strings).replace("\u00a0", " ") for cell in row.find_all(["th", "td"])]
        for row in page.select("tbody tr")
    ]


def test_each_municipality_has_a_row_with_state_and_date_the_country_first(page):
    assert cells(page) == [
        ["Hele landet", "", "Klar", "23. november 2026", "–", "–"],
        ["Odense", "Region Syddanmark", "Klar", "23. november 2026", "–", "PDF for Odense"],
        ["Vejle", "Region Syddanmark", "Undervejs Der er endnu ingen rapport.", "–", "–", "–"],
        ["Ærø", "Region Syddanmark",
         "Fejlede Den seneste kørsel gik ikke godt. Der er endnu ingen rapport.", "–", "–", "–"],
        ["Aarhus", "Region Midtjylland",
         "Holdt tilbage Der blev fundet personoplysninger. Den tidligere rapport står ved magt.",
         "23. november 2026", "–", "–"],
    ]  # fmt: skip
    assert page.select_one(".finding").get_text() == "5\u00a0rapporter, heraf 2\u00a0klar."


def test_reports_made_singly_are_there_too_and_other_folders_are_not(folder, report_notebooks):
    for place, name in (("vejle", "Vejle"), ("vejle-2025", "Vejle"), ("egen", "Kolding")):
        title = "Egen side" if place == "egen" else "Lokaldemokrati i tal"
        write_report(name, report_notebooks, folder / place, day=DAY, title=title, source="Kilde")
    (folder / "noter").mkdir()
    rows = {row.link: row for row in overview_rows(folder, past(report("odense", "Odense")))}
    assert set(rows) == {"odense/index.html", "vejle/index.html", "vejle-2025/index.html"}
    assert [rows[link].name for link in sorted(rows)] == ["Odense", "Vejle (2025)", "Vejle"]
    one = rows["vejle/index.html"]
    assert (one.region, one.state, one.day) == ("Region Syddanmark", "done", date.today())


def test_a_copy_of_the_page_in_a_folder_of_its_own_is_no_report(folder):
    write_overview(folder, HISTORY)
    (folder / "kopi").mkdir()
    (folder / "kopi" / "index.html").write_bytes((folder / "index.html").read_bytes())
    write_overview(folder, HISTORY)
    assert "kopi" not in {row.link.partition("/")[0] for row in overview_rows(folder, HISTORY)}


def test_a_municipality_that_there_is_no_more_costs_its_own_row_only(folder):
    gone = past(run("gamleby", "Gamleby"), report("gamleby", "Gamleby"), report("odense", "Odense"))
    rows = overview_rows(folder, gone)
    assert [(row.name, row.region) for row in rows] == [
        ("Gamleby", "Ukendt"),
        ("Odense", "Region Syddanmark"),
    ]
    assert overview_html(rows, day=DAY)


def test_a_page_of_somebody_else_stays_when_a_report_is_made_singly(folder):
    (folder / "index.html").write_text("<h1>Min side</h1>")
    keep_overview_in_step(folder)
    assert (folder / "index.html").read_text() == "<h1>Min side</h1>"
    (folder / "index.html").unlink()
    keep_overview_in_step(folder)
    assert "Lokaldemokrati i tal" in (folder / "index.html").read_text()


def test_a_report_that_is_there_is_linked_and_no_other(page):
    assert [a["href"] for a in page.select("tbody th a")] == [
        "hele-landet/index.html", "odense/index.html", "aarhus/index.html",
    ]  # fmt: skip
    assert [a["href"] for a in page.select("tbody td a")] == ["odense/odense.pdf"]


def test_errors_are_for_those_who_run_the_batch_not_for_readers(page):
    assert "cell 3" not in page.get_text()
    assert "01_emne" not in str(page)


def test_it_is_whole_without_scripts_and_without_a_network(page):
    assert not page.select("link, [src], iframe, object, base")
    assert page.select_one("form.search").has_attr("hidden")
    assert page.html["lang"] == "da"
    assert [th["scope"] for th in page.select("thead th")] == ["col"] * 6
    assert {th["scope"] for th in page.select("tbody th")} == {"row"}
    assert {label["for"] for label in page.select("label")} == {
        field["id"] for field in page.select("input, select")
    }


def test_names_are_told_as_text(folder):
    rows = overview_rows(folder, past(report("odense", "Odense")))
    [row] = rows
    html = overview_html([type(row)(**{**vars(row), "name": "<b>Odense"})], day=DAY)
    assert "<b>Odense" not in html


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([], "Der er endnu ingen rapporter."),
        ([report("odense", "Odense")], "1 rapport er klar."),
        ([report("odense", "Odense"), report("vejle", "Vejle")], "2 rapporter er klar."),
    ],
)
def test_the_sentence_on_top(tmp_path, records, said):
    html = overview_html(overview_rows(tmp_path, past(*records)), day=DAY)
    assert BeautifulSoup(html, "html.parser").select_one(".finding").get_text() == danish.tied(said)


def test_it_is_written_whole_over_an_older_one_and_over_nothing_else(folder):
    target = write_overview(folder, HISTORY, day=DAY)
    assert "24.\u00a0november\u00a02026" in target.read_text()
    write_overview(folder, HISTORY, day=date(2026, 12, 1))
    assert "1.\u00a0december\u00a02026" in target.read_text()
    assert [path.name for path in folder.glob(".*")] == []
    target.write_text("<h1>Min side</h1>")
    with pytest.raises(RunError, match="not a page of borgerlib"):
        write_overview(folder, HISTORY, day=DAY)


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")
def test_a_full_disk_leaves_the_page_that_stood(folder):
    import resource

    page = write_overview(folder, HISTORY, day=DAY)
    before, (soft, hard) = page.read_text("utf-8"), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        with pytest.raises(RunError, match=r"The overview index\.html cannot be written"):
            write_overview(folder, past(run("vejle", "Vejle")), day=DAY)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert page.read_text("utf-8") == before
    assert not list(folder.glob(".*.part"))


@pytest.mark.browser
def test_search_and_state_narrow_the_list_in_a_browser(browser, folder):
    from axe_core_python.sync_playwright import Axe

    target = write_overview(folder, HISTORY, day=DAY)
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(target.as_uri())
    shown = "[...document.querySelectorAll('tbody tr')].filter(r => !r.hidden).map(r => r.cells[0].innerText)"
    page.get_by_label("Søg efter kommune eller region").fill("aeroe")
    assert page.evaluate(shown) == ["Ærø"]
    assert page.locator("#fundet").inner_text() == "Viser 1 rapport."
    page.get_by_label("Søg efter kommune eller region").fill("SYDDANMARK")
    page.get_by_label("Tilstand").select_option("done")
    assert page.evaluate(shown) == ["Odense"]
    page.get_by_label("Søg efter kommune eller region").fill("")
    page.get_by_label("Tilstand").select_option("")
    assert len(page.evaluate(shown)) == 5
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert [each["id"] for each in Axe().run(page)["violations"]] == []
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(target.as_uri())
    assert plain.locator("tbody tr:visible").count() == 5
    assert not plain.locator("form.search").is_visible()


def test_the_map_shows_which_municipalities_have_a_report(page):
    tiles = page.select(".tiles .tile")
    assert len(tiles) == 98 == len({tile.text for tile in tiles})
    linked = {tile["title"]: tile["href"] for tile in tiles if tile.name == "a"}
    assert linked == {"Odense": "odense/index.html", "Aarhus": "aarhus/index.html"}
    # The table says the same: nobody has to go through 98 squares to reach it.
    assert page.select_one(".tiles")["aria-hidden"] == "true"
    assert all(tile["tabindex"] == "-1" for tile in tiles if tile.name == "a")


@pytest.mark.parametrize(
    ("simulated", "mark", "end"),
    [
        (False, "", "En kommune har spurgt sine borgere."),
        # Nobody was asked where a program has answered.
        (True, "SIMULEREDE DATA: ", "klar."),
    ],
)
def test_who_has_asked_its_citizens_how_many_answered_and_when(
    folder, tmp_path, monkeypatch, simulated, mark, end
):
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path))
    prepared = places.processed_data("odense")
    prepared.mkdir(parents=True)
    (prepared / "respondents.parquet").touch()
    told = {"n": 4797, "respondents": {"survey_date": "2025-12-04", "simulated": simulated}}
    monkeypatch.setattr(store, "read_summary", lambda _: told)
    page = BeautifulSoup(overview_html(overview_rows(folder, HISTORY), day=DAY), "html.parser")
    shown = {row[0]: row[4] for row in cells(page)}
    assert shown.pop("Odense") == f"{mark}4.797 svar omkring 4. december 2025"
    assert set(shown.values()) == {"–"}
    assert page.select_one(".finding").get_text().endswith(end)
    assert [tile["title"] for tile in page.select(".tile.asked")] == ([] if simulated else ["Odense"])


@pytest.mark.long
def test_two_thousand_reports_are_told_in_one_page(folder):
    rows = overview_rows(folder, past(*(report(f"sted-{k}", f"Sted {k}") for k in range(2000))))
    html = overview_html(rows, day=DAY)
    assert html.count("<tr data-state") == 2000
    assert len(html) < 1_000_000
