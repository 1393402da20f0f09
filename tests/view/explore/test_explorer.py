"""The explorer: every choice shows something safe, and its code makes the same."""

from __future__ import annotations

import html
import itertools
import re

import pandas as pd
import pytest

import borgerlib
from borgerlib import places
from borgerlib.interest.prepare.write import Prepared
from borgerlib.interest.survey import open_survey
from borgerlib.view import theme
from borgerlib.view.explore.choice import Choice, estimates_of
from borgerlib.view.explore.explorer import Explorer


@pytest.fixture
def page(prepared: Prepared) -> Explorer:
    return borgerlib.explore("Ærø")


def run(code: str) -> object:
    """Return the value of the last line of the shown code."""
    *before, last = code.split("\n")
    names: dict[str, object] = {}
    exec("\n".join(before), names)
    return eval(last, names)


@pytest.mark.slow
def test_the_code_makes_what_is_on_the_screen(page: Explorer) -> None:
    chart = run(page.code)
    assert "SIMULEREDE DATA" in page.page
    assert f"<h3>{chart.title}</h3>" in page.page
    page.by.value, page.chart.value = "koen", "table"
    page.who.value = ("omraadetype", "land")
    table = run(page.code)
    assert table.rows
    # The base is told on the page: who of them.
    assert table.rows == estimates_table_rows(page.choice)


def estimates_table_rows(choice: Choice) -> tuple[tuple[str, ...], ...]:
    return borgerlib.estimates_table(estimates_of(open_survey("Ærø"), choice)).rows


def test_more_than_two_groups_are_a_heat_map(page: Explorer) -> None:
    page.by.value = "omraadetype"
    assert page.code.endswith(".pipe(borgerlib.heat_map)")
    chart = run(page.code)
    assert chart.alt_text in html.unescape(page.page)
    shown = int((~chart.frame["suppressed"]).sum())
    numbers = [text.get_text() for text in chart.axes().texts if re.fullmatch(r"\d+", text.get_text())]
    options = len(open_survey("Ærø").codebook.item(page.item.value).options)
    assert len(chart.frame) == len(chart.plot()._data.frame) == 3 * options
    assert len(numbers) == shown > options
    assert chart.title.startswith("SIMULEREDE DATA: ")


def test_others_held_equal(page: Explorer) -> None:
    page.chart.value = "model"
    assert "Vælg, hvad borgerne skal deles efter" in page.page
    page.item.value, page.by.value = "tid", "koen"
    page.answer.value = "ingen_tid"
    assert "»Ingen tid«, når alder og områdetype er ens" in page.page
    found = run(page.code)
    assert isinstance(found, pd.DataFrame)
    share = found.set_index("koen").loc["kvinde", "adjusted"]
    assert f"{100 * share:.0f}\u00a0pct." in page.page
    page.by.value = "omraadetype"
    assert "når alder og køn er ens" in page.page


@pytest.mark.long
def test_a_filter_is_told_in_sight_and_is_in_the_model(page: Explorer) -> None:
    page.item.value, page.who.value = "tid", ("koen", "kvinde")
    assert "(køn: kvinde)</h3>" in page.page
    assert run(page.code).title in page.page
    page.chart.value = "table"
    assert run(page.code).to_html() == page.page
    page.chart.value, page.by.value = "model", "aldersgruppe"
    page.who.value = ()
    everybody = page.page
    page.who.value = ("omraadetype", "by")
    assert page.page != everybody
    page.by.value = "omraadetype"
    assert "Vælg, hvad borgerne skal deles efter" in page.page


@pytest.mark.long
def test_small_cells_are_hidden_everywhere(page: Explorer) -> None:
    page.item.value, page.by.value, page.chart.value = "tid", "aldersgruppe", "table"
    assert "skjult" in page.page
    page.chart.value = "model"
    assert "skjult" in page.page


@pytest.mark.slow
def test_what_cannot_be_shown_is_said(page: Explorer) -> None:
    page.by.value = "koen"
    page.who.value = ("koen", "oensker_ikke")
    assert "<p>" in page.page or "skjult" in page.page


def test_every_control_has_a_name_and_the_code_can_be_shown(page: Explorer) -> None:
    for control in (page.item, page.by, page.who, page.answer, page.chart):
        assert control.description
    assert page.children[3].layout.display == "none"
    page.children[2].children[2].value = True
    assert page.children[3].layout.display == ""


def test_groups_to_choose_from_stand_in_their_order(page: Explorer) -> None:
    ages = [level for column, level in (chosen for _, chosen in page.who.options[1:]) if "alder" in column]
    assert ages == sorted(ages)
    assert len(ages) > 2


def test_a_heat_map_shows_one_question(prepared: Prepared) -> None:
    people = borgerlib.load("Ærø")
    both = pd.concat([borgerlib.estimate_proportions(people, item) for item in ("tid", "emner")])
    with pytest.raises(borgerlib.ParameterError, match="one question"):
        borgerlib.heat_map(borgerlib.disclose(both))
    with pytest.raises(borgerlib.DisclosureError):
        borgerlib.heat_map(both)
    of_all = borgerlib.heat_map(borgerlib.disclose(borgerlib.estimate_proportions(people, "tid")))
    assert "Alle" in [text.get_text() for text in of_all.axes().texts]


def test_a_heat_map_is_read_on_a_telephone_and_its_words_on_every_colour(prepared: Prepared) -> None:
    people = borgerlib.load("Ærø")
    ages = borgerlib.heat_map(
        borgerlib.disclose(borgerlib.estimate_proportions(people, "emner", by="aldersgruppe"))
    )
    narrow = ages.axes("narrow")
    figure = narrow.figure
    figure.canvas.draw()
    cells = [text for text in narrow.texts if re.fullmatch(r"\d+", text.get_text())]
    for above, below in itertools.pairwise(cells):
        assert not above.get_window_extent().overlaps(below.get_window_extent())
    # The names of ten groups do not fit beside each other: they are read from below, above the first cells.
    names = [text for text in narrow.texts if text.get_rotation() == 90]
    assert len(names) == ages.frame["group"].nunique()
    assert min(name.get_window_extent().y0 for name in names) > max(
        cell.get_window_extent().y1 for cell in cells
    )
    colours = {cell.colour for cell in ages.marks.cells}
    assert min(theme.contrast(theme.TEXT, colour) for colour in colours) >= 4.5


def test_the_notebook_calls_it() -> None:
    text = (places.notebooks() / "udforsk.ipynb").read_text(encoding="utf-8")
    assert "borgerlib.explore(municipality)" in text
