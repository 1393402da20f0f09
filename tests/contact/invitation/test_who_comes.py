"""Who comes in three ways: simulated, said to be so, and drawn as is told."""

import re

import nbformat
import numpy as np
import pytest

import borgerlib
from borgerlib import places
from borgerlib.contact.invitation.who_comes import WAYS, _weighted
from borgerlib.errors import ParameterError
from borgerlib.runs.kernels.execute import run_notebook

NOTEBOOK = places.notebooks() / "hvem_spoerges.ipynb"


@pytest.fixture(scope="module")
def came():
    return borgerlib.who_comes("Ærø", seats=20, answers=1500, times=60)


def test_nobody_comes_twice_and_every_seat_is_taken(came):
    assert set(came.came) == set(WAYS)
    for rows in came.came.values():
        assert rows.shape == (60, 20)
        assert all(len(set(panel)) == 20 for panel in rows)


@pytest.mark.long
def test_the_same_seed_gives_the_same_and_another_another(came):
    again = borgerlib.who_comes("Ærø", seats=20, answers=1500, times=60)
    assert all(np.array_equal(again.came[way], came.came[way]) for way in WAYS)
    assert not np.array_equal(
        borgerlib.who_comes("Ærø", seats=20, answers=1500, times=2, seed=2).came["filtered"][:2],
        came.came["filtered"][:2],
    )


def test_a_balanced_draw_holds_its_quotas_each_time(came):
    share = came.people["alder"].value_counts(normalize=True)
    for panel in came.came["balanced"]:
        held = came.people.iloc[panel]["alder"].value_counts().reindex(share.index, fill_value=0)
        assert (held >= np.floor(20 * share)).all()
        assert (held <= np.ceil(20 * share)).all()


def test_the_three_ways_differ_as_the_assumptions_say(came):
    by_age = [float(row[1].replace(",", ".")) for row in came.distances().rows]
    assert by_age[0] > by_age[1] > by_age[2]
    # A group's share of 20 seats is rounded down or up, so the mean is off by less than a seat a group.
    assert by_age[2] < 2


def test_charts_say_that_all_of_it_is_simulated(came):
    for way in WAYS:
        chart = came.chart(way)
        assert chart.simulated
        assert chart.title.startswith("SIMULEREDE DATA: ")
        assert set(chart.frame["group"]) == {"valgt", "alle"}
        whole = chart.frame.groupby(["group", "item"]).filter(lambda rows: not rows["suppressed"].any())
        shares = whole.groupby(["group", "item"])["proportion"].sum()
        assert len(shares) >= 5
        assert shares.to_numpy() == pytest.approx(1, abs=1e-9)
    assert re.search(r": (de \d+–\d+-årige|borgere på \d+ år og derover) får ", came.chart("meeting").title)
    assert "SIMULEREDE DATA" in came.distances().caption
    assert "Klima og miljø" in str(came.assumptions())


def test_by_weight_the_heavier_come_as_much_oftener():
    generator, weights = np.random.default_rng(1), np.array([1.0, 3.0, 5.0])
    able = np.array([True, True, False])
    first = [int(_weighted(generator, able, weights, 1)[0]) for _ in range(4000)]
    # Of two with weights 1 and 3 the second is drawn first in 3 of 4; four standard errors are 0.027.
    assert np.mean(np.array(first) == 1) == pytest.approx(0.75, abs=0.027)
    assert set(first) == {0, 1}


@pytest.mark.long
def test_what_cannot_be_is_said(came):
    with pytest.raises(ParameterError, match="Unknown topic 'klima'"):
        borgerlib.who_comes("Ærø", topic="klima", answers=100)
    with pytest.raises(ParameterError, match="fewer would come"):
        borgerlib.who_comes("Ærø", seats=500, answers=1500)
    with pytest.raises(ParameterError, match="Unknown way 'lot'"):
        came.chart("lot")


@pytest.mark.slow
def test_the_notebook_runs_with_other_parameters(tmp_path, warm):
    run = run_notebook(
        NOTEBOOK,
        tmp_path / "ud.ipynb",
        {"municipality": "Ærø", "seats": 20, "answers": 1500, "topic": "natur"},
        warm=warm,
    )
    text = run.path.read_text(encoding="utf-8")
    assert text.count("application/vnd.borger.chart+json") == 3
    assert "Natur, parker og grønne områder" in text


def test_cells_call_the_library_and_no_more():
    notebook = nbformat.read(NOTEBOOK, 4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert all(len(source.splitlines()) <= 5 for source in code)
    assert not any(cell.get("outputs") for cell in notebook.cells)
