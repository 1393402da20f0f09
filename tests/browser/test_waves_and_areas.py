"""A municipality that has given its districts' places, and an earlier wave: both on the page."""

import shutil
from datetime import date

import pytest

from borgerlib.dashboard.server.serve import dashboard_server
from borgerlib.interest.filters.choices import saved_folder
from borgerlib.interest.filters.district_map import FILE
from borgerlib.interest.prepare.prepare import prepare
from borgerlib.interest.prepare.simulated import write_simulation
from borgerlib.interest.prepared import EARLIER, processed_folder
from borgerlib.survey.simulation.export import population_files
from borgerlib.view.comparison.since import since_last

AREAS = ["Odense Nord", "Odense Vest", "Odense Midt", "Odense Øst", "Odense Syd"]
PLACES = ["1;2", "2;1", "2;2", "2;3", "3;2"]


@pytest.fixture(scope="module")
def with_all(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BORGER_WORKSPACE", str(tmp_path_factory.mktemp("waves")))
        _, export = write_simulation("Odense", n=1500, seed=2)
        prepare("Odense", export, survey_date=date(2021, 11, 1))
        saved = saved_folder("Odense")
        saved.mkdir(parents=True)
        shutil.move(processed_folder("Odense"), saved / EARLIER)
        _, export = write_simulation("Odense", n=1500, seed=3)
        prepare("Odense", export, districts=population_files(export))
        lines = [f"{area};{place}" for area, place in zip(AREAS, PLACES, strict=True)]
        (saved / FILE).write_text("\n".join(["omraade;raekke;kolonne", *lines]), encoding="utf-8")
        with dashboard_server("Odense", port=9300) as server:
            yield server


@pytest.mark.parametrize("width", [1280, 390])
def test_areas_stand_on_their_map_and_lead_to_their_people(open_board, with_all, pictures, width):
    board = open_board(at=with_all, width=width)
    board.page.get_by_text("Tabel over alle grupper").click()
    board.page.wait_for_selector(".heat:visible")
    board.page.get_by_label("Inddeling").select_option("area")
    squares = board.page.locator(".squares:not(.list)")
    north, middle, east = (
        squares.get_by_text(area, exact=True) for area in ("Odense Nord", "Odense Midt", "Odense Øst")
    )
    north.wait_for()
    boxes = [of.locator("xpath=ancestor::li").bounding_box() for of in (north, middle, east)]
    assert boxes[0]["y"] < boxes[1]["y"] == boxes[2]["y"]
    assert boxes[0]["x"] == boxes[1]["x"] < boxes[2]["x"]
    board.wait_for_width(width)
    board.page.screenshot(path=pictures / f"omraader-{width}.png", full_page=True)
    board.page.get_by_label("Svar på kortet").select_option("Natur og grønne områder")
    told = squares.get_by_role("button", name="Odense Nord, Natur og grønne områder").text_content()
    north.click()
    assert board.settled().heading == "Odense Nord"
    number = told.removeprefix("Odense Nord").rstrip(" ▲▼")
    assert board.value("topics", "natur").startswith(f"{number}\xa0pct.")


def test_what_has_changed_since_the_earlier_wave_is_told(open_board, with_all):
    board = open_board(at=with_all)
    board.page.get_by_text("Ændring siden sidst").click()
    found = since_last("Odense")
    assert board.page.locator(".since li").all_text_contents() == found["said"]
    assert board.page.locator(".since table").count() == len(found["questions"])
    assert board.page.locator(".since tbody tr").count() == sum(len(of["rows"]) for of in found["questions"])
    assert "2025" in board.page.locator(".since thead").first.text_content()
