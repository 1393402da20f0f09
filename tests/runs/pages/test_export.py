from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_output
from sample_notebooks import chart_output, drawing, executed, page_output, picture

from borgerlib.errors import RunError
from borgerlib.runs.pages import markup
from borgerlib.runs.pages.export import export_page, read_pages
from borgerlib.runs.pages.figures import _svg
from borgerlib.runs.pages.page import PageSetting
from borgerlib.view.leaders.insight import open_insight

SETTING = PageSetting("Ti indsigter", "Odense", "23. november 2026", "Kilde: en undersøgelse.")


def page_of(tmp_path: Path, *outputs: Any, include_code: bool = False, **options: Any) -> BeautifulSoup:
    path = executed(tmp_path / "02_b.ipynb", [page_output(), *outputs], **options)
    return BeautifulSoup(export_page(read_pages(path)[0], SETTING, include_code=include_code), "html.parser")


def html(markup_text: str) -> Any:
    return new_output("display_data", data={"text/html": markup_text})


def headings(soup: Any) -> list[tuple[int, str]]:
    return [(int(tag.name[1]), tag.get_text()) for tag in soup.find_all(["h1", "h2", "h3", "h4", "h5", "h6"])]


def test_a_page_opens_with_kicker_title_question_and_finding(tmp_path):
    soup = page_of(tmp_path, markdown="# Et andet navn\n\nHvad *svarer* de?")
    opening = soup.select_one("header.opening")
    assert list(opening.stripped_strings) == [
        "Indsigt\u00a02",
        "Emne 2",
        "Hvad",
        "svarer",
        "de?",
        "Fund nummer 2.",
    ]
    assert soup.html["lang"] == "da"
    assert soup.title.get_text() == "Emne 2 · Odense · Ti indsigter"
    assert "Et andet navn" not in soup.get_text()
    assert "side" not in soup.main.get_text()


def test_a_page_has_landmarks_a_way_past_them_and_a_way_back(tmp_path):
    soup = page_of(tmp_path)
    first = soup.body.find("a")
    assert first["href"] == "#" + soup.main["id"]
    assert soup.select_one("nav[aria-label=Brødkrumme] a")["href"] == "index.html"
    assert [a["href"] for a in soup.select("nav.sequence a")] == ["index.html", "index.html"]
    foot = soup.footer.get_text()
    assert "Kilde: en undersøgelse." in foot
    assert "23.\u00a0november\u00a02026" in foot


def test_a_chart_is_a_figure_with_its_words_and_numbers(tmp_path):
    soup = page_of(tmp_path, "## Svar", chart_output())
    figure = soup.figure
    assert figure.find("h3").get_text() == "De fleste er enige"
    assert figure["aria-labelledby"] == figure.find("h3")["id"]
    assert figure.select_one(".chart-question").get_text() == "Hvor enige er de?"
    assert figure.figcaption.get_text() == "N\u00a0=\u00a078."
    assert figure.img["alt"] == "Søjlediagram: enig 58\u00a0pct.; uenig 42\u00a0pct."
    assert (figure.img["width"], figure.img["height"]) == ("192", "80")
    kind, _, wide = figure.img["src"].partition(",")
    assert (kind, unquote(wide)) == ("data:image/svg+xml", drawing(192, 80))
    assert unquote(figure.source["srcset"].partition(",")[2]) == drawing(70, 90)
    # A space would end the address.
    assert " " not in figure.img["src"] + figure.source["srcset"]
    assert figure.source["media"] == "screen and (max-width: 600px)"
    assert figure.summary.get_text() == "Vis tallene som tabel: diagram 1"
    assert figure.select_one("[role=region]")["aria-label"] == "Tabel: Tallene i diagram 1"
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in figure.find_all("tr")]
    # A whole number gets its thousands point, a missing value a dash.
    assert rows == [
        ["Svar", "Andel", "Antal"],
        ["Enig", "58\u00a0pct.", "1.045"],
        ["Uenig", "42\u00a0pct.", "–"],
    ]


def test_a_page_of_simulated_data_says_so_in_its_title_and_its_pictures_and_not_around_them(tmp_path):
    mark = "SIMULEREDE DATA: "
    chart = chart_output(title=f"{mark}De fleste er enige", caption=f"Kilde: {mark}Svar.")
    said = page_output(title=f"{mark}Emne", finding=f"{mark}De fleste er enige.")
    path = executed(tmp_path / "1.ipynb", [said, chart])
    soup = BeautifulSoup(export_page(read_pages(path)[0], SETTING), "html.parser")
    assert headings(soup) == [(1, f"{mark}Emne"), (2, "De fleste er enige")]
    assert soup.select_one(".finding").get_text() == "De fleste er enige."
    assert soup.figcaption.get_text() == f"Kilde: {mark}Svar."
    # Where the title does not name them, the finding does.
    path = executed(tmp_path / "1.ipynb", [page_output(finding=f"{mark}De fleste er enige.")])
    soup = BeautifulSoup(export_page(read_pages(path)[0], SETTING), "html.parser")
    assert soup.select_one(".finding").get_text() == f"{mark}De fleste er enige."


def test_what_a_chart_says_is_text_not_markup(tmp_path):
    soup = page_of(tmp_path, chart_output(title='A < B & "C"', alt='<script>"x"</script>'))
    assert soup.figure.find("h2").get_text() == 'A < B & "C"'
    assert soup.figure.img["alt"] == '<script>"x"</script>'
    assert soup.script is None


def test_two_charts_have_different_names(tmp_path):
    soup = page_of(tmp_path, chart_output(), chart_output())
    names = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(names) == len(set(names))
    assert [figure["id"] for figure in soup.find_all("figure")] == ["figur-1", "figur-2"]


def test_headings_follow_each_other_whatever_the_notebook_has(tmp_path):
    soup = page_of(
        tmp_path, chart_output(title="a"), "#### Dybt", chart_output(title="b"), "# Igen", "### Under"
    )
    assert headings(soup) == [(1, "Emne 2"), (2, "a"), (2, "Dybt"), (3, "b"), (2, "Igen"), (3, "Under")]


@given(levels=st.lists(st.integers(1, 6), max_size=12))
def test_no_heading_level_is_skipped(levels):
    body = "".join(f"<h{level}>x</h{level}>" for level in levels)
    _, tidied = markup.tidy(f"<div class='notebook-text'><h1>Titel</h1></div>{body}", pages={})
    found = [1] + [level for level, _ in headings(BeautifulSoup(tidied, "html.parser"))]
    assert len(found) == len(levels) + 1
    assert all(level > 1 for level in found[1:])
    assert all(after - before <= 1 for before, after in pairwise(found))


def test_tables_say_what_heads_what_and_numbers_stand_right(tmp_path):
    table = (
        "<style>td {color: red}</style><table border='1' class='dataframe' style='width: 9px'>"
        "<thead><tr style='text-align: right'><th></th><th>Svar</th><th>Andel</th><th>Antal</th></tr></thead>"
        "<tbody><tr><th>0</th><td>Enig</td><td>58,5 pct.</td><td>1.045</td></tr>"
        "<tr><th>1</th><td>Uenig</td><td>52–63\u00a0pct.</td><td>–</td></tr></tbody></table>"
    )
    soup = page_of(tmp_path, "## Tallene", html(table))
    found = soup.main.table
    assert found.attrs == {}
    assert [(cell.name, cell.get("scope")) for cell in found.thead.find_all(["th", "td"])] == [
        ("td", None),
        ("th", "col"),
        ("th", "col"),
        ("th", "col"),
    ]
    assert [cell["scope"] for cell in found.select("tbody th")] == ["row", "row"]
    right = [cell.get_text() for cell in found.select(".number")]
    assert right == ["", "Andel", "Antal", "0", "58,5\u00a0pct.", "1.045", "1", "52–63\u00a0pct.", "–"]
    region = found.parent
    assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "Tabel: Tallene")


def test_a_table_is_named_by_its_caption(tmp_path):
    soup = page_of(tmp_path, html("<table><caption>Fire tal</caption><tr><td>1</td></tr></table>"))
    assert soup.main.table.parent["aria-label"] == "Tabel: Fire tal"
    assert soup.main.caption.get_text() == "Fire tal"


@pytest.mark.parametrize(
    "bad",
    [
        "<script>alert(1)</script>",
        "<link rel='stylesheet' href='https://example.org/a.css'>",
        "<iframe src='https://example.org'></iframe>",
        "<p onclick='x()'>x</p>",
        "<img src='https://example.org/a.png' alt='x'>",
        "<a href='javascript:x()'>x</a>",
        "<p style='background:URL(//example.org/a.png)'>x</p>",
        "<table background='//example.org/a.png'><tr><td>1</td></tr></table>",
    ],
)
def test_nothing_on_a_page_runs_or_fetches(tmp_path, bad):
    soup = page_of(tmp_path, html(f"<div>{bad}</div>"), f"Tekst {bad}")
    text = str(soup.main)
    assert "example.org" not in text
    assert "javascript:" not in text
    assert "onclick" not in text
    assert soup.find(["script", "link", "iframe"]) is None


def test_only_what_a_reader_needs_is_shown(tmp_path):
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "text/plain": "Widget()"}
    soup = page_of(
        tmp_path,
        new_output("stream", name="stderr", text="DeprecationWarning: x"),
        new_output("stream", name="stdout", text="Til læseren"),
        new_output("display_data", data=widget),
        new_output("display_data", data={"text/markdown": "I **Odense** er det 27 pct."}),
    )
    text = soup.main.get_text()
    assert "DeprecationWarning" not in text
    assert "Widget" not in text
    assert "show(" not in text
    assert "Til læseren" in text
    assert soup.main.strong.get_text() == "Odense"


def test_code_is_shown_when_asked(tmp_path):
    soup = page_of(tmp_path, include_code=True)
    assert "show" in soup.select_one("div.code").get_text()


def test_pages_name_no_folder_of_this_machine(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "anna"))
    monkeypatch.setenv("BORGER_WORKSPACE", str(tmp_path / "work"))
    said = f"Svar fra {tmp_path}/anna/svar.toml og {tmp_path}/work/data.csv"
    soup = page_of(tmp_path, new_output("stream", name="stdout", text=said))
    assert "Svar fra svar.toml og data.csv" in soup.main.get_text()


def test_links_between_notebooks_lead_to_pages(tmp_path):
    path = executed(
        tmp_path / "02_b.ipynb",
        [page_output(), "[et](01_a.ipynb#x), [to](01_a.ipynb#13) og [tre](09_z.ipynb)"],
    )
    pages = {"01_a.ipynb": "01_emne.html", "01_a.ipynb#13": "13_andet.html"}
    setting = PageSetting("Ti indsigter", "Odense", "i dag", "Kilde", pages_by_notebook=pages)
    soup = BeautifulSoup(export_page(read_pages(path)[0], setting), "html.parser")
    paragraph = next(tag for tag in soup.main.find_all("p") if "og" in tag.get_text())
    assert [link["href"] for link in paragraph.find_all("a")] == ["01_emne.html#x", "13_andet.html"]
    assert paragraph.get_text() == "et, to og tre"


def test_a_picture_of_its_own_needs_a_description(tmp_path):
    data = {"image/png": picture(10, 20), "text/plain": "x"}
    soup = page_of(
        tmp_path, new_output("display_data", data=data, metadata={"image/png": {"alt": "En prik"}})
    )
    assert (soup.main.img["alt"], soup.main.img["height"]) == ("En prik", "20")
    with pytest.raises(RunError, match=r"Picture 1 of 02_b\.ipynb has no description \(alt text\)"):
        page_of(tmp_path, new_output("display_data", data=data))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"alt": " "}, "has no description"),
        ({"wide": "bm90IGEgcG5n"}, "is not a picture"),
        ({"narrow": "!"}, "is not a picture"),
        ({"wide": "<svg>"}, "is not a picture"),
    ],
)
def test_a_damaged_chart_is_refused(tmp_path, change, message):
    with pytest.raises(RunError, match=message):
        page_of(tmp_path, chart_output(**change))


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<path onclick='alert(1)' d=''/>",
        "<image href='https://example.org/a.png'/>",
        "<use href='https://example.org/a.svg#a'/>",
        "<style>@import 'https://example.org/a.css';</style>",
        "<style>.a{fill:url(file:///etc/passwd)}</style>",
        "<style>.a{fill:url(data:image/svg+xml,x)}</style>",
        "<path style='fill:url(//example.org/a)'/>",
        "<path fill='url(https://example.org/a)'/>",
        "<a href='#x'>x</a>",
        "<foreignObject/>",
    ],
)
def test_a_drawing_that_does_more_than_draw_is_refused(tmp_path, inside):
    with pytest.raises(RunError, match=r"Picture 1 of 02_b\.ipynb is not a picture"):
        page_of(tmp_path, chart_output(wide=drawing(10, 10, inside)))


def test_a_drawing_of_borgerlibs_own_is_shown(tmp_path):
    chart = open_insight(2).figure("2")
    shown = page_of(tmp_path, chart_output(wide=chart.svg(framed=False)))
    assert unquote(shown.figure.img["src"].partition(",")[2]) == chart.svg(framed=False)
    assert shown.figure.img["width"] == "960"


@pytest.mark.parametrize(
    ("width", "shown"), [("460.8pt", (614, 20)), ("46.2px", (46, 20)), ("", None), ("5em", None)]
)
def test_a_drawings_size_is_read_in_points_and_pixels(width, shown):
    # A point is 4/3 of a pixel: 460.8 · 4/3 = 614.4.
    assert _svg(drawing(width, 20))[1] == shown


def test_a_chart_that_lacks_fields_is_refused(tmp_path):
    output = chart_output()
    del output.data["application/vnd.borger.chart+json"]["narrow"]
    with pytest.raises(RunError, match=r"A chart of 02_b\.ipynb lacks narrow"):
        page_of(tmp_path, output)


def test_a_notebook_that_does_not_name_its_page_is_refused(tmp_path):
    with pytest.raises(RunError, match=r"x\.ipynb does not say what its page is called"):
        read_pages(executed(tmp_path / "x.ipynb", [chart_output()]))
    with pytest.raises(RunError, match=r"is called \(number, finding\)"):
        read_pages(executed(tmp_path / "x.ipynb", [page_output(number="2", finding=None)]))


def test_a_damaged_notebook_is_refused(tmp_path):
    (tmp_path / "x.ipynb").write_text("{")
    for name in ("x.ipynb", "y.ipynb"):
        with pytest.raises(RunError, match="is missing or damaged"):
            read_pages(tmp_path / name)


def test_a_page_name_cannot_leave_the_folder(tmp_path):
    [page] = read_pages(executed(tmp_path / "x.ipynb", [page_output(3, slug="../../Ærlige svar")]))
    assert page.file_name == "03_aerlige_svar.html"


def test_a_range_is_not_parted_but_in_code(tmp_path):
    soup = page_of(tmp_path, "De 15–24-årige, 60–69 år, 0,13–0,22, 742–1.088 og `1–2 uger`.")
    ranges = ["15–24-årige", "60–69", "0,13–0,22", "742–1.088"]
    assert [span.get_text() for span in soup.select(".whole")] == ranges
    assert "De 15–24-årige, 60–69\u00a0år, 0,13–0,22, 742–1.088 og 1–2 uger." in soup.article.get_text()
