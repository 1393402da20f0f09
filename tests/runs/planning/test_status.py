"""How reports stand, by the manifest alone."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from borgerlib.runs.planning.manifest import History, Record
from borgerlib.runs.planning.status import status


def history(*records):
    numbered = [Record(*record, sequence=k) for k, record in enumerate(records, start=1)]
    return History({record.key: record for record in numbered}, damaged=2)


def states(*records):
    return [(place.name, place.state) for place in status(history(*records)).places]


def test_a_place_is_as_well_as_its_worst_part():
    assert states(
        ("aarhus", "Aarhus", "01", "done"), ("aarhus", "Aarhus", "", "done"),
        ("odense", "Odense", "01", "done"), ("odense", "Odense", "02", "failed"),
        ("roskilde", "Roskilde", "01", "held"), ("roskilde", "Roskilde", "", "done"),
        ("vejle", "Vejle", "01", "done"), ("vejle", "Vejle", "", "failed"),
    ) == [("Aarhus", "done"), ("Odense", "failed"), ("Roskilde", "held"), ("Vejle", "failed")]  # fmt: skip


def test_a_run_newer_than_its_report_is_unfinished():
    assert states(("odense", "Odense", "01", "done")) == [("Odense", "unfinished")]
    assert states(("odense", "Odense", "", "done"), ("odense", "Odense", "01", "done")) == [
        ("Odense", "unfinished")
    ]


def test_what_monitoring_reads_holds_everything():
    told = status(history(("odense", "Odense", "01", "failed"), ("odense", "Odense", "", "done"))).as_json()
    read = json.loads(json.dumps(told))
    assert read["places"][0]["report"]["formats"] == list(told["places"][0]["report"]["formats"])
    assert told["well"] is False
    assert told["counts"]["places_failed"] == told["counts"]["runs_failed"] == 1
    assert told["damaged_lines"] == 2
    assert told["places"][0]["runs"][0]["state"] == "failed"
    assert {"inputs", "seconds", "started", "error", "cell"} <= told["places"][0]["runs"][0].keys()


def test_a_batch_is_stale_when_none_has_ended_for_so_long():
    now = datetime.now(UTC)
    assert status(history(), ended=None).is_stale(24)
    assert status(history(), ended=now - timedelta(hours=25)).is_stale(24)
    assert not status(history(), ended=now - timedelta(hours=23)).is_stale(24)


def test_missed_nights_are_counted():
    now = datetime.now(UTC)
    assert status(history(), ended=None).nights_since is None
    assert status(history(), ended=now - timedelta(hours=9)).nights_since == 0
    assert status(history(), ended=now - timedelta(hours=75)).as_json()["nights_since"] == 3


def test_what_was_left_out_of_a_run_that_is_done_is_told():
    known = history(("odense", "Odense", "01", "done"), ("odense", "Odense", "", "done"))
    known.latest["odense", "01"] = replace(known.latest["odense", "01"], note="01.ipynb: cut")
    assert status(known).places[0].errors == ["01.ipynb: cut"]


def test_only_some_places():
    both = history(("odense", "Odense", "01", "failed"), ("aarhus", "Aarhus", "", "done"))
    assert status(both, only=frozenset({"aarhus"})).well
    assert not status(both).well
